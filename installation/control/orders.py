"""The desk: where every door lays its orders, and the loop takes them once a tick."""

from __future__ import annotations

import math
import threading

from installation.frame import Order

VERBS = ("go", "back", "panic", "blackout", "master", "cue", "room", "reset", "presence", "sync")
LEVELS = ("master", "room")  # of these only the newest counts; every other order is an act of its own
MOST_WAITING = 128  # acts, and as many levels, in one tick: far more than hands can give
TEXT = 80  # letters of a name; longer ones are no cue, signal or source


def order_of(
    verb: str,
    source: str,
    time_s: float,
    *,
    target: str = "",
    value: float | None = None,
    expect_standby: str = "",
    id: str = "",
) -> Order:
    """An order that has been checked where it enters; what is not said of a value stays NaN.

    Raises ValueError, with a sentence for the one who gave it: a verb that nobody knows, a number
    that is not finite, a text that is too long.
    """
    if verb not in VERBS:
        raise ValueError(f"Refused: nothing is called {verb[:TEXT]!r}; {', '.join(VERBS)} are.")
    for text in (target, expect_standby, source, id):
        if len(text) > TEXT:
            raise ValueError(f"Refused: {text[:20]!r}… is too long; {TEXT} letters is the most.")
    if value is not None and not math.isfinite(value):
        raise ValueError(f"Refused: {verb} takes a number, not {value}.")
    return Order(verb, source, time_s, target, math.nan if value is None else float(value), id, expect_standby)


class Desk:
    """Orders from any thread, in the order of their arrival.

    Of a level only the newest of each source and target is kept, so that a flood of a fader's
    messages costs one order a tick.  Acts and levels have as much room each, so that neither crowds
    the other out.  What finds none is dropped and counted, but PANIC always finds a place.
    """

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[object, Order] = {}
        self._most = most
        self._acts = self._number = 0
        self.dropped = 0
        self.replaced = 0

    def put(self, order: Order) -> bool:
        """Lay an order on the desk; False where there is no room for it."""
        is_level = order.verb in LEVELS and (order.verb, order.target) != ("master", "by")  # steps add up
        with self._lock:
            kept = self._put_level(order) if is_level else self._put_act(order)
            self.dropped += not kept
            return kept

    def take(self) -> tuple[Order, ...]:
        """Every order since the last time, oldest first."""
        if not self._waiting:
            return ()
        with self._lock:
            orders = tuple(self._waiting.values())
            self._waiting.clear()
            self._acts = 0
        return orders

    def _put_level(self, order: Order) -> bool:
        key = (order.source, order.verb, order.target)
        if self._waiting.pop(key, None) is not None:
            self.replaced += 1
        elif len(self._waiting) - self._acts >= self._most:
            return False
        self._waiting[key] = order
        return True

    def _put_act(self, order: Order) -> bool:
        if self._acts >= self._most and not (order.verb == "panic" and self._make_room()):
            return False
        self._acts += 1
        self._number += 1
        self._waiting[self._number] = order
        return True

    def _make_room(self) -> bool:
        """Drop the newest act that is no PANIC; False where there is none."""
        for key, order in reversed(self._waiting.items()):
            if isinstance(key, int) and order.verb != "panic":
                del self._waiting[key]
                self._acts -= 1
                self.dropped += 1
                return True
        return False
