"""What a night must not have, found in its arrays alone: pixels under the floor, flashes, jumps at a failure.

Nothing here is shared with the stages that have to prevent it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from installation.body.presence import CROSSFADE_S
from installation.compiled import compiled
from installation.frame import Bytes, Flags, Floats
from installation.testing.faults import Fault
from installation.testing.night import Night
from installation.testing.when import written

MOST = 3  # flashes within one second: WCAG 2.2, success criterion 2.3.1
LED, SCREEN = (0.315, 0.537, 0.148), (0.213, 0.715, 0.072)  # luminance of red, green and blue: as LEDs, as screens
GENERAL, RED = 0.10, 20 / 320 + 1e-9  # change of luminance, and of R - G - B, that makes half a flash
NEAR_S = 1.0  # the slowest heart of people who sit and eat beats once in it: a calm garment has moved by then


def under_floor(night: Night) -> Iterator[str]:
    """Pixels under the floor of their look, outside BLACKOUT: a sentence for each garment and stretch of time."""
    for garment in night.show.garments:
        own = night.slots[:, garment.first : garment.first + garment.pixels]
        least = own.max(axis=2).min(axis=1).astype(np.float64)
        for first, past in _stretches(least < night.floor):
            worst = first + int(np.argmax(night.floor[first:past] - least[first:past]))
            yield (
                f"{written(night.time_s[first])} {garment.name} has a pixel at {least[worst]:.0f} of 255, under its "
                f"look's floor of {night.floor[worst]:.0f}, for {_ticks(past - first)}"
            )


def flashes(night: Night) -> Iterator[str]:
    """Garments, and the room as a whole, that flash more than three times within a second."""
    groups = [*((name, slots) for name, slots in night.levels.items() if slots.size), ("the room", night.slots)]
    for name, slots in groups:
        rgb = slots.mean(axis=1) / 255.0
        measures = (
            ("flashes", rgb @ np.array(LED), GENERAL),
            ("flashes", rgb @ np.array(SCREEN), GENERAL),
            ("red flashes", _redness(slots), RED),
        )
        found: dict[str, tuple[int, int]] = {}
        for what, light, change in measures:
            most, tick = most_flashes(light, night.time_s, change)
            found[what] = max(found.get(what, (0, 0)), (most, -tick))
        for what, (most, tick) in found.items():
            if most > MOST:
                yield f"{written(night.time_s[-tick])} {name} has {most} {what} within a second"


def jumps(night: Night) -> Iterator[str]:
    """Garments whose mean level, after a failure, steps further in a tick than it may: see `extra_steps`."""
    bound = step_bound(night)
    extra = extra_steps(night)
    for column, garment in enumerate(night.show.garments):
        for first, past in _stretches(extra[:, column] > bound):
            worst = first + int(np.argmax(extra[first:past, column]))
            yield (
                f"{written(night.time_s[worst + 1])} {garment.name} moves by {extra[worst, column]:.4f} more within a "
                f"tick than it does without the failures; {bound:.4f} is the most"
            )


def step_bound(night: Night) -> float:
    """How much further a garment may step within a tick because something failed: 1 / (crossfade_s * rate)."""
    return 1.0 / (CROSSFADE_S * night.show.rate_hz)


def extra_steps(night: Night) -> Floats:
    """(T - 1, G) how much further each garment's mean level steps than in the calm night; 0 before the first failure.

        extra[t] = |light[t+1] - light[t]| - max over NEAR_S around t of the same in the calm night

    A heart that died goes on by itself and its twin's beats fall elsewhere, so each step is held against
    the largest within a second of it.  Where a failure led the cue list another way there is nothing to compare
    with, and the extra is 0.
    """
    failures = [time_s for time_s, what in night.plan if isinstance(what, Fault)]
    steps: Floats = np.abs(np.diff(night.light, axis=0))
    if not failures:
        return np.zeros_like(steps)
    calm = np.abs(np.diff(night.calm.light, axis=0))
    extra = steps - largest_near(calm, round(NEAR_S * night.show.rate_hz))
    compared = (night.time_s[1:] >= failures[0]) & _same_way(night)[1:]
    return np.where(compared[:, None], extra, 0.0)


def largest_near(steps: Floats, ticks: int) -> Floats:
    """(T, G) the largest of each column within `ticks` before and after."""
    largest = np.pad(steps, ((ticks, ticks), (0, 0)), constant_values=-np.inf)
    reach = 1  # rows that each row has seen: itself, and those after it
    while reach < 2 * ticks + 1:
        by = min(reach, 2 * ticks + 1 - reach)
        largest = np.maximum(largest[:-by], largest[by:])
        reach += by
    return largest


@compiled
def most_flashes(light: Floats, time_s: Floats, change: float) -> tuple[int, int]:
    """Most flashes within any second of (T,), and the tick at which that second opens.

    A flash is a pair of opposing changes by `change` or more.  Each second is judged by itself, and
    shows at its opening what stood before.
    """
    most, where = 0, 0
    for start in range(light.size - 1):
        high = low = light[start]
        going, turns = 0, 0
        for at in range(start + 1, light.size):
            if time_s[at] - time_s[start + 1] > 1.0 + 1e-9:
                break
            now = light[at]
            if going <= 0 and now >= low + change - 1e-12:
                going, turns, high, low = 1, turns + 1, now, now
            elif going >= 0 and now <= high - change + 1e-12:
                going, turns, high, low = -1, turns + 1, now, now
            else:
                high, low = max(high, now), min(low, now)
        if turns // 2 > most:
            most, where = turns // 2, start
    return most, where


def _ticks(count: int) -> str:
    return "one tick" if count == 1 else f"{count} ticks"


def _redness(slots: Bytes) -> Floats:
    """(T,) mean of max(0, R - G - B) over pixels, 0..1."""
    red, green, blue = (slots[..., c].astype(np.int16) for c in range(3))
    mean: Floats = np.maximum(0, red - green - blue).mean(axis=1) / 255.0
    return mean


def _same_way(night: Night) -> Flags:
    """(T,) whether both nights have gone through the same cues at the same times up to here."""
    same: Flags = np.logical_and.accumulate(night.cue == night.calm.cue)
    return same


def _stretches(true: Flags) -> list[tuple[int, int]]:
    """First tick and tick after the last of every stretch in which it is so."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(np.int8)))
    return [(int(first), int(past)) for first, past in edges.reshape(-1, 2)]
