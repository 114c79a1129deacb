"""A simulated EmotiBit: what a host sends it by UDP comes in, what the device would send goes out; no I/O, no clock.

It answers hellos, takes one host, sends its batches every 100 ms, asks for the time, answers pings, and drops a
host that has not pinged for 10 s.  Over the TCP port at `control` it would be commanded; who runs it opens that.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Literal, NamedTuple

import numpy as np

from installation.frame import Floats
from installation.sensors.wires.emotibit import RATES_HZ, TURN, Line, decode, encode, labels, payload

BATCH_S = 0.1
SYNC_S = 5.107  # between two requests for the time
DROPPED_S = 10.0  # without a ping
FREE = "-1"

Peer = tuple[str, int]
Feel = Callable[[str, Floats], Floats]
"""What a channel of the wearer is at some times (K,): ppg as a share 0..1, eda in µS, acc_x, acc_y and acc_z in g."""

KINDS: dict[str, tuple[str, float, float]] = {
    "PI": ("ppg", 20_000.0, 110_000.0),
    "PR": ("ppg", 12_000.0, 90_000.0),
    "PG": ("ppg", 4_000.0, 20_000.0),
    "EA": ("eda", 1.0, 0.0),
    "AX": ("acc_x", 1.0, 0.0),
    "AY": ("acc_y", 1.0, 0.0),
    "AZ": ("acc_z", 1.0, 0.0),
}
"""Of each kind of line: the channel, and value = gain * channel + zero, about as a wrist has them."""


class Sent(NamedTuple):
    """A datagram: when it leaves, to whom, and through which of the device's sockets."""

    time_s: float
    data: bytes
    to: Peer
    door: Literal["hello", "data"]


class EmotiBitDevice:
    """The device `name`; `ppm` is how fast its clock goes, `began_s` when it was switched on."""

    def __init__(self, name: str, feel: Feel, began_s: float = 0.0, ppm: float = 0.0, ppg_hz: float = 25.0) -> None:
        self.name = name
        self._feel = feel
        self._rate = 1 + ppm * 1e-6
        self._rates_hz = {kind: ppg_hz if kind[0] == "P" else RATES_HZ[kind] for kind in KINDS}
        self._host: Peer | None = None
        self._control: Peer | None = None
        self._sampled: dict[str, int] = {}
        self.synced: list[str] = []  # kinds of the answers to its requests for the time
        self.reset(began_s)

    @property
    def control(self) -> Peer | None:
        """The host's TCP port, which the device opens; None while nobody has it."""
        return self._control

    def reset(self, time_s: float) -> None:
        """As it is switched on: numbers and clock from 0, and nobody has it."""
        self._began_s = time_s
        self._number = self._hellos = 0
        self.synced.clear()
        self._drop()

    def hear(self, data: bytes, sender: Peer, time_s: float) -> list[Sent]:
        """What it answers to a datagram, whatever is in that."""
        answers: list[Sent] = []
        for line in filter(None, map(decode, data.split(b"\n"))):
            told = labels(line.values)
            if line.kind == "HE":
                port = FREE if self._host is None else str(self._host[1])
                answers.append(self._hello("HH", time_s, sender, "DP", port, "DI", self.name))
            elif line.kind == "EC" and self._host is None and told.get("DP", "").isdigit():
                self._host = (sender[0], int(told["DP"]))
                self._control = (sender[0], int(told["CP"])) if told.get("CP", "").isdigit() else None
                self._pinged_s = time_s
                self._batch_s = time_s + BATCH_S
                self._sync_s = time_s
                self._sampled = {kind: self._due(kind, time_s) for kind in KINDS}
            elif line.kind == "PN" and self._host is not None and told.get("DP") == str(self._host[1]):
                self._pinged_s = time_s
                answers.append(self._hello("PO", time_s, sender, "PN", str(line.number)))
            elif line.kind in ("TL", "TU", "AK"):
                self.synced.append(line.kind)
        return answers

    def say(self, until_s: float) -> list[Sent]:
        """What leaves it unasked up to `until_s`, oldest first, each thing once."""
        said: list[Sent] = []
        while self._host is not None and self._batch_s <= until_s:
            now_s, self._batch_s = self._batch_s, self._batch_s + BATCH_S
            if now_s - self._pinged_s > DROPPED_S:
                self._drop()
                break
            said.append(Sent(now_s, b"".join(self._batch(kind, now_s) for kind in KINDS), self._host, "data"))
            if now_s >= self._sync_s:
                self._sync_s += SYNC_S
                said.append(Sent(now_s, self._line("RD", self._ms(now_s), "TL", "TU"), self._host, "data"))
        return said

    def _drop(self) -> None:
        self._host = self._control = None
        self._pinged_s = self._batch_s = self._sync_s = inf

    def _due(self, kind: str, time_s: float) -> int:
        """Samples of a kind that were taken by `time_s`."""
        return int((time_s - self._began_s) * self._rates_hz[kind] * self._rate)

    def _batch(self, kind: str, time_s: float) -> bytes:
        """The line of what was sampled since the last batch; b"" for nothing."""
        first, self._sampled[kind] = self._sampled[kind] + 1, self._due(kind, time_s)
        numbers = np.arange(first, self._sampled[kind] + 1)
        if not numbers.size:
            return b""
        own_s = numbers / self._rates_hz[kind]
        channel, gain, zero = KINDS[kind]
        values = gain * self._feel(channel, self._began_s + own_s / self._rate) + zero
        told = payload(*(values.round() if kind[0] == "P" else values.round(6)).tolist())
        return self._line(kind, round(float(own_s[-1]) * 1000), *told)

    def _ms(self, time_s: float) -> int:
        return round((time_s - self._began_s) * self._rate * 1000)

    def _line(self, kind: str, time_ms: int, *values: str) -> bytes:
        line = encode(Line(time_ms, self._number, kind, values))
        self._number = (self._number + 1) % TURN
        return line

    def _hello(self, kind: str, time_s: float, to: Peer, *values: str) -> Sent:
        self._hellos = (self._hellos + 1) % TURN
        return Sent(time_s, encode(Line(self._ms(time_s), self._hellos, kind, values)), to, "hello")
