"""What it costs to read many ports, how old a byte is when it is told, and how soon a pulled plug is back.

A worker owns the far ends of pseudo-terminals and prints a line of each in turn.  The line is the time at which it was
printed, in tenths of a millisecond, modulo 1024: the performance counter is one clock for all processes of a machine.
Beside the house stands a floor: one thread that selects, reads lines and makes integers of them, as plain as
Python does it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from installation.cli.bench import Row
from installation.clock import RealClock
from installation.frame import Chunk
from installation.sensors.devices import Device
from installation.sensors.read import serial_ports
from installation.sensors.stream import Sample, Stream, samples
from installation.sensors.timing import Timing
from installation.sensors.wires.pulsesensor import PulseSensor
from installation.show.model import SensorPatch
from tests.benchmarks.aims import judged
from tests.benchmarks.processes import python, started

PORTS, LINES_HZ, TICK_HZ = 32, 250, 60
SECONDS, WARM_S = 10.0, 1.5
MODULO, UNITS = 1024, 1e4  # tenths of a millisecond: longer than any line takes, and a board's own ten bits
AWAY, AWAY_S = 30, 10.0
PLUGS, OUT_S = 10, 0.6

row = partial(judged, "sensors")


@dataclass(frozen=True)
class Read:
    """Milliseconds from print to where it was told; of each line, and of the newest at each tick; share of a core."""

    line_ms: list[float]
    tick_ms: list[float]
    cpu: float
    lines: int

    def at(self, percent: float) -> float:
        """A percentile of the lines' ages."""
        return float(np.percentile(self.line_ms, percent))


def rows() -> Iterator[Row]:
    """Every figure of the ports; none where the system has no pseudo-terminals."""
    try:
        import tty  # noqa: F401
    except ImportError:
        print("no pseudo-terminals here: the ports are not measured", file=sys.stderr)
        return
    with _printing() as paths:
        floor, ours, threads = _floor(paths), _house(paths, False), _house(paths, True)
    name = f"ports_{PORTS}x{LINES_HZ}Hz"
    for percent, aim in ((50, "<= 2"), (99, "<= 10")):
        beside = {"floor": floor.at(percent), "a thread each": threads.at(percent)}
        yield row(f"{name}_stamped_p{percent}", ours.at(percent), "ms", aim=aim, beside=beside)
        value = float(np.percentile(ours.tick_ms, percent))
        yield row(f"{name}_newest_byte_to_samples_p{percent}", value, "ms")
    beside = {"floor": floor.cpu, "a thread each": threads.cpu}
    yield row(f"{name}_cpu", ours.cpu, "% of a core", aim=f"<= {floor.cpu:.3g}", beside=beside)
    due = PORTS * LINES_HZ * SECONDS
    yield row(f"{name}_read", 100 * ours.lines / due, "% of the lines", beside={"floor": 100 * floor.lines / due})
    yield row(f"ports_{AWAY}_away_cpu", _away(), "% of a core", aim="<= 1")
    noticed_s, back_s = _replugged()
    yield row("unplugged_noticed_p95", 1000 * float(np.percentile(noticed_s, 95)), "ms")
    yield row("replugged_to_samples_p95", float(np.percentile(back_s, 95)), "s", beside={"out for": OUT_S})


def age_ms(value: float) -> float:
    """How long ago a line was printed."""
    return (time.perf_counter() * UNITS - value) % MODULO * 1000 / UNITS


def _floor(paths: list[str]) -> Read:
    """One thread that selects, reads lines and makes integers of them."""
    files = [os.fdopen(os.open(path, os.O_RDONLY | os.O_NOCTTY), "rb") for path in paths]
    ages: list[float] = []
    warm_s = time.perf_counter() + WARM_S
    while (now_s := time.perf_counter()) < warm_s + SECONDS:
        if now_s < warm_s:
            ages.clear()
            began_s = time.process_time()
        ages += [age_ms(int(file.readline()[1:])) for file in select.select(files, [], [], 0.1)[0]]
    cpu = 100 * (time.process_time() - began_s) / SECONDS
    for file in files:
        file.close()
    return Read(ages, [], cpu, len(ages))


def _house(paths: list[str], threads: bool) -> Read:
    """The house's own ports and streams at the loop's ticks, without anything else of it."""
    clock = RealClock()
    open_device = serial_ports(threads)
    patches = [SensorPatch(wearer, "pulsesensor", 115200, port=path) for wearer, path in enumerate(paths)]
    ports = [open_device(Device(patch.port, patch), clock) for patch in patches]
    streams = [Stream(wearer, PulseSensor(0), Timing()) for wearer in range(len(ports))]
    ages: list[float] = []
    newest: list[float] = []
    lines = 0
    for tick in clock.ticks(TICK_HZ):
        if tick.time_s < WARM_S:
            ages, newest, lines = [], [], 0
            began_s = time.process_time()
        if tick.time_s >= WARM_S + SECONDS:
            break
        told: list[Sample] = []
        chunks = []
        for port, stream in zip(ports, streams, strict=True):
            for came in port.take(clock.now_s()):
                if isinstance(came, Chunk):
                    stream.take(came, told, [])
                    chunks.append(came)
        if told:
            value = samples(told).value
            newest.append(float(((time.perf_counter() * UNITS - value) % MODULO).min() * 1000 / UNITS))
            lines += len(value)
        if tick.number % 6 == 0:  # ages of the chunks, a tenth of them: to work them out is no work of the house
            now_s, now_ms = clock.now_s(), time.perf_counter() * UNITS
            for chunk in chunks:
                if found := _LAST.search(chunk.data):
                    ages.append((now_ms - (now_s - chunk.time_s) * UNITS - int(found[1])) % MODULO * 1000 / UNITS)
    cpu = 100 * (time.process_time() - began_s) / SECONDS
    for port in ports:
        port.stop()
    for port in ports:
        port.close()
    return Read(ages, newest, cpu, lines)


_LAST = re.compile(rb"S(\d+)\r\n\Z")


def _away() -> float:
    """The share of a core that devices cost which are patched and are not there."""
    clock, open_device = RealClock(), serial_ports(False)
    patches = [SensorPatch(wearer, "pulsesensor", 115200, serial=f"none{wearer}") for wearer in range(AWAY)]
    ports = [open_device(Device(f"serial {patch.serial}", patch), clock) for patch in patches]
    began_s = time.process_time()
    clock.sleep_s(AWAY_S)
    share = 100 * (time.process_time() - began_s) / AWAY_S
    for port in ports:
        port.close()
    return share


def _replugged() -> tuple[list[float], list[float]]:
    """Seconds until a pulled plug is told, and from its return until its samples flow."""
    from tests.sensors.fakes import Device as Plug

    noticed_s, back_s = [], []
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder:
        plug, clock = Plug(Path(folder) / "pulse"), RealClock()
        port = serial_ports(False)(Device("pulse", SensorPatch(0, "pulsesensor", 115200, port=str(plug.path))), clock)

        def until(happened: Callable[[object], bool], say: bool = False) -> float:
            began_s = clock.now_s()
            while not any(happened(one) for one in port.take(clock.now_s())):
                if say:
                    plug.send(b"S512\r\n")
                clock.sleep_s(0.001)
            return clock.now_s() - began_s

        for _ in range(PLUGS):
            until(lambda one: isinstance(one, Chunk), say=True)
            plug.unplug()
            noticed_s.append(until(lambda one: getattr(one, "what", "") == "closed"))
            clock.sleep_s(OUT_S)
            plug.plug()
            back_s.append(until(lambda one: isinstance(one, Chunk), say=True))
        port.close()
        plug.unplug()
    return noticed_s, back_s


@contextlib.contextmanager
def _printing() -> Iterator[list[str]]:
    """The paths of pseudo-terminals that a worker prints to."""
    with started(python("tests.benchmarks.sensors_ports")) as worker:
        assert worker.stdout is not None
        yield json.loads(worker.stdout.readline())


def _print_lines() -> None:
    """The worker: a line for each port in turn, on an absolute grid, until its stdin is closed or it is ended."""
    import tty

    ends = [os.openpty() for _ in range(PORTS)]
    for ours, theirs in ends:
        tty.setraw(theirs)
        os.set_blocking(ours, False)
    print(json.dumps([os.ttyname(theirs) for _, theirs in ends]), flush=True)
    step_s = 1 / (PORTS * LINES_HZ)
    start_s, number = time.perf_counter(), 0
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.is_set():
        time.sleep(max(0.0, start_s + number * step_s - time.perf_counter()))
        with contextlib.suppress(BlockingIOError):  # nobody reads it at the moment
            os.write(ends[number % PORTS][0], b"S%d\r\n" % (int(time.perf_counter() * UNITS) % MODULO))
        number += 1


if __name__ == "__main__":
    _print_lines()
