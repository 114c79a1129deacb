"""A simulated sensor that speaks OSC: bundles of one wearer's channels, each under an address of its own; no I/O.

/<number>/ppg f · /<number>/eda f · /<number>/resp f · /<number>/acc f f f       number from 1
"""

from __future__ import annotations

from math import ceil, inf

import numpy as np

from installation.sensors.simulated.converter import Feel
from installation.sensors.wires.osc import bundle, encode

USUAL_HZ = 50.0  # as cheap pulse sensors send
BLOCK = 25  # bundles for which the wearer is asked at once
KINDS = {"ppg": ("ppg",), "eda": ("eda",), "resp": ("resp",), "acc": ("acc_x", "acc_y", "acc_z")}


class OscSensor:
    """What wearer `number` sends, `rate_hz` bundles a second, each with the time of its samples."""

    def __init__(self, number: int, feel: Feel, rate_hz: float = 0.0) -> None:
        self._number, self._feel, self._rate_hz = number, feel, rate_hz or USUAL_HZ
        self._next = -1
        self._said: list[tuple[float, bytes]] = []

    def say(self, until_s: float) -> list[tuple[float, bytes]]:
        """The datagrams that fell due up to `until_s`, each with its time, oldest first; the first call begins."""
        if self._next < 0:
            self._next = ceil(until_s * self._rate_hz)
        due: list[tuple[float, bytes]] = []
        while (self._said[0][0] if self._said else self._next / self._rate_hz) <= until_s < inf:
            if not self._said:
                self._sample()
            due.append(self._said.pop(0))
        return due

    def _sample(self) -> None:
        time_s = (self._next + np.arange(BLOCK)) / self._rate_hz
        self._next += BLOCK
        values = {kind: [self._feel(channel, time_s).tolist() for channel in KINDS[kind]] for kind in KINDS}
        for row, now_s in enumerate(time_s.tolist()):
            told = [
                encode(f"/{self._number}/{kind}", [column[row] for column in columns])
                for kind, columns in values.items()
            ]
            self._said.append((now_s, bundle(told, now_s)))
