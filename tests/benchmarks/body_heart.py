"""The heart from PPG on annotated recordings: beats, how soon, phase, rate, quality, nonsense and cost.

The recordings are played through the kernels at 60 ticks a second, one record a column; the peers see the same
records whole.  Beats are matched by Charlton's protocol (`tests.body.fakes.match`), after one lag per record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter_ns

import numpy as np

from installation.body.heart import PULSE, find_beats, hearts
from installation.body.quality import judge, qualities, quality_now
from installation.body.rhythm import follow_beats, keep_time, rhythms
from installation.cli.bench import Row
from tests.benchmarks.aims import judged
from tests.benchmarks.heart_peers import pulse_beats
from tests.benchmarks.recordings import Floats, Record, records
from tests.body.fakes import fifty_hertz, listen, match, pulse, steady

RATE_HZ = 60.0
BELIEVED = 0.5  # the quality that means as likely right as not
WINDOW_S = 8.0  # of a heart rate (Charlton 2022)
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.01)  # of quality
TOLERANCE_S = 0.15  # of a beat (Charlton 2022)
NOISE_RATES = (20.0, 25.0, 32.0, 50.0, 64.0, 100.0, 125.0, 250.0, 500.0, 1000.0)

row = partial(judged, "body")


@dataclass
class Case:
    """One PPG with its reference."""

    name: str
    time_s: Floats
    ppg: Floats
    reference_s: Floats
    inside: Floats  # (k, 2) stretches where the reference holds
    monitor_s: Floats
    monitor_hr: Floats


@dataclass
class Felt:
    """What the kernels made of one PPG: per tick phase, rate and quality; per beat its time, when told, quality."""

    time_s: Floats
    phase: Floats
    rate: Floats
    quality: Floats
    beat_s: Floats
    told_s: Floats
    beat_quality: Floats

    def trusted(self) -> Floats:
        return self.beat_s[self.beat_quality >= 0.3]


def cases(recordings: Path, name: str) -> list[Case]:
    """Every record of a set that has PPG and reference beats."""
    return [_case(record) for record in records(recordings, name) if record.has("ppg", "ref_ecg_beats", "ref_ok")]


def _case(record: Record) -> Case:
    monitor = record.has("mon_t", "mon_hr")
    return Case(
        record.name,
        *record.signal("ppg"),
        record.seconds("ref_ecg_beats", "ppg"),
        record.seconds("ref_ok", "ppg"),
        np.asarray(record.arrays["mon_t"], np.float64) if monitor else np.zeros(0),
        np.asarray(record.arrays["mon_hr"], np.float64) if monitor else np.zeros(0),
    )


def feel(waves: list[tuple[Floats, Floats]]) -> list[Felt]:
    """Every wave (time, PPG) a column, all through the loop's kernels, tick by tick."""
    columns = len(waves)
    times = np.concatenate([time_s for time_s, _ in waves])
    order = np.argsort(times, kind="stable")
    time_s, value = times[order], np.concatenate([value for _, value in waves])[order]
    column = np.concatenate([np.full(t.size, c, np.int32) for c, (t, _) in enumerate(waves)])[order]
    channel = np.zeros_like(column)
    heart, quality, rhythm = hearts(columns), qualities(columns), rhythms(columns)
    ticks = np.arange(0.0, time_s[-1] + 0.5, 1 / RATE_HZ)
    ends = np.searchsorted(time_s, ticks, "right")
    pulses, sample_quality = np.empty(time_s.size, PULSE), np.empty(time_s.size)
    beat_s, trusted, believed = np.empty(columns), np.empty(columns, "?"), np.empty(columns, "?")
    now, age_s = np.empty((ticks.size, columns)), np.empty(columns)
    phase, rate = np.empty_like(now), np.empty_like(now)
    told_s = np.empty(time_s.size)
    start = 0
    for tick, end in enumerate(ends):
        a, c, p, q = time_s[start:end], column[start:end], pulses[start:end], sample_quality[start:end]
        find_beats(heart, a, c, channel[start:end], value[start:end], p)
        judge(quality, a, c, p, q)
        follow_beats(rhythm, c, p, q, ticks[tick], beat_s, trusted)
        keep_time(rhythm, beat_s, trusted, ticks[tick], 1 / RATE_HZ, believed)
        quality_now(quality, ticks[tick], now[tick], age_s)
        phase[tick], rate[tick], told_s[start:end] = rhythm["phase"], rhythm["rate"], ticks[tick]
        start = end
    felt = []
    for c in range(columns):
        beat = (column == c) & (pulses["verdict"] == 2)
        heard = pulses["beat_s"][beat], told_s[beat], sample_quality[beat]
        felt.append(Felt(ticks, phase[:, c], rate[:, c], now[:, c], *heard))
    return felt


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of the heart."""
    patients, resting = cases(recordings, "bidmc"), cases(recordings, "multimodal")
    for name, group in (("bidmc", patients), ("resting", resting)):
        if group:
            felt = feel([(case.time_s, case.ppg) for case in group])
            yield from _beats(name, group, felt)
            yield from _soon(name, group, felt)
            yield from _rate(name, group, felt)
    if patients:
        yield from _other_sensors(patients)
        yield from _calibration(patients + resting)
        yield from _motion(patients + resting)
    yield from _wearable(recordings)
    yield from _nonsense()
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


def _soon(name: str, group: list[Case], felt: list[Felt]) -> Iterator[Row]:
    """How late beats are told, and how far the phase turns from the true next beat, of which it knows nothing yet."""
    late = [float(np.median(one.told_s - one.beat_s)) for one in felt]
    yield row(f"{name}_told_after_median", 1000 * np.mean(late), "ms", aim="<= 120")
    yield row(
        f"{name}_told_after_p95", 1000 * np.percentile(np.concatenate([f.told_s - f.beat_s for f in felt]), 95), "ms"
    )
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


def _windows(case: Case, every_s: float = 2.0) -> tuple[Floats, Floats]:
    """Ends of the windows inside the case's stretches and the heart rate of the reference in each."""
    ends_s, rate = [], []
    for a, b in case.inside:
        for end_s in np.arange(max(a + WINDOW_S, 12.0), b, every_s):
            beats_s = case.reference_s[(case.reference_s >= end_s - WINDOW_S) & (case.reference_s < end_s)]
            if beats_s.size > 2:
                ends_s.append(end_s)
                rate.append(60.0 / np.diff(beats_s).mean())
    return np.array(ends_s), np.array(rate)


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
        end_s, true = _windows(case)
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


def shaken(case: Case, seed: int) -> tuple[Floats, Floats]:
    """A case's PPG with half a minute of motion in every minute: band-limited noise of 0.5-5 Hz, 0.5-3 times its size.

    Returns the wave and, at each of its samples, how strong the motion is against the pulse.
    """
    rng = np.random.default_rng(seed)
    fs = 1 / (case.time_s[1] - case.time_s[0])
    spectrum = np.fft.rfft(rng.normal(size=case.ppg.size))
    hz = np.fft.rfftfreq(case.ppg.size, 1 / fs)
    motion = np.fft.irfft(np.where((hz >= 0.5) & (hz <= 5.0), spectrum, 0.0), case.ppg.size)
    low, high = np.percentile(case.ppg, [5, 95])
    strength = np.where(
        case.time_s % 60.0 >= 30.0, np.array([0.5, 1.0, 2.0, 3.0])[(case.time_s // 60.0).astype(int) % 4], 0.0
    )
    return case.ppg + 0.3 * strength * (high - low) * motion / motion.std(), strength


def _motion(group: list[Case]) -> Iterator[Row]:
    """Rate under motion: abstain rather than lie."""
    waves = [shaken(case, seed) for seed, case in enumerate(group)]
    felt = feel([(case.time_s, wave) for case, (wave, _) in zip(group, waves, strict=True)])
    errors, quality, moved = [], [], []
    for case, one, (_, strength) in zip(group, felt, waves, strict=True):
        lag_s = match(one.trusted(), case.reference_s, case.inside).lag_s
        end_s, true = _windows(case)
        at = np.searchsorted(one.time_s, end_s + lag_s) - 1
        errors.append(np.abs(one.rate[at] - true))
        quality.append(np.where(np.isfinite(one.rate[at]), one.quality[at], 0.0))
        moved.append(strength[np.minimum(np.searchsorted(case.time_s, end_s - WINDOW_S / 2), strength.size - 1)])
    error, sure, motion = np.concatenate(errors), np.concatenate(quality), np.concatenate(moved)
    for name, here in (("still", motion == 0.0), ("weak_motion", motion == 0.5), ("strong_motion", motion >= 1.0)):
        covered = here & (sure >= BELIEVED)
        yield row(f"{name}_rate_coverage", 100 * covered.sum() / here.sum(), "% of windows")
        if covered.any():
            yield row(f"{name}_rate_mae_where_believed", error[covered].mean(), "1/min", aim="<= 3")
            yield row(f"{name}_rate_within_5_where_believed", 100 * (error[covered] <= 5).mean(), "%")
        yield row(f"{name}_rate_mae_all", np.nanmean(error[here]), "1/min")


def _wearable(recordings: Path) -> Iterator[Row]:
    """A wristband in daily life against its maker's own rate, a weak reference."""
    for record in records(recordings, "wearable"):
        if not record.has("ppg", "hr_device"):
            continue
        time_s, wave = record.signal("ppg")
        one = feel([(time_s, wave)])[0]
        end_s = np.arange(20.0, time_s[-1], 2.0)
        device_s, device = record.signal("hr_device")
        at = np.searchsorted(one.time_s, end_s) - 1
        error = np.abs(one.rate[at] - np.interp(end_s, device_s + 10.0, device))  # its first value is of 10 s
        known = np.isfinite(error)
        for quality in (0.0, 0.3, BELIEVED, 0.7, 0.9):
            covered = known & (one.quality[at] >= quality)
            yield row(f"{record.name}_quality_{quality:g}_coverage", 100 * covered.mean(), "% of windows")
            if covered.any():
                yield row(f"{record.name}_quality_{quality:g}_rate_mae", error[covered].mean(), "1/min")


def _calibration(group: list[Case]) -> Iterator[Row]:
    """Of beats of each quality, the share that is right beyond chance, on the records as they are and shaken.

    share = (hits - chance) / (1 - chance),   chance: how much of the time lies within the tolerance of a true beat
    """
    sure, true, chance = [], [], []
    for seed, case in enumerate(group):
        lag_s = match(listen(case.time_s, case.ppg).beat_s, case.reference_s, case.inside).lag_s
        by_chance = min(0.9, 2 * TOLERANCE_S / float(np.median(np.diff(case.reference_s))))
        for wave in (case.ppg, shaken(case, seed)[0]):
            heard = listen(case.time_s, wave)
            beat_s = heard.beat_s - lag_s
            inside = np.any([(beat_s >= a) & (beat_s < b) for a, b in case.inside], axis=0)
            sure.append(heard.quality[inside])
            near = np.abs(beat_s[inside, None] - case.reference_s[None, :]).min(axis=1)
            true.append(near <= TOLERANCE_S)
            chance.append(np.full(near.size, by_chance))
    quality, hit, by = np.concatenate(sure), np.concatenate(true), np.concatenate(chance)
    error = 0.0
    for low, high in pairwise(BINS):
        here = (quality >= low) & (quality < high)
        if here.any():
            share = (hit[here].mean() - by[here].mean()) / (1 - by[here].mean())
            name = f"right_beyond_chance_of_quality_{low:.1f}_to_{min(high, 1.0):.1f}"
            yield row(name, 100 * share, f"% of {here.sum()}")
            error += here.mean() * abs(share - quality[here].mean())
    yield row("quality_calibration_error", error, "", aim="<= 0.1")


def nonsense(fs: float, seconds: float = 120.0) -> dict[str, Floats]:
    """Signals of a sensor that is on no body."""
    rng = np.random.default_rng(3)
    time_s = np.arange(0.0, seconds, 1.0 / fs)
    size = time_s.size
    drift = np.cumsum(rng.normal(size=size)) / np.sqrt(fs)
    return {
        "constant": np.full(size, 512.0),
        "last_bit": 512.0 + rng.integers(-1, 2, size),
        "white_noise": np.round(512 + 100 * rng.normal(size=size)),
        "mains_50": np.round(512 + 200 * np.sin(2 * np.pi * 50.02 * time_s)),
        "mains_60": np.round(512 + 200 * np.sin(2 * np.pi * 59.99 * time_s)),
        "mains_aliased": np.round(512 + 200 * np.sin(2 * np.pi * (fs - 1.1) * time_s)),
        "drift": np.round(512 + 20 * drift),
        "drift_and_last_bit": np.round(512 + 5 * drift + rng.normal(0, 0.7, size)),
        "saturated_noise": np.clip(np.round(900 + 300 * rng.normal(size=size)), 0, 1023),
        "saturated_mains": np.clip(512 + 2000 * np.sin(2 * np.pi * 60.01 * time_s), 0, 1023),
        "floating_pin": np.where(rng.random(size) < 0.02, 1023.0, 0.0),
    }


def _nonsense() -> Iterator[Row]:
    """Trusted beats a minute where there is no heart, at the worst sample rate."""
    counts: dict[str, list[float]] = {}
    for fs in NOISE_RATES:
        for name, wave in nonsense(fs).items():
            counts.setdefault(name, []).append(listen(np.arange(wave.size) / fs, wave).trusted().size / 2.0)
    for name, of in counts.items():
        yield row(f"trusted_beats_of_{name}_at_{NOISE_RATES[int(np.argmax(of))]:g}_hz", max(of), "1/min", aim="<= 0")


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
