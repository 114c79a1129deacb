"""`nexus run`: light the safe look, warm up, play the show, say goodbye, print the digest."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import signal
import sys
import threading
from collections.abc import Callable, Iterator

from installation.cli.messages import told_on_stderr
from installation.cli.recording import Keeping, keeping, recorded
from installation.cli.wires import with_captures
from installation.clock import Clock, OfflineClock, RealClock, wall_epoch
from installation.frame import SceneState, Tick, unknown_body
from installation.lights.first import first_light
from installation.outputs.identity import identity, offline_identity
from installation.outputs.light_log import LightLog
from installation.outputs.send import Outputs
from installation.sensors.read import OpenDevice
from installation.show.load import find_show, load
from installation.show.model import Engine, Patch, Show
from installation.show.problems import ShowProblems

FIRST_LIGHT_EVERY_S = 0.1


def run(asked: argparse.Namespace) -> int:
    """Play the show as asked; the last line on stdout is `digest <64 hex>`."""
    with told_on_stderr():
        return _run(asked)


def _run(asked: argparse.Namespace) -> int:
    try:
        show = load(find_show(asked.show), asked.patch)
        show = dataclasses.replace(show, patch=readdressed(show.patch, asked))
        show, open_device = with_captures(show, asked.wire, hardware=not asked.offline)
        kept = keeping(show, asked)
    except ShowProblems as found:
        for problem in found.problems:
            print(problem, file=sys.stderr)
        return 1
    except ValueError as wrong:
        print(f"nexus run: {wrong}", file=sys.stderr)
        return 2
    digest = _offline(show, asked, kept, open_device) if asked.offline else _live(show, asked, kept, open_device)
    print(f"digest {digest}", flush=True)
    return 0


def _offline(show: Show, asked: argparse.Namespace, kept: Keeping | None, open_device: OpenDevice) -> str:
    from installation.loop import open_rooms, play

    clock = OfflineClock()
    who = offline_identity(show.title, asked.seed)
    light_log = LightLog(asked.light_log, show) if asked.light_log else None
    outputs = Outputs(show, clock, who, live=False, light_log=light_log)
    hardware = bool(asked.wire)
    rooms = open_rooms(
        show, clock, outputs, seed=asked.seed, epoch=who.epoch, hardware=hardware, open_device=open_device
    )  # fmt: skip
    with stopped_by_signals() as stop, recorded(rooms, kept, asked, who) as rooms:
        play(rooms, clock, asked.seconds, stop, strict=True)
    outputs.close()
    return outputs.digest()


def _live(show: Show, asked: argparse.Namespace, kept: Keeping | None, open_device: OpenDevice) -> str:
    from installation.control.doors import open_doors
    from installation.control.keys import Keys
    from installation.control.orders import Desk
    from installation.watch.feed import Feed
    from installation.watch.status import Status, has_screen

    clock = RealClock()
    who = identity(wall_epoch())
    light_log = LightLog(asked.light_log, show) if asked.light_log else None
    with contextlib.ExitStack() as closing, stopped_by_signals() as stop:
        outputs = Outputs(show, clock, who, live=True, light_log=light_log)
        closing.callback(outputs.close)
        warm_up_s = _warm_up_lit(show, clock, outputs, who.epoch, stop)
        if stop.is_set():
            outputs.goodbye(Tick(-1, clock.now_s(), FIRST_LIGHT_EVERY_S))
            return outputs.digest()
        from installation.loop import open_rooms, play

        desk = Desk()
        doors = open_doors(show, desk, clock)
        for door in doors:
            closing.callback(door.close)
        status = Status(show)
        closing.callback(status.close)
        keys = Keys(desk, clock, stop)
        closing.callback(keys.close)
        feeds = [] if asked.headless or not has_screen() else [Feed(show, clock, desk, stop)]
        for feed in feeds:
            closing.callback(feed.close)
        rooms = open_rooms(
            show,
            clock,
            outputs,
            seed=asked.seed,
            epoch=who.epoch,
            hardware=True,
            open_device=open_device,
            desk=desk,
            doors=(*doors, *feeds),
            watchers=(status, *doors, *feeds),
        )
        closing.callback(rooms.sensors.close)
        with recorded(rooms, kept, asked, who, warm_up_s) as rooms:
            play(rooms, clock, asked.seconds, stop)
    return outputs.digest()


def safe_look(show: Show, outputs: Outputs, epoch: int) -> Callable[[float], None]:
    """A function that sends the safe look at a time of the run, before there is a loop."""
    levels = first_light(show)
    body = unknown_body(len(show.wearers), len(show.inputs))
    scene = SceneState("", "", 0, epoch, 0.0, False, {}, {})
    return lambda time_s: outputs.send(levels, scene, body, (), Tick(-1, time_s, FIRST_LIGHT_EVERY_S))


def _warm_up_lit(show: Show, clock: Clock, outputs: Outputs, epoch: int, stop: threading.Event) -> tuple[float, ...]:
    """Compile the hot loops on a thread while the safe look is already on the wire; the times at which it was sent."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    failure: list[BaseException] = []

    def warm() -> None:
        try:
            from installation.loop import warm_up

            warm_up(show)
        except BaseException as raised:
            failure.append(raised)

    send = safe_look(show, outputs, epoch)
    sent_s = []
    thread = threading.Thread(target=warm, name="warm-up", daemon=True)
    thread.start()
    columns = (TextColumn("the safe look is lit; the house warms up"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task("warm up", total=None)
        while thread.is_alive() and not stop.is_set():
            sent_s.append(clock.now_s())
            send(sent_s[-1])
            thread.join(FIRST_LIGHT_EVERY_S)
    if failure:
        raise failure[0]
    return tuple(sent_s)


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that the loop can leave in order."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def readdressed(patch: Patch, asked: argparse.Namespace) -> Patch:
    """The patch with the addresses given on the command line."""
    if asked.sacn:
        host, port = _address(asked.sacn, patch.sacn_port)
        patch = dataclasses.replace(patch, sacn_host=host, sacn_port=port)
    if asked.osc:
        host, port = _address(asked.osc, patch.engines[0].port)
        patch = dataclasses.replace(patch, engines=(Engine("ar", host, port),))
    if asked.control:
        host, port = _address(asked.control, patch.control_port)
        patch = dataclasses.replace(patch, control_host=host, control_port=port)
    return patch


def _address(text: str, port: int) -> tuple[str, int]:
    """`HOST` or `HOST:PORT`; an IPv6 host stands in brackets."""
    host, colon, number = text.rpartition(":")
    if not colon or text.endswith("]"):
        return text.strip("[]"), port
    if not host or not number.isdigit() or not 0 < int(number) < 65536:
        raise ValueError(f"{text!r} is no address; HOST:PORT would do, as 127.0.0.1:{port}")
    return host.strip("[]"), int(number)
