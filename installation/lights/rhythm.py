"""What light remembers of time: the last beats of every heart, and phases that never jump or stand still."""

from __future__ import annotations

import math

import numpy as np

from installation.frame import Body, Floats, Floats32, Ints, Tick

KEPT = 4  # a wave of light may be on its way for a second; at 180 per minute three more set out meanwhile
LONG_AGO_S = -1e9  # before every beat there was silence
CALM_HZ = 0.2  # 12 breaths a minute: a grown person at rest
APART = 0.618034  # golden section of a turn: neighbours never breathe alike by chance
SETTLE_S = 4.0  # a jump of half a turn is spread so thin that a calm breath never runs backwards (0.5 / 4 < 0.2)
FASTEST_HZ = 1.0  # a grain of light that comes and goes faster than this is a flicker


class Beats:
    """The last `KEPT` beats of every wearer, newest first, so that a new one never cuts off the one before."""

    def __init__(self, wearers: int) -> None:
        self._times_s = np.full((2, KEPT, wearers), LONG_AGO_S)

    def since(self, body: Body, tick: Tick) -> Floats:
        """Seconds since each beat's true time, and since it was announced: (2, KEPT, N)."""
        if body.beat.any():
            new = body.beat & np.isfinite(body.beat_time_s)
            self._times_s[:, 1:, new] = self._times_s[:, :-1, new]
            self._times_s[0, 0, new] = body.beat_time_s[new]
            self._times_s[1, 0, new] = tick.time_s
        return tick.time_s - self._times_s


class Turns:
    """Phases that a look binds, in turns; where one is not known, a calm breath goes on in its place.

    shown = given or (CALM_HZ * t + APART * wearer),   plus an offset
    the offset makes up for the step when a phase is lost or found, and fades with SETTLE_S
    """

    def __init__(self, rows: Ints, wearers: int) -> None:
        self._rows = rows
        self._calm = APART * np.arange(wearers)
        self._shown = np.full((rows.size, wearers), np.nan)
        self._known = np.zeros((rows.size, wearers), np.bool_)
        self._offset = np.zeros((rows.size, wearers))

    def follow(self, values: Floats32, time_s: float, dt_s: float) -> Floats:
        """Every bound phase at this tick: (R, N) turns, always finite."""
        given = values[self._rows]
        known = np.isfinite(given)
        base = np.where(known, given, CALM_HZ * time_s + self._calm)
        turned = known != self._known
        if turned.any():
            step = self._shown - base
            turned &= np.isfinite(step)
            self._offset = np.where(turned, step - np.round(step), self._offset)
        self._offset *= math.exp(-dt_s / SETTLE_S)
        self._known = known
        self._shown = base + self._offset
        return self._shown


class Counts:
    """Rates that a look binds, added up: how many times a grain has come and gone, so that a new rate never jumps."""

    def __init__(self, rows: Ints, wearers: int) -> None:
        self._rows = rows
        self._count = np.zeros((rows.size, wearers))

    def add(self, values: Floats32, dt_s: float) -> Floats:
        """Every count at this tick: (R, N); a rate that is not known stands still."""
        rate_hz = np.fmin(np.fmax(values[self._rows], 0.0), FASTEST_HZ)
        self._count += dt_s * rate_hz.astype(np.float64)
        return self._count
