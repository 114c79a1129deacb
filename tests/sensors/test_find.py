from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.sensors.find import Found, classify, list_ports
from installation.sensors.wires import cyton, pack


@pytest.mark.parametrize(
    ("line", "kind", "wire"),
    [
        (b"S512\r\n", "pulsesensor", "pulsesensor"),
        (b"a512\r\nb498\r\n", "pulsesensor", "pulsesensor"),
        (b"Signal 512\r\n", "pulsesensor", "pulsesensor"),
        (b"75,800,512\r\n", "pulsesensor plotter", "pulsesensor"),
        (b"pulse:512 glow:0.5\r\n", "names", "lines"),
        (b"pulse: 512,glow: -0.5\n", "names", "lines"),
        (b"1234,-0.5\r\n", "columns", "lines"),
        (b"512\r", "columns", "lines"),
        (b"531473,17298,3,PI,1,100,112870,112866,112867\r\n", "emotibit", ""),
        (b"\xe0\x10\x04", "firmata", "firmata"),
        (b"Hello, world\r\n", "unknown", ""),
        (b"\xa0\x01\x02\xc0", "unknown", ""),
    ],
)
def test_a_port_is_told_by_what_it_says(line: bytes, kind: str, wire: str):
    answer = classify(line[1:] + line * 15 + line[:2])
    assert (answer.kind, answer.wire) == (kind, wire)


def test_the_answer_shows_one_of_the_lines():
    assert classify(b"12\r\n" + b"S512\r\n" * 5).example == "S512"


def test_a_beat_between_the_samples_is_still_a_pulsesensor():
    assert classify(b"12\r\nS512\r\nS513\r\nB72\r\nQ833\r\nS514\r\n").kind == "pulsesensor"


def test_one_line_that_looks_like_something_may_be_noise():
    assert classify(b"\r\n3\r\n").kind == "unknown"


def test_no_bytes_are_silence():
    assert classify(b"").kind == "silent"


@given(st.binary(max_size=2000))
def test_any_bytes_have_an_answer(data: bytes):
    assert classify(data).says


def listed(device: str, serial: str | None, location: str | None, **more: object) -> SimpleNamespace:
    return SimpleNamespace(device=device, serial_number=serial, location=location, **more)


def test_known_boards_are_listed_first_with_what_finds_them_again():
    infos = [
        listed("/dev/ttyUSB1", "0001", "1-2", vid=0x1A86, description="USB Serial"),
        listed("/dev/ttyACM0", "955", "1-1", vid=0x2341, description="ttyACM0"),
        listed("/dev/ttyACM1", "956", "1-3", vid=0xFFFF, description="Glow Board"),
        listed("/dev/ttyS0", None, None, vid=None, description="n/a"),
    ]
    assert list_ports(lambda: infos) == (
        Found("/dev/ttyACM0", "Arduino", "955", "1-1", 0x2341),
        Found("/dev/ttyUSB1", "CH340 bridge: Nano clones, ESP32 boards", "0001", "1-2", 0x1A86),
        Found("/dev/ttyACM1", "Glow Board", "956", "1-3", 0xFFFF),
        Found("/dev/ttyS0", "", "", ""),
    )


def test_a_cyton_that_sends_already_and_a_gateway_are_known_by_their_packets():
    packets = b"".join(cyton.encode(number, [number] * 8) for number in range(5))
    assert classify(packets[7:]).wire == "cyton"
    packed = pack.encode(1, 1, 0.0, [pack.Record(1, 0, [1.0], 0.02)])
    assert classify(packed[9:] + packed).wire == "pack"
    assert classify(packets[:30] + b"NX\x01" + bytes(9)).kind == "unknown"
