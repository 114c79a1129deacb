"""The twins' rows: what simulated people send is read less than half a second ahead, and handed out when it is due.

Each twin has every organ, at the rates of cheap devices.  A gateway's *pack* carries those of a group, and its bytes go
through the decoder of real ones.  A twin that follows a felt body takes over from it at the next block.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import inf

import numpy as np

from installation.frame import CHANNELS, Body, Bytes, Floats, Samples
from installation.sensors.people import People
from installation.sensors.stream import joined
from installation.sensors.wires.pack import Alike, Pack, encode_crowd

BLOCK_S = 0.4  # of each person at once
GROUP = 96  # people at once: enough to share the cost of a call, few enough for the time of one tick
TURNS, APART = (
    16,
    5,
)  # in a block, one after the other; from one group's to the next's, prime to them: groups take turns
PAUSE_S = 1.0  # after a longer pause of the loop, twins go on from now, like people nobody listened to
MOTION = ("acc_x", "acc_y", "acc_z")

# Channel, samples a second, exponent of a step: a pulse sensor's 50 and a little more than its ten bits; skin to a
# thousandth of a µS, as wristbands have it; belts and accelerometers at half the pace of the pulse, the latter in mg
SENDS = (
    ("ppg", 50, -4),
    ("eda", 10, -3),
    ("resp", 25, -4),
    *((axis, 25, -3) for axis in MOTION),
)
ALIKE = [Alike(CHANNELS.index(channel), round(BLOCK_S * rate), 1 / rate, exponent) for channel, rate, exponent in SENDS]
ROWS_HZ = sum(rate for _, rate, _ in SENDS)  # of each twin
SCALE = {channel: 10.0**-exponent for channel, _, exponent in SENDS}
STEPS = np.iinfo(np.int16)


class Twins:
    """A twin for each of `wearers`, whose rows stand in the columns from `wearers` on."""

    def __init__(self, wearers: int, seed: int, people: People | None = None) -> None:
        self.people = people or People(wearers, seed)
        self._groups = [
            Group(self.people, slice(first, min(first + GROUP, wearers)), APART * number % TURNS * BLOCK_S / TURNS)
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
    """Some of the people, read a block ahead; their blocks begin at `offset_s` and every `BLOCK_S` after and before."""

    def __init__(self, people: People, who: slice, offset_s: float) -> None:
        self._people, self._who = people, who
        self._offset_s = offset_s
        self._next = -1 if offset_s > 0.0 else 0  # number of the next block
        self._sent = 0  # packets
        self._decoder = Pack()
        channels = {number: number for number in range(len(CHANNELS))}
        for w in range(who.start, who.stop):
            self._decoder.add(w, len(people.wires) + w, channels)
        periods_ms = np.array([1000 // rate for _, rate, _ in SENDS])
        stagger = people.stagger[who, None]
        self._ages_ms: Bytes = (1 + np.floor(stagger * periods_ms)).astype(np.uint8)
        self._rows = self._decoder.rows(self._decoder.packets(b""))
        self._time_s: list[float] = []
        self._given = 0  # rows of it

    def take(self, until_s: float, body: Body | None) -> list[Samples]:
        """The rows that fall due up to `until_s`, in parts, each in order of time."""
        parts = []
        while self._begins_s(self._next) <= until_s:
            if self._given < len(self._time_s):
                parts.append(_between(self._rows, self._given, len(self._time_s)))
            self._read_on(body)
        due = bisect_right(self._time_s, until_s, self._given)
        parts.append(_between(self._rows, self._given, due))
        self._given = due
        return parts

    def skip(self, to_s: float) -> None:
        """Leave out the rows before `to_s`: a cable that nobody read keeps nothing."""
        number = int((to_s - self._offset_s) // BLOCK_S)
        if number >= self._next and to_s > 0.0:
            self._next = number
            self._read_on(None)
        self._given = max(self._given, bisect_left(self._time_s, to_s))

    def _begins_s(self, number: int) -> float:
        return self._offset_s + number * BLOCK_S

    def _read_on(self, body: Body | None) -> None:
        """Let them send the next block, and read it."""
        begins_s, ends_s = self._begins_s(self._next), self._begins_s(self._next + 1)
        self._next += 1
        if body is not None:
            self._people.follow(body, begins_s, self._who)
        data, packets = encode_crowd(self._who.start, self._sent, ends_s, ALIKE, self._ages_ms, self._steps(ends_s))
        self._sent += packets
        rows = self._decoder.rows([ends_s] * len(self._decoder.packets(data)))
        due = np.flatnonzero(rows.time_s >= 0.0)
        order = due[rows.time_s[due].argsort(kind="stable")]
        self._rows = Samples(
            rows.time_s[order], rows.column[order], rows.channel[order], rows.value[order], rows.gap[order]
        )
        self._time_s = self._rows.time_s.tolist()
        self._given = 0

    def _steps(self, ends_s: float) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
        """What their converters read in the block that ends then (people, samples): each channel's in its turn."""
        read: list[Floats] = []
        for column, ((channel, rate, _), one) in enumerate(zip(SENDS, ALIKE, strict=True)):
            back_s = np.arange(one.samples - 1, -1, -1) / rate + 1e-3 * self._ages_ms[:, column, None]
            read.append(self._people.values(channel, self._who, ends_s - back_s) * SCALE[channel])
        return np.clip(np.rint(np.hstack(read)), STEPS.min, STEPS.max).astype(np.int16)


def _between(rows: Samples, first: int, past: int) -> Samples:
    """Some of the rows, uncopied."""
    part = slice(first, past)
    return Samples(rows.time_s[part], rows.column[part], rows.channel[part], rows.value[part], rows.gap[part])
