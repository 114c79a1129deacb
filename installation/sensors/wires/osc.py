"""Any sensor as OSC 1.0: messages with numbers, alone or in bundles, by their addresses.

    /elif/ppg f         one value, or several: samples that follow one another, the oldest first
    /elif/acc fff       [0], [1], [2] in the patch: arguments that are channels of their own

A bundle's time tag is the sender's clock, whatever it is set to, and gives its messages their times; messages
alone, and bundles of the tag "immediately", are timed by their count.  Between datagrams on their way from the
socket stands each one's length, 32 bits, big-endian, as OSC over TCP has it: chunks may then be cut anywhere.

Source: opensoundcontrol.org, OSC 1.0.  python-osc reads a message in 2 µs; bundles are walked here, since its own
walk does not end at a negative size.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite, nan
from typing import NamedTuple

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageError
from pythonosc.parsing.osc_types import ParseError, write_string

from installation.sensors.scattered import Reading

LENGTH, TAG = struct.Struct(">i"), struct.Struct(">Q")
BUNDLE = b"#bundle\0"
HEADER = len(BUNDLE) + TAG.size
MOST_BYTES = 8192  # of a datagram: more than any sensor packs into one
MOST_DEEP = 4  # bundles within bundles; nobody needs more than one
MOST_ARGUMENTS = 64  # of a message: more samples at once are no stream
NUMBERS = frozenset("ifdhTF")
IMMEDIATELY = 1  # the time tag of a bundle that has no time
TAG_S = 2.0**-32


class Taken(NamedTuple):
    """Where the arguments of an address go.

    channel: of all its arguments, one after the other, -1 where they go by `places`: (argument, channel).
    """

    series: int
    channel: int
    places: tuple[tuple[int, int], ...] = ()


def encode(address: str, values: Sequence[float]) -> bytes:
    """A message of 32-bit floats."""
    return write_string(address) + write_string("," + "f" * len(values)) + struct.pack(f">{len(values)}f", *values)


def bundle(messages: Iterable[bytes], time_s: float | None = None) -> bytes:
    """The bundle of some messages; `time_s` on the sender's clock, None for "immediately"."""
    tag = IMMEDIATELY if time_s is None else round(time_s / TAG_S)
    return BUNDLE + TAG.pack(tag) + b"".join(map(framed, messages))


def framed(datagram: bytes) -> bytes:
    """A datagram behind its length."""
    return LENGTH.pack(len(datagram)) + datagram


class Osc:
    """Messages at one door to readings; `series` numbers the addresses that somebody takes, for each who does."""

    def __init__(self) -> None:
        self._taken: dict[str, list[Taken]] = {}
        self.columns: list[int] = []  # of each series
        self._bad = 0
        self._rest = b""

    @property
    def dropped(self) -> int:
        """Datagrams and messages that could not be read."""
        return self._bad

    @property
    def lost(self) -> int:
        """OSC carries no numbers."""
        return 0

    def add(self, column: int, names: Mapping[str, int]) -> None:
        """Let a column take some addresses, with the number of each one's channel: `/elif/acc[0]` is an argument."""
        places: dict[str, list[tuple[int, int]]] = {}
        for name, channel in names.items():
            address, bracket, place = name.removesuffix("]").partition("[")
            places.setdefault(address, []).append((int(place) if bracket else -1, channel))
        for address, some in places.items():
            by_place = tuple(sorted(one for one in some if one[0] >= 0))
            for channel in [channel for place, channel in some if place < 0]:
                self._taken.setdefault(address, []).append(Taken(len(self.columns), channel))
                self.columns.append(column)
            if by_place:
                self._taken.setdefault(address, []).append(Taken(len(self.columns), -1, by_place))
                self.columns.append(column)

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Reading]:
        """The readings that `data` completes."""
        whole, at = self._rest + data, 0
        readings: list[Reading] = []
        while at + LENGTH.size <= len(whole):
            length = LENGTH.unpack_from(whole, at)[0]
            if not 0 < length <= MOST_BYTES:
                self._bad += 1
                at = len(whole)  # what is no length leaves nothing to go by, up to the next read
                break
            if at + LENGTH.size + length > len(whole):
                break
            at += LENGTH.size + length
            self._datagram(whole[at - length : at], nan, 0, readings)
        self._rest = whole[at:]
        return readings

    def restart(self) -> None:
        """Forget half a datagram."""
        self._rest = b""

    def _datagram(self, data: bytes, device_s: float, deep: int, readings: list[Reading]) -> None:
        if data.startswith(b"/"):
            self._message(data, device_s, readings)
        elif data.startswith(BUNDLE) and len(data) >= HEADER and deep < MOST_DEEP:
            tag = TAG.unpack_from(data, len(BUNDLE))[0]
            device_s = device_s if tag <= IMMEDIATELY else tag * TAG_S
            at = HEADER
            while at + LENGTH.size <= len(data):
                length = LENGTH.unpack_from(data, at)[0]
                if not 0 < length <= len(data) - at - LENGTH.size:
                    break
                at += LENGTH.size + length
                self._datagram(data[at - length : at], device_s, deep + 1, readings)
            self._bad += at != len(data)
        else:
            self._bad += 1

    def _message(self, data: bytes, device_s: float, readings: list[Reading]) -> None:
        address, _, rest = data.partition(b"\0")
        taken = self._taken.get(address.decode("ascii", "replace"))
        if taken is None:
            return  # of somebody whom nobody asked for
        kinds = rest.lstrip(b"\0").partition(b"\0")[0].decode("ascii", "replace")
        try:
            if len(data) % 4 or not (
                kinds.startswith(",") and NUMBERS.issuperset(kinds[1:]) and len(kinds) <= MOST_ARGUMENTS
            ):
                raise ValueError
            values = [float(value) for value in OscMessage(data).params]
            if not values or not all(map(isfinite, values)):
                raise ValueError
        except (ParseError, MessageError, ValueError, OverflowError):
            self._bad += 1
            return
        for one in taken:
            if not one.places:
                readings += [Reading(one.series, device_s, ((one.channel, value),)) for value in values]
            elif one.places[-1][0] < len(values):
                readings.append(
                    Reading(one.series, device_s, tuple((channel, values[place]) for place, channel in one.places))
                )
            else:
                self._bad += 1
