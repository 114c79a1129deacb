"""The judge is judged first: signals whose flashes anyone can count."""

from __future__ import annotations

import numpy as np

from tests.lights.checker import GENERAL, most_flashes


def _square(hz: float, low: float = 0.0, high: float = 1.0, rate_hz: float = 60.0, seconds: float = 4.0) -> int:
    times_s = np.arange(int(seconds * rate_hz)) / rate_hz
    light = np.where((times_s * hz) % 1.0 < 0.5, high, low)[:, None]
    return most_flashes(light, times_s, GENERAL)


def test_a_square_wave_is_counted_once_a_period():
    assert [_square(hz) for hz in (1.0, 2.0, 3.0, 5.0, 10.0)] == [1, 2, 3, 5, 10]


def test_changes_under_a_tenth_are_no_flashes():
    assert _square(10.0, 0.5, 0.59) == 0
    assert _square(10.0, 0.5, 0.60) == 10


def test_a_smooth_wave_counts_as_much_as_a_square_one():
    times_s = np.arange(480) / 120
    light = (0.5 + 0.5 * np.sin(2 * np.pi * 5 * times_s))[:, None]
    assert most_flashes(light, times_s, GENERAL) == 5


def test_one_of_many_columns_is_enough():
    times_s = np.arange(240) / 60
    light = np.zeros((240, 3))
    light[:, 1] = np.arange(240) % 2
    assert most_flashes(light, times_s, GENERAL) == 30


def test_a_slow_swell_and_a_single_step_are_no_flash():
    times_s = np.arange(600) / 60
    assert most_flashes((0.5 + 0.5 * np.sin(times_s))[:, None], times_s, GENERAL) == 0
    assert most_flashes((times_s > 5.0).astype(float)[:, None], times_s, GENERAL) == 0


def test_greedy_counting_finds_the_longest_chain_there_is():
    rng = np.random.default_rng(0)
    for _ in range(200):
        light = rng.integers(0, 8, 9) / 20
        times_s = np.arange(9) / 10
        assert most_flashes(light[:, None], times_s, GENERAL) == _longest_chain(light) // 2


def _longest_chain(light: np.ndarray) -> int:
    """Most alternating changes of a tenth or more, by trying every earlier end of every change."""
    best = {(i, way): 0 for i in range(len(light)) for way in (1, -1)}
    for j in range(len(light)):
        for i in range(j):
            for way in (1, -1):
                if way * (light[j] - light[i]) >= GENERAL - 1e-12:
                    best[j, way] = max(best[j, way], best[i, -way] + 1)
    return max(best.values())
