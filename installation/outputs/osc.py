"""OSC 1.0 on the wire: messages, bundles, and streams of numbers that are sent when they change; no socket.

Engines apply what they receive once a frame, and many match addresses exactly and know few types;
so: concrete addresses, only `i f s`, bundles marked "immediately", each within one Ethernet frame.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence

from pythonosc.osc_message_builder import OscMessageBuilder

DATAGRAM = 1472  # bytes: an Ethernet frame of 1500 less the headers of IP (20) and UDP (8)
TEXT = 1200  # bytes of one string: it fits a datagram beside its address
NOT_KNOWN = -1.0  # what a number says that nobody knows: OSC has NaN, engines draw it as anything
SILENT = b""  # a row of a stream that has nothing to say
LARGEST = 3.4e38  # of a 32-bit float
RESERVED = str.maketrans(dict.fromkeys(" #*,/?[]{}\0", "_"))  # no part of an address may hold these
HEAD = b"#bundle\0" + struct.pack(">Q", 1)  # time tag 1: immediately


def message(address: str, kinds: str, *values: int | float | str) -> bytes:
    """One OSC message; `kinds` are its type tags."""
    builder = OscMessageBuilder(address=address)
    for value, kind in zip(values, kinds, strict=True):
        builder.add_arg(value, kind)
    return bytes(builder.build().dgram)


def bundles(messages: Sequence[bytes]) -> Iterator[bytes]:
    """Messages, in order, in as few bundles as hold them."""
    parts, size = [HEAD], len(HEAD)
    for content in messages:
        if len(parts) > 1 and size + 4 + len(content) > DATAGRAM:
            yield b"".join(parts)
            parts, size = [HEAD], len(HEAD)
        parts += (len(content).to_bytes(4, "big"), content)
        size += 4 + len(content)
    if len(parts) > 1:
        yield b"".join(parts)


def part(name: str) -> str:
    """A name as one part of an address: what OSC reserves becomes `_`."""
    return name.translate(RESERVED)


def plain(text: str) -> str:
    """A text that any message holds: no NUL, cut between letters where it is too long."""
    return text.replace("\0", "").encode("utf-8", "replace")[:TEXT].decode("utf-8", "ignore")


def whole(number: int) -> int:
    """A count as OSC's `i` holds it: after 2**31 - 1 comes 0."""
    return number & 0x7FFFFFFF


def tag(number: int) -> int:
    """A number that is only compared, of 24 bits: exact also for engines whose every number is a 32-bit float."""
    return number & 0xFFFFFF


def real(number: float) -> float:
    """A number as OSC's `f` holds it; -1 for one that is not finite or too large."""
    return number if abs(number) <= LARGEST else NOT_KNOWN


class Stream:
    """R addresses with the same few numbers each, and what each of them was told last.

    python-osc builds what stands before the numbers, once; later only the numbers are written.  A row
    is given as `packed` numbers, or as `SILENT` where it has nothing to say.
    """

    def __init__(self, addresses: Sequence[str], kinds: str) -> None:
        zeros = [0 if kind == "i" else 0.0 for kind in kinds]
        self._heads = [message(address, kinds, *zeros)[: -4 * len(kinds)] for address in addresses]
        self._told = [SILENT] * len(addresses)
        self._turn = [0] * len(addresses)  # of the last telling; 0 for never
        self._turns = 0

    def changed(self, rows: Sequence[bytes], most: int) -> list[bytes]:
        """Messages of the rows (R) that changed; of more than `most`, those that waited longest."""
        news = [n for n, (now, told) in enumerate(zip(rows, self._told, strict=True)) if now not in (told, SILENT)]
        if len(news) > most:
            news = sorted(sorted(news, key=self._turn.__getitem__)[:most])
        return self._tell(news, rows)

    def all(self, rows: Sequence[bytes]) -> list[bytes]:
        """Messages of every row (R) that has something to say, changed or not."""
        return self._tell([n for n, now in enumerate(rows) if now != SILENT], rows)

    def _tell(self, news: Sequence[int], rows: Sequence[bytes]) -> list[bytes]:
        self._turns += 1
        for n in news:
            self._turn[n] = self._turns
            self._told[n] = rows[n]
        return [self._heads[n] + rows[n] for n in news]


def packed(kinds: str) -> Callable[..., bytes]:
    """What writes numbers of these kinds (`f` and `i`) as a row of a `Stream`; floats have to be `real`."""
    return struct.Struct(f">{kinds}").pack
