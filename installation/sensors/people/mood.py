"""Moods: each person's evening is a chain of scenes of two minutes, of which one in six is theirs.

    level     +1 in the one, -0.2 in the others, and a little of chance: they add up to nothing
    pace      what a rate gains by it, smooth, 0 where scenes meet
    lead      its integral: how many scenes they are ahead of an even pace

That a high time is paid back within its six scenes keeps the lead bounded, and so a function of the moment alone:
whoever asks for midnight need not live through the evening.  In their own scene people are livelier in every organ: the
heart is quicker, the skin answers more often, they rise and walk, dance or applaud.

Source: arousal raises heart rate, breath rate and skin responses together: Kreibig, Biol. Psychol. 84:394, 2010.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.sensors.people.chance import PEAK, SWING, even

SCENE_S = 120.0  # a song, a speech, a course
SCENES = 6  # an act
OTHERS = -1.0 / (SCENES - 1)
CHANCE = 0.25  # by which moods swing besides


@compiled
def scene_of(p: Any, time_s: float) -> tuple[int, float]:
    """The number of a person's scene, and how far it has gone, 0..1."""
    place = time_s / SCENE_S + p.scene
    number = int(np.floor(place))
    return number, place - number


@compiled
def level_of(p: Any, number: int) -> float:
    """How lively a person is in a scene: -0.5 hushed, 0 as ever, 1.25 beside themselves."""
    act = number // SCENES
    own = number - SCENES * act == int(SCENES * even(p.key, PEAK, act))
    swing = even(p.key, SWING, number + 1) - even(p.key, SWING, number)
    return (1.0 if own else OTHERS) + CHANCE * swing


@compiled
def lead(p: Any, time_s: float) -> tuple[float, float]:
    """Scenes by which a person is ahead of an even pace, and what that grows by in a scene's time."""
    number, along = scene_of(p, time_s)
    act = number // SCENES
    within = number - SCENES * act
    peak = int(SCENES * even(p.key, PEAK, act))
    before = CHANCE * even(p.key, SWING, number) + (1.0 + OTHERS * (within - 1) if within > peak else OTHERS * within)
    level = level_of(p, number)
    return before + level * along * along * (3.0 - 2.0 * along), level * 6.0 * along * (1.0 - along)


@compiled
def liveliness(p: Any, time_s: float) -> float:
    """The level at a moment, with what the mood of the room adds."""
    number, _ = scene_of(p, time_s)
    return float(level_of(p, number) + (p.roused if time_s >= p.roused_s else p.roused_before))
