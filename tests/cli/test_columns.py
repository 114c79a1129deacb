from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from installation.cli.columns import Columns, Guess
from installation.frame import CHANNELS, Floats, Samples, Tick
from tests.body.breath_fakes import chest, turns
from tests.body.ecg_fakes import ecg
from tests.body.fakes import pulse
from tests.body.skin_fakes import responses

SECONDS, TICK_HZ = 26.0, 30


def felt(columns: Mapping[str, Floats], rate_hz: float, seconds: float = SECONDS) -> dict[str, Guess]:
    """What the columns of a device are told to be, after so long."""
    time_s = np.arange(0, SECONDS, 1 / rate_hz)
    learning = Columns(tuple(columns))
    for number in range(int(seconds * TICK_HZ)):
        tick = Tick(number, number / TICK_HZ, 1 / TICK_HZ)
        now = (time_s > tick.time_s - tick.dt_s) & (time_s <= tick.time_s)
        size = np.count_nonzero(now)
        sent = [number for number, column in enumerate(columns.values()) if column.size]
        channel = np.repeat(np.array(sent, np.int32) + len(CHANNELS), size)
        value = np.concatenate([column[now] for column in columns.values() if column.size])
        column = np.zeros(channel.size, np.int32)
        learning.feel(Samples(np.tile(time_s[now], len(sent)), column, channel, value, column > 0), tick)
    return {guess.column: guess for guess in learning.guesses()}


def body(rate_hz: float) -> dict[str, Floats]:
    """A person at a board that prints all that can be measured of them."""
    rng = np.random.default_rng(3)
    time_s = np.arange(0, SECONDS, 1 / rate_hz)
    beats_s = np.cumsum(0.85 + 0.05 * np.sin(0.9 * np.arange(60)) + 0.01 * rng.standard_normal(60))
    wobble = rng.standard_normal((8, time_s.size))
    skin = responses(time_s, np.array([5.0, 14.0, 22.0]), np.array([0.4, 0.3, 0.5]))
    return {
        "millis": 1000 * time_s + 17,
        "number": np.arange(time_s.size) % 256.0,
        "pulse": np.round(512 + 150 * pulse(time_s, beats_s) + 2 * wobble[0]),
        "heart": ecg(time_s, beats_s) + 0.02 * wobble[1],
        "skin": 4 + 0.01 * time_s + skin + 0.003 * wobble[2],
        "belt": 300 + 100 * chest(turns(time_s, 14.0)) + wobble[3],
        "x": 0.1 + 0.02 * wobble[4],
        "y": 0.97 + 0.02 * wobble[5],
        "z": -0.2 + 0.02 * wobble[6],
    }


def noise(rate_hz: float) -> dict[str, Floats]:
    """A board whose inputs hang in the air."""
    rng = np.random.default_rng(4)
    size = int(SECONDS * rate_hz)
    time_s = np.arange(size) / rate_hz
    unit = rng.uniform(0, 1, (3, size))
    return {
        "adc": rng.uniform(0, 1023, size),
        "bell": 500 + 10 * rng.standard_normal(size),
        "walk": np.cumsum(rng.standard_normal(size)),
        "degrees": 33 + 0.002 * time_s + 0.02 * rng.standard_normal(size),
        "rate": np.repeat(rng.integers(65, 75, 60), int(rate_hz))[:size] * 1.0,
        "u": unit[0],
        "v": unit[1],
        "w": unit[2],
        "still": np.full(size, 7.0),
        "micros": 1e6 * time_s,
    }


felt_once = cache(lambda of, rate_hz: felt(of(rate_hz), rate_hz))


@pytest.mark.parametrize("rate_hz", [50.0, 250.0])
def test_what_a_person_gives_is_known_by_range_rate_and_the_bodys_own_quality(rate_hz: float):
    assert {name: guess.channel for name, guess in felt_once(body, rate_hz).items()} == {
        "millis": "time_ms",
        "number": "-",
        "pulse": "ppg",
        "heart": "ecg",
        "skin": "eda",
        "belt": "resp",
        "x": "acc_x",
        "y": "acc_y",
        "z": "acc_z",
    }


@pytest.mark.parametrize("rate_hz", [50.0, 250.0])
def test_noise_stays_unknown(rate_hz: float):
    guesses = felt_once(noise, rate_hz)
    assert {guess.channel for guess in guesses.values()} == {"-"}
    assert all("unknown" in guesses[name].why for name in ("adc", "bell", "walk", "degrees", "u", "v", "w"))
    assert guesses["still"].why == "always 7"
    assert guesses["micros"].why == "a clock in microseconds"


def test_of_two_pulses_the_second_is_left_out_and_told():
    two = body(50.0)
    guesses = felt({"red": two["pulse"], "infrared": 2 * two["pulse"] + 40}, 50.0)
    assert sorted(guess.channel for guess in guesses.values()) == ["-", "ppg"]
    assert any("also a pulse" in guess.why for guess in guesses.values())


def test_an_input_that_the_board_does_not_have_keeps_nothing_from_the_others():
    guesses = felt({"a0": body(50.0)["pulse"], "a1": np.empty(0)}, 50.0)
    assert (guesses["a0"].channel, guesses["a1"].why) == ("ppg", "hardly ever sent")


def test_before_ten_seconds_nothing_is_said():
    assert felt(body(50.0), 50.0, seconds=9.0) == {}
