"""What others do to a person: the dial 0..1 says how far they fall into step with their circle.

Breath: an oscillator that is pulled by another one with a strength K falls into its step where their rates differ by
less, and else gains and loses on it by turns.  That has a closed form:

    d psi/dt = delta - K sin psi:     psi = asin(delta / K)  where |delta| <= K,  else
    tan(psi / 2) = K / delta + sqrt(1 - K^2 / delta^2) tan(sqrt(delta^2 - K^2) (t - t0) / 2)

The slow courses of hearts are mixed with a common one.  Stirring is caught: what stirs a neighbour, or the
whole circle, stirs them too a second or two later, the likelier the higher the dial.

Sources: Adler, Proc. IRE 34:351, 1946 (the closed form), Kuramoto, Chemical Oscillations, 1984 (a crowd of such);
audiences whose heart rate, breath and skin go together: Tschacher et al., Sci. Rep. 13:14811, 2023; contagion between
neighbours: Mann et al., J. R. Soc. Interface 10:20130466, 2013 (applause).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.sensors.people.person import OCTAVES, SWAYS, TURN

PULL_HZ = 0.1  # of the full dial: paces of 12 and 18 a minute are 0.1 Hz apart, and both must fall into step


@compiled
def breaths_in_step(p: Any, circle: Any, time_s: float) -> float:
    """Breaths at an even pace of one's own, as far as one keeps it beside the others'."""
    if p.dial <= 0.0:
        return float(p.breath_hz * time_s + p.breath)
    common = circle.breath_hz * time_s
    for n in range(SWAYS):
        sway = circle.sway[n] / (TURN * circle.sway_hz[n])
        common += p.dial * circle.breath_hz * sway * np.sin(TURN * (circle.sway_hz[n] * time_s + circle.sway_at[n]))
    pull, delta = p.dial * PULL_HZ, p.breath_hz - circle.breath_hz
    if abs(delta) <= pull:
        return float(common + np.arcsin(delta / pull) / TURN)
    share = pull / delta
    gained = np.sqrt(delta * delta - pull * pull) * time_s + p.breath
    half = 0.5 * TURN * (gained if delta > 0.0 else -gained)
    turns = np.floor(half / np.pi + 0.5)
    psi = 2.0 * np.arctan(share + np.sqrt(1.0 - share * share) * np.tan(half - np.pi * turns))
    return float(common + psi / TURN + turns)


@compiled
def slow_course(p: Any, circle: Any, time_s: float) -> tuple[float, float]:
    """Seconds by which a heart is ahead by its slow rhythms, and what they add to its pace, as a share of 1.

    As much power in each octave is 1/f.
    """
    ahead, more = _slow(p.slow_hz, p.slow_at, time_s)
    if p.dial > 0.0:
        common, pace = _slow(circle.slow_hz, circle.slow_at, time_s)
        own = np.sqrt(1.0 - p.dial * p.dial)
        ahead, more = own * ahead + p.dial * common, own * more + p.dial * pace
    return p.slow * ahead, p.slow * more


@compiled
def _slow(hz: Any, at: Any, time_s: float) -> tuple[float, float]:
    ahead, more = 0.0, 0.0
    for n in range(OCTAVES):
        angle = TURN * (hz[n] * time_s + at[n])
        ahead += np.sin(angle) / (TURN * hz[n])
        more += np.cos(angle)
    return ahead, more
