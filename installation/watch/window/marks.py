"""Marks: where each organ of a wearer comes from, by shape and colour, and how far it is believed, by a quiet bar."""

from __future__ import annotations

import math

from installation.frame import Force, Presence
from installation.watch.window.palette import COLORS, PRESENCE_COLORS, mixed
from installation.watch.window.pen import Pen
from installation.watch.window.presences import known
from installation.watch.window.view import SHAPES, View

MARK = 20.0  # width of the heart's mark with the air around it: what a press takes
LARGE, SMALL = 11.0, 8.0  # the mark of the heart, and those of the others
STEP = 18.0  # from one small mark to the next


def presence_of(view: View, wearer: int, organ: int) -> Presence:
    """Where an organ comes from."""
    return Presence(min(int(view.news.body.presence[wearer, organ]), Presence.REPLAYED))


def draw_marks(pen: Pen, view: View, wearer: int, left: float, top: float) -> None:
    """Draw the heart's mark and bar beside the name, those of the other organs in a row under it."""
    _mark(pen, view, wearer, 0, (left + 6, top + 16), LARGE)
    if view.presences.forced(wearer) != Force.AUTO:
        pen.fill((left - 4, top + 10, 2, 12), COLORS["foam"], 1)
    for organ in known(view.news, wearer):
        if organ > 0:  # each has its own place, so that a row of people can be read down
            _mark(pen, view, wearer, organ, (left + MARK + SMALL / 2 + (organ - 1) * STEP, top + 32), SMALL)


def _mark(pen: Pen, view: View, wearer: int, organ: int, middle: tuple[float, float], size: float) -> None:
    """A mark, and the bar of its quality under it."""
    x, y = middle
    presence = presence_of(view, wearer, organ)
    pen.shape(SHAPES[presence], x, y, size, COLORS[PRESENCE_COLORS[presence]])
    left, top, width = x - size / 2 - 1, y + size / 2 + 3, size + 2
    pen.fill((left, top, width, 2), COLORS["kelp"])
    quality = float(view.news.body.quality[wearer, organ])
    shown = view.eases.to(f"quality {wearer} {organ}", 0.0 if math.isnan(quality) else min(max(quality, 0.0), 1.0))
    if shown > 0.05:
        pen.fill((left, top, max(1.0, width * shown), 2), mixed("trench", "foam", 0.7))
