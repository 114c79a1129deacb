from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from installation.clock import RealClock
from installation.sensors.find import ARDUINO, BLED112, BOARDS, CH340, CP210X, FTDI, Found
from installation.sensors.probe import FIRMATA_ASKS, probe
from installation.sensors.wires import cyton, firmata
from tests.sensors.fakes import Device

CYTON = b"OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\n%bFirmware: v3.1.2\n$$$"
SAYS = b"S512\r\n" * 15
Answers = Callable[[bytes, int], bytes]


def mute(said: bytes, baud: int) -> bytes:
    return b""


class Serial:
    """A port as pyserial gives it, in a time of its own: what its board says of itself, and what it answers.

    says: at each speed, from which second on · heard: what was written, and at which speed.
    """

    def __init__(self, says: dict[int, tuple[float, bytes]] | None = None, answers: Answers = mute) -> None:
        self.timeout, self.baudrate = 0.3, 115200
        self.heard: list[tuple[int, bytes]] = []
        self.now_s = 0.0
        self.opened = 0
        self._says = says or {}
        self._answers = answers
        self._held = b""

    def __call__(self, device: str, baud: int, read_s: float) -> Serial:
        self.opened += 1
        return self

    def __enter__(self) -> Serial:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def reset_input_buffer(self) -> None:
        self._held = b""

    def read(self, size: int) -> bytes:
        self.now_s += self.timeout
        from_s, data = self._says.get(self.baudrate, (0.0, b""))
        held, self._held = self._held, b""
        return held + (data if self.now_s > from_s else b"")

    def read_until(self, ends: bytes, most: int) -> bytes:
        data = self.read(most)
        return data[: data.find(ends) + len(ends)] if ends in data else data

    def write(self, data: bytes) -> None:
        self.heard.append((self.baudrate, data))
        self._held += self._answers(data, self.baudrate)


def board(vendor: int, device: str = "/dev/ttyUSB0") -> Found:
    return Found(device, BOARDS.get(vendor, ""), "", "", vendor)


@pytest.mark.parametrize("vendor", [*BOARDS, 0, 0xFFFF])
def test_a_port_that_speaks_is_never_written_to_whether_it_is_known_or_not(vendor: int):
    for says, kind in ((SAYS, "pulsesensor"), (b"\x93garbage\x07" * 9, "unknown")):
        port = Serial({115200: (0.0, says)})
        assert probe(board(vendor), open_port=port).kind == kind
        assert port.heard == []


def test_an_arduino_that_starts_anew_is_waited_for_and_opened_once():
    port = Serial({115200: (2.0, SAYS)})
    assert probe(board(ARDUINO), open_port=port).kind == "pulsesensor"
    assert (port.opened, port.heard) == (1, [])
    assert port.now_s < 2.5


def test_rubbish_of_a_bootloader_before_the_first_line_is_read_past():
    class Boots(Serial):
        def read(self, size: int) -> bytes:
            return b"\xff\x00\x7f" if not self.now_s and super().read(size) == b"" else super().read(size)

    assert probe(board(CH340), open_port=Boots({115200: (1.5, SAYS)})).kind == "pulsesensor"
    assert probe(board(CH340), open_port=Boots()).kind == "silent"


@pytest.mark.parametrize(
    ("vendor", "device", "questions"),
    [
        (FTDI, "/dev/ttyUSB0", [(115200, b"v"), (115200, b"\x07"), (57600, FIRMATA_ASKS)]),
        (CH340, "/dev/ttyUSB0", [(115200, b"\x07"), (57600, FIRMATA_ASKS)]),
        (CP210X, "/dev/ttyUSB0", [(115200, b"\x07"), (57600, FIRMATA_ASKS)]),
        (ARDUINO, "/dev/ttyACM0", [(57600, FIRMATA_ASKS)]),
        (0, "/dev/rfcomm0", [(115200, b"\x07")]),
        (0, "/dev/ttyS0", []),
        (BLED112, "/dev/ttyACM0", []),
        (0xFFFF, "/dev/ttyACM0", []),
    ],
)
def test_a_silent_port_is_asked_what_its_id_allows_in_order_and_nothing_else(
    vendor: int, device: str, questions: list[tuple[int, bytes]]
):
    port = Serial()
    assert probe(board(vendor, device), open_port=port).kind == "silent"
    assert port.heard == questions
    assert port.opened == 1
    assert port.now_s < 10


def answer_to(question: bytes, answer: bytes, at: int = 115200) -> Serial:
    return Serial(answers=lambda said, baud: answer if (said, baud) == (question, at) else b"")


def test_a_dongle_tells_its_board_whether_it_has_a_daisy_and_whether_it_is_off():
    one = probe(board(FTDI), open_port=answer_to(b"v", CYTON % b""))
    two = probe(board(FTDI), open_port=answer_to(b"v", CYTON % b"On Daisy ADS1299 Device ID: 0x3E\n"))
    off = probe(board(FTDI), open_port=answer_to(b"v", b"Failure: Communications timeout$$$"))
    assert [answer.wire for answer in (one, two, off)] == ["cyton", "cyton_daisy", "cyton"]
    assert "switch the Cyton to PC" in off.says


def test_once_a_device_has_answered_nothing_more_is_asked():
    port = answer_to(b"v", CYTON % b"")
    probe(board(FTDI), open_port=port)
    assert port.heard == [(115200, cyton.RESET)]


def test_a_bitalino_tells_its_version():
    answer = probe(board(0, "/dev/rfcomm0"), open_port=answer_to(b"\x07", b"\x00BITalino_v5.1\n"))
    assert (answer.wire, answer.says[:13]) == ("bitalino", "BITalino_v5.1")


def test_a_firmata_board_tells_its_sketch_and_its_speed():
    told = firmata.encode_version() + firmata.encode_firmware("StandardFirmata.ino")
    answer = probe(board(ARDUINO), open_port=answer_to(FIRMATA_ASKS, told, 57600))
    assert (answer.wire, answer.baud) == ("firmata", 57600)
    assert "StandardFirmata.ino" in answer.says


@pytest.mark.parametrize(
    ("baud", "line", "kind"),
    [
        (250_000, b"a512\r\nb498\r\n", "pulsesensor"),
        (2_000_000, b"531473,17298,3,PI,1,100,112870,112866,112867\n", "emotibit"),
        (9600, b"pulse:512 skin:3.1\r\n", "names"),
    ],
)
def test_a_port_at_another_speed_is_found_there(baud: int, line: bytes, kind: str):
    port = Serial({115200: (0.0, b"\x80\xfe\x00" * 9), baud: (0.0, line * 9)})
    answer = probe(board(CP210X), open_port=port)
    assert (answer.kind, answer.baud) == (kind, baud)
    assert port.heard == []


def test_a_port_that_a_running_nexus_has_is_in_use_and_others_are_refused():
    def fails(number: int) -> Callable[[str, int, float], Serial]:
        def open_port(device: str, baud: int, read_s: float) -> Serial:
            raise OSError(number, os.strerror(number))

        return open_port

    taken = probe(board(ARDUINO), open_port=fails(errno.EAGAIN))
    assert taken.kind == "in use"
    assert "running nexus" in taken.says
    assert probe(board(ARDUINO), open_port=fails(errno.EIO)).kind == "refused"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_a_real_port_is_listened_to_and_nothing_is_written(tmp_path: Path):
    device = Device(tmp_path / "pulse")

    def speak() -> None:
        clock = RealClock()
        clock.sleep_s(0.1)  # opening a port empties what it held
        for _ in range(60):
            device.send(b"S512\r\n")
            clock.sleep_s(0.01)

    speaker = Thread(target=speak)
    speaker.start()
    answer = probe(Found(str(device.path), "", "", ""), wake_s=1.0)
    speaker.join()
    assert answer.kind == "pulsesensor"
    assert device.heard() == b""
    device.unplug()
    assert probe(Found(str(device.path), "", "", ""), wake_s=0.1).kind == "refused"
