from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from installation.sensors.identity import LISTED_S, PortList, finder
from tests.sensors.fakes import SetClock


class Machine:
    """A machine whose ports are listed, and counted how often."""

    def __init__(self, *ports: SimpleNamespace) -> None:
        self.ports = list(ports)
        self.listed = 0

    def __call__(self) -> list[SimpleNamespace]:
        self.listed += 1
        return list(self.ports)


def board(device: str, serial: str | None = None, location: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(device=device, serial_number=serial, location=location)


def test_thirty_devices_that_are_away_share_one_list_of_the_ports(tmp_path: Path):
    machine, clock = Machine(), SetClock()
    listed = PortList(clock.now_s, machine, tmp_path)
    for tenth in range(21):
        clock.set_s(tenth / 10)
        for number in range(30):
            with pytest.raises(OSError, match="no port has the USB serial"):
                finder(serial=f"NX{number}", lister=listed)()
    assert machine.listed == 1 + 2.0 / LISTED_S


def test_a_device_that_was_plugged_in_this_moment_is_in_the_list(tmp_path: Path):
    machine, clock = Machine(), SetClock()
    find = finder(serial="955", lister=PortList(clock.now_s, machine, tmp_path))
    with pytest.raises(OSError, match="955"):
        find()
    machine.ports.append(board("/dev/ttyACM3", "955"))
    os.utime(tmp_path, (1.0, 1.0))  # as the system does when it makes the node
    assert find() == "/dev/ttyACM3"


def test_a_device_is_found_at_whatever_path_it_has_now(tmp_path: Path):
    machine, clock = Machine(board("/dev/ttyUSB0", "955", "1-1")), SetClock()
    find = finder(serial="955", lister=PortList(clock.now_s, machine, tmp_path))
    assert find() == "/dev/ttyUSB0"
    machine.ports = [board("/dev/ttyUSB0", "956", "1-2"), board("/dev/ttyUSB1", "955", "1-1")]
    clock.set_s(LISTED_S)
    assert find() == "/dev/ttyUSB1"


def test_clones_with_one_serial_number_are_told_apart_by_their_sockets():
    machine = Machine(board("/dev/ttyUSB0", "0001", "1-1"), board("/dev/ttyUSB1", "0001", "1-2"))
    assert finder(location="1-1", lister=machine)() == "/dev/ttyUSB0"
    assert finder(location="1-2", lister=machine)() == "/dev/ttyUSB1"
    with pytest.raises(OSError, match=r"ttyUSB0 \(location 1-1\) and /dev/ttyUSB1 .* patch each by its location"):
        finder(serial="0001", lister=machine)()
    machine.ports.pop()
    assert finder(serial="0001", lister=machine)() == "/dev/ttyUSB0"


def test_where_the_system_has_no_such_folder_the_list_is_still_a_second_old_at_most(tmp_path: Path):
    machine, clock = Machine(), SetClock()
    listed = PortList(clock.now_s, machine, tmp_path / "none")
    listed(), listed()
    assert machine.listed == 1
    clock.set_s(LISTED_S)
    listed()
    assert machine.listed == 2
