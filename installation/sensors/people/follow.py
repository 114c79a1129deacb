"""How a person falls into step with the body of the wearer whom they stand in for, and how the room's mood moves all.

Both change a person from a moment on, and leave what was before it as it was: phases are set so that nothing jumps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.compiled import compiled
from installation.frame import ORGANS, Body, Floats, Presence
from installation.sensors.people.breath import pace, taken
from installation.sensors.people.heart import beaten
from installation.sensors.people.motion import STIR_S, stirred
from installation.sensors.people.skin import FOLLOW_S, lift, resting_us
from installation.sensors.people.waves import FELT_S

IN_STEP_S = 4.0  # in which a heart falls into step with the one it follows: five beats, none of them torn
BREATH_IN_STEP_S = 12.0  # the same for the breath: three of them
FASTEST_DRIFT_US_S = 0.04  # of a level: faster would be a response
ENERGY = 1.4  # amplitude of a swing for its energy in g
STRONGER_G_S = 0.5  # by which motion grows at most
HEART_HZ, BREATH_HZ, CADENCE_HZ = (0.5, 3.5), (0.05, 0.7), (0.7, 3.7)  # what is followed at all
ROUSED_RATE = 0.15  # share by which the full dial of the room's mood moves hearts: Kreibig, Biol. Psychol. 84:394, 2010
HEART, SKIN, BREATH, MOTION = (ORGANS.index(organ) for organ in ("heart", "skin", "breath", "motion"))
REAL = int(Presence.REAL)


def fall_into_step(people: NDArray[Any], circles: NDArray[Any], who: range, body: Body, time_s: float) -> None:
    """Let people `who` follow the body of their wearer from `time_s` on, where it is their wearer's own."""
    real = body.presence == REAL
    if real[who.start : who.stop].any():
        heart, breath = (body.heart_rate, body.heart_phase), (body.breath_rate, body.breath_phase)
        felt = np.stack((*heart, *breath, body.tonic_us, body.motion_g, body.cadence))
        _follow(people, circles, who.start, who.stop, real, felt, time_s)


@compiled
def _follow(
    people: Any, circles: Any, first: int, past: int, real: NDArray[np.bool_], felt: Floats, time_s: float
) -> None:
    for w in range(first, past):
        p = people[w]
        circle = circles[p.circle]
        rate, phase, breath_rate, breath_phase, tonic_us, motion_g, cadence = felt[:, w]
        breaths = taken(p, circle, time_s)
        beats, _ = beaten(p, circle, time_s, breaths)
        if real[w, BREATH] and np.isfinite(breath_rate):
            hz = min(BREATH_HZ[1], max(BREATH_HZ[0], breath_rate / 60.0))
            behind = breath_phase - breaths
            behind = behind - np.rint(behind) if np.isfinite(behind) else 0.0
            p.dial = 0.0
            p.breath_hz = (hz + behind / BREATH_IN_STEP_S) / pace(p, time_s)
            p.breath += breaths - taken(p, circle, time_s)
        if real[w, HEART] and np.isfinite(rate):
            hz = min(HEART_HZ[1], max(HEART_HZ[0], rate / 60.0))
            behind = phase + FELT_S * hz - beats
            behind = behind - np.rint(behind) if np.isfinite(behind) else 0.0
            _, now_hz = beaten(p, circle, time_s, taken(p, circle, time_s))
            p.rate_hz *= (hz + behind / IN_STEP_S) / now_hz
        after, _ = beaten(p, circle, time_s, taken(p, circle, time_s))
        p.phase += beats - after
        if real[w, SKIN] and np.isfinite(tonic_us):
            p.lift_us, p.lift_s = lift(p, time_s), time_s
            behind = tonic_us - resting_us(p, time_s)
            p.lift_us_s = min(FASTEST_DRIFT_US_S, max(-FASTEST_DRIFT_US_S, behind / FOLLOW_S))
        if real[w, MOTION] and np.isfinite(motion_g):
            strength, angle = stirred(p, time_s)
            p.stir_g, p.stir_turns = strength, angle / (2 * np.pi)
            p.stir_hz = cadence / 60.0 if np.isfinite(cadence) else 1.3
            p.stir_hz = min(CADENCE_HZ[1], max(CADENCE_HZ[0], p.stir_hz))
            more = (motion_g * ENERGY - strength) / STIR_S
            p.stir_g_s = min(STRONGER_G_S, max(-STRONGER_G_S, more))
            p.stir_s = time_s


@compiled
def rouse(people: Any, circles: Any, level: float, time_s: float) -> None:
    """Let the room's mood be `level` from `time_s` on; hearts hurry or slow down with it, without a jump."""
    for w in range(people.size):
        p = people[w]
        circle = circles[p.circle]
        breaths = taken(p, circle, time_s)
        before, _ = beaten(p, circle, time_s, breaths)
        now = p.roused if time_s >= p.roused_s else p.roused_before
        p.rate_hz *= (1.0 + ROUSED_RATE * level) / (1.0 + ROUSED_RATE * now)
        after, _ = beaten(p, circle, time_s, breaths)
        p.phase += before - after
        p.roused_before, p.roused, p.roused_s = now, level, time_s
