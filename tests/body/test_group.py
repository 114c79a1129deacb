"""Group synchrony: what is told of crowds made by hand, of a real hall, and of those who come and go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from installation.body.group import Group, Synchrony
from installation.body.group_chance import coherence, expected_r, together
from installation.body.group_series import BREATH, BREATH_RATE, HEART, RING, SKIN, WINDOW
from tests.body.crowds import STEP_S, breaths, drifts, spend

Array = NDArray[np.float64]


def _nobody(n: int) -> NDArray[np.int32]:
    return np.full(n, -1, np.int32)


def _feel(group: Group, k: int, n: int, table: NDArray[np.int32] | None = None, **given: Array) -> Synchrony:
    """One tick of the grid; what is not given is not known, of full quality."""
    unknown = np.full(n, np.nan)
    return group.feel(
        k * STEP_S,
        given.get("heart", unknown),
        given.get("skin", unknown),
        given.get("breath", unknown),
        given.get("rate", unknown),
        given.get("quality", np.ones((n, 4))),
        _nobody(n) if table is None else table,
    )


def _same(one: Synchrony, other: Synchrony) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in Synchrony.__slots__)


def test_heart_sync_is_the_mean_correlation_over_pairs() -> None:
    heart = 70 + drifts(np.random.default_rng(1), 64, np.zeros(5, np.int64))
    group = Group(5, 0)  # the window that ends with sample 60 is compared in the second after it, and told in the next
    told = [_feel(group, k, 5, heart=heart[min(k, 60)]).sync[HEART, 0] for k in range(65)]
    pairs = np.corrcoef(heart[61 - WINDOW[HEART] : 61].T)[np.triu_indices(5, 1)]
    assert told[64] == pytest.approx(pairs.mean(), abs=1e-5)
    assert np.isnan(told[WINDOW[HEART] // 2])  # not half of a window is known


def test_breath_sync_is_the_mean_phase_coherence_over_pairs() -> None:
    phase = breaths(np.random.default_rng(2), 64, np.zeros(6, np.int64))
    group = Group(6, 0)
    for k in range(65):
        now = _feel(group, k, 6, breath=phase[min(k, 60)])
    r = np.abs(np.exp(2j * np.pi * phase[61 - WINDOW[BREATH] : 61]).mean(axis=1))
    assert now.sync[BREATH, 0] == pytest.approx(np.mean([coherence(x, 6) for x in r]), abs=1e-5)


@pytest.mark.parametrize("n", [2, 8, 30])
def test_the_chance_level_of_phases_at_one_instant_is_what_the_formulas_say(n: int) -> None:
    phase = np.random.default_rng(n).random((20000, n))
    r = np.abs(np.exp(2j * np.pi * phase).mean(axis=1))
    assert r.mean() == pytest.approx(expected_r(n), rel=0.03)
    fair = np.array([coherence(x, n) for x in r])
    assert fair.mean() == pytest.approx(0, abs=0.02)
    assert fair.std() == pytest.approx(1 / np.sqrt(n * (n - 1)), rel=0.03)
    coherent, confidence, scratch = np.empty(1), np.empty(1), np.empty((1, 4))
    sure = 0
    for one in phase[:5000]:
        together(one, np.ones(n), _nobody(n), scratch, coherent, confidence)
        assert coherent[0] == pytest.approx(coherence(abs(np.exp(2j * np.pi * one).mean()), n))
        sure += confidence[0] > 0.95
    assert sure / 5000 <= 0.06


def test_strangers_are_seldom_called_together_and_seldom_told_a_partner() -> None:
    for size, tables in ((2, 30), (8, 12)):
        evening = spend(300.0, size, tables, seed=size)
        for m in (HEART, SKIN, BREATH, BREATH_RATE):
            assert np.mean(evening.confidence[:, m, 1:] > 0.95) <= 0.08, (size, m)
        assert np.mean(evening.partner >= 0) <= 0.08, size


def test_tables_that_go_together_are_found() -> None:
    evening = spend(200.0, 8, 6, seed=3, coupling=2.0, shared=0.4)
    for m in (HEART, SKIN, BREATH, BREATH_RATE):
        assert np.mean(evening.confidence[-60:, m, 1:] > 0.95) >= 0.9, m
        assert (evening.last.act_z[m, 1:] > 3).all()
    assert np.mean(evening.last.partner >= 0) >= 0.9
    assert (evening.last.partner // 8 == np.arange(48) // 8)[evening.last.partner >= 0].all()


def test_two_who_share_a_heart_at_a_table_of_strangers_are_each_others_partner() -> None:
    rng = np.random.default_rng(8)
    heart = 70 + 3 * drifts(rng, 400, np.arange(6), 0.0)
    heart[:, 3] = 0.3 * heart[:, 3] + 0.7 * heart[:, 2]
    group = Group(6, 1)
    for k in range(400):
        now = _feel(group, k, 6, np.zeros(6, np.int32), heart=heart[k])
    assert now.partner[2] == 3
    assert now.partner[3] == 2
    assert now.strength[2] > 0.3


def test_who_joins_or_leaves_makes_no_jump() -> None:
    rng = np.random.default_rng(4)
    heart = 70 + 3 * drifts(rng, 300, np.zeros(4, np.int64), 0.6)
    heart[:, 3] = 70 + 3 * drifts(rng, 300, np.zeros(1, np.int64))[:, 0]  # the fourth is a stranger to the rest
    heart[:120, 3] = np.nan
    heart[220:, 3] = np.nan
    group, steady = Group(4, 0), Group(3, 0)
    sync, alone = np.empty(300), np.empty(300)
    for k in range(300):
        sync[k] = _feel(group, k, 4, heart=heart[k]).sync[HEART, 0]
        alone[k] = _feel(steady, k, 3, heart=heart[k, :3]).sync[HEART, 0]
    assert np.nanmax(np.abs(np.diff(sync[70:]))) <= 1.5 * np.nanmax(np.abs(np.diff(alone[70:])))
    assert sync[100:150] == pytest.approx(alone[100:150], abs=1e-6)  # until half a window is known
    assert sync[290:] == pytest.approx(alone[290:], abs=1e-6)


def test_simulated_wearers_do_not_count() -> None:
    heart = 70 + 3 * drifts(np.random.default_rng(5), 300, np.zeros(6, np.int64))
    quality = np.repeat([[1.0], [0.0]], 3, axis=0) * np.ones(4)
    group, real = Group(6, 0), Group(6, 0)
    for k in range(300):
        told = _feel(group, k, 6, heart=heart[k], quality=quality)
        alone = _feel(real, k, 6, heart=np.where(quality[:, HEART] > 0, heart[k], np.nan))
        assert _same(told, alone)
    assert not np.isnan(told.z[HEART, 0])


def test_one_wearer_is_not_in_synchrony() -> None:
    heart = 70 + 3 * drifts(np.random.default_rng(6), 300, np.zeros(2, np.int64))
    heart[:, 1] = np.nan
    group = Group(2, 0)
    for k in range(300):
        now = _feel(group, k, 2, heart=heart[k], breath=heart[k] / 100)
    assert np.isnan(now.sync).all()
    assert np.isnan(now.confidence).all()
    assert np.isnan(now.breath_now).all()
    assert (now.partner == -1).all()


def test_of_a_table_that_all_have_left_nothing_is_known_and_the_new_one_is_judged() -> None:
    heart = 70 + 3 * drifts(np.random.default_rng(12), 400, np.zeros(4, np.int64), 0.8)
    group = Group(4, 2)
    for k in range(400):
        now = _feel(group, k, 4, np.full(4, 0 if k < 200 else 1, np.int32), heart=heart[k])
        if k == 199:
            assert np.isfinite(now.z[HEART, 1])
            assert np.isnan(now.sync[HEART, 2])
    assert np.isnan(now.sync[HEART, 1])
    assert np.isfinite(now.z[HEART, 2])
    assert np.isfinite(now.act_z[HEART, 0])


def test_breath_rates_that_rise_and_fall_together_are_found() -> None:
    rate = 15 + 2 * drifts(np.random.default_rng(13), 400, np.zeros(8, np.int64), 0.5)
    group = Group(8, 0)
    for k in range(400):
        now = _feel(group, k, 8, rate=rate[k])
    assert now.act_z[BREATH_RATE, 0] > 3
    assert np.isnan(now.sync[[HEART, SKIN, BREATH]]).all()


def test_an_act_is_judged_from_its_beginning() -> None:
    phase = breaths(np.random.default_rng(7), 400, np.zeros(6, np.int64), 2.0)
    group = Group(6, 0)
    for k in range(400):
        now = _feel(group, k, 6, breath=phase[k])
    assert now.act_z[BREATH, 0] > 3
    group.begin_act()
    for k in range(400, 410):
        now = _feel(group, k, 6, breath=phase[k - 300])
    assert np.isnan(now.act_z).all()
    assert now.confidence[BREATH, 0] > 0.9  # what is short-term goes on


def test_a_table_is_told_the_same_whoever_else_is_in_the_room() -> None:
    rng, table = np.random.default_rng(9), (np.arange(24) % 3).astype(np.int32)
    heart, phase = 70 + 3 * drifts(rng, 260, np.arange(24)), breaths(rng, 260, np.arange(24))
    full, empty = Group(24, 3), Group(24, 3)
    for k in range(260):
        mine = table == 1
        one = _feel(full, k, 24, table, heart=heart[k], breath=phase[k])
        other = _feel(
            empty, k, 24, table, heart=np.where(mine, heart[k], np.nan), breath=np.where(mine, phase[k], np.nan)
        )
        for name in ("sync", "z", "confidence", "act_z"):
            assert np.array_equal(getattr(one, name)[:, 2], getattr(other, name)[:, 2], equal_nan=True)
        assert np.array_equal(one.partner[mine], other.partner[mine])
    assert not np.isnan(one.z[HEART, 2])


@pytest.mark.parametrize("rate", [10, 30, 120])
def test_what_is_told_does_not_depend_on_the_rate_of_ticks(rate: int) -> None:
    rng, table = np.random.default_rng(10), np.zeros(20, np.int32)
    heart, phase = 70 + 3 * drifts(rng, 240, np.zeros(20, np.int64)), breaths(rng, 240, np.zeros(20, np.int64))

    def told(hertz: int) -> list[Synchrony]:
        group, out = Group(20, 1), []
        for tick in range(120 * hertz):
            k = tick * 2 // hertz
            now = group.feel(tick / hertz, heart[k], heart[k], phase[k], heart[k] / 5, np.ones((20, 4)), table)
            if tick * 2 % hertz == 0:
                out.append(now)
        return out

    assert all(_same(one, other) for one, other in zip(told(rate), told(60), strict=True))


def test_a_long_gap_of_ticks_is_survived_and_forgotten() -> None:
    heart = 70 + 3 * drifts(np.random.default_rng(11), 900, np.zeros(5, np.int64), 0.5)
    group, told = Group(5, 0), {}
    for k in (*range(200), *range(200 + 2 * RING, 900)):
        told[k] = _feel(group, k, 5, heart=heart[k]).sync[HEART, 0]
    back = 200 + 2 * RING
    assert np.isfinite(told[199])
    assert np.isnan([told[k] for k in range(back + 4, back + WINDOW[HEART] // 2)]).all()
    assert np.isfinite(told[back + WINDOW[HEART]])
    assert _feel(group, 10, 5, heart=heart[10]).sync[HEART, 0] == pytest.approx(told[899], abs=0.2)  # a late tick


wild = st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -1.0, 60.0, 70.5, 1e300, -1e300, 1e-300, 0.5, 250.0])


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.lists(wild, min_size=16, max_size=16), min_size=30, max_size=30),
    st.lists(st.integers(-5, 9), min_size=4, max_size=4),
    st.lists(st.floats(0.01, 3.0), min_size=30, max_size=30),
)
def test_anything_may_come_and_the_same_gives_the_same_bits(
    values: list[list[float]], tables: list[int], steps_s: list[float]
) -> None:
    table = np.array(tables, np.int32)
    one, other = Group(4, 3), Group(4, 3)
    now_s = 0.0
    for row, step_s in zip(values, steps_s, strict=True):
        now_s += step_s
        heart, skin, breath, rate = np.array(row).reshape(4, 4)
        quality = np.tile(breath[:, None], (1, 4))
        told = [group.feel(now_s, heart, skin, breath, rate, quality, table) for group in (one, other)]
        assert _same(*told)
        for name in ("sync", "confidence", "breath_now"):
            known = getattr(told[0], name)[~np.isnan(getattr(told[0], name))]
            assert (np.abs(known) <= 1 + 1e-5).all()
        assert ((told[0].partner >= -1) & (told[0].partner < 4)).all()


def test_a_hall_of_listeners_breathes_by_chance_and_one_persons_listenings_do_not(recordings: Path) -> None:
    pytest.importorskip("scipy")
    from tests.benchmarks.body_group import causal_phase, whole_piece_z, whole_wave_phase

    for name, holds in (
        ("concert1_audience18", lambda z: abs(z) < 2),
        ("repeat_listenings12", lambda z: z > 3),
    ):
        with np.load(recordings / "group_concert" / f"{name}.npz", allow_pickle=False) as file:
            fs, wave = float(file["fs"]), np.asarray(file["resp"], np.float64)
        for phase in (whole_wave_phase, causal_phase):
            z = whole_piece_z(fs, phase(fs, wave))
            assert holds(z), (name, phase.__name__, z)
