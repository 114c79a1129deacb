"""Every expression of a show, computed once a tick in one compiled pass.

An operation writes one row of a table of numbers.  A row is wide, with a number for each wearer, or
narrow, with one number of the room; what is narrow is computed once, and all wearers read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints, Tick
from installation.show.expressions import BUILT_IN, Program
from installation.show.functions import OPERATIONS

_NUMBER = {name: number for number, name in enumerate(OPERATIONS)}
PLUS, MINUS, TIMES, DIVIDE, NEGATIVE = (_NUMBER[name] for name in ("+", "-", "*", "/", "negative"))
LESS, LESS_EQUAL, MORE, MORE_EQUAL, EQUAL, UNEQUAL = (_NUMBER[name] for name in ("<", "<=", ">", ">=", "==", "!="))
AND, OR, NOT, IF, KNOWN = (_NUMBER[name] for name in ("and", "or", "not", "if", "known"))
CLAMP, LERP, SMOOTHSTEP, MIN, MAX = (_NUMBER[name] for name in ("clamp", "lerp", "smoothstep", "min", "max"))
ABS, SQRT, SIN, EXP, POW, NOISE, PULSE = (
    _NUMBER[name] for name in ("abs", "sqrt", "sin", "exp", "pow", "noise", "pulse")
)
SMOOTH, HOLD, RATE = (_NUMBER[name] for name in ("smooth", "hold", "rate"))
LEAST, MOST, MEAN, COUNT, FRACTION = (_NUMBER[name] for name in ("least", "most", "mean", "count", "fraction"))


class State(NamedTuple):
    """What the next tick needs: memory (S, N) of the functions of time, NaN where nothing is known yet.

    table (R, N) is where values are computed; what stands still is there once and for all, and nothing
    else in it outlives its tick.
    """

    memory: Floats
    table: Floats


def fresh(program: Program, wearers: int) -> State:
    """The state of a program that has just begun."""
    code = program.code
    table = np.repeat(code.constants[:, None], max(wearers, 1), axis=1)[:, :wearers]
    for name, row in code.loads:
        if name == "wearer":
            table[row] = np.arange(1, wearers + 1)
        elif name == "wearers":
            table[row] = wearers
    state = State(np.full((code.memory, wearers), np.nan), table)
    _compute(code.operations[: code.still], code.step, table, state.memory, 0.0)
    return state


def evaluate(program: Program, env: Mapping[str, Any], state: State, tick: Tick) -> tuple[State, Floats32]:
    """Compute every expression at one tick; the given memory stays as it is.

    env: (N,) of each wearer's signal, a number of the room's; a missing name is not known.
    Returns the new state and (E, N) float32; NaN where not known, never infinite.
    """
    code, table = program.code, state.table
    for name, row in code.loads:
        if name == "time":
            table[row] = tick.time_s
        elif name not in BUILT_IN:
            table[row] = env.get(name, np.nan)
    memory = state.memory.copy()
    _compute(code.operations[code.still :], code.step, table, memory, tick.dt_s)
    bound = np.empty((len(program), table.shape[1]), np.float32)
    _give(code.rows, code.step, table, bound)
    return State(memory, table), bound


@compiled
def _give(rows: Ints, step: Ints, table: Floats, bound: Floats32) -> None:
    """Write the values of expressions (E, N), the row of each (E,); infinite ones are not known."""
    for e in range(rows.size):
        wide = step[rows[e]]
        for w in range(bound.shape[1]):
            value = np.float32(table[rows[e], w * wide])
            bound[e, w] = value if np.isfinite(value) else np.float32(np.nan)


@compiled
def _is(true: bool) -> float:
    return 1.0 if true else 0.0


@compiled
def _true(c: float) -> bool:
    return abs(c) > 0.0  # False for NaN


@compiled
def _divided(a: float, b: float) -> float:
    return a / b if b != 0.0 else np.nan


@compiled
def _less(a: float, b: float) -> float:
    """The lesser; not known where one of them is not."""
    return a if a < b or np.isnan(a) else b


@compiled
def _both(a: float, b: float) -> float:
    if a == 0.0 or b == 0.0:
        return 0.0
    return np.nan if np.isnan(a) or np.isnan(b) else 1.0


@compiled
def _either(a: float, b: float) -> float:
    if _true(a) or _true(b):
        return 1.0
    return np.nan if np.isnan(a) or np.isnan(b) else 0.0


@compiled
def _held(x: float, low: float, high: float) -> float:
    return _less(-_less(-x, -low), high)


@compiled
def _eased(low: float, high: float, x: float) -> float:
    t = _held(_divided(x - low, high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


@compiled
def _hashed(cell: Any) -> float:
    """A number in 0..1 for each whole number.  Source: Steele, Lea and Flood, SplitMix64, OOPSLA 2014."""
    z = np.uint64(cell) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return float(z >> np.uint64(11)) * 2.0**-53


@compiled
def _wander(x: float) -> float:
    """Between 0 and 1: one hashed value for each whole number, a smooth step between."""
    if not abs(x) < 2.0**52:  # beyond, floats have no fractions left
        return np.nan
    t = x - np.floor(x)
    cell = np.int64(np.floor(x))
    a, b = _hashed(cell + 1), _hashed(cell + 2)  # 0 would give 0
    return float(a + (b - a) * t * t * (3.0 - 2.0 * t))


@compiled
def _crowd(operation: int, x: Floats, step: int, wearers: int) -> float:
    """One number of all wearers, of those of whom it is known."""
    total, known, true, least, most = 0.0, 0, 0, np.inf, -np.inf
    for w in range(wearers):
        one = x[w * step]
        true += _true(one)
        if np.isfinite(one):
            known += 1
            total += one
            least, most = min(least, one), max(most, one)
    if operation == LEAST:
        return least  # nobody known: infinite, so not known
    if operation == MOST:
        return most
    if operation == MEAN:
        return _divided(total, known)
    return float(true) if operation == COUNT else _divided(float(true), wearers)


@compiled
def _follow(memory: Floats, at: int, x: Floats, i: int, seconds: Floats, j: int, out: Floats, dt_s: float) -> None:
    """Follow x with a time constant; starts at the first known x.

    level += (x - level) * (1 - exp(-dt / seconds))
    """
    of, share = np.nan, 1.0
    for w in range(out.size):
        if seconds[w * j] != of:
            of = seconds[w * j]
            share = -np.expm1(-dt_s / of) if of > 0.0 else 1.0
        level, one = memory[at, w], x[w * i]
        moved = one if np.isnan(level) else level + (one - level) * share
        known = np.isfinite(moved) and np.isfinite(of)
        if known:
            memory[at, w] = moved
        out[w] = moved if known else np.nan


@compiled
def _keep(memory: Floats, at: int, x: Floats, i: int, seconds: Floats, j: int, out: Floats, dt_s: float) -> None:
    """Keep the last known x until it is older than so many seconds."""
    for w in range(out.size):
        if np.isfinite(x[w * i]):
            memory[at, w], memory[at + 1, w] = x[w * i], 0.0
        else:
            memory[at + 1, w] += dt_s
        out[w] = memory[at, w] if memory[at + 1, w] <= seconds[w * j] else np.nan


@compiled
def _change(memory: Floats, at: int, x: Floats, i: int, out: Floats, dt_s: float) -> None:
    """Change since the tick before, over its seconds; not known until two neighbours are."""
    for w in range(out.size):
        out[w] = (x[w * i] - memory[at, w]) / dt_s if dt_s > 0.0 else np.nan
        memory[at, w] = x[w * i]


@compiled
def _one(operation: int, a: float) -> float:
    """An operation of one number."""
    if operation == NEGATIVE:
        return -a
    if operation == NOT:
        return a if np.isnan(a) else _is(a == 0.0)
    if operation == ABS:
        return abs(a)
    if operation == SQRT:
        return float(np.sqrt(a)) if a >= 0.0 else np.nan
    if operation == SIN:
        return float(np.sin(2.0 * np.pi * a))
    if operation == EXP:
        return float(np.exp(a))
    return _wander(a) if operation == NOISE else np.nan


@compiled
def _two(operation: int, a: float, b: float) -> float:
    """An operation of two numbers that is not among the commonest."""
    if operation == DIVIDE:
        return _divided(a, b)
    if operation == LESS:
        return _is(a < b)
    if operation == LESS_EQUAL:
        return _is(a <= b)
    if operation == MORE:
        return _is(a > b)
    if operation == MORE_EQUAL:
        return _is(a >= b)
    if operation == EQUAL:
        return _is(a == b)
    if operation == UNEQUAL:
        return _is(a < b or a > b)  # with "not known" false, as all comparisons
    if operation == AND:
        return _both(a, b)
    if operation == OR:
        return _either(a, b)
    if operation == MIN:
        return _less(a, b)
    if operation == MAX:
        return -_less(-a, -b)
    if operation == POW:
        return float(np.power(a, b))
    if operation == KNOWN:
        return a if np.isfinite(a) else b
    if operation == PULSE:
        return np.nan if np.isnan(a + b) else _is(a - np.floor(a) < b)
    return np.nan


@compiled
def _three(operation: int, a: float, b: float, c: float) -> float:
    """An operation of three numbers."""
    if operation == CLAMP:
        return _held(a, b, c)
    if operation == LERP:
        return a + (b - a) * c
    if operation == SMOOTHSTEP:
        return _eased(a, b, c)
    if operation == IF:
        return a if np.isnan(a) else (b if a != 0.0 else c)
    return np.nan


@compiled
def _compute(operations: Ints, step: Ints, table: Floats, memory: Floats, dt_s: float) -> None:
    """Carry out operations (O, 7), in order: number, arity, three argument rows, result row, first row of memory.

    step (R,): 1 for a wide row of the table (R, N), 0 for a narrow one · memory (S, N)
    """
    wearers = table.shape[1]
    for o in range(operations.shape[0]):
        operation, arity, ra, rb, rc, result, at = operations[o]
        a, b, c, i, j, k = table[ra], table[rb], table[rc], step[ra], step[rb], step[rc]
        out = table[result, : wearers if step[result] else min(wearers, 1)]
        if LEAST <= operation <= MOST or MEAN <= operation <= FRACTION:
            if out.size:
                out[0] = _crowd(operation, a, i, wearers)
        elif operation == SMOOTH:
            _follow(memory, at, a, i, b, j, out, dt_s)
        elif operation == HOLD:
            _keep(memory, at, a, i, b, j, out, dt_s)
        elif operation == RATE:
            _change(memory, at, a, i, out, dt_s)
        elif operation == TIMES:
            for w in range(out.size):
                out[w] = a[w * i] * b[w * j]
        elif operation == PLUS:
            for w in range(out.size):
                out[w] = a[w * i] + b[w * j]
        elif operation == MINUS:
            for w in range(out.size):
                out[w] = a[w * i] - b[w * j]
        elif arity == 1:
            for w in range(out.size):
                out[w] = _one(operation, a[w * i])
        elif arity == 2:
            for w in range(out.size):
                out[w] = _two(operation, a[w * i], b[w * j])
        else:
            for w in range(out.size):
                out[w] = _three(operation, a[w * i], b[w * j], c[w * k])
