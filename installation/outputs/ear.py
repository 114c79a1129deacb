"""Hears what AR engines say back: sockets read, and their datagrams stamped, on a thread.

An engine answers to the port that speaks to it, or to its `listen` in the patch, for those whose OSC goes to one
port for ever.  Only what comes from the engine's own host counts.
"""

from __future__ import annotations

import logging
import math
import select
import socket
import threading
from collections import deque
from collections.abc import Mapping, Sequence

from installation.clock import Clock
from installation.frame import Heard
from installation.outputs.ar_answers import MOST_BYTES
from installation.outputs.udp import Udp

MOST_HELD = 256  # datagrams of all engines between two ticks: eight of each, of as many engines as there may be
WAKE_S = 0.05  # how soon the thread sees sockets that were opened anew, and that it shall end
OPEN_AGAIN_S = 2.0  # between two tries of a port that is taken

log = logging.getLogger("installation.osc.in")


class Ear:
    """Hears what engines say back, on a thread of its own that stamps it."""

    def __init__(self, ways: Mapping[str, Udp], ports: Mapping[str, int], clock: Clock) -> None:
        self._ways, self._ports, self._clock = dict(ways), {name: port for name, port in ports.items() if port}, clock
        self._open: dict[str, socket.socket] = {}
        self._heard: deque[Heard] = deque(maxlen=MOST_HELD)
        self._closed = threading.Event()
        self._try_s = -math.inf
        self._refused: set[str] = set()
        self._thread = threading.Thread(target=self._listen, name="ar in", daemon=True)
        self._thread.start()

    def take(self) -> tuple[Heard, ...]:
        """What came since it was last asked, oldest first."""
        came = []
        while self._heard:
            came.append(self._heard.popleft())
        return tuple(came)

    def close(self) -> None:
        """Stop hearing and give the ports back."""
        self._closed.set()
        self._thread.join(1.0)

    def _listen(self) -> None:
        try:
            while not self._closed.is_set():
                self._open_ports()
                ears = [*self._open.items(), *((name, way.open_socket) for name, way in self._ways.items())]
                heard = {out: name for name, out in ears if out is not None and out.fileno() >= 0}
                for out in self._ready(list(heard)):
                    self._receive(heard[out], out)
        finally:
            for out in self._open.values():
                out.close()

    def _ready(self, ears: Sequence[socket.socket]) -> list[socket.socket]:
        if not ears:
            self._closed.wait(WAKE_S)
            return []
        try:
            return select.select(ears, [], [], WAKE_S)[0]
        except (OSError, ValueError):  # the loop closed one of them meanwhile
            return []

    def _receive(self, name: str, out: socket.socket) -> None:
        try:
            data, sender = out.recvfrom(MOST_BYTES + 1)
        except ConnectionRefusedError:
            self._ways[name].refused()
        except (OSError, ValueError):  # closed meanwhile; Windows: longer than asked for
            return
        else:
            if sender[0] == self._ways[name].address:
                self._heard.append(Heard(self._clock.now_s(), name, data))

    def _open_ports(self) -> None:
        now_s = self._clock.now_s()
        if now_s < self._try_s or len(self._open) == len(self._ports):
            return
        for name, port in self._ports.items():
            out = self._ways[name].open_socket
            if name not in self._open and out is not None:
                self._open_port(name, port, out)

    def _open_port(self, name: str, port: int, out: socket.socket) -> None:
        """Open a port on the address of this computer that the engine sees."""
        ear = socket.socket(out.family, socket.SOCK_DGRAM)
        try:
            ear.setblocking(False)
            ear.bind((out.getsockname()[0], port))
        except OSError as error:
            ear.close()
            if name not in self._refused:
                log.warning("AR engine %s: port %d can't listen (%s); it is tried again", name, port, error.strerror)
            self._refused.add(name)
            self._try_s = self._clock.now_s() + OPEN_AGAIN_S
            return
        self._refused.discard(name)
        self._open[name] = ear
