"""`nexus capture`: keep the raw bytes of one's own device, with the times they came at."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from collections.abc import Callable

from installation.cli.run import stopped_by_signals
from installation.clock import Clock, RealClock
from installation.frame import Chunk
from installation.sensors.identity import finder
from installation.sensors.port import Port, Source
from installation.sensors.raw import Head, RawWriter

LOOK_S = 0.05  # how often what came is written down; each chunk has its own stamp


def run(asked: argparse.Namespace) -> int:
    """Listen to the port until Ctrl-C or for so many seconds; 1 where nothing came or the file can't be written."""
    try:
        raw = RawWriter(asked.file, Head(asked.baud, asked.port))
    except FileExistsError:
        print(
            f"nexus capture: {asked.file} is there already, and captures are kept; another name would do",
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        print(f"nexus capture: {asked.file} can't be written: {error.strerror or error}", file=sys.stderr)
        return 1
    clock = RealClock()
    port = Port("capture", asked.port, asked.baud, clock, finder(asked.port))
    try:
        with stopped_by_signals() as stop:
            listen(port, raw, clock, asked.seconds, stop, tell=lambda text: print(text, file=sys.stderr))
    except OSError as error:
        print(f"nexus capture: {asked.file} can't be written any more: {error.strerror or error}", file=sys.stderr)
        return 1
    finally:
        port.close()
        raw.close()
    print(f"{raw.bytes} bytes of {asked.port} are in {asked.file}; play them: nexus run --wire {asked.file}=WEARER")
    return int(raw.bytes == 0)


def listen(
    port: Source,
    raw: RawWriter,
    clock: Clock,
    seconds: float | None,
    stop: threading.Event,
    tell: Callable[[str], None],
) -> None:
    """Write down what comes from `port` until `stop`, or for `seconds`."""
    end_s = float("inf") if seconds is None else clock.now_s() + seconds
    while not stop.is_set() and clock.now_s() < end_s:
        for came in port.take(clock.now_s()):
            if not isinstance(came, Chunk):
                tell(came.reason)
            raw.write(came)
        with contextlib.suppress(InterruptedError):
            clock.sleep_s(min(LOOK_S, max(0.0, end_s - clock.now_s())))
    for came in port.take(clock.now_s()):
        raw.write(came)
