"""THE loop: read, feel, tell, light, guard, send, show.

Every stage is called here, in order, once a tick; no stage knows another.  What passes between them
is declared in `frame.py`.  Whatever a stage or a watcher does, the light goes on.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from installation.ar.scenes import Scenes
from installation.body.features import Bodies
from installation.clock import Clock, OfflineClock
from installation.control.orders import Desk
from installation.frame import Body, Flags, Frame, Health, Heard, Ints, Order, PortEvent, Receipt, Samples, Tick
from installation.lights.guard import Guard
from installation.lights.mix import Mixer
from installation.outputs.identity import offline_identity
from installation.outputs.send import Outputs
from installation.sensors.read import OpenDevice, Sensors
from installation.show.model import Show
from installation.story.cues import opening, tell

FAREWELL_S = 0.5  # the safe look stands this long before the goodbye: a few frames lost on the air do not matter

GARBAGE = 50_000  # new objects between two looks for cycles: a tick makes hundreds and no cycles, a look costs its time

log = logging.getLogger("installation.loop")


class Door(Protocol):
    """Where orders come in, and receipts go out, beside the loop."""

    def answer(self, receipts: tuple[Receipt, ...]) -> None:
        """Tell the givers of orders what became of them; never waits."""
        ...

    def health(self) -> tuple[Health, ...]:
        """How the door does."""
        ...


class Watcher(Protocol):
    """Somebody who looks on; `show` never waits."""

    def show(self, frame: Frame) -> None:
        """Take the finished frame, or drop it."""
        ...


class Listening(Protocol):
    """Where samples come from: devices and twins, or a recording of them; `patched` (N,) has devices of their own."""

    patched: Flags

    def read(self, tick: Tick, body: Body | None) -> tuple[Samples, tuple[PortEvent, ...]]:
        """What has come by now; `body` is the last tick's."""
        ...

    def health(self) -> tuple[Health, ...]:
        """How every wire does."""
        ...

    def close(self) -> None:
        """Let go of every device."""
        ...


class OrderDesk(Protocol):
    """Where orders lie until the loop takes them: hands alone, or hands beside a recording."""

    def put(self, order: Order) -> bool:
        """Take an order for the next tick; never waits."""
        ...

    def take(self) -> tuple[Order, ...]:
        """Every order for this tick."""
        ...


class Ears(Protocol):
    """Where what engines and nodes say back comes from: the ways out, or a recording."""

    def hear(self, tick: Tick) -> tuple[Heard, ...]:
        """What came back by now; never waits."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """Every room of a running show; `open_rooms` furnishes them."""

    show: Show
    sensors: Listening
    bodies: Bodies
    desk: OrderDesk
    mixer: Mixer
    guard: Guard
    scenes: Scenes
    outputs: Outputs
    ears: Ears
    doors: tuple[Door, ...] = ()
    watchers: tuple[Watcher, ...] = ()


def open_rooms(
    show: Show,
    clock: Clock,
    outputs: Outputs,
    *,
    seed: int,
    epoch: int,
    hardware: bool,
    open_device: OpenDevice | None = None,
    sensors: Listening | None = None,
    desk: OrderDesk | None = None,
    ears: Ears | None = None,
    doors: tuple[Door, ...] = (),
    watchers: tuple[Watcher, ...] = (),
) -> Rooms:
    """Furnish every room for `show`; with `hardware` the patched devices are opened, each by `open_device`,
    else as serial ports of this machine.

    sensors, desk, ears: where they are not given, those of a night that is not a replay.
    """
    sensors = sensors or Sensors(show, clock, seed, hardware=hardware, open_device=open_device)
    return Rooms(
        show=show,
        sensors=sensors,
        bodies=Bodies(len(show.wearers), len(show.inputs), sensors.patched, _seats(show)),
        desk=desk or Desk(),
        mixer=Mixer(show),
        guard=Guard(show),
        scenes=Scenes(show, epoch),
        outputs=outputs,
        ears=ears or outputs,
        doors=doors,
        watchers=watchers,
    )


def play(rooms: Rooms, clock: Clock, seconds: float | None, stop: threading.Event, *, strict: bool = False) -> None:
    """Play the show for `seconds` of its time, or until `stop`; then the safe look, then the goodbye.

    With `strict` a stage that raises ends the run (tests, offline); otherwise the last light is sent
    again, the fault is told once, and the next tick tries anew.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    step = stepper(rooms)
    end_s = None if seconds is None else clock.now_s() + seconds
    leave_s: float | None = None
    frame: Frame | None = None
    healthy = True
    tick = Tick(0, clock.now_s(), 1.0 / rooms.show.rate_hz)
    for tick in clock.ticks(rooms.show.rate_hz):
        if leave_s is None and (stop.is_set() or (end_s is not None and tick.time_s >= end_s)):
            leave_s = tick.time_s + FAREWELL_S
            for _ in range(2):  # the second PANIC goes to the safe look at once
                rooms.desk.put(Order("panic", "exit", tick.time_s))
        if leave_s is not None and tick.time_s >= leave_s:
            break
        try:
            frame = step(tick)
            healthy = True
        except Exception:
            if strict:
                raise
            if healthy:
                log.exception("a stage failed at tick %d; the last light stays", tick.number)
            healthy = False
            if frame is not None:
                rooms.outputs.send(frame.levels, frame.scene, frame.body, (), tick)
    rooms.outputs.goodbye(tick)


def stepper(rooms: Rooms) -> Callable[[Tick], Frame]:
    """The way of one tick through the house, as a function that remembers the last standing and body."""
    standing = opening(rooms.show)
    body: Body | None = None
    act = ""

    def step(tick: Tick) -> Frame:
        nonlocal standing, body, act
        samples, events = rooms.sensors.read(tick, body)
        body = rooms.bodies.feel(samples, tick, standing.forced, act)
        orders = rooms.desk.take()
        standing, story = tell(rooms.show, standing, body, orders, tick)
        act = story.act
        light = rooms.mixer.light(story, body, tick)
        levels = rooms.guard.limit(light, tick)
        scene = rooms.scenes.tell(story, tick)
        heard = rooms.ears.hear(tick)
        rooms.outputs.send(levels, scene, body, heard, tick)
        health = rooms.sensors.health() + rooms.outputs.health()
        for door in rooms.doors:
            door.answer(story.receipts)
            health += door.health()
        frame = Frame(tick, events, samples, body, orders, story, light, levels, scene, health, heard)
        for watcher in rooms.watchers:
            watcher.show(frame)
        return frame

    return step


def _seats(show: Show) -> Ints:
    """(N,) the number of each wearer's table, -1 for none."""
    tables = ("", *show.tables)
    return np.array([tables.index(wearer.table) - 1 for wearer in show.wearers], np.int32)


def warm_up(show: Show) -> None:
    """Compile, or load from the cache, everything that the loop will call: half a second of a house without wires."""
    clock = OfflineClock()
    outputs = Outputs(show, clock, offline_identity(show.title, 0), live=False)
    rooms = open_rooms(show, clock, outputs, seed=0, epoch=0, hardware=False)
    play(rooms, clock, 0.5, threading.Event(), strict=True)
