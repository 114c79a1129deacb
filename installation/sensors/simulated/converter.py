"""The analog-to-digital converter of a simulated device: what people's channels are, in steps, at an even rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple

import numpy as np

from installation.frame import Floats

BLOCK_S = 1.0  # people are asked for so much at once: a call costs as much for one row as for hundreds
LATE = 1e-9  # seconds by which a row may be late of its own rounding


class Input(NamedTuple):
    """What an input reads: steps = gain * value + zero, from `low` to `high`; `zero` alone where nothing is wired."""

    channel: str
    gain: float
    zero: float
    low: int
    high: int


class Row(NamedTuple):
    """One moment: its number since the start, its time, and the steps of every input."""

    number: int
    time_s: float
    steps: list[int]


Feel = Callable[[str, Floats], Floats]
"""What a channel of one person is at some times (K,): ppg and resp as a share 0..1 of a converter's range, ecg in µV,
eda in µS, acc_x, acc_y and acc_z in g."""

Spoil = Callable[[float, Sequence[int], Sequence[Input]], list[int]]
"""What becomes of the steps of a row at a time: a sensor that fell off, a wire in the air."""


class Person(NamedTuple):
    """Somebody who wears a device, and what is wrong with its sensors."""

    feel: Feel
    spoil: Spoil | None = None


class Converter:
    """Samples of some inputs of one person; row n is due n periods after the start."""

    def __init__(self, inputs: Sequence[Input], person: Person, rate_hz: float) -> None:
        self.inputs = tuple(inputs)
        self.rate_hz = rate_hz
        self._feel, self._spoil = person
        self.stop()

    def start(self, time_s: float) -> None:
        """Begin with row 0 at `time_s`."""
        self._from_s, self._next = time_s, 0
        self._block: list[list[int]] = []
        self._first = 0

    def stop(self) -> None:
        """No more rows, until it is started."""
        self.start(inf)

    @property
    def running(self) -> bool:
        """Whether it was started."""
        return self._from_s < inf

    def rows(self, until_s: float) -> list[Row]:
        """The rows that fall due up to `until_s`."""
        rows: list[Row] = []
        while (time_s := self._from_s + self._next / self.rate_hz) <= until_s + LATE:
            at = self._next - self._first
            if at >= len(self._block):
                self._first, at = self._next, 0
                numbers = np.arange(self._next, self._next + max(1, round(BLOCK_S * self.rate_hz)))
                self._block = self.steps(self._from_s + numbers / self.rate_hz).tolist()
            steps = self._block[at]
            rows.append(Row(self._next, time_s, self._spoil(time_s, steps, self.inputs) if self._spoil else steps))
            self._next += 1
        return rows

    def steps(self, time_s: Floats) -> np.ndarray:
        """(K, inputs) what each input reads at some times (K,)."""
        read = np.empty((time_s.size, len(self.inputs)))
        felt: dict[str, Floats] = {}
        for place, one in enumerate(self.inputs):
            if one.channel and one.channel not in felt:
                felt[one.channel] = self._feel(one.channel, time_s)
            value = one.gain * felt[one.channel] + one.zero if one.channel else one.zero
            read[:, place] = np.clip(np.nan_to_num(np.rint(value), nan=one.zero), one.low, one.high)
        return read.astype(np.int64)
