"""Whole nights of a show, played offline and judged: for everyone who writes shows and tests.

    night = play("shows/mine", people=12, minutes=5, seed=1, at={"2:00": unplug("wearer 3"), "3:00": order("GO")})
    assert night.violations == ()

`docs/testing-shows.md` tells the rest.
"""

from installation.testing.faults import (
    burst,
    clone,
    cut,
    flat,
    garbage,
    lose,
    noise,
    order,
    replug,
    reset,
    room,
    unplug,
)
from installation.testing.night import Night, play

__all__ = [
    "Night",
    "burst",
    "clone",
    "cut",
    "flat",
    "garbage",
    "lose",
    "noise",
    "order",
    "play",
    "replug",
    "reset",
    "room",
    "unplug",
]
