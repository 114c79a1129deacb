"""What light remembers of time: the last beats of every heart, and phases that never jump or stand still."""

from __future__ import annotations

import math

import numpy as np

from installation.compiled import compiled
from installation.frame import Body, Flags, Floats, Floats32, Ints, Tick

KEPT = 4  # a wave of light may be on its way for a second; at 180 per minute three more set out meanwhile
LONG_AGO_S = -1e9  # before every beat there was silence
CALM_HZ = 0.2  # 12 breaths a minute: a grown person at rest
APART = 0.618034  # golden section of a turn: neighbours never breathe alike by chance
SETTLE_S = 4.0  # a jump of half a turn is spread so thin that a calm breath never runs backwards (0.5 / 4 < 0.2)
FASTEST_HZ = 1.0  # a grain of light that comes and goes faster than this is a flicker


class Rhythm:
    """Beats, phases and rates of every wearer as looks need them; it is asked at every tick.

    turns, counts: rows of `Story.values` that a look binds as a phase in turns, and as a rate per
    second.  values (T + C + E, N): the phases as they are shown, the rates added up, and all of
    `Story.values`.  since_s (2, KEPT, N): seconds since the last beats' true times, and since they
    were announced, newest first, so that a new beat never cuts off the one before.
    """

    def __init__(self, turns: Ints, counts: Ints, expressions: int, wearers: int) -> None:
        self.values = np.zeros((turns.size + counts.size + expressions, wearers))
        self.since_s = np.zeros((2, KEPT, wearers))
        self._turns, self._counts = turns, counts
        self._beats_s = np.full((2, KEPT, wearers), LONG_AGO_S)
        self._known = np.zeros((turns.size, wearers), np.bool_)
        self._offset = np.full((turns.size, wearers), np.nan)  # NaN before the first tick

    def follow(self, values: Floats32, body: Body, tick: Tick, dt_s: float) -> None:
        """Move to this tick, `dt_s` after the one before; values (E, N) of the story."""
        _remember(self._beats_s, self.since_s, body.beat, body.beat_time_s, tick.time_s)
        past = self._turns.size + self._counts.size
        self.values[past:] = values
        _turn(self.values, past, self._turns, self._known, self._offset, tick.time_s, dt_s)
        _count(self.values, past, self._turns.size, self._counts, dt_s)


@compiled
def _remember(beats_s: Floats, since_s: Floats, beat: Flags, beat_time_s: Floats, now_s: float) -> None:
    """Take the beats (N,) that this tick announces before the older ones (2, KEPT, N)."""
    for w in range(beat.size):
        if beat[w] and np.isfinite(beat_time_s[w]):
            for k in range(KEPT - 1, 0, -1):
                beats_s[0, k, w], beats_s[1, k, w] = beats_s[0, k - 1, w], beats_s[1, k - 1, w]
            beats_s[0, 0, w], beats_s[1, 0, w] = beat_time_s[w], now_s
        for k in range(KEPT):
            since_s[0, k, w], since_s[1, k, w] = now_s - beats_s[0, k, w], now_s - beats_s[1, k, w]


@compiled
def _turn(values: Floats, past: int, rows: Ints, was_known: Flags, offset: Floats, now_s: float, dt_s: float) -> None:
    """Write every bound phase into the first of `values`, in turns, always finite; what they bind stands from `past`.

    Where a phase is not known, a calm breath goes on in its place:

        shown = given or (CALM_HZ * t + APART * wearer),   plus an offset

    The offset makes up for the step when a phase is lost or found, and fades with SETTLE_S.
    """
    keep = math.exp(-dt_s / SETTLE_S)
    for r in range(rows.size):
        for w in range(values.shape[1]):
            given = values[past + rows[r], w]
            known = np.isfinite(given)
            base = given if known else CALM_HZ * now_s + APART * w
            if np.isnan(offset[r, w]):
                offset[r, w] = 0.0
            elif known != was_known[r, w]:
                step = values[r, w] - base
                offset[r, w] = step - math.floor(step + 0.5)
            offset[r, w] *= keep
            was_known[r, w] = known
            values[r, w] = base + offset[r, w]


@compiled
def _count(values: Floats, past: int, first: int, rows: Ints, dt_s: float) -> None:
    """Add every bound rate to its count, so that a new rate never jumps; one that is not known stands still.

    The counts (C, N) stand from `first` in `values`, the rates from `past`.
    """
    for r in range(rows.size):
        for w in range(values.shape[1]):
            rate_hz = values[past + rows[r], w]
            if rate_hz > 0.0:  # False for NaN
                values[first + r, w] += dt_s * min(rate_hz, FASTEST_HZ)
