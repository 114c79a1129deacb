"""`nexus ports --claim`: each wearer touches their sensor in turn, and patch.toml is written."""

from __future__ import annotations

import argparse
import difflib
import queue
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from installation.cli.portwatch import PortWatch, Watched
from installation.cli.run import stopped_by_signals
from installation.cli.touch import Touch
from installation.clock import Clock
from installation.frame import Tick
from installation.show.amend import Entry, amend, write_whole
from installation.show.load import load
from installation.show.model import Show
from installation.show.problems import ShowProblems
from installation.show.wires import FORMATS, LEFT_OUT

TICKS_HZ = 30.0
LEARN_S = 25.0  # of touching, until columns are told apart: a breath is known after three
ASKED_S = 0.05  # how often an answer is looked for

Say = Callable[[str], None]
Hear = Callable[[], str | None]
"""What was typed since the last time, a line without its end; None where nothing was."""


class Typed:
    """Lines that are typed; at their end, "q" for ever."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, name="typed", daemon=True).start()

    def __call__(self) -> str | None:
        """The next line, None where none was typed yet."""
        try:
            return self._lines.get_nowait()
        except queue.Empty:
            return None

    def _read(self) -> None:
        for line in sys.stdin:
            self._lines.put(line.strip())
        self._lines.put("q")


@dataclass(frozen=True, slots=True)
class Spot:
    """A sensor that can be claimed: a port, and which of the people on it."""

    port: Watched
    person: int

    def __hash__(self) -> int:
        return hash((self.port.found, self.person))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spot) and (self.port.found, self.person) == (other.port.found, other.person)

    def __str__(self) -> str:
        slot = self.port.heard.sensors[self.person].slot if self.port.heard else -1
        return self.port.found.device + (f", slot {slot}" if slot >= 0 else "")


def claim(show: Show, folder: Path, watch: PortWatch, clock: Clock, asked: argparse.Namespace) -> int:
    """Walk through the wearers, show what would change, and write it; 1 where nothing could be claimed."""
    path = asked.patch or folder / "patch.toml"
    with stopped_by_signals() as stop:
        walk = Walk(show, watch, clock.ticks(TICKS_HZ), Typed(), print, stop.is_set)
        entries = walk.through()
        if stop.is_set():
            print("nothing was written")
            return 1

        def agreed() -> bool:
            print("Enter writes this, q leaves the file as it is")
            while (typed := walk.hear()) is None and not stop.is_set():
                clock.sleep_s(ASKED_S)
            return typed == ""

        return write(folder, path, entries, print, lambda: asked.yes or agreed())


class Walk:
    """The way from wearer to wearer."""

    def __init__(
        self, show: Show, watch: PortWatch, ticks: Iterator[Tick], hear: Hear, say: Say, stopped: Callable[[], bool]
    ) -> None:
        self.hear = hear
        self._show = show
        self._watch = watch
        self._ticks = ticks
        self._say = say
        self._stopped = stopped
        self._claimed: set[Spot] = set()
        self._listed: list[Spot] = []

    def through(self) -> list[Entry]:
        """Ask every wearer, and give the sensors that were claimed, as patch.toml has them."""
        self._say("listening to the ports; a board may take ten seconds to answer")
        self._step()
        if not self._watch.ports:
            self._say("no serial port is here yet: plug the sensors in; q ends")
        while (self._watch.asking or not self._watch.ports) and not self._ended(self.hear()):
            self._step()
        self._step()  # now each is heard
        self._listed = self._spots()
        for number, spot in enumerate(self._listed, 1):
            self._say(f"  {number}  {spot}: {spot.port.answer.says if spot.port.answer else ''}")
        for port in self._watch.ports.values():
            if port.heard is None and port.answer is not None:
                self._say(f"  –  {port.found.device}: {port.answer.says}")
        self._say("Enter skips a wearer · a number takes that one of the list · q ends")
        entries: list[Entry] = []
        for number, wearer in enumerate(self._show.wearers, 1):
            if not self._spots():
                self._say("no sensor is left to be claimed")
                break
            of = f"({number} of {len(self._show.wearers)})"
            self._say(f"touch the sensor of {wearer.name} {of}; if it is worn already, lift it for a moment")
            answer = self._asked()
            if answer == "q":
                break
            if isinstance(answer, Spot) and (entry := self._entry(wearer.name, answer)) is not None:
                self._claimed.add(answer)
                entries.append(entry)
        return entries

    def _asked(self) -> Spot | Literal["", "q"]:
        """The sensor that was touched or named, "" where the wearer is skipped, "q" where all is at an end."""
        touch = Touch[Spot]()
        while True:
            typed = self.hear()
            if self._ended(typed):
                return "q"
            if typed == "":
                return ""
            if typed is not None:
                number = int(typed) if typed.isdecimal() else 0
                if 1 <= number <= len(self._listed) and self._listed[number - 1] not in self._claimed:
                    return self._listed[number - 1]
                self._say(f"{typed} is no sensor that is free; a number from the list would do")
            tick = self._step()
            found = touch.look(tick.time_s, {spot: _heart(spot) for spot in self._spots()})
            if len(found) == 1:
                return found[0]
            if found:
                self._say(f"{' and '.join(map(str, found))} are touched: let go of them, then touch one")
                touch = Touch()

    def _entry(self, wearer: str, spot: Spot) -> Entry | None:
        """The `[[sensor]]` of a claimed sensor; None where nobody knows what it sends."""
        ear = spot.port.ear
        if ear is not None and ear.columns is not None:
            self._say(f"{wearer}: {spot}. Hold on for {LEARN_S:g} s, its columns are told apart; Enter: that will do")
            end_s = self._step().time_s + LEARN_S
            while self._step().time_s < end_s and self.hear() is None and not self._stopped():
                pass
            for guess in ear.guesses():
                self._say(f"    {guess.column}: {guess.channel}, {guess.why}")
        entry = entry_of(wearer, spot.port, spot.person)
        if entry is None:
            self._say(f"{spot} sends nothing that is known: patch it by hand")
        else:
            self._say(f"{wearer}: {spot}")
        return entry

    def _spots(self) -> list[Spot]:
        """Sensors that are heard and free, in the order of the ports."""
        spots = [
            Spot(port, person)
            for port in self._watch.ports.values()
            if port.ear is not None
            for person in range(port.ear.people)
            if port.ear.people == 1 or port.ear.heard_of(person)
        ]
        return [spot for spot in spots if spot not in self._claimed]

    def _step(self) -> Tick:
        tick = next(self._ticks)
        self._watch.step(tick)
        return tick

    def _ended(self, typed: str | None) -> bool:
        return typed == "q" or self._stopped()


def _heart(spot: Spot) -> float:
    return float(spot.port.ear.hearts()[spot.person]) if spot.port.ear is not None else 0.0


def entry_of(wearer: str, port: Watched, person: int) -> Entry | None:
    """A port as `[[sensor]]` of a wearer, as it is patched already or as it was learnt; None where nothing is known."""
    if port.heard is None or port.ear is None:
        return None
    patch = port.heard.sensors[person]
    key, value = port.identity
    entry: dict[str, Any] = {"wearer": wearer, key: value, "wire": patch.wire}
    if patch.baud != FORMATS[patch.wire].baud:
        entry["baud"] = patch.baud
    if patch.slot >= 0:
        entry["slot"] = patch.slot
    if patch.rate_hz:
        entry["rate_hz"] = patch.rate_hz
    if not port.heard.columns:
        if patch.names:
            entry["names"] = dict(patch.names)
        if patch.columns:
            entry["columns"] = list(patch.columns)
        return entry
    guesses = port.ear.guesses()
    if patch.columns:
        given = [guess.channel for guess in guesses]
        entry["columns"] = given
    else:
        learnt = {guess.column: guess.channel for guess in guesses if guess.channel != LEFT_OUT}
        known = {name: channel for name, channel in patch.names if not channel.startswith("input.")}
        given = list(learnt.values())
        entry["names"] = learnt | known
    return entry if set(given) - {LEFT_OUT, "time_ms"} else None


def write(folder: Path, path: Path, entries: list[Entry], say: Say, agreed: Callable[[], bool]) -> int:
    """Show what would change in a patch, and write it where the show is still right with it."""
    if not entries:
        say("nothing was claimed; the file stays as it is")
        return 1
    try:
        raw = path.read_bytes().decode() if path.exists() else ""
        before = after = raw.replace("\r\n", "\n")
        for entry in entries:
            after = amend(after, entry)
        _check(folder, path, after)
    except ShowProblems as found:
        for problem in found.problems:
            say(str(problem))
        say(f"{path} is not changed")
        return 1
    except (OSError, ValueError) as problem:
        say(f"{path} is not changed: {problem}")
        return 1
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), lineterm="")
    say("\n".join(lines) or f"{path} says so already")
    if before == after:
        return 0
    if not agreed():
        say(f"{path} is not changed")
        return 1
    try:
        write_whole(path, after.replace("\n", "\r\n") if "\r\n" in raw else after)
    except OSError as problem:
        say(f"{path} can't be written: {problem.strerror or problem}; name another file with --patch")
        return 1
    say(f"{path} is written")
    return 0


def _check(folder: Path, path: Path, text: str) -> None:
    """Load the show with a patch that is not written yet; raise its problems under the name that it will have."""
    with tempfile.TemporaryDirectory(prefix="nexus-claim-") as beside:
        tried = Path(beside) / path.name
        tried.write_text(text, encoding="utf-8")
        try:
            load(folder, tried)
        except ShowProblems as found:
            names = {str(tried): str(path)}
            raise ShowProblems(replace(one, file=names.get(one.file, one.file)) for one in found.problems) from None
