"""A watcher process kept alive: started, given one connection, started again when it dies.

Everything that may take its time happens on a thread of its own.  The listener is on loopback and
takes one connection, the one that knows the token handed to the process over its standard input.
"""

from __future__ import annotations

import contextlib
import hmac
import logging
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import installation
from installation.clock import Clock

BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 10.0)  # before the next start; the last one for ever
SETTLED_S = 30.0  # a watcher that lived so long starts again after the first pause, not the next longer one
KNOCK_S = 1.0  # whoever connects says the token within this, or is shown out
POLL_S = 0.1  # how soon a death or a wish to close is noticed
LEAVE_S = 1.0  # a watcher that is told to go has so long before it is ended

log = logging.getLogger("installation.watch")


def window_command(*options: str) -> tuple[str, ...]:
    """How the rehearsal window is started; `-P`: no module is taken from the folder that the user happens to be in."""
    return (sys.executable, "-P", "-m", "installation.watch.window", *options)


class Keeper:
    """Keeps one watcher process alive and holds the connection to it.

    connection : the socket of the present watcher, non-blocking, or None
    starts : how often the watcher has been started
    strangers : connections that did not know the token
    ok, text : how it does, as a short sentence
    """

    def __init__(
        self,
        command: Sequence[str],
        clock: Clock,
        left: Callable[[], None],
        back_off_s: Sequence[float] = BACK_OFF_S,
    ) -> None:
        """Start the watcher; `left` is called once when it ends by its user's wish, which is exit code 0."""
        self.connection: socket.socket | None = None
        self.starts = 0
        self.strangers = 0
        self.ok = True
        self.text = "the window opens"
        self._command = tuple(command)
        self._clock = clock
        self._left = left
        self._back_off_s = tuple(back_off_s)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="watcher", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the watcher, kindly first."""
        self._closing.set()
        self._thread.join(LEAVE_S + 2 * KNOCK_S + 1.0)

    def hang_up(self, connection: socket.socket) -> None:
        """Leave a connection that no longer works; the watcher ends by itself then, and is started again."""
        if self.connection is connection:
            self.connection = None
        connection.close()

    def _keep(self) -> None:
        tries = 0
        while not self._closing.is_set():
            began_s = self._clock.now_s()
            try:
                code = self._one_life()
            except OSError as error:
                code = 1
                log.warning("the window can't be started: %s", error)
            if self._closing.is_set():
                return
            if code == 0:
                self.text = "the window is closed"
                self._left()
                return
            tries = 0 if self._clock.now_s() - began_s > SETTLED_S else tries
            pause_s = self._back_off_s[min(tries, len(self._back_off_s) - 1)]
            tries += 1
            self.ok = False
            self.text = f"the window ended (code {code}) and opens again in {pause_s:.0f} s"
            if tries == 1:
                log.warning("%s; the show goes on", self.text)
            self._closing.wait(pause_s)

    def _one_life(self) -> int:
        """Start the watcher and stay with it; give its exit code."""
        with socket.create_server(("127.0.0.1", 0), backlog=4) as listener:
            listener.settimeout(POLL_S)
            port, token = listener.getsockname()[1], secrets.token_hex(32)
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,  # the controller's own stdout ends with its digest
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
            self.starts += 1
            try:
                with contextlib.suppress(OSError), process.stdin as pipe:  # type: ignore[union-attr]  # PIPE was asked for
                    pipe.write(f"{port} {token}\n".encode())
                while process.poll() is None and not self._closing.is_set():
                    if self._connect(listener, token):
                        break
                listener.close()  # one connection a life: nobody else is even answered
                while process.poll() is None and self.connection is not None and not self._closing.wait(POLL_S):
                    pass
            finally:
                if self.connection is not None:
                    self.hang_up(self.connection)
                _end(process)
        return process.returncode

    def _connect(self, listener: socket.socket, token: str) -> bool:
        """Take the next caller; True when it is our watcher."""
        try:
            caller, _ = listener.accept()
        except TimeoutError:
            return False
        caller.settimeout(KNOCK_S)
        said = b""
        with contextlib.suppress(OSError):
            while len(said) < len(token) and (more := caller.recv(len(token) - len(said))):
                said += more
        if not hmac.compare_digest(said, token.encode()):
            self.strangers += 1
            caller.close()
            return False
        caller.setblocking(False)
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ok, self.text = True, "the window looks on"
        self.connection = caller
        return True


def _environment() -> dict[str, str]:
    """Ours, and where this package lives, for a controller that was started from its checkout."""
    house = str(Path(installation.__file__).parent.parent)
    paths = [path for path in (os.environ.get("PYTHONPATH", ""), house) if path]
    quiet = {"PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    for library in ("OPENBLAS", "MKL", "OMP"):  # threads that spin for small products take the loop's processor
        quiet[f"{library}_NUM_THREADS"] = "1"
    return {**os.environ, **quiet, "PYTHONPATH": os.pathsep.join(paths)}


def _end(process: subprocess.Popen[bytes]) -> None:
    """See a process out: it may end by itself, is then asked to, and then made to."""
    for way_out in ("by itself", "asked", "made to"):
        if way_out == "asked":
            process.terminate()
        elif way_out == "made to":
            process.kill()  # also ends one that was stopped in its tracks
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LEAVE_S / 2)
            return
