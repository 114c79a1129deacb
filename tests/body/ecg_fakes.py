"""ECGs made by hand, and an ECG's heart and its quality run over them outside of any loop."""

from __future__ import annotations

import numpy as np

from installation.body.ecg import ECG, find_qrs
from installation.body.ecg_memory import ecgs
from installation.body.ecg_quality import ecg_qualities, judge_ecg
from installation.body.heart import BEAT, PULSE
from tests.body.fakes import Array, Heard

WAVES = ((-0.16, 0.025, 0.12), (-0.03, 0.012, -0.1), (0.0, 0.012, 1.0), (0.03, 0.012, -0.2), (0.28, 0.05, 0.25))
"""P, Q, R, S, T: seconds after the R wave, width, height."""


def ecg(time_s: Array, beats_s: Array, waves: tuple[tuple[float, float, float], ...] = WAVES) -> Array:
    """An ECG in mV with an R wave at every beat."""
    value = np.zeros(time_s.size)
    for beat_s in beats_s:
        first, last = np.searchsorted(time_s, [beat_s - 0.5, beat_s + 0.7])
        since_s = time_s[first:last] - beat_s
        for at_s, width_s, height in waves:
            value[first:last] += height * np.exp(-(((since_s - at_s) / width_s) ** 2))
    return value


def hear(time_s: Array, value: Array) -> tuple[Heard, Array]:
    """What one heart's ECG says, and the quality at every sample."""
    column, channel = np.zeros(time_s.size, np.int32), np.full(time_s.size, ECG, np.int32)
    pulses, quality = np.zeros(time_s.size, PULSE), np.full(time_s.size, np.nan)
    find_qrs(ecgs(1), time_s, column, channel, np.asarray(value, np.float64), pulses)
    memory = ecg_qualities(1)
    judge_ecg(memory, time_s, column, channel, pulses, quality)
    beat = pulses["verdict"] == BEAT
    heard = Heard(pulses["beat_s"][beat], time_s[beat], quality[beat], float(memory["quality"][0]))
    return heard, quality


def hits(beats_s: Array, reference_s: Array, tolerance_s: float = 0.15) -> Array:
    """Errors in s of the beats that are within the tolerance of a reference beat, each of which counts once."""
    errors, k = [], 0
    for reference in reference_s:
        while k + 1 < beats_s.size and abs(beats_s[k + 1] - reference) <= abs(beats_s[k] - reference):
            k += 1
        if k < beats_s.size and abs(beats_s[k] - reference) <= tolerance_s:
            errors.append(beats_s[k] - reference)
            k += 1
    return np.array(errors)


def f1(beats_s: Array, reference_s: Array) -> float:
    """2 hits / (beats + reference beats), in %."""
    return 100.0 * 2 * hits(beats_s, reference_s).size / (beats_s.size + reference_s.size)
