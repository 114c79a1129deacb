"""The heart from PPG on annotated recordings: beats, how soon they are told, phase, rate and cost.

The peers see the same records whole.  Beats are matched by Charlton's protocol (`tests.body.fakes.match`), after
one lag per record.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import perf_counter_ns

import numpy as np

from installation.body.heart import NOTHING, PULSE, find_beats, hearts
from installation.body.quality import judge, qualities, quality_now
from installation.body.rhythm import follow_beats, keep_time, rhythms
from installation.cli.bench import Row
from tests.benchmarks.aims import judged
from tests.benchmarks.heart_peers import pulse_beats
from tests.benchmarks.pulse_cases import BELIEVED, RATE_HZ, WINDOW_S, Case, Felt, cases, feel, windows
from tests.benchmarks.recordings import Floats
from tests.body.fakes import fifty_hertz, listen, match, pulse, steady

row = partial(judged, "body")


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of the heart, patients first."""
    patients, resting = cases(recordings, "bidmc"), cases(recordings, "multimodal")
    for name, group in (("bidmc", patients), ("resting", resting)):
        if group:
            felt = feel([(case.time_s, case.ppg) for case in group])
            yield from _beats(name, group, felt)
            yield from _soon(name, group, felt)
            yield from _rate(name, group, felt)
    if patients:
        yield from _other_sensors(patients)
        yield from _ceiling(patients)
    yield from _cost()


def _score(case: Case, beat_s: Floats) -> float:
    """F1 of beats against a case's reference, in per cent."""
    return 100 * match(beat_s, case.reference_s, case.inside).f1


def _spread(
    figure: str, group: list[Case], f1: list[float], aims: tuple[str, str], beside: list[dict[str, Floats]]
) -> Iterator[Row]:
    """Mean and worst F1, the worst record named."""
    peers = {
        peer: [_score(case, beats[peer]) for case, beats in zip(group, beside, strict=True)]
        for peer in (beside[0] if beside else {})
    }
    yield row(
        f"{figure}_f1_mean",
        np.mean(f1),
        "%",
        aim=aims[0],
        beside={p: round(float(np.mean(v)), 2) for p, v in peers.items()},
    )
    worst = group[int(np.argmin(f1))].name
    yield row(
        f"{figure}_f1_worst_{worst}", min(f1), "%", aim=aims[1], beside={p: round(min(v), 2) for p, v in peers.items()}
    )


def _beats(name: str, group: list[Case], felt: list[Felt]) -> Iterator[Row]:
    beside = [pulse_beats(round(1 / (case.time_s[1] - case.time_s[0])), case.ppg) for case in group]
    f1 = [_score(case, one.trusted()) for case, one in zip(group, felt, strict=True)]
    yield from _spread(f"{name}_beats", group, f1, (">= 99.2", ">= 95"), beside)
    shown = [_score(case, one.shown_s) for case, one in zip(group, felt, strict=True)]
    yield from _spread(f"{name}_beats_shown", group, shown, (">= 99.2", ">= 95"), [])


def _soon(name: str, group: list[Case], felt: list[Felt]) -> Iterator[Row]:
    """How late beats are told, and how far the phase turns from the true next beat, of which it knows nothing yet."""
    late = [float(np.median(one.told_s - one.beat_s)) for one in felt]
    yield row(f"{name}_told_after_median", 1000 * np.mean(late), "ms", aim="<= 120")
    after_s = np.concatenate([one.told_s - one.beat_s for one in felt])
    yield row(f"{name}_told_after_p95", 1000 * np.percentile(after_s, 95), "ms")
    yield row(f"{name}_told_after_0.25_s", 100 * (after_s > 0.25).mean(), "% of beats")
    off = []
    for case, one in zip(group, felt, strict=True):
        lag_s = match(one.trusted(), case.reference_s, case.inside).lag_s
        wraps = (np.diff(one.phase) < -0.5) & (one.quality[1:] >= BELIEVED)
        turn_s = one.time_s[1:][wraps] - one.phase[1:][wraps] / (RATE_HZ * np.diff(one.phase)[wraps] + RATE_HZ)
        off.append(_nearest(turn_s - lag_s, case))
    yield row(f"{name}_phase_error_median", 1000 * np.mean([np.median(o) for o in off]), "ms", aim="<= 40")
    worst = int(np.argmax([np.median(o) for o in off]))
    yield row(f"{name}_phase_error_worst_{group[worst].name}", 1000 * np.median(off[worst]), "ms")


def _nearest(time_s: Floats, case: Case) -> Floats:
    """Distance from each time inside the case's stretches to the nearest reference beat."""
    held = np.any([(time_s > a + 2.0) & (time_s < b - 2.0) for a, b in case.inside], axis=0)
    near = np.abs(time_s[held, None] - case.reference_s[None, :])
    return np.asarray(near.min(axis=1))


def _mean_rate(beat_s: Floats, end_s: Floats) -> Floats:
    """Heart rate of the beats in each window, NaN where there are fewer than three."""
    rate = np.full(end_s.size, np.nan)
    for k, end in enumerate(end_s):
        here = beat_s[(beat_s >= end - WINDOW_S) & (beat_s < end)]
        if here.size > 2:
            rate[k] = 60.0 / np.diff(here).mean()
    return rate


def _rate(name: str, group: list[Case], felt: list[Felt]) -> Iterator[Row]:
    """The shown rate against the reference beats of 8 s and the bedside monitor, while it is believed."""
    errors, shares, monitor, whole = [], [], [], []
    for case, one in zip(group, felt, strict=True):
        lag_s = match(one.trusted(), case.reference_s, case.inside).lag_s
        end_s, true = windows(case)
        at = np.searchsorted(one.time_s, end_s + lag_s) - 1
        believed = (one.quality[at] >= BELIEVED) & np.isfinite(one.rate[at])
        errors.append(np.abs(one.rate[at] - true)[believed])
        whole.append(np.abs(_mean_rate(one.trusted() - lag_s, end_s) - true)[believed])
        shares.append(believed.mean())
        at = np.searchsorted(one.time_s, case.monitor_s) - 1
        believed = (one.quality[at] >= BELIEVED) & np.isfinite(one.rate[at]) & np.isfinite(case.monitor_hr)
        monitor.append(np.abs(one.rate[at] - case.monitor_hr)[believed])
    yield row(f"{name}_rate_mae", np.mean([e.mean() for e in errors]), "1/min", aim="<= 1.5")
    yield row(f"{name}_rate_of_8_s_of_beats_mae", np.mean([np.nanmean(e) for e in whole]), "1/min", aim="<= 1.5")
    yield row(f"{name}_rate_coverage", 100 * np.mean(shares), "% of windows")
    if all(e.size for e in monitor):
        yield row(f"{name}_rate_mae_against_monitor", np.mean([e.mean() for e in monitor]), "1/min", aim="<= 1.5")


def _other_sensors(group: list[Case]) -> Iterator[Row]:
    """The same beats as a 10-bit sensor sends them 50 times a second, and upside down as a raw photodiode does."""
    for figure, waves in (
        ("bidmc_50_hz_10_bit", [fifty_hertz(case.time_s, case.ppg) for case in group]),
        ("bidmc_upside_down", [(case.time_s, -case.ppg) for case in group]),
    ):
        f1 = [_score(case, listen(*wave).trusted()) for case, wave in zip(group, waves, strict=True)]
        yield from _spread(figure, group, f1, (">= 99.2", ">= 95"), [])


def _ceiling(group: list[Case]) -> Iterator[Row]:
    """What whoever knew the reference could choose among all rises, refused ones too: beats that left none are lost."""
    f1 = []
    for case in group:
        column, pulses = np.zeros(case.time_s.size, np.int32), np.empty(case.time_s.size, PULSE)
        find_beats(hearts(1), case.time_s, column, column, case.ppg, pulses)
        rises_s = np.unique(pulses["beat_s"][pulses["verdict"] != NOTHING])
        true = sum(int(((case.reference_s >= a) & (case.reference_s < b)).sum()) for a, b in case.inside)
        hits = int(match(rises_s, case.reference_s, case.inside).hit.sum())
        f1.append(100 * 2 * hits / (hits + true))
    yield from _spread("bidmc_best_choice_of_rises", group, f1, ("", ""), [])


def _cost(columns: int = 2000, seconds: float = 10.0) -> Iterator[Row]:
    """Time a PPG row takes, and a column at each tick, for 2,000 columns of 50 Hz at 60 ticks a second."""
    time_s = np.arange(0.0, seconds, 0.02)
    waves = [np.round(300 + 400 * pulse(time_s, steady(50 + c % 50, seconds, 0.3 + 0.01 * c))) for c in range(200)]
    heart, quality, rhythm = hearts(columns), qualities(columns), rhythms(columns)
    beat_s, trusted, believed = np.empty(columns), np.empty(columns, "?"), np.empty(columns, "?")
    now, age_s = np.empty(columns), np.empty(columns)
    every = np.arange(columns, dtype=np.int32)
    samples_ns, ticks_ns, rows_seen, ticks_seen = 0, 0, 0, 0
    sent = np.zeros(columns, np.int64)
    offset_s = (every * 7 % 20) / 1000.0
    for tick in range(int(seconds * RATE_HZ)):
        now_s = tick / RATE_HZ
        column = every[(sent < time_s.size) & (sent * 0.02 + offset_s <= now_s)]
        at = sent[column]
        value = np.array([waves[c % 200][k] for c, k in zip(column, at, strict=True)])
        stamp, pulses, of = at * 0.02 + offset_s[column], np.empty(column.size, PULSE), np.empty(column.size)
        sent[column] += 1
        channel = np.zeros_like(column)
        begin = perf_counter_ns()
        find_beats(heart, stamp, column, channel, value, pulses)
        judge(quality, stamp, column, pulses, of)
        follow_beats(rhythm, column, pulses, of, now_s, beat_s, trusted)
        middle = perf_counter_ns()
        keep_time(rhythm, beat_s, trusted, now_s, 1 / RATE_HZ, believed)
        quality_now(quality, now_s, now, age_s)
        end = perf_counter_ns()
        if tick > 5:  # compiled by now
            samples_ns, ticks_ns = samples_ns + middle - begin, ticks_ns + end - middle
            rows_seen, ticks_seen = rows_seen + column.size, ticks_seen + columns
    yield row("heart_ns_per_sample", samples_ns / rows_seen, "ns", aim="<= 250")
    yield row("heart_ns_per_column_and_tick", ticks_ns / ticks_seen, "ns", aim="<= 50")
