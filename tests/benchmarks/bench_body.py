"""`nexus bench body`: every organ on annotated recordings of people, beside peers that look back at whole records."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from installation.cli.bench import Row
from tests.benchmarks import (
    body_breath,
    body_crowd,
    body_ecg,
    body_group,
    body_heart,
    body_motion,
    body_quality,
    body_quality_held_out,
    body_rhythm,
    body_skin,
)

SCORED = (
    body_ecg,
    body_heart,
    body_quality,
    body_quality_held_out,
    body_rhythm,
    body_breath,
    body_skin,
    body_motion,
    body_group,
)


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of the body, as it is measured; some minutes.  A set that is not there gives no rows."""
    if not recordings.is_dir():
        print(f"no recordings in {recordings}: only what is made by hand is measured", file=sys.stderr)
    for part in SCORED:
        yield from part.rows(recordings)
    yield from body_crowd.rows()
