"""A device that is found, opened, read, lost and found again; and a thread that does so for one device.

It writes nothing, but to a device that waits to be started.  Where one thread can read all ports, `reader.py` does.
"""

from __future__ import annotations

import contextlib
import errno
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from installation.clock import Clock
from installation.frame import Chunk, PortEvent
from installation.sensors.greeter import Greeter
from installation.sensors.line import READ_BYTES, Line, OpenLine, WaitingLine, explain

RETRY_S = (0.25, 5.0)  # first and longest wait before a port is tried again
HELD_CHUNKS = 4096  # a quarter of a minute of a busy port that nobody reads; then the oldest go

GONE = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO}  # nothing there, or no longer


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


class Connection:
    """One device, named by `identity`: found, opened, read, lost and found again.

    `find` gives its path, anew each time; `open_line` opens that.  `greeting`: the commands that start it.
    Silence is no loss: an Arduino that begins anew when it is opened would never get to speak.
    Nothing that happens to the device raises.
    """

    def __init__(
        self,
        wire: str,
        identity: str,
        baud: int,
        now_s: Callable[[], float],
        find: Callable[[], str],
        open_line: OpenLine = WaitingLine,
        greeting: Sequence[bytes] = (),
    ) -> None:
        self.wire = wire
        self.line: Line | None = None
        self._identity = identity
        self._baud = baud
        self._now_s = now_s
        self._find = find
        self._open_line = open_line
        self._greeter = Greeter(greeting)
        self._wait_s = RETRY_S[0]
        self._told = ("", "")
        self._came: deque[Chunk | PortEvent] = deque(maxlen=HELD_CHUNKS)

    @property
    def due_s(self) -> float:
        """When the open device is to be greeted, inf for never."""
        return self._greeter.due_s

    def turn(self) -> float:
        """Open the device, or take what it sends; seconds to stay away before the next turn."""
        return self.open() if self.line is None else self.hear() or self.greet()

    def open(self) -> float:
        """Find the device and open it; 0, or seconds to wait before the next try."""
        device = self._identity
        try:
            device = self._find()
            self.line = self._open_line(device, self._baud)
        except Exception as problem:  # pyserial raises OSError, and at hang-ups TypeError or termios.error
            return self._lost(problem, device)
        self._greeter.opened()
        self._tell("opened", f"{device} is open")
        return self.greet()

    def hear(self) -> float:
        """Take and stamp what the open device sent; 0, or seconds to wait where it went away."""
        assert self.line is not None
        try:
            data = self.line.read(READ_BYTES)
        except Exception as problem:  # as above
            return self._lost(problem, self._identity)
        if data:
            self._wait_s = RETRY_S[0]
            now_s = self._now_s()
            self._came.append(Chunk(now_s, self.wire, data))
            self._greeter.heard(now_s)
        return 0.0

    def greet(self) -> float:
        """Say what is due to the open device; 0, or seconds to wait where it went away."""
        assert self.line is not None
        try:
            if command := self._greeter.due(self._now_s()):
                self.line.write(command)
        except Exception as problem:  # as above
            return self._lost(problem, self._identity)
        return 0.0

    def take(self, until_s: float) -> list[Chunk | PortEvent]:
        """What came up to `until_s`, oldest first; safe beside a thread that turns."""
        came = []
        while self._came and self._came[0].time_s <= until_s:
            came.append(self._came.popleft())
        return came

    def close(self) -> None:
        """Let go of the device."""
        line, self.line = self.line, None
        if line is not None:
            with contextlib.suppress(Exception):  # as above: what hung up may fail at closing too
                line.close()

    def _lost(self, problem: Exception, device: str) -> float:
        """Let go of a device that failed, tell of it, and give the seconds to wait, twice as many each time."""
        self.close()
        if self._told[0] == "opened":
            self._tell("closed", f"{self._identity} went away; it is opened again as soon as it is back")
        elif getattr(problem, "errno", None) in GONE or "FileNotFoundError" in str(problem):
            self._tell("missing", f"{self._identity} is not there: plug it in, or see `nexus ports` for what is")
        else:
            self._tell("refused", explain(problem, device))
        wait_s, self._wait_s = self._wait_s, min(2 * self._wait_s, RETRY_S[1])
        return wait_s

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
