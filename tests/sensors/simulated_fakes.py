"""People of whom everything is known, and simulated devices on pseudo-terminals, served on a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from zlib import crc32

import numpy as np
import pytest

from installation.cli.pty import Pty, has_ptys, serve
from installation.clock import RealClock
from installation.frame import Floats
from installation.sensors.simulated import Simulated
from installation.sensors.simulated.converter import Person

SPANS = {"ppg": (0.5, 0.3), "ecg": (0.0, 900.0), "eda": (6.0, 4.0), "resp": (0.5, 0.4)}  # middle and depth
AXES = (0.0, 0.8)


def feel(wearer: int, channel: str, time_s: Floats) -> Floats:
    """A channel of somebody: a slow sine of its own, ever a little quicker, so that no moment is like another."""
    middle, depth = SPANS.get(channel, AXES)
    pace = 1.3 + 0.1 * wearer + crc32(channel.encode()) % 100 / 100
    value: Floats = middle + depth * np.sin(2 * np.pi * (pace + 0.02 * time_s) * time_s)
    return value


def person(wearer: int = 0) -> Person:
    return Person(partial(feel, wearer))


def told(device: Simulated, data: bytes, time_s: float = 0.0) -> bytes:
    """What a device answers at once."""
    device.hear(data, time_s)
    return b"".join(said for _, said in device.say(time_s))


@contextmanager
def on_ptys(devices: Sequence[Simulated]) -> Iterator[list[str]]:
    """The paths of the ports on which the devices are."""
    if not has_ptys():
        pytest.skip("this system has no pseudo-terminals")
    ptys = [Pty() for _ in devices]
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(devices, ptys, RealClock(), None, stop.is_set), daemon=True)
    thread.start()
    try:
        yield [pty.path for pty in ptys]
    finally:
        stop.set()
        thread.join(1.0)
        for pty in ptys:
            pty.close()
