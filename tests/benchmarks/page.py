"""Rows of a benchmark as files: JSON, a page with every figure, and a plot of those that have an aim."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path

from installation.cli.bench import Row

LOW, HIGH = 0.05, 50.0  # of the axis: misses as multiples of the one that is allowed
LEFT, WIDTH, LINE, TOP = 400, 560, 22, 84  # of the plot, in units of the picture
OURS, PEER, INK, GRID, GROUND = "#4fd6d2", "#d9a441", "#d7dee3", "#2b3a44", "#0b131a"  # plankton, ember, foam on abyss


def write(rows: Sequence[Row], folder: Path, name: str) -> list[Path]:
    """Write `bench-<name>.json`, `.md` and `.svg` into a folder; the files."""
    data, page, plot = (folder / f"bench-{name}.{kind}" for kind in ("json", "md", "svg"))
    data.write_text(json.dumps([row.as_json() for row in rows], indent=1) + "\n")
    page.write_text(_page(rows, name))
    plot.write_text(_plot([row for row in rows if misses(row.value, row) is not None]))
    return [data, page, plot]


def misses(value: float, row: Row) -> float | None:
    """How far a figure is from perfect, as a multiple of what its aim allows: 1 is just met, less is better.

    Shares count what is missing of the whole; None where the figure has no aim, or an aim that allows nothing.
    """
    if not row.aim or not math.isfinite(value):
        return None
    sign, number = row.aim.split()
    aim = float(number)
    if sign == ">=":
        whole = 100.0 if row.unit == "%" else 1.0 if aim <= 1.0 else math.nan
        return (whole - value) / (whole - aim) if whole > aim else None
    return abs(value) / aim if aim > 0.0 else None


def _page(rows: Sequence[Row], name: str) -> str:
    peers = sorted({peer for row in rows for peer in row.beside})
    head = ["figure", "value", "unit", "aim", "met", *peers]
    lines = [
        f"# nexus bench {name}",
        "",
        f"Written by `nexus bench {name} --write docs`; nothing here is typed by hand.",
        "",
    ]
    lines += [f"![Every figure with an aim: how much of what the aim allows it uses up](bench-{name}.svg)", ""]
    lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        met = {True: "yes", False: "**no**", None: "–"}[row.met]
        beside = [f"{row.beside[peer]:.4g}" if peer in row.beside else "" for peer in peers]
        lines.append("| " + " | ".join([f"`{row.figure}`", f"{row.value:.4g}", row.unit, row.aim, met, *beside]) + " |")
    return "\n".join(lines) + "\n"


def _plot(rows: Sequence[Row]) -> str:
    height = TOP + LINE * len(rows) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 40} {height}" '
        f'font-family="IBM Plex Sans, sans-serif" font-size="12" fill="{INK}">',
        f'<rect width="100%" height="100%" fill="{GROUND}"/>',
        f'<text x="{LEFT}" y="20">how much of what its aim allows a figure uses up: left of 1 is better</text>',
    ]
    for tick in (0.1, 0.3, 1, 3, 10, 30):
        x, tint = _x(tick), INK if tick == 1 else GRID
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 12}" y2="{height - 12}" stroke="{tint}"/>')
        parts.append(f'<text x="{x:.1f}" y="{TOP - 18}" text-anchor="middle">{tick:g}</text>')
    for n, row in enumerate(rows):
        y = TOP + LINE * n + 8
        parts.append(f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(row.figure)}</text>')
        for peer, value in row.beside.items():
            miss = misses(value, row)
            if miss is not None:
                title = f"<title>{escape(peer)}: {value:.4g} {escape(row.unit)}</title>"
                parts.append(f'<circle cx="{_x(miss):.1f}" cy="{y}" r="4" fill="none" stroke="{PEER}">{title}</circle>')
        title = f"<title>nexus: {row.value:.4g} {escape(row.unit)}, aim {escape(row.aim)}</title>"
        ours = misses(row.value, row) or 0.0
        parts.append(f'<circle cx="{_x(ours):.1f}" cy="{y}" r="5" fill="{OURS}">{title}</circle>')
    parts.append(f'<circle cx="{LEFT}" cy="34" r="5" fill="{OURS}"/><text x="{LEFT + 10}" y="38">nexus, causal</text>')
    parts.append(f'<circle cx="{LEFT + 130}" cy="34" r="4" fill="none" stroke="{PEER}"/>')
    parts.append(f'<text x="{LEFT + 140}" y="38">a peer, on the same data in the same run</text></svg>')
    return "\n".join(parts) + "\n"


def _x(miss: float) -> float:
    along = math.log(min(max(miss, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
    return LEFT + WIDTH * along
