"""Flashes counted from the definitions alone, on the bytes of the wire; shares nothing with the guard.

WCAG 2.2, 2.3.1: a general flash is a pair of opposing changes of relative luminance of 10 % of the
maximum or more, the darker state under 80 % of it; a red flash a pair of opposing changes of
(R - G - B) * 320 by more than 20.  No more than three of either within any one second.

Every window of one second is cut out and judged by itself, so a change that is only partly inside
counts with the part that is.  The exemption of light that stays above 80 % is not made use of: what
passes here passes with it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LED = (0.315, 0.537, 0.148)
SCREEN = (0.213, 0.715, 0.072)
GENERAL = 0.10
RED = 20 / 320


def luminance(slots: NDArray[np.uint8], weights: tuple[float, float, float] = LED) -> NDArray[np.float64]:
    """(T, P, 3) bytes to (T, P) relative luminance."""
    return slots.astype(np.float64) @ np.array(weights) / 255.0


def redness(slots: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(T, P, 3) bytes to (T, P) of max(0, R - G - B)."""
    rgb = slots.astype(np.float64) / 255.0
    return np.maximum(0.0, rgb[..., 0] - rgb[..., 1] - rgb[..., 2])


def most_flashes(light: NDArray[np.float64], times_s: NDArray[np.float64], change: float) -> int:
    """Most flashes in any one-second window of any column of (T, E), each value lasting until the next."""
    ticks = len(times_s)
    starts = np.arange(ticks)
    high = light.copy()
    low = light.copy()
    going = np.zeros(light.shape, np.int8)  # +1 up, -1 down, 0 not yet known
    turns = np.zeros(light.shape, np.int64)
    step = 0
    while True:
        step += 1
        live = starts + step < ticks
        # a window may open just before its first change and still show what stood there
        at = np.minimum(starts + step, ticks - 1)
        opens = times_s[np.minimum(starts + 1, ticks - 1)]
        live &= times_s[at] - opens <= 1.0 + 1e-9
        if not live.any():
            break
        now = light[at]
        inside = live[:, None]
        up = inside & (going <= 0) & (now >= low + change - 1e-12)
        down = inside & (going >= 0) & (now <= high - change + 1e-12) & ~up
        turns += up | down
        going = np.where(up, 1, np.where(down, -1, going)).astype(np.int8)
        high = np.where(up | down, now, np.where(inside, np.maximum(high, now), high))
        low = np.where(up | down, now, np.where(inside, np.minimum(low, now), low))
    return int(turns.max(initial=0)) // 2


def worst(slots: NDArray[np.uint8], times_s: NDArray[np.float64], sizes: tuple[int, ...]) -> dict[str, int]:
    """Most flashes in any second, for every measure and every kind of run."""
    found = {}
    edges = np.cumsum((0, *sizes))
    measures = (
        ("led", luminance(slots), GENERAL),
        ("screen", luminance(slots, SCREEN), GENERAL),
        ("red", redness(slots), RED + 1e-9),
    )
    for name, light, change in measures:
        garments = [light[:, a:b].mean(axis=1) for a, b in pairwise(edges) if b > a]
        found[f"{name} pixel"] = most_flashes(light, times_s, change)
        found[f"{name} garment"] = most_flashes(np.stack(garments, axis=1), times_s, change)
        found[f"{name} room"] = most_flashes(light.mean(axis=1, keepdims=True), times_s, change)
    return found
