"""Which sensor a heart is felt from, where a wearer has both: electrodes, or the pulse in a finger.

An ECG knows a beat sooner and to the millisecond; the pulse wave follows it by a quarter of a second.  Beats of
both would be doubled, so one leads at a time: the ECG while it can be believed, else whichever is better by `BETTER`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.ecg import ECG
from installation.body.heart import BEAT, NOTHING, PPG
from installation.compiled import compiled
from installation.frame import Floats, Ints

GOOD = 0.5  # quality: as likely right as not
BETTER = 0.2  # of quality by which the other must be better to take the lead: each change costs a beat


def sources(columns: int) -> Ints:
    """The channel that leads each of `columns` hearts; the pulse, until electrodes are heard."""
    return np.full(columns, PPG, np.int32)


@compiled
def lead(
    leader: Ints,
    column: Ints,
    channel: Ints,
    pulse: NDArray[Any],
    ppg_quality: Floats,
    ppg_age_s: Floats,
    ecg_quality: Floats,
    ecg_age_s: Floats,
    quality: Floats,
    age_s: Floats,
) -> None:
    """Decide who leads each heart (M,), and leave out the beats of the other among pulses (K,).

    leader (M,) channel, kept · ppg_quality, ppg_age_s, ecg_quality, ecg_age_s (M,) of this moment, NaN where never
    heard · quality, age_s (M,), written: those of the leader
    """
    for c in range(leader.size):
        ppg = ppg_quality[c] if ppg_quality[c] >= 0.0 else -1.0  # NaN: never heard
        ecg = ecg_quality[c] if ecg_quality[c] >= 0.0 else -1.0
        if leader[c] == PPG:
            if ecg >= GOOD or ecg > ppg + BETTER:
                leader[c] = ECG
        elif ecg < GOOD and ppg > ecg + BETTER:
            leader[c] = PPG
        quality[c], age_s[c] = (ecg_quality[c], ecg_age_s[c]) if leader[c] == ECG else (ppg_quality[c], ppg_age_s[c])
    for k in range(column.size):
        if pulse[k].verdict == BEAT and channel[k] != leader[column[k]]:
            pulse[k].verdict = NOTHING
