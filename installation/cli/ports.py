"""`nexus ports`: serial ports by identity, and what answers on each."""

from __future__ import annotations

import argparse
import dataclasses
import json

from installation.sensors.find import list_ports, probe


def run(asked: argparse.Namespace) -> int:
    """Listen to every port for a moment and print what was heard; nothing is written to any of them."""
    rows = [{**dataclasses.asdict(found), **dataclasses.asdict(probe(found.device))} for found in list_ports()]
    if asked.json:
        print(json.dumps(rows, indent=1))
        return 0
    if not rows:
        print("no serial port is here; plug a sensor in, or play with simulated people: nexus run")
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table("port", "board", "serial", "location", "answers", "for patch.toml", title="nexus ports")
    for row in rows:
        wire = f'wire = "{row["wire"]}"' if row["wire"] else "–"
        table.add_row(row["device"], row["board"], row["serial"] or "–", row["location"] or "–", row["says"], wire)
    Console().print(table)
    return 0
