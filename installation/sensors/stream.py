"""Chunks of one device to rows of one wearer, or of many, and the rows of a tick to Samples."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from installation.frame import Chunk, Samples
from installation.sensors.timing import Timing
from installation.sensors.wires import Decoder

if TYPE_CHECKING:
    from installation.sensors.wires.pack import Pack

Sample = tuple[float, int, int, float, bool]
"""time_s, column, channel, value, gap: a row of `Samples`."""

_ORDER = itemgetter(1, 2, 0)


class Stream:
    """One device's bytes to one column's rows: its decoder, and the times of what that decodes."""

    def __init__(self, column: int, wire: Decoder, timing: Timing) -> None:
        self.column = column
        self.decoder = wire
        self.handled = 0
        self.newest_s = -inf
        self._timing = timing

    def restart(self) -> None:
        """The device was opened again."""
        self.decoder.restart()
        self._timing.restart()

    def take(self, chunk: Chunk, into: list[Sample], parts: list[Samples]) -> None:
        """Add the rows that `chunk` completes to `into`."""
        rows = self.decoder.feed(chunk.data, chunk.time_s)
        if not rows:
            return
        if isnan(rows[0].device_s):
            times, gaps = self._timing.counted(chunk.time_s, len(rows))
        else:
            times, gaps = self._timing.dated(chunk.time_s, [row.device_s for row in rows])
        for row, time_s, gap in zip(rows, times, gaps, strict=True):
            for channel, value in row.values:
                into.append((time_s, self.column, channel, value, gap))
        self.handled += len(rows)
        self.newest_s = chunk.time_s


class Crowd:
    """One gateway's bytes to rows of many columns; the times of all follow its clock."""

    def __init__(self, pack: Pack, timing: Timing) -> None:
        self.decoder = pack
        self.handled = 0
        self.newest_s = -inf
        self._timing = timing
        self._newest: dict[float, float] = {}  # the newest packet's moment on the gateway's clock, and on the house's

    def restart(self) -> None:
        """The device was opened again."""
        self.decoder.restart()
        self._timing.restart()
        self._newest = {}

    def take(self, chunk: Chunk, into: list[Sample], parts: list[Samples]) -> None:
        """Add the rows that `chunk` completes to `parts`."""
        packed_s = self.decoder.packets(chunk.data)
        if not packed_s:
            return
        rows = self.decoder.rows(self._times(chunk.time_s, packed_s))
        if rows.time_s.size:
            parts.append(rows)
            self.handled += rows.time_s.size
            self.newest_s = chunk.time_s

    def _times(self, arrival_s: float, packed_s: list[float]) -> list[float]:
        """The house's time of each packet; packets of one moment, in one chunk or the next, share theirs."""
        moments = [moment_s for moment_s in dict.fromkeys(packed_s) if moment_s not in self._newest]
        if moments:
            times_s, _ = self._timing.dated(arrival_s, moments)
            known = self._newest | dict(zip(moments, times_s, strict=True))
            self._newest = {moments[-1]: times_s[-1]}
        else:
            known = self._newest
        return [known[moment_s] for moment_s in packed_s]


def samples(rows: list[Sample]) -> Samples:
    """One row or more by column, channel and time; those with equal ones stay as they came."""
    time_s, column, channel, value, gap = zip(*sorted(rows, key=_ORDER), strict=True)
    return Samples(
        np.array(time_s, np.float64),
        np.array(column, np.int32),
        np.array(channel, np.int32),
        np.array(value, np.float64),
        np.array(gap, np.bool_),
    )


def joined(parts: Sequence[Samples]) -> Samples:
    """The rows of all parts, one part after the other."""
    return Samples(
        np.concatenate([part.time_s for part in parts]),
        np.concatenate([part.column for part in parts]),
        np.concatenate([part.channel for part in parts]),
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.gap for part in parts]),
    )
