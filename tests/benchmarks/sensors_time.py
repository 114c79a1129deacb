"""How far the times of rows are off that came in bursts of 16 ms, and what telling them costs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from time import process_time

import numpy as np

from installation.cli.bench import Row
from installation.frame import Floats
from installation.sensors.timing import Timing
from tests.benchmarks.aims import judged
from tests.sensors.test_timing import SETTLED_S, in_whole_bursts

SECONDS, SEEDS, PPM = 60.0, 5, 200.0  # a cheap crystal's error
AIMS = {1000: "<= 2", 500: "", 250: "", 50: ""}  # ms; where rows and bursts have more in common nobody can tell

row = partial(judged, "sensors")


def rows() -> Iterator[Row]:
    """Of each rate: the error that one row of a hundred goes over, three seconds after the beginning; then the cost."""
    cost_s, given = 0.0, 0
    for rate_hz, aim in AIMS.items():
        errors = []
        for seed in range(SEEDS):
            drift = 1 + (seed / (SEEDS - 1) * 2 - 1) * PPM * 1e-6
            taken_s = np.arange(1, SECONDS * rate_hz) / rate_hz * drift
            came_s = in_whole_bursts(taken_s, seed)
            began_s = process_time()
            times_s = _heard(Timing(rate_hz), came_s)
            cost_s += process_time() - began_s
            given += len(times_s)
            errors.append(np.abs(times_s - taken_s)[taken_s > SETTLED_S])
        off_ms = 1000 * float(np.percentile(np.concatenate(errors), 99))
        yield row(f"time_error_p99_{rate_hz}Hz", off_ms, "ms, in bursts of 16 ms", aim=aim)
    yield row("time_cost", 1e6 * cost_s / given, "us a row")


def _heard(timing: Timing, came_s: Floats) -> Floats:
    """The time of each row, a read for each burst."""
    ends = np.append(np.flatnonzero(np.diff(came_s)) + 1, len(came_s))
    times: list[float] = []
    for first, end in zip([0, *ends[:-1]], ends, strict=True):
        times += timing.counted(float(came_s[end - 1]), int(end - first))[0]
    return np.array(times)
