"""`nexus new NAME`: a small show that works, to be changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from installation.show.new import make
from installation.show.problems import ShowProblems


def run(asked: argparse.Namespace) -> int:
    """Make it and say what can be done with it, or say why not and give 1."""
    try:
        place = make(Path(asked.place))
    except ShowProblems as found:
        print(found)
        return 1
    print(f"made {place}: six files to change, each with comments that say how")
    print(f"  nexus run {place}      play it")
    print(f"  nexus check {place}    read it, and print every problem at once")
    return 0
