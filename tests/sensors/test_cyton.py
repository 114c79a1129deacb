from __future__ import annotations

from collections.abc import Sequence
from math import nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.frame import CHANNELS
from installation.sensors.wires import decoder, greeting
from installation.sensors.wires.cyton import (
    ACCELERATION,
    ACCELERATION_STAMPED,
    ANALOG,
    ANALOG_SET,
    G_PER_STEP,
    KINDS,
    SIZE,
    USER,
    UV_PER_STEP,
    Cyton,
    encode,
    encode_stamped,
)
from installation.sensors.wires.cyton_daisy import CytonDaisy
from installation.show.model import SensorPatch
from installation.show.wires import FORMATS
from tests.sensors.faults import faulty, pieces

ALL = {name: number for number, name in enumerate(FORMATS["cyton"].names)}
ALL_DAISY = {name: number for number, name in enumerate(FORMATS["cyton_daisy"].names)}
STEPS = st.lists(st.integers(-(2**23), 2**23 - 1), min_size=8, max_size=8)
SHORTS = st.lists(st.integers(-(2**15), 2**15 - 1), min_size=3, max_size=3)
NOTHING = [0] * 8


def steps(number: int) -> list[int]:
    """Eight channels, of which the first tells the packet and the rest are noise."""
    return [number, *np.random.default_rng(number).integers(-(2**23), 2**23, 7).tolist()]


def read(data: bytes, names: dict[str, int]) -> list[dict[int, float]]:
    """Values of each row."""
    return [dict(row.values) for row in Cyton(names).feed(data)]


def after_one(*packets: bytes) -> bytes:
    """Packets after one that nobody looks at."""
    return b"".join((encode(255, NOTHING), *packets))


def test_a_packet_is_laid_out_as_the_vendor_says():
    packet = encode(7, [1, -1, 0, 0, 0, 0, 0, 2**23 - 1], (1, -2, 3))
    assert packet.hex() == "a007" + "000001" + "ffffff" + "000000" * 5 + "7fffff" + "0001fffe0003" + "c0"


def test_a_step_is_22_nanovolts_and_an_eighth_of_a_thousandth_of_g():
    assert pytest.approx(0.0223517, rel=1e-5) == UV_PER_STEP
    assert G_PER_STEP == 0.000125


def test_acceleration_that_was_not_taken_anew_gives_no_value():
    rows = read(after_one(encode(0, NOTHING, (0, 8000, 0)), encode(1, NOTHING)), ALL)
    assert rows[1][ALL["acc_x"]] == 0.0
    assert rows[1][ALL["acc_y"]] == 1.0
    assert ALL["acc_y"] not in rows[2]


def test_pins_in_analog_mode_give_their_steps_and_nothing_else_does():
    rows = read(after_one(encode(0, NOTHING, (1, 2, 1023), ANALOG), encode(1, NOTHING, (1, 2, 3), USER)), ALL)
    assert [rows[1][ALL[name]] for name in ("d11", "d12", "d13")] == [1.0, 2.0, 1023.0]
    assert set(rows[2]) == set(range(8))


def test_with_the_boards_time_axes_come_one_after_the_other():
    packets = [encode_stamped(number, NOTHING, 8000, 1234, ACCELERATION_STAMPED) for number in range(10)]
    rows = read(after_one(*packets), {name: ALL[name] for name in ("acc_x", "acc_y", "acc_z")})
    assert rows == [{ALL["acc_x"]: 1.0}, {ALL["acc_y"]: 1.0}, {ALL["acc_z"]: 1.0}]
    assert int.from_bytes(packets[0][28:32], "big") == 1234
    assert read(after_one(encode_stamped(0, NOTHING, 512, 1, ANALOG_SET)), {"d11": 0, "d12": 1}) == [{0: 512.0}]


def test_rows_have_the_time_of_their_numbers_and_lost_ones_leave_theirs_out():
    wire = Cyton({"ch1": 0})
    rows = wire.feed(b"".join(encode(number % 256, NOTHING) for number in (254, 255, 256, 260, 261)))
    assert [row.device_s for row in rows] == [0.0, 0.004, 0.008, 0.024, 0.028]
    assert (wire.lost, wire.dropped) == (3, 0)


def test_a_number_that_was_hit_is_mended_by_the_packets_around_it():
    wire = Cyton({"ch1": 0})
    rows = wire.feed(b"".join(encode(number, NOTHING) for number in (1, 2, 77, 4, 5)))
    assert [row.device_s for row in rows] == [0.0, 0.004, 0.008, 0.012, 0.016]
    assert wire.lost == 0


def test_a_device_that_is_read_in_the_middle_greets_uncounted():
    wire = Cyton({"ch1": 0})
    text = b"OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\nFirmware: v3.1.2\n$$$"
    assert len(wire.feed(text + encode(9, steps(9))[5:] + encode(10, steps(10)) + encode(11, steps(11)))) == 2
    assert wire.dropped == 0


def test_a_packet_is_given_with_its_last_byte_while_all_goes_well():
    wire = Cyton({"ch1": 0})
    wire.feed(encode(0, NOTHING) + encode(1, NOTHING))
    assert wire.feed(encode(2, NOTHING)[:-1]) == []
    assert len(wire.feed(encode(2, NOTHING)[-1:])) == 1


def test_a_heart_is_measured_between_the_two_pins_of_its_channel():
    names = (("ch1", "ecg"), ("ch2", "input.brow"), ("acc_x", "acc_x"))
    assert greeting(SensorPatch(0, "cyton", 115200, names=names)) == (b"s", b"c", b"x1060100X", b"/0", b"b")
    names = (("ch9", "ecg"),)
    assert greeting(SensorPatch(0, "cyton_daisy", 115200, names=names)) == (b"s", b"C", b"xQ060100X", b"/0", b"b")


def test_a_board_whose_pins_are_asked_for_sends_them_in_the_place_of_its_acceleration():
    assert greeting(SensorPatch(0, "cyton", 115200, names=(("d13", "ppg"),))) == (b"s", b"c", b"/2", b"b")


def test_a_daisys_packet_and_the_cytons_after_it_are_one_row():
    lower, upper = [1, *NOTHING[1:]], [9, *NOTHING[1:]]
    wire = CytonDaisy({"ch1": 0, "ch9": 1})
    rows = wire.feed(encode(0, upper) + encode(1, lower) + encode(2, upper) + encode(3, lower))
    assert [dict(row.values) for row in rows] == [{0: UV_PER_STEP, 1: 9 * UV_PER_STEP}] * 2
    assert [row.device_s for row in rows] == [0.004, 0.012]


def test_half_a_pair_is_given_alone_where_the_other_half_is_lost():
    lower, upper = [1, *NOTHING[1:]], [9, *NOTHING[1:]]
    wire = CytonDaisy({"ch1": 0, "ch9": 1})
    numbers = [0, 1, 2, 4, 5, 7, 8, 9]
    rows = wire.feed(b"".join(encode(number, lower if number % 2 else upper) for number in numbers))
    assert [sorted(dict(row.values)) for row in rows] == [[0, 1], [1], [0, 1], [0], [0, 1]]
    assert wire.lost == 2


def test_the_patch_says_which_input_is_which_channel():
    numbers = {name: number for number, name in enumerate(CHANNELS)}
    patch = SensorPatch(0, "cyton", 115200, port="x", names=(("ch3", "ecg"), ("acc_z", "acc_z")))
    wire = decoder(patch, numbers)
    assert wire.channels == (numbers["ecg"], numbers["acc_z"])
    row = wire.feed(after_one(encode(0, [0, 0, 5, 0, 0, 0, 0, 0], (0, 0, 8000))))[1]
    assert dict(row.values) == {numbers["ecg"]: 5 * UV_PER_STEP, numbers["acc_z"]: 1.0}


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_faults_cost_no_packet_but_those_that_they_hit(seed: int):
    packets = [encode(number % 256, steps(number)) for number in range(20_000)]
    stream = faulty(packets, 1000, seed)
    wire = Cyton({"ch1": 0})
    came = [round(row.values[0][1] / UV_PER_STEP) for row in wire.feed(stream.data)]
    beyond = stream.lost_beyond(len(packets), came)
    assert len(beyond) <= 100  # a tenth of one for each fault: those between two faults
    assert all({number - 2, number - 1, number + 1, number + 2} & stream.hit for number in beyond)
    assert wire.lost == pytest.approx(len(packets) - len(came), abs=20)


def test_the_numbers_that_the_openbci_gui_wrote_are_those_of_its_packets(recordings: Path):
    file = recordings / "raw_device_files" / "openbci_gui_v6_excerpt.txt"
    if not file.exists():
        pytest.skip("no file of the OpenBCI GUI")
    rows = [line.split(",") for line in file.read_text().splitlines() if line[:1].isdigit()]
    volts = np.array([[float(field) for field in row[1:9]] for row in rows])
    axes = np.array([[float(field) for field in row[9:12]] for row in rows])
    packets = [
        encode(int(row[0]), np.rint(uv / UV_PER_STEP).astype(int).tolist(), np.rint(g / G_PER_STEP).astype(int))
        for row, uv, g in zip(rows, volts, axes, strict=True)
    ]
    wire = Cyton(ALL)
    read = [dict(row.values) for row in wire.feed(b"".join(packets))]
    assert len(read) == len(rows)
    assert np.abs(np.array([[row[channel] for channel in range(8)] for row in read]) - volts).max() < 0.0112
    moved = axes.any(axis=1)
    told = [[row[ALL[f"acc_{axis}"]] for axis in "xyz"] for row in read if ALL["acc_x"] in row]
    assert np.abs(np.array(told) - axes[moved]).max() < 1e-4


@settings(deadline=None)
@given(STEPS, SHORTS, st.integers(0, 255))
def test_what_is_encoded_is_decoded(channels: list[int], three: list[int], number: int):
    data = encode(number, channels, three) + encode((number + 1) % 256, NOTHING)
    first = read(data, ALL)[0]
    assert [first[channel] for channel in range(8)] == pytest.approx([UV_PER_STEP * step for step in channels])
    if any(three):
        assert [first[ALL[f"acc_{axis}"]] for axis in "xyz"] == pytest.approx([G_PER_STEP * one for one in three])


def some_packets(numbers: Sequence[int]) -> bytes:
    return b"".join(encode(number % 256, NOTHING, (1, 2, 3), number % KINDS) for number in numbers)


PIECES = st.one_of(
    st.binary(max_size=70),
    st.sampled_from([b"\xa0", b"\xc0" * SIZE, b"\xa0" * SIZE, encode(3, NOTHING, kind=ACCELERATION)[:20]]),
    st.tuples(st.integers(0, 300), st.integers(1, 5)).map(lambda run: some_packets(range(run[0], sum(run)))),
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map(b"".join), st.lists(st.integers(0, 40), max_size=60), st.booleans())
def test_any_bytes_cut_anywhere_give_the_same_rows(data: bytes, cuts: list[int], daisy: bool):
    whole, cut = (CytonDaisy(ALL_DAISY) if daisy else Cyton(ALL) for _ in range(2))
    rows = [row for piece in pieces(data, cuts) for row in cut.feed(piece, nan)]
    assert rows == whole.feed(data)
    assert (cut.dropped, cut.lost) == (whole.dropped, whole.lost)
