"""Take the picture of the rehearsal window: the shipped show, its twins, a GO, and a second of its light.

    python docs/pictures/take.py docs/pictures/window.png

It plays in real time for half a minute and needs no screen.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

from installation.clock import RealClock
from installation.control.orders import Desk
from installation.frame import Frame, Order
from installation.loop import open_rooms, play, warm_up
from installation.outputs.identity import offline_identity
from installation.outputs.send import Outputs
from installation.show.load import find_show, load
from installation.watch.feed import Feed
from installation.watch.keeper import window_command

ORDERS = {6.0: Order("go", "picture", 6.0), 16.0: Order("room", "picture", 16.0, "community.gifts", 0.4)}
AFTER_S = 24.0


def take(file: Path, scale: str = "1") -> None:
    """Play the shipped show and save the window as it stands after `AFTER_S`."""
    show = load(find_show())
    warm_up(show)
    clock, desk, stop = RealClock(), Desk(), threading.Event()
    who = offline_identity(show.title, 1)
    options = ("--picture", str(file), "--after", str(AFTER_S), "--scale", scale)
    feed = Feed(show, clock, desk, stop, window_command(*options))

    class Hand:
        def __init__(self) -> None:
            self.waiting = dict(ORDERS)

        def show(self, frame: Frame) -> None:
            for at_s in [at_s for at_s in self.waiting if frame.tick.time_s >= at_s]:
                desk.put(self.waiting.pop(at_s))

    rooms = open_rooms(
        show, clock, Outputs(show, clock, who, live=False), seed=1, epoch=1, hardware=False, desk=desk,
        doors=(feed,), watchers=(feed, Hand()),
    )  # fmt: skip
    play(rooms, clock, AFTER_S + 4.0, stop)
    feed.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), *sys.argv[2:])
