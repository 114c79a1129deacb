"""The headline: title and act on the left, the health of the house on the right, problems as calm sentences below."""

from __future__ import annotations

import math

import numpy as np

from installation.frame import Presence
from installation.watch.problems import problems
from installation.watch.window.layout import EDGE, Layout
from installation.watch.window.palette import COLORS, PRESENCE_COLORS
from installation.watch.window.pen import Pen
from installation.watch.window.view import SHAPES, View, quiet

MOST_PROBLEMS = 2  # told in full; more are counted


def draw_headline(pen: Pen, boxes: Layout, view: View) -> None:
    """Draw over the dark air above the stage."""
    _, _, width, _ = boxes.stage
    news, right = view.news, width - EDGE
    pen.text(view.programme.title, EDGE, 40, 18, COLORS["foam"], "strong", room=width * 0.55)
    pen.text(_act(view), EDGE, 64, 14, quiet("abyss"))
    alive = int(np.isfinite(news.body.heart_rate).sum())
    if view.stale:
        pen.text(f"no news for {view.age_s:.0f} s", right, 40, 14, COLORS["ember"], "mono", "right")
    else:
        rate = "–" if math.isnan(news.rate_hz) else f"{news.rate_hz:.1f}"
        dropped = f" · {news.dropped} dropped" if news.dropped else ""
        pen.text(f"{rate} Hz · {alive} alive{dropped}", right, 40, 14, COLORS["foam"], "mono", "right")
    _counts(pen, view, right)
    _problems(pen, view, width)


def _act(view: View) -> str:
    if not view.news.act:
        return "before the first cue"
    acts = list(dict.fromkeys(cue.act for cue in view.programme.cues))
    number = acts.index(view.news.act) + 1 if view.news.act in acts else 0
    return f"Act {number} · {view.news.act}" if number else view.news.act


def _counts(pen: Pen, view: View, right: float) -> None:
    counts = np.bincount(view.news.body.presence[:, 0], minlength=len(Presence))
    x = right
    for presence in reversed(Presence):
        if presence == Presence.REPLAYED and not counts[presence]:
            continue
        color = COLORS[PRESENCE_COLORS[presence]] if counts[presence] else quiet("abyss")
        x -= pen.text(str(counts[presence]), x, 64, 14, color, "mono", "right") + 14
        pen.shape(SHAPES[presence], x, 59.5, 11, color)
        x -= 22


def _problems(pen: Pen, view: View, width: float) -> None:
    wrong = problems(view.news.health)
    for i, (tint, text) in enumerate(wrong[:MOST_PROBLEMS]):
        baseline = 96 + 24 * i
        pen.shape("warning", EDGE + 6, baseline - 5, 12, COLORS[tint])
        more = len(wrong) - MOST_PROBLEMS if i == MOST_PROBLEMS - 1 else 0
        words = f"{text} (and {more} more)" if more > 0 else text
        pen.text(words, EDGE + 22, baseline, 14, COLORS["foam"], room=width - 2 * EDGE - 22)
