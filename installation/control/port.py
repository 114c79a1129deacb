"""A port of the control address, served on a thread of its own."""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
import threading
from collections.abc import Callable

from installation.control.intake import Intake
from installation.frame import Health

AGAIN_S = 2.0  # between two tries of a port that is taken
WAKE_S = 0.1  # how soon a thread sees that it shall close
FIRST_S = 0.5  # the port is open within this, or the show begins without it
MOST_WAITING = 16  # connections that nobody has accepted yet

log = logging.getLogger("installation.osc.in")


class Port:
    """Opens, serves and opens again; a port that is taken is told once and tried again.

    serve: is given the open socket, and returns once `closed` is set.
    host, port: where it really listens, once it does.
    """

    def __init__(
        self, name: str, host: str, port: int, kind: socket.SocketKind, serve: Callable[[socket.socket], None]
    ) -> None:
        self.host, self.port, self.closed = host, port, threading.Event()
        self._name, self._kind, self._serve = name, kind, serve
        self._trouble = ""
        self._tried = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to listen; returns when the port is open, or was refused, or takes too long."""
        self._thread.start()
        self._tried.wait(FIRST_S)

    def health(self, intake: Intake) -> tuple[Health, ...]:
        """How the port does, for the operator's eyes."""
        text, name = self._trouble or intake.text, f"{self._name} {self.host}:{self.port}"
        return (Health(name, "wire", not self._trouble, text, handled=intake.handled, lost=intake.lost),)

    def close(self) -> None:
        """Stop listening and give the port back."""
        self.closed.set()
        self._thread.join(timeout=1.0)

    def _run(self) -> None:
        while not self.closed.is_set():
            try:
                with opened(self.host, self.port, self._kind) as opening:
                    self.port = opening.getsockname()[1]
                    self._back()
                    self._tried.set()
                    self._serve(opening)
            except (OSError, UnicodeError) as error:  # UnicodeError: a name that no name server could know
                self._tell(error)
                self._tried.set()
                self.closed.wait(AGAIN_S)

    def _tell(self, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        trouble = f"can't listen ({reason}); free the port or change [control] in patch.toml"
        if not self._trouble:
            log.warning("%s %s:%d %s; it is tried every %g s", self._name, self.host, self.port, trouble, AGAIN_S)
        self._trouble = trouble

    def _back(self) -> None:
        if self._trouble:
            self._trouble = ""
            log.warning("%s %s:%d listens again", self._name, self.host, self.port)
        elif not _is_loopback(self.host):
            log.warning("%s %s:%d takes orders from anybody on that network", self._name, self.host, self.port)


def opened(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """A bound socket that never waits; IPv4 where the host has it.  Raises OSError where there is none."""
    found = socket.getaddrinfo(host or None, port, type=kind, flags=socket.AI_PASSIVE)
    family, _, _, _, address = min(found, key=lambda answer: answer[0] != socket.AF_INET)
    made = socket.socket(family, kind)
    try:
        made.setblocking(False)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows lets another program share a port unless told
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif kind == socket.SOCK_STREAM and os.name == "posix":  # the last run's connections linger for a minute
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        if kind == socket.SOCK_STREAM:
            made.listen(MOST_WAITING)
    except OSError:
        made.close()
        raise
    return made


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
