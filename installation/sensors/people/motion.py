"""Motion of the upper body in g, three axes: who sits leans and fidgets; in their own scene people walk or dance.

    x   to the right   y   up   z   ahead, as seen from the wearer; at rest gravity alone, by posture

Each bout swells and fades within two seconds.  Where the dial is up a circle dances to one beat, applauds together, and
fidgeting is caught.

Sources: steps and their strength: MacDougall & Moore, J. Appl. Physiol. 99:1164, 2005, and Moe-Nilssen & Helbostad,
J. Biomech. 37:121, 2004 (0.1-0.3 g at the trunk); the beat that people dance to, near 2 Hz: van Noorden & Moelants,
J. New Music Res. 28:43, 1999; applause: Néda et al., Nature 403:849, 2000 (about 4 Hz, 2 Hz where all clap as one).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats
from installation.sensors.people.breath import air, taken
from installation.sensors.people.chance import BOUT, DOING, FIDGET, JOINING, NOISE, POSTURE, even, noise
from installation.sensors.people.mood import SCENE_S, level_of, scene_of
from installation.sensors.people.person import TURN

SIT, WALK, DANCE, APPLAUD, FIDGETS = range(5)
STRENGTH_G = (0.0, 0.22, 0.4, 0.3, 0.08)  # of the main beat
BOUT_S = ((0.0, 0.0), (20.0, 50.0), (40.0, 90.0), (6.0, 14.0))  # within a scene
BEAT_HZ = (1.85, 2.15)  # of the music, for each circle and scene
EASE_S = 1.0  # in which a bout swells and fades
LIVELY, WALKS = 0.6, 0.12  # above it a scene is one's own; share of other scenes with a walk to the buffet
LEAN = 0.18  # rad: how far postures differ
CHANGE_S = 3.0  # to take another posture
FIDGET_SLOT_S, FIDGET_SHARE, FIDGET_S, FIDGET_HZ = 15.0, 0.4, 0.6, 2.2  # a shift on the chair now and then
CAUGHT = 0.6  # the chance to catch a neighbour's fidget with the full dial
CIRCLE_SLOT_S, APPLAUSE_SHARE = 60.0, 0.25  # where the dial is up a circle applauds together, every four minutes
STIR_S = 2.0  # a motion that nobody renews fades after so long
CHEST_G = 0.012  # tilt of the trunk with a breath
MOTION_NOISE_G = 0.004  # either way


@compiled
def _eased(since_s: float, lasts_s: float) -> float:
    """1 within a bout, 0 outside, smooth between."""
    edge = min(since_s, lasts_s - since_s) / EASE_S
    edge = min(1.0, edge) if edge > 0.0 else 0.0
    return edge * edge * (3.0 - 2.0 * edge)


@compiled
def doing(p: Any, circle: Any, time_s: float) -> tuple[int, float, float, float]:
    """What a person does: which, how far 0..1, at how many beats a second, and how many beats it has gone on."""
    number, along = scene_of(p, time_s)
    chance, started = even(p.key, DOING, number), even(p.key, BOUT, number)
    kind = SIT
    if level_of(p, number) > LIVELY:
        kind = DANCE if chance < 0.55 else (WALK if chance < 0.8 else APPLAUD)
    elif chance < WALKS:
        kind = WALK
    since_s = 0.0
    if kind != SIT:
        lasts_s = BOUT_S[kind][0] + (BOUT_S[kind][1] - BOUT_S[kind][0]) * even(p.key, BOUT, ~number)
        since_s = along * SCENE_S - started * (SCENE_S - lasts_s)
        share = _eased(since_s, lasts_s)
        if share > 0.0:
            if kind == DANCE:
                return kind, share, circle_beat(p, circle), circle_beat(p, circle) * time_s
            hz = p.steps_hz if kind == WALK else p.claps_hz
            return kind, share, hz, hz * since_s
    if p.dial > 0.0:
        slot = int(np.floor(time_s / CIRCLE_SLOT_S))
        if even(circle.key, DOING, slot) < APPLAUSE_SHARE and even(p.key, JOINING, slot) < p.dial:
            as_one = p.dial if even(circle.key, BOUT, slot) < 0.5 else 0.0
            hz = p.claps_hz * (1.0 - 0.5 * as_one)
            since_s = time_s - CIRCLE_SLOT_S * (slot + 0.5)
            share = _eased(since_s, BOUT_S[APPLAUD][1])
            if share > 0.0:
                return APPLAUD, share, hz, hz * since_s
    return SIT, 0.0, 0.0, 0.0


@compiled
def circle_beat(p: Any, circle: Any) -> float:
    """Beats a second that a person dances to: the music's, more or less."""
    own = BEAT_HZ[0] + (BEAT_HZ[1] - BEAT_HZ[0]) * even(p.key, DOING, -1)
    common = BEAT_HZ[0] + (BEAT_HZ[1] - BEAT_HZ[0]) * even(circle.key, DOING, -1)
    return float(own + p.dial * (common - own))


@compiled
def _fidget(people: Any, w: int, time_s: float) -> float:
    """The swing of a fidget, -1..1."""
    p = people[w]
    slot = int(np.floor(time_s / FIDGET_SLOT_S))
    fidgets = even(p.key, FIDGET, slot) < FIDGET_SHARE
    if not fidgets and p.dial > 0.0:
        for side in range(2):
            other = people[p.beside[side]]
            if even(other.key, FIDGET, slot - 1) < FIDGET_SHARE and even(p.key, JOINING, ~slot) < CAUGHT * p.dial:
                fidgets = True
    if not fidgets:
        return 0.0
    off_s = time_s - FIDGET_SLOT_S * (slot + 0.3 + 0.4 * even(p.key, FIDGET, ~slot))
    if abs(off_s) > 4.0 * FIDGET_S:
        return 0.0
    return float(np.exp(-0.5 * (off_s / FIDGET_S) ** 2) * np.sin(TURN * FIDGET_HZ * off_s))


@compiled
def stirred(p: Any, time_s: float) -> tuple[float, float]:
    """g of the motion that a person has taken over from another, and the angle of its beat."""
    since_s = max(0.0, time_s - p.stir_s)
    strength = max(0.0, p.stir_g + p.stir_g_s * min(since_s, STIR_S))
    if since_s > STIR_S:
        strength *= np.exp(-(since_s - STIR_S) / STIR_S)
    return strength, TURN * (p.stir_turns + p.stir_hz * (time_s - p.stir_s))


@compiled
def shaking(people: Any, w: int, circles: Any, time_s: float) -> float:
    """How a hand is shaken by what person w does, in g along its worst axis; this is what spoils other sensors."""
    p = people[w]
    kind, share, _, beats = doing(p, circles[p.circle], time_s)
    strength, angle = stirred(p, time_s)
    shaken = strength * np.sin(angle) + STRENGTH_G[FIDGETS] * _fidget(people, w, time_s)
    if share > 0.0:
        shaken += share * STRENGTH_G[kind] * np.sin(TURN * beats)
    return float(shaken)


@compiled
def _posture(p: Any, number: int, axis: int) -> float:
    return LEAN * (2.0 * even(p.key, POSTURE, 2 * number + axis) - 1.0)


@compiled
def acceleration(people: Any, first: int, circles: Any, time_s: Floats, out: Floats) -> None:
    """Acceleration with gravity in g; people from `first` on, time_s (people, times), out (3, people, times)."""
    for i in range(time_s.shape[0]):
        w = first + i
        p = people[w]
        circle = circles[p.circle]
        for k in range(time_s.shape[1]):
            t = time_s[i, k]
            number, along = scene_of(p, t)
            changed = min(1.0, along * SCENE_S / CHANGE_S)
            changed *= changed * (3.0 - 2.0 * changed)
            before, now = _posture(p, number - 1, 0), _posture(p, number, 0)
            side = before + changed * (now - before)
            before, now = _posture(p, number - 1, 1), _posture(p, number, 1)
            ahead = before + changed * (now - before) + CHEST_G * air(p, taken(p, circle, t))
            kind, share, _, beats = doing(p, circle, t)
            strength, angle = stirred(p, t)
            fidget = STRENGTH_G[FIDGETS] * _fidget(people, w, t)
            x, y, z = strength * 0.4 * np.sin(0.5 * angle) + fidget, strength * np.sin(angle), 0.6 * fidget
            if share > 0.0:
                g, angle = share * STRENGTH_G[kind], TURN * beats
                y += g * (np.sin(angle) + 0.3 * np.sin(2.0 * angle))  # heels strike harder than a sine
                x += 0.4 * g * np.sin(0.5 * angle)  # left and right by turns
                z += 0.5 * g * np.sin(angle + 1.0)
            out[0, i, k] = x + np.sin(side) + MOTION_NOISE_G * noise(p.key, NOISE, t)
            out[1, i, k] = y + np.cos(side) * np.cos(ahead) + MOTION_NOISE_G * noise(p.key, NOISE + 32, t)
            out[2, i, k] = z + np.cos(side) * np.sin(ahead) + MOTION_NOISE_G * noise(p.key, NOISE + 64, t)
