"""`nexus simulate`: simulated people on simulated devices, for other software, on pseudo-terminals or the network."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from pathlib import Path

from installation.cli import simulate_network
from installation.cli.pty import Pty, has_ptys, serve
from installation.cli.run import stopped_by_signals
from installation.clock import RealClock
from installation.sensors.simulated import Simulated, crowd, simulated
from installation.sensors.simulated.pulsesensor import SEVERAL
from installation.show.wires import FORMATS


def run(asked: argparse.Namespace) -> int:
    """Offer the devices until Ctrl-C, or for so many seconds; 2 where what is asked for is none."""
    if asked.wire in simulate_network.WIRES:
        return simulate_network.run(asked)
    if not has_ptys():
        print(
            "nexus simulate: this system has no pseudo-terminals; Linux and macOS have.  A whole show plays with "
            "simulated people on any system: nexus run",
            file=sys.stderr,
        )
        return 2
    try:
        devices = made(asked.wire, asked.wearers, asked.seed, asked.rate, asked.form, asked.synchrony)
    except ValueError as wrong:
        print(f"nexus simulate: {wrong}", file=sys.stderr)
        return 2
    with contextlib.ExitStack() as closing, stopped_by_signals() as stop:
        try:
            ptys = [closing.enter_context(Pty(link)) for link in _links(asked.link, len(devices))]
        except OSError as error:
            print(
                f"nexus simulate: {asked.link or 'a pseudo-terminal'} can't be made: {error.strerror}", file=sys.stderr
            )
            return 1
        told = [
            {"wire": asked.wire, "baud": FORMATS[asked.wire].baud, "path": pty.path, "wearers": wearers}
            | ({"link": str(pty.link)} if pty.link else {})
            for pty, (wearers, _) in zip(ptys, devices, strict=True)
        ]
        print(json.dumps(told) if asked.json else "\n".join(str(one["path"]) for one in told), flush=True)
        serve([device for _, device in devices], ptys, RealClock(), asked.seconds, stop.is_set)
    return 0


def made(
    wire: str, wearers: int, seed: int, rate_hz: float = 0.0, form: str = "", synchrony: float = 0.0
) -> list[tuple[list[int], Simulated]]:
    """The devices of so many people, and whom each carries, from 0; one carries all where the format is shared."""
    people = crowd(wearers, seed, synchrony)
    together = wire in FORMATS and (FORMATS[wire].shared or (wire == "pulsesensor" and form in SEVERAL))
    groups = [list(range(wearers))] if together else [[wearer] for wearer in range(wearers)]
    return [(who, simulated(wire, [people[w] for w in who], rate_hz=rate_hz, form=form)) for who in groups]


def _links(link: Path | None, count: int) -> list[Path | None]:
    """A symlink for each device: the path asked for, with -1, -2 … behind it where there are several."""
    if link is None or count == 1:
        return [link] * count
    return [link.with_name(f"{link.name}-{number}") for number in range(1, count + 1)]
