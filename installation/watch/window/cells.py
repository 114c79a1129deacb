"""Cells: who is seen in the strip and where; it has pages where not everybody fits, those who need a look first."""

from __future__ import annotations

from installation.frame import Presence
from installation.watch.window.layout import EDGE, Layout
from installation.watch.window.marks import MARK
from installation.watch.window.pen import Box
from installation.watch.window.view import View

ROOMY, ROWS = 8, 2  # so many cells have room for a trace
FEW = 4  # so few have room for a long name as well
NARROWEST, TALL = 104.0, 44.0  # a cell without a trace


def cells(boxes: Layout, view: View) -> list[tuple[int, Box]]:
    """The wearers of the present page and their cells."""
    return list(zip(_shown(boxes, view), _places(boxes, view), strict=False))


def more_cell(boxes: Layout, view: View) -> Box | None:
    """Where the rest is counted: the last cell, where not everybody fits."""
    places = _places(boxes, view)
    return places[-1] if len(places) < len(view.programme.wearers) else None


def wearer_at(boxes: Layout, view: View, x: float, y: float) -> int:
    """The wearer whose cell lies at a place in units, -1 for none."""
    return next((wearer for wearer, cell in cells(boxes, view) if _within(cell, x, y)), -1)


def mark_at(boxes: Layout, view: View, x: float, y: float) -> int:
    """The wearer whose mark of presence lies at a place in units, -1 for none."""
    for wearer, (left, top, _, height) in cells(boxes, view):
        if _within((left - 8, top, MARK + 8, height), x, y):
            return wearer
    return -1


def more_at(boxes: Layout, view: View, x: float, y: float) -> bool:
    """Whether a place in units lies on the count of the rest."""
    cell = more_cell(boxes, view)
    return cell is not None and _within(cell, x, y)


def turn(boxes: Layout, view: View, by: int) -> None:
    """Another page, and round again."""
    view.page = (view.page + by) % _pages(boxes, view)


def _places(boxes: Layout, view: View) -> list[Box]:
    left, top, width, _ = boxes.hearts
    wearers, across = len(view.programme.wearers), width - 2 * EDGE
    most = max(1, int(across / NARROWEST))
    roomy = (FEW if wearers <= FEW else ROOMY) // ROWS
    columns = roomy if wearers <= ROOMY else min(-(-wearers // ROWS), most)
    wide = across / columns
    each = range(min(wearers, columns * ROWS))
    return [(left + EDGE + i % columns * wide, top + 8 + i // columns * TALL, wide, TALL) for i in each]


def _pages(boxes: Layout, view: View) -> int:
    wearers, room = len(view.programme.wearers), len(_places(boxes, view))
    return 1 if wearers <= room else -(-wearers // (room - 1))


def _shown(boxes: Layout, view: View) -> list[int]:
    everyone = list(range(len(view.programme.wearers)))
    room = len(_places(boxes, view))
    if len(everyone) <= room:
        return everyone
    presence = view.news.body.presence[:, 0]
    urgent = sorted(everyone, key=lambda wearer: (presence[wearer] != Presence.HELD, wearer))
    first = view.page % _pages(boxes, view) * (room - 1)
    return sorted(urgent[first : first + room - 1])


def _within(box: Box, x: float, y: float) -> bool:
    left, top, width, height = box
    return left <= x < left + width and top <= y < top + height
