"""What simulated people cost: from a person's phases to bytes, through the decoder, to Samples at 60 Hz."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from time import process_time

from installation.cli.bench import Row
from installation.sensors.people import People
from installation.sensors.twins import ROWS_HZ, Twins
from tests.benchmarks.aims import judged

RATE_HZ, SECONDS = 60, 10.0
AIMS = {30: "<= 1", 2000: "<= 25"}  # % of a core

row = partial(judged, "sensors")


def people() -> Iterator[Row]:
    """The share of a core for a table and for a crowd, and the longest tick of the crowd."""
    for wearers, aim in AIMS.items():
        twins, longest_s = Twins(wearers, 1, People(wearers, 1)), 0.0
        twins.read(0.0, None)  # compiles
        handled, began_s = twins.handled, process_time()
        for tick in range(1, round(RATE_HZ * SECONDS) + 1):
            at_s = process_time()
            twins.read(tick / RATE_HZ, None)
            longest_s = max(longest_s, process_time() - at_s)
        cost_s = process_time() - began_s
        assert abs((twins.handled - handled) / (wearers * ROWS_HZ * SECONDS) - 1) < 0.02
        yield row(f"people_{wearers}", 100 * cost_s / SECONDS, "% of a core", aim=aim)
    yield row(f"people_{wearers}_longest_tick", 1000 * longest_s, "ms of a core")
