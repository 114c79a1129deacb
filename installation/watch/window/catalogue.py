"""Which signals can be watched: those of every wearer, the inputs of the devices, and those of the room."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from installation.frame import ORGANS, Floats32, unknown_body
from installation.show.signals import SIGNALS
from installation.watch.news import News
from installation.watch.programme import Programme

OF_ROOM = tuple(signal for signal in SIGNALS.values() if np.ndim(signal.read(unknown_body(1, 0))) == 0)
"""Signals of the table that are one number for everybody."""

OF_WEARERS = tuple(signal for signal in SIGNALS.values() if signal not in OF_ROOM)


@dataclass(frozen=True, slots=True)
class Entry:
    """One signal: its name, unit, range (NaN where the show declares none) and what it says; `organ` in `ORGANS` or -1.

    whole: its range is shown whole, since 0 and 1 mean something; otherwise what is seen of it fills the trace.
    """

    name: str
    unit: str
    low: float
    high: float
    says: str
    of_room: bool = False
    organ: int = -1

    @property
    def whole(self) -> bool:
        """Whether the range is shown whole."""
        return (self.low, self.high) in ((0.0, 1.0), (-1.0, 1.0)) or self.name.startswith("presence.")


def catalogue(programme: Programme) -> tuple[Entry, ...]:
    """Every signal of the programme, in the order of the table; those of the room last."""
    of_wearers = (Entry(s.name, s.unit, s.low, s.high, s.says, organ=_organ(s.name)) for s in OF_WEARERS)
    of_room = (Entry(s.name, s.unit, s.low, s.high, s.says, True) for s in OF_ROOM)
    inputs = (Entry(f"input.{name}", "", math.nan, math.nan, "what a device sends") for name in programme.inputs)
    room = (Entry(one.name, one.unit, one.low, one.high, "of the room", True) for one in programme.room)
    return (*of_wearers, *inputs, *of_room, *room)


def values_of_wearers(news: News) -> Floats32:
    """Every signal of every wearer (S, N) at one moment, in the order of the catalogue; NaN where not known."""
    body = news.body
    return np.stack([*(signal.read(body) for signal in OF_WEARERS), *body.inputs.T]).astype(np.float32)


def values_of_room(news: News) -> Floats32:
    """Every signal of the room (R,) at one moment, in the order of the catalogue; NaN where not known."""
    return np.array([*(signal.read(news.body) for signal in OF_ROOM), *news.room], np.float32)


def _organ(name: str) -> int:
    """Which organ a signal is felt from: `heart.rate` and `quality.heart` are both the heart's."""
    return next((i for i, organ in enumerate(ORGANS) if organ in name.split(".")), -1)
