from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from installation.clock import Clock, RealClock
from installation.frame import Chunk, PortEvent
from installation.sensors.identity import finder
from installation.sensors.line import explain
from installation.sensors.port import Connection, Port
from installation.sensors.reader import Reader, SharedPort
from tests.sensors.fakes import Device, SetClock, wait_for

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    device = Device(tmp_path / "pulse")
    yield device
    device.unplug()


Open = Callable[..., Port | SharedPort]


def on_a_thread_of_its_own(identity: str, find: Callable[[], str], clock: Clock, **more: object) -> Port:
    return Port("Elif", identity, 115200, clock, find, **more)  # type: ignore[arg-type]  # the tests' own keywords


def on_the_reader(identity: str, find: Callable[[], str], clock: Clock, **more: object) -> SharedPort:
    return Reader(clock).port("Elif", identity, 115200, find, **more)  # type: ignore[arg-type]  # as above


@pytest.fixture(autouse=True, params=[on_the_reader, on_a_thread_of_its_own])
def opened(request: pytest.FixtureRequest) -> Open:
    """Both ways to read a port: what one does, the other does."""
    Listener.opened = request.param
    return request.param  # type: ignore[no-any-return]  # one of the two above


class Listener:
    """A port, and all that came from it so far."""

    opened: Open

    def __init__(self, path: Path | str, **found: object) -> None:
        self.clock = RealClock()
        find = finder(**found) if found else finder(str(path))  # type: ignore[arg-type]  # the tests' own keywords
        self.port = type(self).opened(str(path), find, self.clock)
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
        listener.clock.sleep_s(0.05)
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


def test_closing_takes_less_than_a_second_whatever_the_port_does(device: Device, tmp_path: Path):
    for path in (device.path, tmp_path / "missing"):
        listener = Listener(path)
        wait_for(lambda listener=listener: bool(listener.told))
        start_s = listener.clock.now_s()
        listener.port.close()
        assert listener.clock.now_s() - start_s < 0.9


def test_a_device_that_takes_nothing_of_its_greeting_is_let_go(device: Device, opened: Open):
    clock = RealClock()
    port = opened(str(device.path), finder(str(device.path)), clock, greeting=(bytes(1 << 20),))
    told: list[str] = []

    def gone() -> bool:
        told.extend(one.what for one in port.take(clock.now_s()) if isinstance(one, PortEvent))
        return told[:2] == ["opened", "closed"]

    wait_for(gone)
    port.close()


def test_a_board_that_is_silent_after_it_was_opened_is_not_opened_again(device: Device):
    """An Arduino begins anew whenever its port is opened."""
    with Listener(device.path) as listener:
        wait_for(lambda: listener.told == ["opened"])
        listener.clock.sleep_s(0.6)  # longer than a read, and than the first try again
        device.send(b"S512\r\n")
        wait_for(lambda: listener.data == b"S512\r\n")
        assert listener.told == ["opened"]


def test_one_reader_serves_many_ports_and_ends_with_the_last(tmp_path: Path):
    clock = RealClock()
    reader = Reader(clock)
    devices = [Device(tmp_path / f"pulse{number}") for number in range(8)]
    ports = [reader.port(f"w{n}", str(one.path), 115200, finder(str(one.path))) for n, one in enumerate(devices)]
    missing = reader.port("nobody", "none", 115200, finder(str(tmp_path / "none")))

    def came(port: SharedPort) -> bytes:
        return b"".join(one.data for one in port.take(clock.now_s()) if isinstance(one, Chunk))

    for port in ports:
        wait_for(lambda port=port: port.fd >= 0)
    for number, one in enumerate(devices):
        one.send(b"S%d\r\n" % number)
    for number, port in enumerate(ports):
        wait_for(lambda port=port, number=number: came(port) == b"S%d\r\n" % number)
    for port in (*ports, missing):
        port.close()
    assert [thread.name for thread in threading.enumerate() if thread.name == "ports"] == []
    again = reader.port("w0", "again", 115200, finder(str(devices[0].path)))
    wait_for(lambda: again.fd >= 0)
    again.close()
    for one in devices:
        one.unplug()


def test_a_port_that_is_slow_to_open_holds_up_nobody_and_is_let_go_all_the_same(device: Device, tmp_path: Path):
    clock = RealClock()
    reader = Reader(clock)
    held = threading.Event()

    def slow() -> str:
        held.wait(5.0)
        return str(device.path)

    waiting = reader.port("slow", "slow", 115200, slow)
    other = Device(tmp_path / "other")
    port = reader.port("w0", "other", 115200, finder(str(other.path)))
    wait_for(lambda: port.fd >= 0)
    other.send(b"S512\r\n")
    wait_for(lambda: any(isinstance(one, Chunk) for one in port.take(clock.now_s())))
    waiting.close()
    port.close()
    held.set()
    other.unplug()


def test_a_device_that_stays_away_is_looked_for_less_and_less_often():
    clock, tries = SetClock(), []

    def find() -> str:
        tries.append(clock.now_s())
        raise OSError(errno.ENODEV, "no port has it")

    connection = Connection("Elif", "serial 1", 115200, clock.now_s, find)
    for _ in range(8):
        clock.set_s(clock.now_s() + connection.turn())
    assert [later - sooner for sooner, later in pairwise(tries)] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


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
        assert "/dev/a (location 1-1) and /dev/b (location 1-2)" in reason
        assert "patch each by its location" in reason


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
