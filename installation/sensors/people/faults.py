"""What goes wrong between a person and their sensor, as values: who, what, from when, to when.

Some show in what is measured, and `spoil` applies them; those of the device (drop-outs, a clock that runs wrong) are for
whoever plays the device: `share_lost` and `clock_s` say what it does.

Sources: electrodes that come off, mains, motion as what spoils most recordings: Satija et al., IEEE Rev. Biomed. Eng.
11:36, 2018; quartz clocks of ±20 to ±100 ppm, RC ones of a percent: data sheets of ATmega328 and of watch crystals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

import numpy as np

from installation.frame import Floats

What = Literal["electrode_off", "motion_artefact", "mains", "clipping", "drop_outs", "wrong_clock"]
KINDS: tuple[What, ...] = get_args(What)

MAINS_HZ = 50.0
RANGES = {"ppg": (0.5, 0.2), "ecg": (0.0, 1500.0), "eda": (0.0, 4.0), "resp": (0.5, 0.3)}  # where it rests; usual swing
SHAKE_HZ = (1.3, 2.1, 3.4)  # a loose sensor on a moving hand: no whole multiples of one another
"""Usual."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the sensors of one wearer from `from_s` to `to_s`.

    channel: that it befalls, "" for all · amount: of the mains and the motion artefact in usual swings of the signal; of
    clipping the share of the usual swing that is left; of drop-outs the share that is lost; of a wrong clock by
    how many ppm it is fast, and NaN where it begins anew at `from_s`.
    """

    wearer: int
    what: What
    from_s: float = 0.0
    to_s: float = inf
    channel: str = ""
    amount: float = 0.5


def spoil(faults: Iterable[Fault], channel: str, first: int, time_s: Floats, value: Floats) -> None:
    """Write what faults make of a channel's values (people, times), of people from `first` on, into them."""
    if channel not in RANGES:
        return
    rest, swing = RANGES[channel]
    for fault in faults:
        row = fault.wearer - first
        if not 0 <= row < len(value) or fault.channel not in ("", channel):
            continue
        t = time_s[row]
        now = (t >= fault.from_s) & (t < fault.to_s)
        if not now.any():
            continue
        mains = np.sin(2 * np.pi * MAINS_HZ * t[now])
        if fault.what == "electrode_off":
            value[row, now] = rest + 0.05 * swing * mains
        elif fault.what == "mains":
            value[row, now] += fault.amount * swing * mains
        elif fault.what == "motion_artefact":
            shake = sum(np.sin(2 * np.pi * hz * t[now] + hz) for hz in SHAKE_HZ)
            value[row, now] += fault.amount * swing * shake
        elif fault.what == "clipping":
            value[row, now] = np.clip(value[row, now], rest - fault.amount * swing, rest + fault.amount * swing)
