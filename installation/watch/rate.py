"""How fast the loop really runs, as an onlooker counts it."""

from __future__ import annotations

import math

from installation.frame import Tick

OVER_S = 1.0  # long enough to be steady, short enough to tell of a stumble


class Rate:
    """Ticks a second over the last second or so; NaN until one has passed."""

    def __init__(self) -> None:
        self._since: Tick | None = None
        self._rate_hz = math.nan

    def at(self, tick: Tick) -> float:
        """Count a tick in; give the rate."""
        since = self._since
        if since is None:
            self._since = tick
        elif tick.time_s - since.time_s >= OVER_S:
            given = (tick.number - tick.dropped) - (since.number - since.dropped)
            self._rate_hz = given / (tick.time_s - since.time_s)
            self._since = tick
        return self._rate_hz
