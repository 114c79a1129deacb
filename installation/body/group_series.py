"""Series of many wearers on one grid: what group synchrony compares, kept in rings, with what each window needs.

Twice a second the newest heart rate, skin, breath phase and breath rate of every wearer are written down; a grid
sample is the value of the first tick at or after its moment.  Rates and skin are compared by correlation, so a
window is taken about its mean and divided by its norm; a breath phase is a point on the circle, cosine and
sine, and needs neither.  All windows are then unit vectors, and the mean inner product over pairs is the mean
correlation, or the mean phase coherence.

A wearer's weight in a window rises from 0, where half of it is known, to their mean quality, where
all of it is: who joins fades in over a window, who leaves fades out.  Short gaps are held; after a long one a
series begins anew, so that the step between two lives of a sensor is never compared.

Latency: at most a grid step.  Windows: synchrony of audiences is told from sliding correlations over half a
minute (Tschacher et al., doi 10.1038/s41598-023-41960-2); breath coherence needs a few breaths, four in 16 s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints

GRID_S = 0.5  # breathing seldom passes 0.5 Hz, heart rate and skin are slower
WINDOW = 60, 60, 32, 60  # grid samples: 30 s of heart rate, skin and breath rate, 16 s of breath phase
HISTORY = 180  # grid samples, 90 s: as far back as chance is drawn from; many times the memory of a breath
RING = HISTORY + 8  # and what is written while one round of work goes on
HEART, SKIN, BREATH, BREATH_RATE = range(4)
MEASURES = ("heart", "skin", "breath", "breath_rate")
ROW = 0, 1, 2, 4  # of each measure's values; the breath's first row is the cosine of its phase, the second
SINE = 3  # is the sine
ROWS = 5
ORGAN = 0, 1, 2, 2  # columns of quality, in the order of `frame.ORGANS`

ROUND = 2  # grid samples, 1 s, from one comparison to the next: windows of half a minute change no faster
ENDS = RING // ROUND  # windows that are remembered: one in every round
LOST = 10  # grid samples, 5 s: after a longer gap a series begins anew
SLOWEST, FASTEST = 20.0, 300.0  # no heart is outside, per minute
SLOWEST_BREATH, FASTEST_BREATH = 1.0, 70.0  # nor any breath, per minute
MOST_US = 1e3  # nor is any skin beyond this, as level or per second
MOST_TURNS = 1e3  # and a phase is 0..1, or counts on


@dataclass(frozen=True, slots=True)
class Series:
    """Rings of N wearers: every sample stands twice, RING apart, so that any window is one stretch.

    value (ROWS, N, 2 RING) · sure (4, N, 2 RING) weight of each sample, 0 where it is held · mean, scale, weight
    (4, N, ENDS) of the window that ended with that round; scale is 1 / norm, weight 0 where the window can't be
    compared; written where windows are used, once a round · age (4, N) samples since the series began, 0: it has
    not · quiet (4, N) samples since it was last known.
    """

    value: Floats32
    sure: Floats32
    mean: Floats32
    scale: Floats32
    weight: Floats32
    age: Ints
    quiet: Ints


def series(wearers: int) -> Series:
    """Rings in which nothing is known."""
    kinds = len(MEASURES)
    whole, ends = (wearers, 2 * RING), (kinds, wearers, ENDS)
    value, sure = np.zeros((ROWS, *whole), np.float32), np.zeros((kinds, *whole), np.float32)
    mean, scale, weight = (np.zeros(ends, np.float32) for _ in range(3))
    return Series(
        value, sure, mean, scale, weight, np.zeros((kinds, wearers), np.int32), np.zeros((kinds, wearers), np.int32)
    )


@compiled
def write(
    value: Floats32,
    sure: Floats32,
    weight: Floats32,
    age: Ints,
    quiet: Ints,
    step: int,
    heart_rate: Floats,
    skin: Floats,
    breath_phase: Floats,
    breath_rate: Floats,
    quality: Floats,
    known: bool,
) -> None:
    """Write grid sample `step` of every wearer into the rings of a `Series`.

    heart_rate 1/min, skin µS or µS/s, breath_phase in turns, breath_rate 1/min, each (N,), NaN: not known ·
    quality (N, 3 or more) of heart, skin and breath, by which each counts · known False: the step was missed
    """
    here = step % RING
    for m in range(len(WINDOW)):
        row = ROW[m]
        for w in range(heart_rate.size):
            if m == HEART:
                x, fit = heart_rate[w], SLOWEST <= heart_rate[w] <= FASTEST
            elif m == SKIN:
                x, fit = skin[w], abs(skin[w]) < MOST_US
            elif m == BREATH:
                x, fit = breath_phase[w], abs(breath_phase[w]) < MOST_TURNS
            else:
                x, fit = breath_rate[w], SLOWEST_BREATH <= breath_rate[w] <= FASTEST_BREATH
            q = quality[w, ORGAN[m]]
            fit = fit and known and 0.0 < q <= 1.0  # False for NaN
            if not fit and age[m, w] == 0:
                continue
            a, b = x, 0.0
            if m == BREATH and fit:
                a, b = np.cos(2.0 * np.pi * x), np.sin(2.0 * np.pi * x)
            if not fit:
                before = here + RING - 1
                a = value[row, w, before]
                b = value[SINE, w, before] if m == BREATH else 0.0
                q = 0.0
                quiet[m, w] += 1
            elif age[m, w] == 0 or quiet[m, w] > LOST:
                for k in range(2 * RING):
                    value[row, w, k], sure[m, w, k] = a, 0.0
                    if m == BREATH:
                        value[SINE, w, k] = b
                for k in range(ENDS):
                    weight[m, w, k] = 0.0
                age[m, w] = quiet[m, w] = 0
            else:
                quiet[m, w] = 0
            age[m, w] = min(age[m, w] + 1, RING)
            value[row, w, here] = value[row, w, here + RING] = a
            if m == BREATH:
                value[SINE, w, here] = value[SINE, w, here + RING] = b
            sure[m, w, here] = sure[m, w, here + RING] = q
            if quiet[m, w] >= RING:
                age[m, w] = 0
