"""Where everything lies: boxes in units of the 8 px grid at scale 1, the same for the pen and for the hand."""

from __future__ import annotations

from dataclasses import dataclass

from installation.watch.window.pen import Box

WIDTH, HEIGHT = 1280, 720  # the window at scale 1
COLUMN = 336  # the desk's column: the stage keeps nearly three quarters of the width
HEARTS = 104  # the strip of hearts under the stage
EDGE = 24
SMALLEST = 0.6  # a window dragged smaller than this is cut, not squeezed


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes of one window size; `scale`: pixels to a unit."""

    scale: float
    stage: Box
    hearts: Box
    column: Box
    cues: Box
    sentence: Box
    go: Box
    back: Box
    panic: Box
    blackout: Box
    master: Box

    def button_at(self, x: float, y: float) -> str:
        """The verb of the button at a place in units, or ""."""
        for verb in ("go", "back", "panic", "blackout", "master"):
            left, top, width, height = getattr(self, verb)
            if left <= x < left + width and top <= y < top + height:
                return verb
        return ""

    def master_at(self, x: float) -> float:
        """The master's value where the hand is on its bar."""
        left, _, width, _ = self.master
        return min(max((x - left) / width, 0.0), 1.0)


def layout(width_px: int, height_px: int) -> Layout:
    """The boxes of a window of so many pixels."""
    scale = max(min(width_px / WIDTH, height_px / HEIGHT), SMALLEST)
    width, height = width_px / scale, height_px / scale
    left = width - COLUMN
    inner, across = left + EDGE, COLUMN - 2 * EDGE
    go_top = height - 248
    third = (across - 16) / 3
    row = (go_top + 104, third, 40)
    return Layout(
        scale=scale,
        stage=(0, 0, left, height - HEARTS),
        hearts=(0, height - HEARTS, left, HEARTS),
        column=(left, 0, COLUMN, height),
        cues=(inner, EDGE, across, go_top - 64 - EDGE),
        sentence=(inner, go_top - 56, across, 48),
        go=(inner, go_top, across, 96),
        back=(inner, *row),
        panic=(inner + third + 8, *row),
        blackout=(inner + 2 * (third + 8), *row),
        master=(inner, height - 48, across, 24),
    )
