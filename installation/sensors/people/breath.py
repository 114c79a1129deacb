"""Breath: how many breaths a person has taken, and how full the lungs are.

The pace sways slowly, goes with the mood, and falls into step with the circle as far as the dial says.  What each
breath is like is drawn for it: now and then a sigh, twice as deep; where they talk, a quick one in, a long one out.

Sources: Tobin et al., Chest 84:202 and 84:286, 1983; sighs: Vlemincx et al., Psychophysiology 47:1032, 2010; speech:
Conrad & Schönle, Arch. Psychiatr. Nervenkr. 226:251, 1979.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats
from installation.sensors.people.chance import DEPTH, NOISE, SIGH, SPEECH, even, noise
from installation.sensors.people.crowd import breaths_in_step
from installation.sensors.people.mood import SCENE_S, lead
from installation.sensors.people.person import SWAYS, TURN

MOOD = 0.08  # share by which the pace rises in a lively scene
EMPTY, TIDAL = 0.3, 0.22  # of a belt's range: lungs as empty as at rest, and a usual breath
UNEVEN = 0.25  # share by which breaths differ in depth: Tobin et al., Chest 94:1144, 1988
SIGH_DEPTH = 2.2  # a sigh is at least twice as deep as the breaths around it
PHRASE = 6  # breaths that somebody talks for
SPEECH_INHALE, SPEECH_DEPTH = 0.16, 1.25  # share of a breath; deeper than at rest
BELT_NOISE = 0.002  # of the range, either way


@compiled
def taken(p: Any, circle: Any, time_s: float) -> float:
    """Breaths since the night began; whole where one begins."""
    ahead, _ = lead(p, time_s)
    own = MOOD * SCENE_S * ahead
    for n in range(SWAYS):
        own += p.sway[n] / (TURN * p.sway_hz[n]) * np.sin(TURN * (p.sway_hz[n] * time_s + p.sway_at[n]))
    return float(breaths_in_step(p, circle, time_s) + (1.0 - p.dial) ** 2 * p.breath_hz * own)


@compiled
def pace(p: Any, time_s: float) -> float:
    """What a person's own sways and mood make of the pace, as a factor."""
    _, grows = lead(p, time_s)
    own = MOOD * grows
    for n in range(SWAYS):
        own += p.sway[n] * np.cos(TURN * (p.sway_hz[n] * time_s + p.sway_at[n]))
    return float(1.0 + (1.0 - p.dial) ** 2 * own)


@compiled
def talks(p: Any, number: int) -> bool:
    """Whether somebody talks during that breath."""
    return bool(even(p.key, SPEECH, number // PHRASE) < p.talks)


@compiled
def sighs(p: Any, number: int) -> bool:
    """Whether that breath is a sigh."""
    return bool(even(p.key, SIGH, number) < p.sighs)


@compiled
def air(p: Any, taken: float) -> float:
    """Air in the lungs beyond the empty ones at rest; a usual breath reaches 1."""
    number = int(np.floor(taken))
    part = taken - number
    inhale, depth = p.inhale, 1.0 + UNEVEN * (2.0 * even(p.key, DEPTH, number) - 1.0)
    if sighs(p, number):
        depth *= SIGH_DEPTH
    elif talks(p, number):
        inhale, depth = SPEECH_INHALE, depth * SPEECH_DEPTH
    along = 0.5 * part / inhale if part < inhale else 0.5 + 0.5 * (part - inhale) / (1.0 - inhale)
    return float(depth * 0.5 * (1.0 - np.cos(TURN * along)))


@compiled
def belt(people: Any, first: int, circles: Any, time_s: Floats, out: Floats) -> None:
    """What a belt says, share of its range; people from `first` on, time_s and out (people, times)."""
    for i in range(time_s.shape[0]):
        p = people[first + i]
        for k in range(time_s.shape[1]):
            t = time_s[i, k]
            out[i, k] = EMPTY + TIDAL * air(p, taken(p, circles[p.circle], t)) + BELT_NOISE * noise(p.key, NOISE, t)
