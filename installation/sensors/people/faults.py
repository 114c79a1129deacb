"""What goes wrong between a person and their sensor, as values: who, what, from when, to when.

Some show in what is measured, and `spoil` applies them; those of the device (drop-outs, a clock that runs wrong)
are for whoever plays the device: `share_lost` and `clock_s` tell.

Sources: electrodes that come off, mains, motion as what spoils most recordings: Satija et al., IEEE Rev. Biomed. Eng.
11:36, 2018; quartz clocks and resonators of ±20 to ±100 ppm: data sheets of boards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

import numpy as np

from installation.frame import Floats
from installation.sensors.people.chance import FAULT

What = Literal["electrode_off", "motion_artefact", "mains", "clipping", "drop_outs", "wrong_clock"]
KINDS: tuple[What, ...] = get_args(What)

MAINS_HZ = 50.0
RANGES = {"ppg": (0.5, 0.2), "ecg": (0.0, 1500.0), "eda": (0.0, 4.0), "resp": (0.5, 0.3)}
"""Where each signal rests with nobody on the sensor, and its usual swing."""
AMOUNTS = {
    "electrode_off": (0.0, 1.0),  # there is but one way
    "motion_artefact": (0.5, 2.0),
    "mains": (0.1, 1.0),
    "clipping": (0.2, 0.5),
    "drop_outs": (0.05, 0.5),
    "wrong_clock": (-100.0, 100.0),  # ppm
}
SHAKE_HZ = (1.3, 2.1, 3.4)  # a loose sensor on a moving hand: no whole multiples of one another


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the sensors of one wearer from `from_s` to `to_s`.

    channel: that it befalls, "" for all · amount: of mains and motion artefact in usual swings of the signal; of
    clipping the share of the usual swing that is left; of drop-outs the share that is lost; of a wrong clock by how
    many ppm it is fast.
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


def share_lost(faults: Iterable[Fault], wearer: int, time_s: float) -> float:
    """Which share 0..1 of what a wearer's device sends at a moment is lost."""
    here = (fault.amount for fault in faults if _is_now(fault, "drop_outs", wearer, time_s))
    return max(here, default=0.0)


def clock_s(faults: Iterable[Fault], wearer: int, time_s: float) -> float:
    """What a wearer's device takes the time for, whose clock is fast by `amount` ppm while a fault of it lasts."""
    fast_s = 0.0
    for fault in faults:
        if fault.what == "wrong_clock" and fault.wearer == wearer and time_s > fault.from_s:
            fast_s += 1e-6 * fault.amount * (min(time_s, fault.to_s) - fault.from_s)
    return time_s + fast_s


def seeded(seed: int, wearers: int, until_s: float, each_s: float = 1200.0) -> list[Fault]:
    """Faults of a whole night, in order of time: of each wearer about one in `each_s`, of any kind, 5 to 60 s long.

    A wearer's depend on the seed and their number alone, as they themselves do.
    """
    faults = []
    for wearer in range(wearers):
        rng = np.random.default_rng(np.random.SeedSequence([seed, wearer, int(FAULT)]))
        at_s = rng.exponential(each_s)
        while at_s < until_s:
            what = KINDS[int(rng.integers(len(KINDS)))]
            amount = rng.uniform(*AMOUNTS[what])
            faults.append(Fault(wearer, what, at_s, at_s + rng.uniform(5.0, 60.0), amount=amount))
            at_s += rng.exponential(each_s)
    return sorted(faults, key=lambda fault: fault.from_s)


def _is_now(fault: Fault, what: What, wearer: int, time_s: float) -> bool:
    return fault.what == what and fault.wearer == wearer and fault.from_s <= time_s < fault.to_s
