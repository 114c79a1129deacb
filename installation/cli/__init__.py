"""The command line: what can be asked, and which file answers.  Heavy imports wait until they are needed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from installation import __version__


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no length of time; seconds from 0 up would do")
    return value


def _people(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is no number of people; 1 to 1000 would do")
    return value


def _within(text: str, low: float, high: float, what: str, would: str) -> float:
    value = float(text)
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text} is no {what}; {would} would do")
    return value


def _rate(text: str) -> float:
    return _within(text, 0.1, 1000, "rate", "0.1 to 1000 rows a second")


def _share(text: str) -> float:
    return _within(text, 0, 1, "share", "a number from 0 to 1")


def _speed(text: str) -> float:
    return _within(text, 0.01, 1000, "speed", "a number from 0.01 to 1000")


def parser() -> argparse.ArgumentParser:
    """Every command with its options; `nexus --help` prints it."""
    top = argparse.ArgumentParser(
        prog="nexus", description="A controller for interactive installations that people wear."
    )
    top.add_argument("--version", action="version", version=f"nexus {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="play a show, live or offline")
    run.add_argument("show", nargs="?", help="folder of the show, or the name of a shipped one (collective_feast)")
    run.add_argument("--headless", action="store_true", help="no window, even where there is a screen")
    run.add_argument("--seconds", type=_seconds, metavar="S", help="end after S seconds of the show")
    run.add_argument("--seed", type=int, default=1, metavar="N", help="which simulated people come (1)")
    run.add_argument("--offline", action="store_true", help="as fast as the machine can; nothing goes to the network")
    run.add_argument("--patch", type=Path, metavar="FILE", help="another venue's patch.toml")
    run.add_argument("--osc", metavar="HOST:PORT", help="send the AR state there instead")
    run.add_argument("--sacn", metavar="HOST[:PORT]", help="send sACN there instead; or multicast")
    run.add_argument("--control", metavar="HOST:PORT", help="listen for control OSC there instead")
    run.add_argument("--wire", action="append", default=[], metavar="FILE.raw=WEARER", help="play a capture as theirs")
    run.add_argument("--light-log", type=Path, metavar="FILE.npz", help="keep every tick's bytes after the guard")
    run.add_argument("--record", type=Path, metavar="FILE.mcap", help="keep the night, to be played again")
    run.add_argument("--consent", type=Path, metavar="FILE", help="whose own samples may be kept (consent.toml)")

    replay = commands.add_parser("replay", help="play a recorded night; nothing goes to the network")
    replay.add_argument("night", type=Path, metavar="FILE.mcap", help="what `nexus run --record` kept")
    replay.add_argument("--offline", action="store_true", help="as fast as the machine can, without a window")
    replay.add_argument("--speed", type=_speed, default=1.0, metavar="X", help="so many times as fast (1)")
    replay.add_argument("--from", dest="start", metavar="CUE", help="run ahead to where this cue was taken")
    replay.add_argument("--headless", action="store_true", help="no window, even where there is a screen")
    replay.add_argument("--out", action="store_true", help="send to the network, where the night did")
    replay.add_argument("--osc", metavar="HOST:PORT", help="with --out: send the AR state there instead")
    replay.add_argument("--sacn", metavar="HOST[:PORT]", help="with --out: send sACN there instead; or multicast")
    replay.add_argument("--light-log", type=Path, metavar="FILE.npz", help="keep every tick's bytes after the guard")
    replay.set_defaults(control=None)

    forget = commands.add_parser("forget", help="erase one wearer from a recorded night")
    forget.add_argument("wearer", help="their stage name")
    forget.add_argument("night", type=Path, metavar="FILE.mcap", help="what `nexus run --record` kept")

    check = commands.add_parser("check", help="read a show and print every problem")
    check.add_argument("show", nargs="?", help="folder of the show, or the name of a shipped one")
    check.add_argument("--patch", type=Path, metavar="FILE", help="another venue's patch.toml")
    check.add_argument("--names", action="store_true", help="list every name that its expressions may use")
    check.add_argument("--schema", action="store_true", help="write a JSON Schema of its files into it, for editors")

    new = commands.add_parser("new", help="make a small show that works, to be changed")
    new.add_argument("place", metavar="NAME", help="a new folder: small letters, digits, - and _")

    ports = commands.add_parser("ports", help="show serial ports, what answers and how well; patch them")
    ports.add_argument("show", nargs="?", help="whose patch tells the wearers: a folder, or the name of a shipped show")
    ports.add_argument("--patch", type=Path, metavar="FILE", help="another venue's patch.toml")
    ports.add_argument("--once", action="store_true", help="listen for some seconds and print; as without a terminal")
    ports.add_argument("--json", action="store_true", help="print a JSON list once instead of a table")
    ports.add_argument("--seconds", type=_seconds, metavar="S", help="with --once, --json: listen so long (6)")
    ports.add_argument("--claim", action="store_true", help="ask each wearer to touch their sensor; write patch.toml")
    ports.add_argument("--yes", action="store_true", help="with --claim: write without asking")

    capture = commands.add_parser("capture", help="keep the raw bytes of a device, to be played with run --wire")
    capture.add_argument("port", metavar="PORT", help="path of the port, as nexus ports shows it")
    capture.add_argument("file", type=Path, metavar="FILE.raw", help="a new file")
    capture.add_argument("--seconds", type=_seconds, metavar="S", help="end after S seconds (at Ctrl-C)")
    capture.add_argument("--baud", type=int, default=115200, metavar="B", help="bits a second (115200)")

    simulate = commands.add_parser("simulate", help="offer simulated devices to other software")
    simulate.add_argument("--wire", required=True, metavar="FORMAT", help="cyton, bitalino … as in patch.toml")
    simulate.add_argument("--wearers", type=_people, default=1, metavar="N", help="how many people wear one (1)")
    simulate.add_argument("--seed", type=int, default=1, metavar="N", help="which simulated people come (1)")
    simulate.add_argument("--seconds", type=_seconds, metavar="S", help="end after S seconds (at Ctrl-C)")
    simulate.add_argument("--rate", type=_rate, default=0.0, metavar="HZ", help="rows a second, where it can be chosen")
    simulate.add_argument(
        "--synchrony", type=_share, default=0.0, metavar="S", help="how far people fall into step, 0 to 1 (0)"
    )
    simulate.add_argument("--to", default="", metavar="HOST:PORT", help="where --wire osc speaks to")
    simulate.add_argument("--form", default="", metavar="NAME", help="which form, where a format has several")
    simulate.add_argument(
        "--link", type=Path, metavar="PATH", help="a symlink to the port; PATH-1, PATH-2 … to several"
    )
    simulate.add_argument("--json", action="store_true", help="print a JSON list of the ports instead of their paths")

    bench = commands.add_parser("bench", help="measure; needs a checkout of the repository")
    bench.add_argument("names", nargs="*", metavar="NAME", help="body, loop … (all)")
    bench.add_argument("--recordings", type=Path, metavar="DIR", help="annotated recordings to score the body on")
    bench.add_argument("--write", type=Path, metavar="DIR", help="write them as JSON, a page and a plot as well")
    bench.add_argument("--json", action="store_true", help="print only a JSON list of rows")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 when it found problems, 2 when it was asked wrongly."""
    asked = parser().parse_args(arguments)
    for library in ("OPENBLAS", "OMP", "MKL"):  # their idle threads spin; nothing here is large enough for two
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    command = import_module(f"installation.cli.{asked.command}")
    try:
        return int(command.run(asked))
    except BrokenPipeError:  # the reader of our output went away: head, less
        sys.stderr.close()
        return 1
