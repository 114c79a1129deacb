"""The whole journey: simulated hearts send bytes, an operator gives orders, datagrams leave."""

from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest

from installation.frame import Frame, Order, Presence
from installation.loop import play
from tests.conftest import SHOW
from tests.fakes import offline_house


@pytest.fixture(scope="module")
def night() -> list[Frame]:
    """Half a minute of the shipped show: GO at 12 s, PANIC at 20 s, GO again at 25 s."""
    rooms, clock, desk, keeper = offline_house(SHOW)
    plan = {12.0: "go", 20.0: "panic", 25.0: "go"}

    class Hand:
        def show(self, frame: Frame) -> None:
            for at_s, verb in plan.items():
                if frame.tick.time_s < at_s <= frame.tick.time_s + frame.tick.dt_s:
                    desk.put(Order(verb, "test", at_s))

    play(
        dataclasses.replace(rooms, watchers=(keeper, Hand())),
        clock,
        30.0,
        threading.Event(),
        strict=True,
    )
    return keeper.frames


def at(frames: list[Frame], time_s: float) -> Frame:
    return frames[round(time_s * 60)]


def test_every_simulated_heart_is_found_and_says_that_it_is_simulated(night: list[Frame]) -> None:
    body = at(night, 11).body
    assert np.all((body.heart_rate > 45) & (body.heart_rate < 110))
    assert np.all(body.presence[:, 0] == Presence.SIMULATED)
    beats = np.sum([frame.body.beat for frame in night[: 60 * 20]], axis=0)
    assert np.all((beats > 12) & (beats < 40))


def test_the_opening_cue_plays_and_go_takes_the_next(night: list[Frame]) -> None:
    names = [at(night, second).story.current for second in (1, 11, 13)]
    assert names == [0, 0, 1]
    assert at(night, 13).story.standby == 2
    receipts = [receipt for frame in night for receipt in frame.story.receipts if receipt.order.source == "test"]
    assert [(r.order.verb, r.accepted) for r in receipts] == [("go", True), ("panic", True), ("go", True)]


def test_every_garment_beats_and_none_goes_under_its_floor(night: list[Frame]) -> None:
    levels = np.array([frame.levels.slots for frame in night[60 * 5 : 60 * 12]]).astype(int)
    assert levels.max(axis=2).min() >= round(0.03 * 255) - 1
    first = 0
    for garment in (52, 53, 52, 52, 53, 52, 52, 53):
        own = levels[:, first : first + garment].sum(axis=(1, 2))
        assert np.ptp(own) > 0.15 * own.max()
        first += garment


def test_panic_stands_in_the_safe_look_steady_and_never_dark(night: list[Frame]) -> None:
    safe = np.array([frame.levels.slots for frame in night[int(60 * 22.5) : 60 * 25]]).astype(int)
    assert np.all(np.ptp(safe, axis=0) <= 1)
    assert safe.max(axis=2).min() >= round(0.05 * 255) - 1


def test_after_panic_go_leads_back_into_the_show(night: list[Frame]) -> None:
    assert at(night, 24).story.panic == 1.0
    assert at(night, 29.9).story.panic < 1.0
    assert not at(night, 29.9).story.panic_asked


def test_no_garment_jumps_between_two_ticks(night: list[Frame]) -> None:
    levels = np.array([frame.levels.slots for frame in night]).astype(float) / 255
    mean = levels.mean(axis=(1, 2))
    assert np.abs(np.diff(mean[60 : 60 * 30 - 2])).max() < 0.03, "the farewell alone goes to the safe look at once"


def test_the_scene_is_numbered_and_captioned(night: list[Frame]) -> None:
    before, after = at(night, 11).scene, at(night, 13).scene
    assert before.scene == "shore"
    assert after.scene == "long_table"
    assert after.seq > before.seq
    assert set(after.captions) == {"en", "tr", "es"}
