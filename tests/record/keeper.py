"""Records the shipped show on the real clock and says the time of every tick, to be killed in the midst of it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from installation.clock import OfflineClock, RealClock
from installation.frame import Frame
from installation.loop import open_rooms, play, warm_up
from installation.outputs.identity import offline_identity
from installation.outputs.send import Outputs
from installation.record.recorder import Recorder
from installation.show.load import load
from tests.conftest import SHOW
from tests.record.fakes import Worn, run_of


class Teller:
    """Says the time of every tick."""

    def show(self, frame: Frame) -> None:
        print(frame.tick.time_s, flush=True)


if __name__ == "__main__":
    show = load(SHOW)
    warm_up(show)
    clock = RealClock()
    who = offline_identity(show.title, 1)
    outputs = Outputs(show, clock, who, live=False)
    recorder = Recorder(Path(sys.argv[1]), run_of(show, Worn(show, OfflineClock(), 1, ()).patched))
    rooms = open_rooms(
        show, clock, outputs, seed=1, epoch=who.epoch, hardware=False, watchers=(recorder, Teller())
    )  # fmt: skip
    play(rooms, clock, 60.0, threading.Event())
