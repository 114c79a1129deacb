"""Skin: responses where they are and nowhere else, tonic apart from phasic, arousal, and how far to believe it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.body.arousal import arousal_now, arousals, skin_now
from installation.body.skin import EDA, feel_skin, skins
from tests.body.skin_fakes import Array, feel, matched, response, responses

ONSETS_S = np.array([12.0, 21.0, 33.0, 40.0, 52.0])
HEIGHTS_US = np.array([0.3, 0.8, 0.15, 0.5, 1.2])


def _skin(time_s: Array, noise_us: float = 0.0) -> Array:
    noise = np.random.default_rng(2).normal(0.0, noise_us, time_s.size) if noise_us else 0.0
    return np.asarray(4.0 + 0.003 * time_s + responses(time_s, ONSETS_S, HEIGHTS_US) + noise)


@pytest.mark.parametrize("fs", [4, 10, 15, 32, 100, 250, 1000])
def test_every_response_is_announced_once_before_a_second_and_a_half_in_its_place(fs: int) -> None:
    time_s = np.arange(0.0, 60.0, 1.0 / fs)
    felt = feel(time_s, _skin(time_s, 0.01 if fs > 50 else 0.002))
    assert felt.onsets_s() == pytest.approx(ONSETS_S, abs=0.35)
    assert (felt.said_s() - ONSETS_S).max() < 1.5
    assert felt.heights_us() == pytest.approx(HEIGHTS_US, rel=0.25)
    assert felt["rise_s"][felt.now_s > 55.0][0] == pytest.approx(1.18, abs=0.5)


def test_tonic_and_phasic_are_told_apart_and_add_up() -> None:
    time_s = np.arange(0.0, 60.0, 0.05)
    felt = feel(time_s, _skin(time_s))
    late_s = felt.now_s[felt.now_s > 6.0] - 0.3
    assert np.abs(felt["tonic_us"][felt.now_s > 6.0] - 4.0 - 0.003 * late_s).max() < 0.35
    assert np.abs(felt["tonic_us"][felt.now_s > 6.0] - 4.0 - 0.003 * late_s).mean() < 0.1
    assert (felt["phasic_us"] >= 0.0).all()
    whole = felt["tonic_us"] + felt["phasic_us"]
    assert np.abs(whole[felt.now_s > 6.0] - _skin(late_s)).max() < 0.15


def test_a_response_on_the_shoulder_of_another_is_a_second_one() -> None:
    time_s = np.arange(0.0, 40.0, 0.05)
    felt = feel(time_s, 5.0 + 0.5 * response(time_s - 20.0) + 0.9 * response(time_s - 21.5))
    assert felt.onsets_s() == pytest.approx([20.0, 21.5], abs=0.5)


def test_a_rise_too_small_too_slow_or_too_quick_is_no_response() -> None:
    time_s = np.arange(0.0, 60.0, 0.02)
    for value in (
        5.0 + 0.03 * response(time_s - 20.0),
        5.0 + np.clip(time_s - 20.0, 0.0, 20.0) * 0.04,
        5.0 + 0.2 * (time_s > 20.0),
        5.0 + 0.5 * np.sin(2 * np.pi * time_s / 40.0),
    ):
        assert feel(time_s, value).said_s().size == 0


@pytest.mark.parametrize(("height_us", "period_s"), [(0.3, 20.9), (0.1, 12.0), (0.1, 20.0), (0.1, 30.0)])
def test_slow_waves_of_the_level_are_no_noise_of_the_sensor(height_us: float, period_s: float) -> None:
    time_s = np.arange(0.0, 240.0, 0.1)
    felt = feel(time_s, 5.0 + height_us * np.sin(2 * np.pi * time_s / period_s))
    assert felt["quality"][felt.now_s > 10.0].min() > 0.9


def test_a_quick_rise_is_a_response_where_it_falls_again_as_skin_does() -> None:
    time_s = np.arange(0.0, 40.0, 0.02)
    quick = feel(time_s, 5.0 + 0.5 * response(time_s - 20.0, rise_s=0.1, recovery_s=4.0))
    assert quick.onsets_s() == pytest.approx([20.0], abs=0.3)
    assert quick.said_s()[0] < 21.8
    for value in (0.5 * (time_s > 20.0), 0.5 * np.exp(-(((time_s - 20.0) / 0.15) ** 2))):
        assert feel(time_s, 5.0 + value).said_s().size == 0


def _bad_signals(fs: float) -> dict[str, Array]:
    rng = np.random.default_rng(3)
    time_s = np.arange(0.0, 120.0, 1.0 / fs)
    size = time_s.size
    return {
        "constant": np.full(size, 5.0),
        "zero": np.zeros(size),
        "last bit": 5.0 + 0.024 * rng.integers(0, 2, size),
        "white noise": 5.0 + rng.normal(0.0, 0.1, size),
        "strong white noise": 5.0 + rng.normal(0.0, 2.0, size),
        "mains": 5.0 + 0.3 * np.sin(2 * np.pi * 50.03 * time_s),
        "open electrodes": 0.08 + 0.02 * np.sin(time_s / 3.0) + rng.normal(0.0, 0.002, size),
        "counts": 512.0 + 30.0 * np.sin(time_s),
        "a floating pin": np.where(rng.random(size) < 0.1, 25.0, 0.0),
    }


@pytest.mark.parametrize("fs", [4.0, 15.0, 100.0])
def test_nothing_but_skin_gives_responses(fs: float) -> None:
    for name, value in _bad_signals(fs).items():
        felt = feel(np.arange(value.size) / fs, value)
        believed = felt["quality"][np.searchsorted(felt.now_s, felt.said_s())] > 0.3
        assert believed.sum() <= (1 if name == "white noise" and fs < 5.0 else 0), name  # nothing averages it there
        if name in ("constant", "zero", "strong white noise", "open electrodes", "counts", "a floating pin"):
            assert np.nan_to_num(felt["quality"]).max() < 0.3, name


def test_skin_is_believed_after_five_seconds_and_doubted_at_once_where_contact_is_lost() -> None:
    time_s = np.arange(0.0, 60.0, 0.1)
    value = np.where((time_s > 30.0) & (time_s < 35.0), 0.01, _skin(time_s))
    felt = feel(time_s, value)
    assert (felt["quality"][felt.now_s < 2.0] < 0.1).all()
    assert (felt["quality"][(felt.now_s > 5.5) & (felt.now_s < 30.0)] > 0.9).all()
    assert (felt["quality"][(felt.now_s > 30.5) & (felt.now_s < 37.0)] < 0.1).all()
    assert (felt["quality"][felt.now_s > 41.5] > 0.9).all()
    assert not ((felt.said_s() > 30.0) & (felt.said_s() < 40.0)).any()


def test_a_spike_of_the_converter_is_left_out() -> None:
    time_s = np.arange(0.0, 40.0, 0.01)
    value = np.where(np.abs(time_s - 25.0) < 0.005, 25.0, _skin(time_s))
    felt = feel(time_s, value)
    assert felt["quality"][felt.now_s > 25.0].min() > 0.9
    assert felt["phasic_us"][felt.now_s > 26.0].max() < 1.0


def test_a_silent_sensor_is_doubted_and_arousal_is_held() -> None:
    time_s = np.arange(0.0, 60.0, 0.1)
    on = (time_s < 30.0) | (time_s > 50.0)
    felt = feel(time_s[on], _skin(time_s)[on])
    silent = (felt.now_s > 34.1) & (felt.now_s < 50.0)
    assert (felt["quality"][silent] == 0.0).all()
    assert np.ptp(felt["arousal"][silent]) == 0.0
    assert felt["age_s"][silent].max() == pytest.approx(20.0, abs=0.2)


def test_nothing_is_known_before_a_sample_came() -> None:
    skin, arousal = skins(1), arousals(1)
    tonic, phasic, height, rise, rate, quality, age = (np.empty(1) for _ in range(7))
    scr, aroused = np.empty(1, np.bool_), np.empty(1)
    skin_now(skin, 5.0, tonic, phasic, scr, height, rise, rate, quality, age)
    arousal_now(arousal, skin, 5.0, 1 / 60, tonic, rate, quality, aroused)
    assert np.isnan([tonic, phasic, height, rise, rate, quality, age, aroused]).all()
    assert not scr[0]


def test_arousal_rises_with_level_and_responses_and_comes_back_to_a_half() -> None:
    time_s = np.arange(0.0, 900.0, 0.1)
    onsets_s = np.concatenate(
        [np.arange(20.0, 300.0, 25.0), np.arange(300.0, 345.0, 5.0), np.arange(360.0, 900.0, 25.0)]
    )
    level = 5.0 + 2.0 * np.clip((time_s - 300.0) / 20.0, 0.0, 1.0)
    felt = feel(time_s, level + responses(time_s, onsets_s, np.full(onsets_s.size, 0.4)))
    calm, excited = (felt.now_s > 100.0) & (felt.now_s < 300.0), (felt.now_s > 325.0) & (felt.now_s < 345.0)
    assert 0.2 < felt["arousal"][calm].mean() < 0.6
    assert felt["arousal"][excited].min() > 0.9
    assert 0.2 < felt["arousal"][felt.now_s > 800.0].mean() < 0.6  # the new level has become the usual one
    assert np.abs(np.diff(felt["arousal"])).max() < 0.02


def test_arousal_means_the_same_on_dry_and_on_wet_skin() -> None:
    time_s = np.arange(0.0, 200.0, 0.1)
    shape = responses(time_s, np.arange(10.0, 190.0, 12.0), np.full(15, 0.1)) + 0.2 * np.clip(
        time_s / 200.0 - 0.5, 0, 1
    )
    dry, wet = feel(time_s, 0.8 * (1.0 + shape)), feel(time_s, 12.0 * (1.0 + shape))
    assert dry["arousal"] == pytest.approx(wet["arousal"], abs=0.02)


def _told(memory: np.ndarray, column: int, now_s: float) -> bytes:
    out = [np.empty(memory.size, np.bool_ if k == 2 else np.float64) for k in range(8)]
    skin_now(memory, now_s, *out)
    return b"".join(array[column : column + 1].tobytes() for array in out)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 1200), max_size=30), st.integers(0, 2))
def test_any_cut_into_ticks_and_any_company_gives_the_same_bits(cuts: list[int], column: int) -> None:
    rng = np.random.default_rng(7)
    time_s = np.cumsum(rng.uniform(0.02, 0.08, 1200))
    value = _skin(time_s, 0.01)
    value[rng.random(1200) < 0.01] = 0.0
    alone, many = skins(1), skins(3)
    where = np.zeros(time_s.size, np.int32)
    feel_skin(alone, time_s, where, where + EDA, value)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 1200], strict=True):
        who = np.concatenate([where[start:end] + other for other in range(3)]).astype(np.int32)
        mixed = np.concatenate([value[start:end] * (1.0 if other == column else 0.7) for other in range(3)])
        feel_skin(many, np.tile(time_s[start:end], 3), who, np.full_like(who, EDA), mixed)
    assert many[column].tobytes() == alone[0].tobytes()
    assert _told(many, column, time_s[-1]) == _told(alone, 0, time_s[-1])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.floats(0.0, 3.0), st.floats()), min_size=1, max_size=60))
def test_any_numbers_are_survived_and_responses_are_found_after_them(rubbish: list[tuple[float, float]]) -> None:
    rubbish_s = np.cumsum([step for step, _ in rubbish])
    clean_s = np.arange(0.02, 60.0, 0.1)
    memory = skins(1)
    where = np.zeros(len(rubbish), np.int32)
    feel_skin(memory, rubbish_s, where, where + EDA, np.array([value for _, value in rubbish]))
    memory["quantum"] = 0.0  # the finest step ever seen is the converter's, whatever came before
    where = np.zeros(clean_s.size, np.int32)
    feel_skin(memory, rubbish_s[-1] + clean_s, where, where + EDA, _skin(clean_s))
    assert memory["scr_onset_s"][0] == pytest.approx(rubbish_s[-1] + ONSETS_S[-1], abs=0.4)
    assert np.isfinite([memory[name][0] for name in ("wave", "phasic", "drift", "quality", "ripple")]).all()
    assert memory["quality"][0] > 0.9


def test_other_channels_and_rows_that_come_twice_change_nothing() -> None:
    time_s = np.arange(0.0, 30.0, 0.1)
    once, twice = skins(1), skins(1)
    where = np.zeros(time_s.size, np.int32)
    feel_skin(once, time_s, where, where + EDA, _skin(time_s))
    channel = np.tile(np.array([EDA, EDA, EDA + 1], np.int32), time_s.size)
    feel_skin(twice, np.repeat(time_s, 3), np.repeat(where, 3), channel, np.repeat(_skin(time_s), 3))
    assert once.tobytes() == twice.tobytes()


def test_responses_of_recorded_people_are_those_that_published_detectors_agree_on(recordings: Path) -> None:
    scales = {"multimodal/neurokit_eventrelated": 1.0, "bitalino_biosppy/biosppy_eda": 25.0 / 4096}
    for name, scale in scales.items():
        with np.load(recordings / f"{name}.npz", allow_pickle=False) as file:
            value, fs, peaks_s = scale * file["eda"], float(file["fs"]), file["scr_consensus_t"]
        felt = feel(np.arange(value.size) / fs, value)
        found, _ = matched(felt.said_s(), peaks_s, (-4.0, 1.5))
        assert found == peaks_s.size, name
        assert felt.said_s().size <= peaks_s.size + 3, name
        assert (felt["quality"][felt.now_s > 5.0] > 0.9).mean() > 0.95, name


def test_a_wristband_without_contact_says_nothing(recordings: Path) -> None:
    with np.load(recordings / "wearable" / "e4_flirt.npz", allow_pickle=False) as file:
        value = file["eda"]
    felt = feel(np.arange(value.size) / 4.0, value, tick_s=0.25)
    assert felt.said_s().size == 0
    assert felt["quality"].max() < 0.1
