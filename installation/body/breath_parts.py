"""What breathing leaves in a pulse and in motion, as waves that `breath` can feel where there is no belt.

A breath in draws blood out of the skin and hurries the heart: the pulse becomes smaller, its ground and its feet
sink, its intervals shorten.  Each of the four is a wave with a point at every beat, turned over so that it rises on
inhaling.  On the trunk a breath tilts the accelerometer, most in one of its axes: each is a wave as it is.  Every
such wave is felt by itself, in a virtual column of its own, `parts * column + part`, and `breath_fuse` makes one of
them.  Late by the announcement of a beat and, on average, half an interval.

Sources: Meredith et al., J Med Eng Technol 36:1, 2012; Charlton et al., IEEE Rev Biomed Eng 11:2, 2018; for motion,
Hung et al., EMBC 2008:5049.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.breath import RESP
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
def part_motion(column: Ints, channel: Ints, part: Ints, as_channel: Ints) -> None:
    """Write for rows (K,) of which virtual column they are, of 3 M, and as which channel: breath, or none (-1)."""
    for k in range(column.size):
        axis = channel[k] - ACC_X
        mine = 0 <= axis < len(MOTION_PARTS)
        as_channel[k] = RESP if mine else -1
        part[k] = len(MOTION_PARTS) * column[k] + axis if mine else 0
