"""Whence: where each organ of a wearer comes from, how far it is believed, and why that changed last."""

from __future__ import annotations

import math
from dataclasses import dataclass

from installation.frame import ORGANS, Presence, PresenceChange
from installation.watch.window.marks import presence_of
from installation.watch.window.palette import COLORS, PRESENCE_COLORS, Color
from installation.watch.window.pen import Pen
from installation.watch.window.presences import ASKED, known, sentence
from installation.watch.window.type import Face, Size
from installation.watch.window.view import View

PRESENCE_WORDS = {
    Presence.REAL: "own sensor",
    Presence.HELD: "held",
    Presence.SIMULATED: "simulated twin",
    Presence.REPLAYED: "replayed",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A line of the sheet: `step` below the last, with something `beside` it at the right."""

    step: float
    text: str
    beside: str = ""
    size: Size = 12
    color: Color | None = None
    face: Face = "sans"


def whence(pen: Pen, view: View, wearer: int, room: float) -> list[Words]:
    """The lines of the sheet about one wearer; none is wider than `room`."""
    lines: list[Words] = []
    for organ in known(view.news, wearer):
        presence = presence_of(view, wearer, organ)
        quality = float(view.news.body.quality[wearer, organ])
        words = f"{ORGANS[organ]}: {PRESENCE_WORDS[presence]}{_number(view, wearer, organ)}"
        beside = "" if math.isnan(quality) else f"{100 * quality:.0f} %"
        lines.append(Words(18 if lines else 22, words, beside, color=COLORS[PRESENCE_COLORS[presence]]))
    asked = ASKED[view.presences.forced(wearer)]
    if asked:
        lines.append(Words(18, asked, color=COLORS["foam"]))
    change = _newest(view, wearer)
    if change is not None:
        name = view.programme.wearers[wearer].name
        told = pen.lines(sentence(name, change), 12, room)
        lines += [Words(24 if i == 0 else 16, line, color=COLORS["foam"]) for i, line in enumerate(told)]
        lines.append(Words(16, _ago(view.news.time_s - change.time_s)))
    lines.append(Words(20, "f changes it: automatic, own sensor, twin"))
    return lines


def _newest(view: View, wearer: int) -> PresenceChange | None:
    changes = [change for organ in ORGANS if (change := view.presences.last(wearer, organ)) is not None]
    return max(changes, key=lambda change: change.time_s, default=None)


def _number(view: View, wearer: int, organ: int) -> str:
    """The rhythms have a number that says more than any other."""
    body = view.news.body
    value = {"heart": body.heart_rate, "breath": body.breath_rate}.get(ORGANS[organ])
    unit = {"heart": "beats", "breath": "breaths"}.get(ORGANS[organ], "")
    return "" if value is None or math.isnan(value[wearer]) else f", {value[wearer]:.0f} {unit} a minute"


def _ago(seconds: float) -> str:
    return f"{max(seconds, 0.0):.0f} s ago" if seconds < 100 else f"{seconds / 60:.0f} min ago"
