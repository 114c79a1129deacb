"""The only file that asks the time: a real clock on an absolute grid, and an offline clock that never waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

from installation.frame import Tick


class Clock(Protocol):
    """Seconds since the run began, and the grid of ticks on the same scale."""

    def now_s(self) -> float:
        """Seconds since the run began; never backwards."""
        ...

    def sleep_s(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...

    def ticks(self, rate_hz: float) -> Iterator[Tick]:
        """Ticks at `rate_hz` for ever, each handed over when its time has come."""
        ...


class RealClock:
    """The machine's monotonic clock; late ticks are dropped and counted, never caught up in a burst."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def now_s(self) -> float:
        """Seconds since this clock was made."""
        return time.perf_counter() - self._start

    def sleep_s(self, seconds: float) -> None:
        """Wait, where that is more than nothing."""
        if seconds > 0:
            time.sleep(seconds)

    def ticks(self, rate_hz: float) -> Iterator[Tick]:
        """Ticks on the absolute grid `t0 + n / rate_hz`.

        A tick whose successor's time has already come is dropped: the next one given is the newest
        whose time has come, its `dt_s` covers the gap and `dropped` counts the lost ones.
        """
        period_s = 1.0 / rate_hz
        start_s = self.now_s()
        number = dropped = 0
        last = -1
        while True:
            self.sleep_s(start_s + number * period_s - self.now_s())
            newest = int((self.now_s() - start_s) * rate_hz)
            if newest > number:
                dropped += newest - number
                number = newest
            dt_s = (number - last) * period_s
            yield Tick(number, start_s + number * period_s, dt_s, dropped)
            last = number
            number += 1


class OfflineClock:
    """A clock that moves only when the program asks it to: the same show as fast as the machine can."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now_s(self) -> float:
        """The scheduled time of the present tick."""
        return self._now_s

    def sleep_s(self, seconds: float) -> None:
        """Jump ahead."""
        self._now_s += max(0.0, seconds)

    def ticks(self, rate_hz: float) -> Iterator[Tick]:
        """Ticks at n / rate_hz, none ever late."""
        period_s = 1.0 / rate_hz
        start_s = self._now_s
        number = 0
        while True:
            self._now_s = start_s + number * period_s
            yield Tick(number, self._now_s, period_s, 0)
            number += 1


def wall_epoch() -> int:
    """Seconds since 2020 by the calendar: a number that is new with each start of the controller, and fits 32 bits."""
    return int(time.time()) - 1_577_836_800
