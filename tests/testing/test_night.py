"""A short night of the shipped show: whose hearts beat, what faults do, what is written down."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from installation.body.presence import HOLD_S, SIMULATE_S
from installation.frame import Presence
from installation.sensors.people import People
from installation.show.problems import ShowProblems
from installation.testing import Night, cut, order, play, replug, room, unplug
from installation.testing.wires import HEARTS
from tests.conftest import SHOW

PLAN = {
    "0:10": unplug("Elif"),
    "0:14": (order("GO"), order("master", value=0.9)),
    "0:14.1": order("GO"),
    "0:15": replug("elif", "COM7"),
    "0:13": cut("wearer 2"),
}


@pytest.fixture(scope="module")
def night() -> Night:
    return play(SHOW, people=3, minutes=0.45, seed=4, at=PLAN)


def test_a_night_has_a_row_for_every_tick_and_bytes_for_every_garment(night: Night) -> None:
    assert night.time_s.shape == (1620,)
    assert np.allclose(np.diff(night.time_s), 1 / 60)
    assert night.levels["elif"].shape == (1620, 52, 3)
    assert night.light.shape == (1620, 8)
    assert night.light[:, 0] == pytest.approx(night.levels["elif"].mean(axis=(1, 2)) / 255)
    assert night.presence.shape == night.quality.shape == night.heart_rate.shape == (1620, 8)


def test_people_have_hearts_of_their_own_and_the_others_are_simulated(night: Night) -> None:
    real = night.presence[night.tick("0:10")] == Presence.REAL
    assert real.tolist() == [True] * 3 + [False] * 5
    beats_s = People(3, 4 + HEARTS).beats(2, 26.0)
    beats_s = beats_s[(beats_s > 10.0) & (beats_s < 25.0)]
    rate = 60.0 / np.mean([later - earlier for earlier, later in pairwise(beats_s)])
    assert np.median(night.heart_rate[night.tick("0:10") : night.tick("0:25"), 2]) == pytest.approx(rate, rel=0.08)


def test_a_pulled_plug_is_held_then_simulated_and_real_again_under_its_new_name(night: Night) -> None:
    gone_s = 10.0
    own = night.presence[:, night.wearer("Elif")]
    assert own[night.tick(gone_s + 0.5)] == Presence.REAL
    assert own[night.tick(gone_s + HOLD_S + 1.5)] == Presence.HELD
    assert own[night.tick(gone_s + SIMULATE_S + 1.5)] == Presence.SIMULATED
    assert own[-1] == Presence.REAL
    told = [(event.what, event.reason) for event in night.events if event.wire.startswith("Elif")]
    assert [what for what, _ in told] == ["opened", "closed", "opened"]
    assert told[-1][1] == "COM7 is open"


def test_a_plug_that_slips_is_back_by_itself(night: Night) -> None:
    told = [(event.what, event.time_s) for event in night.events if event.wire.startswith("Tomo")]
    assert [what for what, _ in told] == ["opened", "closed", "opened"]
    assert 14.0 <= told[-1][1] <= 15.5


def test_cues_and_receipts_are_written_down_with_their_times(night: Night) -> None:
    assert night.cues == ((0.0, "0.5"), (14.0, "1"))
    assert [(round(time_s, 1), receipt.accepted) for time_s, receipt in night.receipts] == [
        (14.0, True), (14.0, True), (14.1, False),
    ]  # fmt: skip
    assert night.refused == ("0:14.10 GO refused: 0.1 s after the last one.",)


def test_nothing_differs_from_the_calm_night_before_the_first_failure(night: Night) -> None:
    first = night.tick("0:10")
    assert np.array_equal(night.light[:first], night.calm.light[:first])
    assert not np.array_equal(night.light[first:, 0], night.calm.light[first:, 0])
    assert np.array_equal(night.light[:, 5], night.calm.light[:, 5]), "another wearer's trouble is not Kaveh's"


def test_the_same_night_has_the_same_digest_and_may_share_its_calm_one(night: Night) -> None:
    again = play(SHOW, people=3, minutes=0.45, seed=4, at=PLAN, calm=night.calm)
    assert again.digest == night.digest
    assert again.violations == night.violations
    with pytest.raises(ValueError, match="calm night is another one"):
        play(SHOW, people=3, minutes=0.45, seed=4, at={"0:13": order("GO"), "0:14": unplug(1)}, calm=night.calm)


def test_a_show_is_widened_by_guests_in_its_own_kinds_of_garment() -> None:
    night = play(SHOW, people=11, minutes=0.01)
    assert [wearer.name for wearer in night.show.wearers[7:]] == ["Sione", "Guest 9", "Guest 10", "Guest 11"]
    assert [garment.kind for garment in night.show.garments[8:]] == ["shawl", "coat", "shawl"]
    assert night.show.garments[8].name == "elif-9"
    assert night.presence.shape[1] == 11


def test_what_cannot_be_played_is_told_with_what_would_do(tmp_path: object) -> None:
    for asked, said in (
        ({"at": {"0:01": unplug("Noor")}, "people": 3}, "only the first 3 wearers have a sensor"),
        ({"at": {"0:01": unplug("Eliff")}, "people": 3}, 'did you mean "Elif"'),
        ({"at": {"9:00": order("GO")}}, "after the night has ended"),
        ({"minutes": 0}, "is none"),
    ):
        with pytest.raises(ValueError, match=said):
            play(SHOW, **{"minutes": 0.1, **asked})  # type: ignore[arg-type]  # as a designer would mistype it
    with pytest.raises(ShowProblems):
        play(str(tmp_path))


def test_orders_of_the_room_reach_the_story() -> None:
    night = play(SHOW, minutes=0.2, at={"0:01": order("cue", "2"), "0:02": room("pantry.shortage_risk", 0.9)})
    assert [number for _, number in night.cues] == ["0.5", "2", "3.1"]


def test_an_operator_who_forces_presence_is_obeyed_until_they_let_go() -> None:
    at = {
        "0:20": order("presence", "wearer 1", 2),
        "0:26": order("presence", "wearer 1", 0),
        "0:34": order("presence", "wearer 2", 1),
        "0:35": unplug("wearer 2"),
    }
    night = play(SHOW, people=2, minutes=0.8, seed=4, at=at)
    first, second = night.presence[:, 0], night.presence[:, 1]
    assert first[night.tick("0:19.9")] == Presence.REAL
    assert (first[night.tick("0:20.1") : night.tick("0:26")] == Presence.SIMULATED).all()
    assert first[night.tick("0:31")] == Presence.REAL
    assert (second[night.tick("0:38") :] == Presence.HELD).all(), "no twin takes over"
    assert np.isfinite(night.heart_rate[-1, 1])
    assert night.violations == ()
