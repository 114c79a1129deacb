"""The guard, last before every wire: whatever is asked for, no more than three flashes leave in any second.

Every pixel, every garment and the room as a whole is watched as a *run* of pixels, in three measures:
luminance as LEDs give it, luminance as screens are judged by, and redness.  In each measure a run
climbs or sinks; a climb begins when it has risen `THRESHOLD` above its last valley, a sink when it has
fallen as far below its last peak.  Falls pass at once.  A climb needs a free place: the third climb
back must have made its last rise more than a second ago.  Without one the run stays under the
threshold.  `docs/safety.md` proves from this that no window of one second holds more than three.

All sums are whole numbers of the bytes that leave, so the proof speaks of the wire.
Sources: WCAG 2.2, success criterion 2.3.1; ITU-R BT.1702; Harding and Binnie 2002 for the red rule.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from installation.compiled import compiled
from installation.frame import Bytes, Flags, Floats32, Ints, Levels, Light, Tick
from installation.lights.garments import cloth
from installation.show.model import Show

LED = (315, 537, 148)  # luminance of LEDs as light sources: 405, 690 and 190 mcd in a usual RGB package
EYE = (213, 715, 72)  # relative luminance of WCAG and ITU-R BT.709
FULL = 255 * 1000  # a white pixel, in the unit of both
THRESHOLD = 9 * FULL // 100  # a flash is a change of 0.10 of full there and back (WCAG); the rest is for uneven LEDs
FULL_RED = 255  # redness is max(0, R - G - B), in bytes
THRESHOLD_RED = 15  # bytes: a red flash is a change of more than 20/320 (Harding and Binnie), so of 16 bytes and more
WINDOW_S = 1.02  # the second of the rule, and a tick's lateness on the way to the wire
HELD_S = 1.0  # after a refusal a run rises gently for so long
CREEP_PER_S = 0.3  # of full, without a free place: a refused strobe becomes a ripple too shallow to see flash
EASE_PER_S = 5.0  # of full, once a place is free: a held rise is let go over 0.2 s, not in a step

TIMES = np.dtype(
    [
        ("valley_s", "f8"),  # when it last stood in the valley; not kept while it stands there
        ("last_s", "f8"),  # when the newest climb last rose; then of the two climbs before it
        ("second_s", "f8"),
        ("third_s", "f8"),
        ("refused_s", "f8"),  # when a climb was last refused
    ],
    align=True,
)


class Runs(NamedTuple):
    """What is remembered of R runs, in three measures each; every array is (3, R).

    value: what left at the last tick · edge: the peak of a climbing run, most since the last valley; the
    valley of a sinking one, least since the last peak · climbing · times: see `TIMES`.  A run whose value
    stays as it was has nothing to remember, so the times of most runs rest.
    """

    value: NDArray[Any]
    edge: NDArray[Any]
    climbing: Flags
    times: NDArray[Any]


class Moment(NamedTuple):
    """Time of this tick and of the one before, on a clock that never goes back, and the step between."""

    now_s: float
    before_s: float
    dt_s: float


class Guard:
    """Holds every run of pixels to the limits; remembers what left, so it is asked at every tick.

    A fresh guard counts the last second as spent: only rises under the threshold pass at first.
    `mended` counts slots that came in as NaN or infinite and were sent as they were before.
    """

    def __init__(self, show: Show) -> None:
        worn = cloth(show)
        pixels, garments = worn.wearer.size, worn.first.size
        self._first = np.append(worn.first, 0).astype(np.int32)  # the garments, and the room as the last group
        self._past = np.append(worn.past, pixels).astype(np.int32)
        self._slots = np.zeros((pixels, 3), np.uint8)
        self._pixels = _fresh(pixels, np.int32)
        self._groups = _fresh(garments + 1, np.int64)
        self._now_s = 0.0
        self._tick_s = np.inf  # no time passes before the first tick
        self.mended = 0
        self.limit(Light(np.zeros((pixels, 3), np.float32)), Tick(0, np.inf, 0.0))  # compiles before the first tick

    def limit(self, light: Light, tick: Tick) -> Levels:
        """The bytes of the wire for this tick, and which garments are held back."""
        dt_s = max(0.0, tick.time_s - self._tick_s)
        self._tick_s = tick.time_s
        moment = Moment(self._now_s + dt_s, self._now_s, dt_s)  # never backwards, whatever the clock does
        self._now_s = moment.now_s
        rgb = np.ascontiguousarray(light.rgb)
        slots, held = np.empty_like(self._slots), np.empty(self._first.size, np.bool_)
        self.mended += _limit(
            rgb, self._slots, slots, self._pixels, self._groups, self._first, self._past, held, moment
        )
        self._slots = slots
        return Levels(slots, held[:-1])


def _fresh(runs: int, whole: type[np.signedinteger[Any]]) -> Runs:
    """Runs that stand in the dark, all places taken; values are of the type `whole`."""
    times = np.zeros((3, runs), TIMES)
    times["refused_s"] = -np.inf
    return Runs(np.zeros((3, runs), whole), np.zeros((3, runs), whole), np.zeros((3, runs), np.bool_), times)


@compiled
def _ceiling(runs: Any, m: int, r: int, want: int, full: int, threshold: int, at: Any) -> Any:
    """The highest value that a run may take now, never under what left last; `want` itself where it is free to go."""
    value, edge, times = runs.value[m, r], runs.edge[m, r], runs.times[m, r]
    if want <= value:
        return want
    free = runs.climbing[m, r] or at.now_s - times.third_s > WINDOW_S
    if not free and want >= edge + threshold:
        times.refused_s = at.now_s
    if at.now_s - times.refused_s > HELD_S:
        return want
    if free:
        top = value + int(full * EASE_PER_S * at.dt_s)
    else:
        valley_s = at.before_s if value == edge else times.valley_s
        top = edge + min(threshold - 1, int(full * CREEP_PER_S * (at.now_s - valley_s)))
    return max(top, value)


@compiled
def _share(top: int, want: int, base: int) -> float:
    """How much of its rise from `base` (no slot rises) to `want` a run may keep, not to go over `top`: 0..1."""
    return 1.0 if want <= top else np.true_divide(top - base, want - base)


@compiled
def _measures(r: Any, g: Any, b: Any) -> Any:
    """The three measures of one pixel: luminance for LEDs and for the eye; redness, max(0, R - G - B)."""
    return LED[0] * r + LED[1] * g + LED[2] * b, EYE[0] * r + EYE[1] * g + EYE[2] * b, max(0, r - g - b)


@compiled
def _measure(slots: Bytes, i: int, now: NDArray[np.int32]) -> None:
    """Measure pixel i into `now` (3, P)."""
    r, g, b = np.int32(slots[i, 0]), np.int32(slots[i, 1]), np.int32(slots[i, 2])
    now[0, i], now[1, i], now[2, i] = _measures(r, g, b)


@compiled
def _bases(slots: Bytes, before: Bytes, i: int) -> Any:
    """Luminance of pixel i, both ways, with no slot higher than before."""
    r, g, b = min(slots[i, 0], before[i, 0]), min(slots[i, 1], before[i, 1]), min(slots[i, 2], before[i, 2])
    led, eye, _ = _measures(np.int64(r), np.int64(g), np.int64(b))
    return led, eye


@compiled
def _keep(slots: Bytes, before: Bytes, i: int, share: float, now: NDArray[np.int32]) -> None:
    """Keep a share of the rise of every slot of a pixel; falls pass.

        slot = before + floor(share * (slot - before))    where that is a rise

    Sums of a run stay under 2**40, so rounding in `share` never lifts a slot over its whole number.
    """
    for c in range(3):
        if slots[i, c] > before[i, c]:
            slots[i, c] = before[i, c] + int(share * (slots[i, c] - before[i, c]))
    _measure(slots, i, now)


@compiled
def _keep_red(slots: Bytes, i: int, was: int, share: float, now: NDArray[np.int32]) -> None:
    """Keep a share of the rise of a pixel's redness from what it was, by lowering red alone."""
    red = now[2, i]
    if red > was:
        slots[i, 0] -= red - was - int(share * (red - was))
        _measure(slots, i, now)


@compiled
def _hold_pixels(slots: Bytes, before: Bytes, runs: Any, now: NDArray[np.int32], at: Any) -> None:
    """Hold back the luminance of every pixel; pixel i is run i."""
    for i in range(slots.shape[0]):
        led, eye = now[0, i], now[1, i]
        if led <= runs.value[0, i] and eye <= runs.value[1, i]:
            continue
        led_top = _ceiling(runs, 0, i, led, FULL, THRESHOLD, at)
        eye_top = _ceiling(runs, 1, i, eye, FULL, THRESHOLD, at)
        if led > led_top or eye > eye_top:
            led0, eye0 = _bases(slots, before, i)
            _keep(slots, before, i, min(_share(led_top, led, led0), _share(eye_top, eye, eye0)), now)


@compiled
def _hold_group(
    slots: Bytes, before: Bytes, first: int, past: int, runs: Any, g: int, now: NDArray[np.int32], at: Any
) -> None:
    """Hold back the luminance of run g: the pixels first to past - 1 together."""
    n = past - first
    led, eye = _sum(now[0, first:past]), _sum(now[1, first:past])
    led_top = _ceiling(runs, 0, g, led, n * FULL, n * THRESHOLD, at)
    eye_top = _ceiling(runs, 1, g, eye, n * FULL, n * THRESHOLD, at)
    if led > led_top or eye > eye_top:
        led0 = eye0 = 0
        for i in range(first, past):
            of_pixel = _bases(slots, before, i)
            led0 += of_pixel[0]
            eye0 += of_pixel[1]
        share = min(_share(led_top, led, led0), _share(eye_top, eye, eye0))
        for i in range(first, past):
            _keep(slots, before, i, share, now)


@compiled
def _hold_red_pixels(slots: Bytes, runs: Any, now: NDArray[np.int32], at: Any) -> None:
    """Hold back the redness of every pixel; pixel i is run i."""
    for i in range(slots.shape[0]):
        red, was = now[2, i], runs.value[2, i]
        if red > was:
            top = _ceiling(runs, 2, i, red, FULL_RED, THRESHOLD_RED, at)
            if red > top:
                _keep_red(slots, i, was, _share(top, red, was), now)


@compiled
def _hold_red_group(
    slots: Bytes, first: int, past: int, was: NDArray[np.int32], runs: Any, g: int, now: NDArray[np.int32], at: Any
) -> None:
    """Hold back the redness of run g: the pixels first to past - 1 together; `was` (P,) is their redness before."""
    n = past - first
    red = _sum(now[2, first:past])
    top = _ceiling(runs, 2, g, red, n * FULL_RED, n * THRESHOLD_RED, at)
    if red > top:
        base = 0
        for i in range(first, past):
            base += min(now[2, i], was[i])
        share = _share(top, red, base)
        for i in range(first, past):
            _keep_red(slots, i, was[i], share, now)


@compiled
def _sum(values: NDArray[np.int32]) -> Any:
    """Their sum, which may be over 2**31."""
    total = np.int64(0)
    for i in range(values.size):
        total += values[i]
    return total


@compiled
def _follow(runs: Any, m: int, r: int, value: int, threshold: int, at: Any) -> None:
    """Take what leaves into the run's climbs and valleys; a run whose value stays has none."""
    before, edge = runs.value[m, r], runs.edge[m, r]
    if value == before:
        return
    runs.value[m, r] = value
    if runs.climbing[m, r]:
        if value > edge:
            runs.edge[m, r] = value
            runs.times[m, r].last_s = at.now_s
        elif value <= edge - threshold:
            runs.climbing[m, r] = False
            runs.edge[m, r] = value
    elif value <= edge:
        runs.edge[m, r] = value
    elif value >= edge + threshold:
        runs.climbing[m, r] = True
        runs.edge[m, r] = value
        times = runs.times[m, r]
        times.third_s, times.second_s, times.last_s = times.second_s, times.last_s, at.now_s
    elif before == edge:
        runs.times[m, r].valley_s = at.before_s  # it leaves the valley


@compiled
def _lowered(slots: Bytes, wanted: Bytes) -> int:
    """How many slots are not as they were wanted."""
    lowered = 0
    for i in range(slots.size):
        lowered += slots[i] != wanted[i]
    return lowered


@compiled
def _quantise(rgb: Floats32, before: Bytes, slots: Bytes) -> int:
    """Linear light as bytes, floor(255 x + 0.5); a slot that is no number stays as it was, and is counted."""
    mended = 0
    for i in range(rgb.size):
        number = np.isfinite(rgb[i])
        x = rgb[i] if number else 0.0
        slots[i] = int(255.0 * min(max(x, 0.0), 1.0) + 0.5) if number else before[i]
        mended += not number
    return mended


@compiled
def _limit(
    rgb: Floats32,
    before: Bytes,
    slots: Bytes,
    pixels: Any,
    groups: Any,
    first: Ints,
    past: Ints,
    held: Flags,
    at: Any,
) -> int:
    """Write the bytes of this tick into `slots` and which groups are held into `held`; how many slots were mended.

    Luminance comes first, since a lower green or blue makes a pixel redder; redness then lowers red alone.
    So every step only lowers what the steps before it hold, and a run could always stay where it is.
    `now` (3, P) holds the measures of `slots`, pixel by pixel, and is kept true by every step.
    """
    mended = _quantise(rgb.reshape(-1), before.reshape(-1), slots.reshape(-1))
    wanted = slots.copy()
    now = np.empty_like(pixels.value)
    for i in range(slots.shape[0]):
        _measure(slots, i, now)
    _hold_pixels(slots, before, pixels, now, at)
    for g in range(first.size):
        _hold_group(slots, before, first[g], past[g], groups, g, now, at)
    _hold_red_pixels(slots, pixels, now, at)
    for g in range(first.size):
        _hold_red_group(slots, first[g], past[g], pixels.value[2], groups, g, now, at)
    for m in range(3):
        threshold = THRESHOLD_RED if m == 2 else THRESHOLD
        for i in range(slots.shape[0]):
            _follow(pixels, m, i, now[m, i], threshold, at)
        for g in range(first.size):
            n = past[g] - first[g]
            _follow(groups, m, g, _sum(now[m, first[g] : past[g]]), n * threshold, at)
    for g in range(first.size):
        held[g] = _lowered(slots[first[g] : past[g]].reshape(-1), wanted[first[g] : past[g]].reshape(-1)) > 0
    return mended
