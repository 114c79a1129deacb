"""What consoles are told of presence, and which consoles."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from pythonosc.osc_message import OscMessage

from installation.control.orders import Desk
from installation.control.osc import CONSOLE_S, OscIn
from installation.control.told import IN_TURN, PresenceTold
from installation.frame import Frame, Presence, PresenceChange, Tick
from installation.show.model import Show
from tests.control.test_osc import Remote
from tests.watch import fakes

REAL, HELD, SIMULATED = Presence.REAL, Presence.HELD, Presence.SIMULATED


def show_of(wearers: int) -> Show:
    show = fakes.show()
    return dataclasses.replace(
        show, wearers=tuple(dataclasses.replace(show.wearers[0], name=f"w{n}") for n in range(wearers))
    )


def frame_of(time_s: float, presence: list[Presence], changed: tuple[int, ...] = ()) -> Frame:
    frame = fakes.frame()
    organs = np.tile(np.array(presence, np.uint8)[:, None], 4)
    organs[:, 1:] = SIMULATED
    changes = tuple(PresenceChange(time_s, wearer, "heart", REAL, HELD, "no sample for 1 s") for wearer in changed)
    body = dataclasses.replace(frame.body, presence=organs, changes=changes)
    return dataclasses.replace(frame, tick=Tick(round(60 * time_s), time_s, 1 / 60), body=body)


def read(datagrams: list[bytes]) -> list[tuple[object, ...]]:
    return [(message.address, *message.params) for message in map(OscMessage, datagrams)]


def test_everyone_is_told_in_words_and_the_room_in_numbers() -> None:
    told = read(PresenceTold(show_of(3)).due(frame_of(0.0, [REAL, HELD, SIMULATED])))
    assert told == [
        ("/out/presence", 1, 1, 1, 0),
        ("/out/presence/1", "w0", "real", "simulated", "simulated", "simulated"),
        ("/out/presence/2", "w1", "held", "simulated", "simulated", "simulated"),
        ("/out/presence/3", "w2", "simulated", "simulated", "simulated", "simulated"),
    ]


def test_a_change_is_told_at_once_and_nothing_else_before_a_second_is_over() -> None:
    told = PresenceTold(show_of(3))
    everyone = [REAL, REAL, REAL]
    told.due(frame_of(0.0, everyone))
    assert told.due(frame_of(0.5, everyone)) == []
    assert [one[0] for one in read(told.due(frame_of(0.6, [REAL, HELD, REAL], (1,))))] == [
        "/out/presence",
        "/out/presence/2",
    ]
    assert len(told.due(frame_of(1.0, everyone))) == 4


def test_of_a_crowd_everybody_has_their_turn_and_no_second_brings_more_than_some() -> None:
    told = PresenceTold(show_of(100))
    heard = [read(told.due(frame_of(float(second), [REAL] * 100))) for second in range(4)]
    assert {len(one) for one in heard} == {IN_TURN + 1}
    assert len({message[0] for one in heard for message in one}) == 101
    everyone = told.due(frame_of(3.5, [HELD] * 100, tuple(range(100))))
    assert len(everyone) <= IN_TURN + 1


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time_s = 0.0

    def now_s(self) -> float:
        return self.time_s

    def sleep_s(self, seconds: float) -> None:
        raise NotImplementedError

    def ticks(self, rate_hz: float) -> Iterator[Tick]:
        raise NotImplementedError


@pytest.fixture
def clock() -> Hands:
    return Hands()


def test_who_has_spoken_within_a_minute_is_told_and_nobody_else(clock: Hands) -> None:
    show = fakes.show()
    here = dataclasses.replace(show.patch, control_host="127.0.0.1", control_port=0)
    door = OscIn(dataclasses.replace(show, patch=here), Desk(), clock)
    speaks, silent = Remote(door.port), Remote(door.port)
    try:
        speaks.settle()
        door.show(frame_of(0.0, [REAL, HELD]))
        assert [speaks.hear()[0] for _ in range(3)] == ["/out/presence", "/out/presence/1", "/out/presence/2"]
        clock.time_s = CONSOLE_S
        door.show(frame_of(60.0, [REAL, HELD]))
        for remote in (speaks, silent):
            remote.socket.settimeout(0.05)
            with pytest.raises(TimeoutError):
                remote.hear()
    finally:
        for remote in (speaks, silent):
            remote.socket.close()
        door.close()
