"""A serial port on a thread of its own that reads and stamps; opened again whenever it goes away.

It writes nothing, but to a device that waits to be started.
"""

from __future__ import annotations

import contextlib
import errno
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from installation.clock import Clock
from installation.frame import Chunk, PortEvent
from installation.sensors.greeter import Greeter

RETRY_S = (0.25, 5.0)  # first and longest wait before a port is tried again
READ_S = 0.2  # how long a read waits for a byte, a write for room, and so the longest that closing waits for the thread
HELD_CHUNKS = 4096  # a minute of a busy port that nobody reads; then the oldest go

GONE = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO}  # nothing there, or no longer


class PortInfo(Protocol):
    """What pyserial tells of a port that it lists."""

    device: str
    serial_number: str | None
    location: str | None


Lister = Callable[[], Iterable[PortInfo]]

OpenLine = Callable[[str, int, float], Any]
"""Opens a path at a speed, whose reads and writes wait so long: as pyserial's `Serial` does, or a virtual device."""


class Source(Protocol):
    """What gives one device's bytes to the house: a port, a kept file of bytes, a virtual device."""

    @property
    def wire(self) -> str:
        """What the operator reads."""
        ...

    def take(self, until_s: float) -> list[Chunk | PortEvent]:
        """What came up to `until_s`, oldest first: chunks, and an event whenever the device opens, closes or fails."""
        ...

    def stop(self) -> None:
        """Begin to let go of the device, without waiting."""
        ...

    def close(self) -> None:
        """Let go of the device; at most a second."""
        ...


def list_all() -> Iterable[Any]:
    """The serial ports of this machine, as pyserial lists them."""
    from serial.tools.list_ports import comports  # only where there is hardware: it costs start-up time

    ports: Iterable[Any] = comports()
    return ports


def open_serial(device: str, baud: int, read_s: float) -> Any:
    """`device` opened for us alone, and told not to gather bytes where its driver can be."""
    import serial

    line = serial.Serial(device, baud, timeout=read_s, write_timeout=read_s, exclusive=True)
    with contextlib.suppress(OSError, ValueError, AttributeError, NotImplementedError):
        line.set_low_latency_mode(True)  # Linux: the 16 ms in which an FTDI bridge gathers bytes become 1 ms
    return line


class Connection:
    """One device, named by `identity`: found, opened, read, lost and found again, one `turn` after the other.

    `find` gives its path, anew each time; `open_line` opens that.  `greeting`: the commands that start it.
    Nothing that happens to the device raises.
    """

    def __init__(
        self,
        wire: str,
        identity: str,
        baud: int,
        now_s: Callable[[], float],
        find: Callable[[], str],
        open_line: OpenLine = open_serial,
        greeting: Sequence[bytes] = (),
    ) -> None:
        self.wire = wire
        self._identity = identity
        self._baud = baud
        self._now_s = now_s
        self._find = find
        self._open_line = open_line
        self._greeter = Greeter(greeting)
        self._line: Any = None
        self._wait_s = RETRY_S[0]
        self._told = ("", "")
        self._came: deque[Chunk | PortEvent] = deque(maxlen=HELD_CHUNKS)

    def turn(self) -> float:
        """Open the device, or take what it sends within `READ_S`; seconds to stay away before the next turn."""
        device = self._identity
        try:
            if self._line is None:
                device = self._find()
                self._line = self._open_line(device, self._baud, READ_S)
                self._greeter.opened()
                self._tell("opened", f"{device} is open")
            elif self._read(self._line):
                self._wait_s = RETRY_S[0]
                self._greeter.heard(self._now_s())
            if command := self._greeter.due(self._now_s()):
                self._line.write(command)
            return 0.0
        except Exception as problem:  # pyserial raises OSError, and at hang-ups TypeError or termios.error
            self.close()
            if self._told[0] == "opened":
                self._tell("closed", f"{self._identity} went away; it is opened again as soon as it is back")
            elif getattr(problem, "errno", None) in GONE or "FileNotFoundError" in str(problem):
                self._tell("missing", f"{self._identity} is not there: plug it in, or see `nexus ports` for what is")
            else:
                self._tell("refused", explain(problem, device))
            wait_s, self._wait_s = self._wait_s, min(2 * self._wait_s, RETRY_S[1])
            return wait_s

    def take(self, until_s: float) -> list[Chunk | PortEvent]:
        """What came up to `until_s`, oldest first; safe beside a thread that turns."""
        came = []
        while self._came and self._came[0].time_s <= until_s:
            came.append(self._came.popleft())
        return came

    def close(self) -> None:
        """Let go of the device."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(Exception):  # as above: what hung up may fail at closing too
                line.close()

    def _read(self, line: Any) -> bool:
        """Wait for a byte, take all that are there, and stamp them; False where none came."""
        data: bytes = line.read(1)
        if not data:
            return False
        if more := line.in_waiting:
            data += line.read(more)
        self._came.append(Chunk(self._now_s(), self.wire, data))
        return True

    def _tell(self, what: Literal["opened", "closed", "missing", "refused"], reason: str) -> None:
        """Add an event, once for each change; that a port which went away is missing is no news."""
        news = (what, reason)
        if news != self._told and not (self._told[0] == "closed" and what == "missing"):
            self._told = news
            self._came.append(PortEvent(self._now_s(), self.wire, what, self._identity, reason))


class Port:
    """A connection on a thread of its own."""

    def __init__(
        self,
        wire: str,
        identity: str,
        baud: int,
        clock: Clock,
        find: Callable[[], str],
        greeting: Sequence[bytes] = (),
    ) -> None:
        self.wire = wire
        self._connection = Connection(wire, identity, baud, clock.now_s, find, greeting=greeting)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"port {identity}", daemon=True)
        self._thread.start()

    def take(self, until_s: float) -> list[Chunk | PortEvent]:
        """What came up to `until_s`, oldest first."""
        return self._connection.take(until_s)

    def stop(self) -> None:
        """Ask the thread to let go of the device, without waiting for it."""
        self._closing.set()

    def close(self) -> None:
        """Let go of the device; at most a second."""
        self.stop()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._closing.is_set():
            wait_s = self._connection.turn()
            if wait_s:
                self._closing.wait(wait_s)
        self._connection.close()


def finder(port: str = "", serial: str = "", location: str = "", lister: Lister | None = None) -> Callable[[], str]:
    """How to find a device anew each time: its path, or whichever port has its serial number or location."""
    if port:
        return lambda: port
    lister = lister or list_all
    kind, wanted = ("serial", serial) if serial else ("location", location)
    field = "serial_number" if serial else "location"

    def find() -> str:
        devices = [info.device for info in lister() if getattr(info, field) == wanted]
        if not devices:
            raise OSError(errno.ENODEV, f"no port has the USB {kind} {wanted}")
        if len(devices) > 1:
            alike = " and ".join(devices)
            raise OSError(
                errno.EINVAL, f"{alike} have the same USB {kind}; patch them by another that `nexus ports` shows"
            )
        return devices[0]

    return find


def explain(problem: Exception, device: str) -> str:
    """Why a port could not be opened, and what would do."""
    number = getattr(problem, "errno", None)
    if number in (errno.EACCES, errno.EPERM) or "PermissionError" in str(problem):
        return _permission(Path(device))
    if number in (errno.EBUSY, errno.EAGAIN):
        return f"{device} is in use by another program (a serial monitor?): close it there"
    return f"{device} cannot be opened: {getattr(problem, 'strerror', None) or problem}"


def _permission(node: Path) -> str:
    """What a person who may not open a port does about it, on their system."""
    if sys.platform.startswith("win"):
        return f"{node} may not be opened: another program (a serial monitor?) has it; close it there"
    if sys.platform.startswith("linux"):
        import grp

        with contextlib.suppress(KeyError, OSError):
            group = grp.getgrgid(node.stat().st_gid).gr_name
            if group != "root":
                return (
                    f"{node} may be opened by the group {group} only: "
                    f"type `sudo usermod -aG {group} $USER`, then log out and in again"
                )
    return f"{node} may not be opened by this user: its owner or an administrator has to allow reading and writing it"
