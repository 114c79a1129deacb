"""Breath against people who counted it: rate of belt, pulse and motion; and what a sample costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from installation.body.breath import RESP, feel_breath
from installation.body.breath_memory import breaths
from installation.body.breath_time import FELT, breath_now
from installation.cli.bench import Row
from installation.clock import RealClock
from tests.benchmarks.aims import judged
from tests.benchmarks.body_breath_phase import BELIEVED, SETTLED_S, phases
from tests.benchmarks.recordings import Floats, Record, records
from tests.body.breath_fakes import Felt, apart, chest, feel, feel_motion, feel_pulse, rate_of, turns

WINDOW_S, STEP_S = 32.0, 8.0
AGREE = 2.0  # per minute: windows in which two people differ by more are left out

row = partial(judged, "body")


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of breath that the folder allows."""
    yield from _counted(records(recordings, "bidmc"))
    yield from phases(recordings)
    yield from _motion(records(recordings, "group_concert"))
    yield from _steps()
    yield from _speed()


def _windows(record: Record) -> tuple[Floats, Floats, float]:
    """Ends of windows in s, the rate that two people counted in each, per minute, and by how much they differ."""
    one, other = (record.seconds(name, "resp") for name in ("ref_breaths_a", "ref_breaths_b"))
    starts_s = np.arange(0.0, record.signal("resp")[0][-1] - WINDOW_S, STEP_S)
    rates = np.array([[rate_of(person, s, s + WINDOW_S) for person in (one, other)] for s in starts_s])
    agree = np.abs(rates[:, 0] - rates[:, 1]) <= AGREE
    differ = float(np.abs(rates[agree, 0] - rates[agree, 1]).mean())
    return starts_s[agree] + WINDOW_S, rates[agree].mean(axis=1), differ


def _neurokit(record: Record, ends_s: Floats, method: str) -> Floats:
    """The rate that NeuroKit2 finds in each window, offline."""
    try:
        import neurokit2 as nk
    except ImportError:
        return np.full(ends_s.size, np.nan)
    time_s, resp = record.signal("resp")
    rates = []
    for end_s in ends_s:
        window = resp[(time_s >= end_s - WINDOW_S) & (time_s < end_s)]
        try:
            clean = nk.rsp_clean(window, sampling_rate=record.rate_hz("resp"), method=method)
            peaks = nk.rsp_findpeaks(clean, sampling_rate=record.rate_hz("resp"), method=method)["RSP_Peaks"]
            if len(peaks) < 2:
                raise ValueError("no two breaths")
            rates.append(60.0 * record.rate_hz("resp") * (len(peaks) - 1) / (peaks[-1] - peaks[0]))
        except (ValueError, IndexError, ZeroDivisionError):
            rates.append(np.nan)
    return np.array(rates)


def _counted(patients: list[Record]) -> Iterator[Row]:
    mine: dict[str, float] = {}
    theirs: dict[str, list[float]] = {"neurokit_khodadad2018": [], "neurokit_biosppy": [], "people": []}
    pulse: dict[str, float] = {}
    believed: list[bool] = []
    for record in patients:
        if not record.has("resp", "ref_breaths_a", "ref_breaths_b"):
            continue
        ends_s, true, differ = _windows(record)
        felt = feel(*record.signal("resp"), rate_hz=4.0)
        mine[record.name] = _off(felt.rate[np.searchsorted(felt.time_s, ends_s)], true)
        theirs["people"].append(differ)
        for method in ("khodadad2018", "biosppy"):
            theirs[f"neurokit_{method}"].append(_off(_neurokit(record, ends_s, method), true))
        if record.has("ppg"):
            felt = feel_pulse(*record.signal("ppg"))
            at = np.searchsorted(felt.time_s, ends_s)
            good = felt.quality[at] >= BELIEVED
            believed += list(good)
            pulse[record.name] = _off(felt.rate[at][good], true[good])
    if not mine:
        return
    beside = {name: float(np.nanmean(values)) for name, values in theirs.items() if not np.isnan(values).all()}
    worst = max(mine, key=mine.__getitem__)
    yield row("breath_rate_bidmc_mae", float(np.mean(list(mine.values()))), "1/min", aim="<= 0.35", beside=beside)
    yield row(f"breath_rate_bidmc_mae_worst_{worst}", mine[worst], "1/min", aim="<= 1")
    told = {name: value for name, value in pulse.items() if not np.isnan(value)}
    if told:
        worst = max(told, key=told.__getitem__)
        yield row("breath_rate_of_ppg_bidmc_mae", float(np.mean(list(told.values()))), "1/min", aim="<= 2")
        yield row(f"breath_rate_of_ppg_bidmc_mae_worst_{worst}", told[worst], "1/min")
        yield row("breath_rate_of_ppg_bidmc_told", 100.0 * float(np.mean(believed)), "% of windows")


def _off(found: Floats, true: Floats) -> float:
    """Mean absolute error; NaN where nothing was found."""
    off = np.abs(found - true)
    return float(np.nanmean(off)) if np.isfinite(off).any() else np.nan


def _motion(listeners: list[Record]) -> Iterator[Row]:
    for record in listeners:
        if record.has("acc", "resp"):
            belt, trunk = feel(*record.signal("resp"), rate_hz=10.0), feel_motion(*record.signal("acc"))
            both = (belt.quality >= BELIEVED) & (trunk.quality >= BELIEVED) & (belt.time_s > SETTLED_S)
            yield row("breath_rate_of_motion_against_belt_mae", _off(trunk.rate[both], belt.rate[both]), "1/min")
            told = 100.0 * float((trunk.quality >= BELIEVED).mean())
            yield row("breath_rate_of_motion_told", told, "% of time")


def _steps() -> Iterator[Row]:
    """Breaths after a change of pace until the error stays within 0.35 rad, over a breath; the slowest of many."""
    worst = 0.0
    time_s = np.arange(0.0, 120.0, 0.04)
    for before in (6.0, 9.0, 12.0, 18.0, 24.0):
        for after in (6.0, 9.0, 12.0, 18.0, 24.0):
            for start_s in (60.0, 61.3, 62.6):
                breath = turns(time_s, np.where(time_s < start_s, before, after))
                felt = feel(time_s, chest(breath), rate_hz=20.0)
                off = np.abs(apart(felt.phase, np.interp(felt.time_s, time_s, breath)))
                one = int(20.0 * 60.0 / after)  # ticks of a breath
                over = np.flatnonzero(np.convolve(off, np.full(one, 1.0 / one), "valid") > 0.35)
                late_s = felt.time_s[over[-1]] if over.size else start_s
                worst = max(worst, (late_s - start_s) * after / 60.0)
    yield row("breath_phase_found_again_after_a_step", worst, "breaths", aim="<= 2")
    yield from _nothing()


def _nothing() -> Iterator[Row]:
    """How long what is no chest is believed, the longest of several."""
    rng = np.random.default_rng(3)
    time_s = np.arange(0.0, 300.0, 0.04)
    signals: dict[str, Callable[[], Floats]] = {
        "constant": lambda: np.full(time_s.size, 512.0),
        "last_bit": lambda: 512.0 + rng.integers(-1, 2, time_s.size),
        "white_noise": lambda: rng.normal(size=time_s.size),
        "wandering": lambda: np.cumsum(rng.normal(size=time_s.size)),
    }
    for name, signal in signals.items():
        felt: Felt = feel(time_s, signal(), rate_hz=5.0)
        yield row(
            f"breath_believed_in_{name}", 100.0 * float((felt.quality >= BELIEVED).mean()), "% of time", aim="<= 5"
        )


def _speed() -> Iterator[Row]:
    """What a sample and a tick cost."""
    columns, ticks = 2000, 120
    rng = np.random.default_rng(1)
    memory, felt = breaths(columns), np.empty((len(FELT), columns))
    column = np.tile(np.arange(columns, dtype=np.int32), 1)
    channel, clock = np.full(columns, RESP, np.int32), RealClock()
    phase = rng.uniform(0.0, 1.0, columns)
    feel_s = now_s = 0.0
    for tick in range(ticks):
        time_s = np.full(columns, tick * 0.04)
        value = chest(0.25 * time_s + phase)
        start_s = clock.now_s()
        feel_breath(memory, time_s, column, channel, value)
        middle_s = clock.now_s()
        breath_now(memory, tick * 0.04, 0.04, felt, True)
        if tick > 10:
            feel_s, now_s = feel_s + middle_s - start_s, now_s + clock.now_s() - middle_s
    counted = columns * (ticks - 11)
    yield row("breath_sample", 1e9 * feel_s / counted, "ns", aim="<= 300")
    yield row("breath_tick_of_a_wearer", 1e9 * now_s / counted, "ns")
