"""`nexus bench`: run the benchmarks of `tests/benchmarks` and print their rows as a table or as JSON."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import installation

CHECKOUT = Path(installation.__file__).parent.parent
FOLDER = CHECKOUT / "tests" / "benchmarks"
RECORDINGS = CHECKOUT.parent / "shared" / "recordings"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure beside its aim and its peers; `met` is None where nothing can be said."""

    bench: str
    figure: str
    value: float
    unit: str
    aim: str = ""
    met: bool | None = None
    beside: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The row as the JSON object that `--json` prints."""
        return {
            "bench": self.bench,
            "figure": self.figure,
            "value": round(self.value, 4),
            "unit": self.unit,
            "aim": self.aim or None,
            "met": self.met,
            "beside": dict(self.beside),
        }


def names() -> list[str]:
    """Benchmarks of this checkout, by name."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def _benchmark(name: str) -> Callable[[Path], Iterator[Row]]:
    """The function `rows` of a benchmark: it is told where recordings of people are, if it plays any."""
    path = FOLDER / f"bench_{name}.py"
    spec = importlib.util.spec_from_file_location(f"nexus_bench_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    rows: Callable[[Path], Iterator[Row]] = module.rows
    return rows


def run(asked: argparse.Namespace) -> int:
    """Measure what was asked for; 1 where an aim was missed, 2 where there is no such benchmark."""
    known = names()
    if not known:
        print(
            "nexus bench needs a checkout of the repository: the benchmarks live in tests/benchmarks", file=sys.stderr
        )
        return 2
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        print(f"no benchmark is called {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in asked.names or known:
        measured = []
        for row in _benchmark(name)(asked.recordings or RECORDINGS):
            measured.append(row)
            if not asked.json:
                print(f"{row.bench} {row.figure}: {row.value:.4g} {row.unit}", file=sys.stderr)
        rows += measured
        if asked.write is not None:
            page = importlib.import_module("tests.benchmarks.page")
            for file in page.write(measured, asked.write, name):
                print(f"wrote {file}", file=sys.stderr)
    if asked.json:
        print(json.dumps([row.as_json() for row in rows], indent=1))
    else:
        _print_table(rows)
    return int(any(row.met is False for row in rows))


def _print_table(rows: list[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("bench", title="nexus bench")
    table.add_column("figure", no_wrap=True, overflow="fold", min_width=max(len(row.figure) for row in rows))
    for name in ("value", "unit", "aim", "met", "beside"):
        table.add_column(name)
    for row in rows:
        met = {True: "[green]yes", False: "[red]no", None: "–"}[row.met]
        beside = ", ".join(f"{name} {value:.4g}" for name, value in row.beside.items())
        table.add_row(row.bench, row.figure, f"{row.value:.4g}", row.unit, row.aim, met, beside)
    Console().print(table)
