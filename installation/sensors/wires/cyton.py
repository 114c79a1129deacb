"""OpenBCI Cyton: eight voltages and an accelerometer, 250 packets a second of 33 bytes at 115200 baud.

     0      0xA0
     1      number, 0..255
     2..25  channels 1..8, each 24 bits, big-endian, two's complement
    26..31  what the last byte says
    32      0xC0 | kind

    kind 0     acceleration x, y, z, each 16 bits, big-endian; all zero nine times of ten: it is taken at 25 Hz
         1     pins D11, D12, D13 in analog mode, each 16 bits, 0..1023
         2     whatever a firmware of one's own puts there
         3, 4  with the board's time: one axis (x, y, z where number mod 10 is 7, 8, 9), milliseconds in 32 bits
         5, 6  with the board's time: pin D11, milliseconds in 32 bits

The numbers give each row its time on the device's clock.  `CytonDaisy` reads a Cyton with a Daisy on top.

Sources: docs.openbci.com, Cyton Data Format and Cyton SDK; OpenBCI_Cyton_Library 3.1.2 and its definitions.  BrainFlow
reads the same (`tests/sensors/test_hosts.py`).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from math import nan

from installation.sensors.wires import Row
from installation.sensors.wires.packets import PacketCutter
from installation.sensors.wires.sequence import Numbers
from installation.show.model import SensorPatch
from installation.show.wires import FORMATS

SIZE, HEAD, FOOT, KINDS = 33, 0xA0, 0xC0, 7
CHANNELS = 8
NUMBER_BITS = FORMATS["cyton"].number_bits
_VOLTS, _AXES, _ = FORMATS["cyton"].signals
PACKETS_HZ, UV_PER_STEP, G_PER_STEP = _VOLTS.rate_hz, _VOLTS.scale, _AXES.scale
ACCELERATION, ANALOG, USER, ACCELERATION_SET, ACCELERATION_STAMPED, ANALOG_SET, ANALOG_STAMPED = range(KINDS)
AXIS_FROM = 7  # of the ten packets, the one that carries x; y and z follow

RESET, START, STOP = b"v", b"b", b"s"  # reset is answered by a text, the others by nothing
EIGHT, SIXTEEN = b"c", b"C"  # channels to send
WITH_ACCELERATION, WITH_PINS = b"/0", b"/2"  # what to send beside them
LETTERS = b"12345678QWERTYUI"  # of the channels 1..16, in commands
REPLY_ENDS = b"$$$"  # of every text
FAILURE = b"Failure"  # how the dongle's answer begins where no board answers it

_STAMPED = struct.Struct(">hI")
_THREE = struct.Struct(">3h")


def reply(data: bytes) -> str | None:
    """The first whole text that a board sent, None where it has not ended; ValueError where it tells of a failure."""
    text, ends, _ = data.partition(REPLY_ENDS)
    if not ends:
        return None
    if text.lstrip().startswith(FAILURE):
        raise ValueError("the dongle reaches no board: switch the Cyton to PC, and give it a charged battery")
    return text.decode("ascii", "replace")


def encode(number: int, steps: Sequence[int], three: Sequence[int] = (0, 0, 0), kind: int = ACCELERATION) -> bytes:
    """The packet of eight `steps` of the converter, and three of the accelerometer or of the pins."""
    return _packet(number, steps, _THREE.pack(*three), kind)


def encode_stamped(number: int, steps: Sequence[int], one: int, board_ms: int, kind: int) -> bytes:
    """The packet with the board's time; `one` is an axis of the accelerometer, or a pin."""
    return _packet(number, steps, _STAMPED.pack(one, board_ms), kind)


def _packet(number: int, steps: Sequence[int], aux: bytes, kind: int) -> bytes:
    body = b"".join(step.to_bytes(3, "big", signed=True) for step in steps)
    return bytes((HEAD, number)) + body + aux + bytes((FOOT | kind,))


def sound(data: bytes, at: int) -> bool:
    """Whether a packet may stand there."""
    return data[at] == HEAD and FOOT <= data[at + SIZE - 1] < FOOT + KINDS


def number(data: bytes, at: int) -> int:
    """The number of the packet there."""
    return data[at + 1]


def cutter() -> PacketCutter:
    """Cuts a stream into packets: first and last byte are few bits, but in step they have always been right."""
    return PacketCutter(SIZE, NUMBER_BITS, sound, number, firm=True)


class Inputs:
    """What of a packet is asked for: channel numbers by the device's names.

    ch1 … ch8 (µV) · acc_x, acc_y, acc_z (g) · d11, d12, d13 (0..1023).
    """

    def __init__(self, names: Mapping[str, int]) -> None:
        at = {f"ch{channel + 1}": 2 + 3 * channel for channel in range(CHANNELS)}
        self._volts = [(names[name], first, first + 3) for name, first in at.items() if name in names]
        self._axes = [(names[f"acc_{axis}"], place) for place, axis in enumerate("xyz") if f"acc_{axis}" in names]
        self._pins = [(names[f"d{11 + place}"], place) for place in range(3) if f"d{11 + place}" in names]

    def values(self, packet: bytes) -> list[tuple[int, float]]:
        """(channel number, value) of each that the packet has."""
        values = [
            (channel, UV_PER_STEP * int.from_bytes(packet[first:past], "big", signed=True))
            for channel, first, past in self._volts
        ]
        if self._axes or self._pins:
            self._add_aux(packet, values)
        return values

    def _add_aux(self, packet: bytes, values: list[tuple[int, float]]) -> None:
        kind = packet[32] & 15
        if kind == ACCELERATION:
            three = _THREE.unpack_from(packet, 26)
            if any(three):  # else there is no new one
                values += [(channel, G_PER_STEP * three[place]) for channel, place in self._axes]
        elif kind == ANALOG:
            pins = _THREE.unpack_from(packet, 26)
            values += [(channel, float(pins[place])) for channel, place in self._pins]
        elif kind != USER:
            one, _ = _STAMPED.unpack_from(packet, 26)
            if kind in (ANALOG_SET, ANALOG_STAMPED):
                values += [(channel, float(one)) for channel, place in self._pins if place == 0]
            else:
                due = packet[1] % 10 - AXIS_FROM
                values += [(channel, G_PER_STEP * one) for channel, place in self._axes if place == due]


class Cyton:
    """Packets of one board to rows; `names` gives the channel number of each input that is asked for."""

    def __init__(self, names: Mapping[str, int]) -> None:
        self.channels = tuple(names.values())
        self._inputs = Inputs(names)
        self._packets = cutter()
        self._numbers = Numbers(NUMBER_BITS, PACKETS_HZ)

    @property
    def dropped(self) -> int:
        """Packets that could not be read."""
        return self._packets.bad

    @property
    def lost(self) -> int:
        """Packets that never came whole, told from the numbers of those that did."""
        return self._numbers.lost

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Row]:
        """A row for each packet that `data` completes and that has something for us."""
        packets = self._packets.feed(data)
        places = self._numbers.take([number for number, _ in packets], arrival_s)
        rows = []
        for place, (_, packet) in zip(places, packets, strict=True):
            if values := self._inputs.values(packet):
                rows.append(Row(tuple(values), place / PACKETS_HZ))
        return rows

    def restart(self) -> None:
        """Forget half a packet."""
        self._packets.restart()
        self._numbers.restart()


def between(channel: int) -> bytes:
    """The command that measures a channel 1..16 between its own two pins, as a heart is, and not against SRB2.

    On, gain 24, normal input, in the bias, SRB2 and SRB1 off.
    """
    return b"x%c060100X" % LETTERS[channel - 1]


def settings(patch: SensorPatch) -> tuple[bytes, ...]:
    """The commands for the channels that are patched as a heart's, and for the pins where one is asked for."""
    hearts = [between(int(name[2:])) for name, channel in patch.names if channel == "ecg" and name.startswith("ch")]
    pins = any(name.startswith("d") for name, _ in patch.names)
    return (*hearts, WITH_PINS if pins else WITH_ACCELERATION)


def greeting(patch: SensorPatch) -> tuple[bytes, ...]:
    """What starts a patched board; a Daisy on top of it stays silent."""
    return STOP, EIGHT, *settings(patch), START


def decoder(patch: SensorPatch, channels: Mapping[str, int]) -> Cyton:
    """The decoder of a patched board: names = { ch1 = "ecg", acc_x = "acc_x" }."""
    return Cyton({name: channels[channel] for name, channel in patch.names})
