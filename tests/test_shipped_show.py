"""The shipped show, played through: every cue by GO, and every cue that waits for the room by the room."""

from __future__ import annotations

import pytest

from installation.show.load import load
from installation.testing import Night, order, play, room, unplug
from tests.conftest import SHOW


@pytest.fixture(scope="module")
def by_hand() -> Night:
    """GO after GO; a sensor goes on the way, and PANIC is called off at the end."""
    return play(
        SHOW,
        people=2,
        minutes=0.9,
        at={
            **{f"0:{second}": order("GO") for second in range(6, 40, 5)},
            "0:15": unplug("Elif"),
            "0:44": order("panic"),
            "0:48": order("cue", "5"),
        },
    )


@pytest.fixture(scope="module")
def by_the_room() -> Night:
    return play(
        SHOW,
        minutes=0.7,
        at={
            "0:03": order("GO"),
            "0:03.5": room("pantry.shortage_risk", 0.5),
            "0:08": room("pantry.shortage_risk", 0.7),
            "0:23": room("community.gifts", 0.2),
            "0:25": (room("community.gifts", 0.7), room("pantry.shortage_risk", 0.3)),
            "0:34": order("GO"),
        },
    )


def test_the_whole_cue_list_is_walked_by_go(by_hand: Night) -> None:
    numbers = [cue.number for cue in load(SHOW).cues]
    assert [number for _, number in by_hand.cues] == [*numbers, "5"]
    assert by_hand.refused == ()


def test_every_cue_that_waits_for_the_room_comes_when_the_room_says_so(by_the_room: Night) -> None:
    cues = load(SHOW).cues
    assert [number for _, number in by_the_room.cues] == [cue.number for cue in cues]
    orders = [receipt.order for _, receipt in by_the_room.receipts]
    assert [one.verb for one in orders].count("go") == len([cue for cue in cues if cue.number in ("1", "6")])
    waiting = {cue.number for cue in cues if cue.when is not None or cue.number == "3.2"}
    assert waiting == {"2", "3.1", "3.2", "4.1", "5"}


@pytest.mark.parametrize("which", ["by_hand", "by_the_room"])
def test_no_pixel_goes_under_its_floor_nothing_flashes_and_nothing_jumps(
    which: str, request: pytest.FixtureRequest
) -> None:
    assert request.getfixturevalue(which).violations == ()


def test_every_garment_is_lit_by_every_look(by_hand: Night) -> None:
    for time_s, number in by_hand.cues:
        row = by_hand.tick(time_s + 1.0)
        assert by_hand.light[row].min() > 0.01, f"a garment is dark a second into cue {number}"
