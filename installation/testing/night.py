"""A whole night of a show on the offline clock: the house's own rooms, virtual sensors, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from installation.clock import OfflineClock
from installation.frame import ORGANS, Bytes, Floats, Frame, Ints, Order, PortEvent, Receipt
from installation.show.load import find_show
from installation.show.model import Show
from installation.show.named import wearer_named
from installation.testing.faults import Fault
from installation.testing.when import seconds_of, written

if TYPE_CHECKING:
    from installation.loop import Rooms, Watcher

HEART = ORGANS.index("heart")
WIRES = ("pulsesensor",)  # of the devices in a night, where nobody says otherwise

Happening: TypeAlias = Fault | Order
Plan: TypeAlias = Mapping[str | float, Happening | Sequence[Happening]]
"""What happens when: at "2:00", or after so many seconds."""


@dataclass(frozen=True, eq=False, slots=True)
class Calm:
    """What is remembered of a night without faults, to hold one with faults against: light (T, G) and cue (T,)."""

    plan: tuple[tuple[float, Happening], ...]
    light: Floats
    cue: Ints


@dataclass(frozen=True, eq=False)
class Night:
    """What came of a night.  T ticks, G garments, P pixels of all garments, N wearers.

    time_s (T,) seconds · slots (T, P, 3) the bytes after the guard · light (T, G) 0..1, mean of each
    garment's slots · presence (T, N) of `Presence`, quality (T, N) 0..1, heart_rate (T, N) 1/min, NaN where not
    known, of the heart that is shown · floor (T,) the least that every pixel's brightest slot has to be, 0..255
    and -1 under BLACKOUT · cue (T,) index of the current cue, -1 before the first · cues, receipts and events: with
    the times at which they came · digest of all datagrams · calm: the same night without its faults.
    """

    show: Show
    plan: tuple[tuple[float, Happening], ...]
    time_s: Floats
    slots: Bytes
    light: Floats
    presence: Bytes
    quality: Floats
    heart_rate: Floats
    floor: Floats
    cue: Ints
    cues: tuple[tuple[float, str], ...]
    receipts: tuple[tuple[float, Receipt], ...]
    events: tuple[PortEvent, ...]
    digest: str
    calm: Calm

    @property
    def levels(self) -> dict[str, Bytes]:
        """(T, pixels, 3) the bytes of each garment."""
        return {one.name: self.slots[:, one.first : one.first + one.pixels] for one in self.show.garments}

    @property
    def refused(self) -> tuple[str, ...]:
        """Why orders were refused, where any were."""
        return tuple(f"{written(time_s)} {one.reason}" for time_s, one in self.receipts if not one.accepted)

    @cached_property
    def violations(self) -> tuple[str, ...]:
        """What a night must not have, a sentence each: pixels under the floor, flashes, jumps when a sensor fails."""
        from installation.testing import checks

        return (*checks.under_floor(self), *checks.flashes(self), *checks.jumps(self))

    def tick(self, when: str | float) -> int:
        """The first tick at or after a time, for the rows of the arrays."""
        return int(np.searchsorted(self.time_s, seconds_of(when) - 1e-9))

    def wearer(self, name: str | int) -> int:
        """The column of a wearer: "Elif", "wearer 3", 3."""
        return wearer_named(self.show, name)


def play(
    show: str | Path,
    *,
    people: int = 0,
    minutes: float = 5.0,
    seed: int = 1,
    at: Plan | None = None,
    patch: str | Path | None = None,
    wires: Sequence[str] = WIRES,
    calm: Calm | Callable[[], Calm] | None = None,
    watch: Callable[[Rooms], Watcher] | None = None,
) -> Night:
    """Play a night of a show as fast as the machine can; nothing leaves it.

    people: how many wearers have a sensor of their own, with a living heart on it; the others are simulated, and
    wearers that the show lacks are added · wires: the wire formats of their devices, in turn · at: what happens
    when · calm: `calm_night` of the same show, people,
    minutes, seed and plan, or what gives it once this night is over; without it, a night with faults is played a
    second time to have one · watch: makes, of the rooms, somebody who is shown every frame: a recorder, or your own.

    Raises `ShowProblems` where the show has any, ValueError where what is asked for is none.
    """
    asked = _asked(show, people, minutes, at, patch, wires)
    night = _play(asked, seed, asked.plan, watch)
    if calm is None:
        faulty = any(isinstance(what, Fault) for _, what in asked.plan)
        return replace(night, calm=_calm(asked, seed)) if faulty else night
    calm = calm() if callable(calm) else calm
    same = repr(calm.plan) == repr(_orders(asked.plan))  # a NaN that came from another process equals none of ours
    if not same or calm.light.shape != night.light.shape:
        raise ValueError("the calm night is another one; the same show, people, minutes and orders would do")
    return replace(night, calm=calm)


def calm_night(
    show: str | Path,
    *,
    people: int = 0,
    minutes: float = 5.0,
    seed: int = 1,
    at: Plan | None = None,
    patch: str | Path | None = None,
    wires: Sequence[str] = WIRES,
) -> Calm:
    """The same night without the faults of its plan, for several nights that share it, or for another process."""
    return _calm(_asked(show, people, minutes, at, patch, wires), seed)


@dataclass(frozen=True, eq=False, slots=True)
class _Asked:
    """A night that can be played: `plan` in order of time."""

    show: Show
    people: int
    ticks: int
    plan: tuple[tuple[float, Happening], ...]
    wires: tuple[str, ...]


def _asked(
    show: str | Path, people: int, minutes: float, at: Plan | None, patch: str | Path | None, wires: Sequence[str]
) -> _Asked:
    from installation.testing.crowd import night_show

    found = night_show(find_show(str(show)), people, wires, Path(patch) if patch else None)
    plan = _plan(found, people, at or {})
    ticks = round(60.0 * minutes * found.rate_hz)
    if ticks < 2:
        raise ValueError(f"a night of {minutes} minutes is none; more would do")
    for time_s, what in plan:
        if time_s >= ticks / found.rate_hz:
            raise ValueError(f"{what} at {written(time_s)} comes after the night has ended; more minutes would do")
    return _Asked(found, people, ticks, plan, tuple(wires))


def _orders(plan: Sequence[tuple[float, Happening]]) -> tuple[tuple[float, Happening], ...]:
    return tuple((time_s, what) for time_s, what in plan if isinstance(what, Order))


def _calm(asked: _Asked, seed: int) -> Calm:
    return _play(asked, seed, _orders(asked.plan)).calm


def _plan(show: Show, people: int, at: Plan) -> tuple[tuple[float, Happening], ...]:
    """What happens, in order of time."""
    plan: list[tuple[float, Happening]] = []
    for when, what in at.items():
        for one in (what,) if isinstance(what, Fault | Order) else what:
            if isinstance(one, Fault) and wearer_named(show, one.wearer) >= people:
                raise ValueError(f"{one}: only the first {people} wearers have a sensor; more people would do")
            plan.append((seconds_of(when), one))
    return tuple(sorted(plan, key=lambda happening: happening[0]))


def _play(
    asked: _Asked,
    seed: int,
    plan: tuple[tuple[float, Happening], ...],
    watch: Callable[[Rooms], Watcher] | None = None,
) -> Night:
    """Play the night with that plan; it is its own calm one."""
    from installation.control.orders import Desk
    from installation.loop import open_rooms, stepper
    from installation.outputs.identity import offline_identity
    from installation.outputs.send import Outputs
    from installation.testing.wires import Hub

    show = asked.show
    clock, desk, hub = OfflineClock(), Desk(), Hub(asked.people, seed, asked.wires)
    who = offline_identity(show.title, seed)
    outputs = Outputs(show, clock, who, live=False)
    rooms = open_rooms(
        show, clock, outputs, seed=seed, epoch=who.epoch, hardware=True, open_device=hub.open_device, desk=desk
    )  # fmt: skip
    if watch is not None:
        rooms = replace(rooms, watchers=(watch(rooms),))
    step = stepper(rooms)
    book = _Book(show, asked.ticks)
    coming = list(reversed(plan))
    with _quiet():
        for tick in clock.ticks(show.rate_hz):
            if tick.number == asked.ticks:
                break
            while coming and coming[-1][0] <= tick.time_s + 1e-9:
                _, what = coming.pop()
                if isinstance(what, Fault):
                    hub.befall(wearer_named(show, what.wearer), what, tick.time_s)
                else:
                    desk.put(what)
            book.write(step(tick))
    rooms.sensors.close()
    outputs.goodbye(tick)
    return book.night(plan, outputs.digest())


class _Book:
    """Writes the frames of a night into arrays."""

    def __init__(self, show: Show, ticks: int) -> None:
        wearers, pixels = len(show.wearers), len(show.geometry.wearer)
        self._show = show
        self._row = 0
        self._time_s = np.empty(ticks)
        self._slots = np.empty((ticks, pixels, 3), np.uint8)
        self._presence = np.empty((ticks, wearers), np.uint8)
        self._quality, self._heart_rate = np.empty((ticks, wearers)), np.empty((ticks, wearers))
        self._floor, self._cue = np.empty(ticks), np.empty(ticks, np.int32)
        self._cues: list[tuple[float, str]] = []
        self._receipts: list[tuple[float, Receipt]] = []
        self._events: list[PortEvent] = []

    def write(self, frame: Frame) -> None:
        """Take one tick."""
        row, time_s, story = self._row, frame.tick.time_s, frame.story
        self._time_s[row] = time_s
        self._slots[row] = frame.levels.slots
        self._presence[row] = frame.body.presence[:, HEART]
        self._quality[row] = frame.body.quality[:, HEART]
        self._heart_rate[row] = frame.body.heart_rate
        shares = [(playing.look, playing.weight * (1.0 - story.panic)) for playing in story.playing]
        shares.append((self._show.safe_look, 1.0 - sum(share for _, share in shares)))
        floor = sum(share * self._show.looks[look].floor for look, share in shares)
        self._floor[row] = -1.0 if story.blackout > 0.0 else np.floor(255.0 * floor + 1e-3)
        self._cue[row] = story.current
        if story.current >= 0 and (row == 0 or story.current != self._cue[row - 1]):
            self._cues.append((time_s, self._show.cues[story.current].number))
        self._receipts += [(time_s, receipt) for receipt in story.receipts]
        self._events += frame.events
        self._row += 1

    def night(self, plan: tuple[tuple[float, Happening], ...], digest: str) -> Night:
        """All of it."""
        per_garment = [self._slots[:, one.first : one.first + one.pixels] for one in self._show.garments]
        light = [own.sum(axis=(1, 2), dtype=np.int64) / (255.0 * max(1, own[0].size)) for own in per_garment]
        mean = np.stack(light, axis=1)
        return Night(
            show=self._show,
            plan=plan,
            time_s=self._time_s,
            slots=self._slots,
            light=mean,
            presence=self._presence,
            quality=self._quality,
            heart_rate=self._heart_rate,
            floor=self._floor,
            cue=self._cue,
            cues=tuple(self._cues),
            receipts=tuple(self._receipts),
            events=tuple(self._events),
            digest=digest,
            calm=Calm(plan, mean, self._cue),
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Faults are asked for here: what the operator would read of them is in `events`, not on the screen."""
    log = logging.getLogger("installation.wire.in")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before
