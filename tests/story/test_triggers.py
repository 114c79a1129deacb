"""`when … for …`: what takes a cue by itself, what interrupts it, what the operator sees of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.frame import Body
from installation.show.model import Cue
from installation.story.triggers import timed_due_s
from tests.story.fakes import Cues, Operator, a_show, order


def waiting_show(when: str = "risk > 0.5", hold: float = 1.0, **settings: object) -> Operator:
    cues = Cues().add("1").add("2", when=when, hold=hold, **settings).add("3")
    return Operator(a_show(cues, opening="1"))


def test_a_condition_that_holds_for_long_enough_takes_the_cue_in_standby():
    operator = waiting_show()
    operator.wait(1.0)
    operator.say("room", "risk", 0.8)
    operator.wait(0.95)
    assert operator.at == "1"
    operator.wait(0.05)
    assert (operator.at, operator.standby) == ("2", "3")


def test_an_interrupted_condition_counts_from_its_new_beginning():
    operator = waiting_show()
    for value in (0.8, 0.4, 0.8):
        operator.say("room", "risk", value)
        operator.wait(0.9)
    assert operator.at == "1"
    operator.wait(0.1)
    assert operator.at == "2"


def test_only_the_cue_in_standby_listens():
    cues = Cues().add("1").add("2").add("3", when="risk > 0.5")
    operator = Operator(a_show(cues, opening="1"))
    operator.say("room", "risk", 0.9)
    operator.wait(2.0)
    assert operator.at == "1"
    operator.say("go")
    operator.wait(1.0)
    assert operator.at == "3"


def test_a_condition_true_from_the_start_takes_the_first_cue_without_an_opening():
    operator = Operator(a_show(Cues().add("1", when="risk < 0.5", hold=0.5)))
    operator.wait(0.6)
    assert operator.at == "1"


def test_a_condition_that_holds_for_one_wearer_is_enough():
    operator = waiting_show("heart.rate > 100", hold=0.0)
    operator.feel(heart_rate=[70.0, math.nan, 60.0])
    operator.wait(1.0)
    assert operator.at == "1"
    operator.feel(heart_rate=[70.0, math.nan, 101.0])
    operator.tick()
    assert operator.at == "2"


def test_what_is_not_known_takes_no_cue():
    operator = waiting_show("heart.rate > 0", hold=0.0)
    operator.wait(1.0)
    assert operator.at == "1"


def test_after_back_a_condition_has_to_be_false_once_before_it_counts():
    operator = waiting_show(hold=0.5)
    operator.say("room", "risk", 0.9)
    operator.wait(2.0)
    assert operator.at == "2"
    operator.say("back")
    operator.wait(5.0)
    assert (operator.at, operator.standby) == ("1", "2")
    assert operator.story.waiting.text == "risk > 0.5, once it has been false"
    operator.say("room", "risk", 0.1)
    operator.say("room", "risk", 0.9)
    assert operator.story.waiting.text == "risk > 0.5"
    operator.wait(0.5)
    assert operator.at == "2"


def test_after_a_jump_back_a_condition_has_to_be_false_once_as_well():
    operator = waiting_show(hold=0.0)
    operator.say("room", "risk", 0.9)
    operator.wait(1.0)
    operator.say("cue", "1")
    operator.wait(2.0)
    assert operator.at == "1"


def test_after_reset_a_condition_has_to_be_false_once_as_well():
    operator = waiting_show("gifts < 5", hold=0.0)
    operator.wait(1.0)
    assert operator.at == "2"
    operator.say("reset")
    operator.wait(2.0)
    assert operator.at == "1"


def test_triggers_that_are_all_true_keep_the_guards_distance():
    cues = Cues().add("1")
    for number in range(2, 6):
        cues.add(str(number), when="risk > 0.5")
    operator = Operator(a_show(cues, opening="1"))
    operator.wait(1.0)
    operator.say("room", "risk", 1.0)
    taken_s = []
    before = operator.story.current
    for story in operator.stories(2.0):
        if story.current != before:
            taken_s.append(operator.time_s)
            before = story.current
    assert np.diff(taken_s) == pytest.approx([0.4, 0.4], abs=1.01 / 60)


def test_an_operators_go_in_the_moment_of_a_trigger_does_not_skip_a_cue():
    operator = waiting_show(hold=0.0)
    operator.say("room", "risk", 0.9)
    assert operator.at == "1"  # the opening cue's own guard
    operator.wait(0.4)
    assert operator.at == "2"
    assert not operator.say("go").accepted
    assert (operator.at, operator.standby) == ("2", "3")


def test_a_trigger_waits_while_a_cue_is_in_its_pre_wait():
    cues = Cues().add("1").add("2", pre_wait_s=2.0).add("3", when="risk > 0.5")
    operator = Operator(a_show(cues, opening="1"))
    operator.say("room", "risk", 0.9)
    operator.say("go")
    operator.wait(1.9)
    assert (operator.at, operator.standby) == ("1", "3")
    operator.wait(0.3)
    assert operator.at == "2"
    operator.wait(0.4)
    assert operator.at == "3"


def test_the_waiting_cue_tells_its_value_its_threshold_and_how_long_it_has_held():
    operator = waiting_show(hold=4.0)
    waiting = operator.story.waiting
    assert (waiting.text, waiting.value, waiting.threshold) == ("risk > 0.5", pytest.approx(0.1), 0.5)
    assert (waiting.held_s, waiting.hold_s) == (0.0, 4.0)
    operator.say("room", "risk", 0.75)
    waiting = operator.wait(3.0).waiting
    assert (waiting.value, waiting.held_s) == (0.75, pytest.approx(3.0))


def test_the_waiting_cue_tells_the_value_of_the_wearer_who_is_nearest():
    operator = waiting_show("heart.rate > 100")
    operator.feel(heart_rate=[60.0, 97.0, math.nan])
    assert operator.tick().waiting.value == 97.0
    operator.feel(heart_rate=[60.0, 97.0, 130.0])
    assert operator.tick().waiting.value == 130.0
    operator.feel(heart_rate=[math.nan] * 3)
    assert math.isnan(operator.tick().waiting.value)


def test_a_condition_without_a_scale_tells_its_text_alone():
    waiting = waiting_show("risk > 0.5 and gifts > 2").story.waiting
    assert waiting.text == "risk > 0.5 and gifts > 2"
    assert math.isnan(waiting.value)
    assert math.isnan(waiting.threshold)


def test_a_room_signal_set_in_this_tick_counts_in_this_tick():
    operator = waiting_show(hold=0.0)
    operator.wait(1.0)
    operator.tick(order("room", "risk", 0.9))
    assert operator.at == "2"


def test_of_follow_and_hang_the_earlier_one_counts():
    cue = Cue("1", "", "", 2.0, "linear", 0, -1, follow_s=5.0, hang_s=1.0)
    assert timed_due_s(cue, 10.0) == 13.0
    assert timed_due_s(Cue("1", "", "", 2.0, "linear", 0, -1), 10.0) == math.inf


def test_derived_values_of_all_expressions_reach_the_story_in_their_order():
    show = a_show(Cues().add("1"), texts=("risk * 2", "input.glow + wearer"), inputs=("glow",), wearers=2)
    operator = Operator(show)
    operator.feel(inputs=[[0.5], [math.nan]])
    assert operator.tick().values.tolist() == [[pytest.approx(0.2)] * 2, [1.5, pytest.approx(math.nan, nan_ok=True)]]
    assert isinstance(operator.body, Body)
