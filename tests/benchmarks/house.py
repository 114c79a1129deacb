"""A show furnished as `nexus run --headless` does it, on a clock that notes what became of every tick."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from installation.clock import RealClock
from installation.control.orders import Desk
from installation.control.osc import OscIn
from installation.frame import Floats, Tick
from installation.loop import Rooms, open_rooms, warm_up
from installation.outputs.identity import offline_identity
from installation.outputs.send import Outputs
from installation.show.load import load
from installation.show.model import Engine, Show
from installation.watch.status import Status
from tests.benchmarks.drain import ear, free_port


class NotedClock:
    """A real clock that notes, for every tick, when it was due, when it was given and when its work was done."""

    def __init__(self) -> None:
        self._clock = RealClock()
        self.due_s: list[float] = []
        self.given_s: list[float] = []
        self.done_s: list[float] = []
        self.dropped = 0

    def now_s(self) -> float:
        """Seconds since this clock was made."""
        return self._clock.now_s()

    def sleep_s(self, seconds: float) -> None:
        """Wait, where that is more than nothing."""
        self._clock.sleep_s(seconds)

    def ticks(self, rate_hz: float) -> Iterator[Tick]:
        """The real clock's ticks."""
        for tick in self._clock.ticks(rate_hz):
            self.given_s.append(self.now_s())
            self.due_s.append(tick.time_s)
            self.dropped = tick.dropped
            yield tick
            self.done_s.append(self.now_s())

    def lateness_s(self, rate_hz: float) -> Floats:
        """How late each tick was given; a dropped one counts as a whole period."""
        late = np.subtract(self.given_s, self.due_s)
        return np.append(late, np.full(self.dropped, 1.0 / rate_hz))

    def work_s(self) -> Floats:
        """How long each tick's work took; the last one, which ends the run, is left out."""
        return np.subtract(self.done_s, self.given_s[: len(self.done_s)])


def warm_show(folder: Path, sacn_port: int) -> Show:
    """The show of `folder`, sending to `sacn_port` of this computer, with everything compiled that it will call."""
    show = load(folder)
    patch = dataclasses.replace(
        show.patch, sacn_host="127.0.0.1", sacn_port=sacn_port, control_host="127.0.0.1", control_port=free_port()
    )
    show = dataclasses.replace(show, patch=patch)
    warm_up(show)
    return show


def furnish(show: Show, clock: NotedClock, closing: contextlib.ExitStack) -> Rooms:
    """Every room of `show`, live: its wires, its OSC door and its status line; `closing` closes them.

    An engine listens, as at a show: a refusal of every datagram would be measured otherwise.
    """
    engine = closing.enter_context(ear())
    patch = dataclasses.replace(show.patch, engines=(Engine("ar", "127.0.0.1", int(engine.getsockname()[1])),))
    show = dataclasses.replace(show, patch=patch)
    who = offline_identity(show.title, 1)
    outputs = Outputs(show, clock, who, live=True)
    closing.callback(outputs.close)
    desk = Desk()
    osc = OscIn(show, desk, clock)
    closing.callback(osc.close)
    status = Status(show)
    closing.callback(status.close)
    rooms = open_rooms(
        show, clock, outputs, seed=1, epoch=who.epoch, hardware=True, desk=desk, doors=(osc,), watchers=(status,)
    )
    closing.callback(rooms.sensors.close)
    return rooms
