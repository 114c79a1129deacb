from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.sensors.wires import decoder
from installation.sensors.wires.firmata import (
    Firmata,
    encode,
    encode_firmware,
    encode_version,
    greeting,
    interval,
    report,
)
from installation.show.model import SensorPatch
from tests.sensors.faults import faulty, pieces

CHANNELS = {"ppg": 0, "eda": 2}


def values(data: bytes, *inputs: int) -> list[dict[int, float]]:
    """The rows of a board whose inputs have their own numbers."""
    return [dict(row.values) for row in Firmata({number: number for number in inputs}).feed(data)]


def test_commands_are_the_bytes_of_the_protocol():
    assert report(3) == b"\xc3\x01"
    assert report(3, on=False) == b"\xc3\x00"
    assert interval(50) == b"\xf0\x7a\x14\x00\xf7"
    assert interval(1) == b"\xf0\x7a\x68\x07\xf7"
    patch = SensorPatch(0, "firmata", 57600, names=(("a1", "eda"), ("a0", "ppg")))
    assert greeting(patch) == (interval(50) + report(0) + report(1),)


def test_an_analog_message_has_fourteen_bits_and_longer_ones_are_extended():
    assert encode(2, 1023) == b"\xe2\x7f\x07"
    assert encode(16, 1023) == b"\xf0\x6f\x10\x7f\x07\xf7"
    assert encode(0, 0x1FFFF) == b"\xf0\x6f\x00\x7f\x7f\x07\xf7"
    assert values(encode(0, 0x1FFFF) + encode(16, 5) + encode(16, 0), 16) == [{16: 5.0}, {16: 0.0}]


def test_a_board_that_starts_tells_its_version_and_its_sketch():
    wire = Firmata({0: 0})
    assert wire.feed(encode_version() + encode_firmware("StandardFirmata.ino") + encode(0, 7)) != []
    assert (wire.version, wire.firmware, wire.dropped) == ("2.8", "StandardFirmata.ino", 0)


def test_one_round_of_the_inputs_that_are_asked_for_is_one_row():
    data = b"".join(encode(number, 10 * number) for number in (0, 1, 2)) * 2
    assert values(data, 0, 2) == [{0: 0.0, 2: 20.0}] * 2


def test_a_round_with_an_input_lost_gives_the_others():
    data = encode(0, 1) + encode(2, 2) + encode(0, 3) + encode(0, 5) + encode(2, 6)
    assert values(data, 0, 2) == [{0: 1.0, 2: 2.0}, {0: 3.0}, {0: 5.0, 2: 6.0}]


@pytest.mark.parametrize(
    "aside",
    [
        b"\xf0\x71H\x00i\x00\xf7",
        b"\xf0" + b"\x01" * 5000 + b"\xf7",
        b"\xf0\xf7",
        b"\xf0\x6f\xf7",
        b"\x90\x01\x00",
        b"\xf4\x0e\x02",
        b"\xff",
        b"\xd0\x01",
    ],
)
def test_other_messages_are_read_past_uncounted(aside: bytes):
    wire = Firmata({0: 0})
    assert len(wire.feed(encode(0, 1) + aside + encode(0, 2))) == 2
    assert wire.dropped == 0


def test_a_long_message_without_an_end_swallows_nothing_after_it():
    wire = Firmata({0: 0})
    assert len(wire.feed(encode(0, 1) + b"\xf0\x71abc" + encode(0, 2))) == 2
    assert wire.dropped == 1


def test_stray_bytes_are_one_fault_and_those_before_the_first_message_are_none():
    wire = Firmata({0: 0})
    assert len(wire.feed(b"\x01\x02" + encode(0, 1) + b"\x03\x04\x05" + encode(0, 2))) == 2
    assert wire.dropped == 1


def test_the_patch_says_which_input_is_which_channel():
    patch = SensorPatch(0, "firmata", 57600, names=(("a0", "ppg"), ("a5", "eda")))
    rows = decoder(patch, CHANNELS).feed(encode(0, 512) + encode(5, 3))
    assert [dict(row.values) for row in rows] == [{0: 512.0, 2: 3.0}]


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_faults_cost_no_message_but_those_that_they_hit(seed: int):
    packets = [encode(0, number % (1 << 14)) for number in range(16_000)]
    stream = faulty(packets, 1000, seed)
    came = [int(row.values[0][1]) for row in Firmata({0: 0}).feed(stream.data)]
    assert stream.lost_beyond(len(packets), came) == []


@settings(deadline=None)
@given(st.integers(0, 15), st.integers(0, 2**20))
def test_what_is_encoded_is_decoded(channel: int, steps: int):
    assert values(encode(channel, steps), channel) == [{channel: float(steps)}]


PIECES = st.one_of(
    st.binary(max_size=100),
    st.builds(encode, st.integers(0, 20), st.integers(0, 2**15)),
    st.sampled_from([b"\xf0", b"\xf7", b"\xf0\x79", b"\xe0\x01", encode_firmware("x" * 100)]),
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map(b"".join), st.lists(st.integers(0, 40), max_size=60))
def test_any_bytes_cut_anywhere_give_the_same_rows(data: bytes, cuts: list[int]):
    whole, cut = (Firmata({0: 0, 1: 1, 16: 2}) for _ in range(2))
    rows = [row for piece in pieces(data, cuts) for row in cut.feed(piece)]
    assert rows == whole.feed(data)
    assert (cut.dropped, cut.version, cut.firmware) == (whole.dropped, whole.version, whole.firmware)
