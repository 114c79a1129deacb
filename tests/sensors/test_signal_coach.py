from __future__ import annotations

from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.frame import CHANNELS
from installation.sensors.simulated import simulated
from installation.sensors.simulated.pulsesensor import FORMS
from installation.sensors.wires.pulsesensor import PulseSensor
from installation.sensors.wires.signal_coach import read
from tests.sensors.simulated_fakes import person

PPG = CHANNELS.index("ppg")


@pytest.mark.parametrize(
    ("line", "signal", "device_s"),
    [
        (b"20371,512", 512, 20.371),
        (b'{"signal":512,"timestampMs":20371,"beat":true}', 512, 20.371),
        (b'{"raw": 512.4, "time": 7}', 512, 0.007),
        (b"PSWS,1,LIVE,7,20371,512,75,800,0,90,OK", 512, 20.371),
        (b"PSWS,2,SIM,7,20371,512,75,800,1,90,BEAT,550,300,700,-1,0,1,1", 512, 20.371),
    ],
)
def test_a_line_of_2026_tells_the_signal_and_the_boards_time(line: bytes, signal: int, device_s: float) -> None:
    assert read(line) == (signal, device_s)


def test_four_numbers_begin_with_the_signal_and_tell_no_time() -> None:
    told = read(b"512,75,800,1")
    assert told is not None
    assert told[0] == 512
    assert isnan(told[1])


@pytest.mark.parametrize(
    "line",
    [
        b"PSWS,1,LIVE,7,20371,512,75,800,0,90",
        b"PSWS,2,LIVE,7,20371,512,75,800,0,90,OK",
        b"PSWS,1,LIVE,7,20371,512,75,800,0,90,OK,550,300,700,-1,0,1,1",
        b"512,75,800,2",
        b'{"signal":true}',
        b'{"signal":NaN}',
        b'{"signal":-1}',
        b'{"bpm":70}',
        b"{",
        b"[" * 5000,
        b"{" + b'"a":{' * 40,
    ],
)
def test_what_is_none_of_them_is_none(line: bytes) -> None:
    assert read(line) is None


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text(alphabet='{}[]",:PSW12LIVE0', max_size=60).map(str.encode)))
def test_any_line_is_survived(line: bytes) -> None:
    told = read(line)
    assert told is None or told[0] >= 0


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_simulated_board_is_read_to_the_step(form: str) -> None:
    board, wire = simulated("pulsesensor", [person()], form=form), PulseSensor(PPG)
    usual, read_usual = simulated("pulsesensor", [person()]), PulseSensor(PPG)
    board.opened(0.0)
    usual.opened(0.0)
    told = wire.feed(b"".join(data for _, data in board.say(8.0)))
    expected = read_usual.feed(b"".join(data for _, data in usual.say(8.0)))
    assert wire.dropped == 0
    assert len(told) > 300
    assert [row.values for row in told] == [row.values for row in expected]


def test_several_sensors_on_one_board_are_read_apart() -> None:
    for form in ("letters", "plotter"):
        board = simulated("pulsesensor", [person(0), person(1)], form=form)
        board.opened(0.0)
        data = b"".join(part for _, part in board.say(8.0))
        first, second = (PulseSensor(PPG, sensor) for sensor in "ab")
        ours, theirs = first.signals(data), second.signals(data)
        assert (first.dropped, second.dropped) == (0, 0)
        assert min(len(ours), len(theirs)) > 300
        assert ours[-300:] != theirs[-300:]
