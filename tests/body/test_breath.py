"""Breaths of a belt: their rate, that the phase is not late, and that nothing else is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.body.breath import RESP, feel_breath
from installation.body.breath_memory import breaths
from installation.body.breath_time import FELT, QUALITY, breath_now
from tests.benchmarks.body_breath_phase import by_extremes
from tests.body.breath_fakes import Array, apart, chest, feel, rate_of, turns


def _memory(time_s: Array, value: Array, cuts: list[int], columns: int = 1, column: int = 0) -> bytes:
    memory = breaths(columns)
    for start, end in zip([0, *cuts], [*cuts, time_s.size], strict=True):
        where = np.full(end - start, column, np.int32)
        feel_breath(memory, time_s[start:end], where, np.full_like(where, RESP), value[start:end])
    return memory[column].tobytes()


@pytest.mark.parametrize("fs", [10, 25, 100, 1000])
@pytest.mark.parametrize("rate", [3.5, 6, 15, 24, 38])
def test_a_steady_breath_has_its_rate_its_phase_and_is_believed(fs: int, rate: float) -> None:
    time_s = np.arange(0.0, 12.0 * max(4.0, 60.0 / rate), 1.0 / fs)
    felt = feel(time_s, chest(turns(time_s, rate)))
    late = felt.time_s > time_s[-1] - 60.0 / rate - 4.0
    assert felt.rate[late] == pytest.approx(rate, rel=0.02)
    off = apart(felt.phase, felt.time_s * rate / 60.0)[late]
    assert np.abs(off.mean()) < 0.05  # neither late nor early
    assert np.abs(off).mean() < 0.25
    assert felt.quality[late].min() > 0.9
    assert felt.depth[late] == pytest.approx(0.5, abs=0.2)
    assert felt.inhaling[late].mean() == pytest.approx(0.5, abs=0.2)
    assert (felt.hold_s[late] == 0.0).all()


@pytest.mark.parametrize(("before", "after"), [(6, 24), (24, 6), (10, 20), (20, 10), (15, 18), (12, 9)])
def test_the_phase_is_found_again_within_two_breaths_of_a_change_of_pace(before: int, after: int) -> None:
    time_s = np.arange(0.0, 120.0, 0.04)
    breath = turns(time_s, np.where(time_s < 60.0, before, after))
    felt = feel(time_s, chest(breath))
    late = felt.time_s > 60.0 + 2 * 60.0 / after
    assert np.abs(apart(felt.phase, np.interp(felt.time_s, time_s, breath)))[late].mean() < 0.35
    assert felt.rate[-1] == pytest.approx(after, rel=0.03)


def test_the_phase_goes_on_alone_for_a_breath_without_samples_and_then_is_not_believed() -> None:
    time_s = np.arange(0.0, 60.0, 0.04)
    felt = feel(time_s, chest(turns(time_s, 15)), until_s=80.0)
    alone = (felt.time_s > 60.0) & (felt.time_s < 64.0)
    assert np.abs(apart(felt.phase, felt.time_s * 15 / 60.0))[alone].max() < 0.5
    assert felt.quality[felt.time_s < 62.5][-1] > 0.8
    assert felt.quality[felt.time_s > 67.0].max() == 0.0
    assert np.isnan(felt.rate[-1])
    assert felt.age_s[-1] == pytest.approx(80.0 - time_s[-1], abs=0.05)


def test_a_held_breath_is_seen_to_be_held_and_its_end_too() -> None:
    time_s = np.arange(0.0, 90.0, 0.04)
    breath = turns(time_s, np.where((time_s > 42.0) & (time_s < 57.0), 0.0, 15))
    felt = feel(time_s, chest(breath))
    assert felt.hold_s[np.searchsorted(felt.time_s, 55.0)] == pytest.approx(13.0, abs=1.5)
    assert (felt.hold_s[felt.time_s > 60.0] == 0.0).all()
    assert (felt.hold_s[(felt.time_s > 20.0) & (felt.time_s < 42.0)] == 0.0).all()
    assert felt.quality[-1] > 0.5


def test_a_sigh_hides_no_breath_after_it_and_is_deep() -> None:
    time_s = np.arange(0.0, 90.0, 0.04)
    breath = turns(time_s, 15)
    sigh = (breath >= 10.0) & (breath < 11.0)
    felt = feel(time_s, chest(breath) * np.where(sigh, 5.0, 1.0))
    assert felt.rate[-1] == pytest.approx(15, abs=0.3)
    assert felt.depth[np.argmax(sigh * time_s) * 60 // 25 - 60] > 0.9
    assert felt.quality[felt.time_s > 60.0].min() > 0.8


def test_a_shift_of_posture_is_left_behind_within_two_breaths() -> None:
    time_s = np.arange(0.0, 90.0, 0.04)
    breath = turns(time_s, 15)
    felt = feel(time_s, chest(breath) + np.where(time_s > 41.3, 8.0, 0.0))
    late = felt.time_s > 41.3 + 8.0
    assert np.abs(apart(felt.phase, np.interp(felt.time_s, time_s, breath)))[late].mean() < 0.35


def test_the_uneven_breath_of_speech_survives() -> None:
    rng = np.random.default_rng(5)
    length_s, height = rng.uniform(2.0, 6.0, 40), rng.uniform(0.5, 1.6, 40)
    ends_s = np.cumsum(length_s)
    time_s = np.arange(0.0, ends_s[-1], 0.04)
    which = np.minimum(np.searchsorted(ends_s, time_s, "right"), 39)
    along = (time_s - (ends_s - length_s)[which]) / length_s[which]
    inhaled = np.where(along < 0.25, along / 0.25, 1.0 - (along - 0.25) / 0.75)  # quickly in, slowly out
    felt = feel(time_s, height[which] * inhaled)
    late = felt.time_s > 30.0
    assert np.nanmedian(np.abs(felt.rate[late] - 60.0 / length_s.mean())) < 2.0
    assert np.median(felt.quality[late]) > 0.5


@pytest.mark.parametrize(("scale", "offset"), [(1e-6, 0.0), (1.0, -3.0), (4096.0, 1e5)])
def test_the_unit_of_the_belt_does_not_matter(scale: float, offset: float) -> None:
    time_s = np.arange(0.0, 60.0, 0.04)
    wave = chest(turns(time_s, 14))
    one, other = feel(time_s, wave), feel(time_s, scale * wave + offset)
    assert other.rate[-600:] == pytest.approx(one.rate[-600:])
    assert np.abs(apart(other.phase, one.phase))[-600:].max() < 1e-3


def _no_breath(fs: float) -> dict[str, Array]:
    rng = np.random.default_rng(3)
    time_s = np.arange(0.0, 120.0, 1.0 / fs)
    size = time_s.size
    return {
        "constant": np.full(size, 512.0),
        "last bit": 512.0 + rng.integers(-1, 2, size),
        "white noise": rng.normal(size=size),
        "mains": np.round(512 + 200 * np.sin(2 * np.pi * 50.02 * time_s)),
        "saturated": np.full(size, 1023.0),
        "a floating pin": np.where(rng.random(size) < 0.02, 1023.0, 0.0),
        "a drift": 1e-3 * time_s,
        "a belt that cools": np.exp(-time_s / 60.0),
        "a pulse": np.sin(2 * np.pi * 1.3 * time_s),
        "steps at a walk": np.sin(2 * np.pi * 1.8 * time_s) + 0.5 * np.sin(2 * np.pi * 0.9 * time_s),
    }


@pytest.mark.parametrize("fs", [10.0, 25.0, 100.0])
def test_nothing_but_a_chest_is_believed_to_breathe(fs: float) -> None:
    for name, value in _no_breath(fs).items():
        felt = feel(np.arange(value.size) / fs, value, rate_hz=5.0)
        assert np.percentile(felt.quality, 98) < 0.5, name


def test_a_belt_that_is_taken_off_is_not_believed_after_three_breaths() -> None:
    rng = np.random.default_rng(1)
    time_s = np.arange(0.0, 120.0, 0.04)
    off = np.where(time_s < 60.0, chest(turns(time_s, 15)), 0.2 + 0.01 * rng.normal(size=time_s.size))
    felt = feel(time_s, off)
    assert felt.quality[(felt.time_s > 40.0) & (felt.time_s < 60.0)].min() > 0.9
    assert felt.quality[felt.time_s > 72.0].max() < 0.3


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_a_belt_that_is_fastened_looser_is_learnt_anew_within_a_minute(share: float) -> None:
    rng = np.random.default_rng(8)
    time_s = np.arange(0.0, 160.0, 0.04)
    wave = np.where(time_s < 60.0, 1.0, share) * chest(turns(time_s, 15))
    felt = feel(time_s, 512.0 + 200.0 * wave + rng.normal(0.0, 0.5, time_s.size), rate_hz=10.0)
    late = felt.time_s > 105.0
    assert felt.quality[late].min() > 0.5
    assert felt.rate[late] == pytest.approx(15, abs=1.0)
    assert felt.depth[late] == pytest.approx(0.5, abs=0.25)


def test_bursts_of_bad_samples_do_not_become_the_usual_breath_for_good() -> None:
    time_s = np.arange(0.0, 120.0, 0.04)
    wave = 512.0 + 200.0 * chest(turns(time_s, 15))
    for burst_s in np.arange(40.0, 60.0, 2.5):
        wave[(time_s >= burst_s) & (time_s < burst_s + 0.12)] = 4294967295.0
    felt = feel(time_s, wave, rate_hz=10.0)
    late = felt.time_s > 90.0
    assert felt.quality[late].min() > 0.5
    assert felt.rate[late] == pytest.approx(15, abs=0.5)
    assert felt.depth[late] == pytest.approx(0.5, abs=0.2)


def test_a_breath_that_is_held_for_long_is_waited_for_though_the_heart_beats_on() -> None:
    rng = np.random.default_rng(9)
    time_s = np.arange(0.0, 180.0, 0.04)
    breath = turns(time_s, np.where((time_s > 61.0) & (time_s < 151.0), 0.0, 15))
    heart = 0.04 * np.sin(2 * np.pi * 1.2 * time_s) + 0.02 * rng.normal(size=time_s.size)
    felt = feel(time_s, chest(breath) + heart, rate_hz=10.0)
    held = (felt.time_s > 66.0) & (felt.time_s < 150.0)
    assert felt.hold_s[held] == pytest.approx(felt.time_s[held] - 61.0, abs=1.5)
    assert felt.quality[-1] > 0.5


@pytest.mark.parametrize("bad_s", [0.5, 3.0, 7.0])
def test_a_bad_sample_before_anything_is_usual_does_not_cost_minutes(bad_s: float) -> None:
    time_s = np.arange(0.0, 60.0, 0.04)
    wave = 512.0 + 200.0 * chest(turns(time_s, 15))
    wave[int(bad_s / 0.04)] = 4294967295.0
    felt = feel(time_s, wave, rate_hz=10.0)
    assert felt.quality[felt.time_s > 40.0].min() > 0.8


def test_a_few_bad_samples_hardly_change_how_deep_a_breath_is() -> None:
    time_s = np.arange(0.0, 90.0, 0.04)
    wave = 512.0 + 200.0 * chest(turns(time_s, 15))
    wave[1250:1253] = 4294967295.0
    felt = feel(time_s, wave, rate_hz=10.0)
    assert felt.depth[felt.time_s > 70.0] == pytest.approx(0.5, abs=0.2)


def test_a_single_sample_far_from_the_wave_is_as_if_it_had_not_come() -> None:
    time_s = np.arange(0.0, 60.0, 0.04)
    wave = 512.0 + 200.0 * chest(turns(time_s, 15))
    bad = np.isin(np.arange(time_s.size), [900, 1000, 1002, 1100])
    glitched = np.where(bad, -1e6, wave)
    assert _memory(time_s, glitched, []) == _memory(time_s[~bad], wave[~bad], [])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 1500), max_size=30), st.integers(0, 2))
def test_any_cut_into_ticks_and_any_company_gives_the_same_bits(cuts: list[int], column: int) -> None:
    rng = np.random.default_rng(7)
    time_s = np.cumsum(rng.uniform(0.02, 0.06, 1500))
    value = 500 + 200 * chest(turns(time_s, 17)) + rng.normal(0, 9, 1500)
    assert _memory(time_s, value, sorted(cuts), 3, column) == _memory(time_s, value, [])


def test_two_wearers_in_one_stream_do_not_feel_each_other() -> None:
    time_s = np.arange(0.0, 40.0, 0.04)
    one, other = chest(turns(time_s, 12)), chest(turns(time_s, 21))
    memory, column = breaths(2), np.tile(np.array([0, 1], np.int32), time_s.size)
    feel_breath(memory, np.repeat(time_s, 2), column, np.full_like(column, RESP), np.stack([one, other], 1).ravel())
    assert memory[0].tobytes() == _memory(time_s, one, [])
    assert memory[1].tobytes() == _memory(time_s, other, [])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0.0, 3.0), st.floats()), min_size=1, max_size=60))
def test_any_numbers_are_survived_and_a_breath_is_found_after_them(rubbish: list[tuple[float, float]]) -> None:
    rubbish_s = np.cumsum([step for step, _ in rubbish])
    clean_s = rubbish_s[-1] + np.arange(0.04, 120.0, 0.04)
    wave = chest(turns(clean_s, 15))
    felt = feel(
        np.concatenate([rubbish_s, clean_s]), np.concatenate([[value for _, value in rubbish], wave]), rate_hz=10.0
    )
    step = np.diff(felt.phase)
    step = step[np.isfinite(step)]
    assert (step - np.floor(step + 0.5) >= -1e-9).all()
    assert felt.rate[-1] == pytest.approx(15, abs=0.5)
    assert felt.quality[-1] > 0.5


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(1.5, 12.0), min_size=3, max_size=12))
def test_the_phase_never_runs_backwards_and_never_leaps(cycles_s: list[float]) -> None:
    ends_s = np.concatenate([[0.0], np.cumsum(cycles_s)])
    time_s = np.arange(0.0, ends_s[-1], 0.04)
    felt = feel(time_s, chest(np.interp(time_s, ends_s, np.arange(ends_s.size))))
    step = np.diff(felt.phase)
    step = step[np.isfinite(step)]
    step -= np.floor(step + 0.5)
    assert (step >= -1e-12).all()
    assert (step <= 5.0 / 60.0 / 0.85).all()


def test_before_the_first_sample_nothing_is_known() -> None:
    felt = np.empty((len(FELT), 2))
    breath_now(breaths(2), 1.0, 1 / 60, felt, True)
    assert np.isnan(felt).all()


def test_rows_of_other_channels_are_left_out() -> None:
    time_s = np.arange(0.0, 20.0, 0.04)
    column = np.zeros(time_s.size, np.int32)
    memory = breaths(1)
    feel_breath(memory, time_s, column, column, chest(turns(time_s, 15)))
    assert memory.tobytes() == breaths(1).tobytes()


def test_rates_of_intensive_care_patients_agree_with_people_who_counted(recordings: Path) -> None:
    error = {}
    for path in sorted((recordings / "bidmc").glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            fs, resp = float(file["fs"]), np.asarray(file["resp"], np.float64)
            people = [file[name] / fs for name in ("ref_breaths_a", "ref_breaths_b")]
        felt = feel(np.arange(resp.size) / fs, resp, rate_hz=4.0)
        off = []
        for start_s in np.arange(0.0, 440.0, 16.0):
            one, other = (rate_of(person, start_s, start_s + 32.0) for person in people)
            if abs(one - other) <= 2.0:
                off.append(abs(felt.rate[np.searchsorted(felt.time_s, start_s + 32.0)] - 0.5 * (one + other)))
        error[path.stem] = float(np.mean(off))
    assert np.mean(list(error.values())) <= 0.3, error
    assert max(error.values()) <= 0.8, error


def test_quality_is_one_row_and_between_none_and_all() -> None:
    time_s = np.arange(0.0, 40.0, 0.04)
    memory, felt, column = breaths(1), np.empty((len(FELT), 1)), np.zeros(time_s.size, np.int32)
    feel_breath(memory, time_s, column, np.full_like(column, RESP), chest(turns(time_s, 15)))
    breath_now(memory, 40.0, 1 / 60, felt, True)
    assert 0.9 < felt[QUALITY, 0] <= 1.0


def test_after_a_gap_it_takes_one_breath_to_be_believed_again() -> None:
    time_s = np.arange(0.0, 90.0, 0.04)
    wave = chest(turns(time_s, 15))
    on = (time_s < 50.0) | (time_s > 58.0)
    felt = feel(time_s[on], wave[on])
    assert felt.quality[(felt.time_s > 56.5) & (felt.time_s < 58.8)].max() == 0.0
    assert felt.quality[felt.time_s > 65.0].min() > 0.8
    assert np.abs(apart(felt.phase, felt.time_s * 15 / 60.0))[felt.time_s > 65.0].mean() < 0.2


@pytest.mark.parametrize("share", [0.25, 0.6])
def test_the_phase_keeps_to_the_turns_of_who_inhales_and_exhales_unevenly(share: float) -> None:
    time_s = np.arange(0.0, 120.0, 0.04)
    breath = turns(time_s, 13)
    along = breath % 1.0
    parted = np.where(along < share, 0.5 * along / share, 0.5 + 0.5 * (along - share) / (1.0 - share))
    felt = feel(time_s, chest(parted), rate_hz=20.0)
    true = np.interp(felt.time_s, time_s, np.floor(breath) + parted)
    late = felt.time_s > 60.0
    off = apart(felt.phase, true)[late]
    assert np.abs(off).mean() < 0.27
    assert np.abs(off.mean()) < 0.05


def test_a_phase_that_was_adrift_is_doubted_where_it_is_said_to_be_the_chest() -> None:
    time_s = np.arange(0.0, 40.0, 0.04)
    memory, felt, column = breaths(1), np.empty((len(FELT), 1)), np.zeros(time_s.size, np.int32)
    feel_breath(memory, time_s, column, np.full_like(column, RESP), chest(turns(time_s, 15)))
    memory["adrift"] = 0.08
    breath_now(memory, 40.0, 1 / 60, felt, False)
    assert felt[QUALITY, 0] > 0.9
    breath_now(memory, 40.0 + 1 / 60, 1 / 60, felt, True)
    assert felt[QUALITY, 0] < 0.1
    for tick in range(2, 600):  # nothing more drifts
        breath_now(memory, 40.0 + 1e-4 * tick, 1 / 60, felt, True)
    assert felt[QUALITY, 0] > 0.5


def test_the_true_phase_by_extremes_is_0_at_troughs_and_half_at_crests() -> None:
    time_s = np.arange(0.0, 60.0, 0.04)
    turned_s, phase = by_extremes(time_s, 3.0 * chest(turns(time_s, 12)) + 0.02 * np.sin(2 * np.pi * 1.2 * time_s))
    inner = (turned_s > 6.0) & (turned_s < 54.0)
    off = apart(phase[inner], turned_s[inner] * 12 / 60.0)
    assert inner.sum() >= 18
    assert np.abs(off).max() < 0.15
