"""What expressions may name, gathered once a tick: signals of each wearer, inputs, signals of the room."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from installation.frame import Body, Floats, RoomSignal
from installation.show.model import Show
from installation.show.signals import SIGNALS


def opening_room(show: Show) -> dict[str, RoomSignal]:
    """Every room signal of the show at its default."""
    return {one.name: RoomSignal(one.name, one.default, 0.0) for one in show.room}


def environment(show: Show, body: Body, room: Mapping[str, RoomSignal]) -> dict[str, Floats | float]:
    """Give the names that the show's expressions use: (N,) of each wearer, a number of the room.

    NaN where not known; a room signal that is not valid is not known.
    """
    inputs = {f"input.{name}": column for column, name in enumerate(show.inputs)}
    values: dict[str, Floats | float] = {}
    for name in show.program.needs:
        if name in SIGNALS:
            values[name] = SIGNALS[name].read(body)
        elif name in inputs:
            values[name] = body.inputs[:, inputs[name]]
        elif name in room:
            values[name] = room[name].value if room[name].valid else np.nan
    return values
