"""One breath out of several: of the parts of a pulse or of motion, and of belt, pulse and motion.

Parts are fused by support: the rate is that to which the most of them agree, each with the weight of its quality, and
where they don't agree there is none.  Sources are not mixed: the best one is kept until another is clearly better.
Either way the phase is that of the one which leads, and eases over to the next leader's without a leap.  So do rate
and depth: what is fused follows within a second, and of a source only its change is eased, so that no belt is late.

Source: fusion that gives no rate where the parts disagree: Karlen et al., IEEE TBME 60:1946, 2013.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.breath_time import AGE_S, DEPTH, FELT, INHALING, PHASE, QUALITY, RATE
from installation.compiled import compiled
from installation.frame import Floats

NEAR = 3.0  # per minute: rates further apart don't support one another (Karlen: a spread of 4)
ALONE = 0.45  # of a part that nothing supports so much is believed: a heart that wanders seldom passes for a breath
BETTER = 0.2  # of quality by which another must be better to take the lead
EASE_S = 1.0  # in which most of the way to the new leader's phase, rate or depth is made
LEEWAY = 0.5  # of the pace, that the phase runs faster or slower meanwhile

LEAD = np.dtype(
    [
        ("leader", "i8"),
        *((name, "f8") for name in ("phase", "ahead", "rate", "rate_ahead", "depth", "depth_ahead")),
    ],
    align=True,
)
"""Memory of one breath made of several: who leads (-1: nobody yet); phase, rate and depth that were shown last,
NaN before, and how far each is ahead of the leader's."""


def leads(columns: int) -> NDArray[Any]:
    """Memory of `columns` breaths that nobody leads yet."""
    memory = np.zeros(columns, LEAD)
    memory["leader"] = -1
    for name in ("phase", "rate", "depth"):
        memory[name] = np.nan
    return memory


@compiled
def _way(turns: float) -> float:
    """The shorter way round, -0.5..0.5 turns."""
    return float(turns - np.floor(turns + 0.5))


@compiled
def _near(apart: float) -> float:
    """How far two rates support one another: 1 where they are the same, 0 from `NEAR` on."""
    share = apart / NEAR
    return (1.0 - share * share) ** 2 if abs(share) < 1.0 else 0.0


@compiled
def _ease(m: Any, leader: int, goal: float, pace: float, dt_s: float) -> None:
    """Move the shown phase on by one tick with the leader's, and away what it lacks of it; never backwards.

    phase = goal + ahead,   ahead goes to 0 by at most LEEWAY * pace a second;   pace in turns a second
    """
    if np.isnan(goal):
        return
    if np.isnan(m.phase):
        m.phase, m.ahead = goal, 0.0
    elif leader != m.leader:
        m.ahead = _way(m.phase + pace * dt_s - goal)
    m.leader = leader
    most = LEEWAY * pace * dt_s
    m.ahead -= min(most, max(-most, m.ahead * min(1.0, dt_s / EASE_S)))
    phase = goal + m.ahead
    if _way(phase - m.phase) < 0.0:
        m.ahead = _way(m.phase - goal)
        phase = m.phase
    m.phase = phase - np.floor(phase)


@compiled
def _follow(shown: float, goal: float, dt_s: float) -> float:
    """What is shown next on its way to the goal; the goal itself where nothing was shown."""
    return goal if np.isnan(shown) else shown + (goal - shown) * min(1.0, dt_s / EASE_S)


@compiled
def _give_way(ahead: float, new: bool, shown: float, goal: float, dt_s: float) -> float:
    """How far what is shown stays ahead of the leader's: all that it was when a new one took the lead, and then less.

    NaN, to be taken later, while the new one's is not known.
    """
    if new or np.isnan(ahead):
        ahead = 0.0 if np.isnan(shown) else shown - goal
    return ahead * (1.0 - min(1.0, dt_s / EASE_S))


@compiled
def fuse(memory: NDArray[Any], parts: int, part: Floats, age_s: Floats, dt_s: float, felt: Floats) -> None:
    """Make one breath of each column's parts, and write what is felt.

    memory (M,) `LEAD` · part (7, parts * M) of `breath_now` · age_s (M,) of the newest sample of the sensor ·
    felt (7, M), written: rows of `FELT`; the rate is NaN where no part is believed, hold_s is not known.
    """
    for c in range(memory.size):
        m, first = memory[c], parts * c
        support, center = 0.0, np.nan
        for j in range(first, first + parts):
            here = 0.0
            for k in range(first, first + parts):
                apart = part[RATE, k] - part[RATE, j]
                here += part[QUALITY, k] ** 2 * _near(apart) if abs(apart) < NEAR else 0.0  # False for NaN
            if here > support:
                support, center = here, part[RATE, j]
        felt[:, c] = np.nan
        felt[AGE_S, c] = age_s[c]
        if not np.isnan(age_s[c]):
            felt[QUALITY, c] = min(1.0, ALONE * support)
        leader, best, rate, depth, weights = m.leader, 0.0, 0.0, 0.0, 0.0
        for k in range(first, first + parts):
            weight = part[QUALITY, k] * _near(part[RATE, k] - center)
            if weight > 0.0:
                weights += weight
                rate += weight * part[RATE, k]
                depth += weight * part[DEPTH, k]
            if weight + (BETTER if k - first == m.leader else 0.0) > best and weight > 0.0:
                leader, best = k - first, weight + (BETTER if k - first == m.leader else 0.0)
        if weights > 0.0:
            m.rate = felt[RATE, c] = _follow(m.rate, rate / weights, dt_s)
            m.depth = felt[DEPTH, c] = _follow(m.depth, depth / weights, dt_s)
        if leader >= 0 and not np.isnan(m.rate):
            _ease(m, leader, part[PHASE, first + leader], m.rate / 60.0, dt_s)
        felt[PHASE, c] = m.phase
        felt[INHALING, c] = np.nan if np.isnan(m.phase) else 1.0 if m.phase < 0.5 else 0.0


@compiled
def choose(memory: NDArray[Any], source: Floats, dt_s: float, felt: Floats) -> None:
    """Take each column's breath from the best of several sources, and write what is felt.

    memory (M,) `LEAD` · source (S, 7, M), rows of `FELT`, the likeliest first: belt, pulse, motion · felt (7, M),
    written.  The one that leads is left for one that is better by `BETTER`, or where it is not known.
    """
    for c in range(memory.size):
        m = memory[c]
        leader, best = 0, -1.0
        for s in range(source.shape[0]):
            quality = source[s, QUALITY, c] + (BETTER if s == m.leader else 0.0)
            if quality > best:  # False for NaN
                leader, best = s, quality
        for row in range(len(FELT)):
            felt[row, c] = source[leader, row, c]
        if best < 0.0:
            continue
        new = leader != m.leader
        m.rate_ahead = _give_way(m.rate_ahead, new, m.rate, felt[RATE, c], dt_s)
        m.depth_ahead = _give_way(m.depth_ahead, new, m.depth, felt[DEPTH, c], dt_s)
        if not np.isnan(felt[RATE, c]):
            m.rate = felt[RATE, c] = felt[RATE, c] + m.rate_ahead
        if not np.isnan(felt[DEPTH, c]):
            m.depth = felt[DEPTH, c] = felt[DEPTH, c] + m.depth_ahead
        _ease(m, leader, felt[PHASE, c], (15.0 if np.isnan(m.rate) else m.rate) / 60.0, dt_s)
        felt[PHASE, c] = m.phase
