"""The compiled pass beside plain numpy, tick by tick, with numbers that come and go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from installation.frame import Tick
from installation.show.expressions import ExpressionError, Program
from installation.show.functions import FUNCTIONS, TO_ROOM, Function
from installation.story.values import evaluate, fresh
from tests.story.plain import PLAIN, TIMED, CloseCallError, Plain, Tree

ROOM = ("x", "y")
OWN = ("skin.arousal", "breath.swell")  # of each wearer, and in no unit
TIMES = st.sampled_from([0.0, 0.05, 0.5, 2.0]).map(lambda value: ("number", value))
LEAVES = st.one_of(
    st.sampled_from([0.0, 0.3, 1.0, 2.5, 0.5]).map(lambda value: ("number", value)),
    st.sampled_from([*OWN, *ROOM, "wearer"]).map(lambda name: ("name", name)),
    st.just(("*", ("name", "time"), ("number", 1.0))),  # without its unit
)
NUMBERS = st.sampled_from([0.0, 0.25, 0.5, 1.0, -1.5, 3.0, np.nan, np.nan, np.inf])


def calls(function: Function, inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Right calls of a function, with and without what may be left out."""
    arguments = [TIMES if one.unit in ("s", "1/s") else inner for one in function.arguments]
    if function.name in ("min", "max"):
        return st.lists(inner, min_size=1, max_size=3).map(lambda parts: (function.name, *parts))
    if function.name == "curve":
        low, high = st.just(("number", 0.3)), st.just(("number", 1.0))
        return st.tuples(st.just("curve"), inner, low, inner, high, inner)
    longer = [st.tuples(*arguments[:count]) for count in range(function.fewest, len(arguments) + 1)]
    return st.one_of(*longer).map(lambda parts: (function.name, *parts))


def trees(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    signs = st.tuples(
        st.sampled_from(["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "and", "or"]), inner, inner
    )
    denials = st.tuples(st.sampled_from(["not", "negative"]), inner)
    return st.one_of(signs, denials, *(calls(one, inner) for one in FUNCTIONS.values()))


TREES = st.recursive(LEAVES, trees, max_leaves=8)


def written(tree: Tree) -> str:
    """The text of a tree."""
    kind, *parts = tree
    if kind in ("number", "name"):
        return str(parts[0])
    texts = [written(part) for part in parts]
    if kind in FUNCTIONS:
        return f"{kind}({', '.join(texts)})"
    return f"({'-' if kind == 'negative' else kind} {texts[0]})" if len(texts) == 1 else f"({f' {kind} '.join(texts)})"


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(TREES, min_size=1, max_size=3), TREES, st.data())
def test_any_expression_gives_what_plain_numpy_gives_tick_by_tick(
    them: list[Tree], derived: Tree, data: st.DataObject
) -> None:
    named = {"own": derived, **{f"e{at}": tree for at, tree in enumerate(them)}}
    named["both"] = ("+", ("name", "own"), them[0])
    texts = [written(tree) for name, tree in named.items() if name != "own"]
    program = Program(texts, ROOM, signals={"own": written(derived)})
    state, plain, time_s = fresh(program, 3), Plain(3, careful=True), 0.0
    for number in range(6):
        env: dict[str, Any] = {name: data.draw(NUMBERS) for name in ROOM}
        env |= {name: np.array(data.draw(st.lists(NUMBERS, min_size=3, max_size=3))) for name in OWN}
        dt_s = data.draw(st.sampled_from([1 / 60, 1 / 60, 0.25]))
        time_s += dt_s
        tick = Tick(number, time_s, dt_s)
        try:
            wanted = plain.tick(named, env, tick)
        except CloseCallError:
            assume(False)
        state, values = evaluate(program, env, state, tick)
        for row, name in enumerate(name for name in named if name != "own"):
            with np.errstate(over="ignore"):
                expected = np.where(np.abs(wanted[name]) < 1e30, wanted[name], np.nan)
                got = np.where(np.abs(values[row]) < 1e30, values[row], np.nan)
            np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-5, err_msg=f"{texts[row]} at tick {number}")


def test_the_plain_evaluator_knows_every_function() -> None:
    assert set(FUNCTIONS) <= {*PLAIN, *TIMED}


def played(text: str, rate_hz: float, x: Any, seconds: float) -> float:
    """The value of an expression after so many seconds, while the room signal x follows a function of time."""
    program = Program([text], ("x",), rate_hz=rate_hz)
    state = fresh(program, 1)
    for number in range(round(seconds * rate_hz) + 1):
        time_s = number / rate_hz
        state, values = evaluate(program, {"x": x(time_s)}, state, Tick(number, time_s, 1 / rate_hz))
    return float(values[0, 0])


@pytest.mark.parametrize(
    "text",
    [
        "smooth(x, 0.5s)", "steady(x)", "steady(x, 2Hz, 0.5)", "attack_release(x, 0.2s, 1s)", "hold(x, 1s)",
        "rate(x)", "delay(x, 0.5s)", "since(x > 0.9)", "ramp(x > 0.5, 2s, 3s)", "smooth(delay(x, 1s), 0.3s)",
    ],
)  # fmt: skip
def test_the_same_second_shows_the_same_at_30_60_and_120_ticks_a_second(text: str) -> None:
    def x(time_s: float) -> float:
        return 0.5 + 0.5 * np.sin(2 * np.pi * 0.2 * time_s)

    for seconds in (3.0, 4.5, 7.0):
        slow, usual, fast = (played(text, rate_hz, x, seconds) for rate_hz in (30, 60, 120))
        steepest = max(1.0, abs(fast))  # per second, of x and of what is made of it
        assert slow == pytest.approx(fast, abs=steepest / 30), seconds
        assert usual == pytest.approx(fast, abs=steepest / 60), seconds


@pytest.mark.parametrize("name", sorted(set(TIMED) - {"since", "ramp", "delay"}))
def test_who_comes_late_has_the_values_of_a_show_that_began_then(name: str) -> None:
    text = f"{name}(skin.arousal{', 0.4s' * (FUNCTIONS[name].fewest - 1)})"
    program = Program([text])
    come = np.cumsum(np.random.default_rng(1).normal(0, 0.2, 60))
    late, early = fresh(program, 2), fresh(program, 1)
    for number in range(90):
        tick = Tick(number, number / 60, 1 / 60)
        own = come[number - 30] if number >= 30 else np.nan
        late, there = evaluate(program, {"skin.arousal": np.array([0.5, own])}, late, tick)
        if number >= 30:
            early, alone = evaluate(program, {"skin.arousal": np.array([own])}, early, tick)
            assert there[0, 1] == pytest.approx(alone[0, 0], nan_ok=True, abs=0)


def test_a_tick_that_is_computed_again_gives_the_same_again_also_where_time_is_kept() -> None:
    program = Program(["delay(heart.rate, 0.1s)", "smooth(heart.rate, 1s)", "ramp(heart.rate > 80, 1s)"])
    state = fresh(program, 2)
    for number in range(20):
        env = {"heart.rate": np.array([60.0 + number, 90.0 - number])}
        tick = Tick(number, number / 60, 1 / 60)
        once, again = evaluate(program, env, state, tick), evaluate(program, env, state, tick)
        np.testing.assert_array_equal(once[1], again[1])
        np.testing.assert_array_equal(once[0].memory, again[0].memory)
        state = again[0]


def test_a_wave_runs_through_the_crowd_by_a_delay_of_ones_own() -> None:
    program = Program(["delay(x, 0.1s*wearer, 1s)"], ("x",))
    state, seen = fresh(program, 3), []
    for number in range(40):
        state, values = evaluate(program, {"x": float(number == 3)}, state, Tick(number, number / 60, 1 / 60))
        seen.append(values[0])
    assert [int(np.argmax(column == 1)) for column in np.array(seen).T] == [9, 15, 21]
    assert np.nansum(seen) == 3


def test_a_delay_outlives_a_night_of_ticks_without_growing() -> None:
    program = Program(["delay(x, 0.5s)"], ("x",))
    state = fresh(program, 2)
    kept = state.cells.size
    for number in range(500):
        state, values = evaluate(program, {"x": float(number)}, state, Tick(number, number / 60, 1 / 60))
    assert values[0].tolist() == [469.0, 469.0]
    assert state.cells.size == kept == 32


def test_nobody_at_all_is_no_crowd() -> None:
    texts = [f"{name}(heart.rate)" for name in TO_ROOM if name in FUNCTIONS] + [
        "smooth(x, 1s)",
        "delay(heart.rate, 1s)",
    ]
    program = Program([*texts, "rank(heart.rate)"], ("x",))
    state = fresh(program, 0)
    for number in range(3):
        state, values = evaluate(
            program, {"heart.rate": np.zeros(0), "x": 1.0}, state, Tick(number, number / 60, 1 / 60)
        )
    assert values.shape == (len(texts) + 1, 0)


def test_rows_are_used_again_once_nobody_needs_what_stands_there() -> None:
    texts = [f"smooth(heart.rate*{k}, 1s)/({k} + 1) - abs(skin.arousal - 0.{k})" for k in range(1, 100)]
    assert Program(texts).code.rows < 20


def test_all_delays_together_keep_no_more_than_a_minute() -> None:
    with pytest.raises(ExpressionError, match=r"delays wearers' signals by more than 60 s"):
        Program([f"delay(heart.rate + {k}, 10s)" for k in range(7)])
    Program([f"delay(time + {k}, 10s)" for k in range(50)])  # of the room: hardly anything
