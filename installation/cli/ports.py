"""`nexus ports`: serial ports by identity, what answers on each, and how well; live in a terminal."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from installation.cli.run import stopped_by_signals
from installation.clock import Clock, RealClock
from installation.show.load import find_show, load
from installation.show.problems import ShowProblems

if TYPE_CHECKING:
    from rich.table import Table

    from installation.cli.portwatch import PortWatch

TICKS_HZ = 30.0
REDRAWN_S = 0.25  # numbers that change faster can't be read
LISTEN_S = 6.0  # with --once: the window of the rate, and some beats
NOTHING = "no serial port is here; plug a sensor in, or play with simulated people: nexus run"


def run(asked: argparse.Namespace) -> int:
    """Listen to every port and tell what is heard; only what bears to be asked is written to."""
    try:
        show = load(find_show(asked.show), asked.patch)
    except ShowProblems as found:
        for problem in found.problems:
            print(problem, file=sys.stderr)
        return 1
    from installation.cli.portwatch import PortWatch  # brings the body, which takes a second

    clock = RealClock()
    with _quiet():
        watch = PortWatch(show, clock)
        try:
            if asked.claim:
                from installation.cli.claim import claim

                return claim(show, find_show(asked.show), watch, clock, asked)
            if asked.json or asked.once or not sys.stdout.isatty():
                return _once(watch, clock, LISTEN_S if asked.seconds is None else asked.seconds, asked.json)
            return _live(watch, clock)
        finally:
            watch.close()


def _once(watch: PortWatch, clock: Clock, seconds: float, as_json: bool) -> int:
    """Listen for so long from the last answer on, and print."""
    with stopped_by_signals() as stop:
        answered_s = clock.now_s()
        for tick in clock.ticks(TICKS_HZ):
            watch.step(tick)
            if watch.asking:
                answered_s = tick.time_s
            elif not watch.ports or tick.time_s - answered_s >= seconds:
                break
            if stop.is_set():
                break
    rows = [port.row() for port in watch.ports.values()]
    if as_json:
        print(json.dumps(rows, indent=1))
    elif not rows:
        print(NOTHING)
    else:
        from rich.console import Console

        Console().print(table(rows))
    return 0


def _live(watch: PortWatch, clock: Clock) -> int:
    """Show the ports until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live

    console = Console()
    drawn_s = -REDRAWN_S
    with stopped_by_signals() as stop, Live(console=console, auto_refresh=False) as live:
        for tick in clock.ticks(TICKS_HZ):
            if stop.is_set():
                return 0
            watch.step(tick)
            if tick.time_s - drawn_s >= REDRAWN_S:
                drawn_s = tick.time_s
                rows = [port.row() for port in watch.ports.values()]
                live.update(table(rows) if rows else NOTHING, refresh=True)
    return 0


def table(rows: list[dict[str, Any]]) -> Table:
    """The ports as a person reads them, in a terminal of 80 columns too."""
    from rich.table import Table

    drawn = Table(title="nexus ports", show_lines=True)
    drawn.add_column("port", overflow="fold", ratio=3)
    drawn.add_column("what answers", overflow="fold", ratio=4)
    drawn.add_column("heard", min_width=14)
    drawn.add_column("wearer", overflow="fold")
    for row in rows:
        drawn.add_row(_port(row), _answers(row), _heard(row), ", ".join(row["wearers"]) or "–")
    return drawn


def _port(row: dict[str, Any]) -> str:
    """Path, board and what finds it again: the first of these is what to patch it by."""
    from rich.markup import escape

    key, value = next(iter(row["patch_by"].items()))
    lines = [f"[bold]{escape(row['device'])}"]
    if row["board"]:
        lines.append(escape(row["board"]))
    if key != "port":
        lines.append(escape(f'{key} = "{value}"'))
    lines += [f"{name} {escape(row[name])}" for name in ("serial", "location") if row[name] and name != key]
    if row["clones"]:
        lines.append(f"[yellow]the same serial number has {escape(', '.join(row['clones']))}")
    return "\n".join(f"{line}[/]" if line.startswith("[") else line for line in lines)


def _answers(row: dict[str, Any]) -> str:
    """What answers, its wire, and what its columns may be."""
    from rich.markup import escape

    lines = [escape(row["says"])]
    if row["wire"]:
        lines.append(escape(f'wire = "{row["wire"]}", {row["baud"]} baud'))
    if not row.get("ok", True):
        lines.append(f"[yellow]▲ {escape(row['health'])}[/]")
    lines += [escape(f"{one['column']}: {one['channel']}, {one['why']}") for one in row.get("columns", ())]
    return "\n".join(lines)


def _heard(row: dict[str, Any]) -> str:
    """Rate, loss and quality; a dash where nothing is heard."""
    from rich.markup import escape

    if "rows" not in row:
        return "–"
    rate = "…" if row["rate_hz"] is None else f"{row['rate_hz']:.3g}"
    rate += f" of {row['due_hz']:g} Hz" if row["due_hz"] else " Hz"
    lines = [rate, f"{row['lost']} lost"]
    people = [""] if len(row["quality"]) == 1 else [f"{number} " for number in range(len(row["quality"]))]
    if len(row["wearers"]) == len(people) > 1:
        people = [f"{name} " for name in row["wearers"]]
    for who, one in zip(people, row["quality"], strict=False):
        lines += [f"{escape(who)}{organ} {quality:.2f}" for organ, quality in one.items()]
    return "\n".join(lines)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What the ports do is in the table: the log need not say it as well."""
    log = logging.getLogger("installation.wire.in")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
