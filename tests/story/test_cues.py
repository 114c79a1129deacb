"""GO, BACK, standby, pre-wait, follow, hang, acts and scenes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from installation.show.model import Safety
from tests.story.fakes import Cues, Operator, a_show, order, plain_cues, weights


def test_without_an_opening_cue_the_show_waits_in_the_safe_look_with_the_first_cue_in_standby():
    operator = Operator(a_show())
    assert (operator.at, operator.standby) == ("", "1")
    assert operator.story.playing == ()
    assert operator.story.act == ""
    assert operator.story.scene == -1


def test_the_opening_cue_fades_in_out_of_the_safe_look_and_the_one_after_it_stands_by():
    operator = Operator(a_show(opening="2"))
    assert (operator.at, operator.standby) == ("2", "3")
    assert weights(operator.story) == {-1: 1.0, 1: 0.0}
    assert operator.story.playing[0].look == 0
    operator.wait(1.0)
    assert weights(operator.story)[1] == pytest.approx(0.5)
    assert weights(operator.wait(1.0)) == {1: 1.0}


def test_a_show_without_cues_stays_in_the_safe_look_and_refuses_go():
    operator = Operator(a_show(Cues()))
    assert not operator.say("go").accepted
    assert (operator.story.playing, operator.story.current, operator.story.standby) == ((), -1, -1)


def test_go_takes_the_standby_cue_and_moves_standby_on():
    operator = Operator(a_show())
    receipt = operator.say("go")
    assert receipt.accepted
    assert receipt.reason == "GO: cue 1 (cue 1) fades in over 2 s."
    assert (operator.at, operator.standby) == ("1", "2")


def test_a_go_in_the_very_first_tick_after_the_opening_cue_is_not_refused():
    operator = Operator(a_show(opening="1"))
    assert operator.say("go").accepted
    assert operator.at == "2"


def test_go_after_the_last_cue_is_refused_and_the_last_cue_stays():
    operator = Operator(a_show(opening="4"))
    assert operator.standby == ""
    receipt = operator.say("go")
    assert not receipt.accepted
    assert receipt.reason == "GO refused: no cue stands after the last one; BACK, or a cue's own GO, goes on."
    assert operator.at == "4"


def test_back_fades_to_the_previous_cue_over_its_own_fade_and_the_one_left_stands_by():
    cues = Cues().add("1", fade=4.0).add("2", fade=1.0).add("3")
    operator = Operator(a_show(cues, opening="2"))
    operator.wait(2.0)
    assert operator.say("back").reason == "BACK: cue 1 (cue 1) fades in."
    assert (operator.at, operator.standby) == ("1", "2")
    assert weights(operator.wait(1.0)) == pytest.approx({1: 0.75, 0: 0.25})


def test_back_before_and_at_the_first_cue_is_refused():
    operator = Operator(a_show())
    assert operator.say("back").reason == "BACK refused: no cue stands before this one."
    operator.say("go")
    operator.wait(1.0)
    assert not operator.say("back").accepted
    assert operator.at == "1"


def test_a_cue_goes_by_its_number_and_the_one_after_it_stands_by():
    operator = Operator(a_show())
    assert operator.say("cue", "3").accepted
    assert (operator.at, operator.standby) == ("3", "4")


def test_an_unknown_cue_is_refused_with_the_nearest_guess():
    operator = Operator(a_show(Cues().add("3.1").add("3.2").add("10")))
    receipt = operator.say("cue", "3.11")
    assert not receipt.accepted
    assert receipt.reason == 'GO refused: there is no cue 3.11; did you mean "3.1"?'
    assert operator.say("cue", "").reason == "GO refused: there is no cue ."


def test_taking_the_running_cue_again_lets_it_fade_on_from_where_it_is():
    operator = Operator(a_show(opening="1"))
    operator.wait(1.0)
    before = weights(operator.story)[0]
    operator.say("cue", "1")
    assert weights(operator.story)[0] == pytest.approx(before, abs=0.02)
    assert sorted(weights(operator.story)) == [-1, 0]


# --- pre-wait ---


def test_a_pre_wait_delays_the_fade_while_standby_moves_on_at_once():
    operator = Operator(a_show(Cues().add("1").add("2", pre_wait_s=1.0).add("3"), opening="1"))
    operator.wait(3.0)
    assert operator.say("go").reason == "GO: cue 2 (cue 2) fades in over 2 s 1 s from now."
    assert (operator.at, operator.standby) == ("1", "3")
    waiting = operator.wait(0.5).waiting
    assert (waiting.text, waiting.held_s, waiting.hold_s) == ("pre-wait of cue 2", pytest.approx(0.5), 1.0)
    operator.wait(0.5)
    assert operator.at == "2"
    assert weights(operator.wait(1.0))[1] == pytest.approx(0.5)


def test_a_go_during_a_pre_wait_passes_the_waiting_cue_over_and_says_so():
    operator = Operator(a_show(Cues().add("1", pre_wait_s=5.0).add("2").add("3")))
    operator.say("go")
    operator.wait(1.0)
    assert operator.say("go").reason == "GO: cue 2 (cue 2) fades in over 2 s; cue 1 (cue 1) is passed over."
    assert (operator.at, operator.standby) == ("2", "3")
    operator.wait(6.0)
    assert operator.at == "2"


def test_back_during_a_pre_wait_calls_it_off():
    operator = Operator(a_show(Cues().add("1").add("2", pre_wait_s=2.0), opening="1"))
    operator.say("go")
    operator.wait(1.0)
    assert operator.say("back").reason == "BACK: cue 2 (cue 2) stands by again."
    operator.wait(5.0)
    assert (operator.at, operator.standby) == ("1", "2")


def test_the_follow_of_the_cue_before_does_not_run_into_a_pre_wait():
    operator = Operator(a_show(Cues().add("1", follow_s=2.0).add("2", pre_wait_s=3.0).add("3"), opening="1"))
    operator.wait(1.0)
    operator.say("go")
    operator.wait(2.0)
    assert (operator.at, operator.standby) == ("1", "3")
    operator.wait(1.5)
    assert (operator.at, operator.standby) == ("2", "3")


# --- follow and hang ---


def test_follow_counts_from_the_beginning_of_the_cue():
    operator = Operator(a_show(Cues().add("1", fade=5.0, follow_s=2.0).add("2"), opening="1"))
    assert operator.wait(1.95).current == 0
    assert operator.story.waiting.text == "follows cue 1"
    assert operator.wait(0.1).current == 1


def test_hang_counts_from_the_end_of_the_fade():
    operator = Operator(a_show(Cues().add("1", fade=3.0, hang_s=2.0).add("2"), opening="1"))
    assert operator.wait(4.95).current == 0
    assert operator.wait(0.1).current == 1


def test_a_chain_of_follows_stands_where_it_should_after_a_second_of_lost_ticks():
    cues = plain_cues(5, fade=0.5, follow_s=0.3)
    steady, stalled = Operator(a_show(cues, opening="1")), Operator(a_show(cues, opening="1"))
    steady.wait(1.0)
    stalled.tick(lost=59)
    assert (stalled.number, stalled.at, stalled.standby) == (steady.number, steady.at, steady.standby)
    assert [(p.cue, p.weight, p.elapsed_s) for p in stalled.story.playing] == [
        (p.cue, pytest.approx(p.weight), pytest.approx(p.elapsed_s)) for p in steady.story.playing
    ]


def test_a_follow_on_the_last_cue_leads_nowhere():
    operator = Operator(a_show(Cues().add("1", follow_s=0.5), opening="1"))
    operator.wait(2.0)
    assert (operator.at, operator.standby) == ("1", "")
    assert operator.story.waiting.text == ""


def test_follows_without_any_time_between_reach_the_end_in_one_tick():
    operator = Operator(a_show(plain_cues(50, follow_s=0.0), opening="1"))
    assert operator.at == "50"


def test_an_operators_go_just_after_a_cue_that_went_by_itself_does_not_skip_one():
    operator = Operator(a_show(Cues().add("1", follow_s=1.0).add("2").add("3"), opening="1"))
    operator.wait(1.1)
    assert operator.at == "2"
    assert operator.say("go").reason == "GO refused: 0.1 s after the last one."
    assert operator.at == "2"


# --- the guard ---


def test_a_second_go_within_the_guard_is_refused_whoever_gives_it():
    operator = Operator(a_show())
    operator.say("go")
    operator.wait(0.3)
    story = operator.tick(replace(order("go"), source="another"))
    assert not story.receipts[0].accepted
    assert story.receipts[0].reason == "GO refused: 0.3 s after the last one."
    assert operator.standby == "2"


@pytest.mark.parametrize(("verb", "target", "word"), [("back", "", "BACK"), ("cue", "4", "GO")])
def test_back_and_a_cues_own_go_share_the_guard(verb, target, word):
    operator = Operator(a_show(opening="2"))
    operator.say("go")
    assert operator.say(verb, target).reason == f"{word} refused: 0.0 s after the last one."
    assert operator.at == "3"


def test_a_go_just_at_the_end_of_the_guard_is_accepted():
    operator = Operator(a_show())
    operator.say("go")
    operator.wait(23 / 60)
    assert operator.say("go").accepted


def test_a_refused_go_does_not_lengthen_the_guard():
    operator = Operator(a_show())
    operator.say("go")
    for _ in range(23):
        operator.say("go")
    assert operator.at == "1"
    assert operator.say("go").accepted


def test_two_gos_in_one_tick_take_one_cue():
    operator = Operator(a_show())
    story = operator.tick(order("go"), order("go"))
    assert [receipt.accepted for receipt in story.receipts] == [True, False]
    assert operator.standby == "2"


def test_a_go_that_expects_another_cue_in_standby_is_refused():
    operator = Operator(a_show(opening="1"))
    assert operator.say("go", expect="3").reason == "GO refused: cue 2 is in standby, not cue 3."
    assert operator.say("go", expect="2").accepted
    operator.wait(1.0)
    operator.say("cue", "4")
    operator.wait(1.0)
    assert operator.say("go", expect="4").reason == "GO refused: no cue is in standby, not cue 4."


def test_an_unknown_order_is_refused_with_the_nearest_guess():
    assert Operator(a_show()).say("bak").reason == "Refused: nothing is called 'bak'; did you mean \"back\"?"


# --- acts, scenes, reset ---


def test_the_act_is_the_current_cues():
    operator = Operator(a_show(Cues().add("1", act="Arrival").add("2", act="Feast"), opening="1"))
    assert operator.story.act == "Arrival"
    operator.say("go")
    assert operator.story.act == "Feast"


def test_a_scene_stays_until_a_cue_brings_another_and_back_finds_the_one_before():
    operator = Operator(a_show(Cues().add("1", scene=5).add("2").add("3", scene=7), opening="1"))
    scenes = [operator.story.scene]
    for verb in ("go", "go", "back", "back"):
        operator.wait(1.0)
        operator.say(verb)
        scenes.append(operator.story.scene)
    assert scenes == [5, 5, 7, 5, 5]


def test_reset_returns_to_the_opening_state_by_fading():
    operator = Operator(a_show(opening="1"))
    operator.wait(3.0)
    operator.say("cue", "3")
    operator.say("room", "risk", 0.9)
    operator.say("master", value=0.2)
    operator.say("blackout", value=1.0)
    operator.wait(3.0)
    assert operator.say("reset").accepted
    story = operator.story
    assert (operator.at, operator.standby) == ("1", "2")
    assert weights(story) == pytest.approx({2: 1.0, 0: 0.0})
    assert story.room["risk"].value == 0.1
    story = operator.wait(3.0)
    assert (story.master, story.blackout, story.panic) == (1.0, 0.0, 0.0)
    assert weights(story) == {0: 1.0}


def test_reset_without_an_opening_cue_fades_back_to_the_safe_look():
    operator = Operator(a_show())
    operator.say("go")
    operator.wait(3.0)
    operator.say("reset")
    assert (operator.at, operator.standby) == ("", "1")
    half = operator.wait(1.0)
    assert weights(half) == pytest.approx({0: 0.5, -1: 0.5}, abs=0.02)
    assert operator.wait(1.1).playing == ()


def test_nothing_is_waited_for_where_the_operator_leads():
    waiting = Operator(a_show(opening="1")).story.waiting
    assert (waiting.text, waiting.held_s, waiting.hold_s) == ("", 0.0, 0.0)


def test_a_show_without_a_guard_takes_every_go():
    operator = Operator(a_show(safety=Safety(0.0, 2.0, 0.3)))
    story = operator.tick(order("go"), order("go"), order("go"))
    assert all(receipt.accepted for receipt in story.receipts)
    assert (operator.at, operator.standby) == ("3", "4")
    assert len(story.playing) <= 2
