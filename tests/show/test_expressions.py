"""The show language: what expressions say, what NaN does, and that no text breaks it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.frame import Tick
from installation.show.expressions import BUILT_IN, ExpressionError, Input, Program
from installation.show.functions import FUNCTIONS
from installation.show.grammar import LONGEST_TEXT, sides, split_when
from installation.story.values import State, evaluate, fresh

NAN = math.nan
ROOM = ("x", "y", "pantry.coverage")


def value(text: str, wearers: int = 1, *, time_s: float = 0.0, **room: float) -> Any:
    """Compute one expression at one tick; a single number where there is a single wearer."""
    program = Program([text], room=ROOM)
    _, values = evaluate(program, room, fresh(program, wearers), Tick(0, time_s, 0.1))
    return values[0] if wearers > 1 else values[0, 0]


def values_of(text: str, heart_rate: Iterable[float]) -> list[float]:
    """Compute one expression for wearers whose hearts beat at these rates."""
    rate = np.array(list(heart_rate))
    program = Program([text])
    return list(evaluate(program, {"heart.rate": rate}, fresh(program, len(rate)), Tick(0, 0.0, 0.1))[1][0])


def course(text: str, xs: Iterable[float], dt_s: float = 0.5) -> list[float]:
    """Compute one expression over ticks, while the room signal x takes these values."""
    program = Program([text], room=ROOM)
    state, out = fresh(program, 1), []
    for number, x in enumerate(xs):
        state, values = evaluate(program, {"x": x}, state, Tick(number, number * dt_s, dt_s))
        out.append(float(values[0, 0]))
    return out


def message(text: str, **more: Any) -> str:
    with pytest.raises(ExpressionError) as error:
        Program([text], **more)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2*3", 7.0),
        ("(1 + 2)*3", 9.0),
        ("8/4/2", 1.0),
        ("7 - 2 - 1", 4.0),
        ("-2*-3", 6.0),
        ("--2", 2.0),
        ("2 - -3", 5.0),
        (".5 + 1.", 1.5),
        ("1e-2", 0.01),
        ("1 < 2", 1.0),
        ("2 <= 1", 0.0),
        ("1 + 1 == 2", 1.0),
        ("1 != 1", 0.0),
        ("not 1 > 2 and true", 1.0),
        ("false or 0 or 2", 1.0),
        ("1 or 1 and 0", 1.0),
    ],
)
def test_signs_bind_as_in_arithmetic(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("4s", 4.0), ("120ms", 0.12), ("72bpm", 72.0), ("30%", 0.3), ("2min", 120.0), ("3Hz", 3.0), ("1.5e3ms", 1.5)],
)
def test_units_stand_against_their_numbers(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("clamp(2, 0, 1)", 1.0),
        ("lerp(10, 20, 0.25)", 12.5),
        ("smoothstep(0, 2, 1)", 0.5),
        ("smoothstep(0, 2, 9)", 1.0),
        ("if(1 > 2, 3, 4)", 4.0),
        ("min(3, 1, 2)", 1.0),
        ("max(3, 1, 2, 9, 4)", 9.0),
        ("abs(-2)", 2.0),
        ("sqrt(9)", 3.0),
        ("sin(0.25)", 1.0),
        ("exp(0)", 1.0),
        ("pow(2, 10)", 1024.0),
        ("known(0/0, 5)", 5.0),
        ("pulse(3.1, 0.2)", 1.0),
        ("pulse(-0.1, 0.2)", 0.0),
    ],
)
def test_functions_do_what_they_say(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected)


def test_noise_wanders_between_0_and_1_without_jumps_and_is_the_same_every_time() -> None:
    walk = np.array([value("noise(x)", x=k / 50) for k in range(-500, 500)])
    assert walk.min() >= 0 and walk.max() <= 1 and walk.std() > 0.1
    assert np.abs(np.diff(walk)).max() < 0.05
    assert [value(f"noise({whole})") for whole in (-3, 0, 7)] == pytest.approx([splitmix64(k) for k in (-3, 0, 7)])


def splitmix64(state: int) -> float:
    """Give the first number of Steele, Lea and Flood's generator from this state, as a share of 1."""
    mask = 2**64 - 1
    z = (state + 1) * 0x9E3779B97F4A7C15 & mask
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    return (z ^ z >> 31) / 2**64


@pytest.mark.parametrize(
    "text", ["1/0", "0/0", "sqrt(-1)", "pow(-1, 0.5)", "exp(1000)", "1e30*1e30", "x", "x + 1", "smooth(1, x)", "not x"]
)
def test_what_has_no_value_is_not_known_and_never_infinite(text: str) -> None:
    assert np.isnan(value(text, x=NAN))


def test_a_comparison_with_an_unknown_is_false_whichever_it_is() -> None:
    for sign in ("<", "<=", ">", ">=", "==", "!="):
        assert value(f"x {sign} 1", x=NAN) == 0.0


def test_logic_looks_past_an_unknown_where_the_other_side_decides() -> None:
    assert value("x or 1 > 0", x=NAN) == 1.0
    assert value("x and 1 < 0", x=NAN) == 0.0
    assert np.isnan(value("x and 1 > 0", x=NAN))
    assert np.isnan(value("x or 1 < 0", x=NAN))
    assert np.isnan(value("if(x, 1, 2)", x=NAN))


def test_a_signal_that_is_missing_is_not_known() -> None:
    assert np.isnan(value("x"))
    assert value("known(x, 0.5)") == 0.5


def test_wearers_keep_their_own_values_and_the_room_is_the_same_for_all() -> None:
    program = Program(["heart.rate - pantry.coverage", "wearer", "wearers", "time"], room=ROOM)
    env = {"heart.rate": np.array([60.0, NAN, 90.0]), "pantry.coverage": 10.0}
    _, values = evaluate(program, env, fresh(program, 3), Tick(4, 2.5, 0.1))
    np.testing.assert_array_equal(values, np.array([[50, NAN, 80], [1, 2, 3], [3, 3, 3], [2.5, 2.5, 2.5]], np.float32))
    assert values.dtype == np.float32
    assert set(program.needs) == {"heart.rate", "pantry.coverage"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mean(heart.rate)", 70.0),
        ("max(heart.rate)", 80.0),
        ("min(heart.rate)", 60.0),
        ("count(heart.rate > 50bpm)", 2.0),
        ("fraction(heart.rate > 50bpm)", 2 / 3),
        ("count(heart.rate > 70bpm) + count(heart.rate > 70bpm)", 2.0),
    ],
)
def test_crowd_functions_leave_the_unknown_out(text: str, expected: float) -> None:
    assert values_of(text, [60.0, NAN, 80.0]) == pytest.approx([expected] * 3)


@pytest.mark.parametrize("text", ["mean(heart.rate)", "max(heart.rate)", "min(heart.rate)"])
def test_a_crowd_of_which_nobody_is_known_is_not_known(text: str) -> None:
    assert np.isnan(values_of(text, [NAN, NAN])).all()


def test_max_with_more_arguments_is_taken_for_each_wearer() -> None:
    assert values_of("max(heart.rate, 70)", [60.0, 80.0]) == [70.0, 80.0]


def test_smooth_starts_at_the_first_known_input_and_follows_with_its_time_constant() -> None:
    out = course("smooth(x, 2s)", [NAN, 1.0, 0.0, 0.0, NAN, 0.0])
    assert np.isnan(out[0]) and np.isnan(out[4])
    step = math.exp(-0.25)
    assert [out[1], out[2], out[3], out[5]] == pytest.approx([1.0, step, step**2, step**3])


def test_smooth_shows_the_same_at_30_and_at_120_ticks_a_second() -> None:
    slow = course("smooth(x, 3s)", [0.0] + [1.0] * 60, dt_s=1 / 30)
    fast = course("smooth(x, 3s)", [0.0] + [1.0] * 240, dt_s=1 / 120)
    assert slow[-1] == pytest.approx(fast[-1], abs=1e-5)


def test_smooth_without_time_is_its_input() -> None:
    assert course("smooth(x, 0)", [1.0, 5.0]) == [1.0, 5.0]


def test_an_infinite_input_does_not_stay_in_a_memory() -> None:
    assert course("smooth(1/x, 1s)", [1.0, 1e-320, 1.0])[2] == 1.0


def test_hold_keeps_the_last_known_value_for_its_seconds_and_no_longer() -> None:
    out = course("hold(x, 1s)", [NAN, 3.0, NAN, NAN, NAN, 4.0])
    np.testing.assert_array_equal(out, [NAN, 3.0, 3.0, 3.0, NAN, 4.0])


def test_rate_is_per_second_and_needs_two_neighbours() -> None:
    np.testing.assert_array_equal(course("rate(x)", [1.0, 2.0, NAN, 2.0, 1.0]), [NAN, 2.0, NAN, NAN, -2.0])


def test_evaluating_leaves_the_given_state_as_it_was() -> None:
    program = Program(["smooth(x, 1s) + hold(x, 1s) + rate(x)"], room=ROOM)
    first, _ = evaluate(program, {"x": 1.0}, fresh(program, 2), Tick(0, 0.0, 0.1))
    kept = first.memory.copy()
    once = evaluate(program, {"x": 2.0}, first, Tick(1, 0.1, 0.1))
    again = evaluate(program, {"x": 2.0}, first, Tick(1, 0.1, 0.1))
    np.testing.assert_array_equal(first.memory, kept)
    np.testing.assert_array_equal(once[0].memory, again[0].memory)
    np.testing.assert_array_equal(once[1], again[1])
    assert isinstance(first, State)


def test_two_smooths_with_different_times_do_not_share_a_memory() -> None:
    program = Program(["smooth(x, 1s)", "smooth(x, 9s)"], room=ROOM)
    state, _ = evaluate(program, {"x": 0.0}, fresh(program, 1), Tick(0, 0.0, 1.0))
    _, values = evaluate(program, {"x": 1.0}, state, Tick(1, 1.0, 1.0))
    assert values[:, 0] == pytest.approx([1 - math.exp(-1), 1 - math.exp(-1 / 9)])


def test_derived_signals_may_stand_in_any_order() -> None:
    program = Program(["c"], room=ROOM, signals={"c": "b + 1", "b": "a*2", "a": "x"})
    assert evaluate(program, {"x": 3.0}, fresh(program, 1), Tick(0, 0.0, 0.1))[1][0, 0] == 7.0


def test_a_ring_of_derived_signals_is_named() -> None:
    ring = {"calm": "1", "a": "b + calm", "b": "c", "c": "2*a"}
    assert message("a", signals=ring) == "is made of itself: a → b → c → a"
    assert message("a", signals={"a": "smooth(a, 1s)"}) == "is made of itself: a → a"


def test_an_input_is_held_to_its_range_and_has_its_default_until_known() -> None:
    program = Program(["input.glow", "input.raw"], inputs=[Input("glow", 0.4, 0.0, 1.0), Input("raw")])
    env = {"input.glow": np.array([NAN, 7.0, 0.2]), "input.raw": np.array([NAN, 7.0, 0.2])}
    _, values = evaluate(program, env, fresh(program, 3), Tick(0, 0.0, 0.1))
    np.testing.assert_array_equal(values, np.array([[0.4, 1.0, 0.2], [NAN, 7.0, 0.2]], np.float32))


def test_texts_keep_their_numbers() -> None:
    program = Program(["1", "x", "1", "smooth(x, 1s)", "smooth(x, 1s)"], room=ROOM)
    assert program.texts == ("1", "x", "1", "smooth(x, 1s)", "smooth(x, 1s)")
    assert len(program) == 5
    _, values = evaluate(program, {"x": 9.0}, fresh(program, 1), Tick(0, 0.0, 0.1))
    assert list(values[:, 0]) == [1, 9, 1, 9, 9]


def test_a_program_without_expressions_gives_no_rows() -> None:
    program = Program()
    assert evaluate(program, {}, fresh(program, 4), Tick(0, 0.0, 0.1))[1].shape == (0, 4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; a number or an expression would do"),
        ("1 +", "ends where a number, a name or a bracket belongs"),
        ("(1", 'ends where ")" to close a bracket belongs'),
        ("clamp(1, 2", 'ends where ")" to close "clamp(" belongs'),
        ("1 2", 'has "2" at letter 3, where an operator or the end belongs'),
        ("* 2", 'has "*" at letter 1, where a number, a name or a bracket belongs'),
        ("x = 1", 'has a stray "=" at letter 3; to compare, write =='),
        ("x & y", 'has a stray "&" at letter 3; write: and'),
        ("x @ y", 'has a stray "@" at letter 3'),
        ("5 % 3", 'has a stray "%" at letter 3; a percent sign stands against its number, as in 30%'),
        ("1\x00", 'has a stray "U+0000" at letter 2'),
        ("3kg", 'has a number with the unit "kg"; known are s ms min bpm Hz % g µS'),
        ("1e99", 'has the number "1e99", which is too large'),
        ("0 < x < 1", "compares twice in a row; write: a < b and b < c"),
        ("x for 4s", 'has "for" at letter 3, where an operator or the end belongs'),
        ("sinus(1)", 'calls "sinus", which is no function; did you mean "sin"?'),
        ("__import__(1)", 'calls "__import__", which is no function'),
        ("least(1, 2)", 'calls "least", which is no function'),
        ("clamp(1)", "gives clamp 1 value; it is written clamp(x, low, high)"),
        ("noise()", "gives noise no values; it is written noise(x)"),
        ("clamp + 1", 'names the function "clamp" without its brackets; it is written clamp(x, low, high)'),
        (
            "pantry.covrage",
            'listens to "pantry.covrage", which no sensor or source provides; did you mean "pantry.coverage"?',
        ),
        ("hart.rate", 'listens to "hart.rate", which no sensor or source provides; did you mean "heart.rate"?'),
        ("zzz", 'listens to "zzz", which no sensor or source provides'),
        ("x.__class__", 'listens to "x.__class__", which no sensor or source provides'),
        ("1" * 2001, "has an expression of 2001 letters; at most 2000 fit"),
        (
            "(" * 65 + "1" + ")" * 65,
            "is nested more than 64 deep; a part of it under a name in [signals] would do",
        ),
        ("-" * 1999 + "1", "is nested more than 64 deep; a part of it under a name in [signals] would do"),
    ],
)
def test_a_wrong_expression_says_what_would_do(text: str, said: str) -> None:
    assert message(text, room=ROOM) == said


def test_an_error_points_at_its_letter() -> None:
    with pytest.raises(ExpressionError) as error:
        Program(["1 + nobody"])
    assert error.value.position == 4


def test_a_long_sum_is_no_deep_one() -> None:
    assert value("+".join(["1"] * 1000)) == 1000.0


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("x > 0.6 for 4s", ("x > 0.6", 4.0)),
        ("x > 0.6 for 2min", ("x > 0.6", 120.0)),
        ("x > 0.6", ("x > 0.6", 0.0)),
        ("(x > 1 or y > 1) for 500ms", ("(x > 1 or y > 1)", 0.5)),
    ],
)
def test_a_when_is_split_from_its_hold(when: str, expected: tuple[str, float]) -> None:
    assert split_when(when) == expected


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("x > 1 for", 'has "for" without a time after it; write: for 4s'),
        ("x > 1 for 4bpm", 'has "for" without a time after it; write: for 4s'),
        ("x > 1 for x", 'has "for" without a time after it; write: for 4s'),
        ("x > 1 for 4s or y", 'goes on after "for 4s", which ends a when'),
        ("x > 1 for 61min", 'waits "for 61min"; at most an hour would do'),
    ],
)
def test_a_wrong_hold_says_what_would_do(when: str, said: str) -> None:
    with pytest.raises(ExpressionError) as error:
        split_when(when)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pantry.coverage > 0.6", ("pantry.coverage", "0.6")),
        ("mean(heart.rate) >= 60 + x", ("mean(heart.rate)", "60 + x")),
        ("if(x > 1, 2, 3) != y", ("if(x > 1, 2, 3)", "y")),
        ("x > 1 and y > 1", None),
        ("not x > 1", None),
        ("(x > 1)", None),
        ("x", None),
    ],
)
def test_only_a_plain_comparison_has_two_sides(text: str, expected: tuple[str, str] | None) -> None:
    assert sides(text) == expected


def test_every_name_that_is_built_in_and_every_function_says_what_it_is() -> None:
    assert all(says for _, says in BUILT_IN.values())
    assert all(one.says and one.formula and one.form.startswith(f"{name}(") for name, one in FUNCTIONS.items())


WORDS = st.sampled_from(
    [
        "heart.rate",
        "x",
        "y",
        "time",
        "wearer",
        "input.glow",
        "tension",
        *FUNCTIONS,
        *"+-*/(),",
        "<",
        "==",
        "!=",
        " and ",
        " or ",
        " not ",
        "true",
        "0",
        "1",
        "2.5",
        "30%",
        "4s",
        "1e30",
        "-1",
        " for ",
    ]
)
LIKELY = st.lists(WORDS, max_size=30).map("".join)
NUMBERS = st.floats(width=64)


def texts_of(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Grow right expressions from smaller ones."""
    calls = [
        st.lists(
            st.just("0.5") if function.name == "delay" else inner,
            min_size=function.fewest,
            max_size=max(function.fewest, min(function.most, 4)),
        ).map(lambda parts, name=function.name: f"{name}({', '.join(parts)})")  # type: ignore[misc]  # its default
        for function in FUNCTIONS.values()
    ]
    signs = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "<", ">=", "!=", "and", "or"]), inner)
    return st.one_of(*calls, signs.map(lambda parts: f"({' '.join(parts)})"))


RIGHT = st.recursive(
    st.sampled_from(["heart.rate*1", "x", "0", "1e30", "-2", "0.5", "x*time"]), texts_of, max_leaves=12
)


@given(
    st.one_of(st.text(max_size=60), LIKELY, RIGHT, st.text(min_size=LONGEST_TEXT, max_size=LONGEST_TEXT + 9)), st.data()
)
def test_any_text_is_either_an_error_or_gives_numbers_without_a_warning(text: str, data: st.DataObject) -> None:
    try:
        program = Program([text], room=["x", "y"], inputs=[Input("glow", 0.5)], signals={"tension": "smooth(x, 3s)"})
    except ExpressionError as error:
        assert str(error)
        assert 0 <= error.position <= len(text)
        return
    state = fresh(program, 3)
    for number in range(3):
        env: Mapping[str, Any] = {
            "x": data.draw(NUMBERS),
            "heart.rate": np.array(data.draw(st.lists(NUMBERS, min_size=3, max_size=3))),
        }
        state, values = evaluate(program, env, state, Tick(number, number / 60, 1 / 60))
        assert values.shape == (1, 3)
        assert not np.isinf(values).any()


@given(RIGHT)
def test_an_expression_of_known_parts_is_always_right(text: str) -> None:
    if len(text) <= LONGEST_TEXT:
        Program([text], room=["x"])


@given(st.one_of(st.text(max_size=40), LIKELY))
def test_any_when_is_either_an_error_or_has_a_hold(text: str) -> None:
    try:
        expression, hold_s = split_when(text)
        sides(expression)
    except ExpressionError:
        return
    assert 0 <= hold_s <= 3600


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_computed(name: str) -> None:
    arguments = ", ".join("0" if name == "delay" else f"{0.5 + n / 4} * x" for n in range(FUNCTIONS[name].fewest))
    assert math.isfinite(course(f"{name}({arguments})", [1.0, 1.0, 1.0])[-1])
