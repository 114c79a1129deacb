"""How the devices of a patch are reached, on a cable or on the network, and what each way needs."""

from __future__ import annotations

import ipaddress
import re

from installation.show import files
from installation.show.problems import shown
from installation.show.sources import Place, Source
from installation.show.wires import FORMATS, NETWORK, SERIAL

LOOPBACK = "127.0.0.1"  # where datagrams are taken from this machine only
OSC_NAME = re.compile(files.OSC_BRANCH[:-1] + r"(\[\d{1,3}\])?$")  # [0] is the first argument of a message


def osc_name(branch: str | None, name: str) -> str:
    """The whole address of a name in patch.toml: `ppg` stands under the sensor's `address`, `/ppg` for itself."""
    return name if name.startswith("/") else f"{branch or ''}/{name}"


def found_by(patch: Source, place: Place, sensor: files.SensorTable) -> list[tuple[str, str | int]]:
    """What finds a sensor's device, as (key, value); tells where that is not one thing that its wire can have."""
    owner = f"sensor {int(place[1]) + 1}"
    by = FORMATS[sensor.wire].by
    given = [(key, value) for key in (*SERIAL, *NETWORK) if (value := getattr(sensor, key)) is not None]
    for key, _ in given:
        if key not in by:
            patch.tell((*place, key), f"{owner} has {key}, which {sensor.wire} does not take; {_either(by)} would do")
    found = [(key, value) for key, value in given if key in by]
    if len(given) != 1:
        has = " and ".join(key for key, _ in given) or "nothing to find it by"
        patch.tell(place, f"{owner} has {has}; {_either(by)} would do")
    if sensor.baud is not None and not FORMATS[sensor.wire].baud:
        patch.tell((*place, "baud"), f"{owner} has baud, which {sensor.wire} does not take: it comes by network")
    _door(patch, place, sensor, owner)
    return found


def same_door(one: files.SensorTable, other: files.SensorTable) -> bool:
    """Whether two sensors at one UDP port say the same of it."""
    return (one.bind or LOOPBACK, one.allow) == (other.bind or LOOPBACK, other.allow)


def check_osc(patch: Source, place: Place, sensor: files.SensorTable) -> bool:
    """Whether an OSC sensor says what it takes; tells where it does not, and of names that are no addresses."""
    owner = f"sensor {int(place[1]) + 1}"
    if sensor.address is None and not sensor.names:
        patch.tell((*place, "wire"), f'{owner} has the wire "osc"; an address or names that say what to take would do')
    for name in sensor.names:
        if sensor.address is None and not name.startswith("/"):
            patch.tell(
                (*place, "names", name),
                f"{owner} names {shown(name)}, which is no address; {shown('/' + name)} would do",
            )
        elif not OSC_NAME.match(osc_name(sensor.address, name)):
            found = f"{owner} names {shown(osc_name(sensor.address, name))}, which is no OSC address"
            patch.tell((*place, "names", name), f'{found}; one such as "/elif/ppg" or "/elif/acc[0]" would do')
    return sensor.address is not None or bool(sensor.names)


def _door(patch: Source, place: Place, sensor: files.SensorTable, owner: str) -> None:
    """Tell of a door to a network that anybody could send through, and of keys that need a door."""
    if sensor.udp is None:
        for key in ("bind", "allow"):
            if getattr(sensor, key):
                patch.tell((*place, key), f"{owner} has {key}, which only a sensor with udp takes")
    elif sensor.bind is not None and not sensor.allow and not _loopback(sensor.bind):
        open_to = f"{owner} takes datagrams from everybody who reaches {sensor.bind}"
        patch.tell((*place, "bind"), f'{open_to}; allow = ["192.168.1.0/24"], or whoever may send, would do')
    if sensor.address is not None and sensor.wire != "osc":
        patch.tell((*place, "address"), f'{owner} has an address, which only the wire "osc" takes')


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _either(keys: tuple[str, ...]) -> str:
    *some, last = keys
    return f"one of {', '.join(some)} and {last}" if some else last
