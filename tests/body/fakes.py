"""Pulses made by hand, recordings with reference beats, and hearts run over them outside of any loop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.body.heart import BEAT, PULSE, find_beats, hearts
from installation.body.quality import judge, qualities
from installation.frame import Samples

Array = NDArray[np.float64]

STEEPEST_S = 0.12 - 0.06 / np.sqrt(2)  # of `pulse`, after its beat: the inflection of a Gaussian upstroke


def steady(rate: float, seconds: float, first_s: float = 0.3) -> Array:
    """Times of the beats of a heart at `rate` per minute that never wavers."""
    return np.arange(first_s, seconds, 60.0 / rate)


def pulse(time_s: Array, beats_s: Array, dicrotic: float = 0.3) -> Array:
    """A pulse wave: an upstroke of a tenth of a second after every beat, then the dicrotic wave; about 0..1."""
    since_s = time_s[:, None] - beats_s[None, :]
    main = np.exp(-(((since_s - 0.12) / np.where(since_s < 0.12, 0.06, 0.14)) ** 2))
    second = dicrotic * np.exp(-(((since_s - 0.42) / 0.07) ** 2))
    return np.asarray((main + second).sum(axis=1))


@dataclass
class Heard:
    """What a heart found: when beats were, when that became known, how far it could be believed."""

    beat_s: Array
    known_s: Array
    quality: Array
    last_quality: float

    def trusted(self, quality: float = 0.3) -> Array:
        return self.beat_s[self.quality >= quality]


def listen(time_s: Array, value: Array) -> Heard:
    """One heart and its quality over a whole recording."""
    column = np.zeros(time_s.size, np.int32)
    pulses, quality = np.empty(time_s.size, PULSE), np.empty(time_s.size)
    find_beats(hearts(1), time_s, column, np.zeros_like(column), np.asarray(value, dtype=np.float64), pulses)
    memory = qualities(1)
    judge(memory, time_s, column, pulses, quality)
    beat = pulses["verdict"] == BEAT
    return Heard(pulses["beat_s"][beat], time_s[beat], quality[beat], float(memory["quality"][0]))


def rows(time_s: Array, value: Array, column: int = 0, channel: int = 0) -> Samples:
    """Samples of one column and channel."""
    size = time_s.size
    whole = np.full(size, column, np.int32), np.full(size, channel, np.int32)
    return Samples(time_s, *whole, np.asarray(value, dtype=np.float64), np.zeros(size, np.bool_))


def joined(*parts: Samples) -> Samples:
    """Several columns' samples in one, in no order but each column's own."""
    names = ("time_s", "column", "channel", "value", "gap")
    return Samples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass
class Match:
    """Beats against a reference after the one lag that fits best: F1 and what is left of the error, SD in ms.

    counted, hit (beats,): whether a beat falls in the stretches that are scored, and whether it is right there.
    """

    f1: float
    jitter_ms: float
    lag_s: float
    counted: NDArray[np.bool_]
    hit: NDArray[np.bool_]


def match(beats_s: Array, reference_s: Array, inside: Array, tolerance_s: float = 0.15) -> Match:
    """Charlton's protocol (Physiol Meas 43:085007, 2022): F1 within the tolerance, inside [start, end) stretches."""
    nothing = np.zeros(beats_s.size, np.bool_)
    best = Match(0.0, np.nan, 0.0, nothing, nothing)
    if beats_s.size < 2:
        return best
    counts = _inside(reference_s, inside)
    for lag_s in np.arange(-0.3, 1.0, 0.02):
        shifted = beats_s - lag_s
        after = np.clip(np.searchsorted(shifted, reference_s), 1, shifted.size - 1)
        near = np.where(
            np.abs(shifted[after] - reference_s) < np.abs(shifted[after - 1] - reference_s), after, after - 1
        )
        error_s = shifted[near] - reference_s
        found = counts & (np.abs(error_s) <= tolerance_s)
        hit, counted = nothing.copy(), _inside(shifted, inside)
        hit[near[found]] = True
        false, missed = (counted & ~hit).sum(), counts.sum() - hit.sum()  # two references never share a beat
        f1 = 2 * hit.sum() / (2 * hit.sum() + false + missed)
        if f1 > best.f1:
            best = Match(
                float(f1), float(error_s[found].std() * 1000), float(lag_s + np.median(error_s[found])), counted, hit
            )
    return best


def _inside(time_s: Array, stretches: Array) -> NDArray[np.bool_]:
    return np.any([(time_s >= start) & (time_s < end) for start, end in stretches], axis=0)


def recording(path: Path) -> tuple[Array, Array, Array, Array]:
    """Time, PPG, reference beats and the stretches where these hold, of one file of the shared recordings."""
    with np.load(path, allow_pickle=False) as file:
        fs = float(file["fs"])
        ppg = np.asarray(file["ppg"], dtype=np.float64)
        return np.arange(ppg.size) / fs, ppg, file["ref_ecg_beats"] / fs, file["ref_ok"] / fs


def fifty_hertz(time_s: Array, ppg: Array) -> tuple[Array, Array]:
    """The same as a PulseSensor sends it: 50 a second, in whole steps of a 10-bit converter."""
    slow_s = np.arange(time_s[0], time_s[-1], 0.02)
    low, high = np.percentile(ppg, [0.5, 99.5])
    return slow_s, np.clip(np.round(300 + 420 * (np.interp(slow_s, time_s, ppg) - low) / (high - low)), 0, 1023)
