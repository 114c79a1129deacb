"""Streams of packets with faults in them: a byte changed, bytes missing, bytes added; and what was lost by it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

KINDS = ("changed", "missing", "added")
LONGEST = 3  # bytes that go missing, or are added, at once


@dataclass(frozen=True)
class Faulty:
    """A stream, and the numbers of the packets that a fault hit."""

    data: bytes
    hit: frozenset[int]

    def lost_beyond(self, packets: int, came: Iterable[int]) -> list[int]:
        """Packets that no fault hit and that were lost all the same; the first and the last don't count."""
        there = set(came)
        return [number for number in range(1, packets - 1) if number not in self.hit and number not in there]


def faulty(packets: Sequence[bytes], faults: int, seed: int, kinds: Sequence[str] = KINDS) -> Faulty:
    """The packets one after the other, with so many faults at bytes drawn at random."""
    rng = np.random.default_rng(seed)
    whole = b"".join(packets)
    ends = np.cumsum([len(packet) for packet in packets])
    hit: set[int] = set()
    parts = []
    begin = 0
    for at in np.sort(rng.choice(len(whole), faults, replace=False)).tolist():
        if at < begin:
            continue  # it went missing with the fault before
        parts.append(whole[begin:at])
        kind = kinds[int(rng.integers(len(kinds)))]
        length = int(rng.integers(1, LONGEST + 1))
        past = at
        if kind == "changed":
            parts.append(bytes((whole[at] ^ int(rng.integers(1, 256)),)))
            past = at + 1
        elif kind == "missing":
            past = min(at + length, len(whole))
        else:
            parts.append(rng.bytes(length))
        first, last = np.searchsorted(ends, (at, max(at, past - 1)), side="right").tolist()
        hit.update(range(first, last + 1))
        begin = past
    return Faulty(b"".join([*parts, whole[begin:]]), frozenset(hit))


def pieces(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The data cut into pieces of these sizes, and the rest."""
    ends = np.cumsum([0, *sizes]).tolist()
    return [data[first:past] for first, past in zip(ends, [*ends[1:], len(data)], strict=True)]
