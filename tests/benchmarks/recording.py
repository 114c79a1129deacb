"""What the recorder costs at thirty wearers, half of them sealed, and how fast the night is played again."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from installation.cli.bench import Row
from installation.cli.recording import Keeping, describe
from installation.control.orders import Desk
from installation.frame import Floats, Frame
from installation.loop import open_rooms, play
from installation.outputs.identity import Identity, offline_identity
from installation.outputs.send import Outputs
from installation.record.night import Run
from installation.record.read import Night
from installation.record.recorder import Recorder
from installation.record.replay import ReplayClock, ReplayedDesk, ReplayedSensors, Tape
from installation.sensors.read import Sensors
from installation.show.check import SHAPES
from installation.show.model import Show
from tests.benchmarks.aims import judged
from tests.benchmarks.drain import draining
from tests.benchmarks.garments import GARMENTS, PIXELS, RATE_HZ, cpu_s
from tests.benchmarks.house import NotedClock, furnish, warm_show
from tests.benchmarks.processes import python, started
from tests.benchmarks.shows import garments_show

PLAY_S = 10.0
KILLS, KILLED_S = 4, 2.5  # recordings that are killed, and when; each at another moment of a block
ROUNDS = 3  # each with and without the recorder in turn: the machine's own moods fall on both

row = partial(judged, "loop")


def rows() -> Iterator[Row]:
    """Figures of recording and replay; about a minute and a half."""
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder, draining() as drain:
        show = warm_show(garments_show(Path(folder) / "show", GARMENTS, PIXELS), drain.ports[0])
        late: dict[bool, list[Floats]] = {True: [], False: []}
        cpu = {True: 0.0, False: 0.0}
        taken: list[float] = []
        nights = []
        for turn in range(2 * ROUNDS):
            recording = turn % 2 == 1
            file = Path(folder) / f"night-{turn}.mcap"
            clock, began_s = NotedClock(), cpu_s()
            with contextlib.ExitStack() as closing:
                rooms = furnish(show, clock, closing)
                if recording:
                    recorder = Timed(Recorder(file, _run(show)), clock)
                    closing.callback(recorder.recorder.close)
                    rooms = dataclasses.replace(rooms, watchers=(*rooms.watchers, recorder))
                    taken = recorder.taken_s
                    nights.append(file)
                play(rooms, clock, PLAY_S, threading.Event())
            cpu[recording] += cpu_s() - began_s
            late[recording].append(clock.lateness_s(RATE_HZ))
        p99 = {which: 1000 * float(np.percentile(np.concatenate(found), 99)) for which, found in late.items()}
        seconds = ROUNDS * PLAY_S
        size = sum(path.stat().st_size for path in nights)
        yield row("recorder_lateness_added_p99", p99[True] - p99[False], "ms", aim="<= 0.5")
        yield row("recorder_show_p99", 1000 * float(np.percentile(taken, 99)), "ms", aim="<= 0.3")
        yield row("recorder_cpu", 100 * (cpu[True] - cpu[False]) / seconds, "% of a core")
        yield row("recording_per_wearer_hour", size / seconds * 3600 / GARMENTS / 1e6, "MB")
        yield row("replay_speed", PLAY_S / _replay_s(show, nights[-1]), "times real time")
        lost_s = [_lost_s(Path(folder) / f"killed-{turn}.mcap", turn) for turn in range(KILLS)]
        yield row("killed_recording_loses_most", max(lost_s), "s", aim="<= 0.5")


def _lost_s(file: Path, turn: int) -> float:
    """What a run that is killed had played, and its recording does not have."""
    with started(python("tests.record.keeper", str(file))) as running:
        assert running.stdout is not None
        played_s = 0.0
        while played_s < KILLED_S + 0.07 * turn:
            played_s = float(running.stdout.readline())
        running.kill()
        played_s = float(([*running.stdout] or [played_s])[-1])
    return played_s - [step.tick.time_s for step in Night(file).steps(())][-1]


class Timed:
    """A recorder, and how long it kept the loop."""

    def __init__(self, recorder: Recorder, clock: NotedClock) -> None:
        self.recorder = recorder
        self.taken_s: list[float] = []
        self._clock = clock

    def show(self, frame: Frame) -> None:
        """Take the finished frame."""
        began_s = self._clock.now_s()
        self.recorder.show(frame)
        self.taken_s.append(self._clock.now_s() - began_s)


def _run(show: Show) -> Run:
    """Every other wearer counts as one with a sensor who agreed, so that their twins' rows are sealed."""
    files = {name: (show.folder / name).read_bytes() for name in SHAPES}
    consents = {wearer.name: "2026-11-22" for wearer in show.wearers}
    patched = np.arange(len(show.wearers)) % 2 == 0
    return describe(show, Keeping(Path(), consents, files), patched, offline_identity(show.title, 1), 1, False)


def _replay_s(show: Show, file: Path) -> float:
    night, clock = Night(file), NotedClock()
    tape, stop = Tape(night, show.inputs), threading.Event()
    grid = ReplayClock(tape, stop)
    outputs = Outputs(show, grid, Identity(night.run.cid, night.run.epoch), live=False)
    sensors = ReplayedSensors(tape, Sensors(show, grid, night.run.seed, hardware=False))
    rooms = open_rooms(
        show, grid, outputs, seed=night.run.seed, epoch=night.run.epoch, hardware=False, sensors=sensors,
        desk=ReplayedDesk(tape, Desk()),
    )  # fmt: skip
    began_s = clock.now_s()
    play(rooms, grid, None, stop, strict=True)
    return clock.now_s() - began_s
