"""The files of a recording on disk: MCAP, flushed and synced, a new part when one has grown old or large."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from mcap.writer import Writer

from installation.record.night import Run, run_to_text
from installation.record.notation import SCHEMAS, schema
from installation.record.seal import keys_file

CHUNK_BYTES = 16_000_000  # a flush closes a chunk; nothing else does, so that what belongs together stays together
SYNC_S = 1.0  # of the machine's clock: what a power cut may take
PART_S = 3600.0  # of the show: a part's index is kept in memory, and written when the part is closed
PART_BYTES = 2**30  # fits every stick and every mail to a festival's technician
MOST_PARTS = 1000

PROFILE = "nexus"  # of the MCAP header

Opener = Callable[[Path], BinaryIO]


def open_new(file: Path) -> BinaryIO:
    """A file that was not there before."""
    return file.open("xb")


def part_file(first: Path, number: int) -> Path:
    """The file of part `number`: night.mcap, night.1.mcap, night.2.mcap …"""
    return first if number == 0 else first.with_name(f"{first.stem}.{number}{first.suffix}")


def free_name(wanted: Path) -> Path:
    """`wanted`, or where something of that name is there, the first free of night-2.mcap, night-3.mcap …"""
    number, file = 1, wanted
    try:
        while any(path.exists() for path in (file, part_file(file, 1), keys_file(file))):
            number += 1
            file = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    except OSError:  # a folder that can't be looked into is told of where the file is opened
        return wanted
    return file


class Parts:
    """Writes the messages of one run; everything here may raise OSError."""

    def __init__(self, first: Path, run: Run, open_file: Opener = open_new, most_bytes: int = PART_BYTES) -> None:
        self._first, self._run, self._open_file, self._most_bytes = first, run, open_file, most_bytes
        self._number = 0
        self._synced_s = 0.0
        self.whole_bytes = 0  # of the present part, up to its last flush
        self._begin(0.0)

    def add(self, topic: str, time_s: float, message: bytes) -> None:
        """Add a message at a time of the run."""
        time_ns = max(0, round(1e9 * time_s))
        self._writer.add_message(self._channels[topic], time_ns, message, time_ns)

    def flush(self, now_s: float) -> None:
        """Hand everything to the system, and once a second of `now_s` to the disk."""
        self._writer.flush()  # type: ignore[no-untyped-call]  # mcap has no annotation there
        self.whole_bytes = self._file.tell()
        if now_s - self._synced_s >= SYNC_S:
            self._synced_s = now_s
            _sync(self._file)

    def turn(self, time_s: float) -> None:
        """Begin a new part where it is time; after a flush."""
        if time_s - self._began_s < PART_S and self.whole_bytes < self._most_bytes:
            return
        self._finish()
        self._number += 1
        self._begin(time_s)

    def close(self, end: Mapping[str, str]) -> None:
        """End the recording as it should end."""
        self._writer.flush()  # type: ignore[no-untyped-call]  # mcap has no annotation there
        self._writer.add_metadata("end", dict(end))
        self._finish()

    def abandon(self) -> None:
        """Let go of a file that can't be written, cut where it is whole; raises nothing."""
        with contextlib.suppress(OSError, ValueError):
            self._file.close()  # tries to write what it still holds, and closes all the same
        with contextlib.suppress(OSError):
            os.truncate(part_file(self._first, self._number), self.whole_bytes)

    def _begin(self, time_s: float) -> None:
        self._began_s, self.whole_bytes = time_s, 0
        self._file = self._open_file(part_file(self._first, self._number))
        self._writer = Writer(self._file, chunk_size=CHUNK_BYTES)
        self._writer.start(PROFILE, f"nexus {self._run.version}")
        for name, data in self._run.files.items():
            self._writer.add_attachment(0, 0, name, "application/toml", data)
        self._writer.add_metadata("run", {**run_to_text(self._run), "part": str(self._number)})
        self._channels = {
            topic: self._writer.register_channel(
                topic,
                "json",
                self._writer.register_schema(f"nexus{topic.replace('/', '.')}", "jsonschema", schema(topic)),
            )
            for topic in SCHEMAS
        }

    def _finish(self) -> None:
        self._writer.finish()  # type: ignore[no-untyped-call]  # mcap has no annotation there
        self._file.flush()
        _sync(self._file)
        self._file.close()


def _sync(file: BinaryIO) -> None:
    try:
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network shares know no such thing
            raise
