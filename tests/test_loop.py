"""The loop itself: how it ends, and what it does when a stage fails."""

from __future__ import annotations

import dataclasses
import logging
import threading

import numpy as np
import pytest

from installation.frame import Body, Light, Story, Tick
from installation.loop import FAREWELL_S, play
from tests.conftest import SHOW
from tests.fakes import offline_house


class FailingMixer:
    """A mixer that raises between two ticks."""

    def __init__(self, mixer: object, first: int, last: int) -> None:
        self._mixer, self._first, self._last = mixer, first, last

    def light(self, story: Story, body: Body, tick: Tick) -> Light:
        if self._first <= tick.number <= self._last:
            raise RuntimeError("a bug in a look")
        return self._mixer.light(story, body, tick)  # type: ignore[attr-defined,no-any-return]


def test_a_show_of_two_seconds_has_two_seconds_of_ticks_and_a_farewell() -> None:
    rooms, clock, _, keeper = offline_house(SHOW)
    play(rooms, clock, 2.0, threading.Event(), strict=True)
    assert len(keeper.frames) == 120 + round(FAREWELL_S * 60)
    assert keeper.frames[-1].story.panic == 1.0


def test_a_stop_leaves_through_the_safe_look() -> None:
    rooms, clock, _, keeper = offline_house(SHOW)
    stop = threading.Event()
    stop.set()
    play(rooms, clock, None, stop, strict=True)
    assert keeper.frames[-1].story.panic_asked
    assert keeper.frames[-1].levels.slots.max() > 0


def test_a_stage_that_fails_is_told_once_and_the_light_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    rooms, clock, _, keeper = offline_house(SHOW)
    rooms = dataclasses.replace(rooms, mixer=FailingMixer(rooms.mixer, 60, 80))
    with caplog.at_level(logging.ERROR):
        play(rooms, clock, 2.0, threading.Event())
    told = [record for record in caplog.records if "the last light stays" in record.message]
    assert len(told) == 1
    assert keeper.frames[-1].tick.number == 149
    assert len(keeper.frames) == 150 - 21
    assert np.all(keeper.frames[59].levels.slots.max(axis=1) > 0)


def test_when_strict_a_stage_that_fails_ends_the_run() -> None:
    rooms, clock, _, _ = offline_house(SHOW)
    rooms = dataclasses.replace(rooms, mixer=FailingMixer(rooms.mixer, 5, 5))
    with pytest.raises(RuntimeError, match="a bug in a look"):
        play(rooms, clock, 1.0, threading.Event(), strict=True)
