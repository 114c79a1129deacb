"""Keys in the terminal: GO, BACK, PANIC, BLACKOUT, master, quit.  Does nothing where stdin is no terminal."""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TextIO

from installation.clock import Clock
from installation.control.orders import Desk, order_of

SOURCE = "keys"
WAKE_S = 0.1  # how soon the thread sees that it shall close
STEP = 0.05  # of the master
REPEAT_S = 0.15  # keys that a held key repeats come closer together than this; a hand's do not
HELD_S = 0.7  # and the first of them comes within this
PASTE = 8  # letters at once: that is a text, and nobody means its letters as orders

ORDERS: dict[str, tuple[str, str, float | None]] = {
    " ": ("go", "", None),
    "\r": ("go", "", None),
    "\n": ("go", "", None),
    "b": ("back", "", None),
    "p": ("panic", "", None),
    "o": ("blackout", "toggle", None),
    "+": ("master", "by", STEP),
    "=": ("master", "by", STEP),  # + without shift
    "-": ("master", "by", -STEP),
}
"""What a key orders: verb, target, value."""

QUIT = ("q", "\x03")  # Ctrl-C comes as a key where the console does not make a signal of it
ONCE = ("go", "back", "blackout")  # a key that is held down acts once

Read = Callable[[], str]
Wait = Callable[[float], object]

log = logging.getLogger("installation.keys")


class Keys:
    """Reads keys on a thread of its own; `close`, or the end of the program, gives the terminal back as it was."""

    def __init__(self, desk: Desk, clock: Clock, stop: threading.Event, terminal: TextIO | None = None) -> None:
        self._desk, self._clock, self._stop = desk, clock, stop
        self._seen_s: dict[str, float] = {}
        self._acted_s: dict[str, float] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._terminal = ExitStack()
        keyboard = sys.stdin if terminal is None else terminal
        if keyboard is None or keyboard.closed or not keyboard.isatty():
            return
        try:
            read = self._terminal.enter_context(key_by_key(keyboard, self._closed.wait))
        except OSError as error:
            log.warning("no keys: %s", error)
            return
        atexit.register(self.close)
        self._thread = threading.Thread(target=self._listen, args=(read,), name="keys", daemon=True)
        self._thread.start()

    def press(self, key: str) -> None:
        """Do what a key asks for; any other key does nothing."""
        key = key.lower()
        if key in QUIT:
            self._stop.set()
        elif key in ORDERS:
            verb, target, value = ORDERS[key]
            if not (verb in ONCE and self._is_held(verb)):
                self._desk.put(order_of(verb, SOURCE, self._clock.now_s(), target=target, value=value))

    def close(self) -> None:
        """Stop reading; the terminal is as it was before."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(timeout=1.0)
        self._terminal.close()
        atexit.unregister(self.close)

    def _is_held(self, verb: str) -> bool:
        """Whether the keyboard repeats a key that is held down: a terminal does not tell when it is let go."""
        now_s, never_s = self._clock.now_s(), float("-inf")
        seen_s, acted_s = self._seen_s.get(verb, never_s), self._acted_s.get(verb, never_s)
        self._seen_s[verb] = now_s
        if now_s - seen_s < REPEAT_S or now_s - acted_s < HELD_S:
            return True
        self._acted_s[verb] = now_s
        return False

    def _listen(self, read: Read) -> None:
        try:
            while not self._closed.is_set():
                keys = read()
                if len(keys) <= PASTE and "\x1b" not in keys:  # function keys are several letters after an Escape
                    for key in keys:
                        self.press(key)
        except (OSError, EOFError):
            log.warning("no keys: the terminal is gone")


if sys.platform == "win32":

    @contextmanager
    def key_by_key(terminal: TextIO, wait: Wait) -> Iterator[Read]:
        """The console's keys as they are pressed; nothing is changed there, nothing is put back."""
        import msvcrt

        def read() -> str:
            keys = ""
            while msvcrt.kbhit():
                key = msvcrt.getwch()
                if key in ("\x00", "\xe0"):  # a function key: a second letter says which
                    msvcrt.getwch()
                else:
                    keys += key
            if not keys:
                wait(WAKE_S / 4)
            return keys

        yield read

else:

    @contextmanager
    def key_by_key(terminal: TextIO, wait: Wait) -> Iterator[Read]:
        """The terminal's keys as they are pressed, without echo; Ctrl-C stays a signal.

        Raises OSError where the program runs in the background: to touch the terminal would stop it.
        """
        import os
        import select
        import termios
        import tty

        device = terminal.fileno()

        def in_front() -> bool:
            return os.tcgetpgrp(device) == os.getpgrp()

        def read() -> str:
            if not in_front():
                wait(WAKE_S)
                return ""
            if not select.select([device], [], [], WAKE_S)[0]:
                return ""
            keys = os.read(device, 256)
            if not keys:
                raise EOFError
            return keys.decode("utf-8", "ignore")

        if not in_front():
            raise OSError("the program runs in the background")
        try:
            before = termios.tcgetattr(device)
            tty.setcbreak(device, termios.TCSANOW)
        except termios.error as error:
            raise OSError(f"the terminal can't be read key by key ({error})") from error
        try:
            yield read
        finally:
            try:
                if in_front():  # in the background the shell has put it back already
                    termios.tcsetattr(device, termios.TCSANOW, before)
            except (OSError, termios.error):
                log.debug("the terminal is gone; nothing is put back")
