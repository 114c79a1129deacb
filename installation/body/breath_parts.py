"""What breathing leaves in a pulse and in motion, as waves that `breath` can feel where there is no belt.

A breath in draws blood out of the skin and hurries the heart: the pulse becomes smaller, its ground and its feet
sink, its intervals shorten.  Each of the four is a wave with a point at every beat, turned over so that it rises on
inhaling.  On the trunk a breath tilts the accelerometer, most in one of its axes: each is a wave as it is.  Every
such wave is felt by itself, in a virtual column of its own, `parts * column + part`, and `breath_fuse` makes one of
them.  Late by the announcement of a beat and, on average, half an interval.

Where in a breath the parts of a pulse stand differs from one person to the next, and under a ventilator they stand
the other way round: their phase turns with the breath, but is sure to start with it only in the mean of many people.

Sources: Meredith et al., J Med Eng Technol 36:1, 2012; Charlton et al., IEEE Rev Biomed Eng 11:2, 2018; for motion,
Hung et al., EMBC 2008:5049.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.breath import LARGEST, LATEST_S, RESP
from installation.body.heart import BEAT
from installation.compiled import compiled
from installation.frame import CHANNELS, Floats, Ints

PULSE_PARTS = ("height", "ground", "foot", "interval")
MOTION_PARTS = ("acc_x", "acc_y", "acc_z")
ACC_X = CHANNELS.index("acc_x")

TRUSTED = 0.3  # quality a beat needs to carry anything
LONGEST_S = 2.0  # of an interval: 30 per minute
STEADY = 0.7, 1.4  # of the usual interval: what is shorter or longer is an ectopic beat, or one too many or too few
KEEPS = 0.2  # by which the usual interval follows: within a breath
KNOCK = 0.5  # natural logarithm: a height so far off the usual one is a knock

MEAN_S = 0.5  # over which motion is averaged: the fastest breath still has three; tremor and heart are less
LEVEL = 0.06  # by which the level follows: 8 s, two breaths
ROUGH = 10.0  # times the slow power: what trembles more is a step or a gesture, and would fold into the breath

BEATS = np.dtype(
    [
        ("points", "i8"),
        *((name, "f8") for name in ("beat_s", "usual_s", "usual_height")),
        *((name, "f8") for name in ("high", "low", "sum")),  # of the wave since the last beat
    ],
    align=True,
)
"""Memory of what one pulse does from beat to beat; NaN: not known."""


def pulse_parts(columns: int) -> NDArray[Any]:
    """Memory of `columns` pulses of which nothing is known."""
    memory = np.zeros(columns, BEATS)
    for name in ("beat_s", "usual_s", "usual_height"):
        memory[name] = np.nan
    return memory


MOTION = np.dtype(
    [("count", "i8"), *((name, "f8") for name in ("cell", "mean", "rough", "level", "slow"))],
    align=True,
)
"""Memory of one axis: the half second under way, its mean and the sum of squares about it; level, the mean over
some breaths, slow, the mean square of half seconds about it."""


def motion_parts(columns: int) -> NDArray[Any]:
    """Memory of the three axes of `columns` wearers, of which nothing is known."""
    memory = np.zeros(len(MOTION_PARTS) * columns, MOTION)
    memory["cell"] = memory["level"] = np.nan
    return memory


@compiled
def _is_calm(m: Any) -> bool:
    """Whether the half second that is over can carry a breath: its own tremble does not drown what is slow."""
    if np.isnan(m.level):
        m.level = m.mean
    off = m.mean - m.level
    m.level += LEVEL * off
    m.slow += LEVEL * (off * off - m.slow)
    return bool(m.rough <= ROUGH * m.slow * m.count)


@compiled
def _is_usual(p: Any, interval_s: float, height: float) -> bool:
    """Whether a beat is like those before it; these follow it in any case, so that a change is soon the usual."""
    if not 0.0 < interval_s < LONGEST_S or height <= 0.0:  # the first for NaN, at the first beat
        return False
    if np.isnan(p.usual_s):
        p.usual_s, p.usual_height = interval_s, height
    share, off = interval_s / p.usual_s, np.log(height / p.usual_height)
    p.usual_s *= share**KEEPS
    p.usual_height *= np.exp(KEEPS * min(KNOCK, max(-KNOCK, off)))
    return bool(STEADY[0] < share < STEADY[1] and abs(off) < KNOCK)


@compiled
def part_pulse(
    memory: NDArray[Any],
    column: Ints,
    pulse: NDArray[Any],
    quality: Floats,
    time_s: Floats,
    part: Ints,
    channel: Ints,
    value: Floats,
) -> int:
    """Take pulses (K,) of `find_beats`, of some quality (K,), into the memory (M,); how many rows they gave.

    time_s, part, channel, value (4 K,), written from the start: rows for `feel_breath` and a memory of 4 M columns.
    """
    rows = 0
    for k in range(column.size):
        wave = pulse[k].wave
        if not np.isfinite(wave):
            continue
        p = memory[column[k]]
        if p.points == 0:
            p.high, p.low, p.sum = wave, wave, 0.0
        p.high, p.low, p.sum, p.points = max(p.high, wave), min(p.low, wave), p.sum + wave, p.points + 1
        if pulse[k].verdict != BEAT:
            continue
        beat_s = pulse[k].beat_s
        interval_s, height = beat_s - p.beat_s, p.high - p.low
        p.beat_s = beat_s
        if _is_usual(p, interval_s, height) and quality[k] >= TRUSTED:
            parts = (-height, -p.sum / p.points, -p.low, -interval_s)
            for j in range(len(parts)):
                time_s[rows], value[rows] = beat_s, parts[j]
                part[rows], channel[rows] = len(parts) * column[k] + j, RESP
                rows += 1
        p.points = 0
    return rows


@compiled
def part_motion(
    memory: NDArray[Any],
    time_s: Floats,
    column: Ints,
    channel: Ints,
    value: Floats,
    part_s: Floats,
    part: Ints,
    as_channel: Ints,
    part_value: Floats,
) -> int:
    """Take samples (K,) of motion into the memory (3 M,); how many rows they gave.

    part_s, part, as_channel, part_value (K,), written from the start: means over half a second, as rows for
    `feel_breath` and a memory of 3 M columns.  What is no motion, no number or out of order is left out.
    """
    rows = 0
    for k in range(time_s.size):
        axis = channel[k] - ACC_X
        if not 0 <= axis < len(MOTION_PARTS):
            continue
        now_s = time_s[k]
        if not (abs(now_s) < LATEST_S and abs(value[k]) < LARGEST):
            continue
        here = len(MOTION_PARTS) * column[k] + axis
        m = memory[here]
        cell = np.floor(now_s / MEAN_S)
        if cell < m.cell:
            continue
        if cell > m.cell and _is_calm(m):
            part_s[rows], part_value[rows] = (m.cell + 0.5) * MEAN_S, m.mean
            part[rows], as_channel[rows] = here, RESP
            rows += 1
        if cell != m.cell:  # NaN before the first
            m.cell, m.count, m.mean, m.rough = cell, 0, 0.0, 0.0
        m.count += 1
        off = value[k] - m.mean
        m.mean += off / m.count
        m.rough += off * (value[k] - m.mean)
    return rows
