from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.frame import CHANNELS
from installation.sensors.wires import decoder
from installation.sensors.wires.pulsesensor import (
    RATE_MAX,
    SIGNAL_MAX,
    PulseSensor,
    encode,
    encode_beat,
    encode_plotter,
)
from installation.show.model import SensorPatch

PPG = CHANNELS.index("ppg")


def signals(data: bytes, sensor: str = "S") -> list[float]:
    """What a decoder reads after the line in whose middle the port was opened."""
    return [value for row in PulseSensor(PPG, sensor).feed(b"\n" + data) for _, value in row.values]


@pytest.mark.parametrize(
    "line",
    [b"S512", b"512", b"Signal 512", b"signal: 512", b"signal:512", b"75,800,512", b"0,600,512", b" 75 , 800 , 512 "],
)
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_each_form_that_a_sketch_prints_gives_its_signal(line: bytes, end: bytes):
    assert signals(line + end) == [512.0]


def test_rate_and_interval_of_the_board_are_read_past_and_not_counted_as_bad():
    wire = PulseSensor(PPG)
    rows = wire.feed(b"\n" + encode(512) + encode_beat(72, 833) + encode(513))
    assert [row.values for row in rows] == [((PPG, 512.0),), ((PPG, 513.0),)]
    assert wire.dropped == 0


@pytest.mark.parametrize(
    "line",
    [b"!", b"S", b"S-5", b"S51x", b"S512 S513", b"300,800,512", b"S70000", b"S123456", b"a512", b"\xff\x00", b"S\xb2"],
)
def test_a_line_that_is_no_sample_is_counted_once(line: bytes):
    wire = PulseSensor(PPG)
    assert wire.feed(b"\n" + line + b"\r\n") == []
    assert wire.dropped == 1


def test_one_sensor_of_several_is_read_by_its_letter():
    wire = PulseSensor(PPG, "b")
    rows = wire.feed(b"\na500\r\nb501\r\nc502\r\nA72\r\nN833\r\nb503\r\n")
    assert [row.values[0][1] for row in rows] == [501.0, 503.0]
    assert wire.dropped == 0


def test_one_sensor_of_several_is_read_from_the_plotters_columns():
    assert signals(b"500,501,502\r\n", "c") == [502.0]
    assert signals(b"500,501\r\n", "c") == []


def test_the_patch_says_which_sensor_of_several_is_the_wearers():
    patch = SensorPatch(0, "pulsesensor", 250000, port="x", names=(("b", "ppg"),))
    rows = decoder(patch, {"ppg": PPG}).feed(b"\na1\r\nb2\r\n")
    assert [row.values for row in rows] == [((PPG, 2.0),)]


def test_the_line_in_whose_middle_the_port_was_opened_is_dropped():
    wire = PulseSensor(PPG)
    assert [row.values[0][1] for row in wire.feed(b"12\r\nS513\r\n")] == [513.0]
    wire.feed(b"S51")
    wire.restart()
    assert [row.values[0][1] for row in wire.feed(b"4\r\nS515\r\n")] == [515.0]


def test_a_line_of_a_megabyte_is_dropped_to_its_end_and_counted_once():
    wire = PulseSensor(PPG)
    wire.feed(b"\n")
    for _ in range(1024):
        assert wire.feed(b"5" * 1024) == []
    assert [row.values[0][1] for row in wire.feed(b"\r\nS512\r\n")] == [512.0]
    assert wire.dropped == 1


@settings(deadline=None)
@given(st.integers(0, SIGNAL_MAX), st.sampled_from("Sabcz"))
def test_what_is_encoded_is_decoded(signal: int, sensor: str):
    assert signals(encode(signal, sensor), sensor) == [signal]


@settings(deadline=None)
@given(st.integers(0, RATE_MAX), st.integers(0, 10_000), st.integers(0, SIGNAL_MAX))
def test_what_is_encoded_for_the_plotter_is_decoded(rate: int, ibi_ms: int, signal: int):
    assert signals(encode_plotter(rate, ibi_ms, signal)) == [signal]


LINES = st.one_of(
    st.binary(max_size=300),
    st.integers(0, 2**20).map(encode),
    st.sampled_from([b"\r", b"\n", b"\r\n", b"75,800,512\r\n", b"signal: 3\n", b"b5\n", b"9" * 300]),
)


@settings(deadline=None)
@given(st.lists(LINES, max_size=12).map(b"".join), st.lists(st.integers(0, 40), max_size=60), st.sampled_from("Sb"))
def test_any_bytes_cut_anywhere_give_the_same_rows(data: bytes, cuts: list[int], sensor: str):
    whole, cut = PulseSensor(PPG, sensor), PulseSensor(PPG, sensor)
    rows = []
    at = 0
    for size in cuts:
        rows += cut.feed(data[at : at + size])
        at += size
    rows += cut.feed(data[at:])
    assert rows == whole.feed(data)
    assert cut.dropped == whole.dropped
    assert all(0 <= value <= SIGNAL_MAX for row in rows for _, value in row.values)
