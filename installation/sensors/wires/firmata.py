"""Firmata 2.8 on an Arduino: the analog inputs of its StandardFirmata sketch, at 57600 baud.

    E0|n lsb msb        input n 0..15, 14 bits in two bytes of seven
    F0 6F n … F7        an input past 15: its bits, seven to a byte, the lowest first
    F9 major minor      version, told at the start and when asked
    F0 79 … F7          the sketch's name
    F0 … F7             anything else that is long: read past

A byte over 127 begins a message, whatever was begun before: a fault costs the message that it hits.
There is no checksum, number or time.  One row is one round of the inputs that are asked for, or as much of
it as came.

Source: firmata/protocol, protocol.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan

from installation.sensors.wires import Row
from installation.show.model import SensorPatch
from installation.show.wires import FORMATS

ANALOG, REPORT_ANALOG, VERSION, RESET = 0xE0, 0xC0, 0xF9, 0xFF
SYSEX, SYSEX_ENDS, EXTENDED, FIRMWARE, INTERVAL = 0xF0, 0xF7, 0x6F, 0x79, 0x7A
LENGTHS = {0x90: 3, 0xC0: 2, 0xD0: 2, ANALOG: 3}  # bytes of a message that names a port or an input
FIXED = {0xF4: 3, 0xF5: 3, VERSION: 3}  # bytes of one that does not; all others are one byte
KEPT = 64  # bytes of a long message that are looked at: as long as a board's own buffer
USUAL_HZ = FORMATS["firmata"].signals[0].rate_hz  # rounds a second, where the patch says nothing
LONGEST_MS = 0x3FFF  # of the interval: fourteen bits


def _sevens(number: int) -> bytes:
    """A number of fourteen bits in two bytes, the lower seven first."""
    return bytes((number & 127, number >> 7 & 127))


def encode(channel: int, steps: int) -> bytes:
    """The message of one input; past 15, or past 14 bits, in the extended form."""
    if channel < 16 and steps < 1 << 14:
        return bytes((ANALOG | channel,)) + _sevens(steps)
    groups = bytes(steps >> shift & 127 for shift in range(0, max(steps.bit_length(), 1), 7))
    return bytes((SYSEX, EXTENDED, channel)) + groups + bytes((SYSEX_ENDS,))


def encode_version(major: int = 2, minor: int = 8) -> bytes:
    """The version that a board tells."""
    return bytes((VERSION, major, minor))


def encode_firmware(name: str, major: int = 2, minor: int = 8) -> bytes:
    """The sketch's name that a board tells."""
    letters = b"".join(map(_sevens, name.encode("ascii")))
    return bytes((SYSEX, FIRMWARE, major, minor)) + letters + bytes((SYSEX_ENDS,))


def report(channel: int, on: bool = True) -> bytes:
    """The command that has an input 0..15 reported, or not."""
    return bytes((REPORT_ANALOG | channel, on))


def interval(rate_hz: float) -> bytes:
    """The command that sets the rounds a second."""
    return bytes((SYSEX, INTERVAL)) + _sevens(min(round(1000 / rate_hz), LONGEST_MS)) + bytes((SYSEX_ENDS,))


class Firmata:
    """Messages of one board to rows; `inputs` gives the channel number of each input that is asked for."""

    def __init__(self, inputs: Mapping[int, int]) -> None:
        self.channels = tuple(inputs.values())
        self.dropped = 0  # messages that were cut short, and stretches of bytes that belong to none
        self.version = ""  # of the protocol, once the board has told
        self.firmware = ""  # the sketch's name, once the board has told
        self._inputs = dict(inputs)
        self.restart()

    @property
    def lost(self) -> int:
        """Messages carry no numbers."""
        return 0

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Row]:
        """A row for each round that `data` completes."""
        rows: list[Row] = []
        message = self._message
        for byte in data:
            if byte < 0x80:
                if not message:
                    self._stray()
                    continue
                if len(message) < KEPT:
                    message.append(byte)
            elif message and message[0] == SYSEX and byte == SYSEX_ENDS:
                self._long(message, rows)
                message.clear()
                continue
            else:
                self.dropped += bool(message)
                message[:] = (byte,)
                self._strays = False
            if message[0] != SYSEX and len(message) == _length(message[0]):
                self._short(message, rows)
                message.clear()
        return rows

    def restart(self) -> None:
        """Forget half a message, and half a round."""
        self._message = bytearray()
        self._round: dict[int, float] = {}
        self._strays = True  # the port is opened in the middle of a message

    def _stray(self) -> None:
        """Count a stretch of bytes that belong to no message."""
        self.dropped += not self._strays
        self._strays = True

    def _short(self, message: Sequence[int], rows: list[Row]) -> None:
        """Take a message of at most three bytes."""
        if message[0] & 0xF0 == ANALOG:
            self._take(message[0] & 15, message[1] | message[2] << 7, rows)
        elif message[0] == VERSION:
            self.version = f"{message[1]}.{message[2]}"

    def _long(self, message: Sequence[int], rows: list[Row]) -> None:
        """Take a message that has an end of its own, less that end."""
        if len(message) > 3 and message[1] == EXTENDED:
            self._take(message[2], sum(bits << 7 * place for place, bits in enumerate(message[3:])), rows)
        elif len(message) > 3 and message[1] == FIRMWARE:
            letters = zip(message[4::2], message[5::2], strict=False)
            self.firmware = bytes((low | high << 7) & 255 for low, high in letters).decode("ascii", "replace")

    def _take(self, channel: int, steps: int, rows: list[Row]) -> None:
        """Add an input to the round, and give the round once it is whole, or once the next has begun."""
        if channel not in self._inputs:
            return
        if channel in self._round:
            self._give(rows)
        self._round[channel] = float(steps)
        if len(self._round) == len(self._inputs):
            self._give(rows)

    def _give(self, rows: list[Row]) -> None:
        rows.append(Row(tuple((self._inputs[channel], steps) for channel, steps in self._round.items())))
        self._round.clear()


def _length(status: int) -> int:
    """Bytes of a message that is not long, by its first."""
    return LENGTHS.get(status & 0xF0) or FIXED.get(status, 1)


def inputs_of(patch: SensorPatch) -> dict[int, str]:
    """Our channel of each input of a patched board."""
    return {int(name.removeprefix("a")): channel for name, channel in patch.names}


def greeting(patch: SensorPatch) -> tuple[bytes, ...]:
    """What starts a patched board, once its sketch runs."""
    reports = b"".join(report(channel) for channel in sorted(inputs_of(patch)))
    return (interval(patch.rate_hz or USUAL_HZ) + reports,)


def decoder(patch: SensorPatch, channels: Mapping[str, int]) -> Firmata:
    """The decoder of a patched board: names = { a0 = "ppg", a1 = "eda" }."""
    return Firmata({number: channels[name] for number, name in inputs_of(patch).items()})
