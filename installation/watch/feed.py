"""The feed: finished frames to the rehearsal window, its orders back, and never a moment's waiting.

A frame is sent whole or not at all.  One that the pipe takes only in part is finished first, and the
frames that come meanwhile are dropped: the window sees the newest, and the light is never late.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from installation.clock import Clock
from installation.frame import Frame, Health, Order, PresenceChange, Receipt
from installation.show.model import Show
from installation.watch.codec import Message, Reader, encode
from installation.watch.keeper import Keeper, window_command
from installation.watch.news import news, read_order
from installation.watch.programme import programme
from installation.watch.rate import Rate

FASTEST_S = 1 / 61  # no more than 60 frames a second: a screen shows no more, and 1/61 keeps a 60 Hz show whole
ORDERS_A_TICK = 8  # no pair of hands gives more in a sixtieth of a second
LONGEST_ORDER = 4096  # bytes
READ_AT_ONCE = 16384  # bytes a tick: a flood stays in the pipe, where it costs the sender
RECEIPTS_KEPT = 32
CHANGES_KEPT = 256  # of presence: four organs of a table of sixty, when somebody trips over its cable
LONGEST_TROUBLE = 200  # characters

log = logging.getLogger("installation.watch")


class OrderDesk(Protocol):
    """Where orders go."""

    def put(self, order: Order) -> object:
        """Take an order for the next tick; never waits."""
        ...


class Feed:
    """The rehearsal window, as the loop sees it.  `stop` is set when its user closes it."""

    def __init__(
        self,
        show: Show,
        clock: Clock,
        desk: OrderDesk,
        stop: threading.Event,
        command: Sequence[str] | None = None,
    ) -> None:
        self.sent = 0
        self.dropped = 0
        self.refused = 0
        self._show = show
        self._desk = desk
        self._hello = encode(programme(show))
        self._connection: socket.socket | None = None
        self._reader = Reader(LONGEST_ORDER)
        self._rest = memoryview(b"")
        self._receipts: deque[Receipt] = deque(maxlen=RECEIPTS_KEPT)
        self._changes: deque[PresenceChange] = deque(maxlen=CHANGES_KEPT)
        self._next_s = float("-inf")
        self._rate = Rate()
        self._trouble = ""
        self._keeper = Keeper(command or window_command(), clock, stop.set)

    def answer(self, receipts: tuple[Receipt, ...]) -> None:
        """Keep receipts for the next frame that is sent."""
        self._receipts.extend(receipts)

    def show(self, frame: Frame) -> None:
        """Send a frame, or drop it; hand the window's orders to the desk."""
        rate_hz = self._rate.at(frame.tick)
        self._changes.extend(frame.body.changes)
        if self._keeper.connection is not self._connection:
            self._begin(self._keeper.connection)
        if self._connection is None:
            return
        self._take_orders(frame.tick.time_s)
        if not self._flush():
            self.dropped += 1
        elif frame.tick.time_s >= self._next_s:
            self._next_s = frame.tick.time_s + FASTEST_S
            self._send(news(frame, self._show, rate_hz, self._receipts, self._changes))
            self._receipts.clear()
            self._changes.clear()
            self.sent += 1

    def health(self) -> tuple[Health, ...]:
        """How the window does."""
        text = self._keeper.text if self._keeper.ok or not self._trouble else f"the window: {self._trouble}"
        return (Health("window", "watcher", self._keeper.ok, text, self.sent, self.dropped),)

    def close(self) -> None:
        """Close the window."""
        self._keeper.close()

    def _begin(self, connection: socket.socket | None) -> None:
        self._connection = connection
        self._reader = Reader(LONGEST_ORDER)
        self._rest = memoryview(self._hello if connection is not None else b"")

    def _leave(self) -> None:
        if self._connection is not None:
            self._keeper.hang_up(self._connection)
        self._begin(None)

    def _send(self, message: Message) -> None:
        self._rest = memoryview(encode(message))
        self._flush()

    def _flush(self) -> bool:
        """Send what is left of the last message; True when nothing is."""
        while self._rest and self._connection is not None:
            try:
                self._rest = self._rest[self._connection.send(self._rest) :]
            except BlockingIOError:
                return False
            except OSError:
                self._leave()
        return self._connection is not None

    def _take_orders(self, time_s: float) -> None:
        if self._connection is None:
            return
        data = b""
        try:
            data = self._connection.recv(READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError as gone:
            log.debug("the window's connection: %s", gone)
        if not data:
            self._leave()
            return
        messages = self._reader.feed(data)
        for message in messages[:ORDERS_A_TICK]:
            order = read_order(message, "window", time_s)
            if order is not None:
                self._desk.put(order)
            elif message.kind == "trouble":
                self._trouble = str(message.fields.get("text", ""))[:LONGEST_TROUBLE]
            else:
                self.refused += 1
        self.refused += len(messages[ORDERS_A_TICK:])
        if self._reader.broken:
            self._leave()
