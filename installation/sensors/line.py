"""An open serial line: bytes in, commands out, and why a port cannot be opened."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

READ_S = 0.2  # how long a read waits for a byte, a write for room, and so the longest that closing waits for a thread
READ_BYTES = 4096  # what a terminal's driver holds at most


class Line(Protocol):
    """The open end of a cable; raises OSError once it is out, and at hang-ups TypeError or termios.error."""

    def read(self, size: int) -> bytes:
        """At most so many bytes of what has come; where nothing has, it may wait for `READ_S`."""
        ...

    def write(self, data: bytes) -> object:
        """Say all of `data`, within `READ_S`."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


OpenLine = Callable[[str, int], Any]
"""Opens a path at a speed, as a `Line`: a port of this machine, or a virtual device."""


class WaitingLine:
    """A port whose reads wait for a byte: on every system."""

    def __init__(self, device: str, baud: int) -> None:
        self.serial = open_serial(device, baud, READ_S)

    def read(self, size: int) -> bytes:
        """What has come, once a byte has."""
        data: bytes = self.serial.read(1)
        if data and (more := self.serial.in_waiting):
            data += self.serial.read(min(more, size - 1))
        return data

    def write(self, data: bytes) -> None:
        """Say all of it, or raise after `READ_S`."""
        self.serial.write(data)

    def close(self) -> None:
        """Let go of the port."""
        self.serial.close()


class ReadyLine:
    """A port that is read when a selector has found it ready, in one call of the system: not on Windows."""

    def __init__(self, device: str, baud: int) -> None:
        self._serial = open_serial(device, baud, 0.0)
        self._fd: int = self._serial.fileno()

    def fileno(self) -> int:
        """What a selector takes."""
        return self._fd

    def read(self, size: int) -> bytes:
        """What has come; a port that is ready and has nothing was pulled out."""
        if data := os.read(self._fd, size):
            return data
        raise OSError(errno.EIO, "the port hung up")

    def write(self, data: bytes) -> None:
        """Say all of it at once: commands are a few bytes, and a driver has room for thousands."""
        if os.write(self._fd, data) < len(data):
            raise OSError(errno.EAGAIN, "the device takes nothing")

    def close(self) -> None:
        """Let go of the port."""
        self._serial.close()


def open_serial(device: str, baud: int, read_s: float) -> Any:
    """`device` opened for us alone, and told not to gather bytes where its driver can be."""
    import serial  # only where there is hardware: it costs start-up time

    line = serial.Serial(device, baud, timeout=read_s, write_timeout=read_s, exclusive=True)
    with contextlib.suppress(OSError, ValueError, AttributeError, NotImplementedError):
        line.set_low_latency_mode(True)  # Linux: the 16 ms in which an FTDI bridge gathers bytes become 1 ms
    return line


def in_use(problem: Exception) -> bool:
    """Whether a port could not be opened because another program has it."""
    taken = getattr(problem, "errno", None) in (errno.EBUSY, errno.EAGAIN)
    return taken or (sys.platform.startswith("win") and "PermissionError" in str(problem))


def explain(problem: Exception, device: str) -> str:
    """Why a port could not be opened, and what would do."""
    number = getattr(problem, "errno", None)
    if in_use(problem):
        return f"{device} is in use by another program (a running nexus, a serial monitor?): close it there"
    if number in (errno.EACCES, errno.EPERM) or "PermissionError" in str(problem):
        return _permission(Path(device))
    return f"{device} cannot be opened: {getattr(problem, 'strerror', None) or problem}"


def _permission(node: Path) -> str:
    """What a person who may not open a port does about it, on their system."""
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
