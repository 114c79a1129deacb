"""Simulated devices answer as the real ones do, and our decoders read of them what their people are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from installation.frame import CHANNELS, Floats
from installation.sensors.simulated import USUAL, simulated
from installation.sensors.simulated.converter import Person
from installation.sensors.simulated.playground import BeatFinder
from installation.sensors.wires import decoder, greeting
from installation.sensors.wires.pack import Pack
from installation.show.model import SensorPatch

NUMBERS = {name: number for number, name in enumerate(CHANNELS)}


def feel(channel: str, time_s: Floats) -> Floats:
    """Every channel is a slow sine of its own height."""
    middle, depth = {"ppg": (0.5, 0.3), "ecg": (0.0, 900.0), "eda": (6.0, 4.0), "resp": (0.5, 0.4)}.get(
        channel, (0.0, 0.6)
    )
    value: Floats = middle + depth * np.sin(2 * np.pi * 1.3 * time_s)
    return value


def told(wire: str, command: bytes) -> bytes:
    """What a fresh device answers at once."""
    device = simulated(wire, [Person(feel)])
    device.hear(command, 0.0)
    return b"".join(data for _, data in device.say(0.0))


@pytest.mark.parametrize(
    ("wire", "names", "expected_hz"),
    [
        ("pulsesensor", (), 50),
        ("lines", (("pulse", "ppg"), ("skin", "eda")), 50),
        ("cyton", (("ch1", "ecg"), ("acc_x", "acc_x")), 250),
        ("cyton_daisy", (("ch9", "ecg"),), 125),
        ("bitalino", (("a1", "ecg"), ("a3", "eda")), 100),
        ("firmata", (("a0", "ppg"),), 50),
    ],
)
def test_a_device_that_is_greeted_says_what_its_person_is(
    wire: str, names: tuple[tuple[str, str], ...], expected_hz: int
) -> None:
    patch = SensorPatch(0, wire, 115200, port="x", names=names, rate_hz=100.0 if wire == "bitalino" else 0.0)
    device, wire_of = simulated(wire, [Person(feel)]), decoder(patch, NUMBERS)
    device.opened(0.0)
    for number, command in enumerate(greeting(patch)):
        device.hear(command, 2.0 + 0.15 * number)
    rows = wire_of.feed(b"".join(data for _, data in device.say(2.99)))
    rows = wire_of.feed(b"".join(data for _, data in device.say(4.99)))
    assert len(rows) == pytest.approx(2 * expected_hz, abs=3)
    assert wire_of.dropped == wire_of.lost == 0
    values = [value for row in rows for channel, value in row.values if channel == wire_of.channels[0]]
    assert np.ptp(values) > 0


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"V", b"v3.1.2$$$"),
        (b"d", b"updating channel settings to default$$$"),
        (b"D", b"060110$$$"),
        (b"C", b"no daisy to attach!8$$$"),
        (b"c", b""),
        (b"~~", b"Success: Sample rate is 250Hz$$$"),
        (b"/2", b"Success: analog$$$"),
        (b"x1060100X", b"Success: Channel set for 1$$$"),
        (b"xQ060100X", b"Failure: Err: too many chars$$$"),
    ],
)
def test_a_cyton_answers_in_its_makers_words(command: bytes, answer: bytes) -> None:
    assert told("cyton", command) == answer


def test_a_daisy_is_told_at_the_reset_and_both_chips_registers_are_dumped() -> None:
    assert b"On Daisy ADS1299 Device ID: 0x3E\n" in told("cyton_daisy", b"v")
    assert told("cyton_daisy", b"C") == b"16$$$"
    assert told("cyton_daisy", b"?").count(b"CH8SET, 0C, 68,") == 2


def test_a_bitalino_tells_its_version_and_its_state() -> None:
    assert told("bitalino", b"\x07") == b"BITalino_v5.1\n"
    idle = told("bitalino", b"\x78\x0b")
    assert (len(idle), idle[14]) == (16, 30)


def test_what_no_device_is_is_refused_with_what_there_is() -> None:
    with pytest.raises(ValueError, match="there are: pulsesensor"):
        simulated("morse", [Person(feel)])
    with pytest.raises(ValueError, match="no other rate"):
        simulated("cyton", [Person(feel)], rate_hz=100.0)
    with pytest.raises(ValueError, match="no input b1"):
        simulated("bitalino", [Person(feel)], {"b1": "ecg"})


@pytest.mark.parametrize("wire", USUAL)
def test_any_commands_are_survived(wire: str) -> None:
    device = simulated(wire, [Person(feel)])
    device.opened(0.0)
    noise = np.random.default_rng(1)
    for step in range(200):
        device.hear(noise.bytes(20), 0.01 * step)
        device.say(0.01 * step)


def packets(wire: str, *commands: bytes, seconds: float = 0.1) -> list[bytes]:
    """What a device sends in some time after these commands, without its answers."""
    device = simulated(wire, [Person(feel)])
    for command in commands:
        device.hear(command, 0.0)
    return [data for _, data in device.say(seconds) if not data.endswith(b"$$$")]


def volts(packet: bytes) -> list[int]:
    return [int.from_bytes(packet[at : at + 3], "big", signed=True) for at in range(2, 26, 3)]


def test_a_channel_that_is_switched_off_reads_nothing_and_half_the_gain_half_as_much() -> None:
    usual = [volts(one)[0] for one in packets("cyton", b"b")]
    halved = [volts(one)[0] for one in packets("cyton", b"x1050110X", b"b")]
    assert max(map(abs, usual)) > 1000
    assert [2 * steps for steps in halved] == pytest.approx(usual, abs=1)
    assert {volts(one)[0] for one in packets("cyton", b"1", b"b")} == {0}
    assert [volts(one)[0] for one in packets("cyton", b"1", b"!", b"b")] == usual


def test_a_test_signal_is_a_square_of_its_own_height_on_every_channel() -> None:
    slow = [volts(one) for one in packets("cyton", b"-", b"b", seconds=2.0)]
    assert all(len(set(eight)) == 1 for eight in slow)
    assert [abs(eight[0]) * 4.5e6 / 24 / (2**23 - 1) for eight in slow] == pytest.approx([1875.0] * len(slow), abs=0.1)
    turns = sum(one[0] != two[0] for one, two in pairwise(slow))
    assert turns == 3  # 0.98 Hz


def test_while_it_streams_a_cyton_says_no_words() -> None:
    device = simulated("cyton", [Person(feel)])
    device.hear(b"b", 0.0)
    device.hear(b"d?Vx1060100X~~", 0.01)
    assert {len(data) for _, data in device.say(0.1)} == {33}


def test_half_a_command_times_out_in_its_makers_words() -> None:
    device = simulated("cyton", [Person(feel)])
    device.hear(b"x106", 0.0)
    assert device.say(0.9) == []
    ((time_s, said),) = device.say(1.1)
    assert said == b"Timeout processing multi byte message - please send all commands at once as of v2$$$"
    assert time_s == 1.1


def test_time_stamps_pins_and_markers_change_the_end_of_a_packet() -> None:
    assert [one[-1] for one in packets("cyton", b"<", b"b")][:3] == [0xC3, 0xC4, 0xC4]
    assert {one[-1] for one in packets("cyton", b"/2", b"b")} == {0xC1}
    pins = [int.from_bytes(one[30:32], "big") for one in packets("cyton", b"/2", b"b")]
    assert max(pins) > 512  # the PulseSensor at D13
    device = simulated("cyton", [Person(feel)])
    device.hear(b"/4b", 0.0)
    device.hear(b"`A", 0.0)
    marks = [data[26] for _, data in device.say(0.1) if len(data) == 33]
    assert (marks[0], sum(marks)) == (ord("A"), ord("A"))


def test_a_daisys_packet_is_the_mean_of_the_last_two_samples() -> None:
    plain = [volts(one)[0] for one in packets("cyton", b"b")]
    paired = [volts(one)[0] for one in packets("cyton_daisy", b"b")]
    assert paired[1:] == [(one + two) // 2 for one, two in pairwise(plain)]


def test_a_bitalino_takes_the_byte_behind_pwm_for_a_value() -> None:
    assert told("bitalino", b"\xa3\x07") == b""
    assert told("bitalino", b"\xa3\x07\x07") == b"BITalino_v5.1\n"


def test_an_arduino_is_deaf_and_dumb_until_its_bootloader_has_waited() -> None:
    board = simulated("firmata", [Person(feel)])
    board.opened(10.0)
    board.hear(b"\xc0\x01", 10.5)
    assert board.say(11.1) == []
    assert (
        b"".join(data for _, data in board.say(20.0))
        == b"\xf9\x02\x05"
        + b"\xf0\x79\x02\x05"
        + b"".join(bytes((letter, 0)) for letter in b"StandardFirmata.ino")
        + b"\xf7"
    )


def test_firmata_tells_what_its_pins_can_and_which_are_analog() -> None:
    capable = told("firmata", b"\xf0\x6b\xf7")
    assert capable[:2] == b"\xf0\x6c"
    assert capable.count(b"\x02\x0a") == 16
    assert capable.count(b"\x7f") == 70
    mapped = told("firmata", b"\xf0\x69\xf7")
    assert mapped == b"\xf0\x6a" + b"\x7f" * 54 + bytes(range(16)) + b"\xf7"
    assert told("firmata", b"\xf0\x6d\x36\xf7") == b"\xf0\x6e\x36\x02\x00\xf7"


def test_a_gateway_of_many_cuts_what_is_longer_than_a_packet_and_loses_nobody() -> None:
    device, wire = simulated("pack", [Person(feel)] * 200), Pack()
    for wearer in range(200):
        wire.add(wearer + 1, wearer, {code: code for code in range(7)})
    rows = wire.rows(wire.packets(b"".join(data for _, data in device.say(1.0))))
    assert (wire.lost, wire.dropped) == (0, 0)
    assert np.bincount(rows.column).tolist() == [50 * 7] * 200


def test_the_beat_finder_of_a_board_finds_the_rate_of_a_heart_and_none_where_there_is_none() -> None:
    finder = BeatFinder()
    beats = [finder.take(round(512 + 300 * np.sin(2 * np.pi * 1.25 * k / 50)), 20.0) for k in range(1000)]
    assert finder.rate == pytest.approx(75, abs=2)
    assert sum(beats) == pytest.approx(1.25 * 20, abs=3)
    for _ in range(200):
        finder.take(512, 20.0)
    assert (finder.rate, finder.ibi_ms) == (0, 600)


def test_a_sensor_that_fell_off_is_spoiled_before_the_packet_is_made() -> None:
    board = simulated("pulsesensor", [Person(feel, lambda time_s, steps, inputs: [7])])
    assert {data for _, data in board.say(1.0)} == {b"S7\r\n"}
