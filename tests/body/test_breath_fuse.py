"""Breath out of the pulse and out of motion, and which of several sources is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.body.breath_fuse import choose, fuse, leads
from installation.body.breath_parts import (
    BEATS,
    MOTION_PARTS,
    PULSE_PARTS,
    motion_parts,
    part_motion,
    part_pulse,
    pulse_parts,
)
from installation.body.breath_time import AGE_S, DEPTH, FELT, PHASE, QUALITY, RATE
from installation.body.heart import BEAT, PULSE
from tests.body.breath_fakes import Array, apart, feel_motion, feel_pulse, rate_of
from tests.body.fakes import pulse

DT_S = 1 / 60


def _breathing_pulse(rate: float, seconds: float, share: float) -> tuple[Array, Array]:
    """A pulse of 75 a minute whose height, ground and intervals a breath in lowers by a share."""
    beat_s = [0.3]
    while beat_s[-1] < seconds:
        beat_s.append(beat_s[-1] + 0.8 * (1.0 - 0.5 * share * np.sin(2 * np.pi * rate / 60.0 * beat_s[-1])))
    time_s = np.arange(0.0, seconds, 0.02)
    breath = np.sin(2 * np.pi * rate / 60.0 * time_s)
    return time_s, (1.0 - share * breath) * pulse(time_s, np.array(beat_s)) - share * breath


def _rows(rate: float, phase: float, quality: float) -> Array:
    felt = np.full((len(FELT), 1), np.nan)
    felt[RATE], felt[PHASE], felt[QUALITY], felt[AGE_S] = rate, phase, quality, 0.0
    felt[2] = 0.5
    return felt


@pytest.mark.parametrize("rate", [8.0, 12.0, 18.0])
def test_a_pulse_that_breathes_tells_the_rate(rate: float) -> None:
    felt = feel_pulse(*_breathing_pulse(rate, 90.0, 0.15))
    late = felt.time_s > 50.0
    assert felt.rate[late] == pytest.approx(rate, abs=0.6)
    assert felt.quality[late].min() > 0.8


def test_a_pulse_that_does_not_breathe_is_seldom_believed_to() -> None:
    rng = np.random.default_rng(2)
    time_s = np.arange(0.0, 180.0, 0.02)
    beats_s = np.cumsum(0.8 + 0.02 * rng.normal(size=230))
    value = pulse(time_s, beats_s) + 0.01 * rng.normal(size=time_s.size)
    felt = feel_pulse(time_s, value)
    assert (felt.quality[felt.time_s > 20.0] >= 0.5).mean() < 0.4


def test_an_accelerometer_on_the_trunk_tells_the_rate() -> None:
    rng = np.random.default_rng(4)
    time_s = np.arange(0.0, 90.0, 0.04)
    tilt = 5.0 * np.sin(2 * np.pi * 14.0 / 60.0 * time_s)
    acc = np.stack([1000.0 - 0.2 * tilt, tilt, 0.5 * tilt], axis=1) + rng.normal(0.0, 4.0, (time_s.size, 3))
    felt = feel_motion(time_s, acc)
    late = felt.time_s > 50.0
    assert felt.rate[late] == pytest.approx(14.0, abs=1.0)
    assert np.median(felt.quality[late]) > 0.5


def test_who_walks_is_not_believed_to_breathe_so() -> None:
    time_s = np.arange(0.0, 90.0, 0.04)
    step = 300.0 * np.sin(2 * np.pi * 1.8 * time_s)
    acc = np.stack([1000.0 + step, 0.5 * step, 0.3 * step**2 / 300.0], axis=1)
    assert np.percentile(feel_motion(time_s, acc).quality, 95) < 0.5


def test_a_beat_out_of_the_rhythm_carries_nothing() -> None:
    beats_s = np.arange(1.0, 21.0)
    beats_s[12] -= 0.4
    pulses = np.zeros(beats_s.size, PULSE)
    pulses["verdict"], pulses["beat_s"], pulses["wave"] = BEAT, beats_s, np.arange(20.0) % 2
    memory, size = pulse_parts(1), 4 * beats_s.size
    out = np.empty(size), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size)
    waves = np.repeat(pulses, 2)
    waves["verdict"][::2], waves["wave"][::2] = 0, 5.0
    column = np.zeros(waves.size, np.int32)
    rows = part_pulse(memory, column, waves, np.ones(waves.size), *out)
    carried_s = np.unique(out[0][:rows])
    assert rows % len(PULSE_PARTS) == 0
    assert not np.isin(beats_s[[12, 13]], carried_s).any()
    assert carried_s.size == beats_s.size - 3  # nor does the first, which ends no interval


def test_parts_that_do_not_agree_give_no_breath() -> None:
    part = np.concatenate([_rows(rate, 0.1, 0.9) for rate in (8.0, 14.0, 20.0, 26.0)], axis=1)
    felt = np.empty((len(FELT), 1))
    fuse(leads(1), 4, part, np.zeros(1), DT_S, felt)
    assert felt[QUALITY, 0] < 0.5
    part[RATE, 2] = 14.5
    fuse(leads(1), 4, part, np.zeros(1), DT_S, felt)
    assert felt[QUALITY, 0] > 0.5
    assert felt[RATE, 0] == pytest.approx(14.25, abs=0.1)


def test_nothing_is_known_where_no_part_is() -> None:
    felt = np.empty((len(FELT), 1))
    fuse(leads(1), 4, np.full((len(FELT), 4), np.nan), np.full(1, np.nan), DT_S, felt)
    assert np.isnan(felt).all()
    choose(leads(1), np.full((3, len(FELT), 1), np.nan), DT_S, felt)
    assert np.isnan(felt).all()


def test_a_source_keeps_the_lead_until_another_is_clearly_better() -> None:
    memory, felt = leads(1), np.empty((len(FELT), 1))
    shown = []
    for ahead in (0.0, 0.1, 0.15, 0.3, 0.15, -0.15, -0.3):
        source = np.stack([_rows(15.0, 0.2, 0.5), _rows(16.0, 0.2, 0.5 + ahead)])
        for _ in range(600):
            choose(memory, source, DT_S, felt)
        shown.append(felt[RATE, 0])
    assert shown == pytest.approx([15.0, 15.0, 15.0, 16.0, 16.0, 16.0, 15.0], abs=1e-3)


def test_rate_and_depth_ease_over_to_another_source_but_are_never_late_for_the_same_one() -> None:
    memory, felt, shown = leads(1), np.empty((len(FELT), 1)), []
    for tick in range(360):
        belt, pulse = _rows(15.0, 0.2, 0.9 if tick < 120 else 0.1), _rows(19.0, 0.2, 0.8)
        belt[DEPTH], pulse[DEPTH] = 0.3, 0.9 if tick < 300 else 0.4
        choose(memory, np.stack([belt, pulse]), DT_S, felt)
        shown.append(felt[[RATE, DEPTH], 0])
    rate, depth = np.array(shown).T
    assert (rate[:120] == 15.0).all()
    assert np.abs(np.diff(rate)).max() < 0.1
    assert np.abs(np.diff(depth[:300])).max() < 0.02
    assert depth[180] == pytest.approx(0.7, abs=0.05)
    assert depth[300] == pytest.approx(0.4, abs=0.05)


def test_a_source_whose_rate_is_known_late_eases_in_too() -> None:
    memory, felt = leads(1), np.empty((len(FELT), 1))
    for tick in range(240):
        belt = _rows(15.0, 0.2, 0.9) if tick < 60 else np.full((len(FELT), 1), np.nan)
        choose(memory, np.stack([belt, _rows(19.0 if tick > 120 else np.nan, 0.2, 0.1)]), DT_S, felt)
        assert np.isnan(felt[RATE, 0]) == (60 <= tick <= 120)
        if tick == 121:
            assert felt[RATE, 0] == pytest.approx(15.0, abs=0.1)
    assert felt[RATE, 0] == pytest.approx(19.0, abs=0.6)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(5.0, 30.0)), min_size=4, max_size=4), max_size=40))
def test_rate_and_depth_of_parts_never_leap_whichever_come_and_go(plan: list[list[tuple[float, float]]]) -> None:
    memory, felt, shown = leads(1), np.empty((len(FELT), 1)), []
    for parts in plan:
        part = np.concatenate([_rows(rate, 0.1, quality) for quality, rate in parts], axis=1)
        part[DEPTH] = [quality for quality, _ in parts]
        fuse(memory, 4, part, np.zeros(1), DT_S, felt)
        if not np.isnan(felt[RATE, 0]):
            shown.append(felt[[RATE, DEPTH], 0])
    step = np.abs(np.diff(np.array(shown).reshape(-1, 2), axis=0))
    assert (step <= np.array([25.0, 1.0]) * DT_S + 1e-9).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0)), min_size=2, max_size=30))
def test_the_phase_never_runs_backwards_and_never_leaps_whoever_leads(plan: list[tuple[float, float, float]]) -> None:
    memory, felt, phase, tick = leads(1), np.empty((len(FELT), 1)), [], 0
    for one, other, third in plan:
        for _ in range(20):
            goal = 0.25 * tick * DT_S % 1.0
            source = np.stack(
                [_rows(15.0, goal, one), _rows(15.0, (goal + 0.4) % 1.0, other), _rows(15.0, (goal + 0.7) % 1.0, third)]
            )
            choose(memory, source, DT_S, felt)
            phase.append(felt[PHASE, 0])
            tick += 1
    step = np.diff(phase)
    step -= np.floor(step + 0.5)
    assert (step >= -1e-12).all()
    assert (step <= 1.6 * 0.25 * DT_S).all()
    for _ in range(600):
        goal = 0.25 * tick * DT_S % 1.0
        choose(memory, np.stack([_rows(15.0, goal, 1.0), _rows(15.0, 0.0, 0.1)]), DT_S, felt)
        tick += 1
    assert abs(apart(felt[PHASE], np.array([goal]))[0]) < 0.1


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 600), max_size=20), st.integers(0, 2))
def test_any_cut_into_ticks_and_any_company_gives_the_same_rows(cuts: list[int], column: int) -> None:
    rng = np.random.default_rng(6)
    time_s = np.cumsum(rng.uniform(0.01, 0.05, 600))
    value, channel = rng.normal(size=600), rng.integers(3, 7, 600).astype(np.int32)

    def run(cuts: list[int], columns: int, column: int) -> list[tuple[float, int, float]]:
        memory, found = motion_parts(columns), []
        for start, end in zip([0, *cuts], [*cuts, 600], strict=True):
            size = end - start
            row_s, part, kind, row = np.empty(size), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size)
            where = np.full(size, column, np.int32)
            rows = part_motion(
                memory, time_s[start:end], where, channel[start:end], value[start:end], row_s, part, kind, row
            )
            found += zip(row_s[:rows], part[:rows] - len(MOTION_PARTS) * column, row[:rows], strict=True)
        return found

    assert run(sorted(cuts), 3, column) == run([], 1, 0)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(), st.floats(), st.floats(), st.booleans()), min_size=1, max_size=60))
def test_any_beats_are_survived(beats: list[tuple[float, float, float, bool]]) -> None:
    pulses, memory, size = np.zeros(len(beats), PULSE), pulse_parts(1), 4 * len(beats)
    for k, (beat_s, wave, _, beat) in enumerate(beats):
        pulses[k]["beat_s"], pulses[k]["wave"], pulses[k]["verdict"] = beat_s, wave, BEAT if beat else 0
    out = np.empty(size), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size)
    quality = np.array([quality for _, _, quality, _ in beats])
    rows = part_pulse(memory, np.zeros(len(beats), np.int32), pulses, quality, *out)
    assert 0 <= rows <= size
    assert memory.dtype == BEATS


def test_breath_out_of_patients_pulses_agrees_with_people_who_counted_their_chest(recordings: Path) -> None:
    error, covered = [], []
    for path in sorted((recordings / "bidmc").glob("*.npz"))[::2]:
        with np.load(path, allow_pickle=False) as file:
            fs, ppg = float(file["fs"]), np.asarray(file["ppg"], np.float64)
            people = [file[name] / fs for name in ("ref_breaths_a", "ref_breaths_b")]
        felt = feel_pulse(np.arange(ppg.size) / fs, ppg, rate_hz=4.0)
        for start_s in np.arange(0.0, 440.0, 16.0):
            one, other = (rate_of(person, start_s, start_s + 32.0) for person in people)
            at = np.searchsorted(felt.time_s, start_s + 32.0)
            if abs(one - other) <= 2.0:
                covered.append(felt.quality[at] >= 0.5)
                if covered[-1]:
                    error.append(abs(felt.rate[at] - 0.5 * (one + other)))
    assert np.mean(error) <= 2.0
    assert np.mean(covered) >= 0.4
