"""PANIC, BLACKOUT, master and room signals."""

from __future__ import annotations

import math

import pytest

from installation.frame import Force
from tests.story.fakes import Cues, Operator, a_show, order, plain_cues, weights


def test_panic_reaches_the_safe_look_within_its_time_and_never_steps_back():
    operator = Operator(a_show(opening="2"))
    operator.wait(1.0)
    assert operator.say("panic").reason == "PANIC: the safe look is here in 2 s."
    levels = [story.panic for story in operator.stories(2.0)]
    assert levels == sorted(levels)
    assert 0.0 < levels[0] < 0.01
    assert levels[-1] == 1.0
    assert operator.story.panic_asked


def test_a_second_panic_within_the_fade_is_there_at_once():
    operator = Operator(a_show(opening="2"))
    operator.say("panic")
    operator.wait(0.5)
    assert operator.story.panic < 0.5
    assert operator.say("panic").reason == "PANIC: the safe look is here."
    assert operator.story.panic == 1.0


def test_two_panics_in_one_tick_are_there_at_once():
    operator = Operator(a_show(opening="2"))
    assert operator.tick(order("panic"), order("panic")).panic == 1.0


def test_panic_is_accepted_always_even_within_the_guard_and_where_it_holds_already():
    operator = Operator(a_show())
    story = operator.tick(order("go"), order("panic"))
    assert [receipt.accepted for receipt in story.receipts] == [True, True]
    operator.wait(5.0)
    receipt = operator.say("panic")
    assert (receipt.accepted, receipt.reason) == (True, "PANIC: the safe look holds already.")


def test_panic_releases_blackout():
    operator = Operator(a_show(opening="1"))
    operator.say("blackout", value=1.0)
    assert operator.wait(1.0).blackout == 1.0
    operator.say("panic")
    assert not operator.story.blackout_asked
    assert operator.wait(0.3).blackout == 0.0


def test_a_second_panic_releases_blackout_at_once():
    operator = Operator(a_show(opening="1"))
    operator.say("blackout", value=1.0)
    operator.wait(1.0)
    story = operator.tick(order("panic"), order("panic"))
    assert (story.panic, story.blackout) == (1.0, 0.0)


def test_blackout_does_not_darken_the_safe_look():
    operator = Operator(a_show(opening="1"))
    operator.say("panic")
    receipt = operator.say("blackout", value=1.0)
    assert receipt.reason == "BLACKOUT refused: PANIC holds the safe look; GO, BACK or a cue leaves it."
    assert operator.wait(1.0).blackout == 0.0
    assert operator.say("blackout", value=0.0).accepted


@pytest.mark.parametrize(("verb", "target", "at"), [("go", "", "3"), ("back", "", "1"), ("cue", "4", "4")])
def test_go_back_and_a_cues_own_go_leave_panic_over_the_cues_fade(verb, target, at):
    operator = Operator(a_show(opening="2"))
    operator.say("panic")
    operator.wait(4.0)
    assert operator.say(verb, target).accepted
    assert (operator.at, operator.story.panic_asked) == (at, False)
    assert operator.wait(1.0).panic == pytest.approx(0.5)
    assert operator.wait(1.0).panic == 0.0


def test_the_look_that_panic_ended_does_not_come_back_with_the_next_go():
    operator = Operator(a_show(opening="2"))
    operator.say("panic")
    operator.wait(4.0)
    operator.say("go")
    assert weights(operator.story) == {2: 1.0}


def test_a_go_before_the_safe_look_is_reached_turns_back_without_a_jump():
    operator = Operator(a_show(opening="2"))
    operator.wait(3.0)
    operator.say("panic")
    before = operator.wait(1.0)
    after = operator.tick(order("go"))
    assert before.panic == pytest.approx(0.5, abs=0.01)
    assert after.panic == pytest.approx(before.panic, abs=0.02)
    assert weights(after) == {1: pytest.approx(1.0), 2: pytest.approx(0.0)}


def test_a_go_that_meets_panic_is_refused_so_that_nobody_undoes_it_by_chance():
    operator = Operator(a_show(opening="2"))
    operator.wait(1.0)
    story = operator.tick(order("panic"), order("go"))
    assert story.receipts[1].reason == "GO refused: 0.0 s after PANIC."
    operator.wait(0.2)
    assert operator.say("reset").reason == "RESET refused: 0.2 s after PANIC."
    operator.wait(0.2)
    assert operator.say("go").accepted


def test_follow_hang_and_triggers_stand_still_while_panic_holds():
    cues = Cues().add("1", follow_s=1.0).add("2", when="risk > 0.5").add("3")
    operator = Operator(a_show(cues, opening="1"))
    operator.tick(order("room", "risk", 0.9), order("panic"))
    operator.wait(10.0)
    assert (operator.at, operator.standby, operator.story.panic) == ("1", "2", 1.0)


def test_panic_puts_a_cue_in_its_pre_wait_back_into_standby():
    operator = Operator(a_show(Cues().add("1").add("2", pre_wait_s=1.0), opening="1"))
    operator.say("go")
    operator.say("panic")
    operator.wait(5.0)
    assert (operator.at, operator.standby, operator.story.panic) == ("1", "2", 1.0)


def test_the_scene_stays_while_panic_holds():
    operator = Operator(a_show(plain_cues(scene=3), opening="1"))
    operator.say("panic")
    assert operator.wait(3.0).scene == 3


# --- BLACKOUT ---


def test_blackout_eases_down_and_up_while_the_cues_go_on_beneath():
    operator = Operator(a_show(plain_cues(follow_s=1.0), opening="1"))
    assert operator.say("blackout", value=1.0).reason == "BLACKOUT is on; the cues go on beneath."
    assert operator.wait(0.15).blackout == pytest.approx(0.5)
    assert operator.wait(0.15).blackout == 1.0
    operator.wait(1.0)
    assert operator.at == "2"
    operator.say("blackout", value=0.0)
    assert operator.wait(0.15).blackout == pytest.approx(0.5)
    assert operator.wait(0.15).blackout == 0.0


def test_asking_for_blackout_again_does_not_begin_its_fade_anew():
    operator = Operator(a_show())
    for _ in range(19):
        operator.say("blackout", value=1.0)
    assert operator.story.blackout == 1.0


def test_a_key_turns_blackout_on_and_off():
    operator = Operator(a_show())
    operator.say("blackout", "toggle")
    assert operator.story.blackout_asked
    operator.say("blackout", "toggle")
    assert not operator.story.blackout_asked


@pytest.mark.parametrize("value", [0.5, 2.0, -1.0, math.nan, math.inf])
def test_blackout_takes_nothing_but_one_and_zero(value):
    operator = Operator(a_show())
    assert operator.say("blackout", value=value).reason == f"BLACKOUT refused: it takes 1 or 0, not {value:g}."
    assert not operator.story.blackout_asked


# --- master and room ---


def test_the_master_follows_a_hand_without_steps():
    operator = Operator(a_show())
    assert operator.say("master", value=0.4).reason == "MASTER goes to 40 %."
    assert operator.story.master == 1.0
    assert operator.wait(0.1).master == pytest.approx(0.7)
    assert operator.wait(0.1).master == pytest.approx(0.4)


def test_steps_of_the_master_add_up_and_stop_at_its_ends():
    operator = Operator(a_show())
    operator.tick(order("master", "by", -0.05), order("master", "by", -0.05))
    assert operator.wait(1.0).master == pytest.approx(0.9)
    operator.tick(*(order("master", "by", 0.05) for _ in range(5)))
    assert operator.wait(1.0).master == 1.0


@pytest.mark.parametrize("target", ["", "by"])
@pytest.mark.parametrize("value", [1.2, -1.1, math.nan, math.inf, -math.inf])
def test_a_master_out_of_range_is_refused(target, value):
    operator = Operator(a_show())
    receipt = operator.say("master", target, value)
    assert (receipt.accepted, receipt.reason) == (False, f"MASTER refused: it goes from 0 to 1; {value:g} is outside.")
    assert operator.wait(1.0).master == 1.0


def test_a_room_signal_is_set_and_stays():
    operator = Operator(a_show())
    assert operator.story.room["risk"].value == 0.1
    assert operator.say("room", "risk", 0.7).reason == "risk is 0.7."
    signal = operator.wait(1.0).room["risk"]
    assert (signal.value, signal.time_s) == (0.7, pytest.approx(1 / 60))


@pytest.mark.parametrize("value", [1.01, -0.01, math.nan, math.inf])
def test_a_room_signal_out_of_its_range_is_refused(value):
    operator = Operator(a_show())
    receipt = operator.say("room", "risk", value)
    assert (receipt.accepted, receipt.reason) == (False, f"Refused: risk goes from 0 to 1; {value:g} is outside.")
    assert operator.story.room["risk"].value == 0.1


def test_an_unknown_room_signal_is_refused_with_the_nearest_guess():
    receipt = Operator(a_show()).say("room", "rik", 0.5)
    assert receipt.reason == "Refused: the room has no signal 'rik'; did you mean \"risk\"?"


def test_an_operator_forces_a_wearer_by_name_or_number_and_lets_go_again():
    operator = Operator(a_show())
    assert operator.say("presence", target="wearer 1", value=2.0).accepted
    assert operator.story.forced.tolist()[0] == Force.SIMULATED
    assert operator.say("presence", target="1", value=1.0).accepted
    assert operator.story.forced.tolist()[0] == Force.REAL
    operator.say("reset")
    assert operator.story.forced.tolist()[0] == Force.REAL, "a sensor is no better for a reset"
    assert operator.say("presence", target="1", value=0.0).accepted
    assert not operator.story.forced.any()


@pytest.mark.parametrize(("target", "value"), [("nobody", 1.0), ("1", 3.0), ("1", 0.5), ("1", math.nan), ("", 1.0)])
def test_a_presence_that_is_none_is_refused_with_a_sentence(target: str, value: float):
    operator = Operator(a_show())
    receipt = operator.say("presence", target=target, value=value)
    assert not receipt.accepted
    assert receipt.reason.startswith("Refused: ")
    assert not operator.story.forced.any()


def test_an_engine_may_always_ask_to_be_told():
    assert Operator(a_show()).say("sync").accepted
