"""What is measured in what: only what can't be meant is a problem."""

from __future__ import annotations

import pytest

from installation.show.expressions import ExpressionError, names_known
from installation.show.grammar import UNITS
from installation.show.units import declared, mismatch, unit_of

NAMES = names_known({"x": "", "tempo": "1/min"})


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("4s + 120ms", "s"),
        ("heart.rate - 72bpm", "1/min"),
        ("heart.rate + 5", "1/min"),
        ("heart.rate / 60", ""),
        ("60 / heart.interval", ""),
        ("heart.rate * 30%", "1/min"),
        ("heart.rate > 100bpm", ""),
        ("-heart.rate", "1/min"),
        ("mean(heart.rate)", "1/min"),
        ("if(x, heart.rate, 60)", "1/min"),
        ("smooth(heart.phase, 1s)", "turns"),
        ("curve(heart.rate, 60bpm, 0, 90bpm, 1)", ""),
        ("curve(x, 0, 1s, 1, 3s)", "s"),
        ("since(heart.beat)", "s"),
        ("rate(heart.rate)", ""),
        ("noise(time + wearer)", ""),
        ("skin.tonic > 5µS and skin.tonic > 5μS and motion.energy > 0.2g", ""),
        ("smooth(x, 1 + x)", ""),
    ],
)
def test_an_expression_is_measured_in_what_it_is_made_of(text: str, unit: str) -> None:
    assert unit_of(text, NAMES) == unit


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "heart.rate > 4s",
            'compares "heart.rate", in 1/min, and "4s", in s; one unit, or a bare number, would do',
        ),
        ("tempo > 2Hz", 'compares "tempo", in 1/min, and "2Hz", in 1/s; 120bpm would do'),
        ("heart.rmssd > 40ms", 'compares "heart.rmssd", in ms, and "40ms", in s; the bare number 40 would do'),
        ("heart.rate > 30%", 'compares "heart.rate", in 1/min, and "30%", a share of 1; one unit, or a bare '
         "number, would do"),
        ("heart.rate + heart.interval", 'adds "heart.rate", in 1/min, and "heart.interval", in s; one unit, or a bare '
         "number, would do"),
        ("clamp(heart.rate, 1, 3g)", 'gives clamp "heart.rate", in 1/min, and "3g", in g; one unit, or a bare number, '
         "would do"),
        ("smooth(x, 72bpm)", 'gives smooth "72bpm" for its time, which takes a time, such as 4s, and this is in 1/min'),
        ("hold(x, 30%)", 'gives hold "30%" for its time, which takes a time, such as 4s, and this is a share of 1'),
        ("steady(x, 1s)", 'gives steady "1s" for its cutoff, which takes a number a second, such as 1Hz, and this '
         "is in s"),
        ("delay(x, x)", 'gives delay "x" for its time; a number would do, or its most after it: '
         "delay(x, time, most = time)"),
        ("delay(x, x, x)", 'gives delay "x" for its most; a number would do'),
        ("delay(x, 1min)", 'gives delay "1min" for its time; at most 10 s would do'),
        ("delay(x, -1s)", 'gives delay "-1s" for its time; a number would do, or its most after it: '
         "delay(x, time, most = time)"),
        ("curve(x, 0, 1, 2, 1, 1, 0)", 'gives curve a point at "1" after one at "2"; points that rise would do'),
        ("curve(x, 0, 1, 2)", "gives curve 4 values; it is written curve(x, x1, y1, x2, y2, …)"),
        ("curve(x, 0, 1, 2, 3, 4)", "gives curve 6 values; it is written curve(x, x1, y1, x2, y2, …)"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_with_what_would_do(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as error:
        unit_of(text, NAMES)
    assert str(error.value) == said


def test_a_problem_of_units_points_at_the_second_of_the_two() -> None:
    with pytest.raises(ExpressionError) as error:
        unit_of("1 + (heart.rate > 4s)", NAMES)
    assert error.value.position == 18


def test_a_unit_that_is_not_known_goes_with_every_other() -> None:
    assert mismatch("", "s") == mismatch("s", "") == mismatch("s", "s") == ""
    assert mismatch("turns", "%") == ""
    assert mismatch("1/min", "%") == "takes a number from 0 to 1, and this is in 1/min"


def test_a_signal_that_is_declared_in_beats_a_minute_is_in_the_unit_of_the_table() -> None:
    assert [declared(unit) for unit in ("bpm", "Hz", "ms", "portions", "")] == ["1/min", "1/s", "ms", "portions", ""]
    assert set(UNITS) >= {"bpm", "Hz"}
