"""What expressions compute of numbers as they stand: signs, logic, shapes and waves, one loop over wearers for each.

a, b, c (n,) arguments · out (n,) result, never the same memory as an argument, so that the loops become wide
instructions.  NaN means "not known".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats
from installation.show.functions import OPERATIONS

_NUMBER = {name: number for number, name in enumerate(OPERATIONS)}
PLUS, MINUS, TIMES, DIVIDE, NEGATIVE = (_NUMBER[name] for name in ("+", "-", "*", "/", "negative"))
LESS, LESS_EQUAL, MORE, MORE_EQUAL, EQUAL, UNEQUAL = (_NUMBER[name] for name in ("<", "<=", ">", ">=", "==", "!="))
AND, OR, NOT, IF, KNOWN = (_NUMBER[name] for name in ("and", "or", "not", "if", "known"))
CLAMP, LERP, SMOOTHSTEP, STEP, DEADBAND = (
    _NUMBER[name] for name in ("clamp", "lerp", "smoothstep", "step", "deadband")
)
MIN, MAX, ABS, SQRT, EXP, POW = (_NUMBER[name] for name in ("min", "max", "abs", "sqrt", "exp", "pow"))
SIN, TRI, PULSE, NOISE = (_NUMBER[name] for name in ("sin", "tri", "pulse", "noise"))


@compiled
def is_true(c: float) -> bool:
    """Whether a condition holds; what is not known does not."""
    return abs(c) > 0.0  # False for NaN


@compiled
def _is(true: bool) -> float:
    return 1.0 if true else 0.0


@compiled
def divided(a: float, b: float) -> float:
    """Quotient; not known where `b` is 0."""
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
    if is_true(a) or is_true(b):
        return 1.0
    return np.nan if np.isnan(a) or np.isnan(b) else 0.0


@compiled
def _held(x: float, low: float, high: float) -> float:
    return _less(-_less(-x, -low), high)


@compiled
def _along(low: float, high: float, x: float) -> float:
    """How far x is from low to high, 0..1: a step at `low` where the two are the same."""
    if low == high:
        return x if np.isnan(x) else _is(x >= low)
    return _held((x - low) / (high - low), 0.0, 1.0)


@compiled
def _eased(low: float, high: float, x: float) -> float:
    t = _held(divided(x - low, high - low), 0.0, 1.0)
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
def one(operation: int, a: Floats, out: Floats) -> None:
    """An operation of one number."""
    if operation == NEGATIVE:
        for w in range(out.size):
            out[w] = -a[w]
    elif operation == NOT:
        for w in range(out.size):
            out[w] = a[w] if np.isnan(a[w]) else _is(a[w] == 0.0)
    elif operation == ABS:
        for w in range(out.size):
            out[w] = abs(a[w])
    elif operation == SQRT:
        for w in range(out.size):
            out[w] = np.sqrt(a[w]) if a[w] >= 0.0 else np.nan
    elif operation == EXP:
        for w in range(out.size):
            out[w] = np.exp(a[w])
    elif operation == SIN:
        for w in range(out.size):
            out[w] = np.sin(2.0 * np.pi * (a[w] - np.floor(a[w])))
    elif operation == TRI:
        for w in range(out.size):
            t = a[w] + 0.25
            out[w] = 1.0 - 4.0 * abs(t - np.floor(t) - 0.5)
    elif operation == NOISE:
        for w in range(out.size):
            out[w] = _wander(a[w])


@compiled
def two(operation: int, a: Floats, b: Floats, out: Floats) -> None:
    """An operation of two numbers."""
    if operation == TIMES:
        for w in range(out.size):
            out[w] = a[w] * b[w]
    elif operation == PLUS:
        for w in range(out.size):
            out[w] = a[w] + b[w]
    elif operation == MINUS:
        for w in range(out.size):
            out[w] = a[w] - b[w]
    elif operation == DIVIDE:
        for w in range(out.size):
            out[w] = divided(a[w], b[w])
    elif operation == LESS:
        for w in range(out.size):
            out[w] = _is(a[w] < b[w])
    elif operation == LESS_EQUAL:
        for w in range(out.size):
            out[w] = _is(a[w] <= b[w])
    elif operation == MORE:
        for w in range(out.size):
            out[w] = _is(a[w] > b[w])
    elif operation == MORE_EQUAL:
        for w in range(out.size):
            out[w] = _is(a[w] >= b[w])
    elif operation == EQUAL:
        for w in range(out.size):
            out[w] = _is(a[w] == b[w])
    elif operation == UNEQUAL:
        for w in range(out.size):
            out[w] = _is(a[w] < b[w] or a[w] > b[w])  # with "not known" false, as all comparisons
    elif operation == AND:
        for w in range(out.size):
            out[w] = _both(a[w], b[w])
    elif operation == OR:
        for w in range(out.size):
            out[w] = _either(a[w], b[w])
    elif operation == MIN:
        for w in range(out.size):
            out[w] = _less(a[w], b[w])
    elif operation == MAX:
        for w in range(out.size):
            out[w] = -_less(-a[w], -b[w])
    elif operation == KNOWN:
        for w in range(out.size):
            out[w] = a[w] if np.isfinite(a[w]) else b[w]
    elif operation == PULSE:
        for w in range(out.size):
            out[w] = np.nan if np.isnan(a[w]) or np.isnan(b[w]) else _is(a[w] - np.floor(a[w]) < b[w])
    elif operation == DEADBAND:
        for w in range(out.size):
            out[w] = a[w] - _held(a[w], -b[w], b[w])
    elif operation == POW:
        for w in range(out.size):
            out[w] = np.power(a[w], b[w])


@compiled
def three(operation: int, a: Floats, b: Floats, c: Floats, out: Floats) -> None:
    """An operation of three numbers."""
    if operation == CLAMP:
        for w in range(out.size):
            out[w] = _held(a[w], b[w], c[w])
    elif operation == LERP:
        for w in range(out.size):
            out[w] = a[w] + (b[w] - a[w]) * c[w]
    elif operation == SMOOTHSTEP:
        for w in range(out.size):
            out[w] = _eased(a[w], b[w], c[w])
    elif operation == STEP:
        for w in range(out.size):
            out[w] = _along(a[w], b[w], c[w])
    elif operation == IF:
        for w in range(out.size):
            out[w] = a[w] if np.isnan(a[w]) else (b[w] if a[w] != 0.0 else c[w])
