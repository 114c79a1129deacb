"""Raw captures: the bytes of one device with the times they came at, kept in a file and played again.

    nexus raw 1\\tbaud=115200\\tport=/dev/ttyACM0\\n      a line of UTF-8: version, then key=value
    record, record, …                                  until the file ends

    record = time (float64, seconds since the capture began), kind (1 byte), length (uint32), data
    kind   = "b" bytes that came · "o" the port was opened · "c" it was closed; data then says why, in UTF-8,
             or nothing

Numbers are little-endian.  Records are only ever added, each whole in one write, so that a capture that
was killed ends with at most one torn record, and everything before it is read.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import BinaryIO, Literal

from installation.frame import Chunk, PortEvent

MAGIC = "nexus raw 1"
RECORD = struct.Struct("<dcI")
LONGEST = 1 << 20  # bytes of one record: a second of the fastest port; a longer one is no record of ours
WORDLESS = {"opened": "was opened", "closed": "has ended, or the device went away"}  # of records that say no more
LONGEST_HEAD = 4096  # bytes of the first line: the longest path of a port, and more

Came = Chunk | PortEvent


@dataclass(frozen=True, slots=True)
class Head:
    """What a capture says of itself: the device's speed, and the port that it was on."""

    baud: int
    port: str


class RawWriter:
    """Adds what came from a port to a new file, every record at once."""

    def __init__(self, path: Path, head: Head) -> None:
        self._file = path.open("xb", buffering=0)  # "x": a capture is never written over
        self._file.write(f"{MAGIC}\tbaud={head.baud}\tport={head.port}\n".encode())
        self.bytes = 0

    def write(self, came: Came) -> None:
        """Keep one chunk, or one opening or closing of the port."""
        if isinstance(came, Chunk):
            self._put(RECORD.pack(came.time_s, b"b", len(came.data)) + came.data)
            self.bytes += len(came.data)
        else:
            kind, reason = (b"o" if came.what == "opened" else b"c"), came.reason.encode()[:LONGEST]
            self._put(RECORD.pack(came.time_s, kind, len(reason)) + reason)

    def close(self) -> None:
        """The file is whole after every record; this gives it back."""
        self._file.close()

    def _put(self, record: bytes) -> None:
        if self._file.write(record) < len(record):
            raise OSError(errno.ENOSPC, "the disk is full")


def read_head(path: Path) -> Head:
    """What the capture says of itself; ValueError where it is none, OSError where it can't be read."""
    with path.open("rb") as file:
        return _head(file, path)


def read_raw(path: Path, wire: str) -> Iterator[Came]:
    """What came, in order, up to the last whole record; `wire` is the name that it goes by."""
    with path.open("rb") as file:
        _head(file, path)
        last_s = 0.0
        while len(start := file.read(RECORD.size)) == RECORD.size:
            time_s, kind, length = RECORD.unpack(start)
            if not (last_s <= time_s < inf and length <= LONGEST and kind in b"boc"):
                return
            data = file.read(length)
            if len(data) < length:
                return
            last_s = time_s
            if kind == b"b":
                yield Chunk(time_s, wire, data)
            else:
                what: Literal["opened", "closed"] = "opened" if kind == b"o" else "closed"
                words = data.decode("utf-8", "replace") or f"{path} {WORDLESS[what]}"
                yield PortEvent(time_s, wire, what, str(path), words)


class RawSource:
    """A capture in the place of a device: it begins with the first tick, in the run's own time, and ends once.

    After its last byte it is closed, as a device that went away: the wearer's twin takes over.  It is read
    whole at the beginning, so that the loop never waits for a disk.
    """

    def __init__(self, wire: str, path: Path) -> None:
        self.wire = wire
        self._path = path
        self._from_s = inf
        self._left = iter([PortEvent(0.0, wire, "opened", str(path), f"{path} is played"), *self._kept()])
        self._next: Came | None = next(self._left)

    def take(self, until_s: float) -> list[Came]:
        """What the device sent up to now, counted from the first time that this is asked."""
        self._from_s = min(self._from_s, until_s)
        came = []
        while self._next is not None and self._next.time_s + self._from_s <= until_s:
            came.append(_moved(self._next, self._from_s))
            self._next = next(self._left, None)
        return came

    def stop(self) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """Nothing more is played."""
        self._next = None

    def _kept(self) -> Iterator[Came]:
        """The capture from its first byte on, told as it happened, and its end."""
        first_s, time_s, opened = inf, 0.0, True
        for came in read_raw(self._path, self.wire):
            if isinstance(came, Chunk):
                first_s = min(first_s, came.time_s)
            if first_s == inf:
                continue
            time_s = came.time_s - first_s
            yield _moved(came, -first_s)
            opened = isinstance(came, Chunk) or came.what == "opened"
        if opened:
            yield PortEvent(
                time_s, self.wire, "closed", str(self._path), f"{self._path} has ended; the twin takes over"
            )


def _moved(came: Came, by_s: float) -> Came:
    if isinstance(came, Chunk):
        return Chunk(came.time_s + by_s, came.wire, came.data)
    return PortEvent(came.time_s + by_s, came.wire, came.what, came.identity, came.reason)


def _head(file: BinaryIO, path: Path) -> Head:
    line = file.readline(LONGEST_HEAD)
    words = line.decode("utf-8", "replace").rstrip("\n").split("\t")
    says = dict(word.split("=", 1) for word in words[1:] if "=" in word)
    if words[0] != MAGIC or not line.endswith(b"\n") or not says.get("baud", "").isdecimal():
        raise ValueError(f"{path} is no capture; one that `nexus capture` made would do")
    return Head(int(says["baud"]), says.get("port", ""))
