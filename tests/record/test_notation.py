"""What is written is what is read, to the last bit."""

from __future__ import annotations

import json
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from installation.frame import Order, PortEvent, Samples, Tick
from installation.record.night import Rows, missing
from installation.record.notation import (
    event_from_fields,
    event_to_fields,
    fields_of,
    order_from_fields,
    order_to_fields,
    rows_from_json,
    rows_to_json,
    ticks_from_json,
    ticks_to_json,
    to_json,
)

CHANNELS = np.arange(8, dtype=np.int32)
NUMBERS = st.floats(allow_nan=False)


@given(
    st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 3999), NUMBERS, st.booleans()))
)
def test_rows_come_back_bit_for_bit(rows: list[tuple[float, int, float, bool]]) -> None:
    table = np.array([(*row, 7) for row in rows], "f8,i4,f8,?,i4")
    samples = Samples(table["f0"], table["f1"], table["f4"], table["f2"], table["f3"])
    back = rows_from_json(rows_to_json(Rows(np.arange(len(rows)), samples)), CHANNELS)
    assert back.tick.tolist() == list(range(len(rows)))
    for name in ("time_s", "column", "channel", "value", "gap"):
        assert getattr(back.samples, name).tobytes() == getattr(samples, name).tobytes()


def test_a_value_that_is_no_number_stays_none() -> None:
    one = np.zeros(1, np.int32)
    samples = Samples(np.zeros(1), one, one, np.array([math.nan]), np.zeros(1, np.bool_))
    back = rows_from_json(rows_to_json(Rows(np.zeros(1, np.int64), samples)), CHANNELS)
    assert np.isnan(back.samples.value[0])


@given(st.lists(st.tuples(st.integers(0, 2**40), st.floats(0, 1e9), st.floats(0, 10)), max_size=20))
def test_ticks_come_back_bit_for_bit(grid: list[tuple[int, float, float]]) -> None:
    ticks = [Tick(number, time_s, dt_s, number // 2) for number, time_s, dt_s in grid]
    assert ticks_from_json(ticks_to_json(ticks)) == ticks


@given(NUMBERS, st.text(), st.text())
def test_orders_come_back_whatever_their_texts(value: float, source: str, target: str) -> None:
    order = Order("room", source, 1.5, target, value, "7", "3.2")
    tick, fields = fields_of(to_json({"tick": 4, "order": order_to_fields(order)}))
    assert tick == 4
    assert order_from_fields(fields["order"]) == order


def test_an_order_without_a_value_and_a_port_event_come_back() -> None:
    order = Order("go", "key", 0.1)
    back = order_from_fields(json.loads(to_json(order_to_fields(order))))
    assert (back.verb, math.isnan(back.value)) == ("go", True)
    event = PortEvent(0.1 + 0.2, "Elif at /dev/x", "missing", "/dev/x", "plug it in")
    assert event_from_fields(json.loads(to_json(event_to_fields(event)))) == event


def test_a_dropped_tick_is_not_a_missing_one() -> None:
    before = Tick(10, 1.0, 0.1, 2)
    assert missing(before, Tick(14, 1.4, 0.4, 5)) == 0
    assert missing(before, Tick(14, 1.4, 0.1, 2)) == 3
    assert missing(None, Tick(0, 0.0, 0.1, 0)) == 0
