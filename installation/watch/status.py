"""The status line of the terminal: what the house does, at a glance, for as long as the show runs.

It lives on a thread of its own and reads the newest frame, which the loop leaves with one assignment.
In a terminal it is one quiet line that changes in place, two where the terminal is narrow, and under it
what became of a key that was refused, and problems; elsewhere, in a log file or a service's journal, a
plain line every few seconds.  It speaks on stderr alone.  Whose heart comes from elsewhere from now on is
logged from here too: the loop writes nothing.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.text import Text

from installation.frame import Frame, PresenceChange
from installation.show.model import Show
from installation.watch.glance import glance, style, wrapped
from installation.watch.problems import problems
from installation.watch.rate import Rate

EVERY_S = 0.25  # in a terminal: numbers that change faster can't be read
PLAIN_EVERY_S = 5.0  # elsewhere
REFUSED_S = 6.0  # read twice over by who looks up from the keys; longer than it takes for a plain line to come
KEYS = "keys"  # the source of orders that were typed into this terminal
MOST_CHANGES = 8  # told one by one at a time; when everyone changes nobody reads on

log = logging.getLogger("installation.presence")


@dataclass(frozen=True, slots=True)
class Refused:
    """The last key that was refused: why, and when in the time of the run; "" before there was one."""

    reason: str = ""
    time_s: float = -math.inf

    def after(self, frame: Frame) -> Refused:
        """What is the last one after this frame."""
        for receipt in reversed(frame.story.receipts):
            if receipt.order.source == KEYS and not receipt.accepted:
                return Refused(receipt.reason, frame.tick.time_s)
        return self

    def reason_at(self, time_s: float) -> str:
        """The sentence, as long as it stands."""
        return self.reason if 0.0 <= time_s - self.time_s < REFUSED_S else ""


class Status:
    """The status line of one run."""

    def __init__(self, show: Show, console: Console | None = None) -> None:
        self._show = show
        self._console = console or Console(stderr=True)
        self._frame: Frame | None = None
        self._changes: deque[PresenceChange] = deque(maxlen=4096)
        self._refused = Refused()
        self._rate = Rate()
        self._rate_hz = float("nan")
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="status", daemon=True)
        self._thread.start()

    def show(self, frame: Frame) -> None:
        """Take the newest frame; never waits."""
        self._rate_hz = self._rate.at(frame.tick)
        if frame.story.receipts:
            self._refused = self._refused.after(frame)
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
                for line in self._lines():
                    self._console.print(line.plain, soft_wrap=True, markup=False, highlight=False)
            return
        with Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False) as live:
            while not self._closing.wait(EVERY_S):
                self._log_changes()
                lines = self._lines(self._console.width)
                if lines:
                    live.update(Text("\n", no_wrap=True, overflow="ellipsis").join(lines), refresh=True)

    def _lines(self, width: int | None = None) -> list[Text]:
        """What is to be read now; nothing before the first frame."""
        frame = self._frame
        if frame is None:
            return []
        return status_lines(self._show, frame, self._rate_hz, self._refused.reason_at(frame.tick.time_s), width)

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


def status_lines(show: Show, frame: Frame, rate_hz: float, refused: str = "", width: int | None = None) -> list[Text]:
    """The line, in two where it is wider than `width` columns, then why a key was refused, then the problems."""
    lines = wrapped(glance(show, frame, rate_hz), width)
    if refused:
        lines.append(Text.assemble(("▲ ", style("coral")), refused))
    lines += [Text.assemble(("▲ ", style(tint)), text) for tint, text in problems(frame.health)]
    return lines


def has_screen(system: str = sys.platform, variables: Mapping[str, str] | None = None) -> bool:
    """Whether a window can be expected to open here; `variables` are those of the environment."""
    variables = os.environ if variables is None else variables
    if system in ("win32", "darwin"):
        return not variables.get("CI")
    return bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))
