"""The traces: up to four signals over the last seconds, stacked, each with its number, its unit and its scale."""

from __future__ import annotations

import math

import numpy as np

from installation.frame import ORGANS, Floats, Floats32, Presence
from installation.watch.window.catalogue import Entry
from installation.watch.window.palette import COLORS, PRESENCE_COLORS, mixed
from installation.watch.window.pen import Box, Pen
from installation.watch.window.scopes import Scopes
from installation.watch.window.sheet import VALUES
from installation.watch.window.trails import Trails
from installation.watch.window.view import View, quiet
from installation.watch.window.wave import middle_and_edges, wave

COLUMN, COARSE = 2.0, 4.0  # units of a column of a trace; of one among many
FEW = 12  # wearers whose lines can still be told apart; more are a band and their mean
NARROWEST = 0.05  # of a signal's range: what fills the trace, where it hardly moves
AIR = 0.12  # above and below what is seen
FINE = 4.0  # units: what rises less within a column is a slope, what rises more a step
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
        _trace(pen, (left, top + middle, width, tall), view, entry, _series(entry, scopes, trails))


def _series(entry: Entry, scopes: Scopes, trails: Trails) -> tuple[Floats, Floats32]:
    """Times (T,) and values (T, K): of one wearer, of all, or of the room."""
    number = scopes.entries.index(entry)
    if entry.of_room:
        times_s, values = trails.room(number - sum(not one.of_room for one in scopes.entries))
        return times_s, values[:, None]
    who = slice(None) if scopes.wearer < 0 else slice(scopes.wearer, scopes.wearer + 1)
    return trails.wearers(number, who)


def _trace(pen: Pen, box: Box, view: View, entry: Entry, series: tuple[Floats, Floats32]) -> None:
    left, top, width, height = box
    times_s, values = series
    now_s = view.news.time_s + view.age_s
    low, high = _scale(view, entry, values)
    plot = (left, top + 16, width - VALUES, height - 21)
    pen.fill((left, plot[1] + plot[3], plot[2], 1), COLORS["kelp"])
    _lines(pen, plot, view, entry, times_s, values, now_s, low, high)
    pen.text(entry.name, left, top + 11, 12, COLORS["foam"], "mono")
    right = left + plot[2] + 10
    if plot[3] >= 26:
        pen.text(_number(high, entry), right, plot[1] + 8, 12, quiet(), "mono")
        pen.text(_number(low, entry), right, plot[1] + plot[3] + 2, 12, quiet(), "mono")
    fresh = values[-1] if times_s.size and now_s - times_s[-1] < FRESH_S else np.full(1, np.nan)
    _value(pen, (left, plot[1] - 4, width, plot[3] + 4), entry, fresh)


def _lines(
    pen: Pen,
    plot: Box,
    view: View,
    entry: Entry,
    times_s: Floats,
    values: Floats32,
    now_s: float,
    low: float,
    high: float,
) -> None:
    left, top, width, height = plot
    columns = max(2, int(width / (COLUMN if values.shape[1] == 1 else COARSE)))

    def places(one: Floats32) -> list[list[tuple[float, float]]]:
        lines = wave(times_s, one, now_s, columns, fine=FINE / height * (high - low))
        heights = [np.clip((line[:, 1] - low) / (high - low), 0.0, 1.0) for line in lines]
        return [
            list(zip((left + width * line[:, 0]).tolist(), (top + height * (1.0 - up)).tolist(), strict=True))
            for line, up in zip(lines, heights, strict=True)
        ]

    if values.shape[1] > FEW:
        mean, lowest, highest = middle_and_edges(values)
        for below, above in zip(places(lowest), places(highest), strict=True):
            pen.area([*below, *reversed(above)], mixed("trench", "foam", 0.12))
        for line in places(mean):
            pen.curve(line, mixed("trench", "foam", 0.85))
        return
    share = 0.85 if values.shape[1] == 1 else 0.55
    for column in range(values.shape[1]):
        color = mixed("trench", _tint(view, entry, column), share)
        for line in places(values[:, column]):
            pen.curve(line, color)


def _tint(view: View, entry: Entry, column: int) -> str:
    """The colour of where the signal comes from; what is of no organ has the colour of words."""
    if entry.organ < 0:
        return "foam"
    wearer = column if view.scopes.wearer < 0 else view.scopes.wearer
    presence = Presence(min(int(view.news.body.presence[wearer, entry.organ]), Presence.REPLAYED))
    if presence == Presence.REAL and entry.organ == ORGANS.index("heart"):
        return "jelly"
    return PRESENCE_COLORS[presence]


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
