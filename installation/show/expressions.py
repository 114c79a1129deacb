"""Expressions made ready: texts bound to names once, as a table that is computed at every tick.

Every value is a number for each wearer, (N,) float64; a number of the room is the same for all.
NaN means "not known" and spreads through arithmetic, with these exceptions: a comparison with it is
false, `and` and `or` look past it where the other side decides, crowd functions leave unknown wearers
out, and `known(x, default)` puts a default in its place.  Division by zero is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

import numpy as np

from installation.frame import Floats, Ints
from installation.show.functions import CROWD, FUNCTIONS, OPERATIONS
from installation.show.grammar import ExpressionError, parse
from installation.show.problems import nearest
from installation.show.signals import SIGNALS

__all__ = ["BUILT_IN", "Code", "ExpressionError", "Input", "Program", "RingError", "check", "in_order", "names_known"]

BUILT_IN = {
    "time": "seconds since the start of the show",
    "wearer": "number of the wearer, from 1",
    "wearers": "how many wearers there are",
}
"""Names that every program knows besides signals."""


STILL = ("wearer", "wearers")  # the same at every tick
WIDE = ("wearer",)  # another number for each wearer


class Input(NamedTuple):
    """A number that a device sends and the show names: `input.<name>`, held to its range, `default` until known."""

    name: str
    default: float = float("nan")
    low: float = float("-inf")
    high: float = float("inf")


class Code(NamedTuple):
    """Expressions as a table of operations on rows of numbers.

    operations (O, 7): number in `OPERATIONS`, arity, three argument rows, result row, first row remembered;
    each stands after those that it needs, and the first `still` give the same at every tick · constants (R,)
    what a row holds from the beginning, NaN where it is computed · step (R,) 1 where a row has a number for
    each wearer, 0 where it is one of the room · loads: names and their rows · rows (E,) where each
    expression's value stands · memory: rows remembered.
    """

    operations: Ints
    still: int
    constants: Floats
    step: Ints
    loads: tuple[tuple[str, int], ...]
    rows: Ints
    memory: int


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
        self.code = nodes.code([nodes.bind(text) for text in self.texts])

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def needs(self) -> tuple[str, ...]:
        """Names besides the built-in ones that somebody has to give at every tick; any others are not used."""
        return tuple(name for name, _ in self.code.loads if name not in BUILT_IN)


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

    def code(self, rows: Sequence[int]) -> Code:
        """All nodes as a table, of which `rows` are the expressions."""
        moving = {node for name, node in self.loads.items() if name not in STILL}
        wide = {
            node
            for name, node in self.loads.items()
            if name in WIDE or name in self.inputs or (name in SIGNALS and not SIGNALS[name].of_room)
        }
        remembered = 0
        still: list[tuple[int, ...]] = []
        moves: list[tuple[int, ...]] = []
        for node, (name, arguments) in enumerate(self.applied):
            if not name:
                continue
            keeps = FUNCTIONS[name].memory if name in FUNCTIONS else 0
            if name not in CROWD and not wide.isdisjoint(arguments):
                wide.add(node)
            if keeps or not moving.isdisjoint(arguments):
                moving.add(node)
            operands = (*arguments, *arguments[:1] * (3 - len(arguments)))
            operation = (OPERATIONS.index(name), len(arguments), *operands, node, remembered)
            (moves if node in moving else still).append(operation)
            remembered += keeps
        return Code(
            operations=np.array([*still, *moves], np.int32).reshape(-1, 7),
            still=len(still),
            constants=np.array(self.constants, np.float64),
            step=np.array([node in wide for node in range(len(self.applied))], np.int32),
            loads=tuple(self.loads.items()),
            rows=np.array(rows, np.int32),
            memory=remembered,
        )

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
