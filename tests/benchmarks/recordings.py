"""Annotated recordings of people, in folders by set: `FOLDER/<set>/<record>.npz`; any folder in this layout is scored.

A file holds signals at `fs` samples a second, or at `fs_<signal>` where several have their own, and
references: sample numbers, or seconds where the name ends in `_t`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Record:
    """One file of a set."""

    name: str
    arrays: Mapping[str, NDArray[Any]]

    def has(self, *names: str) -> bool:
        """Whether every one of these arrays is there."""
        return all(name in self.arrays for name in names)

    def rate_hz(self, signal: str) -> float:
        """Samples a second of a signal."""
        return float(self.arrays.get(f"fs_{signal}", self.arrays.get("fs", np.nan)))

    def signal(self, name: str) -> tuple[Floats, Floats]:
        """Times in s, and values (T,) or (T, columns)."""
        value = np.asarray(self.arrays[name], np.float64)
        return np.arange(len(value)) / self.rate_hz(name), value

    def seconds(self, reference: str, signal: str) -> Floats:
        """A reference in s: sample numbers of `signal`, unless its name says that it is in s already."""
        value = np.asarray(self.arrays[reference], np.float64)
        return value if reference.endswith("_t") else value / self.rate_hz(signal)


def records(folder: Path, name: str) -> list[Record]:
    """Every record of a set, by name; none where the folder has no such set."""
    return [_record(path) for path in sorted((folder / name).glob("*.npz"))]


def _record(path: Path) -> Record:
    with np.load(path, allow_pickle=False) as file:
        return Record(path.stem, {name: file[name] for name in file.files})
