"""What the show language can do: operators and functions, each over all wearers at once.

Arguments and results are (K, N) float64, K uses of the function in a show by N wearers.  NaN means
"not known"; an infinite result counts as not known where it ends up.  Called with numpy's warnings off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.frame import Floats


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: how many arguments, how many rows it remembers, one sentence, and the work.

    Without memory `work(*arguments)`; with memory `work(rows (memory, K, N), dt_s, *arguments)`, which
    writes what it remembers into the rows.
    """

    fewest: int
    most: int
    says: str
    work: Callable[..., Any]
    memory: int = 0


# --- arithmetic and logic ------------------------------------------------------------------------


def _divide(a: Floats, b: Floats) -> Floats:
    return np.where(np.equal(b, 0), np.nan, np.divide(a, b))


def _truth(c: Floats) -> Floats:
    return np.where(np.isnan(c), np.nan, np.not_equal(c, 0))


def _true(c: Floats) -> NDArray[np.bool_]:
    return np.greater(np.abs(c), 0)  # False for NaN


def _and(a: Floats, b: Floats) -> Floats:
    return np.where(np.equal(a, 0) | np.equal(b, 0), 0.0, np.where(np.isnan(a) | np.isnan(b), np.nan, 1.0))


def _or(a: Floats, b: Floats) -> Floats:
    return np.where(_true(a) | _true(b), 1.0, np.where(np.isnan(a) | np.isnan(b), np.nan, 0.0))


def _not(c: Floats) -> Floats:
    return 1.0 - _truth(c)


def _if(c: Floats, a: Floats, b: Floats) -> Floats:
    return np.where(np.isnan(c), np.nan, np.where(np.not_equal(c, 0), a, b))


def _compare(ufunc: Callable[[Floats, Floats], Any]) -> Callable[[Floats, Floats], Any]:
    return lambda a, b: ufunc(a, b).astype(np.float64)


def _unequal(a: Floats, b: Floats) -> Any:
    return np.less(a, b) | np.greater(a, b)  # with "not known" false, as all comparisons


def _known(x: Floats, default: Floats) -> Floats:
    return np.where(np.isfinite(x), x, default)


# --- shapes --------------------------------------------------------------------------------------


def _clamp(x: Floats, low: Floats, high: Floats) -> Floats:
    return np.minimum(np.maximum(x, low), high)


def _lerp(a: Floats, b: Floats, t: Floats) -> Floats:
    return a + (b - a) * t


def _smoothstep(low: Floats, high: Floats, x: Floats) -> Floats:
    t = np.clip(_divide(x - low, high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _sin(turns: Floats) -> Floats:
    return np.sin(2 * np.pi * turns)


def _pulse(phase: Floats, width: Floats) -> Floats:
    into = phase - np.floor(phase)
    return np.where(np.isnan(into + width), np.nan, np.less(into, width))


def _noise(x: Floats) -> Floats:
    """Wander between 0 and 1: one hashed value for each whole number, a smooth step between."""
    usable = np.less(np.abs(x), 2.0**52)  # beyond, floats have no fractions left
    x = np.where(usable, x, 0.0)
    whole = np.floor(x)
    t = x - whole
    cell = whole.astype(np.int64)
    a, b = _hashed(cell + 1), _hashed(cell + 2)  # 0 would give 0
    return np.where(usable, a + (b - a) * t * t * (3.0 - 2.0 * t), np.nan)


def _hashed(cell: NDArray[np.int64]) -> Floats:
    """Give a number in 0..1 for each whole number.  Source: Steele, Lea and Flood, SplitMix64, OOPSLA 2014."""
    z = cell.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


# --- time ----------------------------------------------------------------------------------------


def _smooth(rows: Floats, dt_s: float, x: Floats, seconds: Floats) -> Floats:
    """Follow x with a time constant: level += (x - level) * (1 - exp(-dt / seconds)); starts at the first known x."""
    level = rows[0]
    share = np.where(np.greater(seconds, 0), -np.expm1(-dt_s / seconds), 1.0)
    moved = np.where(np.isnan(level), x, level + (x - level) * share)
    known = np.isfinite(moved) & np.isfinite(seconds)
    np.copyto(level, moved, where=known)
    return np.where(known, moved, np.nan)


def _hold(rows: Floats, dt_s: float, x: Floats, seconds: Floats) -> Floats:
    """Keep the last known x until it is older than so many seconds."""
    known = np.isfinite(x)
    rows[0] = np.where(known, x, rows[0])
    rows[1] = np.where(known, 0.0, rows[1] + dt_s)
    return np.where(np.less_equal(rows[1], seconds), rows[0], np.nan)


def _rate(rows: Floats, dt_s: float, x: Floats) -> Floats:
    """Change since the tick before, over its seconds; not known until two neighbours are."""
    before = rows[0].copy()
    rows[0] = x
    return (x - before) / dt_s if dt_s > 0 else np.full_like(x, np.nan)


# --- the crowd: (K, 1), the same for every wearer ------------------------------------------------


def _mean(x: Floats) -> Floats:
    known = np.isfinite(x)
    return _divide(np.where(known, x, 0.0).sum(axis=1, keepdims=True), known.sum(axis=1, keepdims=True))


def _most(x: Floats) -> Any:
    return np.where(np.isfinite(x), x, -np.inf).max(axis=1, keepdims=True)  # nobody known: infinite, so not known


def _least(x: Floats) -> Any:
    return np.where(np.isfinite(x), x, np.inf).min(axis=1, keepdims=True)


def _count(c: Floats) -> Any:
    return _true(c).sum(axis=1, keepdims=True)


def _fraction(c: Floats) -> Any:
    return _true(c).mean(axis=1, keepdims=True)


OPERATORS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": _divide,
    "<": _compare(np.less),
    "<=": _compare(np.less_equal),
    ">": _compare(np.greater),
    ">=": _compare(np.greater_equal),
    "==": _compare(np.equal),
    "!=": _compare(_unequal),
    "and": _and,
    "or": _or,
    "not": _not,
    "negative": np.negative,
    "least": _least,
    "most": _most,
}
"""What signs and words of the grammar do; `least` and `most` are min and max with one argument."""

ANY = 1000  # as many arguments as the text has room for

FUNCTIONS = {
    "clamp": Function(3, 3, "clamp(x, low, high): x, held to a range", _clamp),
    "lerp": Function(3, 3, "lerp(a, b, t): from a at t = 0 to b at t = 1", _lerp),
    "smoothstep": Function(3, 3, "smoothstep(low, high, x): 0 below, 1 above, a soft step between", _smoothstep),
    "if": Function(3, 3, "if(c, a, b): a where c is true, b where it is not", _if),
    "min": Function(1, ANY, "min(x): the least of all wearers; min(a, b, …): the least of these", np.minimum),
    "max": Function(1, ANY, "max(x): the most of all wearers; max(a, b, …): the most of these", np.maximum),
    "abs": Function(1, 1, "abs(x): x without its sign", np.abs),
    "sqrt": Function(1, 1, "sqrt(x): square root", np.sqrt),
    "sin": Function(1, 1, "sin(turns): a sine wave, once up and down in a turn", _sin),
    "exp": Function(1, 1, "exp(x): e to the power of x", np.exp),
    "pow": Function(2, 2, "pow(x, y): x to the power of y", np.power),
    "known": Function(2, 2, "known(x, default): x, or the default where x is not known", _known),
    "smooth": Function(2, 2, "smooth(x, 3s): x, following with a time constant", _smooth, memory=1),
    "hold": Function(2, 2, "hold(x, 5s): the last known x, for so long after it is lost", _hold, memory=2),
    "rate": Function(1, 1, "rate(x): how fast x changes, per second", _rate, memory=1),
    "noise": Function(1, 1, "noise(x): wanders between 0 and 1, about once for each whole number of x", _noise),
    "pulse": Function(2, 2, "pulse(phase, width): 1 in the first width of every turn, 0 in the rest", _pulse),
    "mean": Function(1, 1, "mean(x): the mean over all wearers of whom x is known", _mean),
    "count": Function(1, 1, "count(c): how many wearers it is true of", _count),
    "fraction": Function(1, 1, "fraction(c): the share of wearers it is true of, 0 to 1", _fraction),
}
"""Every function by name: what the language knows, and what its docs are made from."""
