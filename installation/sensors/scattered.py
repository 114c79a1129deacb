"""Readings that come each for itself, of many series, to rows of many columns.

An EmotiBit sends its pulse, its skin and its movement in lines of their own, a door for OSC takes the messages of
many wearers.  Series of one wearer share their device's clock, where readings carry its time; without one a series
is timed by the count of its readings, as a stream is.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan, nan
from typing import NamedTuple, Protocol

from installation.frame import Chunk, Samples
from installation.sensors.timing import GAP_PERIODS, LEAST_S, WINDOW_S, Floor, Timing

HELD_S = 1.0  # a radio that saves power holds readings for so long; their device's time tells which they are
LATE_S = 1.0  # readings of other series may be older by this; more, and the clock began anew
CRYSTAL = 3e-4  # by which a clock on a quartz, or one that follows the network's time, goes wrong
LEARN = 0.1  # share of a series' step that one reading teaches

Row = tuple[float, int, int, float, bool]
"""time_s, column, channel, value, gap: a row of `Samples`."""


class Reading(NamedTuple):
    """What one moment of a series says: (channel number, value) of each channel.

    series: its place in the decoder's, -1 for a reading that only tells the device's time · device_s: seconds on the
    device's clock, NaN where it tells none.
    """

    series: int
    device_s: float
    values: tuple[tuple[int, float], ...]


class ScatteringDecoder(Protocol):
    """Bytes of one device to readings.  However they are cut into chunks these are the same; no bytes raise."""

    @property
    def dropped(self) -> int:
        """Lines or messages that could not be read."""
        ...

    @property
    def lost(self) -> int:
        """Those that never came; 0 where they carry no numbers."""
        ...

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Reading]:
        """Readings that `data` completes."""
        ...

    def restart(self) -> None:
        """Forget what was begun: the device was opened again."""
        ...


class DeviceClock:
    """The house's time of a device's own seconds; `began` counts how often that clock began, or began anew."""

    def __init__(self) -> None:
        self.began = 0
        self._floor = Floor(1.0, CRYSTAL)
        self._newest_s = nan

    def at(self, device_s: Sequence[float], arrival_s: float) -> list[float]:
        """The time of each reading; the newest of them came at `arrival_s`, and none is later."""
        newest_s = max(device_s)
        if not -LATE_S <= newest_s - self._newest_s < WINDOW_S:
            self._floor = Floor(1.0, CRYSTAL)
            self._newest_s = newest_s
            self.began += 1
        self._newest_s = max(newest_s, self._newest_s)
        self._floor.add(newest_s, arrival_s, nan)
        at_s = min(max(self._floor.at(newest_s), arrival_s - HELD_S), arrival_s)
        return [at_s - self._floor.slope * (newest_s - now_s) for now_s in device_s]


class Series:
    """What is remembered of one series: its newest time, and how far its readings are apart."""

    def __init__(self, column: int, declared_hz: float) -> None:
        self.column = column
        self.handled = 0
        self._timing = Timing(declared_hz)
        self._time_s = -inf
        self._device_s = nan
        self._step_s = nan
        self._began = 0  # of the device's clock, when it was heard last

    def restart(self) -> None:
        """What comes next stands after a gap."""
        self._timing.restart()
        self._began = -1

    def counted(self, arrival_s: float, readings: Sequence[Reading], into: list[Row]) -> None:
        """Add readings without a time of their own."""
        times, gaps = self._timing.counted(arrival_s, len(readings))
        for reading, time_s, gap in zip(readings, times, gaps, strict=True):
            self._add(reading, time_s, gap, into)

    def dated(self, reading: Reading, time_s: float, began: int, into: list[Row]) -> None:
        """Add a reading with a time of its own, by a clock that began so often."""
        step_s = reading.device_s - self._device_s
        gap = step_s > GAP_PERIODS * self._step_s
        if began != self._began:
            gap = not isnan(self._device_s)
            step_s = nan
        elif step_s > 0:
            usual_s = step_s if isnan(self._step_s) else self._step_s
            self._step_s = usual_s + LEARN * (min(step_s, GAP_PERIODS * usual_s) - usual_s)
        self._began, self._device_s = began, reading.device_s
        self._add(reading, time_s, gap, into)

    def _add(self, reading: Reading, time_s: float, gap: bool, into: list[Row]) -> None:
        self._time_s = max(time_s, self._time_s + LEAST_S)
        self.handled += 1
        for channel, value in reading.values:
            into.append((self._time_s, self.column, channel, value, gap))


class Scattered:
    """One device's bytes to rows; `columns` are those of its decoder's series, in their order."""

    def __init__(self, decoder: ScatteringDecoder, columns: Sequence[int], declared_hz: float = nan) -> None:
        self.decoder = decoder
        self.newest_s = -inf
        self._series = [Series(column, declared_hz) for column in columns]
        self._clocks = {column: DeviceClock() for column in columns}

    @property
    def handled(self) -> int:
        """Rows of the quickest series of each wearer."""
        most: dict[int, int] = {}
        for one in self._series:
            most[one.column] = max(one.handled, most.get(one.column, 0))
        return sum(most.values())

    def restart(self) -> None:
        """The device was opened again."""
        self.decoder.restart()
        for series in self._series:
            series.restart()

    def take(self, chunk: Chunk, into: list[Row], parts: list[Samples]) -> None:
        """Add the rows that `chunk` completes to `into`."""
        undated: dict[int, list[Reading]] = {}
        dated: dict[int, list[Reading]] = {}
        for reading in self.decoder.feed(chunk.data, chunk.time_s):
            if isnan(reading.device_s):
                undated.setdefault(reading.series, []).append(reading)
            else:
                # -1, which only tells the time, is the last series: its device has one wearer
                dated.setdefault(self._series[reading.series].column, []).append(reading)
        for place, readings in undated.items():
            self._series[place].counted(chunk.time_s, readings, into)
        for column, readings in dated.items():
            clock = self._clocks[column]
            times_s = clock.at([reading.device_s for reading in readings], chunk.time_s)
            for reading, time_s in zip(readings, times_s, strict=True):
                if reading.series >= 0:
                    self._series[reading.series].dated(reading, time_s, clock.began, into)
        if undated or any(reading.series >= 0 for readings in dated.values() for reading in readings):
            self.newest_s = chunk.time_s
