"""The list of answers: the newest stands on GO, whose answer it mostly is; older ones go up, and all fade."""

from __future__ import annotations

from installation.watch.window.answers import Told
from installation.watch.window.palette import mixed
from installation.watch.window.pen import Box, Pen
from installation.watch.window.view import View

NEWEST = 2  # lines that the newest may take; an older one takes one
LINE = 20.0


def height_of(pen: Pen, view: View, width: float) -> float:
    """How much the answers need."""
    return LINE * sum(len(_lines(pen, one, width, i == 0)) for i, one in enumerate(reversed(view.answers.told)))


def draw_answers(pen: Pen, box: Box, view: View) -> None:
    """Draw them from the bottom of the box upwards; only a refusal carries the colour of one."""
    left, top, width, height = box
    bottom = top + height
    for i, one in enumerate(reversed(view.answers.told)):
        lines = _lines(pen, one, width, i == 0)
        bottom -= LINE * len(lines)
        refused, left_of_it = not one.answer.accepted, one.share(view.now_s)
        share = left_of_it * (1.0 if refused and i == 0 else 0.8 if i == 0 else 0.62)
        indent = _indent(one)
        if refused:
            coral = mixed("trench", "coral", left_of_it * (1.0 if i == 0 else 0.7))
            pen.shape("warning", left + 6, bottom + 9, 12, coral)
        for k, line in enumerate(lines):
            pen.text(line, left + indent, bottom + 14 + LINE * k, 14, mixed("trench", "foam", share))


def _lines(pen: Pen, one: Told, width: float, newest: bool) -> list[str]:
    room = width - _indent(one)
    most = NEWEST if newest else 1
    lines = pen.lines(one.words, 14, room)
    whole, rest = lines[: most - 1], lines[most - 1 :]
    return [*whole, pen.type.fitted(" ".join(rest), 14, room * pen.scale)]


def _indent(one: Told) -> float:
    return 0.0 if one.answer.accepted else 22.0
