"""The desk: one big GO, three buttons that are never far, the master, and the answers to the last orders."""

from __future__ import annotations

from installation.watch.window.answerlist import draw_answers
from installation.watch.window.layout import Layout
from installation.watch.window.palette import COLORS, mixed
from installation.watch.window.pen import Box, Pen
from installation.watch.window.view import View, quiet

HINTS = {"back": "backspace", "panic": "escape", "blackout": "b"}


def draw_desk(pen: Pen, boxes: Layout, view: View) -> None:
    """Draw the lower half of the column."""
    draw_answers(pen, boxes.sentence, view)
    _go(pen, boxes.go, view, _touch(boxes, view, "go"))
    for verb in ("back", "panic", "blackout"):
        _button(pen, getattr(boxes, verb), verb, view, _touch(boxes, view, verb))
    _master(pen, boxes.master, view)


def _touch(boxes: Layout, view: View, verb: str) -> float:
    """0 at rest, 0.5 under the pointer, 1 pressed; easing between."""
    under = view.hands.at is not None and boxes.button_at(*view.hands.at) == verb
    return view.eases.to(f"touch {verb}", 1.0 if view.hands.pressed == verb else 0.5 if under else 0.0)


def _go(pen: Pen, box: Box, view: View, touch: float) -> None:
    left, top, width, _ = box
    ready = view.eases.to("ready", 1.0 if view.news.standby >= 0 else 0.0)
    color = "jelly" if ready > 0.5 else "kelp"
    pen.fill(box, mixed("trench", color, 0.20 + 0.16 * touch), 8)
    pen.text("GO", left + width / 2, top + 56, 44, COLORS["jelly"] if ready > 0.5 else quiet(), "strong", "center")
    if view.news.standby >= 0:
        cue = view.programme.cues[view.news.standby]
        words = f"{cue.number}  {cue.name}"
    else:
        words = "no cue stands by"
    pen.text(words, left + width / 2, top + 80, 14, COLORS["foam"], align="center", room=width - 32)


def _button(pen: Pen, box: Box, verb: str, view: View, touch: float) -> None:
    left, top, width, _ = box
    asked = {"panic": view.news.panic_asked, "blackout": view.news.blackout_asked}.get(verb, False)
    on = view.eases.to(f"on {verb}", 1.0 if asked else 0.0)
    dark = verb == "blackout" and asked  # ember for as long as it lasts: a dark stage does not say why it is dark
    tint, rest = ("coral", 0.24) if verb == "panic" else ("ember", 0.24) if dark else ("foam", 0.07)
    pen.fill(box, mixed("trench", tint, rest + 0.09 * touch + 0.20 * on), 8)
    loud = verb == "panic" or dark
    word = verb.upper() if loud else verb
    pen.text(word, left + width / 2, top + 25, 14, COLORS["foam"], "strong" if loud else "sans", "center", width - 8)
    hint = f"{HINTS[verb]}: lit again" if dark else HINTS[verb]
    pen.text(hint, left + width / 2, top + 58, 12, quiet(), align="center")


def _master(pen: Pen, box: Box, view: View) -> None:
    left, top, width, _ = box
    shown = view.eases.to("master", view.news.master)
    pen.text("master", left, top + 4, 12, quiet())
    pen.text(f"{100 * view.news.master:.0f} %", left + width, top + 4, 14, COLORS["foam"], "mono", "right")
    pen.fill((left, top + 14, width, 6), COLORS["kelp"], 3)
    if shown > 0:
        pen.fill((left, top + 14, max(6.0, width * shown), 6), mixed("trench", "foam", 0.8), 3)
