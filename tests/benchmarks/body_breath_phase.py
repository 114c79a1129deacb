"""How far the phase of a belt's breath is from the true one, by three definitions of true, and what these leave open.

- wave: the angle of the analytic signal (Hilbert), of the wave in the band of breath, cut without a delay.  The aim.
- extremes: 0 where inhaling starts (trough), 0.5 where exhaling starts (crest), straight between, as NeuroKit2's
  `rsp_phase` parts a breath (Makowski et al., Behav Res Methods 53:1689, 2021).
- people: 0.5 where a person marked the breath (its crest), straight from crest to crest.

Errors are mean absolute circular ones, in rad, of each record where quality is 0.5 or more, after the first 20 s and
up to 8 s from the end; then the mean of the records.  No shift is taken off, not even the one that all have in common
(`breath_phase_ahead`, of the wave).  How much of the time is scored stands beside (`..._told`).

Definitions differ from each other, and people too: `breath_phase_floor_...` is by how much, over the same moments.
`..._floor_of_pace` is who knows each marked crest the moment it comes, and expects the next after the median of six
cycles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from installation.cli.bench import Row
from tests.benchmarks.aims import judged
from tests.benchmarks.recordings import Floats, records
from tests.body.breath_fakes import apart, feel

BAND_HZ = 0.05, 0.7  # of the true phase: 3 to 42 per minute
SMOOTH_HZ = 1.0  # of the wave whose extremes are looked for: the heart's ripple is left behind
SHARE = 0.3  # of the usual swing: less is no turn
NEAR = 8  # swings before and after, of which the median is usual
CYCLES = 6  # of which the median is the pace
SETTLED_S, EDGE_S = 20.0, 8.0  # left out at the start, and at the end, where the true phase is not known
BELIEVED = 0.5

row = partial(judged, "body")


@dataclass(frozen=True)
class Belt:
    """One wave: its set and name, (T,) times and values, and the crests in s that people marked, where they did."""

    of: str
    name: str
    time_s: Floats
    wave: Floats
    marks: tuple[Floats, ...]


def _belts(recordings: Path) -> Iterator[Belt]:
    for record in records(recordings, "bidmc"):
        if record.has("resp"):
            names = [name for name in ("ref_breaths_a", "ref_breaths_b") if record.has(name)]
            marks = tuple(record.seconds(name, "resp") for name in names)
            yield Belt("bidmc", record.name, *record.signal("resp"), marks)
    for name in ("group_concert", "multimodal"):
        for record in records(recordings, name):
            if not record.has("resp"):
                continue
            time_s, wave = record.signal("resp")
            for number, column in enumerate(wave.reshape(time_s.size, -1).T):
                if np.isfinite(column).all():
                    yield Belt(name, f"{record.name}_{number}", time_s, np.ascontiguousarray(column), ())


def _even(time_s: Floats, wave: Floats) -> tuple[Floats, Floats]:
    """The wave at 10 Hz, averaged over a tenth of a second."""
    slow_s = np.arange(time_s[0] + 0.05, time_s[-1] - 0.05, 0.1)
    area = np.concatenate([[0.0], np.cumsum(0.5 * (wave[1:] + wave[:-1]) * np.diff(time_s))])
    return slow_s, (np.interp(slow_s + 0.05, time_s, area) - np.interp(slow_s - 0.05, time_s, area)) / 0.1


def by_wave(time_s: Floats, wave: Floats) -> tuple[Floats, Floats]:
    """Times in s and, offline, the angle of the analytic signal, in turns from empty."""
    from scipy.signal import butter, hilbert, sosfiltfilt

    slow_s, mean = _even(time_s, wave)
    band = sosfiltfilt(butter(2, BAND_HZ, "band", fs=10.0, output="sos"), mean - mean.mean())
    return slow_s, np.unwrap(np.angle(hilbert(band))) / (2 * np.pi) + 0.5


def _turns(wave: Floats, back: Floats) -> list[int]:
    """Where a wave turns that comes back by `back` from each extreme: trough, crest, trough and so on."""
    found: list[int] = []
    sign, at = 1.0, 0
    for k in range(1, wave.size):
        if sign * (wave[k] - wave[at]) > 0.0:
            at = k
        elif abs(wave[at] - wave[k]) > back[k]:
            found.append(at)
            sign, at = -sign, k
    return found[1:]  # before the first trough the recording may have started anywhere


def by_extremes(time_s: Floats, wave: Floats) -> tuple[Floats, Floats]:
    """Times in s of the troughs and crests found offline, and their phase in turns: 0 at a trough, 0.5 at a crest."""
    from scipy.signal import butter, sosfiltfilt

    slow_s, mean = _even(time_s, wave)
    smooth = sosfiltfilt(butter(2, SMOOTH_HZ, fs=10.0, output="sos"), mean - mean.mean())
    low, high = np.percentile(smooth, [10, 90])
    back, found = np.full(smooth.size, 0.5 * SHARE * (high - low)), list[int]()
    for _ in range(3):  # the usual swing is known from the turns, and the turns from the usual swing
        found = _turns(smooth, back)
        if len(found) < 4:
            break
        swing = np.abs(np.diff(smooth[found]))
        usual = [np.median(swing[max(0, k - NEAR) : k + NEAR + 1]) for k in range(swing.size)]
        back = SHARE * np.interp(np.arange(smooth.size), found[1:], usual)
    return slow_s[found], 0.5 * np.arange(len(found))


def _between(moments_s: Floats, time_s: Floats, turns: Floats) -> Floats:
    """Phases at some moments; NaN outside of what is known."""
    if time_s.size < 2:
        return np.full(moments_s.size, np.nan)
    return np.interp(moments_s, time_s, turns, np.nan, np.nan)


def _by_pace(moments_s: Floats, marks_s: Floats) -> Floats:
    """The phase of who knows every crest at once, and of the next only the pace of the last ones."""
    cycle_s = np.diff(marks_s)
    pace_s = np.array([np.median(cycle_s[max(0, k - CYCLES) : k]) if k else np.nan for k in range(marks_s.size)])
    last = np.searchsorted(marks_s, moments_s, "right") - 1
    along = np.minimum(1.0, (moments_s - marks_s[np.maximum(last, 0)]) / pace_s[np.maximum(last, 0)])
    return np.where(last >= 0, 0.5 + last + along, np.nan)


def _mean(values: Floats) -> float:
    values = values[np.isfinite(values)]
    return float(np.abs(np.angle(np.exp(1j * values))).mean()) if values.size else np.nan


def phases(recordings: Path) -> Iterator[Row]:
    """Errors of the phase against every definition, and by how much the definitions differ from each other."""
    off: dict[str, dict[str, Floats]] = {}
    floor: dict[str, list[float]] = {}
    believed: dict[str, list[float]] = {}
    for belt in _belts(recordings):
        felt = feel(belt.time_s, belt.wave)
        inside = (felt.time_s > belt.time_s[0] + SETTLED_S) & (felt.time_s < belt.time_s[-1] - EDGE_S)
        good = inside & (felt.quality >= BELIEVED)
        believed.setdefault(belt.of, []).append(good.sum() / inside.sum())
        at_s, phase = felt.time_s[good], felt.phase[good]
        wave = np.interp(at_s, *by_wave(belt.time_s, belt.wave))
        extremes = _between(at_s, *by_extremes(belt.time_s, belt.wave))
        off.setdefault(belt.of, {})[belt.name] = apart(phase, wave)
        off.setdefault(f"{belt.of}_by_extremes", {})[belt.name] = apart(phase, extremes)
        floor.setdefault(f"{belt.of}_wave_against_extremes", []).append(_mean(apart(wave, extremes)))
        people = [_between(at_s, marks_s, 0.5 + np.arange(marks_s.size)) for marks_s in belt.marks]
        if people:
            off.setdefault("bidmc_marked_by_people", {})[belt.name] = apart(phase, people[0])
            floor.setdefault("bidmc_wave_against_people", []).append(_mean(apart(wave, people[0])))
            pace = _by_pace(at_s, belt.marks[0])
            floor.setdefault("bidmc_marked_by_people_of_pace", []).append(_mean(apart(pace, people[0])))
        if len(people) > 1:
            floor.setdefault("bidmc_two_people", []).append(_mean(apart(people[0], people[1])))
    every = [each for name in believed for each in off[name].values()]
    if not every:
        return
    yield row("breath_phase_ahead", float(np.angle(np.exp(1j * np.concatenate(every)).mean())), "rad")
    for name, each in off.items():
        error = {record: _mean(values) for record, values in each.items() if np.isfinite(values).any()}
        worst = max(error, key=error.__getitem__)
        aim = "" if name.endswith("by_extremes") else "<= 0.35"
        yield row(f"breath_phase_{name}_error", float(np.mean(list(error.values()))), "rad", aim=aim)
        yield row(f"breath_phase_{name}_error_worst_{worst}", error[worst], "rad")
        if name in believed:
            yield row(f"breath_phase_{name}_told", 100.0 * float(np.mean(believed[name])), "% of time")
    for name, values in floor.items():
        if not np.isnan(values).all():
            yield row(f"breath_phase_floor_{name}", float(np.nanmean(values)), "rad")
