"""The judge of nights is judged first: nights with a fault put into their bytes by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from installation.testing import Night, order, play, unplug
from installation.testing.checks import extra_steps, largest_near, most_flashes, step_bound
from installation.testing.faults import Fault
from installation.testing.night import Calm
from tests.conftest import SHOW
from tests.lights import checker


@pytest.fixture(scope="module")
def night() -> Night:
    """Eight seconds of the shipped show, with BLACKOUT from 4 s to 6 s."""
    at = {"0:04": order("blackout", value=1), "0:06": order("blackout", value=0)}
    return play(SHOW, minutes=0.15, at=at)


def spoiled(night: Night, slots: np.ndarray) -> Night:
    """The night with other bytes."""
    return dataclasses.replace(night, slots=slots)


def test_a_night_as_it_should_be_has_no_violations(night: Night) -> None:
    assert night.violations == ()


def test_one_pixel_under_the_floor_for_one_tick_is_told(night: Night) -> None:
    slots = night.slots.copy()
    slots[200, 60] = (0, 3, 2)
    told = spoiled(night, slots).violations
    assert told == ("0:03.33 tomo has a pixel at 3 of 255, under its look's floor of 7, for one tick",)


def test_a_dark_pixel_under_blackout_is_no_violation(night: Night) -> None:
    slots = night.slots.copy()
    assert slots[night.tick("0:05")].max() == 0
    slots[night.tick("0:05"), 60] = 0
    assert spoiled(night, slots).violations == ()


def test_a_garment_that_flashes_four_times_a_second_is_told(night: Night) -> None:
    slots = np.full_like(night.slots, 100)
    own = slots[:, :52]
    own[(np.arange(540) * 4.0 / 60) % 1.0 < 0.5] = 160
    told = spoiled(night, slots).violations
    assert len([one for one in told if "elif has 4 flashes" in one]) == 1
    assert not [one for one in told if "tomo" in one]
    own[:] = 100
    own[(np.arange(540) * 2.5 / 60) % 1.0 < 0.5] = 160
    assert spoiled(night, slots).violations == ()


def test_red_flashes_count_where_luminance_hardly_changes(night: Night) -> None:
    slots = np.full_like(night.slots, 20)
    slots[(np.arange(540) * 4.0 / 60) % 1.0 < 0.5, :, 0] = 90
    told = spoiled(night, slots).violations
    assert any("elif has 4 red flashes" in one for one in told)


@pytest.mark.parametrize("hz", [1.0, 2.9, 4.0, 7.3])
def test_flashes_are_counted_as_the_other_checker_counts_them(hz: float) -> None:
    time_s = np.arange(300) / 60
    rng = np.random.default_rng(int(10 * hz))
    light = 0.5 + 0.3 * np.sin(2 * np.pi * hz * time_s) + 0.1 * rng.random(300)
    assert most_flashes(light, time_s, 0.1)[0] == checker.most_flashes(light[:, None], time_s, 0.1)


def failing(light: np.ndarray, calm: np.ndarray, night: Night) -> Night:
    """A night of that light (T, G) in which a sensor failed at 2 s, beside a calm one."""
    plan = ((2.0, unplug(1)),)
    assert isinstance(plan[0][1], Fault)
    return dataclasses.replace(night, plan=plan, light=light, calm=Calm((), calm, night.cue))


def test_a_jump_after_a_failure_is_told_once_and_one_before_it_is_not_its_work(night: Night) -> None:
    light = np.full(night.light.shape, 0.2)
    light[60:, 3] += 0.1
    assert failing(light, np.full_like(light, 0.2), night).violations == ()
    light[180:, 3] += 0.1
    told = failing(light, np.full_like(light, 0.2), night).violations
    assert told == (
        "0:03.00 luz moves by 0.1000 more within a tick than it does without the failures; 0.0083 is the most",
    )


def test_a_beat_elsewhere_is_no_jump_where_the_calm_night_beats_as_strongly_within_a_second(night: Night) -> None:
    calm = np.full(night.light.shape, 0.2)
    calm[np.arange(540) % 50 < 5] = 0.4
    light = np.roll(calm, 23, axis=0)
    assert extra_steps(failing(light, calm, night)).max() <= 1e-12
    stronger = 0.2 + (light - 0.2) * 1.2
    assert extra_steps(failing(stronger, calm, night)).max() == pytest.approx(0.04)
    assert step_bound(night) == pytest.approx(1 / 120)


def test_the_largest_near_is_the_largest_of_the_whole_window() -> None:
    steps = np.random.default_rng(0).random((100, 3))
    for ticks in (0, 1, 2, 7, 60, 99, 150):
        rows = [steps[max(0, t - ticks) : t + ticks + 1].max(axis=0) for t in range(100)]
        assert np.array_equal(largest_near(steps, ticks), np.array(rows))
