"""How far a pulse is believed: high where a heart is, low where none is, and soon enough."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.body.heart import PULSE, find_beats, hearts
from installation.body.quality import judge, qualities, quality_now
from tests.body.fakes import listen, match, pulse, recording, steady
from tests.pulse import heartpy_recording


def _quality_of(time_s: np.ndarray, value: np.ndarray) -> np.ndarray:
    column = np.zeros(time_s.size, np.int32)
    pulses, quality = np.empty(time_s.size, PULSE), np.empty(time_s.size)
    find_beats(hearts(1), time_s, column, np.zeros_like(column), value, pulses)
    judge(qualities(1), time_s, column, pulses, quality)
    return quality


def test_nothing_is_known_before_a_sample_came() -> None:
    quality, age_s = np.empty(1), np.empty(1)
    quality_now(qualities(1), 5.0, quality, age_s)
    assert np.isnan(quality[0]) and np.isnan(age_s[0])


def test_a_good_pulse_is_believed_from_its_third_beat_and_wholly_soon_after() -> None:
    time_s = np.arange(0.0, 20.0, 0.02)
    heard = listen(time_s, pulse(time_s, steady(75, 20.0)))
    assert heard.known_s[heard.quality >= 0.3][0] < 3.0
    assert (heard.quality[heard.known_s > 5.0] > 0.95).all()


def test_a_sensor_that_falls_off_is_doubted_within_three_seconds() -> None:
    time_s = np.arange(0.0, 30.0, 0.02)
    beats_s = steady(75, 30.0)
    for off in (np.full(time_s.size, 512.0), np.full(time_s.size, 1023.0), np.zeros(time_s.size)):
        value = np.where(time_s < 15.0, np.round(300 + 400 * pulse(time_s, beats_s)), off)
        quality = _quality_of(time_s, value)
        assert quality[time_s < 15.0][-1] > 0.95
        assert (quality[time_s > 18.0] < 0.3).all()


def test_noise_over_the_pulse_lowers_quality_as_it_grows() -> None:
    rng = np.random.default_rng(5)
    time_s = np.arange(0.0, 60.0, 0.02)
    wave, noise = pulse(time_s, steady(75, 60.0)), rng.normal(size=time_s.size)
    means = [np.mean(_quality_of(time_s, wave + share * noise)[500:]) for share in (0.0, 0.3, 3.0)]
    assert means[0] > 0.95
    assert means[0] > means[1] - 1e-9 > means[2]
    assert means[2] < 0.2


def test_quality_goes_within_seven_seconds_of_noise_and_returns_within_seven_of_its_end() -> None:
    rng = np.random.default_rng(6)
    time_s = np.arange(0.0, 40.0, 0.02)
    noise = np.where((time_s > 10.0) & (time_s < 20.0), 3.0 * rng.normal(size=time_s.size), 0.0)
    quality = _quality_of(time_s, pulse(time_s, steady(75, 40.0)) + noise)
    assert (quality[(time_s > 17.0) & (time_s < 20.0)] < 0.5).mean() > 0.6
    assert (quality[time_s > 27.0] > 0.5).all()


def test_a_silent_sensor_is_doubted_after_half_a_second() -> None:
    memory = qualities(3)
    memory["quality"] = 1.0
    memory["time_s"] = 4.9, 4.0, 3.0
    quality, age_s = np.empty(3), np.empty(3)
    quality_now(memory, 5.0, quality, age_s)
    assert quality.tolist() == [1.0, 0.5, 0.0]
    assert age_s == pytest.approx([0.1, 1.0, 2.0])


def test_a_wave_as_steep_either_way_with_a_strong_dicrotic_wave_is_believed() -> None:
    whole = heartpy_recording("data.csv", 0.0, 130.0)
    heard = listen(np.arange(whole.ppg.size) / whole.fs, whole.ppg)
    assert np.median(heard.quality[heard.known_s > 8.0]) > 0.5


def test_the_higher_the_quality_the_more_beats_are_right(recordings: Path) -> None:
    right, sure = [], []
    for path in sorted((recordings / "bidmc").glob("*.npz"))[::4]:
        time_s, ppg, reference_s, inside = recording(path)
        seen = match(listen(time_s, ppg).beat_s, reference_s, inside)
        low, high = np.percentile(ppg, [5, 95])
        noise = np.convolve(np.random.default_rng(1).normal(size=ppg.size), np.ones(25) / 5.0, "same")
        shaken = ppg + np.where(time_s % 40.0 < 20.0, 0.15 * (high - low), 0.0) * noise
        heard = listen(time_s, shaken)
        beat_s = heard.beat_s - seen.lag_s
        right.append(np.abs(beat_s[:, None] - reference_s[None, :]).min(axis=1) < 0.075)
        sure.append(heard.quality)
    hit, quality = np.concatenate(right), np.concatenate(sure)
    shares = [hit[(quality >= low) & (quality < low + 0.3)].mean() for low in (0.0, 0.3, 0.6)]
    assert shares[0] < shares[1] < shares[2]
    assert hit[quality >= 0.9].mean() > 0.92


@pytest.mark.parametrize("fs", [50, 100, 250])
def test_a_sensor_that_is_pulled_off_and_hangs_in_the_air_is_doubted_within_two_seconds(fs: int) -> None:
    doubted_s = []
    for seed in range(12):
        rng = np.random.default_rng([seed, fs])
        time_s = np.arange(0.0, 40.0, 1.0 / fs)
        value = np.round(
            300 + 300 * pulse(time_s, steady(60.0 + 2.5 * seed, 40.0)) + rng.uniform(-2.5, 2.5, time_s.size)
        )
        value[time_s >= 20.0] = rng.integers(0, 1024, (time_s >= 20.0).sum())
        column = np.zeros(time_s.size, np.int32)
        pulses, quality = np.empty(time_s.size, PULSE), np.empty(time_s.size)
        find_beats(hearts(1), time_s, column, column, value, pulses)
        judge(qualities(1), time_s, column, pulses, quality)
        assert quality[time_s < 20.0][-1] > 0.9
        air = quality[time_s >= 20.0]
        doubted_s.append(float(np.argmax(air < 0.3)) / fs if (air < 0.3).any() else np.inf)
        assert (air >= 0.5).mean() < 0.1
    assert np.median(doubted_s) < 1.2
    assert max(doubted_s) < 2.5


def test_a_baseline_that_wanders_at_random_gives_less_than_a_trusted_beat_a_minute() -> None:
    fs, minutes, trusted = 25, 2.0, []
    for seed in range(20):
        steps = np.random.default_rng(seed).normal(size=int(60 * minutes * fs))
        wave = np.round(512 + 20 * np.cumsum(steps) / np.sqrt(fs))
        trusted.append(listen(np.arange(wave.size) / fs, wave).trusted().size / minutes)
    assert np.mean(trusted) < 1.0
