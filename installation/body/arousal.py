"""Arousal 0..1 from skin conductance: where its level and its rate of responses stand among the wearer's own.

The last five minutes of both are remembered every five seconds; medians and spreads of these are what is usual, so
that a dry skin and a wet one, a calm wearer and a lively one, mean the same by a half.  While little is known
the figures of people at rest stand in.  Time without contact is not remembered, and arousal is held.

Latency: that of the skin, and the glide of `EASE_S`.

Sources: level and rate of responses as measures of arousal, and figures at rest: Boucsein et al.,
Psychophysiology 49:1017, 2012, and Braithwaite et al., guide for analysing EDA, 2013.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.skin import SLOTS
from installation.compiled import compiled
from installation.frame import Floats

RATE_S = 30.0  # before so long, few responses say little
REST_PER_MIN, REST_SPREAD = 3.0, 2.0  # at rest 1-3 a minute (Braithwaite 2013): expected while no more is known
REST_SLOTS = 12.0  # which weighs as much as a minute of the wearer's own
LEVEL_SPREAD = 0.1  # of the level: less is no excitement
BEYOND = 3.0  # spreads from the middle, where either measure is exhausted
EASE_S = 1.5  # arousal glides at this pace

AROUSAL = np.dtype(
    [
        ("slots", "i8"),  # remembered by the skin when these were found:
        *((name, "f8") for name in ("level", "level_spread", "rate", "rate_spread")),  # what is usual
        ("arousal", "f8"),
    ],
    align=True,
)
"""Memory of one wearer's arousal."""


def arousals(columns: int) -> NDArray[Any]:
    """Memory of `columns` wearers of whose arousal nothing is known."""
    memory = np.zeros(columns, AROUSAL)
    memory["arousal"] = np.nan
    return memory


@compiled
def _middle(kept: Any, count: int) -> tuple[float, float]:
    """Median of the first `count`, and their spread: of a normal distribution, its standard deviation."""
    ordered = np.sort(kept[:count])
    return float(ordered[count // 2]), float((ordered[(3 * count) // 4] - ordered[count // 4]) / 1.349)


@compiled
def _learn(a: Any, s: Any) -> None:
    """Find what is usual in what the skin remembers."""
    count = min(s.slots, SLOTS)
    a.slots = s.slots
    a.level, a.level_spread = _middle(s.levels, count)
    a.level_spread = max(a.level_spread, LEVEL_SPREAD * a.level)
    rate, spread = _middle(s.rates, count)
    a.rate = (count * rate + REST_SLOTS * REST_PER_MIN) / (count + REST_SLOTS)
    a.rate_spread = max(REST_SPREAD, spread)


@compiled
def arousal_now(
    memory: NDArray[Any],
    skin: NDArray[Any],
    now_s: float,
    dt_s: float,
    tonic_us: Floats,
    scr_rate_per_min: Floats,
    quality: Floats,
    arousal: Floats,
) -> None:
    """Arousal of every wearer at this tick, written into `arousal` (M,), NaN before a skin was felt.

        arousal = 1 / (1 + exp(-z_level - z_rate)),   z = (x - median) / spread, of the last five minutes

    memory (M,) `AROUSAL` · skin (M,) `SKIN`, only read · tonic_us, scr_rate_per_min, quality (M,) of this tick,
    from `skin_now`; at quality 0 arousal is held.
    """
    ease = -np.expm1(-dt_s / EASE_S)
    for c in range(memory.size):
        a, s = memory[c], skin[c]
        if s.slots > a.slots:
            _learn(a, s)
        if np.isnan(tonic_us[c]) or not (quality[c] > 0.0 or np.isnan(a.arousal)):
            arousal[c] = a.arousal
            continue
        level = rate = 0.0
        if a.slots > 0:
            level = min(BEYOND, max(-BEYOND, (tonic_us[c] - a.level) / a.level_spread))
            rate = min(BEYOND, max(-BEYOND, (scr_rate_per_min[c] - a.rate) / a.rate_spread))
            rate *= min(1.0, (now_s - s.begun_s) / RATE_S)
        wanted = 1.0 / (1.0 + np.exp(-level - rate))
        a.arousal = wanted if np.isnan(a.arousal) else a.arousal + ease * (wanted - a.arousal)
        arousal[c] = a.arousal
