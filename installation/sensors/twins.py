"""The twins' rows: what simulated people send is read a third of a second ahead, and handed out when it is due.

Their bytes go through the decoder of real boards, many lines at once, which costs a tenth of one at a
time.  A twin that follows a felt heart takes over its rate at the next block.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import inf, nan

import numpy as np

from installation.frame import CHANNELS, Body, Floats, Samples
from installation.sensors.people import LINES_HZ, People
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
        """The rows that fell due up to `until_s`, by column and time; `body` is the last one known."""
        if until_s - self._now_s > PAUSE_S:
            for group in self._groups:
                group.skip(until_s - PAUSE_S)
        self._now_s = until_s
        parts = [part for group in self._groups for part in group.take(until_s, body)]
        rows = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
        time_s, column, value = rows.take(rows[1].argsort(kind="stable"), axis=1)
        self.handled += len(time_s)
        channel = np.empty(len(time_s), np.int32)
        channel.fill(PPG)
        return Samples(time_s, column.astype(np.int32), channel, value, np.zeros(len(time_s), np.bool_))


class Group:
    """Some of the people, read a block ahead; their first block has `lines` of each."""

    def __init__(self, people: People, who: slice, lines: int) -> None:
        self._people = people
        self._who = who
        self._decoders = [PulseSensor(PPG) for _ in people.wires[who]]
        self._columns = len(people.wires) + np.arange(who.start, who.stop)
        self._next = lines - BLOCK  # number of the line at which the next block begins
        self._rows = np.empty((3, 0))  # time_s, column, value of the block, by time
        self._time_s: list[float] = []
        self._given = 0  # rows of it

    def take(self, until_s: float, body: Body | None) -> list[Floats]:
        """The rows (3, K) that fall due up to `until_s`, in parts."""
        parts = []
        while self._next / LINES_HZ <= until_s:
            parts.append(self._rows[:, self._given :])
            self._read_on(body)
        due = bisect_right(self._time_s, until_s, self._given)
        parts.append(self._rows[:, self._given : due])
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
        by_time = time_s[:, 0].argsort()
        value = np.fromiter(values, np.float64, time_s.size).reshape(time_s.shape)
        column = np.broadcast_to(self._columns[:, None], time_s.shape)
        rows = np.stack([table[by_time].T.ravel() for table in (time_s, column, value)])
        self._rows = rows[:, np.isfinite(rows[2])]
        self._time_s = self._rows[0].tolist()
        self._given = 0
