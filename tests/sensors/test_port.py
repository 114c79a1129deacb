from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from installation.clock import RealClock
from installation.frame import Chunk, PortEvent
from installation.sensors.port import Port, explain, finder
from tests.sensors.fakes import Device, wait_for

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    device = Device(tmp_path / "pulse")
    yield device
    device.unplug()


class Listener:
    """A port, and all that came from it so far."""

    def __init__(self, path: Path | str, **found: object) -> None:
        self.clock = RealClock()
        find = finder(**found) if found else finder(str(path))  # type: ignore[arg-type]  # the tests' own keywords
        self.port = Port("Elif", str(path), 115200, self.clock, find)
        self.came: list[Chunk | PortEvent] = []

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.port.close()

    def take(self) -> None:
        self.came += self.port.take(self.clock.now_s())

    @property
    def data(self) -> bytes:
        self.take()
        return b"".join(one.data for one in self.came if isinstance(one, Chunk))

    @property
    def told(self) -> list[str]:
        self.take()
        return [one.what for one in self.came if isinstance(one, PortEvent)]


def test_bytes_come_in_order_and_are_stamped_when_they_came(device: Device):
    with Listener(device.path) as listener:
        wait_for(lambda: listener.told == ["opened"])
        before_s = listener.clock.now_s()
        device.send(b"S512\r\n")
        wait_for(lambda: listener.data == b"S512\r\n")
        device.send(b"S513\r\n")
        wait_for(lambda: listener.data == b"S512\r\nS513\r\n")
        stamps = [one.time_s for one in listener.came if isinstance(one, Chunk)]
        assert stamps == sorted(stamps)
        assert before_s <= stamps[0] <= stamps[-1] <= listener.clock.now_s()


def test_what_came_after_the_tick_waits_for_the_next(device: Device):
    with Listener(device.path) as listener:
        wait_for(lambda: listener.told == ["opened"])
        tick_s = listener.clock.now_s()
        device.send(b"S512\r\n")
        wait_for(lambda: bool(listener.port._connection._came))
        assert listener.port.take(tick_s) == []
        wait_for(lambda: listener.data == b"S512\r\n")


def test_a_device_that_is_unplugged_mid_line_is_opened_again_at_its_new_place(device: Device):
    with Listener(device.path) as listener:
        wait_for(lambda: listener.told == ["opened"])
        device.send(b"S51")
        wait_for(lambda: listener.data == b"S51")
        device.unplug()
        wait_for(lambda: listener.told == ["opened", "closed"])
        device.plug()
        wait_for(lambda: listener.told == ["opened", "closed", "opened"])
        device.send(b"S600\r\n")
        wait_for(lambda: listener.data == b"S51S600\r\n")


def test_a_missing_device_is_told_once_and_found_when_it_comes(tmp_path: Path):
    with Listener(tmp_path / "pulse") as listener:
        wait_for(lambda: listener.told == ["missing"])
        listener.clock.sleep_s(0.6)  # it has been looked for twice more
        assert listener.told == ["missing"]
        (event,) = listener.came
        assert isinstance(event, PortEvent)
        assert "plug it in" in event.reason
        device = Device(tmp_path / "pulse")
        wait_for(lambda: listener.told == ["missing", "opened"])
        device.unplug()


def test_a_device_that_another_program_holds_is_refused(device: Device):
    with Listener(device.path) as first:
        wait_for(lambda: first.told == ["opened"])
        with Listener(device.path) as second:
            wait_for(lambda: second.told == ["refused"])
            assert "another program" in second.came[0].reason  # type: ignore[union-attr]  # it is an event


def test_a_file_that_is_no_port_is_refused_and_nothing_raises(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("S512\r\n")
    with Listener(path) as listener:
        wait_for(lambda: listener.told == ["refused"])
        assert listener.port._thread.is_alive()


def test_closing_takes_less_than_a_second_whatever_the_port_does(device: Device, tmp_path: Path):
    for path in (device.path, tmp_path / "missing"):
        listener = Listener(path)
        wait_for(lambda listener=listener: bool(listener.told))
        start_s = listener.clock.now_s()
        listener.port.close()
        assert listener.clock.now_s() - start_s < 1.0
        assert not listener.port._thread.is_alive()


def test_a_device_that_takes_nothing_of_its_greeting_does_not_hold_up_the_thread(device: Device):
    clock = RealClock()
    port = Port("Elif", str(device.path), 115200, clock, finder(str(device.path)), greeting=(bytes(1 << 20),))
    told: list[str] = []

    def gone() -> bool:
        told.extend(one.what for one in port.take(clock.now_s()) if isinstance(one, PortEvent))
        return told[:2] == ["opened", "closed"]

    wait_for(gone)
    port.close()
    assert not port._thread.is_alive()


def listed(device: str, serial: str | None, location: str | None) -> SimpleNamespace:
    return SimpleNamespace(device=device, serial_number=serial, location=location)


def test_a_device_is_found_by_its_serial_number_wherever_it_is_plugged_in(device: Device):
    ports = [listed("/dev/other", "0002", "1-1"), listed(str(device.path), "0001", "1-2")]
    with Listener("serial 0001", serial="0001", lister=lambda: ports) as listener:
        wait_for(lambda: listener.told == ["opened"])
    with Listener("location 1-2", location="1-2", lister=lambda: ports) as listener:
        wait_for(lambda: listener.told == ["opened"])


def test_an_identity_that_no_port_has_is_missing(device: Device):
    with Listener("serial 0009", serial="0009", lister=list) as listener:
        wait_for(lambda: listener.told == ["missing"])


def test_two_devices_with_one_serial_number_are_refused_by_name(device: Device):
    ports = [listed("/dev/a", "0001", "1-1"), listed("/dev/b", "0001", "1-2")]
    with Listener("serial 0001", serial="0001", lister=lambda: ports) as listener:
        wait_for(lambda: listener.told == ["refused"])
        reason = listener.came[0].reason  # type: ignore[union-attr]  # it is an event
        assert "/dev/a and /dev/b" in reason


@pytest.mark.skipif(sys.platform != "linux", reason="groups of devices are Linux's way")
def test_without_permission_the_group_and_the_command_are_named(tmp_path: Path):
    grp = pytest.importorskip("grp")
    node = tmp_path / "ttyACM0"
    node.touch()
    if node.group() == "root":
        os.chown(node, -1, next(group.gr_gid for group in grp.getgrall() if group.gr_gid))
    reason = explain(PermissionError(errno.EACCES, "Permission denied"), str(node))
    assert f"sudo usermod -aG {node.group()} $USER" in reason
    assert "log out and in again" in reason


def test_without_permission_a_node_that_is_gone_is_explained_all_the_same():
    assert "may not be opened" in explain(PermissionError(errno.EACCES, "Permission denied"), "/dev/gone")
