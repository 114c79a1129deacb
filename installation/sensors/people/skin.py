"""Skin conductance: a level that drifts, and responses on it.

    response    height * (exp(-t / recover) - exp(-t / rise)), scaled to `height` at its top

Time is cut into slots of three seconds; in each there is a response or none, by chance, the likelier the livelier a
person is.  A neighbour's is caught, as the dial says, and what stirs the whole circle stirs everyone in it.

Sources: Bateman's function for a response: Alexander et al., J Neurosci Methods 146:116, 2005, Benedek & Kaernbach,
J Neurosci Methods 190:80, 2010; how many and how high: Boucsein et al., Psychophysiology 49:1017, 2012 (1-3 a
minute at rest, to 20 when aroused).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats
from installation.sensors.people.chance import HEIGHT, JOINING, NOISE, RESPONSE, even, noise
from installation.sensors.people.mood import liveliness
from installation.sensors.people.person import TURN

SLOT_S = 3.0  # skin that has just answered does not answer again: 20 a minute are the most
LOOK_BACK = 8  # slots: after 21 s a slow response has recovered by 99 %
LIVELY = 4.0  # times as many responses in a lively scene as at rest, and one more
CAUGHT = 0.6  # the chance to catch what stirs a neighbour, or the circle, with the full dial
LATER_S = 1.5  # after whom it is caught from
CIRCLE_STIRS = 3.0 * SLOT_S / 60  # a minute, in which something stirs everyone of a circle
SKIN_NOISE_US = 0.002  # either way
FOLLOW_S = 2.0  # a slope that nobody renews ends after so long
LEAST_US = 0.3  # level that nobody alive falls under


@compiled
def lift(p: Any, time_s: float) -> float:
    """µS by which a person's level has followed another's."""
    return float(p.lift_us + p.lift_us_s * min(FOLLOW_S, max(0.0, time_s - p.lift_s)))


@compiled
def resting_us(p: Any, time_s: float) -> float:
    """The level without its responses, µS."""
    angle = TURN * (p.drift_hz * time_s + p.drift_at)
    return float(p.tonic_us * (1.0 + p.drift * (np.sin(angle) + 0.4 * np.sin(2.7 * angle))) + lift(p, time_s))


@compiled
def _own(p: Any, slot: int) -> bool:
    """Whether a person's skin answers by itself in a slot."""
    lively = max(0.0, liveliness(p, slot * SLOT_S))
    return bool(even(p.key, RESPONSE, slot) < p.responses * SLOT_S / 60.0 * (1.0 + LIVELY * lively))


@compiled
def stirs(people: Any, w: int, circles: Any, slot: int) -> tuple[float, float]:
    """When in a slot the skin of person w answers, and how high in µS; a height of 0: it does not."""
    p = people[w]
    at_s = SLOT_S * (slot + 0.3 * even(p.key, HEIGHT, 2 * slot))
    stirred = _own(p, slot)
    if p.dial > 0.0 and not stirred:
        joins = even(p.key, JOINING, slot)
        for side in range(2):
            other = people[p.beside[side]]
            if p.beside[side] != w and _own(other, slot - 1) and joins < CAUGHT * p.dial:
                stirred = True
        key = circles[p.circle].key
        if even(key, RESPONSE, slot) < CIRCLE_STIRS and even(p.key, JOINING, ~slot) < p.dial:
            stirred, at_s = True, SLOT_S * slot + LATER_S * even(key, HEIGHT, slot)
    if not stirred:
        return at_s, 0.0
    return at_s, p.response_us * 4.0 ** (even(p.key, HEIGHT, 2 * slot + 1) - 0.5)


@compiled
def conductance(people: Any, first: int, circles: Any, time_s: Floats, out: Floats) -> None:
    """Conductance in µS; people from `first` on, time_s and out (people, times)."""
    onset_s, height_us = np.zeros(LOOK_BACK), np.zeros(LOOK_BACK)
    for i in range(time_s.shape[0]):
        w = first + i
        p = people[w]
        top_s = np.log(p.recover_s / p.rise_s) / (1.0 / p.rise_s - 1.0 / p.recover_s)
        top = np.exp(-top_s / p.recover_s) - np.exp(-top_s / p.rise_s)
        newest = -(2**62)
        for k in range(time_s.shape[1]):
            t = time_s[i, k]
            slot = int(np.floor(t / SLOT_S))
            if slot != newest:
                newest = slot
                for n in range(LOOK_BACK):
                    onset_s[n], height_us[n] = stirs(people, w, circles, slot - n)
            level = resting_us(p, t)
            for n in range(LOOK_BACK):
                since_s = t - onset_s[n]
                if height_us[n] > 0.0 and since_s > 0.0:
                    level += height_us[n] * (np.exp(-since_s / p.recover_s) - np.exp(-since_s / p.rise_s)) / top
            out[i, k] = max(LEAST_US, level) + SKIN_NOISE_US * noise(p.key, NOISE, t)
