"""From a byte on a wire to the first changed datagram on the network.

A worker plays a show whose light follows a number on a text line.  This process writes the number
into a pseudo-terminal and waits at a plain socket for light that differs.  `time.perf_counter` is
one clock for all processes of a machine, so the worker's ticks can be laid beside the arrivals.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from installation.frame import Floats
from tests.benchmarks.drain import ear
from tests.benchmarks.processes import python, started
from tests.benchmarks.shows import reflex_show

EVENTS = 300
LEVELS = (b"glow:0.40\n", b"glow:0.46\n")  # steps under a tenth of full light: no flash, so the guard lets them pass
LOST_S = 0.2  # an answer that takes longer is no answer
REST_S = 0.018  # after an answer, and up to a period more, so that the next write meets another phase of the grid
PERIOD_S = 1 / 60
OPENS_WITHIN_S = 60.0  # the worker compiles first, on a machine that never did
SETTLE_S = 2.0  # the cue has faded in and the guard's opening budget is free again
SLOTS_AT = 126  # of an E1.31 data packet
RANDOM_SEED = 1


@dataclass(frozen=True)
class Reflexes:
    """Seconds; (K,) for each event that was answered: total, and total minus the wait for the tick · lost: the rest."""

    total_s: Floats
    beyond_tick_s: Floats
    lost: int


def measure(events: int = EVENTS) -> Reflexes | None:
    """Write `events` changes and time their light; None where the system has no pseudo-terminals."""
    try:
        import tty
    except ImportError:
        return None
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nexus-bench-")))
        master, slave = os.openpty()
        stack.callback(os.close, master)
        stack.callback(os.close, slave)
        tty.setraw(slave)
        link = folder / "tty"
        link.symlink_to(os.ttyname(slave))
        show = reflex_show(folder / "show", link)
        sock = stack.enter_context(ear())
        command = python("tests.benchmarks.reflex", str(show), str(sock.getsockname()[1]))
        worker = stack.enter_context(started(command))
        _until_it_answers(master, sock, worker)
        written_s, answered_s = _ask(master, sock, events)
        ticks, _ = worker.communicate("stop\n", timeout=20)
        return reflexes(written_s, answered_s, np.array(json.loads(ticks.splitlines()[-1])))


def reflexes(written_s: Floats, answered_s: Floats, due_s: Floats) -> Reflexes:
    """Lay events beside the ticks they waited for; all (K,) or (T,) seconds of one clock, NaN where no answer came.

    The wait for the tick ends at the first tick that is due after the byte was written, whether or
    not that tick already saw the byte.
    """
    seen = np.isfinite(answered_s)
    written_s, answered_s = written_s[seen], answered_s[seen]
    next_due_s = due_s[np.minimum(np.searchsorted(due_s, written_s), len(due_s) - 1)]
    return Reflexes(answered_s - written_s, answered_s - next_due_s, int((~seen).sum()))


def _ask(master: int, sock: socket.socket, events: int) -> tuple[Floats, Floats]:
    """When each event was written and when its light came, NaN for never."""
    light = b""
    written_s = np.empty(events)
    answered_s = np.full(events, np.nan)
    for event, phase in enumerate(phases(events)):
        time.sleep(REST_S + PERIOD_S * phase)
        light = _newest(sock, light)
        written_s[event] = time.perf_counter()
        os.write(master, LEVELS[event % 2])
        answered_s[event], light = _changed(sock, light, written_s[event] + LOST_S)
    return written_s, answered_s


def phases(events: int) -> Floats:
    """Phases 0..1 in random order, one drawn from each of `events` equal parts of the turn.

    Freely drawn ones would move the median of 300 waits by half a millisecond from run to run.
    """
    draw = np.random.default_rng(RANDOM_SEED)
    return (draw.permutation(events) + draw.random(events)) / events


def _until_it_answers(master: int, sock: socket.socket, worker: subprocess.Popen[str]) -> None:
    """Write until the light follows, then let it settle at the second level."""
    deadline_s = time.perf_counter() + OPENS_WITHIN_S
    light = b""
    answers = number = 0
    while answers < 10:
        if time.perf_counter() > deadline_s or worker.poll() is not None:
            raise TimeoutError("no light follows the wire")
        os.write(master, LEVELS[number % 2])
        number += 1
        arrived_s, light = _changed(sock, light, time.perf_counter() + LOST_S)
        answers = answers + 1 if math.isfinite(arrived_s) else 0
    os.write(master, LEVELS[1])
    time.sleep(SETTLE_S)


def _changed(sock: socket.socket, light: bytes, deadline_s: float) -> tuple[float, bytes]:
    """When the first light that differs arrives, and the light itself; NaN and the old one after the deadline."""
    while (left_s := deadline_s - time.perf_counter()) > 0:
        sock.settimeout(left_s)
        try:
            packet = sock.recv(2048)
        except TimeoutError:
            break
        arrived_s = time.perf_counter()
        if _is_light(packet) and packet[SLOTS_AT:] != light:
            return arrived_s, packet[SLOTS_AT:]
    return math.nan, light


def _newest(sock: socket.socket, light: bytes) -> bytes:
    """The last light that has arrived by now."""
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            packet = sock.recv(2048)
            if _is_light(packet):
                light = packet[SLOTS_AT:]
    return light


def _is_light(packet: bytes) -> bool:
    return packet[18:22] == b"\0\0\0\4"  # E1.31 data, not a list of universes


def worker(folder: Path, sacn_port: int) -> Iterator[float]:
    """Play the show until a line comes in on stdin; the performance counter's time at which each tick was due."""
    from installation.loop import play
    from tests.benchmarks.house import NotedClock, furnish, warm_show

    show = warm_show(folder, sacn_port)
    clock = NotedClock()
    zero_s = time.perf_counter() - clock.now_s()
    stop = threading.Event()

    def wait_for_a_line() -> None:
        sys.stdin.readline()
        stop.set()

    threading.Thread(target=wait_for_a_line, daemon=True).start()
    with contextlib.ExitStack() as closing:
        play(furnish(show, clock, closing), clock, None, stop)
    return (zero_s + due_s for due_s in clock.due_s)


if __name__ == "__main__":
    print(json.dumps(list(worker(Path(sys.argv[1]), int(sys.argv[2])))))
