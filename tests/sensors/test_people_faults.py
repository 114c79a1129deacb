"""What goes wrong with a sensor shows where and as long as it is said to."""

from __future__ import annotations

import numpy as np
import pytest

from installation.sensors.people import People
from installation.sensors.people.faults import KINDS, Fault, clock_s, seeded, share_lost

TIME_S = np.tile(np.arange(0.0, 20.0, 1 / 250), (3, 1))


def course(*faults: Fault, channel: str = "ecg") -> np.ndarray:
    return People(3, 1, faults=faults).values(channel, slice(None), TIME_S)


@pytest.mark.parametrize("what", ["electrode_off", "motion_artefact", "mains", "clipping"])
def test_a_fault_changes_its_wearer_in_its_time_and_nobody_else(what: str):
    clean, spoilt = course(), course(Fault(1, what, 5.0, 10.0, amount=0.3))  # type: ignore[arg-type]
    differs = clean != spoilt
    assert not differs[[0, 2]].any()
    assert differs[1, (TIME_S[1] >= 5) & (TIME_S[1] < 10)].any()
    assert not differs[1, (TIME_S[1] < 5) | (TIME_S[1] >= 10)].any()


def test_mains_are_a_line_at_fifty_hertz_and_nothing_else():
    hum = (course(Fault(0, "mains", amount=0.2)) - course())[0]
    strength = np.abs(np.fft.rfft(hum))
    assert np.fft.rfftfreq(hum.size, 1 / 250)[strength.argmax()] == pytest.approx(50.0)
    assert strength.max() ** 2 > 0.99 * np.sum(strength**2)


def test_an_electrode_that_is_off_carries_no_heart_and_a_clipped_one_no_crest():
    assert np.ptp(course(Fault(0, "electrode_off"))[0]) < 0.2 * np.ptp(course()[0])
    assert course(Fault(0, "clipping", amount=0.2))[0].max() <= 300.0
    assert course(Fault(0, "electrode_off"), channel="eda")[0].max() < 0.3


def test_a_fault_of_one_channel_leaves_the_others():
    assert np.array_equal(course(Fault(0, "mains", channel="ppg")), course())


def test_drop_outs_and_clocks_are_told_to_whoever_plays_the_device():
    faults = [Fault(1, "drop_outs", 5.0, 10.0, amount=0.3), Fault(1, "wrong_clock", 100.0, amount=50.0)]
    assert [share_lost(faults, w, t) for w, t in ((1, 7.0), (1, 11.0), (0, 7.0))] == [0.3, 0.0, 0.0]
    assert clock_s(faults, 1, 50.0) == 50.0
    assert clock_s(faults, 1, 1100.0) == pytest.approx(1100.05)
    assert clock_s(faults, 0, 1100.0) == 1100.0


def test_a_night_of_faults_depends_on_the_seed_and_the_wearer_alone():
    few, many = seeded(3, 10, 18000.0), seeded(3, 40, 18000.0)
    assert [fault for fault in many if fault.wearer < 10] == few
    assert {fault.what for fault in many} == set(KINDS)
    assert len(few) == pytest.approx(150, abs=45)
    assert seeded(4, 10, 18000.0) != few
