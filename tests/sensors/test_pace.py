from __future__ import annotations

from math import isnan, nan

import pytest

from installation.sensors.pace import Pace


def paced(due_hz: float, rate_hz: float, seconds: float, hold_s: float = 0.0) -> Pace:
    """A device of so many rows a second, held back and handed over in bursts every `hold_s`."""
    pace = Pace(due_hz)
    for look in range(round(5 * seconds)):
        now_s = look / 5
        sent_s = now_s - now_s % hold_s if hold_s else now_s
        pace.look(now_s, int(sent_s * rate_hz))
    return pace


@pytest.mark.parametrize("due_hz", [1.0, 25.0, 50.0, 1000.0])
def test_a_device_is_slow_under_four_fifths_of_its_due_rate(due_hz: float):
    assert not paced(due_hz, due_hz, 30.0).slow
    assert not paced(due_hz, 3 * due_hz, 30.0).slow
    assert not paced(due_hz, 0.92 * due_hz, 60.0).slow
    assert paced(due_hz, 0.7 * due_hz, 60.0).slow


def test_bursts_of_a_radio_are_not_slow():
    assert not paced(1000.0, 1000.0, 20.0, hold_s=0.3).slow


def test_nothing_is_said_before_the_window_is_full_nor_after_the_device_was_opened_again():
    assert isnan(paced(50.0, 5.0, 3.0).rate_hz)
    pace = paced(50.0, 5.0, 9.0)
    assert pace.slow
    assert pace.rate_hz == pytest.approx(5.0, abs=0.3)
    pace.restart()
    assert (pace.slow, isnan(pace.rate_hz)) == (False, True)


def test_a_device_near_the_edge_does_not_flicker():
    pace, rows, turns = Pace(50.0), 0.0, 0
    for look in range(500):
        before = pace.slow
        rows += 0.2 * 50.0 * (0.79 if look // 25 % 2 else 0.83)
        pace.look(look / 5, int(rows))
        turns += pace.slow != before
    assert turns == 1


def test_where_nobody_knows_the_rate_no_device_is_slow():
    pace = paced(nan, 0.1, 30.0)
    assert not pace.slow
