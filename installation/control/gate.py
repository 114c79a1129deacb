"""The door of a server that gives every connection a thread: only so many at once, and not too fast."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable

from installation.control.port import WAKE_S

MOST_CONNECTIONS = 16  # of a tent, WebSockets and requests together
PACE_S = 0.005  # between two connections: 200 a second, so that a flood of requests leaves the loop its time
UNREAD_S = (5, 0)  # seconds and microseconds; who reads nothing for this long is hung up on


class Gate(socket.socket):
    """A listening socket that lets in only so many at once, and not too fast."""

    def __init__(self, listening: socket.socket, leave: threading.Event, refused: Callable[[], None]) -> None:
        super().__init__(fileno=listening.detach())
        self.setblocking(False)
        self._leave, self._refused = leave, refused
        self._inside: list[socket.socket] = []

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        """The next one.  Raises OSError once `leave` is set."""
        while not self._leave.wait(PACE_S):
            try:
                came, peer = super().accept()
            except OSError:  # gone before it was taken, or this computer has no file left for it
                if self.fileno() < 0:
                    raise
                self._leave.wait(WAKE_S)
                continue
            self._inside = [one for one in self._inside if one.fileno() >= 0]
            if len(self._inside) < MOST_CONNECTIONS:
                came.setblocking(True)
                if os.name == "posix":  # elsewhere the ping of a WebSocket finds out
                    came.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", *UNREAD_S))
                self._inside.append(came)
                return came, peer
            self._refused()
            came.close()
        raise OSError("the gate is closed")

    def hang_up(self) -> None:
        """End every connection at once, so that nobody who is silent delays the end."""
        for one in self._inside:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:  # gone by itself
                continue
