"""A simulated gateway: what the nodes of many wearers send by radio, passed on in packs every 40 ms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from installation.sensors.simulated.converter import Converter, Input, Person
from installation.sensors.wires.pack import LONGEST, RECORD_BYTES, Record, encode

if TYPE_CHECKING:
    from installation.sensors.simulated import Said

USUAL_HZ = 50.0
IN_RECORD = 2  # samples: 40 ms
GATEWAY = 1
EXPONENTS = {"ppg": 0, "resp": 0, "ecg": 0}  # steps and µV; of all others thousandths
STEPS = {"ppg": 1023, "resp": 1023}  # of a converter of ten bits, in whose range they are a share
SHORT_MAX = (1 << 15) - 1


class Gateway:
    """The gateway; the first of the people has slot 1."""

    def __init__(self, people: Sequence[Person], inputs: Mapping[str, str], rate_hz: float) -> None:
        self._codes = [int(name.removeprefix("ch")) for name in inputs]
        self._exponents = [EXPONENTS.get(channel, -3) for channel in inputs.values()]
        wired = [
            Input(channel, STEPS.get(channel, 10.0**-exponent), 0.0, -SHORT_MAX, SHORT_MAX)
            for channel, exponent in zip(inputs.values(), self._exponents, strict=True)
        ]
        self._nodes = [Converter(wired, person, rate_hz) for person in people]
        self._waiting: list[list[list[int]]] = [[] for _ in people]
        self._step_s = 1 / rate_hz
        self._at_once = max(1, LONGEST // (len(inputs) * (RECORD_BYTES + 2 * IN_RECORD)))
        self.reset(0.0)

    def opened(self, time_s: float) -> None:
        """Its USB is its own: it goes on as it was."""

    def reset(self, time_s: float) -> None:
        """As it is switched on: numbers and clock from 0."""
        self._number, self._from_s = 0, time_s
        for node in self._nodes:
            node.start(time_s)
        self._waiting = [[] for _ in self._nodes]

    def hear(self, data: bytes, time_s: float) -> None:
        """It listens to nothing."""

    def say(self, until_s: float) -> list[Said]:
        """The packets that are due: as many for each moment as its records need."""
        said: list[Said] = []
        for rows in zip(*(node.rows(until_s) for node in self._nodes), strict=True):
            for waiting, row in zip(self._waiting, rows, strict=True):
                waiting.append(row.steps)
            if len(self._waiting[0]) < IN_RECORD:
                continue
            time_s = rows[0].time_s
            for first in range(0, len(self._nodes), self._at_once):
                records = [
                    record
                    for wearer in range(first, min(first + self._at_once, len(self._nodes)))
                    for record in self._records(wearer)
                ]
                said.append((time_s, encode(GATEWAY, self._number, time_s - self._from_s, records)))
                self._number += 1
            self._waiting = [[] for _ in self._nodes]
        return said

    def _records(self, wearer: int) -> list[Record]:
        columns = zip(*self._waiting[wearer], strict=True)
        told = zip(self._codes, columns, self._exponents, strict=True)
        return [
            Record(wearer + 1, code, [step * 10.0**exponent for step in steps], self._step_s, exponent)
            for code, steps, exponent in told
        ]


def device(people: Sequence[Person], inputs: Mapping[str, str], *, rate_hz: float = 0.0, form: str = "") -> Gateway:
    """A simulated gateway of all these people."""
    if form:
        raise ValueError(f'pack has no form "{form}"')
    return Gateway(people, inputs, rate_hz or USUAL_HZ)
