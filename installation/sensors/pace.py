"""Whether a device's rows come as often as its wire format's table says.

Rows are counted whenever the state of the wire is told, over a window of some seconds: long enough for ten rows of
the slowest device, and for the bursts of radios.  It begins with the first row after the device was opened, since
boards are silent while they start.
"""

from __future__ import annotations

from collections import deque
from math import nan

WINDOW_S = 4.0  # a radio's bursts of 100 ms are a fortieth of it
LEAST_ROWS = 10  # one row more or less is then a tenth, and no alarm
SLOW, WELL = 0.8, 0.9  # shares of the due rate: below the first it is slow, until it is above the second


class Pace:
    """Rows a second of one device against `due_hz` of them; NaN where nobody knows: then it is only counted."""

    def __init__(self, due_hz: float = nan) -> None:
        self.due_hz = due_hz
        self.rate_hz = nan  # over the window, once that is full
        self.slow = False
        self._window_s = max(WINDOW_S, LEAST_ROWS / due_hz) if due_hz > 0 else WINDOW_S
        self._marks: deque[tuple[float, int]] = deque()  # times, and rows up to them

    def restart(self) -> None:
        """The device is not heard yet: the window begins with its first row."""
        self.rate_hz, self.slow = nan, False
        self._marks.clear()

    def look(self, now_s: float, rows: int) -> None:
        """Take in that so many rows came up to now."""
        self._marks.append((now_s, rows))
        while len(self._marks) > 1 and self._marks[1][0] <= now_s - self._window_s:
            self._marks.popleft()
        from_s, before = self._marks[0]
        if now_s - from_s >= self._window_s:
            self.rate_hz = (rows - before) / (now_s - from_s)
            self.slow = self.rate_hz < (WELL if self.slow else SLOW) * self.due_hz
