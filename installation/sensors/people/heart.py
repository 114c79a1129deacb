"""The heart as an integral pulse frequency modulator: a beat falls wherever the phase is whole.

    phase(t) = phase0 + rate * (t + mood + slow rhythms + Mayer wave + respiratory sinus arrhythmia)

Each term in the bracket is the integral of what the rhythm adds to the pace, in closed form.  The slow ones are an
octave apart and equally strong, which is 1/f.  The arrhythmia follows the breaths that are really taken.

Sources: Bayly, IEEE Trans. Biomed. Eng. 15:257, 1968, and Mateo & Laguna, IEEE TBME 47:985, 2000 (the
modulator); Kobayashi & Musha, IEEE TBME 29:456, 1982 (1/f); Task Force of ESC and NASPE, Circulation 93:1043, 1996 (the
bands); Hirsch & Bishop, Am. J. Physiol. 241:H620, 1981 (the heart hurries as we inhale).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.sensors.people.crowd import slow_course
from installation.sensors.people.mood import SCENE_S, lead
from installation.sensors.people.person import TURN

MOOD = 0.12  # share by which the rate rises on average in a lively scene: who sat rises, walks or dances gently
FASTEST_AT = 0.35  # of a breath: as the lungs are nearly full


@compiled
def beaten(p: Any, circle: Any, time_s: float, taken: float) -> tuple[float, float]:
    """Beats since the night began, whole at each, and the present rate in Hz; taken: breaths by then."""
    ahead, more = slow_course(p, circle, time_s)
    scenes, grows = lead(p, time_s)
    mayer = TURN * (p.mayer_hz * time_s + p.mayer_at)
    breath = TURN * (taken - FASTEST_AT)
    ahead += MOOD * SCENE_S * scenes + p.mayer / (TURN * p.mayer_hz) * np.sin(mayer)
    ahead += p.rsa / (TURN * p.breath_hz) * np.sin(breath)
    more += MOOD * grows + p.mayer * np.cos(mayer) + p.rsa * np.cos(breath)
    return p.phase + p.rate_hz * (time_s + ahead), p.rate_hz * (1.0 + more)
