"""Devices on pseudo-terminals, shows made by hand, and a clock that tests may set."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from installation.clock import OfflineClock, RealClock
from installation.frame import Tick
from installation.show.model import Patch, SensorPatch, Show, Wearer


class SetClock(OfflineClock):
    """A clock that stands where the test puts it."""

    def set_s(self, now_s: float) -> None:
        self._now_s = now_s


@dataclass(frozen=True)
class HandMadeShow:
    """As much of a show as the sensors read."""

    wearers: tuple[Wearer, ...]
    inputs: tuple[str, ...]
    patch: Patch


def show_of(wearers: int, *sensors: SensorPatch, inputs: tuple[str, ...] = ()) -> Show:
    """A show of some wearers, called w0, w1, …"""
    names = tuple(Wearer(f"w{number}", (0.0, 0.0)) for number in range(wearers))
    patch = Patch("127.0.0.1", 5568, 100, "Nexus", (), "127.0.0.1", 9000, "127.0.0.1", 53000, tuple(sensors))
    return cast(Show, HandMadeShow(names, inputs, patch))


def tick_at(time_s: float, number: int = 0) -> Tick:
    return Tick(number, time_s, 1 / 60)


class Device:
    """A serial device at `path`, a symlink, that may be unplugged and plugged in again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ours = self._theirs = -1
        self.plug()

    def plug(self) -> None:
        if not hasattr(os, "openpty"):
            pytest.skip("this system has no pseudo-terminals")
        self._ours, self._theirs = os.openpty()
        beside = self.path.with_suffix(".new")
        beside.symlink_to(os.ttyname(self._theirs))
        beside.replace(self.path)

    def send(self, data: bytes) -> None:
        os.write(self._ours, data)

    def heard(self) -> bytes:
        """What was written to the device."""
        os.set_blocking(self._ours, False)
        try:
            return os.read(self._ours, 4096)
        except BlockingIOError:
            return b""

    def unplug(self) -> None:
        if self._ours >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._ours)
            os.close(self._theirs)
            self._ours = self._theirs = -1


def wait_for(happened: Callable[[], bool], at_most_s: float = 3.0) -> None:
    """Wait until something outside has happened; fail where it does not."""
    clock = RealClock()
    while not happened():
        assert clock.now_s() < at_most_s, "it has not happened"
        clock.sleep_s(0.005)
