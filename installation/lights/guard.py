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

from typing import Any

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

RUN = np.dtype(
    [
        ("value", "i8"),  # what left at the last tick
        ("valley", "i8"),  # least since the last peak
        ("peak", "i8"),  # most since the last valley
        ("valley_s", "f8"),  # when it last stood in the valley
        ("last_s", "f8"),  # when the newest climb last rose; then of the two climbs before it
        ("second_s", "f8"),
        ("third_s", "f8"),
        ("refused_s", "f8"),  # when a climb was last refused
        ("climbing", "?"),
    ],
    align=True,
)


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
        self._runs = np.zeros((3, pixels + garments + 1), RUN)
        self._runs["refused_s"] = -np.inf
        self._now_s = 0.0
        self._tick_s = np.inf  # no time passes before the first tick
        self.mended = 0
        self.limit(Light(np.zeros((pixels, 3), np.float32)), Tick(0, np.inf, 0.0))  # compiles before the first tick

    def limit(self, light: Light, tick: Tick) -> Levels:
        """The bytes of the wire for this tick, and which garments are held back."""
        dt_s = max(0.0, tick.time_s - self._tick_s)
        self._tick_s = tick.time_s
        self._now_s += dt_s  # never backwards, whatever the clock does
        slots, held = np.empty_like(self._slots), np.empty(self._first.size, np.bool_)
        self.mended += _limit(
            light.rgb, self._slots, slots, self._runs, self._first, self._past, held, self._now_s, dt_s
        )
        self._slots = slots
        return Levels(slots, held[:-1])


@compiled
def _ceiling(run: Any, want: int, full: int, threshold: int, now_s: float, dt_s: float) -> Any:
    """The highest value that a run may take now, never under what left last; `want` itself where it is free to go."""
    free = run.climbing or now_s - run.third_s > WINDOW_S
    if not free and want >= run.valley + threshold:
        run.refused_s = now_s
    if now_s - run.refused_s > HELD_S:
        return want
    if free:
        top = run.value + int(full * EASE_PER_S * dt_s)
    else:
        top = run.valley + min(threshold - 1, int(full * CREEP_PER_S * (now_s - run.valley_s)))
    return max(top, run.value)


@compiled
def _share(run: Any, want: int, base: int, full: int, threshold: int, now_s: float, dt_s: float) -> float:
    """How much a run may keep of its rise from `base` (nothing rises) to `want`: 0..1."""
    top = _ceiling(run, want, full, threshold, now_s, dt_s)
    return 1.0 if want <= top else np.true_divide(top - base, want - base)


@compiled
def _luminance(slots: Bytes, before: Bytes, i: int) -> tuple[Any, Any, Any, Any]:
    """Luminance of one pixel for LEDs and for the eye, and both with no slot higher than before."""
    r, g, b = np.int64(slots[i, 0]), np.int64(slots[i, 1]), np.int64(slots[i, 2])
    r0, g0, b0 = min(r, np.int64(before[i, 0])), min(g, np.int64(before[i, 1])), min(b, np.int64(before[i, 2]))
    return (
        LED[0] * r + LED[1] * g + LED[2] * b,
        LED[0] * r0 + LED[1] * g0 + LED[2] * b0,
        EYE[0] * r + EYE[1] * g + EYE[2] * b,
        EYE[0] * r0 + EYE[1] * g0 + EYE[2] * b0,
    )


@compiled
def _red(slots: Bytes, i: int) -> Any:
    """Redness of one pixel, in bytes: max(0, R - G - B)."""
    return max(0, np.int64(slots[i, 0]) - np.int64(slots[i, 1]) - np.int64(slots[i, 2]))


@compiled
def _keep(slots: Bytes, before: Bytes, i: int, share: float) -> None:
    """Keep a share of the rise of every slot of a pixel; falls pass.

        slot = before + floor(share * (slot - before))    where that is a rise

    Sums of a run stay under 2**40, so rounding in `share` never lifts a slot over its whole number.
    """
    for c in range(3):
        if slots[i, c] > before[i, c]:
            slots[i, c] = before[i, c] + int(share * (slots[i, c] - before[i, c]))


@compiled
def _keep_red(slots: Bytes, before: Bytes, i: int, share: float) -> None:
    """Keep a share of the rise of a pixel's redness, by lowering red alone."""
    red, was = _red(slots, i), _red(before, i)
    if red > was:
        slots[i, 0] -= red - was - int(share * (red - was))


@compiled
def _hold_pixels(slots: Bytes, before: Bytes, runs: NDArray[Any], now_s: float, dt_s: float) -> None:
    """Hold back the luminance of every pixel; pixel i is run i."""
    for i in range(slots.shape[0]):
        led, led0, eye, eye0 = _luminance(slots, before, i)
        share = min(
            _share(runs[0, i], led, led0, FULL, THRESHOLD, now_s, dt_s),
            _share(runs[1, i], eye, eye0, FULL, THRESHOLD, now_s, dt_s),
        )
        if share < 1.0:
            _keep(slots, before, i, share)


@compiled
def _hold_group(
    slots: Bytes, before: Bytes, first: int, past: int, runs: NDArray[Any], r: int, now_s: float, dt_s: float
) -> None:
    """Hold back the luminance of run r: the pixels first to past - 1 together."""
    led = led0 = eye = eye0 = 0
    for i in range(first, past):
        of_pixel = _luminance(slots, before, i)
        led += of_pixel[0]
        led0 += of_pixel[1]
        eye += of_pixel[2]
        eye0 += of_pixel[3]
    n = past - first
    share = min(
        _share(runs[0, r], led, led0, n * FULL, n * THRESHOLD, now_s, dt_s),
        _share(runs[1, r], eye, eye0, n * FULL, n * THRESHOLD, now_s, dt_s),
    )
    if share < 1.0:
        for i in range(first, past):
            _keep(slots, before, i, share)


@compiled
def _hold_red_pixels(slots: Bytes, before: Bytes, runs: NDArray[Any], now_s: float, dt_s: float) -> None:
    """Hold back the redness of every pixel; pixel i is run i."""
    for i in range(slots.shape[0]):
        red = _red(slots, i)
        red0 = min(red, _red(before, i))
        share = _share(runs[2, i], red, red0, FULL_RED, THRESHOLD_RED, now_s, dt_s)
        if share < 1.0:
            _keep_red(slots, before, i, share)


@compiled
def _hold_red_group(
    slots: Bytes, before: Bytes, first: int, past: int, runs: NDArray[Any], r: int, now_s: float, dt_s: float
) -> None:
    """Hold back the redness of run r: the pixels first to past - 1 together."""
    red = red0 = 0
    for i in range(first, past):
        of_pixel = _red(slots, i)
        red += of_pixel
        red0 += min(of_pixel, _red(before, i))
    n = past - first
    share = _share(runs[2, r], red, red0, n * FULL_RED, n * THRESHOLD_RED, now_s, dt_s)
    if share < 1.0:
        for i in range(first, past):
            _keep_red(slots, before, i, share)


@compiled
def _follow(run: Any, value: int, threshold: int, now_s: float) -> None:
    """Take what leaves into the run's climbs and valleys."""
    if run.climbing:
        if value > run.peak:
            run.peak = value
            run.last_s = now_s
        elif value <= run.peak - threshold:
            run.climbing = False
            run.valley, run.valley_s = value, now_s
    elif value <= run.valley:
        run.valley, run.valley_s = value, now_s
    elif value >= run.valley + threshold:
        run.climbing = True
        run.peak = value
        run.third_s, run.second_s, run.last_s = run.second_s, run.last_s, now_s
    run.value = value


@compiled
def _quantise(rgb: Floats32, before: Bytes, slots: Bytes) -> int:
    """Linear light as bytes, floor(255 x + 0.5); a slot that is no number stays as it was, and is counted."""
    mended = 0
    for i in range(rgb.shape[0]):
        for c in range(3):
            x = rgb[i, c]
            if not np.isfinite(x):
                slots[i, c] = before[i, c]
                mended += 1
            else:
                slots[i, c] = int(255.0 * min(max(x, 0.0), 1.0) + 0.5)
    return mended


@compiled
def _limit(
    rgb: Floats32,
    before: Bytes,
    slots: Bytes,
    runs: NDArray[Any],
    first: Ints,
    past: Ints,
    held: Flags,
    now_s: float,
    dt_s: float,
) -> int:
    """Write the bytes of this tick into `slots` and which groups are held into `held`; how many slots were mended.

    Luminance comes first, since a lower green or blue makes a pixel redder; redness then lowers red alone.
    So every step only lowers what the steps before it hold, and a run could always stay where it is.
    """
    mended = _quantise(rgb, before, slots)
    wanted = slots.copy()
    pixels = slots.shape[0]
    _hold_pixels(slots, before, runs, now_s, dt_s)
    for g in range(first.size):
        _hold_group(slots, before, first[g], past[g], runs, pixels + g, now_s, dt_s)
    _hold_red_pixels(slots, before, runs, now_s, dt_s)
    for g in range(first.size):
        _hold_red_group(slots, before, first[g], past[g], runs, pixels + g, now_s, dt_s)
    for i in range(pixels):
        led, _, eye, _ = _luminance(slots, slots, i)
        _follow(runs[0, i], led, THRESHOLD, now_s)
        _follow(runs[1, i], eye, THRESHOLD, now_s)
        _follow(runs[2, i], _red(slots, i), THRESHOLD_RED, now_s)
    for g in range(first.size):
        led = eye = red = 0
        held[g] = False
        for i in range(first[g], past[g]):
            of_pixel = _luminance(slots, slots, i)
            led += of_pixel[0]
            eye += of_pixel[2]
            red += _red(slots, i)
            for c in range(3):
                held[g] |= slots[i, c] != wanted[i, c]
        n = past[g] - first[g]
        _follow(runs[0, pixels + g], led, n * THRESHOLD, now_s)
        _follow(runs[1, pixels + g], eye, n * THRESHOLD, now_s)
        _follow(runs[2, pixels + g], red, n * THRESHOLD_RED, now_s)
    return mended
