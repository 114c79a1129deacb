"""`nexus replay`: a recorded night through the same loop, and whether its light is that night's."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
import tempfile
from pathlib import Path
from typing import Any

from installation import __version__
from installation.cli.messages import told_on_stderr
from installation.cli.run import readdressed, safe_look, stopped_by_signals
from installation.clock import RealClock
from installation.outputs.identity import Identity
from installation.outputs.light_log import LightLog
from installation.outputs.send import Outputs
from installation.record.night import Run
from installation.record.read import Night
from installation.record.replay import Marked, ReplayClock, ReplayedDesk, ReplayedEars, ReplayedSensors, Tape, Until
from installation.show.load import load
from installation.show.model import Engine, Show
from installation.show.problems import ShowProblems, nearest


def run(asked: argparse.Namespace) -> int:
    """Play the night as asked; the last line on stdout is `digest <64 hex>`."""
    try:
        if asked.offline and asked.out:
            raise ValueError("--offline sends nothing, and --out sends; one of the two would do")
        night = Night(asked.night)
        show = _show_of(night.run, asked)
        until = _cue(show, asked.start)
    except ShowProblems as found:
        for problem in found.problems:
            print(problem, file=sys.stderr)
        return 1
    except (OSError, ValueError) as wrong:
        print(f"nexus replay: {wrong}", file=sys.stderr)
        return 2
    for line in _before(night):
        print(line, file=sys.stderr)
    with told_on_stderr():
        digest, touched = _play(night, show, until, asked)
    for line in _after(night, digest, touched):
        print(line, file=sys.stderr)
    print(f"digest {digest}", flush=True)
    return 0


def _play(night: Night, show: Show, cue: int | None, asked: argparse.Namespace) -> tuple[str, bool]:
    from installation.control.keys import Keys
    from installation.control.orders import Desk
    from installation.loop import Watcher, open_rooms, play, warm_up
    from installation.sensors.read import Sensors
    from installation.watch.feed import Feed
    from installation.watch.status import Status, has_screen

    recorded = night.run
    with contextlib.ExitStack() as closing, stopped_by_signals() as stop:
        warm_up(show)
        tape = Tape(night, show.inputs)
        clock = ReplayClock(tape, stop, None if asked.offline else RealClock(), asked.speed)
        light_log = LightLog(asked.light_log, show) if asked.light_log else None
        who = Identity(recorded.cid, recorded.epoch)
        outputs = Outputs(show, clock, who, live=asked.out, light_log=light_log)
        closing.callback(outputs.close)
        hands = Desk()
        desk = ReplayedDesk(tape, hands)
        watchers: list[Watcher] = []
        feeds: list[Feed] = []
        if not asked.offline:
            status = Status(show)
            closing.callback(status.close)
            keys = Keys(hands, clock, stop)
            closing.callback(keys.close)
            feeds = [] if asked.headless or not has_screen() else [Feed(show, clock, hands, stop)]
            for feed in feeds:
                closing.callback(feed.close)
            watchers = [Marked(status), *(Marked(feed) for feed in feeds)]
        if cue is not None:
            watchers.append(_hurry_to(cue, clock, outputs))
        twins = Sensors(show, clock, recorded.seed, hardware=False)
        rooms = open_rooms(
            show,
            clock,
            outputs,
            seed=recorded.seed,
            epoch=who.epoch,
            hardware=False,
            sensors=ReplayedSensors(tape, twins),
            desk=desk,
            ears=ReplayedEars(tape),
            doors=tuple(feeds),
            watchers=tuple(watchers),
        )
        send = safe_look(show, outputs, who.epoch)
        muted, outputs.muted = outputs.muted, True
        for time_s in recorded.warm_up_s:  # that was seconds of light; now it is nothing but a part of the digest
            send(time_s)
        outputs.muted = muted
        play(rooms, clock, None, stop)
        if cue is not None and outputs.muted:
            print(f"cue {asked.start} was not taken in this night", file=sys.stderr)
    return outputs.digest(), desk.touched


def _hurry_to(cue: int, clock: ReplayClock, outputs: Outputs) -> Until:
    """Run ahead, with nothing sent, until the cue plays."""
    paced = not clock.hurried
    clock.hurried = outputs.muted = True

    def reached() -> None:
        clock.hurried, outputs.muted = not paced, False

    return Until(cue, reached)


def _show_of(recorded: Run, asked: argparse.Namespace) -> Show:
    """The show as it was played, with that night's addresses, or those asked for now."""
    with tempfile.TemporaryDirectory(prefix="nexus-replay-") as folder:
        for name, data in recorded.files.items():
            Path(folder, name).write_bytes(data)
        show = load(Path(folder))
    if tuple(wearer.name for wearer in show.wearers) != recorded.wearers:
        raise ValueError("its show has other wearers than its samples; it can't be played")
    addresses: dict[str, Any] = {**recorded.addresses}
    addresses["engines"] = tuple(Engine(*one) for one in recorded.engines)
    return dataclasses.replace(show, patch=readdressed(dataclasses.replace(show.patch, **addresses), asked))


def _cue(show: Show, number: str | None) -> int | None:
    if number is None:
        return None
    numbers = [cue.number for cue in show.cues]
    if number not in numbers:
        raise ValueError(f"the show has no cue {number}{nearest(number, numbers) or '; it has ' + ', '.join(numbers)}")
    return numbers.index(number)


def _before(night: Night) -> list[str]:
    """What the player should know of the recording."""
    lines = [f"{name} {why}; their twin stands in" for name, why in night.unkept.items()]
    if night.run.version != __version__:
        lines.append(f"recorded by nexus {night.run.version}, played by {__version__}: the light may differ")
    return lines


def _after(night: Night, digest: str, touched: bool) -> list[str]:
    """How much of the night there was, and whether this was its light."""
    lines = []
    end = f"at {night.last.time_s:.2f} s" if night.last else "before its first tick"
    if night.problem:
        lines.append(f"the recording ends {end}: {night.problem}; {night.unread_bytes} bytes are left unread")
    elif not night.ended:
        lines.append(f"the recording was cut short {end}: of the night, what came after is missing, and the goodbye")
        lines.append(
            f"{night.unread_bytes} bytes of it can't be read; a run that is killed loses half a second at most"
        )
    if night.missing:
        lines.append(f"{night.missing} ticks are missing in the recording")
    if night.digest == digest:
        lines.append("the light is that night's, byte for byte")
    elif night.digest:
        why = (
            "since you took part"
            if touched
            else "since not all of it was kept"
            if night.unkept or night.missing
            else ""
        )
        lines.append(
            "the light is not that night's" + (f", {why}" if why else "; is this the same machine and lock file?")
        )
    return lines
