"""Thirty garments of 150 pixels at 60 Hz: how even the ticks are, and what they cost."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from installation.frame import Floats, Frame
from tests.benchmarks.drain import draining
from tests.benchmarks.processes import python, started, threads_here
from tests.benchmarks.shows import garments_show

GARMENTS, PIXELS, RATE_HZ = 30, 150, 60.0
PLAY_S, BARE_S = 20.0, 10.0
ENDS_WITHIN_S = PLAY_S + 2 * BARE_S + 60.0  # a first run compiles


@dataclass(frozen=True)
class Figures:
    """What one run came to; peak_mb is None where the system does not tell."""

    rate_hz: float
    bare_late_p99_ms: float
    late_p99_ms: float
    work_p50_ms: float
    work_p99_ms: float
    cpu_percent: float
    threads: int
    peak_mb: float | None
    full_collections: int
    datagrams_per_s: float = 0.0


def measure() -> Figures:
    """Play the show in a worker while a socket here takes in its light."""
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder, draining() as drain:
        show = garments_show(Path(folder) / "show", GARMENTS, PIXELS)
        command = python("tests.benchmarks.garments", str(show), str(drain.ports[0]))
        with started(command) as worker:
            answer, _ = worker.communicate(timeout=ENDS_WITHIN_S)
            figures, seconds = json.loads(answer.splitlines()[-1])
        return Figures(**figures | {"datagrams_per_s": drain.counts[0] / seconds})


class Census:
    """A watcher that counts the threads once a second and remembers how many full collections came before it."""

    def __init__(self) -> None:
        self.threads = 0
        self.collections = -1

    def show(self, frame: Frame) -> None:
        """Take the finished frame."""
        if self.collections < 0:
            self.collections = full_collections()
        if frame.tick.number % int(RATE_HZ) == 0:
            self.threads = max(self.threads, threads_here())


def full_collections() -> int:
    """Collections of the oldest generation since this process began."""
    return int(gc.get_stats()[2]["collections"])


def peak_mb() -> float | None:
    """The most memory this process has held, in MB (10**6 bytes)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def bare_lateness_s(seconds: float) -> Floats:
    """How late a loop without any work is on this machine, now."""
    from tests.benchmarks.house import NotedClock

    clock = NotedClock()
    for tick in clock.ticks(RATE_HZ):
        if tick.time_s >= seconds:
            break
    return clock.lateness_s(RATE_HZ)


def cpu_s() -> float:
    """Processor time of this process, its threads included."""
    times = os.times()
    return times.user + times.system


def worker(folder: Path, sacn_port: int) -> tuple[Figures, float]:
    """Bare loop, play, bare loop; the figures, and the seconds for which light was sent."""
    import dataclasses

    from installation.loop import play
    from tests.benchmarks.house import NotedClock, furnish, warm_show

    show = warm_show(folder, sacn_port)
    bare_s = bare_lateness_s(BARE_S)
    clock, census = NotedClock(), Census()
    with contextlib.ExitStack() as closing:
        rooms = furnish(show, clock, closing)
        rooms = dataclasses.replace(rooms, watchers=(*rooms.watchers, census))
        began_s, cpu_began_s = clock.now_s(), cpu_s()
        play(rooms, clock, PLAY_S, threading.Event())
        seconds = clock.now_s() - began_s
        cpu_percent = 100 * (cpu_s() - cpu_began_s) / seconds
        collections = full_collections() - census.collections
    bare_s = np.concatenate((bare_s, bare_lateness_s(BARE_S)))
    given_s = clock.given_s
    figures = Figures(
        rate_hz=(len(given_s) - 1) / (given_s[-1] - given_s[0]),
        bare_late_p99_ms=1000 * float(np.percentile(bare_s, 99)),
        late_p99_ms=1000 * float(np.percentile(clock.lateness_s(RATE_HZ), 99)),
        work_p50_ms=1000 * float(np.percentile(clock.work_s(), 50)),
        work_p99_ms=1000 * float(np.percentile(clock.work_s(), 99)),
        cpu_percent=cpu_percent,
        threads=census.threads,
        peak_mb=peak_mb(),
        full_collections=collections,
    )
    return figures, given_s[-1] - given_s[0]


if __name__ == "__main__":
    measured, seconds_of_light = worker(Path(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps((asdict(measured), seconds_of_light)))
