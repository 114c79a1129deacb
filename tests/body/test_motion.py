"""Motion: how much, in what rhythm, how still, arms raised, and how far it spoils the rest, in any unit and pose."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.body.vectors import ACC_X, VECTOR, WAITING, axes, join_axes
from installation.frame import Samples
from tests.body.motion_fakes import Array, Mover, axis_rows, gait, move, raises, turned

GRAVITY = np.array([0.36, -0.48, 0.8])


def _rest(time_s: Array, noise_g: float = 0.004, seed: int = 4) -> Array:
    return GRAVITY + np.random.default_rng(seed).normal(0.0, noise_g, (time_s.size, 3))


@pytest.mark.parametrize("fs", [20, 25, 32, 50, 100, 1000])
@pytest.mark.parametrize("per_min", [60, 84, 113, 145, 180])
def test_the_cadence_of_steps_is_found_within_two_a_minute_in_six_seconds(fs: int, per_min: int) -> None:
    time_s = np.arange(0.0, 16.0, 1.0 / fs)
    moved = move(time_s, GRAVITY + gait(time_s, per_min), tick_s=0.25)
    late = moved.now_s > 6.0
    assert np.abs(moved["cadence"][late] - per_min).max() < 2.0


def test_a_dance_sideways_has_its_own_cadence_not_twice_that() -> None:
    time_s = np.arange(0.0, 20.0, 0.04)
    sway = np.outer(np.sin(2 * np.pi * 1.5 * time_s), [0.5, 0.0, 0.0])
    moved = move(time_s, np.array([0.0, 0.0, 1.0]) + sway, tick_s=0.25)
    assert moved["cadence"][moved.now_s > 6.0] == pytest.approx(90.0, abs=1.0)


def test_there_is_no_cadence_at_rest_nor_in_noise_nor_in_one_gesture() -> None:
    time_s = np.arange(0.0, 60.0, 0.04)
    rng = np.random.default_rng(8)
    assert np.isnan(move(time_s, _rest(time_s), tick_s=0.25)["cadence"]).all()
    noise = move(time_s, GRAVITY + rng.normal(0.0, 0.3, (time_s.size, 3)), tick_s=0.25)
    assert np.isfinite(noise["cadence"]).mean() < 0.02
    gesture = move(time_s, turned(raises(time_s, np.array([20.0]))), tick_s=0.25)
    assert np.isfinite(gesture["cadence"]).mean() < 0.02


def test_cadence_ends_within_five_seconds_after_the_steps() -> None:
    time_s = np.arange(0.0, 30.0, 0.02)
    walking = gait(time_s, 110, noise_g=0.005) * (time_s < 20.0)[:, None]
    moved = move(time_s, GRAVITY + walking, tick_s=0.25)
    assert np.isfinite(moved["cadence"][(moved.now_s > 6.0) & (moved.now_s < 20.0)]).all()
    assert np.isnan(moved["cadence"][moved.now_s > 25.0]).all()


@pytest.mark.parametrize("unit", [1.0, 9.80665, 1000.0, 64.0, 16384.0])
def test_energy_is_told_in_g_whatever_the_unit_and_the_pose(unit: float) -> None:
    time_s = np.arange(0.0, 40.0, 0.02)
    walking = gait(time_s, 110) * (time_s > 10.0)[:, None]
    true_g = np.sqrt(np.mean(np.sum(walking[time_s > 14.0] ** 2, axis=1)))
    for gravity in (GRAVITY, np.array([0.0, 0.0, -1.0])):
        moved = move(time_s, unit * (gravity + walking), tick_s=0.25)
        energy = np.sqrt(np.mean(moved["motion_g"][moved.now_s > 14.0] ** 2))
        assert energy == pytest.approx(true_g, rel=0.05)
        assert moved["motion_g"][(moved.now_s > 3.0) & (moved.now_s < 10.0)].max() < 0.01


def test_stillness_grows_over_seconds_and_goes_at_once() -> None:
    time_s = np.arange(0.0, 60.0, 0.04)
    moved = move(time_s, _rest(time_s) + gait(time_s, 100) * ((time_s < 20.0) | (time_s > 40.0))[:, None])
    still = moved["stillness"]
    assert still[(moved.now_s > 5.0) & (moved.now_s < 20.0)].max() < 0.05
    assert still[moved.now_s < 23.0][-1] < 0.5 < still[moved.now_s < 28.0][-1]
    assert still[moved.now_s < 40.0][-1] > 0.9
    assert still[moved.now_s < 41.0][-1] < 0.2


def test_a_raised_arm_is_found_within_two_seconds_while_it_is_held() -> None:
    time_s = np.arange(0.0, 120.0, 0.04)
    at_s = np.array([15.0, 40.0, 75.0])
    for tremor in (0.0, 0.05):
        noise = np.random.default_rng(3).normal(0.0, tremor, (time_s.size, 3))
        moved = move(time_s, 9.81 * (turned(raises(time_s, at_s)) + noise))
        assert moved.raised_s().size == 3
        assert (moved.raised_s() - at_s).max() < 2.2
        down = moved["raised"][(moved.now_s > at_s[-1] + 6.5)]
        assert not down.any()


def test_a_slight_turn_a_short_one_and_walking_are_no_raised_arm() -> None:
    time_s = np.arange(0.0, 90.0, 0.04)
    at_s = np.array([20.0, 50.0])
    assert move(time_s, turned(raises(time_s, at_s, degrees=45.0))).raised_s().size == 0
    assert move(time_s, turned(raises(time_s, at_s, held_s=0.8))).raised_s().size == 0
    swing = 0.5 * np.sin(2 * np.pi * 0.9 * time_s)
    assert move(time_s, turned(swing) + gait(time_s, 108)).raised_s().size == 0


def test_unrest_comes_with_the_first_knock_and_goes_within_seconds() -> None:
    time_s = np.arange(0.0, 30.0, 0.02)
    knock = np.outer(np.abs(time_s - 15.0) < 0.05, [1.0, 0.5, 0.0])
    moved = move(time_s, _rest(time_s) + knock)
    assert moved["unrest"][(moved.now_s > 10.0) & (moved.now_s < 14.9)].max() < 0.05
    assert moved["unrest"][moved.now_s < 15.06][-1] > 0.9
    assert moved["unrest"][moved.now_s < 16.0][-1] > 0.3
    assert moved["unrest"][moved.now_s > 21.0].max() < 0.05


def test_quality_is_high_on_a_wearer_and_low_on_a_table_off_or_in_noise() -> None:
    time_s = np.arange(0.0, 60.0, 0.04)
    rng = np.random.default_rng(9)
    assert move(time_s, GRAVITY + gait(time_s, 110), 0.25)["quality"][10:].min() > 0.95
    for off in (np.zeros((time_s.size, 3)), np.tile(GRAVITY, (time_s.size, 1)), rng.normal(0.0, 1.0, (time_s.size, 3))):
        assert move(time_s, off, 0.25)["quality"][-40:].max() < 0.2
    gone = Mover()
    gone.feel(axis_rows(time_s, _rest(time_s)))
    assert gone.now(60.0)[5][0] > 0.95
    assert gone.now(62.0)[5][0] == 0.0
    assert gone.now(62.0)[6][0] == pytest.approx(2.04)


def test_nothing_is_known_before_a_vector_came() -> None:
    told = Mover().now(5.0)
    assert not told.pop(3)[0]
    assert np.isnan(told).all()


def test_the_unit_is_found_again_after_a_first_vector_that_was_none() -> None:
    time_s = np.arange(0.0, 60.0, 0.04)
    for first in (1e-9, 1e9):
        walking = 9.81 * (GRAVITY + gait(time_s, 100) * (time_s > 30.0)[:, None])
        walking[0] = first
        moved = move(time_s, walking, 0.25)
        assert 0.2 < moved["motion_g"][moved.now_s > 50.0].mean() < 0.35


def _cut(whole: Samples, time_s: Array, edges_s: list[float]) -> list[Samples]:
    """A stream cut into ticks at moments, within each sorted by column, channel, time."""
    ticks = []
    bounds = [-np.inf, *sorted(edges_s), np.inf]
    for low, high in pairwise(bounds):
        inside = np.flatnonzero((time_s >= low) & (time_s < high))
        inside = inside[np.lexsort((whole.time_s[inside], whole.channel[inside], whole.column[inside]))]
        ticks.append(
            Samples(*(getattr(whole, name)[inside] for name in ("time_s", "column", "channel", "value", "gap")))
        )
    return ticks


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0.0, 20.0), max_size=30), st.integers(0, 2), st.booleans())
def test_any_cut_into_ticks_and_any_company_gives_the_same_bits(edges_s: list[float], column: int, late: bool) -> None:
    rng = np.random.default_rng(7)
    time_s = np.cumsum(rng.uniform(0.03, 0.05, 450))
    walking = GRAVITY + gait(time_s, 105)
    alone, many = Mover(1), Mover(3)
    alone.feel(axis_rows(time_s, walking))
    parts = [axis_rows(time_s, walking * (1.0 if c == column else 3.0), c) for c in range(3)]
    whole = Samples(
        *(np.concatenate([getattr(p, n) for p in parts]) for n in ("time_s", "column", "channel", "value", "gap"))
    )
    arrival_s = whole.time_s + (0.6 * (whole.channel - ACC_X) if late else 0.0)  # one axis may come ticks after another
    for tick in _cut(whole, arrival_s, edges_s):
        many.feel(tick)
    assert many.movers[column].tobytes() == alone.movers[0].tobytes()


def test_rows_without_partners_are_left_out_and_near_stamps_are_one_moment() -> None:
    time_s = np.arange(0.0, 2.0, 0.04)
    rows = axis_rows(time_s, np.arange(3.0 * time_s.size).reshape(-1, 3))
    lost = np.ones(rows.time_s.size, np.bool_)
    lost[[5, 60, 61, 120]] = False  # x of one moment, y of two, z of one
    stamps_s = rows.time_s + 0.002 * (rows.channel - ACC_X)  # each axis in a packet of its own
    vector = np.empty(rows.time_s.size + WAITING, VECTOR)
    found = join_axes(axes(1), stamps_s[lost], rows.column[lost], rows.channel[lost], rows.value[lost], vector)
    assert found == time_s.size - 4
    assert (vector["y"][:found] == vector["x"][:found] + 1).all()
    assert (vector["z"][:found] == vector["x"][:found] + 2).all()
    assert (vector["column"][:found] == 0).all()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0.0, 3.0), st.integers(0, 8), st.floats()), min_size=1, max_size=80))
def test_any_numbers_are_survived_and_motion_is_told_after_them(rubbish: list[tuple[float, int, float]]) -> None:
    mover = Mover()
    rubbish_s = np.cumsum([step for step, _, _ in rubbish])
    size = len(rubbish)
    channel = np.array([kind for _, kind, _ in rubbish], np.int32)
    value = np.array([number for _, _, number in rubbish])
    mover.feel(Samples(rubbish_s, np.zeros(size, np.int32), channel, value, np.zeros(size, "?")))
    time_s = rubbish_s[-1] + np.arange(0.02, 40.0, 0.04)
    mover.feel(axis_rows(time_s, 9.81 * (GRAVITY + gait(time_s, 100))))
    motion_g, cadence, stillness, _, unrest, quality, _ = (float(array[0]) for array in mover.now(time_s[-1]))
    assert motion_g == pytest.approx(0.26, abs=0.08)
    assert cadence == pytest.approx(100.0, abs=3.0)
    assert quality > 0.9
    assert stillness < 0.1 < unrest <= 1.0


@pytest.mark.parametrize(
    ("name", "fs", "unit"), [("wearable/e4_flirt", 32.0, 64.0), ("bitalino_biosppy/biosppy_acc", 100.0, 1.0)]
)
def test_one_g_is_found_in_recordings_of_any_device(recordings: Path, name: str, fs: float, unit: float) -> None:
    with np.load(recordings / f"{name}.npz", allow_pickle=False) as file:
        vector = np.asarray(file["acc"], np.float64)
    mover = Mover()
    mover.feel(axis_rows(np.arange(len(vector)) / fs, vector))
    assert mover.movers["unit"][0] == pytest.approx(unit, rel=0.05)


def test_a_listener_in_a_concert_sits_still(recordings: Path) -> None:
    with np.load(recordings / "group_concert" / "concert1_case_listener.npz", allow_pickle=False) as file:
        vector = np.asarray(file["acc"], np.float64)
    moved = move(np.arange(len(vector)) / 25.0, vector, 0.25)
    assert np.median(moved["stillness"]) > 0.9
    assert np.median(moved["unrest"]) < 0.05
    assert np.isfinite(moved["cadence"]).mean() < 0.03
    assert moved["quality"][10:].min() > 0.9
