"""Beats of an ECG: where the R waves are, how soon they are known, and that nothing else is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from installation.body.ecg import ECG, find_qrs
from installation.body.ecg_memory import ecgs
from installation.body.heart import BEAT, PULSE, find_beats, hearts
from tests.body.ecg_fakes import WAVES, ecg, f1, hear, hits
from tests.body.fakes import Array, pulse, steady


def _run(time_s: Array, value: Array, cuts: list[int], columns: int = 1, column: int = 0) -> np.ndarray:
    memory, pulses = ecgs(columns), np.zeros(time_s.size, PULSE)
    for start, end in zip([0, *cuts], [*cuts, time_s.size], strict=True):
        where = np.full(end - start, column, np.int32)
        find_qrs(memory, time_s[start:end], where, where * 0 + ECG, value[start:end], pulses[start:end])
    return pulses


def _bits(pulses: np.ndarray) -> list[bytes]:
    return [pulses[name].tobytes() for name in PULSE.names]


@pytest.mark.parametrize("fs", [125, 250, 360, 1000])
@pytest.mark.parametrize("rate", [30, 60, 110, 180, 220])
@pytest.mark.parametrize("scale", [1.0, -1.0, 400.0])
def test_every_r_wave_is_found_within_60_ms_and_a_millisecond(fs: int, rate: int, scale: float) -> None:
    beats_s = steady(rate, 30.0)
    time_s = np.arange(0.0, 30.0, 1.0 / fs)
    heard, _ = hear(time_s, 2048 + scale * ecg(time_s, beats_s))
    settled = beats_s[3:][beats_s[3:] < 29.8]
    found = heard.beat_s[(heard.beat_s > settled[0] - 0.1) & (heard.beat_s < settled[-1] + 0.1)]
    errors = hits(found, settled)
    assert errors.size == found.size == settled.size
    assert errors.std() < 0.001
    assert abs(errors.mean()) < 0.004
    assert np.median(heard.known_s - heard.beat_s) < 0.06


@pytest.mark.parametrize("fs", [40, 50, 80])
def test_beats_are_found_at_sample_rates_that_are_too_low_for_an_ecg(fs: int) -> None:
    beats_s = steady(72, 30.0)
    time_s = np.arange(0.0, 30.0, 1.0 / fs)
    heard, _ = hear(time_s, ecg(time_s, beats_s))
    assert f1(heard.beat_s, beats_s[beats_s < 29.8]) > 93.0


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 4000), max_size=30), st.integers(0, 2))
def test_any_cut_into_ticks_and_any_company_gives_the_same_bits(cuts: list[int], column: int) -> None:
    rng = np.random.default_rng(7)
    time_s = np.cumsum(rng.uniform(0.002, 0.006, 4000))
    value = ecg(time_s, steady(75, 18.0)) + rng.normal(0, 0.05, 4000)
    assert _bits(_run(time_s, value, sorted(cuts), 3, column)) == _bits(_run(time_s, value, []))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=60))
def test_any_samples_leave_finite_beats_that_move_forward(samples: list[tuple[float, float]]) -> None:
    time_s = np.array([t for t, _ in samples])
    pulses = _run(time_s, np.array([v for _, v in samples]), [])
    beats_s = pulses["beat_s"][pulses["verdict"] == BEAT]
    assert np.isfinite(beats_s).all()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([20, 50, 125, 360, 1000]))
@example(5, 360)
@example(960, 360)
def test_beats_of_noise_move_forward_and_are_never_ahead_of_the_samples(seed: int, fs: int) -> None:
    rng = np.random.default_rng(seed)
    time_s = np.arange(0.0, 6.0, 1.0 / fs)
    pulses = _run(time_s, rng.standard_t(2, time_s.size), [])
    beat = pulses["verdict"] == BEAT
    assert (np.diff(pulses["beat_s"][beat]) > 0.0).all()
    assert (pulses["beat_s"][beat] <= time_s[beat]).all()


def test_rows_of_other_channels_are_left_as_they_are() -> None:
    time_s = np.arange(0.0, 10.0, 0.02)
    column = np.zeros(time_s.size, np.int32)
    pulses = np.empty(time_s.size, PULSE)
    value = pulse(time_s, steady(72, 10.0))
    find_beats(hearts(1), time_s, column, column, value, pulses)
    before = _bits(pulses)
    memory = ecgs(1)
    find_qrs(memory, time_s, column, column, value, pulses)
    assert _bits(pulses) == before
    assert memory.tobytes() == ecgs(1).tobytes()


@pytest.mark.parametrize("value", [0.0, 0.1, -512.3, 1023.0, 1e11])
@pytest.mark.parametrize("fs", [20, 50, 360, 1000])
def test_a_constant_has_no_beats(value: float, fs: int) -> None:
    time_s = 1e6 / 7 + np.arange(0.0, 30.0, 1.0 / fs)
    assert hear(time_s, np.full(time_s.size, value))[0].beat_s.size == 0


def test_a_tall_t_wave_is_no_beat() -> None:
    waves = (*WAVES[:4], (0.3, 0.045, 0.9))
    for rate in (50, 75, 100):
        beats_s = steady(rate, 40.0)
        time_s = np.arange(0.0, 40.0, 0.004)
        assert f1(hear(time_s, ecg(time_s, beats_s, waves))[0].beat_s, beats_s[:-1]) > 98.0


def test_artefacts_as_high_as_beats_but_unlike_them_are_no_beats() -> None:
    rng = np.random.default_rng(6)
    beats_s = steady(70, 90.0)
    time_s = np.arange(0.0, 90.0, 0.004)
    value = ecg(time_s, beats_s)
    for at_s in np.arange(20.0, 80.0, 0.7) + rng.uniform(-0.2, 0.2, 86):
        value += rng.choice([-1.0, 1.0]) * rng.uniform(0.8, 1.6) * np.exp(-(((time_s - at_s) / 0.09) ** 2))
    assert f1(hear(time_s, value)[0].beat_s, beats_s[beats_s < 89.8]) > 97.0


def test_ventricular_beats_are_found_in_noise_once_their_shape_is_known() -> None:
    wide = ((0.0, 0.05, 1.4), (0.12, 0.06, -0.8), (0.32, 0.08, -0.4))
    rng = np.random.default_rng(0)
    time_s = np.arange(0.0, 120.0, 1 / 360)
    narrow_s = np.delete(np.arange(0.5, 119.0, 0.8), slice(8, None, 5))
    wide_s = np.arange(0.5, 119.0, 0.8)[8::5] - 0.25
    rumble = np.convolve(rng.normal(size=time_s.size), np.hanning(40) / 20.0, "same")
    value = ecg(time_s, narrow_s) + ecg(time_s, wide_s, wide) + 0.25 * rumble / rumble.std()
    late_s = wide_s[wide_s > 40.0]
    heard = hear(time_s, value)[0].beat_s
    assert (np.abs(heard[:, None] - late_s).min(axis=0) < 0.15).mean() > 0.85


def test_wide_beats_between_narrow_ones_are_found() -> None:
    wide = ((0.0, 0.05, 1.4), (0.12, 0.06, -0.8), (0.32, 0.08, -0.4))
    narrow_s = np.arange(0.5, 60.0, 1.6)
    time_s = np.arange(0.0, 60.0, 1 / 360)
    value = ecg(time_s, narrow_s) + ecg(time_s, narrow_s + 0.55, wide)
    truth = np.sort(np.concatenate([narrow_s, narrow_s + 0.55]))
    assert f1(hear(time_s, value)[0].beat_s, truth[truth < 59.8]) > 98.0


@pytest.mark.parametrize(("before", "after"), [(50, 105), (60, 130), (150, 70)])
def test_a_heart_that_changes_its_rate_at_once_is_followed_in_noise(before: int, after: int) -> None:
    rng = np.random.default_rng(3)
    beats_s = np.concatenate([np.arange(0.5, 30, 60 / before), np.arange(30, 59.8, 60 / after)])
    time_s = np.arange(0.0, 60.0, 0.004)
    value = ecg(time_s, beats_s) + rng.normal(0, 0.1, time_s.size)
    assert f1(hear(time_s, value)[0].beat_s, beats_s) > 98.0


@pytest.mark.parametrize("fs", [125, 250, 500, 1000])
@pytest.mark.parametrize("height", [5.0, -5.0, 20.0])
def test_electrodes_that_pop_for_a_sample_twice_a_second_make_no_beats(fs: int, height: float) -> None:
    rng = np.random.default_rng(3)
    beats_s = steady(75, 60.0)
    time_s = np.arange(0.0, 60.0, 1.0 / fs)
    for noise in (0.0, 0.01):
        value = ecg(time_s, beats_s) + noise * rng.normal(size=time_s.size)
        value[rng.integers(0, time_s.size, 120)] += height
        assert f1(hear(time_s, value)[0].beat_s, beats_s[beats_s < 59.8]) > 93.0


def test_an_ecg_of_few_samples_a_second_is_heard_as_it_is() -> None:
    for fs in (50, 100):
        time_s = np.arange(0.0, 30.0, 1.0 / fs)
        value = ecg(time_s, steady(75, 30.0)) + np.random.default_rng(1).normal(0.0, 0.05, time_s.size)
        memory, pulses, column = ecgs(1), np.zeros(1, PULSE), np.zeros(1, np.int32)
        for k in range(time_s.size):
            find_qrs(memory, time_s[k : k + 1], column, column + ECG, value[k : k + 1], pulses)
            assert memory["raw"][0] == value[k]


def test_a_weak_beat_is_found_late_and_in_its_place() -> None:
    beats_s = steady(60, 40.0)
    time_s = np.arange(0.0, 40.0, 0.004)
    weak_s = beats_s[20]
    value = ecg(time_s, np.delete(beats_s, 20)) + 0.25 * ecg(time_s, beats_s[20:21])
    heard, _ = hear(time_s, value)
    found = int(np.argmin(np.abs(heard.beat_s - weak_s)))
    assert abs(heard.beat_s[found] - weak_s) < 0.02
    assert 0.3 < heard.known_s[found] - weak_s < 1.0


def test_after_a_gap_the_wave_starts_anew_without_a_beat_of_its_own() -> None:
    beats_s = steady(60, 40.0)
    time_s = np.arange(0.0, 40.0, 0.004)
    value = ecg(time_s, beats_s) + np.where(time_s > 20.0, 5.0, 0.0)
    kept = (time_s < 19.6) | (time_s > 20.6)
    heard, _ = hear(time_s[kept], value[kept])
    truth = beats_s[((beats_s < 19.5) | (beats_s > 20.7)) & (beats_s < 39.8)]
    assert hits(heard.beat_s, truth).size == truth.size == heard.beat_s.size


@pytest.mark.parametrize(("name", "least"), [("100", 99.9), ("105", 99.0), ("106", 99.7), ("119", 99.8), ("123", 99.7)])
def test_beats_of_the_arrhythmia_database_are_found(recordings: Path, name: str, least: float) -> None:
    path = recordings / "ecg_mitbih" / f"mitbih_{name}.npz"
    if not path.is_file():
        pytest.skip(f"{path.name} is not among the recordings")
    with np.load(path, allow_pickle=False) as file:
        value, fs, reference = file["ecg"].astype(np.float64), float(file["fs"]), file["ref_beats"]
    heard, _ = hear(np.arange(value.size) / fs, value)
    assert f1(heard.beat_s, reference / fs) >= least
    assert np.median(heard.known_s - heard.beat_s) < 0.06
