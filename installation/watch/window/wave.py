"""A wave: some seconds of a signal as lines that a screen can show, with nothing invented between."""

from __future__ import annotations

import numpy as np

from installation.frame import Floats, Floats32
from installation.watch.window.trails import TRAIL_S

GAP_S = 0.25  # without news for so long, no line is drawn across: a stumble of the window is shorter


def wave(times_s: Floats, values: Floats32, now_s: float, columns: int, fine: float = 0.0) -> list[Floats]:
    """Lines (K, 2) of place 0..1 in the last `TRAIL_S` and value; one ends where nothing is known.

    times_s, values (T,), oldest first.  A column shows the lowest and the highest of its moments, so that a beat
    of one tick is never lost; where they differ by less than `fine`, the middle of them.  Columns stand still in
    time, so that the shape of a wave does not change on its way across the screen.
    """
    known = np.isfinite(values)
    piece = np.cumsum(~known)[known]
    times_s, values = times_s[known], values[known].astype(np.float64)
    if not times_s.size:
        return []
    column_s = TRAIL_S / columns
    column = np.floor(times_s / column_s)
    late = np.diff(times_s) > GAP_S
    piece[1:] += np.cumsum(late)
    begins = np.flatnonzero(np.concatenate(([True], (np.diff(column) != 0) | (np.diff(piece) != 0))))
    ends = np.append(begins[1:], times_s.size) - 1
    low, high = np.minimum.reduceat(values, begins), np.maximum.reduceat(values, begins)
    rises = values[ends] >= values[begins]
    place = 1.0 - (now_s - (column[begins] + 0.5) * column_s) / TRAIL_S
    one = high - low <= fine
    first, last = np.where(rises, low, high), np.where(rises, high, low)
    first[one] = (low[one] + high[one]) / 2
    points = np.stack([np.minimum(place, 1.0).repeat(2), np.stack([first, last], 1).ravel()], axis=1)
    drawn = np.stack([place >= 0.0, (place >= 0.0) & ~one], 1).ravel()
    pieces = piece[begins].repeat(2)[drawn]
    return np.split(points[drawn], np.flatnonzero(np.diff(pieces)) + 1) if pieces.size else []


def middle_and_edges(values: Floats32) -> tuple[Floats32, Floats32, Floats32]:
    """Mean, lowest and highest (T,) of many wearers' values (T, N), of those that are known; NaN where none is."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean.astype(np.float32), np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
