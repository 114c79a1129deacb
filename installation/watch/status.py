"""The status line of the terminal: what the house does, at a glance, for as long as the show runs.

It lives on a thread of its own and reads the newest frame, which the loop leaves with one assignment.
In a terminal it is one quiet line that changes in place, and problems under it; elsewhere, in a log
file or a service's journal, a plain line every few seconds.  It speaks on stderr alone.  Whose heart
comes from elsewhere from now on is logged from here too: the loop writes nothing.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.text import Text

from installation.frame import ORGANS, Frame, Presence, PresenceChange
from installation.show.model import Show
from installation.watch.problems import problems
from installation.watch.rate import Rate
from installation.watch.window.palette import COLORS, PRESENCE_COLORS

EVERY_S = 0.25  # in a terminal: numbers that change faster can't be read
PLAIN_EVERY_S = 5.0  # elsewhere
MOST_CHANGES = 8  # told one by one at a time; when everyone changes nobody reads on
HEART = ORGANS.index("heart")
MARKS = {Presence.REAL: "●", Presence.HELD: "◐", Presence.SIMULATED: "○", Presence.REPLAYED: "▷"}

log = logging.getLogger("installation.presence")


class Status:
    """The status line of one run."""

    def __init__(self, show: Show, console: Console | None = None) -> None:
        self._show = show
        self._console = console or Console(stderr=True)
        self._frame: Frame | None = None
        self._changes: deque[PresenceChange] = deque(maxlen=4096)
        self._rate = Rate()
        self._rate_hz = float("nan")
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="status", daemon=True)
        self._thread.start()

    def show(self, frame: Frame) -> None:
        """Take the newest frame; never waits."""
        self._rate_hz = self._rate.at(frame.tick)
        self._frame = frame
        if frame.body.changes:
            self._changes.extend(frame.body.changes)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._closing.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        if not self._console.is_terminal:
            while not self._closing.wait(PLAIN_EVERY_S):
                self._log_changes()
                if self._frame is not None:
                    for line in status_lines(self._show, self._frame, self._rate_hz):
                        self._console.print(line.plain, soft_wrap=True, markup=False, highlight=False)
            return
        with Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False) as live:
            while not self._closing.wait(EVERY_S):
                self._log_changes()
                if self._frame is not None:
                    lines = status_lines(self._show, self._frame, self._rate_hz)
                    live.update(Text("\n", no_wrap=True, overflow="ellipsis").join(lines), refresh=True)

    def _log_changes(self) -> None:
        """Log who changed since the last time."""
        changes = [self._changes.popleft() for _ in range(len(self._changes))]
        for line in change_lines(self._show, changes):
            log.warning(line)


def change_lines(show: Show, changes: Sequence[PresenceChange]) -> list[str]:
    """A sentence for each change of presence, and one for all that are too many to be read."""
    lines = [
        f"{show.wearers[one.wearer].name}'s {one.organ} is {one.after.name.lower()}: {one.reason}"
        for one in changes[:MOST_CHANGES]
    ]
    if len(changes) > MOST_CHANGES:
        lines.append(f"and {len(changes) - MOST_CHANGES} more changes of presence")
    return lines


def status_lines(show: Show, frame: Frame, rate_hz: float) -> list[Text]:
    """The line, and under it one for each problem."""
    lines = [_glance(show, frame, rate_hz)]
    lines += [Text.assemble(("▲ ", _style(tint)), text) for tint, text in problems(frame.health)]
    return lines


def has_screen(system: str = sys.platform, variables: Mapping[str, str] | None = None) -> bool:
    """Whether a window can be expected to open here; `variables` are those of the environment."""
    variables = os.environ if variables is None else variables
    if system in ("win32", "darwin"):
        return not variables.get("CI")
    return bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))


def _glance(show: Show, frame: Frame, rate_hz: float) -> Text:
    story, body = frame.story, frame.body
    parts: list[Text] = [Text("–– Hz" if np.isnan(rate_hz) else f"{rate_hz:.1f} Hz", _style("foam"))]
    if frame.tick.dropped:
        parts.append(Text(f"{frame.tick.dropped} dropped", _style("ember")))
    simulated = int((body.presence[:, HEART] == Presence.SIMULATED).sum())
    alive = int(np.isfinite(body.heart_rate).sum())
    people = Text(f"{alive} of {len(show.wearers)} alive")
    for presence, count in enumerate(np.bincount(body.presence[:, 0], minlength=len(Presence))[: len(Presence)]):
        if count:
            people.append(f" {MARKS[Presence(presence)]} {count}", _style(PRESENCE_COLORS[Presence(presence)]))
    if simulated:
        people.append(f" · {simulated} of {len(show.wearers)} simulated", _style(PRESENCE_COLORS[Presence.SIMULATED]))
    parts.append(people)
    if story.current >= 0:
        cue = show.cues[story.current]
        progress = story.playing[-1].progress if story.playing else 1.0
        fading = f" {100 * progress:.0f} %" if progress < 1 else ""
        parts.append(Text(f"{story.act} · {cue.number} {cue.name}{fading}", _style("foam")))
    if story.standby >= 0:
        cue = show.cues[story.standby]
        parts.append(Text(f"standby {cue.number} {cue.name}", _style("jelly")))
    if story.panic_asked:
        parts.append(Text("PANIC: the safe look holds", _style("coral")))
    if story.blackout_asked:
        parts.append(Text("BLACKOUT", _style("ember")))
    if story.master < 1:
        parts.append(Text(f"master {100 * story.master:.0f} %"))
    outputs = [health for health in frame.health if health.kind == "output"]
    if outputs and all(health.ok for health in outputs):
        parts.append(Text(f"{len(outputs)} outputs well"))
    return Text("  ", no_wrap=True, overflow="ellipsis").join(parts)


def _style(name: str) -> str:
    red, green, blue = COLORS[name]
    return f"rgb({red},{green},{blue})"
