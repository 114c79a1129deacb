"""What AR engines are told: numbers, parameters, captions, time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.ar.scenes import Scenes
from installation.frame import Order, Receipt, SceneState, Story, Tick
from installation.show.model import Scene
from tests.story.fakes import a_show, plain_cues

SHORE = Scene("shore", (("en", "The tide is out."), ("tr", "Deniz çekilmiş.")), (("tide", 0), ("warmth", 1)))
FEAST = Scene("feast", (), (("warmth", 1),))
SHOW = a_show(plain_cues(3), scenes=(SHORE, FEAST))


class Teller:
    """Tells scenes tick by tick, a second apart."""

    def __init__(self) -> None:
        self.scenes = Scenes(SHOW, epoch=77)
        self.number = 0

    def tell(self, scene: int = 0, cue: int = 0, values: object = ((0.5,), (1.0,)), **more: object) -> SceneState:
        story = Story((), cue, -1, "", scene, 1.0, 0.0, 0.0, False, False, np.asarray(values, np.float32))
        for name, value in more.items():
            object.__setattr__(story, name, value)
        self.number += 1
        return self.scenes.tell(story, Tick(self.number, float(self.number), 1.0))


def test_before_the_first_cue_the_state_is_empty_and_has_number_zero():
    state = Teller().tell(scene=-1, cue=-1)
    assert state == SceneState("", "", 0, 77, 0.0, False, {}, {})


def test_the_number_rises_with_scene_cue_and_blackout_and_with_nothing_else():
    teller = Teller()
    numbers = [
        teller.tell(scene=-1, cue=-1).seq,
        teller.tell(scene=0, cue=0).seq,
        teller.tell(scene=0, cue=0, values=((0.9,), (0.2,))).seq,
        teller.tell(scene=0, cue=1).seq,
        teller.tell(scene=1, cue=2).seq,
        teller.tell(scene=1, cue=2, blackout_asked=True, blackout=0.1).seq,
        teller.tell(scene=1, cue=2, blackout_asked=True, blackout=1.0).seq,
        teller.tell(scene=1, cue=2).seq,
        teller.tell(scene=1, cue=2, panic=1.0, panic_asked=True, master=0.2).seq,
    ]
    assert numbers == [0, 2, 2, 3, 5, 6, 6, 7, 7]


def test_a_show_that_opens_with_a_cue_begins_with_its_scene_and_the_cue():
    state = Teller().tell()
    assert [(one.what, one.name, one.seq) for one in state.triggers] == [("start", "shore", 1), ("fire", "1", 2)]
    assert state.seq == 2


def test_what_does_not_change_triggers_nothing():
    teller = Teller()
    teller.tell()
    assert teller.tell().triggers == ()


def test_blackout_is_a_trigger_and_its_end_too():
    teller = Teller()
    teller.tell()
    triggers = [*teller.tell(blackout_asked=True).triggers, *teller.tell().triggers]
    assert [(one.what, one.name) for one in triggers] == [("blackout", "1"), ("blackout", "0")]


def test_time_counts_from_the_beginning_of_the_scene_not_of_the_cue():
    teller = Teller()
    times = [
        teller.tell(scene=scene, cue=cue).elapsed_s for scene, cue in ((0, 0), (0, 0), (0, 1), (1, 2), (1, 2), (0, 0))
    ]
    assert times == [0.0, 1.0, 2.0, 0.0, 1.0, 0.0]


def test_a_parameter_is_the_mean_over_the_wearers_of_whom_it_is_known():
    state = Teller().tell(values=((0.0, 1.0, math.nan), (0.25, 0.25, 0.25)))
    assert state.parameters == {"tide": 0.5, "warmth": 0.25}


def test_a_parameter_that_nobody_knows_keeps_its_last_value_and_is_zero_at_first():
    teller = Teller()
    unknown = ((math.nan, math.inf), (math.nan, math.nan))
    assert teller.tell(values=unknown).parameters == {"tide": 0.0, "warmth": 0.0}
    teller.tell(values=((0.75, 0.75), (0.5, 0.5)))
    assert teller.tell(values=unknown).parameters == {"tide": 0.75, "warmth": 0.5}


def test_parameters_go_on_while_panic_holds():
    teller = Teller()
    teller.tell()
    state = teller.tell(values=((0.1,), (0.2,)), panic=1.0, panic_asked=True)
    assert (state.scene, state.parameters["tide"]) == ("shore", pytest.approx(0.1))


def test_captions_are_those_of_the_scene_in_every_language():
    teller = Teller()
    assert teller.tell(scene=0).captions == {"en": "The tide is out.", "tr": "Deniz çekilmiş."}
    assert teller.tell(scene=1).captions == {}


def test_an_engine_that_asked_is_to_be_told_on_that_tick_alone():
    teller = Teller()
    sync = Receipt(Order("sync", "osc", 1.0), True, "")
    assert [teller.tell(receipts=receipts).asked for receipts in ((), (sync,), ())] == [False, True, False]
    assert teller.tell(receipts=(sync,)).seq == teller.tell().seq, "asking changes nothing"
