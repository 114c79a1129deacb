"""From the pixels of all garments to the slots of every patched universe."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.frame import Bytes, Levels
from installation.show.model import Garment, SlotPatch

SLOTS = 512  # of a universe; all are sent, since old nodes keep or misread what a shorter packet leaves out


class Universes:
    """Which slot carries which byte of `Levels`, worked out once.

    numbers: the patched universes, ascending, U of them.
    """

    def __init__(self, garments: tuple[Garment, ...], patch: tuple[SlotPatch, ...]) -> None:
        self.numbers = tuple(sorted({universe for garment in patch for _, _, universe, _ in garment.runs}))
        rows = {number: row for row, number in enumerate(self.numbers)}
        bytes_of_light = 3 * sum(garment.pixels for garment in garments)
        self._levels: Bytes = np.zeros(bytes_of_light + 1, np.uint8)  # the last is the zero of every unpatched slot
        self._byte: NDArray[np.intp] = np.full((len(rows), SLOTS), bytes_of_light, np.intp)
        self._slots: Bytes = np.zeros((len(rows), SLOTS), np.uint8)
        for garment in patch:
            for first, pixels, universe, slot in garment.runs:
                byte = 3 * (garments[garment.garment].first + first)
                self._byte[rows[universe], slot - 1 : slot - 1 + 3 * pixels] = np.arange(byte, byte + 3 * pixels)

    def slots(self, levels: Levels) -> Bytes:
        """Slots (U, 512) of every universe; 0 where no pixel is patched.  Written anew by the next call."""
        self._levels[:-1] = levels.slots.reshape(-1)
        return self._levels.take(self._byte, out=self._slots, mode="clip")  # "clip": no index is checked twice
