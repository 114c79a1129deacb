"""A UDP port of this machine for sensors, on a thread of its own that takes datagrams and stamps them.

It writes nothing.  Datagrams come from the addresses that the patch allows, all others are left out; so is what goes
over `MOST_BYTES_S`, since the loop has to read it all.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import select
import socket
import threading
from collections import deque
from collections.abc import Sequence
from typing import Literal

from installation.clock import Clock
from installation.frame import Chunk, PortEvent
from installation.sensors.port import HELD_CHUNKS, RETRY_S
from installation.sensors.wires.osc import MOST_BYTES, framed

WAKE_S = 0.1  # how soon the thread sees that it shall close
ROOM_BYTES = 1 << 20  # asked of the system for what comes while the thread waits for its turn
MOST_BYTES_S = 2_000_000  # as the fastest gateway over USB: 2,000 wearers with four channels at 50 Hz, twice
HEADER_BYTES = 64  # that each datagram costs beside its content
FLOOD_S = 2.0  # without anything left out, and a flood is over

Peer = tuple[str, int]

log = logging.getLogger("installation.wire.in")


class Budget:
    """Bytes that may still be taken; they grow back at `MOST_BYTES_S`, up to a second's worth."""

    def __init__(self) -> None:
        self._left: float = MOST_BYTES_S
        self._at_s = 0.0

    def take(self, size: int, now_s: float) -> bool:
        """Whether there is room for so many more."""
        self._left = min(MOST_BYTES_S, self._left + (now_s - self._at_s) * MOST_BYTES_S)
        self._at_s = now_s
        if self._left < size:
            return False
        self._left -= size
        return True


class Door:
    """Datagrams at `at` as chunks; each behind its length where `framing`, else as they come.

    allow: networks whose addresses may send; all where there is none.
    """

    def __init__(
        self, wire: str, identity: str, at: Peer, clock: Clock, allow: Sequence[str] = (), framing: bool = False
    ) -> None:
        self.wire = wire
        self.port = at[1]  # where it really listens, once it does
        self._identity = identity
        self._at = at
        self._now_s = clock.now_s
        self._allow = [ipaddress.ip_network(network, strict=False) for network in allow]
        self._framing = framing
        self._budget = Budget()
        self._flood_s: float | None = None  # when something was left out last
        self._strangers: set[str] = set()
        self._long = False  # a datagram that was too long was told of
        self._told = ""
        self._came: deque[Chunk | PortEvent] = deque(maxlen=HELD_CHUNKS)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"door {identity}", daemon=True)
        self._thread.start()

    def take(self, until_s: float) -> list[Chunk | PortEvent]:
        """What came up to `until_s`, oldest first."""
        came = []
        while self._came and self._came[0].time_s <= until_s:
            came.append(self._came.popleft())
        return came

    def stop(self) -> None:
        """Ask the thread to let go of the port, without waiting for it."""
        self._closing.set()

    def close(self) -> None:
        """Give the port back; at most a second."""
        self.stop()
        self._thread.join(1.0)

    def hear(self, datagram: bytes, sender: str, now_s: float) -> None:
        """Take one datagram, whatever is in it."""
        if self._allow and not self._allowed(sender):
            return
        if len(datagram) > MOST_BYTES:
            if not self._long:
                self._long = True
                log.warning("%s: a datagram of over %d bytes is left out, as all such are", self.wire, MOST_BYTES)
            return
        if not self._budget.take(len(datagram) + HEADER_BYTES, now_s):
            if self._flood_s is None:
                self._tell(
                    "refused",
                    f"{self._identity} is flooded: what goes over {MOST_BYTES_S / 1e6:g} MB a second is left out",
                )
            self._flood_s = now_s
            return
        if self._flood_s is not None and now_s - self._flood_s > FLOOD_S:
            self._flood_s = None
            self._tell("opened", f"{self._identity} is no longer flooded")
        if datagram:
            self._came.append(Chunk(now_s, self.wire, framed(datagram) if self._framing else datagram))

    def _allowed(self, sender: str) -> bool:
        host = ipaddress.ip_address(sender.partition("%")[0])
        if any(host in network for network in self._allow):
            return True
        if len(self._strangers) < 16 and sender not in self._strangers:  # each is told once, and not a whole network
            self._strangers.add(sender)
            log.warning("%s: %s may not send; `allow` in patch.toml says who may", self.wire, sender)
        return False

    def _run(self) -> None:
        wait_s = RETRY_S[0]
        while not self._closing.is_set():
            try:
                with listening(self._at) as port:
                    self.port = port.getsockname()[1]
                    self._tell("opened", f"{self._identity} is open")
                    wait_s = RETRY_S[0]
                    while not self._closing.is_set():
                        if select.select([port], [], [], WAKE_S)[0]:
                            self._receive(port)
            except (OSError, UnicodeError) as problem:  # UnicodeError: a name that no name server could know
                self._tell("refused", _why(self._identity, self._at[0], problem))
                self._closing.wait(wait_s)
                wait_s = min(2 * wait_s, RETRY_S[1])

    def _receive(self, port: socket.socket) -> None:
        """Take everything that is there."""
        while not self._closing.is_set():
            try:
                datagram, sender = port.recvfrom(MOST_BYTES + 1)
            except BlockingIOError:
                return
            except ConnectionError:  # Windows: an answer found nobody
                continue
            except OSError as error:
                if getattr(error, "winerror", 0) != 10040:  # Windows: a datagram longer than asked for
                    raise
                continue
            self.hear(datagram, sender[0], self._now_s())

    def _tell(self, what: Literal["opened", "refused"], reason: str) -> None:
        if reason != self._told:
            self._told = reason
            self._came.append(PortEvent(self._now_s(), self.wire, what, self._identity, reason))


def listening(at: Peer) -> socket.socket:
    """A bound UDP socket that never waits, with room for a burst.  Raises OSError where there is none."""
    host, port = at
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows lets another program share a port unless told
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _why(identity: str, host: str, problem: Exception) -> str:
    """Why a door could not be opened, and what would do."""
    if getattr(problem, "errno", None) == errno.EADDRINUSE:
        return f"{identity} is in use by another program: close it there, or give another udp in patch.toml"
    if getattr(problem, "errno", None) == errno.EADDRNOTAVAIL:
        return f"{identity}: this machine has no address {host}; bind in patch.toml is one of its own"
    return f"{identity} can't listen: {getattr(problem, 'strerror', None) or problem}"
