"""How far an ECG is believed: high where a heart is, low where none is, and soon enough."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.body.ecg import ECG, find_qrs
from installation.body.ecg_memory import ecgs
from installation.body.ecg_quality import ecg_qualities, ecg_quality_now, judge_ecg
from installation.body.heart import PULSE
from tests.body.ecg_fakes import ecg, hear
from tests.body.fakes import steady


def test_nothing_is_known_before_a_sample_came() -> None:
    quality, age_s = np.empty(1), np.empty(1)
    ecg_quality_now(ecg_qualities(1), 5.0, quality, age_s)
    assert np.isnan(quality[0]) and np.isnan(age_s[0])


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("fs", [125, 250, 1000])
def test_a_good_ecg_is_believed_within_four_seconds_and_wholly_soon_after(fs: int, sign: float) -> None:
    time_s = np.arange(0.0, 20.0, 1.0 / fs)
    heard, _ = hear(time_s, sign * ecg(time_s, steady(75, 20.0)))
    assert heard.known_s[heard.quality >= 0.5][0] < 4.0
    assert (heard.quality[heard.known_s > 6.0] > 0.95).all()


@pytest.mark.parametrize("fs", [20, 50, 100, 125, 250, 500, 1000])
def test_mains_white_noise_and_rails_give_no_beat_that_is_believed(fs: int) -> None:
    rng = np.random.default_rng(fs)
    time_s = np.arange(0.0, 60.0, 1.0 / fs)
    for hertz in (50.02, 60.03):
        mains = 300.0 * np.sin(2 * np.pi * hertz * time_s)
        for value in (mains, np.round(mains), np.clip(np.round(4 * mains), -512, 511)):
            assert (hear(time_s, value)[0].quality < 0.5).all()
    last_bit = rng.integers(0, 2, time_s.size).astype(np.float64)
    rail = np.full(time_s.size, 1023.0)
    for value in (rng.normal(size=time_s.size), last_bit, rail, rail - (rng.random(time_s.size) < 0.01)):
        assert (hear(time_s, value)[0].quality < 0.5).all()


def test_a_pure_tone_at_the_pace_of_a_heart_is_not_believed() -> None:
    time_s = np.arange(0.0, 60.0, 0.004)
    for hertz in (0.6, 1.2, 3.0):
        assert (hear(time_s, np.sin(2 * np.pi * hertz * time_s))[0].quality < 0.5).all()


def test_electrodes_that_fall_off_are_doubted_within_three_seconds() -> None:
    time_s = np.arange(0.0, 30.0, 0.004)
    rng = np.random.default_rng(4)
    on = np.round(2048 + 400 * ecg(time_s, steady(75, 30.0)))
    for off in (np.zeros(time_s.size), np.full(time_s.size, 4095.0), np.round(2048 + rng.normal(0, 3, time_s.size))):
        _, quality = hear(time_s, np.where(time_s < 15.0, on, off))
        assert quality[time_s < 15.0][-1] > 0.95
        assert (quality[time_s > 18.5] < 0.5).all()


def test_noise_over_the_ecg_lowers_quality_as_it_grows() -> None:
    rng = np.random.default_rng(5)
    time_s = np.arange(0.0, 60.0, 0.004)
    wave, noise = ecg(time_s, steady(75, 60.0)), rng.normal(size=time_s.size)
    means = [np.mean(hear(time_s, wave + share * noise)[1][1000:]) for share in (0.0, 0.3, 3.0)]
    assert means[0] > 0.98
    assert means[0] > means[1] - 1e-9 > means[2]
    assert means[2] < 0.2


def test_quality_is_lost_at_once_and_comes_back_beat_by_beat() -> None:
    rng = np.random.default_rng(2)
    time_s = np.arange(0.0, 60.0, 0.004)
    value = ecg(time_s, steady(75, 60.0)) + np.where((time_s > 20) & (time_s < 35), rng.normal(size=time_s.size), 0.0)
    heard, _ = hear(time_s, value)
    assert (np.diff(heard.quality) <= 0.4 + 1e-9).all()
    assert heard.quality[(heard.known_s > 26) & (heard.known_s < 35)].max() < 0.5
    assert heard.quality[heard.known_s > 45].min() > 0.9


def test_bigeminy_is_believed() -> None:
    wide = ((0.0, 0.05, 1.4), (0.12, 0.06, -0.8), (0.32, 0.08, -0.4))
    narrow_s = np.arange(0.5, 60.0, 1.6)
    time_s = np.arange(0.0, 60.0, 1 / 360)
    heard, _ = hear(time_s, ecg(time_s, narrow_s) + ecg(time_s, narrow_s + 0.55, wide))
    assert (heard.quality[heard.known_s > 10.0] > 0.6).all()


def test_a_silent_sensor_is_doubted_after_half_a_second() -> None:
    memory = ecg_qualities(3)
    memory["quality"] = 1.0
    memory["time_s"] = 4.9, 4.0, 3.0
    quality, age_s = np.empty(3), np.empty(3)
    ecg_quality_now(memory, 5.0, quality, age_s)
    assert quality.tolist() == [1.0, 0.5, 0.0]
    assert age_s == pytest.approx([0.1, 1.0, 2.0])


def test_rows_of_other_channels_are_left_as_they_are() -> None:
    memory, quality = ecg_qualities(1), np.array([0.25])
    column = np.zeros(1, np.int32)
    judge_ecg(memory, np.zeros(1), column, column, np.zeros(1, PULSE), quality)
    assert quality[0] == 0.25
    assert np.isnan(memory["time_s"][0])
    judge_ecg(memory, np.zeros(1), column, column + ECG, np.zeros(1, PULSE), quality)
    assert quality[0] == 0.0


def test_beats_of_people_are_believed(recordings: Path) -> None:
    paths = sorted((recordings / "ecg_mitbih").glob("*.npz"))
    if not paths:
        pytest.skip("no ECG among the recordings")
    for path in paths:
        with np.load(path, allow_pickle=False) as file:
            value, fs = file["ecg"].astype(np.float64), float(file["fs"])
        heard, _ = hear(np.arange(value.size) / fs, value)
        assert (heard.quality >= 0.5).mean() > 0.95


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 4000), max_size=20), st.integers(0, 2))
def test_any_cut_into_ticks_and_any_company_gives_the_same_quality(cuts: list[int], column: int) -> None:
    rng = np.random.default_rng(8)
    time_s = np.cumsum(rng.uniform(0.002, 0.006, 4000))
    value = ecg(time_s, steady(75, 18.0)) + rng.normal(0, 0.1, 4000)
    memory, hearts, quality = ecg_qualities(3), ecgs(3), np.full(4000, np.nan)
    for start, end in pairwise([0, *sorted(cuts), 4000]):
        where, pulses = np.full(end - start, column, np.int32), np.zeros(end - start, PULSE)
        find_qrs(hearts, time_s[start:end], where, where * 0 + ECG, value[start:end], pulses)
        judge_ecg(memory, time_s[start:end], where, where * 0 + ECG, pulses, quality[start:end])
    assert quality.tobytes() == hear(time_s, value)[1].tobytes()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=60))
def test_the_quality_of_any_samples_is_unknown_or_between_0_and_1(samples: list[tuple[float, float]]) -> None:
    _, quality = hear(np.array([t for t, _ in samples]), np.array([v for _, v in samples]))
    known = quality[np.isfinite(quality)]
    assert ((known >= 0.0) & (known <= 1.0)).all()
