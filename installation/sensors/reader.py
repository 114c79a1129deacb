"""One thread that reads every open port, with a selector; opening, which may take seconds, happens beside it.

A Bluetooth port takes seconds to open, and to look for a device that is not there costs a list of all ports: each try
is a short thread of its own, so that nobody else's bytes wait for it.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from math import inf

from installation.clock import Clock
from installation.frame import Chunk, PortEvent
from installation.sensors.line import ReadyLine
from installation.sensors.port import Connection

PAUSE_S = 0.0005  # after each look at the ports: half of what USB takes to ask a device; dozens share one look


class SharedPort:
    """A port that a `Reader` reads: a source of one device's bytes."""

    def __init__(self, reader: Reader, connection: Connection) -> None:
        self.wire = connection.wire
        self.connection = connection
        self.fd = -1  # while the reader listens to it
        self.due_s = -inf  # when there is something to do, though nothing came
        self.stopped = False
        self.gone = threading.Event()
        self._reader = reader

    def take(self, until_s: float) -> list[Chunk | PortEvent]:
        """What came up to `until_s`, oldest first."""
        return self.connection.take(until_s)

    def stop(self) -> None:
        """Ask the reader to let go of the device, without waiting for it."""
        self.stopped = True
        self._reader.wake()

    def close(self) -> None:
        """Let go of the device; at most a second."""
        self.stop()
        self.gone.wait(1.0)


class Reader:
    """The thread; it lives as long as there is a port to read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ports: list[SharedPort] = []
        self._told: deque[tuple[SharedPort, float]] = deque()  # of tries to open: the port, seconds to wait or 0
        self._due_s = -inf  # when some port has something to do
        self._wake = -1  # writing end of a pipe that the thread listens to, while it lives

    def port(
        self, wire: str, identity: str, baud: int, find: Callable[[], str], greeting: Sequence[bytes] = ()
    ) -> SharedPort:
        """Read one more device from now on."""
        connection = Connection(wire, identity, baud, self._clock.now_s, find, ReadyLine, greeting)
        port = SharedPort(self, connection)
        with self._lock:
            self._ports.append(port)
            alive = self._wake >= 0
            if not alive:
                heard, self._wake = os.pipe()
                os.set_blocking(heard, False)
                os.set_blocking(self._wake, False)
                threading.Thread(target=self._run, args=(heard,), name="ports", daemon=True).start()
        if alive:
            self.wake()
        return port

    def wake(self) -> None:
        """Have the thread look around."""
        with self._lock, contextlib.suppress(OSError):  # full: it is awake
            if self._wake >= 0:
                os.write(self._wake, b"\0")

    def _run(self, heard: int) -> None:
        # macOS: kqueue and poll do not know every terminal.
        selector = selectors.SelectSelector() if sys.platform == "darwin" else selectors.DefaultSelector()
        selector.register(heard, selectors.EVENT_READ)
        self._due_s = -inf
        while True:
            now_s = self._clock.now_s()
            if now_s >= self._due_s and not self._look_around(selector, now_s):
                break
            for key, _ in selector.select(max(0.0, self._due_s - now_s) if self._due_s < inf else None):
                if key.data is None:
                    os.read(heard, 4096)
                    self._due_s = -inf
                else:
                    self._hear(selector, key.data)
            self._clock.sleep_s(PAUSE_S)
        selector.close()
        os.close(heard)

    def _hear(self, selector: selectors.BaseSelector, port: SharedPort) -> None:
        if wait_s := port.connection.hear():
            self._put_aside(selector, port, wait_s)

    def _put_aside(self, selector: selectors.BaseSelector, port: SharedPort, wait_s: float) -> None:
        """The port went away: it is tried again after so many seconds."""
        selector.unregister(port.fd)
        port.fd = -1
        port.due_s = self._clock.now_s() + wait_s
        self._due_s = min(self._due_s, port.due_s)

    def _look_around(self, selector: selectors.BaseSelector, now_s: float) -> bool:
        """Take in ports that opened, let go of those that stopped, do what is due; False where no port is left."""
        while self._told:
            self._take_in(selector, *self._told.popleft())
        with self._lock:
            stopped = [port for port in self._ports if port.stopped]
            self._ports = [port for port in self._ports if not port.stopped]
            if not self._ports:
                os.close(self._wake)
                self._wake = -1
            ports = list(self._ports)
        for port in stopped:
            if port.fd >= 0:
                selector.unregister(port.fd)
                port.connection.close()
            port.gone.set()
        for port in ports:
            if now_s >= port.due_s:
                self._due(selector, port)
        self._due_s = min((port.due_s for port in ports), default=inf)
        return bool(ports)

    def _due(self, selector: selectors.BaseSelector, port: SharedPort) -> None:
        """Greet an open port; have a try at one that is not."""
        if port.fd < 0:
            port.due_s = inf
            threading.Thread(target=self._try, args=(port,), name=f"open {port.wire}", daemon=True).start()
        elif wait_s := port.connection.greet():
            self._put_aside(selector, port, wait_s)
        else:
            port.due_s = port.connection.due_s

    def _try(self, port: SharedPort) -> None:
        """Open a port, on a thread of its own, and tell the reader."""
        wait_s = port.connection.open()
        if port.stopped:
            port.connection.close()
        else:
            self._told.append((port, wait_s))
            self.wake()

    def _take_in(self, selector: selectors.BaseSelector, port: SharedPort, wait_s: float) -> None:
        line = port.connection.line
        if port.stopped:
            port.connection.close()
        elif isinstance(line, ReadyLine):
            port.fd = line.fileno()
            selector.register(port.fd, selectors.EVENT_READ, port)
            port.due_s = port.connection.due_s
        else:
            port.due_s = self._clock.now_s() + wait_s
