"""Bodies: samples of own sensors and twins in, one Body out, tick by tick."""

from __future__ import annotations

import numpy as np
import pytest

from installation.body.features import Bodies
from installation.frame import CHANNELS, ORGANS, Body, Presence, Samples, Tick
from tests.body.fakes import STEEPEST_S, joined, pulse, rows, steady

RATE_HZ = 60.0
NOBODY = rows(np.zeros(0), np.zeros(0))


def _play(bodies: Bodies, samples: Samples, seconds: float, rate_hz: float = RATE_HZ) -> list[Body]:
    """Every tick's Body, each with the samples taken until then."""
    felt = []
    order = np.argsort(samples.time_s, kind="stable")
    ends = np.searchsorted(samples.time_s[order], np.arange(int(seconds * rate_hz)) / rate_hz, "right")
    start = 0
    for number, end in enumerate(ends):
        here = order[start:end]
        part = Samples(*(getattr(samples, name)[here] for name in ("time_s", "column", "channel", "value", "gap")))
        felt.append(bodies.feel(part, Tick(number, number / rate_hz, 1 / rate_hz)))
        start = end
    return felt


def _series(felt: list[Body], field: str, wearer: int = 0) -> np.ndarray:
    return np.array([getattr(body, field)[wearer] for body in felt], dtype=float)


def _heart(rate: float, seconds: float, column: int = 0) -> Samples:
    time_s = np.arange(0.0, seconds, 0.02)
    return rows(time_s, np.round(300 + 400 * pulse(time_s, steady(rate, seconds))), column)


def test_every_beat_is_announced_on_one_tick_soon_after_it_happened() -> None:
    felt = _play(Bodies(1, 0, np.array([True])), _heart(72, 30.0), 30.0)
    beat, time_s = _series(felt, "beat") > 0, np.arange(len(felt)) / RATE_HZ
    beats_s = _series(felt, "beat_time_s")[beat]
    true_s = steady(72, 30.0) + STEEPEST_S
    late = true_s[(true_s > 4.0) & (true_s < 29.5)]
    assert np.abs(beats_s[:, None] - late[None, :]).min(axis=0).max() < 0.02
    assert (np.diff(beats_s) > 0.8).all()
    assert (time_s[beat] - beats_s).max() < 0.15


def test_rate_phase_and_quality_of_a_steady_heart() -> None:
    felt = _play(Bodies(1, 0, np.array([True])), _heart(72, 40.0), 40.0)
    assert np.isnan(felt[0].heart_rate[0])
    assert felt[-1].heart_rate[0] == pytest.approx(72.0, abs=0.2)
    assert felt[-1].rmssd_ms[0] < 8.0
    assert felt[-1].quality[0, 0] > 0.95
    phase, time_s = _series(felt, "heart_phase"), np.arange(len(felt)) / RATE_HZ
    turns_s = time_s[1:][np.diff(phase) < -0.5]
    true_s = steady(72, 40.0) + STEEPEST_S
    assert np.abs(turns_s[turns_s > 8.0][:, None] - true_s[None, :]).min(axis=1).max() < 0.04


def test_the_twin_stands_in_where_there_is_no_hardware() -> None:
    felt = _play(Bodies(1, 0, np.array([False])), _heart(80, 15.0, column=1), 15.0)
    assert felt[0].presence[0, 0] == Presence.SIMULATED
    assert felt[-1].heart_rate[0] == pytest.approx(80.0, abs=0.3)


def test_when_the_sensor_dies_the_heart_goes_on_and_becomes_the_twins() -> None:
    own = _heart(66, 20.0)
    felt = _play(Bodies(1, 0, np.array([True])), joined(own, _heart(84, 60.0, column=1)), 60.0)
    presence = np.array([body.presence[0, 0] for body in felt])
    assert set(presence[: 20 * 60]) == {Presence.REAL, Presence.HELD}  # held until the first good beats
    assert Presence.HELD in presence[20 * 60 : 24 * 60]
    assert (presence[25 * 60 :] == Presence.SIMULATED).all()
    beats_s = _series(felt, "beat_time_s")[_series(felt, "beat") > 0]
    gap_s = np.diff(beats_s[beats_s > 5.0])
    assert gap_s.min() > 0.35
    assert gap_s.max() < 2 * 60 / 66 + 0.05  # one beat is missed, no second
    rate = _series(felt, "heart_rate")[10 * 60 :]
    assert np.abs(np.diff(rate)).max() < 0.3
    assert rate[0] == pytest.approx(66.0, abs=0.5)
    assert rate[-1] == pytest.approx(84.0, abs=0.5)
    step = np.diff(_series(felt, "heart_phase")[5 * 60 :])
    step -= np.floor(step + 0.5)
    assert step.min() >= 0.0
    assert step.max() < 0.08


def test_one_wearer_alone_and_among_many_is_the_same_body() -> None:
    alone = _play(Bodies(1, 0, np.array([True])), _heart(70, 20.0), 20.0)
    crowd = joined(_heart(90, 20.0, 0), _heart(70, 20.0, 3), _heart(55, 20.0, 4), _heart(61, 20.0, 7))
    among = _play(Bodies(5, 0, np.ones(5, np.bool_)), crowd, 20.0)
    for field in ("heart_rate", "heart_phase", "beat", "beat_time_s", "ibi_s", "rmssd_ms"):
        assert _series(alone, field).tobytes() == _series(among, field, wearer=3).tobytes(), field


def test_at_any_tick_rate_the_same_beats_are_announced() -> None:
    times = []
    for rate_hz in (30.0, 60.0, 120.0):
        felt = _play(Bodies(1, 0, np.array([True])), _heart(77, 25.0), 25.0, rate_hz)
        times.append(_series(felt, "beat_time_s")[_series(felt, "beat") > 0])
    assert times[0].tobytes() == times[1].tobytes() == times[2].tobytes()


def test_inputs_keep_their_newest_number_and_never_the_twins() -> None:
    bodies = Bodies(2, 2, np.array([True, True]))
    first = len(CHANNELS)
    assert np.isnan(bodies.feel(NOBODY, Tick(0, 0.0, 1 / 60)).inputs).all()
    stamps = np.array([0.001, 0.002])
    rows_in = joined(
        rows(stamps, np.array([0.3, 0.7]), 1, first + 1),
        rows(stamps, np.array([9.0, 9.0]), 2, first),
        rows(stamps, np.array([5.0, np.nan]), 0, first),
        rows(stamps, np.array([1.0, 1.0]), 0, first + 2),
    )
    assert bodies.feel(rows_in, Tick(1, 1 / 60, 1 / 60)).inputs.tolist()[0][0] == 5.0
    inputs = bodies.feel(NOBODY, Tick(2, 2 / 60, 1 / 60)).inputs
    assert inputs[1, 1] == 0.7
    assert np.isnan(inputs[0, 1]) and np.isnan(inputs[1, 0])


def test_electrodes_that_lie_on_the_table_are_no_heart_and_what_nobody_sends_is_not_known() -> None:
    ecg = rows(np.arange(0.0, 5.0, 0.004), np.zeros(1250), 0, CHANNELS.index("ecg"))
    body = _play(Bodies(1, 0, np.array([True])), ecg, 5.0)[-1]
    assert body.quality[0, 0] == 0.0
    assert np.isnan(body.quality[0, 1:]).all()
    for field in ("heart_rate", "heart_phase", "tonic_us", "breath_phase", "motion_g", "arousal", "cadence"):
        assert np.isnan(getattr(body, field)).all(), field
    assert body.presence.shape == body.age_s.shape == (1, len(ORGANS))


def _ecg(rate: float, seconds: float, column: int = 0) -> Samples:
    """R waves of a millivolt and 80 ms, T waves of a third."""
    time_s = np.arange(0.0, seconds, 0.004)
    since_s = time_s[:, None] - steady(rate, seconds)[None, :]
    qrs = np.exp(-((since_s / 0.012) ** 2)) - 0.25 * np.exp(-(((since_s - 0.03) / 0.014) ** 2))
    wave = (qrs + 0.25 * np.exp(-(((since_s - 0.28) / 0.05) ** 2))).sum(axis=1)
    return rows(time_s, wave + 0.002 * np.sin(2 * np.pi * 3.1 * time_s), column, CHANNELS.index("ecg"))


def test_a_heart_is_felt_from_electrodes_alone() -> None:
    felt = _play(Bodies(1, 0, np.array([True])), _ecg(72, 30.0), 30.0)
    assert felt[-1].heart_rate[0] == pytest.approx(72.0, abs=0.2)
    assert felt[-1].presence[0, 0] == Presence.REAL
    beats_s = _series(felt, "beat_time_s")[_series(felt, "beat") > 0]
    true_s = steady(72, 30.0)
    assert np.abs(beats_s[beats_s > 6.0][:, None] - true_s[None, :]).min(axis=1).max() < 0.01


def test_who_wears_both_is_felt_from_the_electrodes_and_no_beat_is_doubled() -> None:
    pulse_too = _heart(72, 40.0)
    felt = _play(Bodies(1, 0, np.array([True])), joined(pulse_too, _ecg(72, 20.0)), 40.0)
    beats_s = _series(felt, "beat_time_s")[_series(felt, "beat") > 0]
    settled = beats_s[(beats_s > 6.0) & (beats_s < 19.0)]
    assert np.diff(settled) == pytest.approx(60 / 72, abs=0.02)
    assert np.abs(settled[:, None] - steady(72, 40.0)[None, :]).min(axis=1).max() < 0.01, "the R waves'"
    assert np.diff(beats_s[beats_s > 6.0]).min() > 0.45
    after = beats_s[beats_s > 30.0]
    late_s = np.abs(after[:, None] - (steady(72, 40.0) + STEEPEST_S)[None, :]).min(axis=1)
    assert late_s.max() < 0.03, "where the electrodes came off the pulse goes on"


def test_skin_breath_and_motion_are_felt_and_carry_their_own_presence() -> None:
    seconds = 60.0
    slow_s, fast_s = np.arange(0.0, seconds, 0.1), np.arange(0.0, seconds, 0.04)
    walk = 0.2 * np.sin(2 * np.pi * 1.8 * fast_s)
    parts = (
        _heart(70, seconds),
        rows(slow_s, 5.0 + 0.01 * slow_s + 0.0007 * np.sin(9.0 * slow_s), 0, CHANNELS.index("eda")),
        rows(fast_s, np.sin(2 * np.pi * 0.25 * fast_s), 0, CHANNELS.index("resp")),
        *(rows(fast_s, (axis == 2) + walk * (axis == 2), 0, CHANNELS.index("acc_x") + axis) for axis in range(3)),
    )
    felt = _play(Bodies(1, 0, np.array([True])), joined(*parts), seconds)
    body = felt[-1]
    assert body.tonic_us[0] == pytest.approx(5.6, abs=0.1)
    assert 0.0 <= body.arousal[0] <= 1.0
    assert body.breath_rate[0] == pytest.approx(15.0, abs=0.3)
    assert body.motion_g[0] == pytest.approx(0.2 / np.sqrt(2), rel=0.2)
    assert body.cadence[0] == pytest.approx(108, abs=3)
    assert (body.presence[0] == Presence.REAL).all()
    assert (body.quality[0] > 0.5).all()
    phase = _series(felt, "breath_phase")[40 * 60 :]
    step = np.diff(phase)
    step -= np.floor(step + 0.5)
    assert step.min() >= 0.0
    assert step.max() < 0.02
    truth = 0.25 * np.arange(len(felt))[40 * 60 :] / RATE_HZ + 0.25  # inhaling starts at the trough of the sine
    apart = phase - truth - np.median(phase - truth - np.floor(phase - truth))
    assert np.abs(apart - np.round(apart)).max() < 0.1


def test_a_level_whose_sensor_dies_is_kept_and_no_longer_believed() -> None:
    time_s = np.arange(0.0, 20.0, 0.1)
    eda = rows(time_s, 4.0 + 0.002 * np.sin(7.0 * time_s), 0, CHANNELS.index("eda"))
    felt = _play(Bodies(1, 0, np.array([True])), eda, 40.0)
    skin = ORGANS.index("skin")
    assert felt[19 * 60].presence[0, skin] == Presence.REAL
    assert felt[-1].presence[0, skin] == Presence.HELD, "no twin has a skin to show instead"
    assert felt[-1].tonic_us[0] == pytest.approx(4.0, abs=0.05)
    assert felt[-1].quality[0, skin] == 0.0
    trust = np.array([body.quality[0, skin] for body in felt[15 * 60 :]])
    assert np.abs(np.diff(trust)).max() < 0.02, "doubt comes softly"


def test_a_real_belt_counts_for_the_breath_of_the_group_and_a_twin_s_breath_never_does() -> None:
    belts = _breaths(4, 100.0, column=0)
    body = _play(Bodies(4, 0, np.ones(4, np.bool_), np.zeros(4, np.int32)), belts, 100.0)[-1]
    assert body.group.breath_now[0] > 0.9, "nobody wears a heart sensor, and all breathe as one"
    twins = joined(*(_heart(60 + 3 * w, 100.0, column=w) for w in range(4)), _breaths(4, 100.0, column=4))
    body = _play(Bodies(4, 0, np.ones(4, np.bool_), np.zeros(4, np.int32)), twins, 100.0)[-1]
    assert not body.group.breath_now[0] > 0.9, "their twins' belts are nobody's"


def _breaths(wearers: int, seconds: float, column: int) -> Samples:
    time_s = np.arange(0.0, seconds, 0.04)
    wave = np.sin(2 * np.pi * 0.25 * time_s)
    return joined(*(rows(time_s, wave, column + w, CHANNELS.index("resp")) for w in range(wearers)))


@pytest.mark.parametrize("scale", [1e-170, 1e-12, 1e9])
def test_no_unit_of_a_sensor_costs_the_room_its_tick(scale: float) -> None:
    odd = rows(*_scaled(scale), 0)
    felt = _play(Bodies(2, 0, np.ones(2, np.bool_)), joined(odd, _heart(70, 15.0, column=1)), 15.0)
    assert felt[-1].heart_rate[1] == pytest.approx(70.0, abs=0.3)


def _scaled(scale: float) -> tuple[np.ndarray, np.ndarray]:
    time_s = np.arange(0.0, 15.0, 0.02)
    return time_s, scale * pulse(time_s, steady(80, 15.0))


def test_in_a_rehearsal_the_simulated_count_for_the_group_and_on_a_night_only_the_worn() -> None:
    hearts = joined(*(_heart(60 + 3 * w, 100.0, column=4 + w) for w in range(4)))
    for patched, known in ((np.zeros(4, np.bool_), True), (np.array([True, False, False, False]), False)):
        body = _play(Bodies(4, 0, patched, np.zeros(4, np.int32)), hearts, 100.0)[-1]
        assert np.isfinite(body.group.sync[0]).all() == known
        assert body.group.sync.shape == (4, 2)


def test_a_stall_does_not_bring_old_beats_to_light() -> None:
    bodies = Bodies(1, 0, np.array([True]))
    samples = _heart(72, 30.0)
    early = samples.time_s < 15.0
    _play(bodies, rows(samples.time_s[early], samples.value[early]), 15.0)
    rest = rows(samples.time_s[~early], samples.value[~early])
    body = bodies.feel(rest, Tick(1800, 30.0, 15.0, 899))
    assert not body.beat[0] or body.beat_time_s[0] > 29.5
    assert body.heart_rate[0] == pytest.approx(72.0, abs=0.5)


def test_a_heart_that_is_waited_for_without_a_twin_is_felt_when_it_comes() -> None:
    own = _heart(72, 60.0)
    late = own.time_s > 40.0
    felt = _play(Bodies(1, 0, np.array([True])), rows(own.time_s[late], own.value[late]), 60.0)
    assert felt[39 * 60].presence[0, 0] == Presence.HELD
    assert felt[-1].presence[0, 0] == Presence.REAL
    assert felt[-1].heart_rate[0] == pytest.approx(72.0, abs=0.5)
    assert 0.0 <= felt[-1].heart_phase[0] < 1.0
