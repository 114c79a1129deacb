"""The traces: up to four signals over the last seconds, stacked, each with its number, its unit and its scale."""

from __future__ import annotations

import math

import numpy as np

from installation.frame import Floats32
from installation.watch.window.catalogue import Entry
from installation.watch.window.palette import COLORS
from installation.watch.window.pen import Box, Pen
from installation.watch.window.scopes import Scopes
from installation.watch.window.sheet import VALUES
from installation.watch.window.strokes import Series, draw_strokes, series
from installation.watch.window.trails import Trails
from installation.watch.window.view import View, quiet

NARROWEST = 0.05  # of a signal's range: what fills the trace, where it hardly moves
AIR = 0.12  # above and below what is seen
LOWEST = 26.0  # units: a trace with room for the two numbers of its scale
FRESH_S = 1.0  # a number that is older is not the present


def draw_traces(pen: Pen, box: Box, view: View, scopes: Scopes, trails: Trails) -> None:
    """Draw the chosen signals, the first on top."""
    left, top, width, height = box
    entries = scopes.traces
    if not entries:
        pen.text("no signal is chosen", left, top + 28, 14, quiet())
        return
    each = height / len(entries)
    for i, entry in enumerate(entries):
        middle = view.eases.to(f"scope {entry.name} at", i * each)
        tall = view.eases.to(f"scope {entry.name} tall", each)
        _trace(pen, (left, top + middle, width, tall), view, entry, series(entry, scopes, trails))


def _trace(pen: Pen, box: Box, view: View, entry: Entry, told: Series) -> None:
    left, top, width, height = box
    now_s = view.news.time_s + view.age_s
    low, high = _scale(view, entry, told.values)
    plot = (left, top + 16, width - VALUES, height - 21)
    pen.fill((left, plot[1] + plot[3], plot[2], 1), COLORS["kelp"])
    draw_strokes(pen, plot, told, now_s, (low, high))
    pen.text(entry.name, left, top + 11, 12, COLORS["foam"], "mono", room=plot[2])
    right = left + plot[2] + 10
    if plot[3] >= LOWEST:
        pen.text(_number(high, entry), right, plot[1] + 8, 12, quiet(), "mono")
        pen.text(_number(low, entry), right, plot[1] + plot[3] + 2, 12, quiet(), "mono")
    fresh = told.times_s.size and now_s - told.times_s[-1] < FRESH_S
    present = told.values[-1] if fresh else np.full(1, np.nan, np.float32)
    _value(pen, (left, plot[1] - 4, width, plot[3] + 4), entry, present)


def _scale(view: View, entry: Entry, values: Floats32) -> tuple[float, float]:
    """What the bottom and the top of the trace mean."""
    seen = values[np.isfinite(values)]
    low, high = entry.low, entry.high
    if not entry.whole and seen.size:
        lowest, highest = float(seen.min()), float(seen.max())
        least = NARROWEST * (high - low) if math.isfinite(high - low) else 0.0
        span = max(highest - lowest, least, 1e-6)
        middle = (lowest + highest) / 2
        low, high = middle - (0.5 + AIR) * span, middle + (0.5 + AIR) * span
    elif not math.isfinite(high - low):
        low, high = 0.0, 1.0
    name = entry.name
    return view.eases.to(f"scope {name} low", low), view.eases.to(f"scope {name} high", max(high, low + 1e-6))


def _value(pen: Pen, box: Box, entry: Entry, values: Floats32) -> None:
    """The present number with its unit; of all wearers the lowest and the highest."""
    left, top, width, height = box
    right, known = left + width, values[np.isfinite(values)]
    words = "–" if not known.size else _number(float(known.min()), entry)
    if known.size > 1 and (most := _number(float(known.max()), entry)) != words:
        words = f"{words}–{most}"
    said = pen.text(words, right, top + height / 2 + 3, 14 if len(words) > 6 else 18, COLORS["foam"], "mono", "right")
    if entry.unit:
        pen.text(entry.unit, right, top + height / 2 + 18, 12, quiet(), align="right", room=max(said, VALUES - 60))


def _number(value: float, entry: Entry) -> str:
    """As many digits as can be believed at a glance."""
    span = entry.high - entry.low
    digits = 0 if span >= 100 or entry.name.startswith("presence.") else 1 if span >= 10 else 2
    return f"{value:.{digits}f}"
