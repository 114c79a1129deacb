"""The hearts: one cell for each wearer, its trace moving at the pace of its own pulse."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from installation.frame import Presence
from installation.watch.window.cells import NARROWEST, cells, more_at, more_cell
from installation.watch.window.layout import Layout
from installation.watch.window.marks import MARK, draw_marks, presence_of
from installation.watch.window.palette import COLORS, PRESENCE_COLORS, mixed
from installation.watch.window.pen import Box, Pen
from installation.watch.window.view import SECOND_RANK, View

TRACE_S = 3.0  # seconds of pulse in a trace: three or four beats of a heart at rest
POINTS = 72  # of a trace: the crest of a fast heart still has five
KEPT = 240  # pictures remembered: TRACE_S at 60 a second, and some more
HALF = 0.5  # a turn: a phase that falls by more has begun anew; one that falls by less is corrected, not turned
NAMED = 108.0  # a name and a number


class Hearts:
    """Draws the strip; remembers the last seconds of every pulse."""

    def __init__(self, wearers: int) -> None:
        self._times_s: deque[float] = deque(maxlen=KEPT)
        self._turns: deque[NDArray[np.float64]] = deque(maxlen=KEPT)
        self._wearers = wearers
        self._drawn = np.empty((0, wearers))

    def listen(self, view: View) -> None:
        """Take the present phase of every heart; whole turns are counted, so that it can be drawn between pictures."""
        if self._times_s and view.now_s <= self._times_s[-1]:
            return
        phase = view.news.body.heart_phase.astype(np.float64)
        if self._turns:
            before = self._turns[-1]
            phase += np.floor(before) + (phase < before % 1.0 - HALF)
            phase = np.where(np.isfinite(phase), phase, view.news.body.heart_phase)  # the first beat starts the count
        self._times_s.append(view.now_s)
        self._turns.append(phase)

    def draw(self, pen: Pen, boxes: Layout, view: View) -> None:
        """Draw the cells of the present page."""
        pen.fill(boxes.hearts, COLORS["trench"])
        seen = cells(boxes, view)
        self._drawn = self._between()
        for wearer, box in seen:
            self._cell(pen, view, wearer, box)
        rest = more_cell(boxes, view)
        if rest is not None:
            under = view.hands.at is not None and more_at(boxes, view, *view.hands.at)
            color = mixed("trench", "foam", view.eases.to("touch more", 1.0 if under else SECOND_RANK))
            words = f"and {self._wearers - len(seen)} more"
            pen.text(words, rest[0], rest[1] + 21, 14, color, room=rest[2])

    def _cell(self, pen: Pen, view: View, wearer: int, box: Box) -> None:
        left, top, width, _ = box
        presence = presence_of(view, wearer, 0)
        hover = view.eases.to(f"heart {wearer}", 1.0 if view.hovered == wearer else 0.0)
        rate = float(view.news.body.heart_rate[wearer])
        roomy = width > 2 * NARROWEST - 1
        words = "–" if math.isnan(rate) else f"{rate:.0f}"
        right = left + (NAMED + 0.4 * max(0.0, width - 2 * NAMED) if roomy else width - 12)
        draw_marks(pen, view, wearer, left, top)
        number = pen.text(words, right, top + 22, 18, COLORS["foam"], "mono", "right")
        name = mixed("trench", "foam", 0.72 + 0.28 * hover)
        pen.text(view.programme.wearers[wearer].name, left + MARK, top + 21, 14, name, room=right - number - left - 26)
        if roomy:
            color = "jelly" if presence == Presence.REAL else PRESENCE_COLORS[presence]
            self._trace(pen, wearer, (right + 14, top + 8, left + width - right - 34, 28), color)

    def _between(self) -> NDArray[np.float64]:
        """Heights (POINTS, N) of the pulses over the last seconds that were heard; NaN where nothing is known."""
        if len(self._times_s) < 2:
            return np.full((POINTS, self._wearers), np.nan)
        times_s, turns = np.array(self._times_s), np.array(self._turns)
        drawn_s = np.linspace(times_s[-1] - TRACE_S, times_s[-1], POINTS)
        after = np.clip(np.searchsorted(times_s, drawn_s), 1, len(times_s) - 1)
        share = (drawn_s - times_s[after - 1]) / (times_s[after] - times_s[after - 1])
        between = turns[after - 1] + (turns[after] - turns[after - 1]) * np.clip(share, 0.0, 1.0)[:, None]
        between[drawn_s < times_s[0]] = np.nan
        return pulse(between % 1.0)

    def _trace(self, pen: Pen, wearer: int, box: Box, color: str) -> None:
        left, top, width, height = box
        heights = self._drawn[:, wearer]
        points = [
            (left + width * i / (POINTS - 1), top + height * (1.0 - value))
            for i, value in enumerate(heights.tolist())
            if not math.isnan(value)
        ]
        if len(points) < 2:
            pen.fill((left, top + height - 1, width, 1), COLORS["kelp"])
            return
        middle = len(points) // 2
        pen.curve(points[: middle + 1], mixed("trench", color, 0.42))  # what is past is quieter
        pen.curve(points[middle:], mixed("trench", color, 0.85))
        pen.shape("real", *points[-1], 5, COLORS[color])


def pulse(phase: NDArray[np.float64]) -> NDArray[np.float64]:
    """The height 0..1 of a drawn pulse at phases of the heart: a steep crest and the small wave after it.

    A drawing of the photoplethysmogram, the sum of two bells; nothing is measured from it.
    """
    crest = 0.90 * np.exp(-(((phase - 0.16) / 0.085) ** 2))
    return 0.06 + crest + 0.34 * np.exp(-(((phase - 0.46) / 0.14) ** 2))
