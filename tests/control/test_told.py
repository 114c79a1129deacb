"""What consoles are told of presence, and which consoles."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle

from installation.control.orders import Desk
from installation.control.osc import CONSOLE_S, MOST_CONSOLES, SILENT_S, OscIn
from installation.control.told import IN_TURN, MOST_BYTES, PresenceTold
from installation.frame import Frame, Presence, PresenceChange, Tick
from installation.show.model import Show
from tests.control.test_osc import Remote
from tests.control.test_packet import osc
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


def read(bundle: bytes) -> list[tuple[object, ...]]:
    assert len(bundle) <= MOST_BYTES
    return [(message.address, *message.params) for message in OscBundle(bundle)] if bundle else []


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
    assert told.due(frame_of(0.5, everyone)) == b""
    assert [one[0] for one in read(told.due(frame_of(0.6, [REAL, HELD, REAL], (1,))))] == [
        "/out/presence",
        "/out/presence/2",
    ]
    assert len(read(told.due(frame_of(1.0, everyone)))) == 4


def run(told: PresenceTold, presence: list[Presence], first: int, ticks: int) -> list[tuple[object, ...]]:
    return [one for n in range(first, first + ticks) for one in read(told.due(frame_of(n / 60, presence)))]


def test_of_a_crowd_everybody_has_their_turn_and_no_second_brings_more_than_some() -> None:
    told = PresenceTold(show_of(100))
    heard = [run(told, [REAL] * 100, 60 * second, 60) for second in range(4)]
    assert {len(one) for one in heard} == {IN_TURN + 1}
    assert len({message[0] for one in heard for message in one}) == 101


def test_thirty_two_wearers_are_told_again_within_a_second() -> None:
    assert len({one[0] for one in run(PresenceTold(show_of(32)), [REAL] * 32, 0, 60)}) == 33


def test_of_changes_that_do_not_fit_into_a_bundle_none_is_dropped_and_each_is_told_once() -> None:
    told = PresenceTold(show_of(100))
    run(told, [REAL] * 100, 0, 30)
    first = read(told.due(frame_of(0.5, [HELD] * 100, tuple(range(100)) * 4)))
    assert len(first) > 10, "what fits is told at once"
    rest = run(told, [HELD] * 100, 31, 20)
    assert [one[0] for one in first[1:] + rest] == [f"/out/presence/{n}" for n in range(1, 101)]
    assert {one[2] for one in first[1:] + rest} == {"held"}


def test_a_change_does_not_wait_behind_those_who_are_only_told_again() -> None:
    told = PresenceTold(show_of(100))
    said = read(told.due(frame_of(0.0, [HELD] * 100, (99,))))
    assert said[1][0] == "/out/presence/100"


def test_even_a_name_longer_than_a_bundle_does_not_stop_the_others() -> None:
    show = show_of(2)
    long = dataclasses.replace(show, wearers=(dataclasses.replace(show.wearers[0], name="w" * 3000), show.wearers[1]))
    told = PresenceTold(long)
    sent = [told.due(frame_of(n / 60, [REAL, REAL])) for n in range(4)]
    heard = [message.address for bundle in sent if bundle for message in OscBundle(bundle)]
    assert heard == ["/out/presence", "/out/presence/1", "/out/presence/2"]


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


@pytest.fixture
def door(clock: Hands) -> Iterator[OscIn]:
    show = fakes.show()
    here = dataclasses.replace(show.patch, control_host="127.0.0.1", control_port=0)
    one = OscIn(dataclasses.replace(show, patch=here), Desk(), clock)
    yield one
    one.close()


@pytest.fixture
def remotes(door: OscIn) -> Iterator[list[Remote]]:
    some = [Remote(door.port) for _ in range(MOST_CONSOLES + 2)]
    yield some
    for remote in some:
        remote.socket.close()


def forget(remote: Remote) -> None:
    """Read away all that a remote was told."""
    remote.socket.settimeout(0.05)
    with contextlib.suppress(TimeoutError):
        while remote.socket.recv(4096):
            pass
    remote.socket.settimeout(2.0)


def speak(remote: Remote) -> None:
    """A ping that is answered, whatever was told before; all that others sent earlier has been read by then."""
    forget(remote)
    remote.settle()


def is_told(door: OscIn, clock: Hands, remote: Remote) -> bool:
    """Whether the next telling reaches a remote."""
    forget(remote)
    clock.time_s += 0.001
    door.show(frame_of(clock.time_s, [REAL, HELD], (0,)))
    remote.socket.settimeout(0.05)
    try:
        return remote.socket.recv(4096).startswith(b"#bundle")
    except TimeoutError:
        return False


def test_who_was_understood_of_late_is_told_in_one_datagram_and_nobody_else(
    clock: Hands, door: OscIn, remotes: list[Remote]
) -> None:
    speaks, silent = remotes[:2]
    speaks.settle()
    door.show(frame_of(0.0, [REAL, HELD]))
    said = read(speaks.socket.recv(4096))
    assert [one[0] for one in said] == ["/out/presence", "/out/presence/1", "/out/presence/2"]
    assert not is_told(door, clock, silent)
    clock.time_s = CONSOLE_S
    assert not is_told(door, clock, speaks)


def test_who_is_not_understood_is_no_console(clock: Hands, door: OscIn, remotes: list[Remote]) -> None:
    for datagram in (osc("/nonsense"), osc("/master", "loud"), osc("/out/pong")):
        remotes[0].send(datagram)
    speak(remotes[1])  # on the same thread: what was sent before has been read
    assert not is_told(door, clock, remotes[0])
    remotes[0].send(osc("/master", 0.5))
    speak(remotes[1])
    assert is_told(door, clock, remotes[0])


def test_a_crowd_of_senders_pushes_out_only_a_console_that_has_been_silent(
    clock: Hands, door: OscIn, remotes: list[Remote]
) -> None:
    for remote in remotes[: MOST_CONSOLES + 1]:
        speak(remote)
    assert is_told(door, clock, remotes[0]) and not is_told(door, clock, remotes[MOST_CONSOLES])
    clock.time_s += SILENT_S + 0.1
    speak(remotes[0])
    speak(remotes[MOST_CONSOLES])
    assert is_told(door, clock, remotes[0]) and is_told(door, clock, remotes[MOST_CONSOLES])
    assert not is_told(door, clock, remotes[1]), "it was silent the longest"
