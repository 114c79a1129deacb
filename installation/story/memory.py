"""What expressions remember from tick to tick: every function of time, per second and never per frame.

x, … (n,) arguments · was, now (S, N) what was remembered at the tick before, and what will be from this one; a use has
rows from `at` on, and each of them is written at every tick · out (n,) result.  What is not known yet, or was lost,
is NaN; nothing infinite is remembered.
"""

from __future__ import annotations

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints

SLOPE_HZ = 1.0  # cutoff of the slope in One-Euro: "1 Hz" in the paper's listing
SOON_S = 1e-6  # ticks are on a grid of floats: a tick that is due by less is due


@compiled
def _share(dt_s: float, time_s: float) -> float:
    """How much of the way is gone within a tick: 1 - exp(-dt / time)."""
    if not np.isfinite(time_s):
        return np.nan
    return -np.expm1(-dt_s / time_s) if time_s > 0.0 else 1.0


@compiled
def shares(dt_s: float, time_s: Floats, same: bool, share: Floats) -> None:
    """The shares of all wearers; computed once where their times are the same."""
    if same and share.size:
        share[:] = _share(dt_s, time_s[0])
    else:
        for w in range(share.size):
            share[w] = _share(dt_s, time_s[w])


@compiled
def follow(x: Floats, rise: Floats, fall: Floats, was: Floats, now: Floats, at: int, out: Floats) -> None:
    """Move towards x by one share upwards and another downwards; starts at the first known x."""
    for w in range(out.size):
        level = was[at, w]
        share = rise[w] if x[w] > level else fall[w]
        moved = x[w] if np.isnan(level) else level + (x[w] - level) * share
        known = abs(moved + share) < np.inf  # False for NaN
        now[at, w] = moved if known else level
        out[w] = moved if known else np.nan


@compiled
def settle(
    x: Floats, cutoff_hz: Floats, beta: Floats, was: Floats, now: Floats, at: int, out: Floats, dt_s: float
) -> None:
    """One-Euro: a low-pass whose cutoff rises with the speed of x.

    Rows: level, slope, x at the tick before.  After a gap the slope goes on from where it was.
    Source: Casiez, Roussel and Vogel, CHI 2012.
    """
    quick = -np.expm1(-2.0 * np.pi * SLOPE_HZ * dt_s)
    for w in range(out.size):
        level, slope, last = was[at, w], was[at + 1, w], was[at + 2, w]
        change = (x[w] - last) / dt_s if dt_s > 0.0 else np.nan
        if np.isnan(slope):
            slope = 0.0
        moving = slope + (change - slope) * quick if np.isfinite(change) else slope
        cutoff = cutoff_hz[w] + beta[w] * abs(moving)
        cutoff = 0.0 if cutoff < 0.0 else cutoff
        share = -np.expm1(-2.0 * np.pi * cutoff * dt_s)
        moved = x[w] if np.isnan(level) else level + (x[w] - level) * share
        known = abs(moved + share + moving) < np.inf
        now[at, w] = moved if known else level
        now[at + 1, w] = moving if known else slope
        now[at + 2, w] = x[w] if known else np.nan
        out[w] = moved if known else np.nan


@compiled
def keep(x: Floats, time_s: Floats, was: Floats, now: Floats, at: int, out: Floats, dt_s: float) -> None:
    """The last known x until it is older than its time.  Rows: x, its age."""
    for w in range(out.size):
        known = np.isfinite(x[w])
        value = x[w] if known else was[at, w]
        age_s = 0.0 if known else was[at + 1, w] + dt_s
        now[at, w], now[at + 1, w] = value, age_s
        out[w] = value if age_s <= time_s[w] else np.nan


@compiled
def change(x: Floats, was: Floats, now: Floats, at: int, out: Floats, dt_s: float) -> None:
    """Change since the tick before, over its seconds; not known until two neighbours are."""
    for w in range(out.size):
        out[w] = (x[w] - was[at, w]) / dt_s if dt_s > 0.0 else np.nan
        now[at, w] = x[w]


@compiled
def count_up(c: Floats, was: Floats, now: Floats, at: int, out: Floats, dt_s: float) -> None:
    """Seconds since c was last true."""
    for w in range(out.size):
        out[w] = 0.0 if abs(c[w]) > 0.0 else was[at, w] + dt_s
        now[at, w] = out[w]


@compiled
def _part(dt_s: float, time_s: float) -> float:
    return dt_s / time_s if time_s > 0.0 else (1.0 if time_s <= 0.0 else np.nan)


@compiled
def climb(c: Floats, up_s: Floats, down_s: Floats, was: Floats, now: Floats, at: int, out: Floats, dt_s: float) -> None:
    """Up while c is true, down while it is not, evenly between 0 and 1, from 0 at the first tick."""
    for w in range(out.size):
        level = was[at, w]
        step = 0.0 if np.isnan(c[w]) else (_part(dt_s, up_s[w]) if c[w] != 0.0 else -_part(dt_s, down_s[w]))
        moved = 0.0 if np.isnan(level) else min(max(level + step, 0.0), 1.0)
        known = not np.isnan(step)
        now[at, w] = moved if known else level
        out[w] = moved if known else np.nan


@compiled
def look_back(
    x: Floats, time_s: Floats, most_s: float, ring: Floats32, times_s: Floats, number: int, same: bool, out: Floats
) -> None:
    """x at the newest tick that is old enough; not known before there is one.

    ring (ticks, n) x of the ticks so far, tick `number` in row number % ticks · times_s (T,) their times in the same
    manner · same: whether all wearers wait for the same time
    """
    ticks = ring.shape[0]
    row = number % ticks
    for w in range(ring.shape[1]):
        ring[row, w] = x[w]
    oldest, now_s = max(0, number - ticks + 2), times_s[number % times_s.size]  # one row is left to the tick before
    found = -1
    for w in range(out.size):
        if w == 0 or not same:
            found = _tick_before(times_s, oldest, number, now_s - min(max(time_s[w], 0.0), most_s))
        out[w] = ring[found % ticks, w if ring.shape[1] > 1 else 0] if found >= 0 else np.nan


@compiled
def _tick_before(times_s: Floats, low: int, high: int, wanted_s: float) -> int:
    """The newest tick of low..high at or before a time: -1 where there is none yet, the oldest kept at worst."""
    if not np.isfinite(wanted_s):
        return -1
    if times_s[low % times_s.size] > wanted_s + SOON_S:
        return -1 if low == 0 else low
    while low < high:
        middle = (low + high + 1) // 2
        if times_s[middle % times_s.size] <= wanted_s + SOON_S:
            low = middle
        else:
            high = middle - 1
    return low


@compiled
def offsets(rings: Ints, wearers: int) -> Ints:
    """Where each delay's ring (ticks, n) begins among all cells, one after another; the last is their number."""
    first = np.zeros(rings.shape[0] + 1, np.int32)
    for d in range(rings.shape[0]):
        first[d + 1] = first[d] + rings[d, 0] * (wearers if rings[d, 1] else 1)
    return first
