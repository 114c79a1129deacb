"""`nexus check SHOW`: every problem with its place, or what the show holds and its expressions may name."""

from __future__ import annotations

import argparse
import math

from installation.show.expressions import BUILT_IN
from installation.show.load import find_show, load
from installation.show.model import Show
from installation.show.problems import ShowProblems
from installation.show.signals import SIGNALS


def run(asked: argparse.Namespace) -> int:
    """Print problems and give 1, or print a summary and give 0."""
    try:
        folder = find_show(asked.show)
        if asked.schema:
            from installation.show.schema import write

            print(f"wrote {write(folder)}")
        show = load(folder, asked.patch)
    except ShowProblems as found:
        for problem in found.problems:
            print(problem)
        count = len(found.problems)
        print(f"{count} problem{'s' * (count != 1)}; nothing is loaded")
        return 1
    pixels = sum(garment.pixels for garment in show.garments)
    universes = sorted({run[2] for slots in show.patch.slots for run in slots.runs})
    print(f"{show.title}: no problems")
    print(f"  {len(show.wearers)} wearers, {len(show.garments)} garments, {pixels} pixels, {show.rate_hz:g} Hz")
    print(
        f"  {len(show.cues)} cues, {len(show.looks)} looks, {len(show.scenes)} scenes, {len(show.program)} expressions"
    )
    print(
        f"  sACN universes {universes[0]}–{universes[-1]} to {show.patch.sacn_host}"
        if universes
        else "  no light patched"
    )
    print(f"  {len(show.patch.sensors)} sensors patched; everyone else is simulated")
    if asked.names:
        _print_names(show)
    return 0


def _print_names(show: Show) -> None:
    """Every name, its unit, its range and what it says, those of the show first."""
    lines = [(one.name, one.unit, one.low, one.high, one.says or f"= {one.text}") for one in show.signals]
    lines += [(one.name, one.unit, one.low, one.high, "a number of the room") for one in show.room]
    lines += [(f"input.{one.name}", "", one.low, one.high, "sent by a device") for one in show.program.inputs]
    lines += [(one.name, one.unit, one.low, one.high, one.says) for one in SIGNALS.values()]
    lines += [(name, unit, -math.inf, math.inf, says) for name, (unit, says) in BUILT_IN.items()]
    for name, unit, low, high, says in lines:
        span = "" if (low, high) == (-math.inf, math.inf) else f"{low:g} to {high:g}"
        print(f"  {name:24} {span:>12} {unit:7} {says}")
