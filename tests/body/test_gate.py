"""What motion does to the trust in the other organs."""

from __future__ import annotations

import numpy as np
import pytest

from installation.body.ecg import ECG
from installation.body.gate import BREATH, ELECTRODES, PULSE, SKIN, STEPS, gate
from installation.body.heart import PPG


def gated(unrest: float, cadence: float = np.nan, rate: float = 72.0, leader: int = PPG) -> list[float]:
    heart, skin, breath = np.ones(1), np.ones(1), np.ones(1)
    one = [np.array([value]) for value in (unrest, cadence, rate)]
    gate(*one, np.array([leader], np.int32), heart, skin, breath)
    return [float(heart[0]), float(skin[0]), float(breath[0])]


@pytest.mark.parametrize("unrest", [0.0, np.nan])
def test_who_sits_still_or_has_no_accelerometer_is_believed_as_before(unrest: float) -> None:
    assert gated(unrest, 110.0) == [1.0, 1.0, 1.0]


def test_a_dancer_s_own_heart_is_still_as_likely_right_as_not() -> None:
    assert gated(1.0, 114.0, 96.0) == [1.0 - PULSE, 1.0 - SKIN, 1.0 - BREATH]
    assert gated(1.0, 114.0, 96.0)[0] >= 0.5


@pytest.mark.parametrize("times", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("off", [0.96, 1.0, 1.04])
def test_a_pulse_at_the_pace_of_the_steps_is_the_steps(times: float, off: float) -> None:
    assert gated(1.0, 110.0, 110.0 * times * off)[0] == pytest.approx(1.0 - STEPS)


def test_electrodes_suffer_least_whatever_the_pace() -> None:
    assert gated(1.0, 110.0, 110.0, ECG)[0] == 1.0 - ELECTRODES


def test_doubt_grows_with_the_unrest() -> None:
    hearts = [gated(unrest, 110.0, 90.0)[0] for unrest in np.linspace(0.0, 1.0, 9)]
    assert (np.diff(hearts) < 0.0).all()


def test_what_is_not_known_stays_not_known() -> None:
    heart, skin, breath = np.full(1, np.nan), np.full(1, np.nan), np.full(1, np.nan)
    gate(np.ones(1), np.full(1, 100.0), np.full(1, np.nan), np.array([PPG], np.int32), heart, skin, breath)
    assert np.isnan([heart[0], skin[0], breath[0]]).all()
