"""`nexus check SHOW`: every problem with its place, or what the show holds."""

from __future__ import annotations

import argparse

from installation.show.load import find_show, load
from installation.show.problems import ShowProblems


def run(asked: argparse.Namespace) -> int:
    """Print problems and give 1, or print a summary and give 0."""
    try:
        show = load(find_show(asked.show), asked.patch)
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
    return 0
