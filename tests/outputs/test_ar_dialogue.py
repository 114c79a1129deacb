"""What is repeated to an AR engine, what it answers, and what becomes of both."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage

from installation.frame import Trigger
from installation.outputs.ar_answers import answers
from installation.outputs.ar_dialogue import Dialogue
from installation.outputs.osc import message
from tests.outputs import fakes

TICK_S = 1 / 100  # finer than a show's, so that times of repeats are seen


def start(seq: int, name: str = "shore") -> Trigger:
    return Trigger("start", name, seq, 2.0)


def told(dialogue: Dialogue, ticks: range, triggers=(), seq: int = 1) -> list[tuple[int, str, list]]:
    """Messages of triggers by tick; the triggers come with the first."""
    found = []
    for n in ticks:
        scene = fakes.scene(seq, triggers=tuple(triggers) if n == ticks.start else ())
        found += [(n, OscMessage(one).address, OscMessage(one).params) for one in dialogue.due(scene, n * TICK_S)]
    return found


def test_a_trigger_that_nobody_acknowledges_is_told_five_times():
    found = told(Dialogue(), range(200), [start(1)])
    assert [n for n, _, _ in found] == [0, 5, 15, 35, 75]
    assert {address for _, address, _ in found} == {"/ar/scene/start"}
    assert {tuple(params) for _, _, params in found} == {("shore", 1, 7, -1.0, 2.0)}


def test_an_acknowledged_trigger_is_told_no_more():
    dialogue = Dialogue()
    told(dialogue, range(3), [start(1)])
    dialogue.hear(message("/ar/ack", "i", 1), fakes.scene(1), 0.03)
    assert told(dialogue, range(3, 200)) == []


def test_the_acknowledgement_of_another_trigger_stops_nothing():
    dialogue = Dialogue()
    told(dialogue, range(3), [start(1)])
    dialogue.hear(message("/ar/ack", "i", 9), fakes.scene(1), 0.03)
    assert len(told(dialogue, range(3, 200))) == 4


def test_a_newer_scene_overtakes_an_older_one_and_leaves_the_cue_alone():
    dialogue = Dialogue()
    told(dialogue, range(3), [start(1), Trigger("fire", "1", 2, 2.0)])
    found = told(dialogue, range(3, 200), [start(3, "feast")], seq=3)
    assert {params[0] for _, address, params in found if address == "/ar/scene/start"} == {"feast"}
    assert {params[0] for _, address, params in found if address == "/ar/cue/fire"} == {"1"}


def test_a_tick_that_is_sent_again_does_not_tell_its_triggers_anew():
    dialogue = Dialogue()
    scene = fakes.scene(1, triggers=(start(1),))
    assert [len(dialogue.due(scene, n * TICK_S)) for n in range(5)] == [1, 0, 0, 0, 0]


def test_every_kind_of_trigger_has_its_number_and_the_epoch_beside_its_name():
    triggers = [
        start(4),
        Trigger("load", "feast", 5, 0.0),
        Trigger("fire", "3.2", 6, 6.0),
        Trigger("blackout", "1", 7, 0.3),
    ]
    found = told(Dialogue(), range(1), triggers, seq=7)
    assert [params[1:3] for _, _, params in found] == [[4, 7], [5, 7], [6, 7], [7, 7]]


def test_an_engine_that_never_answers_is_not_called_ill():
    dialogue = Dialogue()
    told(dialogue, range(300), [start(1)])
    assert dialogue.health(3.0) == (True, "says nothing back")


def test_an_engine_that_answers_and_does_not_acknowledge_is_amber_until_it_is_right_again():
    dialogue = Dialogue()
    dialogue.hear(message("/ar/heartbeat", "isif", 1, "", 0, 60.0), None, 0.0)
    told(dialogue, range(130), [start(1)])
    dialogue.hear(message("/ar/heartbeat", "isif", 2, "", 0, 60.0), fakes.scene(1), 1.3)
    assert dialogue.health(1.3) == (False, "did not acknowledge scene shore")
    dialogue.hear(message("/ar/heartbeat", "isif", 3, "shore", 1, 60.0), fakes.scene(1), 1.4)
    assert dialogue.health(1.4)[0]


def test_silence_is_told_after_two_seconds_and_its_end_at_once():
    dialogue = Dialogue()
    beat = message("/ar/heartbeat", "isif", 1, "shore", 1, 72.0)
    dialogue.hear(beat, fakes.scene(1), 0.0)
    assert dialogue.health(1.9) == (True, "72 pictures a second")
    assert dialogue.health(3.0) == (False, "is silent for 3 s")
    assert dialogue.health(9.0) == (False, "is silent for 9 s, and is gone")
    dialogue.hear(beat, fakes.scene(1), 9.0)
    assert dialogue.health(9.1)[0]


def test_an_engine_that_shows_something_else_is_told_the_state():
    dialogue = Dialogue()
    told(dialogue, range(1), [start(1)])
    dialogue.hear(message("/ar/heartbeat", "isif", 1, "", 0, 60.0), fakes.scene(1), 0.2)
    assert not dialogue.asked, "the trigger may still be on its way"
    dialogue.hear(message("/ar/heartbeat", "isif", 2, "", 0, 60.0), fakes.scene(1), 1.2)
    assert dialogue.asked


def test_an_engine_that_was_started_again_is_told_the_state():
    dialogue = Dialogue()
    dialogue.hear(message("/ar/heartbeat", "isif", 40, "shore", 1, 60.0), fakes.scene(1), 0.0)
    dialogue.hear(message("/ar/heartbeat", "isif", 1, "shore", 1, 60.0), fakes.scene(1), 1.0)
    assert dialogue.asked


def test_engines_start_at_the_same_moment_on_their_own_clocks():
    starts = []
    for offset_s, way_s in ((1000.0, 0.004), (5.0, 0.012)):
        dialogue = Dialogue(lead_s=0.1)
        for n in range(4):
            (ping,) = dialogue.ping(float(n))
            number = OscMessage(ping).params[0]
            late_s = 0.05 if n == 1 else 0.0  # one answer waits somewhere
            pong = message("/ar/pong", "iff", number, 0.0, n + way_s / 2 + offset_s)
            dialogue.hear(pong, None, n + way_s + late_s)
        (sent,) = dialogue.due(fakes.scene(1, triggers=(start(1),)), 4.0)
        starts.append(OscMessage(sent).params[3] - offset_s)
    assert starts == pytest.approx([4.1, 4.1], abs=1e-4)


def test_a_clock_that_was_not_told_for_ten_seconds_is_not_known():
    dialogue = Dialogue(lead_s=0.1)
    dialogue.ping(0.0)
    dialogue.hear(message("/ar/pong", "iff", 1, 0.0, 50.0), None, 0.01)
    (sent,) = dialogue.due(fakes.scene(1, triggers=(start(1),)), 11.0)
    assert OscMessage(sent).params[3] == -1.0


def test_a_pong_that_nobody_asked_for_counts_for_nothing():
    dialogue = Dialogue(lead_s=0.1)
    dialogue.hear(message("/ar/pong", "iff", 77, 0.0, 50.0), None, 0.01)
    (sent,) = dialogue.due(fakes.scene(1, triggers=(start(1),)), 0.02)
    assert OscMessage(sent).params[3] == -1.0


def test_an_error_is_shown_for_ten_seconds():
    dialogue = Dialogue()
    dialogue.hear(message("/ar/error", "ss", "shader", "does not compile"), None, 0.0)
    assert dialogue.health(1.0) == (False, "says: shader: does not compile")


@given(st.binary(max_size=2000))
def test_any_datagram_is_survived(data):
    dialogue = Dialogue()
    dialogue.hear(data, fakes.scene(1), 1.0)
    assert dialogue.health(1.0)[0] in (True, False)


@given(st.sampled_from(["/ar/ack", "/ar/pong", "/ar/heartbeat", "/ar/ready", "/ar/error", "/ar/sync"]), st.data())
def test_any_arguments_are_survived_and_what_is_not_finite_is_no_answer(address, data):
    values = data.draw(
        st.lists(st.one_of(st.floats(width=32), st.integers(-(2**31), 2**31 - 1), st.text("ab")), max_size=5)
    )
    kinds = "".join("s" if isinstance(v, str) else "i" if isinstance(v, int) else "f" for v in values)
    for answer in answers(message(address, kinds, *values)):
        assert not math.isinf(answer.time_s)
        Dialogue().hear(message(address, kinds, *values), fakes.scene(1), 1.0)
