"""`nexus bench story`: what a designer wrote, at a crowd's size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from installation.cli.bench import Row
from tests.benchmarks import story_expressions


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of the story; no recordings are played."""
    yield from story_expressions.rows()
