"""Simulated devices: what a host writes comes in, what the real device would say goes out.

One file per wire format, beside its decoder in `installation.sensors.wires`, without I/O and without a clock: time is
passed in.  Behind a pseudo-terminal (`nexus simulate`) other software takes one for the device; under a night of
`installation.testing` it is on the end of a virtual cable.

A new format is a file with `device(people, inputs, ...)` and an entry in `USUAL`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Protocol, cast

import numpy as np

from installation.frame import CHANNELS, Floats
from installation.sensors.simulated.converter import Person
from installation.show.wires import FORMATS

Said = tuple[float, bytes]
"""When bytes leave a device, and the bytes: one packet, one line or one answer."""

AXES = {"acc_x": "acc_x", "acc_y": "acc_y", "acc_z": "acc_z"}
USUAL: dict[str, dict[str, str]] = {
    "pulsesensor": {"S": "ppg"},
    "lines": {"pulse": "ppg", "skin": "eda", "breath": "resp"},
    "cyton": {"ch1": "ecg", **AXES, "d13": "ppg"},
    "cyton_daisy": {"ch1": "ecg", "ch9": "ecg", **AXES, "d13": "ppg"},
    "bitalino": {"a1": "ecg", "a2": "ppg", "a3": "eda", "a4": "resp", "a5": "acc_x", "a6": "acc_z"},
    "firmata": {"a0": "ppg", "a1": "resp", "a2": "eda", "a3": "acc_x", "a4": "acc_y", "a5": "acc_z"},
    "pack": {"ch0": "ppg", "ch1": "ecg", "ch2": "eda", "ch3": "resp", "ch4": "acc_x", "ch5": "acc_y", "ch6": "acc_z"},
}
"""Which of a person's channels is wired to which input, where nobody says otherwise, by wire format."""


def crowd(wearers: int, seed: int, synchrony: float = 0.0) -> list[Person]:
    """So many simulated people, the same for the same seed; synchrony 0..1: how far they fall into step."""
    if not wearers:
        return []
    from installation.sensors.people import People  # where there are any: they cost start-up time

    people = People(wearers, seed, synchrony)

    def feel(wearer: int, channel: str, time_s: Floats) -> Floats:
        values: Floats = people.values(channel, slice(wearer, wearer + 1), time_s[None, :])[0]
        return values

    for channel in CHANNELS:
        feel(0, channel, np.zeros(1))  # so that nothing is compiled while a host waits
    return [Person(partial(feel, wearer)) for wearer in range(wearers)]


class Simulated(Protocol):
    """A device at the far end of a cable."""

    def opened(self, time_s: float) -> None:
        """A host opened the port."""
        ...

    def reset(self, time_s: float) -> None:
        """The device was switched off and on."""
        ...

    def hear(self, data: bytes, time_s: float) -> None:
        """A host wrote these bytes; any are survived."""
        ...

    def say(self, until_s: float) -> list[Said]:
        """What leaves the device up to `until_s`, oldest first, each thing once."""
        ...


def simulated(
    wire: str,
    people: Sequence[Person],
    inputs: Mapping[str, str] | None = None,
    *,
    rate_hz: float = 0.0,
    form: str = "",
) -> Simulated:
    """A device that speaks a wire format; of the people, one, or all that a shared format carries.

    inputs: the channel at each input, as in `USUAL` · rate_hz: rows a second, 0 for the usual · form: which of a
    format's forms, "" for the usual.

    Raises ValueError where the format, the form, an input or the rate is none.
    """
    if wire not in USUAL:
        raise ValueError(f'no simulated device speaks "{wire}"; there are: {", ".join(USUAL)}')
    wired = dict(USUAL[wire] if inputs is None else inputs)
    unknown = next((name for name in wired if FORMATS[wire].names and name not in FORMATS[wire].names), "")
    if unknown:
        raise ValueError(f'a device of "{wire}" has no input {unknown}; there are: {", ".join(FORMATS[wire].names)}')
    make = cast(Callable[..., Simulated], import_module(f"{__name__}.{wire}").device)
    return make(people, wired, rate_hz=rate_hz, form=form)
