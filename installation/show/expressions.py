"""Expressions at work: texts bound to names once, then computed for all wearers at every tick.

Every value is a number for each wearer, (N,) float64; a number of the room is the same for all.
NaN means "not known" and spreads through arithmetic, with these exceptions: a comparison with it is
false, `and` and `or` look past it where the other side decides, crowd functions leave unknown wearers
out, and `known(x, default)` puts a default in its place.  Division by zero is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

import numpy as np

from installation.frame import Floats, Floats32, Ints, Tick
from installation.show.functions import FUNCTIONS, OPERATORS
from installation.show.grammar import ExpressionError, parse
from installation.show.problems import nearest
from installation.show.signals import SIGNALS

__all__ = ["BUILT_IN", "ExpressionError", "Input", "Program", "RingError", "State", "check", "in_order", "names_known"]

BUILT_IN = {
    "time": "seconds since the start of the show",
    "wearer": "number of the wearer, from 1",
    "wearers": "how many wearers there are",
}
"""Names that every program knows besides signals."""


STILL = ("wearer", "wearers")  # the same at every tick


class Input(NamedTuple):
    """A number that a device sends and the show names: `input.<name>`, held to its range, `default` until known."""

    name: str
    default: float = float("nan")
    low: float = float("-inf")
    high: float = float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What the functions of time remember from the tick before: memory (S, N), NaN where nothing is known yet."""

    memory: Floats


class RingError(ExpressionError):
    """Derived signals are made of one another; `ring` names them, the first again at the end."""

    def __init__(self, ring: tuple[str, ...]) -> None:
        super().__init__(f"is made of itself: {' → '.join(ring)}")
        self.ring = ring


def names_known(room: Iterable[str] = (), inputs: Iterable[Input] = (), signals: Iterable[str] = ()) -> tuple[str, ...]:
    """Give every name that an expression of such a show may use."""
    return (*SIGNALS, *BUILT_IN, *(f"input.{one.name}" for one in inputs), *room, *signals)


def check(text: str, names: Sequence[str] | None = None) -> None:
    """Raise `ExpressionError` for anything that is wrong with an expression; without `names` any name will do."""
    for step in parse(text):
        if step.kind == "name":
            if names is not None and step.name not in names:
                raise ExpressionError(_unknown(step.name, names), step.position)
        elif step.kind == "call":
            function = FUNCTIONS.get(step.name)
            if function is None:
                guess = nearest(step.name, FUNCTIONS)
                raise ExpressionError(f'calls "{step.name}", which is no function{guess}', step.position)
            if not function.fewest <= step.arity <= function.most:
                form = function.says.split(":")[0]
                raise ExpressionError(
                    f"gives {step.name} {step.arity or 'no'} values; it is written {form}", step.position
                )


def _unknown(name: str, names: Sequence[str]) -> str:
    if name in FUNCTIONS:
        return f'names the function "{name}" without its brackets; it is written {FUNCTIONS[name].says.split(":")[0]}'
    return f'listens to "{name}", which no sensor or source provides{nearest(name, names)}'


def in_order(signals: Mapping[str, str]) -> tuple[str, ...]:
    """Order derived signals so that each stands after those it is made of; raise `RingError` where none can."""
    uses = {name: [step.name for step in parse(text) if step.kind == "name"] for name, text in signals.items()}
    try:
        order = tuple(TopologicalSorter(uses).static_order())
    except CycleError as error:
        ring = error.args[1][:0:-1]  # the first is also the last; each uses the next
        start = ring.index(min(ring, key=list(signals).index))
        raise RingError((*ring[start:], *ring[: start + 1])) from None
    return tuple(name for name in order if name in signals)


class Program:
    """All expressions of a show, each a number: its row in `Story.values`.

    texts : what each number computes
    room, inputs : room signals and inputs that the texts may name, besides `SIGNALS` and `BUILT_IN`
    signals : derived signals, name to text; each may use the others
    """

    def __init__(
        self,
        texts: Iterable[str] = (),
        room: Iterable[str] = (),
        inputs: Iterable[Input] = (),
        signals: Mapping[str, str] | None = None,
    ) -> None:
        self.texts = tuple(texts)
        self.room = tuple(room)
        self.inputs = tuple(inputs)
        self.signals = dict(signals or {})
        names = names_known(self.room, self.inputs, self.signals)
        for text in (*self.signals.values(), *self.texts):
            check(text, names)
        nodes = _Nodes(self.inputs)
        for name in in_order(self.signals):
            nodes.derived[name] = nodes.bind(self.signals[name])
        rows = [nodes.bind(text) for text in self.texts]
        place, work, self._memory = nodes.grouped()
        self._still = tuple(group for group in work if not group.moves)
        self._moving = tuple(group for group in work if group.moves)
        self._grounds: dict[int, Floats] = {}
        self._rows = place[rows]
        self._constants = np.full(len(place), np.nan)
        self._constants[place] = nodes.constants
        self._loads = tuple((name, int(place[node])) for name, node in nodes.loads.items())

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def needs(self) -> tuple[str, ...]:
        """Names that `evaluate` looks for in its environment; any others are not used."""
        return tuple(name for name, _ in self._loads if name not in BUILT_IN)

    def fresh(self, wearers: int) -> State:
        """Give the state of a program that has just begun."""
        return State(np.full((self._memory, wearers), np.nan))

    def evaluate(self, env: Mapping[str, Any], state: State, tick: Tick) -> tuple[State, Floats32]:
        """Compute every expression at one tick; the given state stays as it is.

        env: (N,) of each wearer's signal, a number (or (N,)) of the room's; a missing name is not known.
        Returns the new state and (E, N) float32; NaN where not known, never infinite.
        """
        memory = state.memory.copy()
        values = self._ground(memory.shape[1]).copy()
        with np.errstate(all="ignore"):
            for name, row in self._loads:
                if name == "time":
                    values[row] = tick.time_s
                elif name not in BUILT_IN:
                    values[row] = env.get(name, np.nan)
            for group in self._moving:
                group.compute(values, memory, tick.dt_s)
            bound = values.take(self._rows, axis=0).astype(np.float32)
            bound[~np.isfinite(bound)] = np.nan
        return State(memory), bound

    def _ground(self, wearers: int) -> Floats:
        """Every value that is the same at every tick, (rows, N), NaN elsewhere; computed once for so many wearers."""
        if wearers not in self._grounds:
            values = np.repeat(self._constants[:, None], wearers, axis=1)
            fixed = {"wearer": np.arange(1, wearers + 1), "wearers": wearers}
            with np.errstate(all="ignore"):
                for name, row in self._loads:
                    values[row] = fixed.get(name, np.nan)
                for group in self._still:
                    group.compute(values, np.empty((0, wearers)), 0.0)
            self._grounds[wearers] = values
        return self._grounds[wearers]


class _Group(NamedTuple):
    """All uses of one function that can be computed at once: which rows go in, come out, and are remembered.

    moves: False where the result is the same at every tick.
    """

    work: Callable[..., Any]
    arguments: tuple[slice | Ints, ...]
    result: slice
    remembered: slice | None
    moves: bool

    def compute(self, values: Floats, memory: Floats, dt_s: float) -> None:
        """Write the result into `values`, and what is remembered into `memory`."""
        given = [values[rows] if type(rows) is slice else values.take(rows, axis=0) for rows in self.arguments]
        if self.remembered is None:
            values[self.result] = self.work(*given)
        else:
            rows = memory[self.remembered].reshape(-1, *given[0].shape)
            values[self.result] = self.work(rows, dt_s, *given)


class _Nodes:
    """Values to be computed, numbered as they are met; what is written twice is one node."""

    def __init__(self, inputs: Iterable[Input]) -> None:
        self.inputs = {f"input.{one.name}": one for one in inputs}
        self.derived: dict[str, int] = {}
        self.loads: dict[str, int] = {}
        self.constants: list[float] = []  # value of each node, NaN unless it is a number
        self.applied: list[tuple[str, tuple[int, ...]]] = []  # name and arguments of each node, "" unless computed
        self._seen: dict[tuple[Any, ...], int] = {}

    def bind(self, text: str) -> int:
        """Give the node that holds the value of a checked text."""
        stack: list[int] = []
        for step in parse(text):
            if step.kind == "number":
                stack.append(self._number(step.value))
            elif step.kind == "name":
                stack.append(self._name(step.name))
            else:
                arguments = tuple(stack[len(stack) - step.arity :])
                del stack[len(stack) - step.arity :]
                stack.append(self._apply(step.name, *arguments))
        return stack[0]

    def grouped(self) -> tuple[Ints, tuple[_Group, ...], int]:
        """Give each node its row, the work in order, and how many rows it remembers.

        Uses of one function that do not wait for one another stand in neighbouring rows and are computed
        at once: the cost of a tick grows with the kinds of expressions in a show, hardly with their number.
        """
        place = np.empty(len(self.applied), dtype=np.int32)
        first = 0
        groups: list[_Group] = []
        memory = 0
        for (name, moves), members in self._together():
            place[members] = np.arange(first, first + len(members))
            if name:
                inward = zip(*(self.applied[node][1] for node in members), strict=True)
                keep = len(members) * _remembers(name)
                groups.append(
                    _Group(
                        OPERATORS[name] if name in OPERATORS else FUNCTIONS[name].work,
                        tuple(_slice(place[list(nodes)]) for nodes in inward),
                        slice(first, first + len(members)),
                        slice(memory, memory + keep) if keep else None,
                        moves,
                    )
                )
                memory += keep
            first += len(members)
        return place, tuple(groups), memory

    def _together(self) -> Iterator[tuple[tuple[str, bool], list[int]]]:
        """Nodes in an order that can be computed: all of one function that can be, then of another.

        A function comes when the fewest of its other uses still wait for something; one with a memory,
        which costs as much as several others, only when there is nothing else to do.
        """
        moving = {node for name, node in self.loads.items() if name not in STILL}
        for node, (name, arguments) in enumerate(self.applied):
            if not moving.isdisjoint(arguments) or _remembers(name):
                moving.add(node)
        kinds = [(name, node in moving) for node, (name, _) in enumerate(self.applied)]
        left, done = list(range(len(kinds))), set[int]()
        while left:
            ready: dict[tuple[str, bool], list[int]] = {}
            for node in left:
                if done.issuperset(self.applied[node][1]):
                    ready.setdefault(kinds[node], []).append(node)
            uses = Counter(kinds[node] for node in left)
            kind = min(ready, key=lambda kind: (_remembers(kind[0]), uses[kind] - len(ready[kind]), kind))
            yield kind, ready[kind]
            done.update(ready[kind])
            left = [node for node in left if node not in done]

    def _number(self, value: float) -> int:
        return self._node(("number", value), constant=value)

    def _name(self, name: str) -> int:
        if name in self.derived:
            return self.derived[name]
        node = self.loads.setdefault(name, self._node(("name", name)))
        if one := self.inputs.get(name):
            node = self._apply("known", node, self._number(one.default))
            node = self._apply("clamp", node, self._number(one.low), self._number(one.high))
        return node

    def _apply(self, name: str, *arguments: int) -> int:
        if name in ("min", "max"):
            if len(arguments) == 1:
                name = "least" if name == "min" else "most"
            for argument in arguments[2:]:
                arguments = (self._node((name, *arguments[:2]), name, arguments[:2]), argument)
        return self._node((name, *arguments), name, arguments)

    def _node(
        self, key: tuple[Any, ...], name: str = "", arguments: tuple[int, ...] = (), constant: float = float("nan")
    ) -> int:
        if key not in self._seen:
            self._seen[key] = len(self.applied)
            self.applied.append((name, arguments))
            self.constants.append(constant)
        return self._seen[key]


def _remembers(name: str) -> int:
    """How many rows each use of a function or operator remembers."""
    return FUNCTIONS[name].memory if name in FUNCTIONS else 0


def _slice(rows: Ints) -> slice | Ints:
    """Give neighbouring rows as a slice, which numpy reads in place."""
    first = int(rows[0])
    return slice(first, first + len(rows)) if np.array_equal(rows, np.arange(first, first + len(rows))) else rows
