"""Which port a device is on today: by its path, its USB serial number, or the socket it is plugged into."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterable, Sequence
from math import inf
from pathlib import Path
from typing import Any, Protocol

LISTED_S = 1.0  # a list this old is made anew: plugging in is slower than that, and 32 ports take 30 ms to list


class PortInfo(Protocol):
    """What pyserial tells of a port that it lists."""

    device: str
    serial_number: str | None
    location: str | None


Lister = Callable[[], Iterable[PortInfo]]


def list_all() -> Iterable[Any]:
    """The serial ports of this machine, as pyserial lists them."""
    from serial.tools.list_ports import comports  # only where there is hardware: it costs start-up time

    ports: Iterable[Any] = comports()
    return ports


class PortList:
    """One list of the ports for all who look for theirs, at most a second old; safe among threads.

    nodes: the folder of devices; where something was plugged in or out since, the list is made anew, so that a name
    that went over to another device is never taken for the one before.
    """

    def __init__(self, now_s: Callable[[], float], lister: Lister = list_all, nodes: Path = Path("/dev")) -> None:
        self._now_s = now_s
        self._lister = lister
        self._nodes = nodes
        self._lock = threading.Lock()
        self._listed: Sequence[PortInfo] = ()
        self._listed_s = -inf
        self._changed = -1

    def __call__(self) -> Sequence[PortInfo]:
        """The ports, as of now or of a moment ago."""
        with self._lock:
            changed = self._change()
            if changed != self._changed or self._now_s() - self._listed_s >= LISTED_S:
                self._listed = tuple(self._lister())
                self._listed_s, self._changed = self._now_s(), changed
            return self._listed

    def _change(self) -> int:
        """When a device came or went last, where the system tells."""
        try:
            return self._nodes.stat().st_mtime_ns
        except OSError:
            return 0


def finder(port: str = "", serial: str = "", location: str = "", lister: Lister | None = None) -> Callable[[], str]:
    """How to find a device anew each time: its path, or whichever port has its serial number or location."""
    if port:
        return lambda: port
    lister = lister or list_all
    kind, wanted = ("serial", serial) if serial else ("location", location)
    field = "serial_number" if serial else "location"

    def find() -> str:
        found = [info for info in lister() if getattr(info, field) == wanted]
        if not found:
            raise OSError(errno.ENODEV, f"no port has the USB {kind} {wanted}")
        if len(found) > 1:
            alike = " and ".join(f"{info.device} (location {info.location or 'unknown'})" for info in found)
            other = "location" if serial else "port"
            raise OSError(errno.EINVAL, f"{alike} have the same USB {kind} {wanted}; patch each by its {other}")
        return found[0].device

    return find
