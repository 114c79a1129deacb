"""Simulated devices answer as the real ones do, and our decoders read of them what their people are."""

from __future__ import annotations

import numpy as np
import pytest

from installation.frame import CHANNELS, Floats
from installation.sensors.simulated import USUAL, simulated
from installation.sensors.simulated.converter import Person
from installation.sensors.wires import decoder, greeting
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
