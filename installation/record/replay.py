"""A recorded night in place of the loop's sensors, desk and clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from typing import Protocol

import numpy as np

from installation.clock import Clock
from installation.frame import Body, Flags, Frame, Health, Heard, Order, PortEvent, Presence, Samples, Tick
from installation.record.night import Rows, join
from installation.record.read import Night, Step

LATE_S = 0.1  # a replay this far behind goes on from now: no tick is left out, and none come in a burst


class Twins(Protocol):
    """Where the samples of simulated people come from."""

    def read(self, tick: Tick, body: Body | None) -> tuple[Samples, tuple[PortEvent, ...]]:
        """What came up to the tick."""
        ...


class Hands(Protocol):
    """Where orders that are given now lie."""

    def put(self, order: Order) -> bool:
        """Take an order for the next tick."""
        ...

    def take(self) -> tuple[Order, ...]:
        """Every order for this tick."""
        ...


class Watcher(Protocol):
    """Somebody who looks on."""

    def show(self, frame: Frame) -> None:
        """Take the finished frame, or drop it."""
        ...


class Tape:
    """The recording at one tick after the other; `step` is the present one, None before and after."""

    def __init__(self, night: Night, inputs: tuple[str, ...]) -> None:
        self.night = night
        self.step: Step | None = None
        self._steps = night.steps(inputs)

    def advance(self) -> Step | None:
        """Go on to the next tick."""
        self.step = next(self._steps, None)
        return self.step


class ReplayedSensors:
    """The samples that were kept; where somebody's were not, their twin's, made anew by `twins`."""

    def __init__(self, tape: Tape, twins: Twins) -> None:
        run = tape.night.run
        self._tape, self._twins = tape, twins
        wearers = len(run.wearers)
        self.patched: Flags = np.array([w in tape.night.kept for w in range(wearers)], np.bool_)
        absent = np.array(run.patched, np.bool_) & ~self.patched
        self._made: Flags = np.concatenate((np.zeros(wearers, np.bool_), absent))
        self._handled = 0

    def read(self, tick: Tick, body: Body | None) -> tuple[Samples, tuple[PortEvent, ...]]:
        """What came up to the tick in that night."""
        step = self._tape.step
        kept = step.samples if step else join([]).samples
        self._handled += kept.time_s.size
        if self._made.any():
            twins, _ = self._twins.read(tick, body)
            made = Rows(np.zeros(twins.time_s.size, np.int64), twins).only(self._made[twins.column])
            both = join([Rows(np.zeros(kept.time_s.size, np.int64), kept), made])
            kept = both.by_tick([0])[0]
        return kept, step.events if step else ()

    def health(self) -> tuple[Health, ...]:
        """How the recording is read."""
        night = self._tape.night
        return (
            Health("recording", "wire", not night.problem, night.problem or "the night is played again", self._handled),
        )

    def close(self) -> None:
        """Nothing to let go of."""


class ReplayedEars:
    """What engines and nodes said in that night; those of now are not heard."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def hear(self, tick: Tick) -> tuple[Heard, ...]:
        """What came back at this tick."""
        return self._tape.step.heard if self._tape.step else ()


class ReplayedDesk:
    """The orders of that night; and those of hands now, since PANIC is always accepted."""

    def __init__(self, tape: Tape, hands: Hands) -> None:
        self._tape, self._hands = tape, hands
        self.touched = False

    def put(self, order: Order) -> bool:
        """Take an order for the next tick."""
        return self._hands.put(order)

    def take(self) -> tuple[Order, ...]:
        """Every order for this tick, that night's first."""
        step, hands = self._tape.step, self._hands.take()
        self.touched |= any(order.source != "exit" for order in hands)
        return (step.orders if step else ()) + hands


class ReplayClock:
    """The ticks of that night, `speed` times as fast by `pace`; as fast as the machine can while `hurried`.

    A recording that was cut short is left as a show that is stopped: `stop` is set, and ticks go on for the farewell.
    """

    def __init__(self, tape: Tape, stop: threading.Event, pace: Clock | None = None, speed: float = 1.0) -> None:
        self.hurried = pace is None
        self._tape, self._stop, self._pace, self._speed = tape, stop, pace, speed
        self._now_s = 0.0
        self._offset_s = -inf  # of the pace's time, beside the night's; the first tick sets it

    def now_s(self) -> float:
        """The time of the present tick in that night."""
        return self._now_s

    def sleep_s(self, seconds: float) -> None:
        """Let `seconds` pass, of which a hurried replay has none."""
        if self._pace is not None and not self.hurried:
            self._pace.sleep_s(seconds)

    def ticks(self, rate_hz: float) -> Iterator[Tick]:
        """Every tick that was kept; then, where the recording was cut short, more of them for the farewell."""
        tick = None
        while (step := self._tape.advance()) is not None:
            tick = step.tick
            self._wait(tick)
            yield tick
        if self._tape.night.ended or tick is None:
            return
        self._stop.set()
        while True:
            tick = Tick(tick.number + 1, tick.time_s + 1.0 / rate_hz, 1.0 / rate_hz, tick.dropped)
            self._wait(tick)
            yield tick

    def _wait(self, tick: Tick) -> None:
        self._now_s = tick.time_s
        if self._pace is None:
            return
        now_s, due_s = self._pace.now_s(), tick.time_s / self._speed
        late_s = now_s - due_s - self._offset_s
        if self.hurried or not late_s <= LATE_S:
            self._offset_s = now_s - due_s
        else:
            self._pace.sleep_s(-late_s)


class Marked:
    """A watcher that is shown what comes from a recording as replayed; the light does not know the difference."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def show(self, frame: Frame) -> None:
        """Take the finished frame, or drop it."""
        presence = frame.body.presence
        shown = np.where(presence == Presence.REAL, np.uint8(Presence.REPLAYED), presence)
        self._watcher.show(replace(frame, body=replace(frame.body, presence=shown)))


class Until:
    """Watches for a cue, and calls `reached` once when it plays."""

    def __init__(self, cue: int, reached: Callable[[], None]) -> None:
        self.found = False
        self._cue, self._reached = cue, reached

    def show(self, frame: Frame) -> None:
        """Look at the finished frame."""
        if not self.found and frame.story.current == self._cue:
            self.found = True
            self._reached()
