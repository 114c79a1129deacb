"""Intervals, rate, variability and phase, from beats made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.body.heart import BEAT, PULSE
from installation.body.rhythm import follow_beats, keep_time, rhythms

DT_S = 1 / 60


def _after(beats_s: np.ndarray | list[float]) -> np.void:
    pulses = np.zeros(len(beats_s), PULSE)
    pulses["verdict"], pulses["beat_s"] = BEAT, beats_s
    memory = rhythms(1)
    newest_s, trusted = np.empty(1), np.empty(1, np.bool_)
    follow_beats(memory, np.zeros(len(beats_s), np.int32), pulses, np.ones(len(beats_s)), 0.0, newest_s, trusted)
    return memory[0]


def _phases(beats_s: np.ndarray, seconds: float, late_s: float = 0.12) -> tuple[np.ndarray, np.ndarray]:
    """The phase at every tick of a heart whose beats are announced `late_s` after they happen."""
    memory, believed = rhythms(1), np.empty(1, np.bool_)
    newest_s, trusted = np.empty(1), np.empty(1, np.bool_)
    phase = np.empty(int(seconds / DT_S))
    known = 0
    for tick in range(phase.size):
        now_s = tick * DT_S
        told = np.searchsorted(beats_s, now_s - late_s, "right")
        pulses = np.zeros(told - known, PULSE)
        pulses["verdict"], pulses["beat_s"] = BEAT, beats_s[known:told]
        column, quality = np.zeros(told - known, np.int32), np.ones(told - known)
        follow_beats(memory, column, pulses, quality, now_s, newest_s, trusted)
        known = told
        keep_time(memory, newest_s, trusted, now_s, DT_S, believed)
        phase[tick] = memory["phase"][0]
    return np.arange(phase.size) * DT_S, phase


def _turns_s(time_s: np.ndarray, phase: np.ndarray) -> np.ndarray:
    return time_s[1:][np.diff(phase) < -0.5]


def test_rate_is_not_known_before_three_intervals() -> None:
    assert np.isnan(_after([0.0, 0.8, 1.6])["rate"])
    assert _after([0.0, 0.8, 1.6, 2.4])["rate"] == pytest.approx(75.0)


def test_rmssd_is_what_the_task_force_says() -> None:
    intervals_s = np.tile([0.80, 0.90], 12)
    assert _after(np.concatenate([[0.0], np.cumsum(intervals_s)]))["rmssd_ms"] == pytest.approx(100.0)


def test_a_lost_beat_is_left_out_of_rate_and_variability_not_counted() -> None:
    beats_s = np.delete(np.arange(0.0, 40.0, 0.8), [20, 33])
    felt = _after(beats_s)
    assert felt["rate"] == pytest.approx(75.0)
    assert felt["ibi_s"] == pytest.approx(0.8)
    assert felt["rmssd_ms"] == pytest.approx(0.0, abs=1e-6)


def test_an_ectopic_beat_moves_neither_rate_nor_variability() -> None:
    beats_s = np.arange(0.0, 40.0, 0.8)
    beats_s[30] -= 0.3
    felt = _after(beats_s)
    assert felt["rate"] == pytest.approx(75.0)
    assert felt["rmssd_ms"] == pytest.approx(0.0, abs=1e-6)


def test_variability_needs_ten_seconds_of_neighbours_and_forgets_after_a_minute() -> None:
    assert np.isnan(_after(np.arange(0.0, 7.0, 0.8))["rmssd_ms"])
    wild_s = np.cumsum(np.tile([0.75, 0.85], 20))
    calm_s = wild_s[-1] + np.arange(0.8, 80.0, 0.8)
    assert _after(np.concatenate([wild_s, calm_s]))["rmssd_ms"] == pytest.approx(0.0, abs=1e-6)


def test_a_silence_is_no_interval() -> None:
    before_s = np.arange(0.0, 10.0, 0.8)
    assert _after(np.concatenate([before_s, 20.0 + before_s]))["rate"] == pytest.approx(75.0)


def _with_ectopic(every: int, rmssd_s: float = 0.03, beats: int = 300) -> np.ndarray:
    """Beats of a heart whose intervals wander, each `every`th early by a third and followed by a pause."""
    interval_s = 0.85 + np.random.default_rng(4).normal(0, rmssd_s / np.sqrt(2), beats)
    beats_s = np.cumsum(interval_s)
    if every:
        beats_s[every // 2 :: every] -= 0.3
    return beats_s


@pytest.mark.parametrize(("every", "sure"), [(0, 0.9), (12, 0.65), (6, 0.4), (5, 0.3), (4, 0.1)])
def test_variability_is_that_of_the_normal_beats_however_many_are_ectopic(every: int, sure: float) -> None:
    seen = _after(_with_ectopic(every))
    assert seen["rmssd_ms"] == pytest.approx(30.0, abs=6.0)
    assert seen["rmssd_sure"] > sure


@settings(deadline=None, max_examples=60)
@given(
    st.integers(2, 4),
    st.integers(0, 3),
    st.floats(0.7, 1.2),
    st.floats(0.25, 0.5),
    st.floats(0.0, 0.05),
    st.integers(0, 2**32 - 1),
)
def test_ectopic_beats_in_a_rhythm_are_never_taken_for_variability(
    every: int, first: int, interval_s: float, early: float, spread: float, seed: int
) -> None:
    interval = interval_s * (1.0 + np.random.default_rng(seed).normal(0, spread / np.sqrt(2), 120))
    beats_s = np.cumsum(interval)
    beats_s[first + 8 :: every] -= early * interval_s
    seen = _after(beats_s)
    confident_wrong = abs(seen["rmssd_ms"] - 1000 * spread * interval_s) > 5 + 300 * spread * interval_s
    assert np.isnan(seen["rmssd_ms"]) or seen["rmssd_sure"] < 0.3 or not confident_wrong


def test_variability_is_not_sure_where_early_beats_cannot_be_told_from_breathing() -> None:
    interval_s = np.tile(0.85, 120)
    interval_s[::6], interval_s[1::6] = 0.75, 0.95
    seen = _after(np.cumsum(interval_s))
    assert seen["rmssd_sure"] < 0.3


def test_a_heart_that_is_irregular_throughout_keeps_its_variability() -> None:
    interval_s = np.random.default_rng(5).uniform(0.4, 1.1, 300)
    seen = _after(np.cumsum(interval_s))
    last = interval_s[-80:]
    assert seen["rmssd_ms"] == pytest.approx(1000 * np.sqrt(np.mean(np.diff(last) ** 2)), rel=0.12)
    assert seen["rmssd_sure"] > 0.9


@pytest.mark.parametrize("what", ["missed", "double"])
def test_a_missed_and_a_double_beat_do_not_count_as_variability(what: str) -> None:
    beats_s = _with_ectopic(0)
    beats_s = np.delete(beats_s, 280) if what == "missed" else np.sort(np.append(beats_s, beats_s[280] + 0.4))
    assert _after(beats_s)["rmssd_ms"] == pytest.approx(30.0, abs=6.0)


def test_variability_of_few_neighbours_is_not_sure() -> None:
    whole = _with_ectopic(0)
    sure = [_after(whole[:count])["rmssd_sure"] for count in (8, 16, 25, 60)]
    assert sure[0] == 0.0
    assert 0.0 < sure[1] < sure[2] < sure[3]


def test_the_phase_turns_with_a_steady_heart_not_after_it() -> None:
    beats_s = np.arange(0.5, 30.0, 0.85)
    turns_s = _turns_s(*_phases(beats_s, 30.0))
    late = turns_s[turns_s > 10.0]
    assert np.abs(late[:, None] - beats_s[None, :]).min(axis=1).max() <= 1.01 * DT_S


def test_the_phase_goes_on_over_lost_beats_and_eases_onto_the_true_ones() -> None:
    beats_s = np.arange(0.5, 40.0, 0.85)
    beats_s[24:] += 0.25
    time_s, phase = _phases(np.delete(beats_s, [20, 21]), 40.0)
    turns_s = _turns_s(time_s, phase)
    for lost_s in beats_s[20:22]:
        assert np.abs(turns_s - lost_s).min() < 0.03
    late = turns_s[turns_s > beats_s[28]]
    assert np.abs(late[:, None] - beats_s[None, :]).min(axis=1).max() < 0.05


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0.2, 2.5), min_size=8, max_size=40))
def test_the_phase_never_runs_backwards_and_never_leaps(intervals_s: list[float]) -> None:
    beats_s = np.cumsum(intervals_s)
    _, phase = _phases(beats_s, float(min(beats_s[-1] + 2.0, 40.0)))
    step = np.diff(phase[np.isfinite(phase)])
    step -= np.floor(step + 0.5)
    assert (step >= 0).all()
    assert (step <= 1.5 * DT_S / 0.27 + 1e-9).all()
