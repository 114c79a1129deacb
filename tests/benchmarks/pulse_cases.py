"""Annotated recordings of PPG, and what the heart's kernels make of them at 60 ticks a second, one record a column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from installation.body.heart import BEAT, PULSE, find_beats, hearts
from installation.body.quality import judge, qualities, quality_now
from installation.body.rhythm import TRUSTED, follow_beats, keep_time, rhythms
from tests.benchmarks.recordings import Floats, Record, records

RATE_HZ = 60.0
BELIEVED = 0.5  # the quality that means as likely right as not
WINDOW_S = 8.0  # of a heart rate (Charlton 2022)


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
    """What the kernels made of one PPG: per tick phase, rate and quality; per beat its time, when told, quality.

    shown_s: times of the beats that are believed, whether trusted or where the rhythm expects one.
    """

    time_s: Floats
    phase: Floats
    rate: Floats
    quality: Floats
    beat_s: Floats
    told_s: Floats
    beat_quality: Floats
    shown_s: Floats

    def trusted(self) -> Floats:
        return self.beat_s[self.beat_quality >= TRUSTED]


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
    told_s, shown_s = np.empty(time_s.size), np.full_like(now, np.nan)
    start = 0
    for tick, end in enumerate(ends):
        a, c, p, q = time_s[start:end], column[start:end], pulses[start:end], sample_quality[start:end]
        find_beats(heart, a, c, channel[start:end], value[start:end], p)
        judge(quality, a, c, p, q)
        follow_beats(rhythm, c, p, q, ticks[tick], beat_s, trusted)
        keep_time(rhythm, beat_s, trusted, ticks[tick], 1 / RATE_HZ, believed)
        shown_s[tick] = np.where(believed, beat_s, np.nan)
        quality_now(quality, ticks[tick], now[tick], age_s)
        phase[tick], rate[tick], told_s[start:end] = rhythm["phase"], rhythm["rate"], ticks[tick]
        start = end
    felt = []
    for c in range(columns):
        beat = (column == c) & (pulses["verdict"] == BEAT)
        heard = pulses["beat_s"][beat], told_s[beat], sample_quality[beat]
        felt.append(Felt(ticks, phase[:, c], rate[:, c], now[:, c], *heard, shown_s[np.isfinite(shown_s[:, c]), c]))
    return felt


def windows(case: Case, every_s: float = 2.0) -> tuple[Floats, Floats]:
    """Ends of the windows inside the case's stretches and the heart rate of the reference in each."""
    ends_s, rate = [], []
    for a, b in case.inside:
        for end_s in np.arange(max(a + WINDOW_S, 12.0), b, every_s):
            beats_s = case.reference_s[(case.reference_s >= end_s - WINDOW_S) & (case.reference_s < end_s)]
            if beats_s.size > 2:
                ends_s.append(end_s)
                rate.append(60.0 / np.diff(beats_s).mean())
    return np.array(ends_s), np.array(rate)


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
