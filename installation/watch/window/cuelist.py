"""The cue list: what is done, what plays, what stands by and what it waits for, what comes."""

from __future__ import annotations

import math
from typing import Literal

from installation.watch.window.answerlist import height_of
from installation.watch.window.layout import Layout
from installation.watch.window.palette import COLORS, mixed
from installation.watch.window.pen import Box, Pen
from installation.watch.window.view import View, quiet

State = Literal["done", "playing", "standby", "coming"]

ROW, PLAYING, STANDBY, WAITING = 36.0, 96.0, 72.0, 120.0
NUMBER = 52.0  # width of the column of numbers
AIR = 8.0  # between a cue and the answers
BEFORE = 1  # cues shown before the one that plays


def draw_cues(pen: Pen, boxes: Layout, view: View) -> None:
    """Draw the list, at rest with the playing cue near its top."""
    left, top, width, height = boxes.cues
    over = max(0.0, height_of(pen, view, width) - boxes.sentence[3])
    rows = math.ceil((over + AIR) / ROW) if over else 0  # whole ones: answers are read first, and go by themselves
    height -= view.eases.to("answers", ROW * rows)
    news = view.news
    states = [_state(view, cue) for cue in range(len(view.programme.cues))]
    heights = [view.eases.to(f"cue {cue}", _height(view, state)) for cue, state in enumerate(states)]
    anchor = news.current if news.current >= 0 else max(news.standby, 0)
    first = max(0, anchor - BEFORE)
    scroll = view.eases.to("cues", sum(_height(view, state) for state in states[:first]))
    pen.surface.set_clip(pen.rect((left - 8, top, width + 16, height)))
    y = top - scroll
    for cue, state in enumerate(states):
        if y + heights[cue] > top and y < top + height - ROW / 2:
            _row(pen, view, cue, state, (left, y, width, heights[cue]))
        y += heights[cue]
    pen.surface.set_clip(None)


def _state(view: View, cue: int) -> State:
    if cue == view.news.current:
        return "playing"
    if cue == view.news.standby:
        return "standby"
    return "done" if cue < view.news.current else "coming"


def _height(view: View, state: State) -> float:
    if state == "standby":
        return WAITING if view.news.waiting.text else STANDBY
    return PLAYING if state == "playing" else ROW


def _row(pen: Pen, view: View, cue: int, state: State, box: Box) -> None:
    left, top, width, _ = box
    line = view.programme.cues[cue]
    if state == "playing":
        _playing(pen, view, cue, box)
    elif state == "standby":
        x = left + max(NUMBER, pen.text(line.number, left, top + 36, 28, COLORS["jelly"]) + 16)
        said = pen.text("standby", left + width, top + 34, 12, COLORS["jelly"], align="right")
        pen.text(line.name, x, top + 34, 18, COLORS["foam"], room=left + width - said - 8 - x)
        _waiting(pen, view, (left, top, width, 0))
    else:
        color = quiet() if state == "coming" else mixed("trench", "foam", 0.58)
        pen.text(line.number, left, top + 24, 14, color, room=NUMBER - 8)
        said = pen.text("done", left + width, top + 24, 12, color, align="right") if state == "done" else 0.0
        pen.text(line.name, left + NUMBER, top + 24, 14, color, room=width - NUMBER - said - 8)


def _playing(pen: Pen, view: View, cue: int, box: Box) -> None:
    left, top, width, _ = box
    line = view.programme.cues[cue]
    x = left + pen.text(line.number, left - 2, top + 48, 44, COLORS["foam"]) + 16
    pen.text(line.name, x, top + 30, 18, COLORS["foam"], room=left + width - x)
    playing = view.newest
    if view.over:
        pen.text(view.over, x, top + 50, 12, COLORS["ember"], room=left + width - x)
    elif playing is not None and playing.cue == cue:
        fading = f"fades in, {100 * playing.progress:.0f} %"
        words = fading if playing.progress < 1 else f"plays {_clock(playing.elapsed_s)}"
        pen.text(words, x, top + 50, 12, quiet(), room=left + width - x)
    progress = playing.progress if playing is not None and playing.cue == cue else 0.0
    pen.fill((left, top + 68, width, 4), COLORS["kelp"], 2)
    if progress > 0:
        pen.fill((left, top + 68, max(4.0, width * progress), 4), COLORS["plankton"], 2)


def _waiting(pen: Pen, view: View, box: Box) -> None:
    """What the standby cue waits for: the words, and under them value against threshold, or time against its end."""
    left, top, width, _ = box
    waiting = view.news.waiting
    if not waiting.text:
        return
    trigger = view.programme.cues[view.news.standby].when
    if trigger and waiting.text.startswith(trigger):
        said = pen.text("waits for", left, top + 62, 12, quiet()) + 6
        pen.text(waiting.text, left + said, top + 62, 12, quiet(), "mono", room=width - said)
    else:
        pen.text(waiting.text, left, top + 62, 12, quiet(), room=width)
    value, threshold = waiting.value, waiting.threshold
    timed = waiting.hold_s > 0 and waiting.held_s > 0
    time = f"{waiting.held_s:.1f} of {waiting.hold_s:.0f} s" if timed else ""
    if not (math.isnan(value) or math.isnan(threshold)):
        full = max(1.0, abs(threshold) * 1.25, abs(value))
        tick = _scale(pen, view, (left + 44, top + 84, width - 88, 4), value / full, threshold / full)
        pen.text(f"{value:.2f}", left, top + 88, 12, COLORS["foam"], "mono")
        pen.text(f"{threshold:.2f}", left + width, top + 88, 12, quiet(), "mono", "right")
        pen.text(time, tick, top + 106, 12, COLORS["jelly"], "mono", "center")
    elif timed:
        said = pen.text(time, left + width, top + 88, 12, quiet(), "mono", "right")
        _scale(pen, view, (left, top + 84, width - said - 12, 4), waiting.held_s / waiting.hold_s, math.nan)


def _scale(pen: Pen, view: View, box: Box, value: float, threshold: float) -> float:
    """A value on a scale from 0 to 1 with its threshold; gives where that stands."""
    left, middle, width, height = box
    pen.fill((left, middle - height / 2, width, height), COLORS["kelp"], 2)
    shown = view.eases.to("waiting", min(max(value, 0.0), 1.0))
    if shown > 0.01:
        reached = view.news.waiting.held_s > 0
        color = COLORS["jelly"] if reached else quiet()
        pen.fill((left, middle - height / 2, max(height, width * shown), height), color, 2)
    if math.isnan(threshold):
        return left
    tick = left + width * min(max(threshold, 0.0), 1.0)
    pen.fill((tick - 1, middle - 7, 2, 14), COLORS["foam"])
    return tick


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
