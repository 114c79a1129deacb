"""Wire formats, one file each, no I/O: encode and decode side by side.

A new format is a file with `decoder(patch, channels)` and a line in `WIRES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from math import nan
from typing import NamedTuple, Protocol, cast

from installation.show.model import SensorPatch


class Row(NamedTuple):
    """What one moment of a device says: (channel number, value) of each channel, and the device's own time.

    device_s: seconds on the device's clock, NaN where it tells none.
    """

    values: tuple[tuple[int, float], ...]
    device_s: float = nan


class Decoder(Protocol):
    """Bytes of one device to rows of one wearer.

    However the bytes are cut into chunks, the rows are the same; no bytes raise.  `channels` are those
    it may give.
    """

    channels: tuple[int, ...]

    @property
    def dropped(self) -> int:
        """Lines or packets that could not be read."""
        ...

    def feed(self, data: bytes) -> list[Row]:
        """Rows that `data` completes."""
        ...

    def restart(self) -> None:
        """Forget half a line: the device was opened again."""
        ...


WIRES = ("pulsesensor", "lines")
"""Names of the wire formats: each is a module of this package."""


def decoder(patch: SensorPatch, channels: Mapping[str, int]) -> Decoder:
    """A fresh decoder for the device of `patch`; `channels` gives the number of each channel name."""
    if patch.wire not in WIRES:
        raise ValueError(f'no wire format is called "{patch.wire}"; there are: {", ".join(WIRES)}')
    make = cast(
        Callable[[SensorPatch, Mapping[str, int]], Decoder],
        import_module(f"{__name__}.{patch.wire}").decoder,
    )
    return make(patch, channels)
