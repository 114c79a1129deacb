"""How far the last breaths are to be believed: the doubts that change with a breath, not from tick to tick.

Each doubt is none at or beyond its first number and complete at its second; `breath_time` has those of the moment.

Source: regularity of the last breaths as quality: Charlton et al., IEEE Rev Biomed Eng 11:2, 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.body.breath_memory import CYCLES, KNOWN, RECENT
from installation.compiled import compiled

FEWEST = 2  # whole cycles until a rate is known
FEW = 3.0  # cycles until breaths are believed wholly
SPREAD = 0.3, 0.65  # of the logarithms of cycles and of heights, added: calm breath 0.15, speech 0.4, noise 0.6
STRAIGHT = 0.93, 0.75  # what swings amount to, of the way of the wave: breath 0.97, a wave that wanders 0.85
QUICK = 41.0, 46.0  # per minute: no guest breathes so fast
STEPS = 6.0, 3.0  # of the converter in a breath


@compiled
def _sure(measured: float, doubts: tuple[float, float]) -> float:
    """1 at or beyond the first of `doubts`, 0 at the second, smooth between."""
    along = min(1.0, max(0.0, (measured - doubts[1]) / (doubts[0] - doubts[1])))
    return float(along * along * (3.0 - 2.0 * along))


@compiled
def _spread(values: Any, usual: float) -> float:
    """How far some values are from the usual one: the median distance of their natural logarithms."""
    off = np.empty(values.size)
    for k in range(values.size):
        off[k] = abs(np.log(values[k] / usual))
    return float(np.median(off))


@compiled
def trust(b: Any) -> float:
    """The product of the doubts that change with breaths only, 0..1; 0 until some breaths are known."""
    cycle_s, height = b.cycle_s[: min(b.cycles, CYCLES)], b.height[: min(b.breaths, RECENT)]
    if b.breaths < KNOWN or cycle_s.size < FEWEST:
        return 0.0
    spread = _spread(cycle_s, np.median(cycle_s)) + _spread(height, b.usual)
    few = min(1.0, (b.breaths - 1) / FEW)
    fast = max(b.rate, 60.0 / b.pace_s)
    steps = b.usual / max(b.quantum, 1e-300)
    straight = _sure(b.swings / max(b.ways, 1e-300), STRAIGHT)
    return float(few * straight * _sure(spread, SPREAD) * _sure(fast, QUICK) * _sure(steps, STEPS))
