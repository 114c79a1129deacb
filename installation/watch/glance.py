"""The glance: the parts of the terminal's status line in the order in which a hand needs them, and how it wraps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.text import Text

from installation.frame import ORGANS, Body, Frame, Health, Presence, Story
from installation.show.model import Show
from installation.watch.window.palette import COLORS, PRESENCE_COLORS

GAP = "  "  # between two words of the line
MOST_LINES = 3  # at 80 columns a calm show takes two, and one where everything is wrong is still told whole
UNHEARD = "nobody listens"  # words of an output that sends to where nothing hears it
HEART = ORGANS.index("heart")
MARKS = {Presence.REAL: "●", Presence.HELD: "◐", Presence.SIMULATED: "○", Presence.REPLAYED: "▷"}


def wrapped(parts: Sequence[Text], width: int | None) -> list[Text]:
    """The parts in their order on lines that are no wider, none torn apart; what is too much hangs over the last."""
    rows: list[list[Text]] = [[]]
    for part in parts:
        taken = sum(one.cell_len + len(GAP) for one in rows[-1])
        if width is not None and rows[-1] and taken + part.cell_len > width and len(rows) < MOST_LINES:
            rows.append([])
        rows[-1].append(part)
    return [Text(GAP, no_wrap=True, overflow="ellipsis").join(row) for row in rows]


def glance(show: Show, frame: Frame, rate_hz: float) -> list[Text]:
    """The parts of the line, what a hand must know first in front: a narrow terminal cuts the end."""
    parts = _hand(frame.story)
    parts.append(Text("–– Hz" if np.isnan(rate_hz) else f"{rate_hz:.1f} Hz", style("foam")))
    if frame.tick.dropped:
        parts.append(Text(f"{frame.tick.dropped} dropped", style("ember")))
    story = frame.story
    if story.current >= 0:
        cue = show.cues[story.current]
        progress = story.playing[-1].progress if story.playing else 1.0
        fading = f" {100 * progress:.0f} %" if progress < 1 else ""
        parts.append(Text(f"{story.act} · {cue.number} {cue.name}{fading}", style("foam")))
    if story.standby >= 0:
        cue = show.cues[story.standby]
        parts.append(Text(f"standby {cue.number} {cue.name}", style("jelly")))
    parts.append(_people(len(show.wearers), frame.body))
    return parts + _outputs(frame.health)


def _hand(story: Story) -> list[Text]:
    """What an operator's hand holds over the show."""
    parts: list[Text] = []
    if story.panic_asked:
        parts.append(Text("PANIC: the safe look holds", style("coral")))
    if story.blackout_asked:
        parts.append(Text("BLACKOUT", style("ember")))
    if story.master < 1:
        parts.append(Text(f"master {100 * story.master:.0f} %"))
    return parts


def _people(wearers: int, body: Body) -> Text:
    """Who is alive, and where the hearts come from; that some are simulated is always said in words."""
    people = Text(f"{int(np.isfinite(body.heart_rate).sum())} of {wearers} alive")
    counts = np.bincount(body.presence[:, HEART], minlength=len(Presence))
    for presence in Presence:
        count = int(counts[presence])
        if count:
            words = f" of {wearers} simulated" if presence == Presence.SIMULATED else ""
            people.append(f" {MARKS[presence]} {count}{words}", style(PRESENCE_COLORS[presence]))
    return people


def _outputs(health: Sequence[Health]) -> list[Text]:
    """How many outputs do well; of those that don't, a problem tells.  What nobody hears is not called well."""
    outputs = [one for one in health if one.kind == "output"]
    if not outputs or not all(one.ok for one in outputs):
        return []
    unheard = [one.name for one in outputs if UNHEARD in one.text]
    parts = [Text(f"{' and '.join(unheard)} sent, but nobody listens here")] if unheard else []
    well = len(outputs) - len(unheard)
    return [Text(f"{well} outputs well" if well > 1 else "1 output well"), *parts] if well else parts


def style(name: str) -> str:
    """What rich calls a colour of the palette."""
    red, green, blue = COLORS[name]
    return f"rgb({red},{green},{blue})"
