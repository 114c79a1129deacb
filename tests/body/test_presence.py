"""Real, held, simulated and back, on timelines made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from installation.body.blend import CYCLE, LEVEL, SHOWN, blend, blend_levels, kept, kept_levels
from installation.body.presence import (
    CROSSFADE_S,
    FORCED_REAL,
    FORCED_SIMULATED,
    HEART,
    HELD,
    REAL,
    SIMULATED,
    changes,
    decide,
    standings,
)
from installation.body.rhythm import rhythms
from installation.frame import ORGANS, Force, Presence

DT_S = 1 / 60
FINE, DOUBTFUL, POOR, SILENT = 1.0, 0.4, 0.0, np.nan


def _life(
    parts: list[tuple[float, float]],
    patched: bool = True,
    forced: list[tuple[float, int]] | None = None,
    twin_from_s: float = 0.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time, presence and share of the twin over (seconds, quality) of the own sensor; NaN: it is silent.

    forced: (from this second on, what the operator says) · twin_from_s: when the twin sends its first sample
    """
    memory = standings(np.array([patched]))
    shown, reason = np.empty((2, 1, len(ORGANS)), np.uint8)
    presence, twin, age_s = [], [], np.nan
    for seconds, quality in parts:
        for _ in range(round(seconds / DT_S)):
            age_s = age_s + DT_S if np.isnan(quality) else 0.01
            asked = [how for from_s, how in forced or [] if from_s <= len(presence) * DT_S]
            twin_age_s = 0.01 if len(presence) * DT_S >= twin_from_s else np.nan
            decide(
                memory,
                np.full((2, len(ORGANS)), quality),
                np.repeat([[age_s], [twin_age_s]], len(ORGANS), axis=1),
                np.array([patched]),
                np.array(asked[-1:] or [0], np.uint8),
                DT_S,
                CROSSFADE_S,
                shown,
                reason,
            )
            presence.append(int(shown[0, HEART]))
            twin.append(float(memory["twin"][0, HEART]))
    return np.arange(len(presence)) * DT_S, np.array(presence), np.array(twin)


def _story(presence: np.ndarray) -> list[int]:
    return [int(presence[0]), *(int(p) for p in presence[1:][np.diff(presence) != 0])]


def test_who_has_no_hardware_is_simulated_from_the_first_tick() -> None:
    _, presence, twin = _life([(1.0, SILENT)], patched=False)
    assert (presence == SIMULATED).all()
    assert (twin == 1.0).all()


def test_a_port_that_never_opens_is_simulated_after_the_hold() -> None:
    time_s, presence, twin = _life([(8.0, SILENT)])
    assert _story(presence) == [REAL, HELD, SIMULATED]
    assert 3.0 <= time_s[presence == SIMULATED][0] <= 3.1
    assert twin[-1] == 1.0


def test_what_the_twin_does_not_have_is_held_until_the_twin_has_it() -> None:
    time_s, presence, twin = _life([(2.0, FINE), (30.0, SILENT)], twin_from_s=20.0)
    assert _story(presence) == [REAL, HELD, SIMULATED]
    assert time_s[presence == SIMULATED][0] == pytest.approx(20.0, abs=2 * DT_S)
    assert not twin[time_s < 19.9].any()


def test_what_nobody_feels_stays_as_it_began() -> None:
    memory = standings(np.array([False]))
    none, shown, reason = np.full((2, len(ORGANS)), np.nan), *np.empty((2, 1, len(ORGANS)), np.uint8)
    for _ in range(900):
        assert not decide(memory, none, none, np.ones(1, np.bool_), np.zeros(1, np.uint8), DT_S, 2.0, shown, reason)
    assert (shown == SIMULATED).all()


def test_a_new_sensor_that_sends_gets_ten_seconds_to_be_understood() -> None:
    _, presence, _ = _life([(9.0, POOR), (5.0, FINE)])
    assert SIMULATED not in presence
    assert presence[-1] == REAL
    assert SIMULATED in _life([(11.0, POOR)])[1]


def test_silence_is_held_then_simulated_and_the_return_waits_two_seconds() -> None:
    silent = [(1.0, FINE), (6.0, SILENT)]
    time_s, presence, _ = _life([*silent, (1.5, FINE)])
    assert _story(presence) == [REAL, HELD, SIMULATED]
    assert 1.95 <= time_s[presence == HELD][0] <= 2.05
    assert 3.95 <= time_s[presence == SIMULATED][0] <= 4.05
    assert _story(_life([*silent, (2.5, FINE)])[1]) == [REAL, HELD, SIMULATED, REAL]


def test_a_flicker_of_quality_changes_nothing() -> None:
    _, presence, twin = _life([(2.0, FINE), *[(0.5, POOR), (0.5, FINE)] * 5])
    assert (presence == REAL).all()
    assert (twin == 0.0).all()


def test_between_bad_and_good_everybody_stays_where_they_are() -> None:
    assert _story(_life([(2.0, FINE), (20.0, DOUBTFUL)])[1]) == [REAL]
    assert _life([(2.0, FINE), (5.0, POOR), (20.0, DOUBTFUL)])[1][-1] == SIMULATED


def test_a_plug_that_makes_and_breaks_does_not_bring_the_own_heart_back() -> None:
    _, presence, twin = _life([(5.0, SILENT), *[(1.0, FINE), (0.2, POOR)] * 10])
    assert presence[-1] == SIMULATED
    assert twin[-1] == 1.0


def test_the_crossfade_takes_its_time_each_way_in_equal_steps() -> None:
    _, _, twin = _life([(1.0, FINE), (8.0, SILENT), (6.0, FINE)])
    assert np.abs(np.diff(twin)).max() <= DT_S / CROSSFADE_S + 1e-12
    assert twin.max() == 1.0
    assert twin[-1] == 0.0


def test_forced_real_is_held_over_a_dead_sensor_for_ever_and_never_simulated() -> None:
    _, presence, twin = _life([(2.0, FINE), (30.0, SILENT)], forced=[(0.0, FORCED_REAL)])
    assert _story(presence) == [REAL, HELD]
    assert not twin.any()


def test_forced_simulated_fades_to_the_twin_and_its_release_waits_for_the_own_sensor() -> None:
    parts = [(20.0, FINE)]
    time_s, presence, twin = _life(parts, forced=[(5.0, FORCED_SIMULATED), (10.0, 0)])
    assert _story(presence) == [REAL, SIMULATED, REAL]
    assert np.abs(np.diff(twin)).max() <= DT_S / CROSSFADE_S + 1e-12
    assert time_s[presence == SIMULATED][0] == 5.0
    assert 9.9 <= time_s[presence == SIMULATED][-1] <= 12.1


def test_forced_real_without_any_hardware_holds_what_was_shown() -> None:
    _, presence, _ = _life([(3.0, SILENT)], patched=False, forced=[(1.0, FORCED_REAL)])
    assert _story(presence) == [SIMULATED, HELD]


def test_who_has_no_hardware_is_not_said_to_be_forced_where_nobody_forces() -> None:
    memory = standings(np.array([False]))
    shown, reason = np.empty((2, 1, len(ORGANS)), np.uint8)
    silent = np.full((2, len(ORGANS)), np.nan)
    said, before = [], memory["presence"].copy()
    for force in (FORCED_REAL, int(Force.AUTO), FORCED_REAL, FORCED_SIMULATED):
        forced = np.array([force], np.uint8)
        decide(memory, silent, silent, np.array([False]), forced, DT_S, CROSSFADE_S, shown, reason)
        said += [(one.after, one.reason) for one in changes(shown, before, reason, 0.0) if one.organ == "heart"]
        before = shown.copy()
    assert said == [
        (Presence.HELD, "forced by the operator"),
        (Presence.SIMULATED, "no sensor in the patch"),
        (Presence.HELD, "forced by the operator"),
        (Presence.SIMULATED, "forced by the operator"),
    ]


def test_every_change_is_told_with_its_reason() -> None:
    memory = standings(np.array([True]))
    before, presence, reason = np.full((3, 1, len(ORGANS)), 255, np.uint8)
    before[:] = memory["presence"]
    none = np.full((2, len(ORGANS)), np.nan)
    age_s = np.repeat([[np.nan], [0.01]], len(ORGANS), axis=1)
    for number in range(240):
        changed = decide(
            memory, none, age_s, np.array([True]), np.zeros(1, np.uint8), DT_S, CROSSFADE_S, presence, reason
        )
        told = changes(presence, before, reason, number * DT_S)
        assert len(told) == changed
        before[:] = presence
        for one in told:
            assert (one.organ, bool(one.reason)) == ("heart", True)
    assert presence[0, HEART] == SIMULATED


def _show(ticks: int, own_hz: float, twin_hz: float, twin_first: float, share: np.ndarray) -> dict[str, np.ndarray]:
    """What is shown of two steady phases while the share of the twin moves, tick by tick."""
    memory, standing, rhythm = kept(1), standings(np.ones(1, np.bool_)), rhythms(2)
    rhythm["rate"] = [60 * own_hz, 60 * twin_hz]
    rhythm["ibi_s"], rhythm["rmssd_ms"] = 1 / np.array([own_hz, twin_hz]), [40.0, 20.0]
    shown, beats = np.empty((ticks, len(SHOWN), 1)), np.empty((ticks, 1), np.bool_)
    last = np.array([0.0, twin_first])
    for tick in range(ticks):
        time_s = tick * DT_S
        phase = np.array([own_hz * time_s, twin_hz * time_s + twin_first])
        beat = np.floor(phase) > np.floor(last)
        last, rhythm["phase"] = phase, phase % 1.0
        standing["twin"], standing["presence"] = share[tick], SIMULATED if share[tick] > 0 else REAL
        beat_s = np.where(beat, time_s, np.nan)
        blend(memory, standing, rhythm, beat_s, beat, time_s, DT_S, shown[tick], beats[tick])
    return {"beat": beats[:, 0], **{name: shown[:, row, 0] for row, name in enumerate(SHOWN)}}


def test_in_a_crossfade_no_phase_leaps_and_no_beat_is_doubled() -> None:
    fade = np.linspace(0, 1, round(CROSSFADE_S / DT_S))
    share = np.concatenate([np.zeros(300), fade, np.ones(300), fade[::-1], np.zeros(300)])
    for first in np.arange(0.0, 1.0, 0.05):
        shown = _show(share.size, 1.0, 1.3, first, share)
        step = np.diff(shown["phase"])
        step -= np.floor(step + 0.5)
        assert step.min() >= 0.0
        assert step.max() < 3.0 * 1.3 * DT_S
        gap_s = np.diff(shown["beat_s"][shown["beat"]])
        assert gap_s.min() >= 0.35
        assert gap_s.max() <= 1.8
        assert np.abs(np.diff(shown["rate"])).max() <= 0.2


def test_a_held_heart_goes_on_beating_at_its_own_pace() -> None:
    memory, standing, rhythm = kept(1), standings(np.ones(1, np.bool_)), rhythms(2)
    shown, beat, beats = np.empty((len(SHOWN), 1)), np.empty(1, np.bool_), 0
    rhythm["rate"][0] = 60.0
    nothing, silent = np.full(2, np.nan), np.zeros(2, np.bool_)
    for tick in range(600):
        standing["presence"] = REAL if tick < 60 else HELD
        rhythm["phase"][0] = (tick * DT_S) % 1.0
        rhythm["rate"][0] = 60.0 if tick < 60 else 140.0  # rubbish while it is held
        blend(memory, standing, rhythm, nothing, silent, tick * DT_S, DT_S, shown, beat)
        beats += bool(beat[0])
        assert shown[0, 0] == 60.0
    assert beats == 9


def _rows(parts: list[tuple[int, int, float, float, float, float, float]]) -> np.ndarray:
    """A level and a cycle shown (2, ticks) over (ticks, presence, share of the twin from, to, the own level, the
    twin's, own turns); the twin's cycle turns 0.3 times a second, the own one, unless it is NaN, 0.2 times."""
    memory, standing = kept_levels(2, 1), standings(np.ones(1, np.bool_))
    organ, kind = np.array([1, 1], np.int32), np.array([LEVEL, CYCLE], np.int32)
    shown, told, tick = np.empty((2, 1)), [], 0
    for ticks, presence, first, last, own, other, turns in parts:
        for share in np.linspace(first, last, ticks):
            standing["presence"], standing["twin"] = presence, share
            phases = (0.2 * tick * DT_S + turns) % 1.0, (0.3 * tick * DT_S) % 1.0
            blend_levels(memory, standing, organ, kind, np.array([[own, other], phases]), DT_S, shown)
            told.append(shown[:, 0].copy())
            tick += 1
    return np.array(told).T


def _turned(phase: np.ndarray) -> np.ndarray:
    step = np.diff(phase)
    return np.asarray(step - np.floor(step + 0.5))


def test_an_organ_that_was_never_felt_and_is_forced_real_keeps_what_was_shown() -> None:
    nan = np.nan
    level, phase = _rows(
        [(120, SIMULATED, 1, 1, nan, 7.0, nan), (120, HELD, 1, 0, nan, 7.0, nan), (240, HELD, 0, 0, nan, nan, nan)]
    )
    assert level == pytest.approx(7.0)
    assert _turned(phase) == pytest.approx(0.3 * DT_S)


def test_a_cycle_that_went_on_by_itself_meets_its_twin_and_its_own_sensor_without_a_leap() -> None:
    nan = np.nan
    for turns in np.arange(0.0, 1.0, 0.1):
        parts = [
            (60, SIMULATED, 1, 1, nan, 7.0, nan),
            (200, HELD, 1, 0, nan, 7.0, nan),
            (300, HELD, 0, 0, nan, 7.0, nan),
        ]
        back = [(120, SIMULATED, 0, 1, nan, 7.0, nan), (100, SIMULATED, 1, 1, nan, 7.0, nan)]
        held = [(120, HELD, 1, 0, nan, 7.0, nan), (400, REAL, 0, 0, 3.0, 7.0, turns)]
        phase = _rows(parts + back + held)[1]
        step = _turned(phase)
        assert step.min() >= 0.0
        assert step.max() < 0.04
        assert phase[-1] == pytest.approx((0.2 * (phase.size - 1) * DT_S + turns) % 1.0)


def test_a_level_never_steps_where_its_source_changes() -> None:
    nan = np.nan
    flicker = [(1 + tick % 3, SIMULATED, 1, 1, nan, (9.0, nan)[tick % 2], nan) for tick in range(100)]
    parts = [
        (120, REAL, 0, 0, 2.0, nan, 0),
        (30, HELD, 0, 0, nan, nan, 0),
        (120, SIMULATED, 1, 1, nan, nan, nan),
        *flicker,
    ]
    level = _rows(
        [
            *parts,
            (60, SIMULATED, 1, 1, nan, 5.0, nan),
            (1, SIMULATED, 1, 1, nan, 9.0, nan),
            (60, REAL, 1, 0, 2.0, nan, 0),
        ]
    )[0]
    assert np.isfinite(level).all()
    assert np.abs(np.diff(level)).max() < 7.0 * DT_S / 0.5 + 1e-9


def test_a_level_that_is_real_is_eased_once_and_what_is_unknown_begins_at_once() -> None:
    level = _rows([(10, REAL, 0, 0, np.nan, 5.0, 0), (1, REAL, 0, 0, 2.0, 5.0, 0), (30, REAL, 0, 0, 3.0, 5.0, 0)])[0]
    assert np.isnan(level[:10]).all()
    assert level[10] == 2.0
    assert level[-1] == pytest.approx(3.0 - np.exp(-30 * DT_S / 0.5))
