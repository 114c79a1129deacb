"""Wire formats, one file each, no I/O: encode and decode side by side.

A new format is a file with `decoder(patch, channels)` and an entry in `FORMATS`, which says what it carries; where a
device waits to be started, also `greeting(patch)`.
`pack` is for gateways that carry many wearers, and gives arrays in the place of rows; `osc` and `emotibit` give
readings of many series (`sensors/scattered.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from math import nan
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from installation.show.model import SensorPatch
from installation.show.wires import FORMATS

if TYPE_CHECKING:
    from installation.sensors.wires.emotibit import EmotiBit


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

    @property
    def lost(self) -> int:
        """Packets that never came whole, those dropped among them; 0 where they carry no numbers."""
        ...

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Row]:
        """Rows that `data` completes.

        arrival_s: when its newest byte came; it tells how many turns of a short number passed in a silence.
        """
        ...

    def restart(self) -> None:
        """Forget half a line: the device was opened again."""
        ...


WIRES = tuple(FORMATS)
"""Names of the wire formats: each is a module of this package."""


def decoder(patch: SensorPatch, channels: Mapping[str, int]) -> Decoder | EmotiBit:
    """A fresh decoder for the device of `patch`; `channels` gives the number of each channel name."""
    if patch.wire not in WIRES:
        raise ValueError(f'no wire format is called "{patch.wire}"; there are: {", ".join(WIRES)}')
    make = cast(
        "Callable[[SensorPatch, Mapping[str, int]], Decoder | EmotiBit]",
        import_module(f"{__name__}.{patch.wire}").decoder,
    )
    return make(patch, channels)


def greeting(patch: SensorPatch) -> tuple[bytes, ...]:
    """The commands that start the device of `patch`, one after the other; () where it sends unasked."""
    if not FORMATS[patch.wire].started:
        return ()
    say = cast(Callable[[SensorPatch], tuple[bytes, ...]], import_module(f"{__name__}.{patch.wire}").greeting)
    return say(patch)
