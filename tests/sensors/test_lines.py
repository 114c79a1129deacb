from __future__ import annotations

from math import isnan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.sensors.wires import Row, decoder
from installation.sensors.wires.lines import Lines, encode, encode_columns
from installation.show.model import SensorPatch

CHANNELS = {"ppg": 0, "eda": 2, "input.glow": 7}
NAMED = SensorPatch(0, "lines", 115200, port="x", names=(("pulse", "ppg"), ("glow", "input.glow")))
COLUMNS = SensorPatch(0, "lines", 115200, port="x", columns=("time_ms", "ppg", "-", "eda"))


def values(patch: SensorPatch, data: bytes) -> list[dict[int, float]]:
    """The values of each row after the line in whose middle the port was opened."""
    return [dict(row.values) for row in decoder(patch, CHANNELS).feed(b"\n" + data)]


@pytest.mark.parametrize(
    "line",
    [
        b"pulse:512 glow:0.5",
        b"pulse:512,glow:0.5",
        b"pulse:512\tglow:0.5",
        b"pulse: 512, glow: 5e-1",
        b"other:7 glow:+.5 pulse:512.",
    ],
)
def test_named_values_are_read_however_they_are_separated(line: bytes):
    assert values(NAMED, line + b"\r\n") == [{0: 512.0, 7: 0.5}]


def test_a_line_may_hold_some_of_the_names_only():
    assert values(NAMED, b"glow:1\npulse:2\nother:3\n") == [{7: 1.0}, {0: 2.0}]


@pytest.mark.parametrize(
    "separated", [b"2000,512,x,0.5", b"2000, 512, 7, 0.5", b"2000 512 7 0.5", b"2000\t512\t-\t0.5"]
)
def test_columns_are_read_by_place_with_the_devices_own_time(separated: bytes):
    assert decoder(COLUMNS, CHANNELS).feed(b"\n" + separated + b"\n") == [Row(((0, 512.0), (2, 0.5)), 2.0)]


def test_without_a_time_column_the_device_tells_no_time():
    assert isnan(decoder(NAMED, CHANNELS).feed(b"\npulse:1\n")[0].device_s)


@pytest.mark.parametrize(
    "line",
    [
        b"1,2,3",
        b"1,2,3,4,5",
        b"1,2,3,nan",
        b"1,inf,3,4",
        b"1,1e999,3,4",
        b"1,1_0,3,4",
        b"1,,3,4",
        b"time,ppg,x,eda",
        b"\xff",
    ],
)
def test_a_line_that_does_not_fit_the_columns_is_dropped_whole_and_counted(line: bytes):
    wire = decoder(COLUMNS, CHANNELS)
    assert wire.feed(b"\n" + line + b"\n") == []
    assert wire.dropped == 1


@pytest.mark.parametrize(
    "line", [b"pulse:", b"pulse:x glow:1", b"pulse:nan", b":5", b"pulse 512", b"pulse:1 5", b"pulse::1"]
)
def test_a_line_with_a_name_that_cannot_be_read_is_dropped_whole_and_counted(line: bytes):
    wire = decoder(NAMED, CHANNELS)
    assert wire.feed(b"\n" + line + b"\n") == []
    assert wire.dropped == 1


def test_the_channels_that_a_device_may_give_are_known_before_its_first_byte():
    assert set(decoder(NAMED, CHANNELS).channels) == {0, 7}
    assert set(decoder(COLUMNS, CHANNELS).channels) == {0, 2}


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(FINITE, FINITE)
def test_what_is_encoded_by_name_is_decoded(pulse: float, glow: float):
    assert values(NAMED, encode({"pulse": pulse, "glow": glow})) == [{0: pulse, 7: glow}]


@settings(deadline=None)
@given(FINITE, FINITE, FINITE, FINITE)
def test_what_is_encoded_in_columns_is_decoded(a: float, b: float, c: float, d: float):
    (row,) = decoder(COLUMNS, CHANNELS).feed(b"\n" + encode_columns([a, b, c, d]))
    assert row == Row(((0, b), (2, d)), a / 1000)


PIECES = st.one_of(
    st.binary(max_size=300),
    st.sampled_from(
        [b"pulse:1 ", b"glow:", b"2", b"\r\n", b"\n", b"1,2,3,4\n", b"1 2 3 nan\n", b"1e308,1,1,1\n", b":" * 300]
    ),
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map(b"".join), st.lists(st.integers(0, 40), max_size=60))
def test_any_bytes_cut_anywhere_give_the_same_rows(data: bytes, cuts: list[int]):
    whole, cut = (Lines({b"pulse": 0, b"glow": 7}, (-1, 0, -1, 2), 0) for _ in range(2))
    rows = []
    at = 0
    for size in cuts:
        rows += cut.feed(data[at : at + size])
        at += size
    rows += cut.feed(data[at:])
    assert repr(rows) == repr(whole.feed(data))
    assert cut.dropped == whole.dropped


def test_a_file_of_opensignals_is_read_as_columns(recordings: Path):
    file = recordings / "raw_device_files" / "opensignals_bvp_sample.txt"
    if not file.exists():
        pytest.skip("no file of OpenSignals")
    data = file.read_bytes()
    wire = decoder(SensorPatch(0, "lines", 115200, port="x", columns=("-", "-", "ppg")), CHANNELS)
    read = [value for row in wire.feed(data) for _, value in row.values]
    table = [float(line.split(b"\t")[2]) for line in data.splitlines() if line[:1].isdigit()]
    assert read == table
    assert wire.dropped == 2  # of its head: the long one, and where that ends
