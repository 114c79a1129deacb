"""The grid of time: absolute, never caught up in a burst, and free on the offline clock."""

from __future__ import annotations

from itertools import islice

from installation.clock import OfflineClock, RealClock


class HandClock(RealClock):
    """A real clock whose seconds are moved by hand; sleeping moves them."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s = 5.0

    def now_s(self) -> float:
        return self.at_s

    def sleep_s(self, seconds: float) -> None:
        self.at_s += max(0.0, seconds)


def test_ticks_stand_on_the_absolute_grid_however_long_each_one_works() -> None:
    clock = HandClock()
    times = []
    for tick in islice(clock.ticks(50), 5):
        times.append(tick.time_s)
        clock.at_s += 0.013
    assert [round(t, 6) for t in times] == [5.0, 5.02, 5.04, 5.06, 5.08]


def test_a_late_tick_is_dropped_and_counted_and_the_next_covers_the_gap() -> None:
    clock = HandClock()
    ticks = clock.ticks(50)
    assert next(ticks).number == 0
    clock.at_s += 0.071
    late = next(ticks)
    assert (late.number, late.dropped, round(late.dt_s, 6)) == (3, 2, 0.06)
    after = next(ticks)
    assert (after.number, after.dropped, round(after.dt_s, 6)) == (4, 2, 0.02)


def test_a_tick_that_is_a_little_late_is_still_given_for_its_own_time() -> None:
    clock = HandClock()
    ticks = clock.ticks(50)
    next(ticks)
    clock.at_s += 0.035
    late = next(ticks)
    assert (late.number, late.dropped, round(late.time_s, 6)) == (1, 0, 5.02)


def test_the_offline_clock_never_waits_and_never_drops() -> None:
    ticks = list(islice(OfflineClock().ticks(60), 7201))
    assert ticks[-1].time_s == 120.0
    assert ticks[-1].dropped == 0
