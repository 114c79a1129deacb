"""The shipped show, led as it is on a night: a GO, then the room."""

from __future__ import annotations

from installation.show.load import load
from tests.conftest import SHOW
from tests.story.fakes import Operator


def test_the_feast_goes_from_arrival_to_one_sea_as_the_room_changes():
    operator = Operator(load(SHOW), rate_hz=30.0)
    operator.wait(4.0)
    path = [operator.at]
    operator.say("go")
    for risk, gifts, seconds in ((0.5, 0.0, 6.0), (0.7, 0.0, 5.0), (0.7, 0.0, 12.0), (0.7, 0.2, 2.0), (0.3, 0.7, 7.0)):
        path.append(operator.at)
        operator.say("room", "pantry.shortage_risk", risk)
        operator.say("room", "community.gifts", gifts)
        operator.wait(seconds)
    path.append(operator.at)
    assert path == ["0.5", "1", "2", "3.1", "3.2", "4.1", "5"]
    assert operator.standby == "6"
    assert [cue.act for cue in operator.show.cues[operator.story.current :]] == ["Feast", "Farewell"]
    assert operator.story.waiting.text == ""
