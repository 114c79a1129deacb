"""OSC 1.0 on the wire: messages, bundles, and streams of numbers that are sent when they change; no socket.

Engines apply what they receive once a frame, and many match addresses exactly and know few types;
so: concrete addresses, only `i f s`, bundles marked "immediately", each within one Ethernet frame.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pythonosc.osc_message_builder import OscMessageBuilder

DATAGRAM = 1472  # bytes: an Ethernet frame of 1500 less the headers of IP (20) and UDP (8)
TEXT = 1200  # bytes of one string: it fits a datagram beside its address
NOT_KNOWN = -1.0  # what a number says that nobody knows: OSC has NaN, engines draw it as anything
SILENT = 0xFFFFFFFF  # a word for "nothing to say", which no number becomes: a row that begins with it is not sent
LARGEST = 3.4e38  # of a 32-bit float
RESERVED = str.maketrans(dict.fromkeys(" #*,/?[]{}\0", "_"))  # no part of an address may hold these
HEAD = b"#bundle\0" + struct.pack(">Q", 1)  # time tag 1: immediately

Words = NDArray[np.uint32]


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


def real(number: float) -> float:
    """A number as OSC's `f` holds it; -1 for one that is not finite or too large."""
    return number if abs(number) <= LARGEST else NOT_KNOWN


def floats(values: NDArray[np.float64]) -> Words:
    """Numbers as 32-bit words in the order of the wire; -1 where `real` gives -1."""
    known = np.abs(values) <= LARGEST  # False for NaN
    return np.where(known, values, NOT_KNOWN).astype(">f4").view(np.uint32)


def ints(values: NDArray[np.uint8]) -> Words:
    """Whole numbers as 32-bit words in the order of the wire."""
    return values.astype(">i4").view(np.uint32)


class Stream:
    """R addresses with the same k numbers each, and what each of them was told last.

    python-osc builds what stands before the numbers, once; later only the numbers are written.
    """

    def __init__(self, addresses: Sequence[str], kinds: str) -> None:
        zeros = [0 if kind == "i" else 0.0 for kind in kinds]
        self._heads = [message(address, kinds, *zeros)[: -4 * len(kinds)] for address in addresses]
        self._told: Words = np.full((len(addresses), len(kinds)), SILENT, np.uint32)
        self._turn: NDArray[np.int64] = np.zeros(len(addresses), np.int64)  # of the last telling; 0 for never
        self._turns = 0

    def changed(self, words: Words, most: int) -> list[bytes]:
        """Messages of the rows of words (R, k) that changed; of more than `most`, those that waited longest."""
        rows = np.flatnonzero((words != self._told).any(axis=1) & (words[:, 0] != SILENT))
        if len(rows) > most:
            rows = np.sort(rows[np.argsort(self._turn[rows], kind="stable")[:most]])
        return self._tell(rows, words)

    def all(self, words: Words) -> list[bytes]:
        """Messages of every row of words (R, k) that has something to say, changed or not."""
        return self._tell(np.flatnonzero(words[:, 0] != SILENT), words)

    def _tell(self, rows: NDArray[np.intp], words: Words) -> list[bytes]:
        self._turns += 1
        self._turn[rows] = self._turns
        told = words[rows]
        self._told[rows] = told
        numbers, size = told.tobytes(), 4 * words.shape[1]
        return [self._heads[row] + numbers[n * size : (n + 1) * size] for n, row in enumerate(rows.tolist())]
