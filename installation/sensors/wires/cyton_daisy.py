"""OpenBCI Cyton with a Daisy on top: sixteen voltages, 125 times a second.

Packets are a Cyton's.  One with an even number carries the Daisy's channels 9..16, the odd one after it the
Cyton's own: both make one row, as BrainFlow has it.  Each is the mean of the last two of 250 samples a second, so
that the Daisy's half of a row is 4 ms older.  Where one of the two is lost, the row has the other's half.

Source: docs.openbci.com, Cyton Data Format.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import nan

from installation.sensors.wires import Row
from installation.sensors.wires.cyton import (
    CHANNELS,
    NUMBER_BITS,
    PACKETS_HZ,
    SIXTEEN,
    START,
    STOP,
    Inputs,
    cutter,
    settings,
)
from installation.sensors.wires.sequence import Numbers
from installation.show.model import SensorPatch


class CytonDaisy:
    """Packets of the two boards to rows; `names` gives the channel number of each input that is asked for.

    ch1 … ch16 (µV) · acc_x, acc_y, acc_z (g) · d11, d12, d13 (0..1023).
    """

    def __init__(self, names: Mapping[str, int]) -> None:
        self.channels = tuple(names.values())
        both = {name: at for name, at in names.items() if not name.startswith("ch")}
        upper, lower = dict(both), dict(both)
        for board, first in ((lower, 0), (upper, CHANNELS)):
            for channel in range(1, CHANNELS + 1):
                if (name := f"ch{first + channel}") in names:
                    board[f"ch{channel}"] = names[name]
        self._inputs = (Inputs(upper), Inputs(lower))
        self._packets = cutter()
        self._numbers = Numbers(NUMBER_BITS, PACKETS_HZ)
        self._upper: list[tuple[int, float]] = []  # of the even packet that waits for the odd one
        self._place = -1  # of that packet

    @property
    def dropped(self) -> int:
        """Packets that could not be read."""
        return self._packets.bad

    @property
    def lost(self) -> int:
        """Packets that never came whole, told from the numbers of those that did."""
        return self._numbers.lost

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Row]:
        """A row for each pair that `data` completes, and for each half whose other half is lost."""
        packets = self._packets.feed(data)
        places = self._numbers.take([number for number, _ in packets], arrival_s)
        rows: list[Row] = []
        for place, (number, packet) in zip(places, packets, strict=True):
            odd = number & 1
            values = self._inputs[odd].values(packet)
            if not odd or place != self._place + 1:
                self._give(rows)
            self._upper, self._place = self._upper + values, place
            if odd:
                self._give(rows)
        return rows

    def restart(self) -> None:
        """Forget half a packet, and half a pair."""
        self._packets.restart()
        self._numbers.restart()
        self._upper = []

    def _give(self, rows: list[Row]) -> None:
        """Make a row of what waits."""
        if self._upper:
            rows.append(Row(tuple(self._upper), self._place / PACKETS_HZ))
            self._upper = []


def greeting(patch: SensorPatch) -> tuple[bytes, ...]:
    """What starts a patched pair of boards."""
    return STOP, SIXTEEN, *settings(patch), START


def decoder(patch: SensorPatch, channels: Mapping[str, int]) -> CytonDaisy:
    """The decoder of a patched pair of boards: names = { ch1 = "ecg", ch9 = "input.brow" }."""
    return CytonDaisy({name: channels[channel] for name, channel in patch.names})
