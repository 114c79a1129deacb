"""Trails: the last seconds of every signal, so that a scope that is opened has something to show at once."""

from __future__ import annotations

import numpy as np

from installation.frame import Floats, Floats32
from installation.watch.news import News
from installation.watch.window.catalogue import values_of_room, values_of_wearers

TRAIL_S = 20.0  # two or three slow breaths, and a skin response from its rise to its end
FINEST_S = 1 / 61  # as often as news comes
MOST_BYTES = 48 << 20  # of a crowd less is remembered: two thousand people five times a second


class Trails:
    """Remembers every signal for `TRAIL_S` of the show's time."""

    def __init__(self, first: News) -> None:
        bytes_each = values_of_wearers(first).nbytes + values_of_room(first).nbytes
        self.every_s = max(FINEST_S, TRAIL_S * bytes_each / MOST_BYTES)
        moments = int(TRAIL_S / self.every_s) + 2
        self._times_s = np.full(moments, np.nan)
        self._wearers = np.full((moments, *values_of_wearers(first).shape), np.nan, np.float32)
        self._room = np.full((moments, values_of_room(first).size), np.nan, np.float32)
        self._next = 0
        self._newest_s = float("nan")

    def listen(self, news: News) -> None:
        """Take the present moment; a show that begins anew is remembered anew."""
        if news.time_s < self._newest_s:
            self._times_s.fill(np.nan)
        elif news.time_s - self._newest_s < self.every_s - 1e-6:
            return
        self._newest_s = news.time_s
        self._times_s[self._next] = news.time_s
        self._wearers[self._next] = values_of_wearers(news)
        self._room[self._next] = values_of_room(news)
        self._next = (self._next + 1) % self._times_s.size

    def wearers(self, signal: int, who: slice) -> tuple[Floats, Floats32]:
        """Times (T,) and values (T, K) of some wearers' signal, oldest first."""
        return self._in_order(self._wearers[:, signal, who])

    def room(self, signal: int) -> tuple[Floats, Floats32]:
        """Times (T,) and values (T,) of a signal of the room, oldest first."""
        return self._in_order(self._room[:, signal])

    def _in_order(self, values: Floats32) -> tuple[Floats, Floats32]:
        order = np.roll(np.arange(self._times_s.size), -self._next)
        order = order[np.isfinite(self._times_s[order])]
        return self._times_s[order], values[order]
