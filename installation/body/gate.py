"""What motion does to the trust in the other organs: a wearer who shakes their sensor is believed less.

    quality *= 1 - unrest * doubt

A pulse that keeps the pace of the steps, or half or twice that, is most likely the steps themselves, which resemble one
another as well as beats do; one that keeps a pace of its own in the same shaking is a heart.  Electrodes suffer least.

Source: motion that repeats itself as the worst artefact of a worn PPG: Zhang et al., IEEE TBME 62:522, 2015.
"""

from __future__ import annotations

from installation.body.ecg import ECG
from installation.compiled import compiled
from installation.frame import Floats, Ints

STEPS, PULSE, ELECTRODES = 0.85, 0.4, 0.3  # of the heart: in step with motion, by itself, from an ECG
SKIN, BREATH = 0.6, 0.5  # a grip on the electrodes changes the skin's level, a twist of the trunk a belt's
IN_STEP = 0.05  # so near, in share, the rates are one: a cadence is right to a twentieth


@compiled
def gate(
    unrest: Floats,
    cadence: Floats,
    rate: Floats,
    leader: Ints,
    heart_quality: Floats,
    skin_quality: Floats,
    breath_quality: Floats,
) -> None:
    """Lower the qualities (M,) of hearts, skins and breaths by what motion spoils.

    unrest (M,) 0..1, cadence (M,) 1/min, NaN where not known · rate (M,) of hearts, 1/min · leader (M,) the channel
    that each heart is felt from
    """
    for c in range(unrest.size):
        if not unrest[c] > 0.0:  # False for NaN
            continue
        doubt = ELECTRODES if leader[c] == ECG else PULSE
        for times in (0.5, 1.0, 2.0):
            if leader[c] != ECG and abs(rate[c] / (times * cadence[c]) - 1.0) < IN_STEP:  # False for NaN
                doubt = STEPS
        heart_quality[c] *= 1.0 - unrest[c] * doubt
        skin_quality[c] *= 1.0 - unrest[c] * SKIN
        breath_quality[c] *= 1.0 - unrest[c] * BREATH
