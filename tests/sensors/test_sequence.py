from __future__ import annotations

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.sensors.wires.sequence import Numbers, turns


def test_packets_that_never_came_are_counted_from_the_numbers_of_those_that_did():
    numbers = Numbers(8)
    assert numbers.take([254, 255, 0, 3]) == [0, 1, 2, 5]
    assert numbers.lost == 2


def test_the_same_number_again_is_a_whole_turn_later():
    numbers = Numbers(4)
    assert numbers.take([7, 7]) == [0, 16]
    assert numbers.lost == 15


def test_whole_turns_of_a_silence_are_told_from_the_time_that_passed():
    numbers = Numbers(4, rate_hz=1000.0)
    numbers.take([0], 10.0)
    numbers.take([1], 10.001)
    assert numbers.take([4], 13.0) == [1 + 3 + 187 * 16]  # 2999 ms later by the clock, 3 by the numbers
    assert numbers.lost == 2 + 187 * 16


def test_a_host_that_stalls_and_then_reads_all_that_came_meanwhile_has_lost_nothing():
    numbers = Numbers(4, rate_hz=1000.0)
    numbers.take([0], 10.0)
    assert numbers.take([number % 16 for number in range(1, 901)], 10.9)[-1] == 900
    assert numbers.lost == 0


def test_packets_that_come_late_are_not_taken_for_turns():
    assert turns(0.099, 1000.0, 4) == 0
    assert turns(nan, 1000.0, 4) == 0
    assert turns(5.0, nan, 4) == 0


@pytest.mark.parametrize("rate_hz", [990.0, 1000.0, 1010.0])
def test_a_device_whose_rate_is_off_by_a_hundredth_loses_nothing_in_an_hour(rate_hz: float):
    numbers = Numbers(4, 1000.0)
    for burst in range(0, 3_600_000, 160):
        numbers.take([number % 16 for number in range(burst, burst + 160)], burst / rate_hz)
    assert numbers.lost == 0


def test_what_was_sent_while_the_device_was_closed_is_not_lost():
    numbers = Numbers(8, rate_hz=250.0)
    numbers.take([5], 1.0)
    numbers.restart()
    assert numbers.take([99], 60.0) == [1]
    assert numbers.lost == 0


@pytest.mark.parametrize(("bits", "rate_hz"), [(4, 1000.0), (4, 100.0), (8, 250.0)])
@given(silence=st.integers(0, 20_000), before=st.integers(1, 50), late_s=st.floats(0, 0.005))
def test_any_loss_longer_than_a_packet_may_be_late_is_counted_exactly(
    bits: int, rate_hz: float, silence: int, before: int, late_s: float
):
    numbers = Numbers(bits, rate_hz)
    turn = 1 << bits
    for place in range(before):
        numbers.take([place % turn], place / rate_hz)
    place = before + silence
    numbers.take([place % turn], place / rate_hz + late_s)
    # what can't be told: over a turn is missing, but less than a packet may be late
    if silence < turn or silence - silence % turn > 0.1 * rate_hz:
        assert numbers.lost == silence


@given(st.lists(st.lists(st.integers(0, 15), max_size=9), max_size=20))
def test_places_rise_whatever_the_numbers_are(chunks: list[list[int]]):
    numbers = Numbers(4)
    places = [place for chunk in chunks for place in numbers.take(chunk)]
    assert places == sorted(set(places))
    assert numbers.lost == (places[-1] + 1 - len(places) if places else 0)
