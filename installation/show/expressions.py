"""Expressions made ready: texts bound to names once, as a table that is computed at every tick.

Every value is a number for each wearer, (N,) float64; a number of the room is the same for all.
NaN means "not known" and spreads through arithmetic, with these exceptions: a comparison with it is
false, `and` and `or` look past it where the other side decides, crowd functions leave unknown wearers
out, and `known(x, default)` puts a default in its place.  Functions of time remember what they know while
it is not.  Division by zero is not known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from installation.show.grammar import ExpressionError, parse
from installation.show.nodes import Code, Input, Nodes
from installation.show.signals import SIGNALS
from installation.show.units import unit_of

__all__ = ["BUILT_IN", "Code", "ExpressionError", "Input", "Program", "RingError", "in_order", "names_known", "unit_of"]

BUILT_IN = {
    "time": ("s", "seconds since the start of the show"),
    "wearer": ("", "number of the wearer, from 1"),
    "wearers": ("", "how many wearers there are"),
}
"""Names that every program knows besides signals: unit, and what they say."""

EVERYTHING = (-math.inf, math.inf)


class RingError(ExpressionError):
    """Derived signals are made of one another; `ring` names them, the first again at the end."""

    def __init__(self, ring: tuple[str, ...]) -> None:
        super().__init__(f"is made of itself: {' → '.join(ring)}")
        self.ring = ring


def names_known(
    room: Mapping[str, str] | Iterable[str] = (), inputs: Iterable[str] = (), signals: Iterable[str] = ()
) -> dict[str, str]:
    """Give every name that an expression of such a show may use, and its unit; "" where it goes with every other.

    room: names, with their units where these are known
    """
    return {
        **{name: one.unit for name, one in SIGNALS.items()},
        **{name: unit for name, (unit, _) in BUILT_IN.items()},
        **{f"input.{name}": "" for name in inputs},
        **(room if isinstance(room, Mapping) else dict.fromkeys(room, "")),
        **dict.fromkeys(signals, ""),
    }


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
    ranges : low and high of derived signals that are held to a range
    rate_hz : ticks a second, for which delays make room
    """

    def __init__(
        self,
        texts: Iterable[str] = (),
        room: Iterable[str] = (),
        inputs: Iterable[Input] = (),
        signals: Mapping[str, str] | None = None,
        ranges: Mapping[str, tuple[float, float]] | None = None,
        rate_hz: float = 60.0,
    ) -> None:
        self.texts = tuple(texts)
        self.room = tuple(room)
        self.inputs = tuple(inputs)
        self.signals = dict(signals or {})
        names = names_known(self.room, [one.name for one in self.inputs], self.signals)
        for text in (*self.signals.values(), *self.texts):
            unit_of(text, names)
        nodes = Nodes(self.inputs, rate_hz)
        for name in in_order(self.signals):
            nodes.define(name, self.signals[name], *(ranges or {}).get(name, EVERYTHING))
        self.code: Code = nodes.code([nodes.bind(text) for text in self.texts])

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def needs(self) -> tuple[str, ...]:
        """Names besides the built-in ones that somebody has to give at every tick; any others are not used."""
        return tuple(name for name, _ in self.code.loads if name not in BUILT_IN)
