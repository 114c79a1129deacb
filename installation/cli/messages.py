"""Messages of the house on stderr, written by a thread of their own: a terminal that takes nothing stops nobody."""

from __future__ import annotations

import contextlib
import logging
import queue
import sys
import threading
from collections.abc import Iterator

HELD = 1000  # messages that nobody takes; further ones are counted, and told of once somebody does
FAREWELL_S = 1.0  # at the end the last messages have so long to be taken


class Messages(logging.Handler):
    """Hands every message over to a thread, which prints it to whatever stderr is at the moment.

    The live status line puts itself in the place of stderr, and lifts messages above itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._held: queue.Queue[str | None] = queue.Queue(HELD)
        self._missed = 0
        self._thread = threading.Thread(target=self._print, name="messages", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a message over; never waits."""
        try:
            self._held.put_nowait(self.format(record))
        except queue.Full:
            self._missed += 1

    def close(self) -> None:
        """Print what is left, where that can be done in `FAREWELL_S`."""
        with contextlib.suppress(queue.Full):  # nobody takes anything
            self._held.put(None, timeout=FAREWELL_S)
            self._thread.join(FAREWELL_S)
        super().close()

    def _print(self) -> None:
        while (text := self._held.get()) is not None:
            missed, self._missed = self._missed, 0
            more = f"nexus: {missed} more messages could not be told" if missed else ""
            with contextlib.suppress(OSError, ValueError):  # the terminal went away, stderr was closed
                print("\n".join(filter(None, (more, f"nexus: {text}"))), file=sys.stderr)


@contextlib.contextmanager
def told_on_stderr(house: logging.Logger | None = None) -> Iterator[None]:
    """Warnings, of the whole house or of a part of it, are told on stderr, where nobody has taken them on already."""
    house = house or logging.getLogger()
    if house.handlers:
        yield
        return
    messages = Messages()
    messages.setFormatter(logging.Formatter("%(message)s"))
    house.addHandler(messages)
    try:
        yield
    finally:
        house.removeHandler(messages)
        messages.close()
