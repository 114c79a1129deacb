"""A show made by hand and somebody who plays it: just enough for the story, no files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from installation.frame import Body, Order, Receipt, Story, Tick, unknown_body
from installation.show.expressions import Input, Program
from installation.show.model import (
    Cue,
    Geometry,
    Look,
    Patch,
    RoomSignalDef,
    Safety,
    Scene,
    Show,
    Trigger,
    Wearer,
)
from installation.story.cues import Standing, opening, tell

RATE_HZ = 60.0


class Cues:
    """Collects cues and the texts of their conditions, as the loader does."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.cues: list[Cue] = []

    def add(self, number: str, *, when: str = "", hold: float = 0.0, fade: float = 2.0, **more: Any) -> Cues:
        """One more cue; `when` is a comparison of a name and a number, or any text."""
        trigger = None
        if when:
            left = right = -1
            words = when.split()
            if len(words) == 3:
                left, right = self._number(words[0]), self._number(words[2])
            trigger = Trigger(when, self._number(when), hold, left, right)
        settings = {"name": f"cue {number}", "act": "", "curve": "linear", "look": 1, "scene": -1} | more
        self.cues.append(Cue(number=number, fade_s=fade, when=trigger, **settings))
        return self

    def _number(self, text: str) -> int:
        self.texts.append(text)
        return len(self.texts) - 1


def plain_cues(count: int = 4, **settings: Any) -> Cues:
    """Cues 1 to `count`, each with a look of its own."""
    cues = Cues()
    for number in range(1, count + 1):
        cues.add(str(number), **({"look": number} | settings))
    return cues


def a_show(
    cues: Cues | None = None,
    *,
    opening: str = "",
    wearers: int = 3,
    safety: Safety = Safety(go_guard_s=0.4, panic_s=2.0, blackout_s=0.3),  # noqa: B008, frozen
    scenes: tuple[Scene, ...] = (),
    texts: tuple[str, ...] = (),
    inputs: tuple[str, ...] = (),
) -> Show:
    """A show with room signals `risk` (0..1) and `gifts` (0..10), and look 0 as the safe look."""
    cues = cues or plain_cues()
    room = (RoomSignalDef("risk", 0.1, 0.0, 1.0, ""), RoomSignalDef("gifts", 0.0, 0.0, 10.0, ""))
    numbers = [cue.number for cue in cues.cues]
    nothing = np.zeros(0, np.int32)
    return Show(
        folder=Path(),
        title="by hand",
        rate_hz=RATE_HZ,
        wearers=tuple(Wearer(f"wearer {number}", (0.0, 0.0)) for number in range(1, wearers + 1)),
        garments=(),
        geometry=Geometry(np.zeros((0, 3), np.float32), nothing, nothing, nothing, ()),
        looks=tuple(Look(f"look {number}", 0.0, ()) for number in range(len(numbers) + 1)),
        safe_look=0,
        cues=tuple(cues.cues),
        opening=numbers.index(opening) if opening else -1,
        scenes=scenes,
        room=room,
        inputs=inputs,
        program=Program((*cues.texts, *texts), [one.name for one in room], [Input(name) for name in inputs]),
        safety=safety,
        patch=Patch("127.0.0.1", 5568, 100, "test", (), "127.0.0.1", 9000, "127.0.0.1", 0, ()),
    )


def order(verb: str, target: str = "", value: float = float("nan"), *, expect: str = "", source: str = "test") -> Order:
    """An order that nobody has checked."""
    return Order(verb, source, 0.0, target, value, expect_standby=expect)


class Operator:
    """Plays a show tick by tick; the last story stays in `story`, every story passes through `stories`."""

    def __init__(self, show: Show, rate_hz: float = RATE_HZ, body: Body | None = None) -> None:
        self.show = show
        self.body = body or unknown_body(len(show.wearers), len(show.inputs))
        self.standing: Standing = opening(show)
        self.rate_hz = rate_hz
        self.number = 0
        self.receipts: list[Receipt] = []
        self.story: Story
        self.tick()

    @property
    def time_s(self) -> float:
        """Time of the last tick."""
        return (self.number - 1) / self.rate_hz

    @property
    def at(self) -> str:
        """Number of the current cue, "" before the first."""
        return self.show.cues[self.story.current].number if self.story.current >= 0 else ""

    @property
    def standby(self) -> str:
        """Number of the cue in standby, "" where there is none."""
        return self.show.cues[self.story.standby].number if self.story.standby >= 0 else ""

    def tick(self, *orders: Order, lost: int = 0) -> Story:
        """One tick, after `lost` that were dropped."""
        self.number += lost
        tick = Tick(self.number, self.number / self.rate_hz, (1 + lost) / self.rate_hz, lost)
        self.standing, self.story = tell(self.show, self.standing, self.body, orders, tick)
        self.receipts += self.story.receipts
        self.number += 1
        return self.story

    def say(self, verb: str, target: str = "", value: float = float("nan"), expect: str = "") -> Receipt:
        """One tick with one order; its receipt."""
        return self.tick(order(verb, target, value, expect=expect)).receipts[0]

    def stories(self, seconds: float) -> Iterator[Story]:
        """Let time pass."""
        for _ in range(round(seconds * self.rate_hz)):
            yield self.tick()

    def wait(self, seconds: float) -> Story:
        """Let time pass; the story at its end."""
        for _ in self.stories(seconds):
            pass
        return self.story

    def feel(self, **fields: Any) -> None:
        """Change the body: (N,) arrays by field."""
        self.body = replace(self.body, **{name: np.asarray(value, float) for name, value in fields.items()})


def weights(story: Story) -> dict[int, float]:
    """Share of every cue that plays; -1 is the safe look."""
    return {playing.cue: playing.weight for playing in story.playing}
