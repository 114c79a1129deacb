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
    ppg_quality: Floats,
    ppg_age_s: Floats,
    ecg_quality: Floats,
    ecg_age_s: Floats,
    quality: Floats,
    age_s: Floats,
) -> None:
    """Decide who leads each heart at this moment.

    leader (M,) channel, kept · ppg_quality, ppg_age_s, ecg_quality, ecg_age_s (M,), NaN where never heard ·
    quality, age_s (M,), written: those of the leader
    """
    for c in range(leader.size):
        ppg = ppg_quality[c] if ppg_quality[c] >= 0.0 else -1.0  # False for NaN
        ecg = ecg_quality[c] if ecg_quality[c] >= 0.0 else -1.0
        if leader[c] == PPG:
            if ecg >= GOOD or ecg > ppg + BETTER:
                leader[c] = ECG
        elif ecg < GOOD and ppg > ecg + BETTER:
            leader[c] = PPG
        if leader[c] == ECG:
            quality[c], age_s[c] = ecg_quality[c], ecg_age_s[c]
        else:
            quality[c], age_s[c] = ppg_quality[c], ppg_age_s[c]


@compiled
def leave_others_out(leader: Ints, column: Ints, channel: Ints, pulse: NDArray[Any]) -> None:
    """Among pulses (K,) make the beats of a sensor that does not lead its heart (M,) none."""
    for k in range(column.size):
        if pulse[k].verdict == BEAT and channel[k] != leader[column[k]]:
            pulse[k].verdict = NOTHING


@compiled
def leave_waves_out(channel: Ints, pulse: NDArray[Any]) -> None:
    """Make the waves of ECGs among pulses (K,) unknown: whoever reads on in them means a pulse in the skin."""
    for k in range(channel.size):
        if channel[k] == ECG:
            pulse[k].wave = np.nan
