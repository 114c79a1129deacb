from __future__ import annotations

import os
from pathlib import Path

import pytest

from installation.clock import RealClock
from installation.sensors.greeter import PAUSE_S, SILENT_S, Greeter
from installation.sensors.port import Connection
from installation.sensors.read import Sensors
from installation.sensors.wires import WIRES, cyton, greeting
from installation.show.model import SensorPatch
from installation.show.wires import FORMATS
from tests.sensors.fakes import Device, SetClock, show_of, tick_at, wait_for


def test_a_device_is_told_each_command_once_with_a_pause_between():
    greeter = Greeter((b"s", b"b"))
    greeter.opened()
    assert [greeter.due(now_s) for now_s in (1.0, 1.0, 1.0 + PAUSE_S, 1.5)] == [b"s", b"", b"b", b""]


def test_a_device_that_stays_silent_is_greeted_again_and_one_that_speaks_is_not():
    greeter = Greeter((b"b",))
    greeter.opened()
    assert greeter.due(0.0) == b"b"
    assert greeter.due(SILENT_S - 0.1) == b""
    greeter.heard(2.0)
    assert greeter.due(SILENT_S) == b""
    assert greeter.due(2.0 + SILENT_S) == b"b"


def test_a_device_that_was_opened_again_is_greeted_from_the_first_command():
    greeter = Greeter((b"s", b"b"))
    greeter.opened()
    assert greeter.due(0.0) == b"s"
    greeter.opened()
    assert greeter.due(0.01) == b"s"


def test_a_device_that_sends_unasked_is_never_written_to():
    assert [wire for wire in WIRES if FORMATS[wire].started] == ["cyton", "cyton_daisy", "bitalino", "firmata"]
    assert [greeting(SensorPatch(0, wire, 115200)) for wire in ("pulsesensor", "lines", "pack")] == [()] * 3
    greeter = Greeter()
    greeter.opened()
    assert greeter.due(1e9) == b""


class Line:
    """A line that hears, and says nothing."""

    in_waiting = 0

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def read(self, _: int) -> bytes:
        return b""

    def write(self, data: bytes) -> None:
        self.heard.append(data)


def test_a_connection_says_what_is_due_on_its_line():
    line, clock = Line(), SetClock()
    connection = Connection("w", "x", 115200, clock.now_s, lambda: "x", lambda *_: line, greeting=(b"s", b"b"))
    for now_s in (0.0, 0.1, 0.2, 1.0, 2.8):
        clock.set_s(now_s)
        connection.turn()
    assert line.heard == [b"s", b"b", b"s"]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_a_cyton_is_started_through_its_port_and_fills_its_wearers_column(tmp_path: Path):
    device = Device(tmp_path / "cyton")
    patch = SensorPatch(0, "cyton", 115200, port=str(device.path), names=(("ch1", "ecg"),))
    clock = RealClock()
    sensors = Sensors(show_of(1, patch), clock, seed=1)
    heard, values = bytearray(), []
    try:
        wait_for(lambda: bool(heard.extend(device.heard()) or heard.endswith(cyton.START)))
        assert bytes(heard) == b"".join(greeting(patch))
        for number in (0, 1, 3, 4):
            device.send(cyton.encode(number, [number] * 8))

        def came() -> bool:
            samples, _ = sensors.read(tick_at(clock.now_s()), None)
            values.extend(samples.value[samples.column == 0].tolist())
            return len(values) == 4

        wait_for(came)
        assert values == pytest.approx([number * cyton.UV_PER_STEP for number in (0, 1, 3, 4)])
        sensors.read(tick_at(clock.now_s() + 1), None)
        assert sensors.health()[0].text == "4 rows, 1 lost"
    finally:
        sensors.close()
        device.unplug()
