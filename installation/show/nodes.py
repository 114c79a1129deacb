"""Expressions as nodes of a graph, each computed once, and the graph as a table of operations on rows of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from installation.frame import Floats, Ints
from installation.show.functions import FUNCTIONS, OPERATIONS, TO_ROOM, Function
from installation.show.grammar import ExpressionError, parse
from installation.show.signals import SIGNALS

STILL = ("wearer", "wearers")  # the same at every tick
WIDE = ("wearer",)  # another number for each wearer
MOST_DELAYED_S = 60.0  # of wearers' signals in one show: 29 MB for two thousand wearers at 60 Hz


class Input(NamedTuple):
    """A number that a device sends and the show names: `input.<name>`, held to its range, `default` until known."""

    name: str
    default: float = float("nan")
    low: float = float("-inf")
    high: float = float("inf")


class Code(NamedTuple):
    """Expressions as a table of operations.

    A place where a number stands is a row of the table of wearers, from 0 on, or, from -1 down, the number ~place of
    the room.  Rows are used again once nobody needs what stands there, so that the table stays in the cache.

    operations (O, 7): number in `OPERATIONS`, arity, places of three arguments, place of the result (for `give` the
    expression), first row of memory or number of the ring; each stands after those that it needs · still: the first
    so many give the same at every tick · rows: how many the table of wearers has · room (Q,) what numbers of the room
    are from the beginning, NaN where they are computed · loads: names and their places · expressions: how many there
    are · memory: rows remembered from tick to tick · rings (D, 2): of each delay, how many ticks are kept, and whether
    of each wearer (1) or of the room (0).
    """

    operations: Ints
    still: int
    rows: int
    room: Floats
    loads: tuple[tuple[str, int], ...]
    expressions: int
    memory: int
    rings: Ints


class Nodes:
    """Values to be computed, numbered as they are met; what is written twice is one node."""

    def __init__(self, inputs: Iterable[Input], rate_hz: float) -> None:
        self.inputs = {f"input.{one.name}": one for one in inputs}
        self.rate_hz = rate_hz
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

    def define(self, name: str, text: str, low: float, high: float) -> None:
        """Let a name stand for a text from now on, held to a range."""
        node = self.bind(text)
        if (low, high) != (-math.inf, math.inf):
            node = self._apply("clamp", node, self._number(low), self._number(high))
        self.derived[name] = node

    def code(self, results: Sequence[int]) -> Code:
        """All nodes as a table, of which `results` are the expressions."""
        return _Layout(self, results).code()

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
        function = FUNCTIONS.get(name)
        if function is not None:
            arguments = self._with_defaults(function, arguments)
        if name == "curve":
            return self._curve(*arguments)
        if name in ("min", "max"):
            if len(arguments) == 1:
                name = "least" if name == "min" else "most"
            for argument in arguments[2:]:
                arguments = (self._node((name, *arguments[:2]), name, arguments[:2]), argument)
        return self._node((name, *arguments), name, arguments)

    def _with_defaults(self, function: Function, arguments: tuple[int, ...]) -> tuple[int, ...]:
        names = [one.name for one in function.arguments]
        for one in function.arguments[len(arguments) :]:
            default = arguments[names.index(one.default)] if one.default in names else self.bind(one.default)
            arguments = (*arguments, default)
        return arguments

    def _curve(self, x: int, *points: int) -> int:
        """The height of the first point, and the rise of each stretch as far as x has come along it."""
        height = points[1]
        for at in range(0, len(points) - 2, 2):
            along = self._apply("step", points[at], points[at + 2], x)
            height = self._apply("+", height, self._apply("*", self._apply("-", points[at + 3], points[at + 1]), along))
        return height

    def _node(
        self, key: tuple[Any, ...], name: str = "", arguments: tuple[int, ...] = (), constant: float = math.nan
    ) -> int:
        if key not in self._seen:
            self._seen[key] = len(self.applied)
            self.applied.append((name, arguments))
            self.constants.append(constant)
        return self._seen[key]


class _Layout:
    """Where every node's number stands, and in which order they are computed."""

    def __init__(self, nodes: Nodes, results: Sequence[int]) -> None:
        self.nodes = nodes
        self.results = results
        self.moving = {node for name, node in nodes.loads.items() if name not in STILL}
        self.wide = {node for name, node in nodes.loads.items() if _of_wearers(name, nodes.inputs)}
        for node, (name, arguments) in enumerate(nodes.applied):
            remembers = name == "delay" or (name in FUNCTIONS and FUNCTIONS[name].memory > 0)
            if name == "rank" or (name not in TO_ROOM and not self.wide.isdisjoint(arguments)):
                self.wide.add(node)
            if remembers or not self.moving.isdisjoint(arguments):
                self.moving.add(node)
        self.place: dict[int, int] = {}
        self.rows = 0
        self.free: list[int] = []
        self.room: list[float] = []
        self.memory = 0
        self.rings: list[tuple[int, int]] = []

    def code(self) -> Code:
        applied = self.nodes.applied
        for node in (*self.nodes.loads.values(), *(node for node, (name, _) in enumerate(applied) if not name)):
            if node not in self.place:
                self.place[node] = self._somewhere(node)
        computed = [node for node, (name, _) in enumerate(applied) if name]
        still = [self._operation(node) for node in computed if node not in self.moving]
        steps = self._steps([node for node in computed if node in self.moving])
        last = {
            node: at for at, (what, node) in enumerate(steps) for node in ((node,) if what >= 0 else applied[node][1])
        }
        moves: list[tuple[int, ...]] = []
        for at, (what, node) in enumerate(steps):
            moves.append(self._give(what, node) if what >= 0 else self._operation(node))
            for used in {node, *applied[node][1]}:
                if used in self.moving and applied[used][0] and last.get(used, at) == at and self.place[used] >= 0:
                    self.free.append(self.place[used])
        return Code(
            operations=np.array([*still, *moves], np.int32).reshape(-1, 7),
            still=len(still),
            rows=self.rows,
            room=np.array(self.room, np.float64),
            loads=tuple((name, self.place[node]) for name, node in self.nodes.loads.items()),
            expressions=len(self.results),
            memory=self.memory,
            rings=np.array(self.rings, np.int32).reshape(-1, 2),
        )

    def _steps(self, computed: Sequence[int]) -> list[tuple[int, int]]:
        """What is done in turn: (-1, node) computes a node, (expression, node) gives it, as soon as it is there."""
        given: dict[int, list[int]] = {}
        for expression, node in enumerate(self.results):
            given.setdefault(node, []).append(expression)
        moving = set(computed)
        steps = [(expression, node) for node, them in given.items() if node not in moving for expression in them]
        for node in computed:
            steps.append((-1, node))
            steps += [(expression, node) for expression in given.get(node, ())]
        return steps

    def _operation(self, node: int) -> tuple[int, ...]:
        name, arguments = self.nodes.applied[node]
        places = [self.place[argument] for argument in arguments]
        self.place[node] = self._somewhere(node)  # never that of an argument: loops over the same row twice are slow
        at = self.memory
        if name == "delay":
            at = self._ring(arguments)
        elif name in FUNCTIONS:
            self.memory += FUNCTIONS[name].memory
        return (OPERATIONS.index(name), len(arguments), *places, *places[:1] * (3 - len(places)), self.place[node], at)

    def _give(self, expression: int, node: int) -> tuple[int, ...]:
        place = self.place[node]
        return (OPERATIONS.index("give"), 1, place, place, place, expression, 0)

    def _somewhere(self, node: int) -> int:
        if node not in self.wide:
            self.room.append(self.nodes.constants[node])
            return ~(len(self.room) - 1)
        if self.free and node in self.moving:
            return self.free.pop()
        self.rows += 1
        return self.rows - 1

    def _ring(self, arguments: tuple[int, ...]) -> int:
        """Room for what is delayed: all ticks up to the most, and one more, for the tick that is being computed."""
        ticks = math.ceil(self.nodes.constants[arguments[2]] * self.nodes.rate_hz) + 2
        self.rings.append((ticks, int(arguments[0] in self.wide)))
        kept_s = sum(ticks for ticks, wide in self.rings if wide) / self.nodes.rate_hz
        if kept_s > MOST_DELAYED_S:
            raise ExpressionError(
                f"delays wearers' signals by more than {MOST_DELAYED_S:g} s, all delays together; shorter ones would do"
            )
        return len(self.rings) - 1


def _of_wearers(name: str, inputs: Mapping[str, Input]) -> bool:
    return name in WIDE or name in inputs or (name in SIGNALS and not SIGNALS[name].of_room)
