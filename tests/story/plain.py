"""The show language once more, as plainly as numpy allows: what the compiled pass is held against.

A tree is `("number", 2.0)`, `("name", "heart.rate")` or `("smooth", tree, tree)`; every use of a function has a memory
of its own, by where it stands.  Nothing is shared, put in order or made ready; all is (N,), also what is of the room.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from installation.frame import Floats, Tick
from installation.show.functions import FUNCTIONS
from installation.show.grammar import parse

Tree: TypeAlias = tuple[Any, ...]
NAN = np.nan


class CloseCallError(Exception):
    """Two numbers are so near one another that rounding alone decides a comparison."""


def tree_of(text: str) -> Tree:
    """The tree of a text that is right."""
    stack: list[Tree] = []
    for step in parse(text):
        if step.kind == "number":
            stack.append(("number", step.value))
        elif step.kind == "name":
            stack.append(("name", step.name))
        else:
            arguments = stack[len(stack) - step.arity :]
            del stack[len(stack) - step.arity :]
            stack.append((step.name, *arguments))
    return stack[0]


class Plain:
    """Evaluates trees tick after tick.

    careful: raise `CloseCallError` where rounding decides, and the two sides were not computed exactly
    """

    def __init__(self, wearers: int, *, careful: bool = False) -> None:
        self.wearers = wearers
        self.careful = careful
        self.before: dict[Any, Any] = {}
        self.after: dict[Any, Any] = {}

    def tick(self, trees: Mapping[str, Tree], env: Mapping[str, Any], tick: Tick) -> dict[str, Floats]:
        """Every tree's value; each may name those that stand before it."""
        self.before, self.after = self.after, {}
        names = {**env, "time": tick.time_s, "wearer": np.arange(1.0, self.wearers + 1), "wearers": self.wearers}
        with np.errstate(all="ignore"):
            for name, tree in trees.items():
                names[name] = self._value(tree, names, tick, (name,))
        return {name: np.where(np.isfinite(names[name]), names[name], NAN) for name in trees}

    def _value(self, tree: Tree, names: Mapping[str, Any], tick: Tick, key: tuple[Any, ...]) -> Floats:
        kind = tree[0]
        if kind in ("number", "name"):
            given = tree[1] if kind == "number" else names.get(tree[1], NAN)
            return np.broadcast_to(np.asarray(given, np.float64), (self.wearers,))
        values = [self._value(part, names, tick, (*key, at)) for at, part in enumerate(tree[1:])]
        if kind in FUNCTIONS:
            for one in FUNCTIONS[kind].arguments[len(values) :]:
                values.append(self._default(kind, one.default, values))
        if self.careful and (kind in CLOSE) and not all(_exact(part) for part in tree[1:]):
            _refuse_close_calls(kind, values)
        if kind in TIMED:
            before = self.before.get(key)
            now, self.after[key] = TIMED[kind](before, *values, dt=tick.dt_s, time=tick.time_s)
            return now
        if kind in ("min", "max") and len(values) == 1:
            return _crowd(np.min if kind == "min" else np.max, values[0])
        return np.broadcast_to(PLAIN[kind](*values), (self.wearers,))

    def _default(self, function: str, written: str, values: list[Floats]) -> Floats:
        names = [one.name for one in FUNCTIONS[function].arguments]
        if written in names:
            return values[names.index(written)]
        return np.full(self.wearers, float(tree_of(written)[1]))


CLOSE = (
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "pulse",
    "if",
    "and",
    "or",
    "not",
    "count",
    "fraction",
    "rank",
    "noise",
    "curve",
)
CLOSE += ("since", "ramp", "attack_release", "delay", "/", "smoothstep", "sqrt", "hold", "pow")  # those that can jump
EXACT = ("number", "name", "+", "-", "*", "negative", "min", "max", "abs", "clamp", "known")
EXACT += ("<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "hold", "if", "count")


def _exact(tree: Tree) -> bool:
    """Whether every machine computes the same number, to the last bit."""
    return tree[0] in EXACT and all(_exact(part) for part in tree[1:] if isinstance(part, tuple))


def _near(a: Any, b: Any) -> bool:
    return bool(np.any(np.abs(a - b) <= 1e-7 * (1 + np.abs(a))))


def _refuse_close_calls(kind: str, values: list[Floats]) -> None:
    sides = [*values, np.zeros(1), np.array([-1.0, 1.0])] if kind != "rank" else values
    for at, a in enumerate(sides):
        if any(_near(a, b[..., None] if b.size == 2 else b) for b in sides[at + 1 :]):
            raise CloseCallError
    if kind in ("pulse", "noise") and _near(values[0], np.round(values[0])):
        raise CloseCallError
    if kind == "pulse" and _near(values[0] - np.floor(values[0]), values[1]):
        raise CloseCallError
    if kind == "rank":
        known = np.sort(values[0][np.isfinite(values[0])])
        if np.any(np.diff(known) <= 1e-7 * (1 + np.abs(known[1:]))):
            raise CloseCallError


def _truth(c: Floats) -> Floats:
    """1, 0, or NaN where it is not known."""
    return np.where(np.isnan(c), NAN, (c != 0).astype(float))


def _and(a: Floats, b: Floats) -> Floats:
    a, b = _truth(a), _truth(b)
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def _or(a: Floats, b: Floats) -> Floats:
    return 1.0 - _and(1.0 - _truth(a), 1.0 - _truth(b))


def _divide(a: Floats, b: Floats) -> Floats:
    return np.where(b == 0, NAN, a / b)


def _clamp(x: Any, low: Any, high: Any) -> Any:
    return np.minimum(np.maximum(x, low), high)


def _smoothstep(low: Floats, high: Floats, x: Floats) -> Floats:
    t = _clamp(_divide(x - low, high - low), 0, 1)
    return t**2 * (3 - 2 * t)


def _curve(x: Floats, *points: Floats) -> Floats:
    height = points[1]
    for x1, y1, x2, y2 in zip(points[0::2], points[1::2], points[2::2], points[3::2], strict=False):
        along = np.where(x1 == x2, np.where(np.isnan(x), NAN, x >= x1), _clamp((x - x1) / (x2 - x1), 0, 1))
        height = height + (y2 - y1) * along
    return height


def _noise(x: Floats) -> Floats:
    def hashed(cell: Any) -> Any:
        z = (cell + 1).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        return ((z ^ z >> np.uint64(31)) >> np.uint64(11)) * 2.0**-53

    known = np.abs(x) < 2.0**52
    floor = np.floor(np.where(known, x, 0.0))
    cell, t = floor.astype(np.int64), x - floor
    return np.where(known, hashed(cell) + (hashed(cell + 1) - hashed(cell)) * t**2 * (3 - 2 * t), NAN)


def _crowd(function: Any, x: Floats) -> Floats:
    known = x[np.isfinite(x)]
    return np.full(x.shape, function(known) if known.size else NAN)


def _rank(x: Floats) -> Floats:
    known = np.sort(x[np.isfinite(x)])
    less = np.searchsorted(known, x)
    same = np.searchsorted(known, x, side="right") - less - 1
    place = (less + same / 2) / (known.size - 1) if known.size > 1 else np.full(x.shape, 0.5)
    return np.where(np.isfinite(x), place, NAN)


PLAIN: dict[str, Any] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": _divide,
    "negative": np.negative,
    "<": lambda a, b: (a < b).astype(float),
    "<=": lambda a, b: (a <= b).astype(float),
    ">": lambda a, b: (a > b).astype(float),
    ">=": lambda a, b: (a >= b).astype(float),
    "==": lambda a, b: (a == b).astype(float),
    "!=": lambda a, b: ((a != b) & ~np.isnan(a + b)).astype(float),
    "and": _and,
    "or": _or,
    "not": lambda a: 1.0 - _truth(a),
    "if": lambda c, a, b: np.where(np.isnan(c), NAN, np.where(c != 0, a, b)),
    "known": lambda x, default: np.where(np.isfinite(x), x, default),
    "clamp": _clamp,
    "lerp": lambda a, b, t: a + (b - a) * t,
    "smoothstep": _smoothstep,
    "curve": _curve,
    "deadband": lambda x, width: x - _clamp(x, -width, width),
    "min": lambda *them: np.minimum.reduce(them),
    "max": lambda *them: np.maximum.reduce(them),
    "abs": np.abs,
    "sqrt": lambda x: np.where(x >= 0, np.sqrt(np.abs(x)), NAN),
    "exp": np.exp,
    "pow": np.power,
    "sin": lambda turns: np.sin(2 * np.pi * (turns % 1.0)),
    "tri": lambda turns: 1 - 4 * np.abs((turns + 0.25) % 1.0 - 0.5),
    "pulse": lambda phase, width: np.where(np.isnan(phase + width), NAN, (phase % 1.0 < width).astype(float)),
    "noise": _noise,
    "mean": lambda x: _crowd(np.mean, x),
    "spread": lambda x: _crowd(np.std, x),
    "count": lambda c: np.full(c.shape, np.nansum(_truth(c))),
    "fraction": lambda c: np.full(c.shape, np.nansum(_truth(c)) / c.size),
    "rank": _rank,
}
"""Everything that needs no memory."""


def _share(dt: float, time: Floats) -> Floats:
    return np.where(np.isfinite(time), np.where(time > 0, 1 - np.exp(-dt / time), 1.0), NAN)


def _stay(moved: Floats, level: Floats) -> tuple[Floats, Floats]:
    """What is seen and what is remembered: where it is not known, nothing is seen and the level stays."""
    known = np.isfinite(moved)
    return np.where(known, moved, NAN), np.where(known, moved, level)


def _attack_release(level: Any, x: Floats, attack: Floats, release: Floats, *, dt: float, time: float) -> Any:
    level = np.full(x.shape, NAN) if level is None else level
    share = np.where(x > level, _share(dt, attack), _share(dt, release))
    return _stay(np.where(np.isnan(level), x, level + (x - level) * share) + 0 * share, level)


def _steady(memory: Any, x: Floats, cutoff: Floats, beta: Floats, *, dt: float, time: float) -> Any:
    level, slope, last = memory or (np.full(x.shape, NAN), np.zeros(x.shape), np.full(x.shape, NAN))
    change = (x - last) / dt
    moving = np.where(np.isfinite(change), slope + (change - slope) * (1 - np.exp(-2 * np.pi * dt)), slope)
    share = 1 - np.exp(-2 * np.pi * dt * np.maximum(0, cutoff + beta * np.abs(moving)))
    moved = np.where(np.isnan(level), x, level + (x - level) * share) + 0 * share
    seen, level = _stay(moved, level)
    known = np.isfinite(moved)
    return seen, (level, np.where(known, moving, slope), np.where(known, x, NAN))


def _hold(memory: Any, x: Floats, seconds: Floats, *, dt: float, time: float) -> Any:
    value, since = memory or (np.full(x.shape, NAN), np.full(x.shape, NAN))
    value, since = np.where(np.isfinite(x), x, value), np.where(np.isfinite(x), 0.0, since + dt)
    return np.where(since <= seconds, value, NAN), (value, since)


def _rate(last: Any, x: Floats, *, dt: float, time: float) -> Any:
    return (x - (NAN if last is None else last)) / dt, x


def _delay(kept: Any, x: Floats, seconds: Floats, most: Floats, *, dt: float, time: float) -> Any:
    kept = [*(kept or []), (time, np.asarray(x))]
    out = np.full(x.shape, NAN)
    for then, value in kept:
        out = np.where(then <= time - _clamp(seconds, 0.0, most) + 1e-6, value, out)
    return out, kept


def _since(last: Any, c: Floats, *, dt: float, time: float) -> Any:
    out = np.where(_truth(c) == 1, 0.0, (NAN if last is None else last) + dt)
    return out, out


def _ramp(level: Any, c: Floats, up: Floats, down: Floats, *, dt: float, time: float) -> Any:
    def part(seconds: Floats) -> Floats:
        return np.where(seconds > 0, dt / seconds, np.where(seconds <= 0, 1.0, NAN))

    step = np.where(np.isnan(c), 0.0, np.where(c != 0, part(up), -part(down)))
    level = np.full(c.shape, NAN) if level is None else level
    moved = np.where(np.isnan(level), 0.0, _clamp(level + step, 0, 1)) + 0 * step
    return _stay(moved, level)


TIMED: dict[str, Any] = {
    "smooth": lambda level, x, seconds, **now: _attack_release(level, x, seconds, seconds, **now),
    "attack_release": _attack_release,
    "steady": _steady,
    "hold": _hold,
    "rate": _rate,
    "delay": _delay,
    "since": _since,
    "ramp": _ramp,
}
"""Functions of time: from what was remembered and the arguments to the value and what is remembered."""
