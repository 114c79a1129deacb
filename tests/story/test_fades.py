"""Curves, eases and the shares of a mix."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from installation.show.files import CueTable
from installation.story.fades import CURVES, LEAVE_S, MOST_PLAYING, Ease, Mix


def test_the_curves_are_those_that_a_show_file_may_name():
    field = CueTable.model_fields["curve"]
    assert set(get_args(field.annotation)) == set(CURVES)


@pytest.mark.parametrize("name", CURVES)
def test_every_curve_rises_from_zero_to_one_and_never_falls(name):
    values = [CURVES[name](x) for x in np.linspace(0.0, 1.0, 101)]
    assert (values[0], values[-1]) == (0.0, 1.0)
    assert values == sorted(values)


def test_an_ease_ends_exactly_at_its_goal_and_stays():
    ease = Ease(0.0).to(1.0, 10.0, 2.0)
    assert [ease.at(t) for t in (9.0, 10.0, 11.0, 12.0, 99.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_an_ease_that_turns_back_begins_from_where_it_is():
    ease = Ease(0.0).to(1.0, 0.0, 2.0).to(0.0, 0.5, 1.0)
    assert [ease.at(t) for t in (0.5, 1.0, 1.5)] == [0.25, 0.125, 0.0]


def test_a_fade_of_no_time_is_there_at_once():
    assert Ease(0.0).to(1.0, 3.0, 0.0).at(3.0) == 1.0
    assert Mix().take(0, 0.0, 5.0, "linear").take(1, 1.0, 0.0, "ease").weights(1.0) == (0.0, 1.0)


def test_the_others_make_room_in_proportion():
    mix = Mix().take(0, 0.0, 0.0, "linear").take(1, 0.0, 4.0, "linear")
    assert mix.weights(1.0) == (0.75, 0.25)
    mix = mix.take(2, 1.0, 2.0, "linear")
    assert mix.weights(1.0) == (0.75, 0.25, 0.0)
    assert mix.weights(2.0) == (0.375, 0.125, 0.5)
    assert [part.cue for part in mix.at(3.0).parts] == [2]


def test_a_cue_that_comes_back_is_in_the_mix_once():
    mix = Mix().take(0, 0.0, 0.0, "linear").take(1, 0.0, 4.0, "linear").take(0, 1.0, 4.0, "linear")
    assert [part.cue for part in mix.parts] == [1, 0]
    assert mix.weights(1.0) == (0.25, 0.75)
    assert mix.weights(3.0) == (0.125, 0.875)


def test_a_cue_that_was_interrupted_keeps_the_progress_that_it_had():
    mix = Mix().take(0, 0.0, 0.0, "linear").take(1, 0.0, 4.0, "slow").take(2, 1.0, 4.0, "linear")
    assert mix.parts[1].progress == 0.25
    assert mix.progress(3.0) == 0.5


def test_many_gos_in_one_fade_leave_a_bounded_mix_without_a_jump():
    mix = Mix()
    step_s, fade_s, guard = 1 / 60, 12.0, 24
    before: dict[int, float] = {}
    for tick in range(1200):
        time_s = tick * step_s
        if tick % guard == 0:
            mix = mix.take(tick // guard, time_s, fade_s, "ease")
        mix = mix.at(time_s)
        weights = dict(zip((part.cue for part in mix.parts), mix.weights(time_s), strict=True))
        assert sum(weights.values()) == pytest.approx(1.0, abs=1e-12)
        assert len(weights) <= MOST_PLAYING + LEAVE_S / (guard * step_s) + 1
        if tick:
            largest = max(abs(weights.get(cue, 0.0) - before.get(cue, 0.0)) for cue in weights | before)
            assert largest <= 1.5 * step_s / fade_s + step_s / LEAVE_S / MOST_PLAYING + 1e-9
        before = weights
