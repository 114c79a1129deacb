from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.frame import CHANNELS
from installation.sensors.wires import decoder
from installation.sensors.wires.bitalino import (
    BYTES,
    LAYOUTS,
    Bitalino,
    acc_g,
    crc4,
    ecg_mv,
    eda_us,
    encode,
    greeting,
    rate,
    resp_percent,
    start,
)
from installation.show.model import SensorPatch
from tests.sensors.faults import faulty, pieces

NUMBERS = {name: number for number, name in enumerate((*CHANNELS, "input.glow"))}


def raw(inputs: int) -> Bitalino:
    """A decoder that gives every input in steps."""
    return Bitalino([(place, "ppg") for place in range(inputs)])


def steps_of(inputs: int) -> st.SearchStrategy[list[int]]:
    return st.tuples(*(st.integers(0, (1 << bits) - 1) for bits in LAYOUTS[inputs - 1].bits)).map(list)


def crc_bit_by_bit(frame: bytes) -> int:
    """The CRC as the vendor describes it: all bits, the highest first, its own as 0."""
    crc = 0
    for byte in (*frame[:-1], frame[-1] & 0xF0):
        for bit in range(7, -1, -1):
            crc = crc << 1 | byte >> bit & 1
            if crc & 0x10:
                crc = crc & 15 ^ 3
    return crc


@pytest.mark.parametrize("inputs", range(1, 7))
def test_each_layout_is_as_long_and_laid_out_as_the_vendor_says(inputs: int):
    assert BYTES[inputs - 1] == (-(-(12 + 10 * inputs) // 8) if inputs <= 4 else -(-(52 + 6 * (inputs - 4)) // 8))
    steps = [0x2A5, 0x15A, 0x3C3, 0x0F1, 0x2D, 0x13][:inputs]
    frame = encode(9, steps, digital=0b1010)
    last = [0, *reversed(frame)]  # last[1] is the last byte on the wire
    assert last[1] >> 4 == 9
    assert last[2] >> 4 == 0b1010
    told = [
        (last[2] & 15) << 6 | last[3] >> 2,
        inputs > 1 and (last[3] & 3) << 8 | last[4],
        inputs > 2 and last[5] << 2 | last[6] >> 6,
        inputs > 3 and (last[6] & 63) << 4 | last[7] >> 4,
        inputs > 4 and (last[7] & 15) << 2 | last[8] >> 6,
        inputs > 5 and last[8] & 63,
    ]
    assert told[:inputs] == steps


@pytest.mark.parametrize("inputs", range(1, 7))
@settings(deadline=None)
@given(st.data(), st.integers(0, 15), st.integers(0, 15))
def test_what_is_encoded_is_decoded_in_every_layout(inputs: int, data: st.DataObject, number: int, digital: int):
    steps = data.draw(steps_of(inputs))
    frame = encode(number, steps, digital)
    assert frame[-1] & 15 == crc4(frame, 0, len(frame)) == crc_bit_by_bit(frame)
    row = raw(inputs).feed(frame + encode((number + 1) % 16, steps))[0]
    assert dict(row.values) == dict(enumerate(map(float, steps)))


def test_commands_are_the_bytes_of_the_manual():
    assert start([1, 3]) == bytes((0b000101 << 2 | 1,))
    assert start([1, 2, 3, 4, 5, 6]) == b"\xfd"
    assert [rate(rate_hz) for rate_hz in (1, 10, 100, 1000)] == [b"\x03", b"\x43", b"\x83", b"\xc3"]
    patch = SensorPatch(0, "bitalino", 115200, names=(("a3", "eda"), ("a1", "-")), rate_hz=100.0)
    assert greeting(patch) == (b"\x00", b"\x83", start([1, 3]))


def test_the_middle_of_the_range_is_no_voltage_and_its_ends_are_the_data_sheets():
    assert (ecg_mv(0.5), resp_percent(0.5), acc_g(0.5)) == (0.0, 0.0, 0.0)
    assert (ecg_mv(0.0), ecg_mv(1.0)) == pytest.approx((-1.5, 1.5))
    assert eda_us(1.0) == pytest.approx(25.0)
    assert acc_g(0.6) == pytest.approx(1.0)  # a tenth of the supply


def test_our_channel_says_which_sensor_an_input_has():
    names = (("a6", "acc_z"), ("a1", "ecg"), ("a2", "ppg"), ("a3", "eda"), ("a4", "resp"), ("a5", "-"))
    wire = decoder(SensorPatch(0, "bitalino", 115200, names=names), NUMBERS)
    row = wire.feed(encode(0, [512, 700, 512, 512, 1, 32]) + encode(1, [0] * 6))[0]
    assert dict(row.values) == {
        NUMBERS["ecg"]: 0.0,
        NUMBERS["ppg"]: 700.0,
        NUMBERS["eda"]: pytest.approx(12.5),
        NUMBERS["resp"]: 0.0,
        NUMBERS["acc_z"]: 0.0,
    }


def test_a_rate_in_the_patch_is_the_rate_of_the_rows():
    patch = SensorPatch(0, "bitalino", 115200, names=(("a1", "ecg"),), rate_hz=100.0)
    rows = decoder(patch, NUMBERS).feed(b"".join(encode(number % 16, [1]) for number in range(40)))
    assert np.diff([row.device_s for row in rows]) == pytest.approx(0.01)


def test_a_long_silence_is_counted_in_whole_turns():
    wire = raw(1)
    wire.feed(b"".join(encode(number, [1]) for number in range(4)), 10.0)
    wire.feed(b"".join(encode(number % 16, [1]) for number in range(3004, 3008)), 13.004)
    assert wire.lost == 3000


@pytest.mark.parametrize("inputs", [2, 4, 6])
def test_a_thousand_faults_cost_hardly_a_frame_but_those_that_they_hit(inputs: int):
    noise = np.random.default_rng(inputs).integers(0, 64, (20_000, inputs)).tolist()
    packets = [encode(n % 16, [n & 1023, n >> 10, *noise[n][2:]]) for n in range(20_000)]
    stream = faulty(packets, 1000, inputs)
    wire = raw(inputs)
    came = [int(row.values[0][1]) + (int(row.values[1][1]) << 10) for row in wire.feed(stream.data)]
    beyond = stream.lost_beyond(len(packets), came)
    assert len(beyond) <= 100  # a tenth of one for each fault: those between two faults
    near = [{number + away for away in range(-3, 4)} for number in beyond]
    assert all(some & stream.hit for some in near)
    assert abs(wire.lost - (len(packets) - len(came))) <= 100


def test_the_skin_that_touches_a_hot_surface_is_in_microsiemens(recordings: Path):
    file = recordings / "raw_device_files" / "opensignals_eda_hot_surface.txt"
    if not file.exists():
        pytest.skip("no file of OpenSignals")
    lines = file.read_text().splitlines()
    head = next(iter(json.loads(lines[1][2:]).values()))
    assert head["resolution"][-1] == 10
    table = np.loadtxt(lines[3:], dtype=int)
    frames = b"".join(encode(number, [steps], 0) for number, *_, steps in table.tolist())
    wire = decoder(SensorPatch(0, "bitalino", 115200, names=(("a3", "eda"),)), NUMBERS)
    rows = wire.feed(frames)
    assert (len(rows), wire.lost, wire.dropped) == (len(table), 0, 0)
    read = np.array([row.values[0][1] for row in rows])
    assert np.abs(read - table[:, -1] * 25 / 1024).max() < 1e-9
    assert 1 < read.min() < read.max() < 25


FRAMES = st.tuples(st.integers(0, 40), st.integers(1, 6)).map(
    lambda run: b"".join(encode(number % 16, [number * 7, 5, 1023]) for number in range(run[0], sum(run)))
)


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=20), FRAMES, st.just(bytes(40))), max_size=12).map(b"".join),
    st.lists(st.integers(0, 20), max_size=60),
)
def test_any_bytes_cut_anywhere_give_the_same_rows(data: bytes, cuts: list[int]):
    whole, cut = raw(3), raw(3)
    rows = [row for piece in pieces(data, cuts) for row in cut.feed(piece)]
    assert rows == whole.feed(data)
    assert (cut.dropped, cut.lost) == (whole.dropped, whole.lost)
