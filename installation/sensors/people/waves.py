"""What a heart looks like from outside: the pulse wave in a finger (PPG), and the ECG between two hands.

Both are sums of Gaussians that stand at fixed times after the beat, which is the R wave.  The pulse comes to the
finger a quarter of a second later; breathing moves its height, its ground and, by the heart, its pace; a moving hand
shakes it.

Sources: Tang, Chen, Ward & Elgendi, Sci. Rep. 10:13883, 2020 (two Gaussians); McSharry et al., IEEE TBME 50:289, 2003
(five for an ECG; heights and widths here after it, for 60 beats a minute); Allen, Physiol. Meas. 28:R1, 2007 (when a
pulse comes to a finger); Charlton et al., IEEE Rev. Biomed. Eng. 11:2, 2018 (three ways in which breath shows).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats
from installation.sensors.people.breath import air, taken
from installation.sensors.people.chance import NOISE, noise
from installation.sensors.people.heart import beaten
from installation.sensors.people.motion import shaking
from installation.sensors.people.person import TURN

SYSTOLE_S, SYSTOLE_WIDTH_S = 0.30, 0.055  # from the R wave to the crest; foot to crest in about 120 ms
DIASTOLE_LATER_S, DIASTOLE_WIDTH_S = 0.26, 0.09  # its crest after the first, the notch between them
FELT_S = SYSTOLE_S - SYSTOLE_WIDTH_S  # from a beat to where its wave is steepest, which is where a pulse is felt
MEAN = 0.3  # about the mean of the wave
REST = 0.5  # where an idle sensor stands in its converter's range
BREATH_ON_HEIGHT = 0.12  # share of the height that comes and goes with the breath
GROUND_HZ = 0.01  # of the other half of the ground's wander
PPG_NOISE = 0.0025  # share of the range, either way: the last bits of ten
SHAKEN = 0.35  # of the pulse's height for each g by which the hand is shaken

WAVES = (  # of an ECG, as shares of R: height, when (s after R), width (s)
    (0.12, -0.18, 0.028),  # P
    (-0.12, -0.035, 0.010),  # Q
    (1.0, 0.0, 0.012),  # R
    (-0.2, 0.03, 0.010),  # S
    (0.3, 0.27, 0.055),  # T
)
T_WAVE = 4  # comes the sooner the faster the heart: Bazett, Heart 7:353, 1920
ECG_WANDER_UV, ECG_ON_R = 60.0, 0.08  # with the breath: of the ground, and share of R
ECG_NOISE_UV = 12.0  # of muscles at rest, either way
ECG_SHAKEN_UV = 150.0  # for each g


@compiled
def _bump(turns: float, width: float) -> float:
    """A Gaussian around every whole turn, 1 at its crest; `width` is its standard deviation."""
    off = (turns - np.rint(turns)) / width
    return float(np.exp(-0.5 * off * off))


@compiled
def pulse(people: Any, first: int, circles: Any, time_s: Floats, out: Floats) -> None:
    """PPG, share of the converter's range; people from `first` on, time_s and out (people, times)."""
    for i in range(time_s.shape[0]):
        p = people[first + i]
        circle = circles[p.circle]
        for k in range(time_s.shape[1]):
            t = time_s[i, k]
            breaths = taken(p, circle, t - SYSTOLE_S)
            phase, rate_hz = beaten(p, circle, t - SYSTOLE_S, breaths)
            wave = _bump(phase, SYSTOLE_WIDTH_S * rate_hz) - MEAN
            wave += p.dicrotic * _bump(phase - DIASTOLE_LATER_S * rate_hz, DIASTOLE_WIDTH_S * rate_hz)
            breath = 2.0 * air(p, breaths) - 1.0
            ground = p.wander * (breath + np.sin(TURN * (GROUND_HZ * t + p.drift_at)))
            shaken = SHAKEN * shaking(people, first + i, circles, t)
            wave = wave * (1.0 + BREATH_ON_HEIGHT * breath) + shaken
            out[i, k] = min(1.0, max(0.0, REST + ground + p.pulse * wave + PPG_NOISE * noise(p.key, NOISE, t)))


@compiled
def electrodes(people: Any, first: int, circles: Any, time_s: Floats, out: Floats) -> None:
    """ECG in µV; people from `first` on, time_s and out (people, times)."""
    for i in range(time_s.shape[0]):
        p = people[first + i]
        circle = circles[p.circle]
        for k in range(time_s.shape[1]):
            t = time_s[i, k]
            breaths = taken(p, circle, t)
            phase, rate_hz = beaten(p, circle, t, breaths)
            wave = 0.0
            for n in range(len(WAVES)):
                height, after_s, width_s = WAVES[n]
                if n == T_WAVE:
                    after_s /= np.sqrt(rate_hz)
                wave += height * _bump(phase - after_s * rate_hz, width_s * rate_hz)
            breath = 2.0 * air(p, breaths) - 1.0
            ground = ECG_WANDER_UV * (breath + np.sin(TURN * (GROUND_HZ * t + p.drift_at)))
            shaken = ECG_SHAKEN_UV * shaking(people, first + i, circles, t)
            muscles = ECG_NOISE_UV * noise(p.key, NOISE, t)
            out[i, k] = ground + p.r_uv * wave * (1.0 + ECG_ON_R * breath) + shaken + muscles
