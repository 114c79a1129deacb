"""The light log: every tick's time and the very bytes of the wire, in one file for numpy (`docs/light-log.md`)."""

from __future__ import annotations

import contextlib
import logging
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.frame import Bytes, Floats, Health, Levels, Tick
from installation.show.model import Show

LOG = logging.getLogger("installation.light_log")

FIRST_BLOCK = 1024  # ticks; every further block is twice as long, and none is ever copied in the loop
LONGEST_BLOCK = 8192  # ticks, two minutes at 60 Hz: what a block takes, it will nearly always use
LIMIT_BYTES = 2**31  # of memory: a forgotten log must not take the whole night's


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Room for B ticks: time_s (B,), tick (B,), slots (B, P, 3)."""

    time_s: Floats
    tick: NDArray[np.int64]
    slots: Bytes


class LightLog:
    """Keeps what left the guard, in memory, and writes it when it is closed.

    What can't be kept or written is told once, and touches nothing else.
    """

    def __init__(self, file: Path | str, show: Show, limit_bytes: int = LIMIT_BYTES) -> None:
        self._file = Path(file)
        self._show = show
        self._pixels = sum(garment.pixels for garment in show.garments)
        self._most = limit_bytes // (3 * self._pixels + 16)
        self._blocks: list[Block] = []
        self._kept = self._room = 0  # ticks, of all blocks
        self._used = 0  # ticks of the newest block
        self._trouble = ""
        self._writable = self._can_be_written()

    def write(self, levels: Levels, tick: Tick) -> None:
        """Keep one tick."""
        if self._kept == self._room and not self._grow():
            return
        block = self._blocks[-1]
        block.time_s[self._used] = tick.time_s
        block.tick[self._used] = tick.number
        block.slots[self._used] = levels.slots
        self._used += 1
        self._kept += 1

    def close(self) -> None:
        """Write the file, whole or not at all; a second time does nothing."""
        if not self._writable:
            return
        self._writable = False
        half = self._half()
        try:
            with zipfile.ZipFile(half, "w") as archive:
                self._write_arrays(archive)
            half.replace(self._file)
        except OSError as error:
            self._tell(f"{self._file} can't be written ({error.strerror or error}); no light log is left")
            _remove(half)

    def health(self) -> Health:
        """Whether the log is kept; handled counts its ticks."""
        return Health("light log", "output", not self._trouble, self._trouble or f"to {self._file}", self._kept)

    def _can_be_written(self) -> bool:
        half = self._half()
        try:
            half.touch()
            half.unlink()
        except OSError as error:
            self._tell(f"{self._file} can't be written ({error.strerror or error}); the light goes on without a log")
            return False
        return True

    def _grow(self) -> bool:
        if not self._writable:
            return False
        ticks = min(FIRST_BLOCK << len(self._blocks), LONGEST_BLOCK, self._most - self._room)
        if ticks <= 0:
            self._tell(f"the light log is full after {self._kept} ticks; they are kept, and the light goes on")
            return False
        try:
            block = Block(np.empty(ticks), np.empty(ticks, np.int64), np.empty((ticks, self._pixels, 3), np.uint8))
        except MemoryError:
            self._tell(f"there is no more memory for the light log after {self._kept} ticks; they are kept")
            return False
        self._blocks.append(block)
        self._room += ticks
        self._used = 0
        return True

    def _write_arrays(self, archive: zipfile.ZipFile) -> None:
        blocks = self._blocks
        if blocks:
            last, used = blocks[-1], self._used
            blocks[-1] = Block(last.time_s[:used], last.tick[:used], last.slots[:used])
        garments = self._show.garments
        _write(archive, "title", (), [np.array(self._show.title)])
        _write(archive, "rate_hz", (), [np.array(self._show.rate_hz, np.float64)])
        _write(archive, "garments", (len(garments),), [np.array([garment.name for garment in garments], np.str_)])
        _write(archive, "time_s", (self._kept,), [block.time_s for block in blocks] or [np.empty(0)])
        _write(archive, "tick", (self._kept,), [block.tick for block in blocks] or [np.empty(0, np.int64)])
        for garment in garments:
            own = slice(garment.first, garment.first + garment.pixels)
            levels = [block.slots[:, own] for block in blocks] or [np.empty((0, garment.pixels, 3), np.uint8)]
            _write(archive, f"levels/{garment.name}", (self._kept, garment.pixels, 3), levels)

    def _half(self) -> Path:
        return self._file.with_name(f".{self._file.name}.{os.getpid()}")

    def _tell(self, text: str) -> None:
        if text != self._trouble:
            LOG.warning("%s", text)
        self._trouble = text


def _write(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], pieces: Sequence[NDArray[Any]]) -> None:
    """One array of `shape`, piece after piece, so that it never stands in memory a second time."""
    header = {"descr": np.lib.format.dtype_to_descr(pieces[0].dtype), "fortran_order": False, "shape": shape}
    with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as file:  # ZipInfo: no date of today
        np.lib.format.write_array_header_1_0(file, header)
        for piece in pieces:
            file.write(np.ascontiguousarray(piece).data.cast("B") if piece.size else b"")


def _remove(half: Path) -> None:
    with contextlib.suppress(OSError):
        half.unlink()
