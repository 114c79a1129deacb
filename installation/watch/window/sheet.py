"""Where the sheet of the scopes lies: over the strip of hearts and the floor before the people."""

from __future__ import annotations

from dataclasses import dataclass

from installation.watch.window.layout import EDGE, Layout
from installation.watch.window.pen import Box

HIGH = 256  # of it, 104 lie over the strip: the stage keeps the people, down to their knees
LIST = 216  # width of the list of signals
ROW = 20  # height of a signal in it
HEAD = 68  # above the list: whose signals, and what was typed
ROWS = (HIGH - HEAD - 8) // ROW  # signals that are seen at once
HANDLE = 88  # width of the word that opens and closes it
VALUES = 136  # width at the right of the traces, for their numbers


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of one window size."""

    box: Box
    handle: Box

    @property
    def list_middle(self) -> float:
        """Left of it a press is one wearer back, right of it one on."""
        return self.box[0] + EDGE + LIST / 2

    @property
    def traces(self) -> Box:
        """Where the traces are stacked."""
        left, top, width, height = self.box
        inner = left + EDGE + LIST + EDGE
        return inner, top + 34, left + width - EDGE - inner, height - 42

    def holds(self, x: float, y: float) -> bool:
        """Whether a place lies on the sheet."""
        return _within(self.box, x, y)

    def handle_holds(self, x: float, y: float) -> bool:
        """Whether a place lies on the word that opens and closes it."""
        return _within(self.handle, x, y)

    def row_at(self, x: float, y: float, count: int, first: int) -> int:
        """Which of `count` signals lies at a place, -1 for none; `first`: the first that is seen."""
        left, top, _, _ = self.box
        row = int((y - top - HEAD) // ROW)
        signal = first + row
        return signal if left <= x < left + EDGE + LIST and 0 <= row < ROWS and signal < count else -1

    def who_holds(self, x: float, y: float) -> bool:
        """Whether a place lies on the wearer's name and its arrows."""
        left, top, _, _ = self.box
        return _within((left, top, EDGE + LIST, 40), x, y)

    def typed_holds(self, x: float, y: float) -> bool:
        """Whether a place lies on what was typed."""
        left, top, _, _ = self.box
        return _within((left, top + 40, EDGE + LIST, HEAD - 40), x, y)


def sheet_of(boxes: Layout, opened: bool) -> Sheet:
    """The sheet in a window of these boxes; closed, only its handle is on the stage."""
    left, _, width, height = boxes.stage
    bottom = boxes.hearts[1] + boxes.hearts[3]
    top = bottom - HIGH
    corner = left + width - EDGE - HANDLE
    handle = (corner, top + 4 if opened else height - 32, HANDLE + EDGE, 32)
    return Sheet((left, top, width, HIGH), handle)


def _within(box: Box, x: float, y: float) -> bool:
    left, top, width, height = box
    return left <= x < left + width and top <= y < top + height
