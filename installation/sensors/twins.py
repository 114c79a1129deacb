"""The twins' rows: what simulated people send is read a third of a second ahead, and handed out when it is due.

Their bytes go through the decoder of real boards, many lines at once, which costs a tenth of one at a
time.  A twin that follows a felt heart takes over its rate at the next block.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import inf, nan

import numpy as np

from installation.frame import CHANNELS, Body, Floats, Ints, Samples
from installation.sensors.people import LINES_HZ, People
from installation.sensors.stream import joined
from installation.sensors.wires.pulsesensor import PulseSensor

BLOCK = 16  # lines of each person at once
GROUP = 96  # people at once: enough to share the cost of a call, few enough for the time of one tick
APART = 3  # lines from the blocks of one group to the next's; prime to `BLOCK`: groups take turns
PAUSE_S = 1.0  # after a longer pause of the loop, twins go on from now, like people nobody listened to

PPG = CHANNELS.index("ppg")


class Twins:
    """A twin for each of `wearers`, whose rows stand in the columns from `wearers` on."""

    def __init__(self, wearers: int, seed: int) -> None:
        people = People(wearers, seed)
        self._groups = [
            Group(people, slice(first, min(first + GROUP, wearers)), BLOCK - APART * number % BLOCK)
            for number, first in enumerate(range(0, max(wearers, 1), GROUP))
        ]
        self._now_s = -inf
        self.handled = 0

    def read(self, until_s: float, body: Body | None) -> Samples:
        """The rows that fell due up to `until_s`, by time in each column; `body` is the last one known."""
        if until_s - self._now_s > PAUSE_S:
            for group in self._groups:
                group.skip(until_s - PAUSE_S)
        self._now_s = until_s
        parts = [part for group in self._groups for part in group.take(until_s, body)]
        rows = parts[0] if len(parts) == 1 else joined(parts)
        self.handled += len(rows.time_s)
        return rows


class Group:
    """Some of the people, read a block ahead; their first block has `lines` of each."""

    def __init__(self, people: People, who: slice, lines: int) -> None:
        self._people = people
        self._who = who
        self._decoders = [PulseSensor(PPG) for _ in people.wires[who]]
        self._columns = (len(people.wires) + np.arange(who.start, who.stop)).astype(np.int32)
        self._next = lines - BLOCK  # number of the line at which the next block begins
        self._rows = _in_time(np.empty((0, 0)), np.empty((0, 0)), self._columns[:0])
        self._time_s: list[float] = []
        self._given = 0  # rows of it

    def take(self, until_s: float, body: Body | None) -> list[Samples]:
        """The rows that fall due up to `until_s`, in parts, each in order of time."""
        parts = []
        while self._next / LINES_HZ <= until_s:
            if self._given < len(self._time_s):
                parts.append(_between(self._rows, self._given, len(self._time_s)))
            self._read_on(body)
        due = bisect_right(self._time_s, until_s, self._given)
        parts.append(_between(self._rows, self._given, due))
        self._given = due
        return parts

    def skip(self, to_s: float) -> None:
        """Leave out the rows before `to_s`: a cable that nobody read keeps nothing."""
        behind = int(to_s * LINES_HZ) - self._next
        if behind >= 0:
            self._next += behind // BLOCK * BLOCK
            self._read_on(None)
        self._given = max(self._given, bisect_left(self._time_s, to_s))

    def _read_on(self, body: Body | None) -> None:
        """Let them send the next block, and read it."""
        lines = range(max(0, self._next), self._next + BLOCK)
        self._next = lines.stop
        if body is not None:
            self._people.follow(body, lines.start / LINES_HZ, self._who)
        time_s, said = self._people.say(self._who, lines)
        values = []
        for decoder, data in zip(self._decoders, said, strict=True):
            read = decoder.signals(data)
            values += [nan] * (len(lines) - len(read)) + read  # the first of all is dropped unread, as at any port
        value = np.fromiter(values, np.float64, time_s.size).reshape(time_s.shape)
        self._rows = _in_time(time_s, value, self._columns)
        self._time_s = self._rows.time_s.tolist()
        self._given = 0


def _in_time(time_s: Floats, value: Floats, column: Ints) -> Samples:
    """What was read (people, lines) as rows in order of time, without what is no number."""
    columns = np.broadcast_to(column[:, None], time_s.shape)
    read = np.isfinite(value)
    order = time_s[read].argsort(kind="stable")
    rows = order.size
    return Samples(
        time_s[read][order], columns[read][order], np.full(rows, PPG, np.int32), value[read][order], np.zeros(rows, "?")
    )


def _between(rows: Samples, first: int, past: int) -> Samples:
    """Some of the rows, uncopied."""
    part = slice(first, past)
    return Samples(rows.time_s[part], rows.column[part], rows.channel[part], rows.value[part], rows.gap[part])
