"""The desk and the checks at its edge."""

from __future__ import annotations

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.control.orders import LEVELS, TEXT, VERBS, Desk, order_of
from installation.frame import Order
from installation.story.orders import RULES


def put(desk: Desk, verb: str, source: str = "a", target: str = "", value: float | None = None) -> bool:
    return desk.put(order_of(verb, source, 0.0, target=target, value=value))


def test_orders_leave_in_the_order_of_their_arrival_and_only_once():
    desk = Desk()
    for verb in ("go", "panic", "back", "go"):
        put(desk, verb)
    assert [order.verb for order in desk.take()] == ["go", "panic", "back", "go"]
    assert desk.take() == ()


def test_of_a_level_only_the_newest_of_each_source_and_target_is_kept():
    desk = Desk()
    put(desk, "master", value=0.1)
    put(desk, "room", target="risk", value=0.2)
    put(desk, "room", target="gifts", value=0.3)
    put(desk, "master", "b", value=0.4)
    put(desk, "master", value=0.5)
    assert [(order.source, order.target, order.value) for order in desk.take()] == [
        ("a", "risk", 0.2),
        ("a", "gifts", 0.3),
        ("b", "", 0.4),
        ("a", "", 0.5),
    ]
    assert desk.replaced == 1


def test_steps_of_the_master_are_all_kept():
    desk = Desk()
    for _ in range(3):
        put(desk, "master", target="by", value=0.05)
    assert len(desk.take()) == 3


def test_gos_and_panics_are_never_made_one():
    desk = Desk()
    for verb in ("go", "go", "panic", "panic", "blackout", "blackout"):
        put(desk, verb, value=1.0)
    assert len(desk.take()) == 6


def test_what_finds_no_room_is_dropped_and_counted():
    desk = Desk(most=3)
    assert [put(desk, "go") for _ in range(5)] == [True, True, True, False, False]
    assert desk.dropped == 2
    assert len(desk.take()) == 3
    assert put(desk, "go")


def test_panic_finds_a_place_on_a_full_desk():
    desk = Desk(most=3)
    for verb in ("go", "back", "go", "panic"):
        put(desk, verb)
    assert [order.verb for order in desk.take()] == ["go", "back", "panic"]
    assert desk.dropped == 1


def test_a_desk_full_of_panics_takes_no_more():
    desk = Desk(most=2)
    assert [put(desk, "panic") for _ in range(3)] == [True, True, False]


def test_acts_do_not_crowd_out_levels_nor_levels_acts():
    desk = Desk(most=2)
    for _ in range(5):
        put(desk, "go")
    for number in range(5):
        put(desk, "room", target=f"signal {number}", value=0.5)
    assert put(desk, "room", target="signal 1", value=0.9)
    assert put(desk, "panic")
    assert [(order.verb, order.target) for order in desk.take()] == [
        ("go", ""),
        ("room", "signal 0"),
        ("room", "signal 1"),
        ("panic", ""),
    ]


def test_orders_of_many_threads_are_all_there():
    desk = Desk(most=10_000)
    threads = [threading.Thread(target=lambda: [put(desk, "go") for _ in range(500)]) for _ in range(4)]
    taken: list[Order] = []
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken += desk.take()
    taken += desk.take()
    assert len(taken) == 2000


def test_a_value_that_is_not_said_is_not_known():
    assert math.isnan(order_of("go", "a", 1.0).value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_does_not_enter(value):
    with pytest.raises(ValueError, match="Refused: master takes a number"):
        order_of("master", "a", 0.0, value=value)


def test_an_unknown_verb_does_not_enter():
    with pytest.raises(ValueError, match="nothing is called 'explode'"):
        order_of("explode", "a", 0.0)


@given(st.text(max_size=200), st.text(max_size=200), st.floats() | st.none(), st.text(max_size=200))
def test_whatever_is_asked_becomes_a_checked_order_or_a_sentence(verb, target, value, expect):
    for one in (verb, "room"):
        try:
            order = order_of(one, "a", 0.0, target=target, value=value, expect_standby=expect)
        except ValueError as refused:
            assert str(refused).startswith("Refused: ")
            assert len(str(refused)) < 1000
        else:
            assert order.verb in VERBS
            assert len(order.target) <= TEXT
            assert value is None or math.isfinite(order.value)


def test_the_desk_and_the_story_know_the_same_orders():
    assert set(VERBS) == set(RULES)
    assert set(LEVELS) < set(VERBS)
