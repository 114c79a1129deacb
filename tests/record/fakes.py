"""A house whose wearers wear something, a recorder in it, and the same night played again."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from mcap.reader import make_reader

from installation import cli
from installation.cli.recording import Keeping, describe
from installation.clock import OfflineClock
from installation.control.orders import Desk, order_of
from installation.frame import Body, Flags, Frame, Health, PortEvent, Samples, Tick
from installation.loop import open_rooms, play
from installation.outputs.identity import offline_identity
from installation.outputs.send import Outputs
from installation.record.night import Rows, Run, join
from installation.record.part import Opener, open_new
from installation.record.recorder import Recorder
from installation.record.seal import keys_file
from installation.sensors.read import Sensors
from installation.show.check import SHAPES
from installation.show.load import load
from installation.show.model import Show
from tests.conftest import SHOW


class Worn:
    """Sensors where some wearers have devices of their own: the bodies of their twins, at values that no ADC gives.

    No two columns share a value or a time, so that whoever's turns up somewhere is known by it.
    """

    def __init__(self, show: Show, clock: OfflineClock, seed: int, worn: tuple[str, ...]) -> None:
        self.patched = np.array([wearer.name in worn for wearer in show.wearers])
        self._twins = Sensors(show, clock, seed, hardware=False)
        self.rows: list[Samples] = []

    def read(self, tick: Tick, body: Body | None) -> tuple[Samples, tuple[PortEvent, ...]]:
        twins, _ = self._twins.read(tick, body)
        mark = 1e-7 * np.sqrt(2.0 + 3.0 * twins.column)  # never a square: all digits are used
        twins = dataclasses.replace(twins, time_s=twins.time_s - mark, value=twins.value + mark)
        read_by = np.full(twins.time_s.size, tick.number)
        wearer = twins.column - np.int32(len(self.patched))
        own = Samples(twins.time_s - 0.1 / 3, wearer, twins.channel, twins.value / 3, twins.gap)
        both = join([Rows(read_by, twins), Rows(read_by, own).only(self.patched[wearer])])
        self.rows.append(both.by_tick([tick.number])[0])
        event = PortEvent(tick.time_s, "Elif at /dev/pulse", "opened", "/dev/pulse", "it is open")
        return self.rows[-1], (event,) if tick.number == 3 else ()

    def health(self) -> tuple[Health, ...]:
        return ()

    def close(self) -> None:
        pass


class Script:
    """A watcher that lays orders on the desk at their time."""

    def __init__(self, desk: Desk, orders: Mapping[float, tuple[str, str, float | None]]) -> None:
        self._desk = desk
        self._orders = dict(orders)

    def show(self, frame: Frame) -> None:
        for time_s in [due_s for due_s in self._orders if due_s <= frame.tick.time_s]:
            verb, target, value = self._orders.pop(time_s)
            self._desk.put(order_of(verb, "test", time_s, target=target, value=value))


EVENING = {
    2.0: ("go", "", None),
    3.001: ("room", "pantry.shortage_risk", 0.1 + 0.2),
    3.1: ("go", "", None),
    6.0: ("panic", "", None),
    8.5: ("go", "", None),
    9.0: ("blackout", "", 1.0),
    9.7: ("blackout", "", 0.0),
    11.0: ("cue", "5", None),
    12.0: ("master", "", 1 / 3),
}


def keep_night(
    file: Path,
    seconds: float,
    *,
    worn: tuple[str, ...] = (),
    consents: tuple[str, ...] = (),
    orders: Mapping[float, tuple[str, str, float | None]] = EVENING,
    open_file: Opener = open_new,
    seed: int = 3,
) -> tuple[str, Worn, Recorder]:
    """Play the shipped show offline, and record it; its digest, what was sensed, and the recorder."""
    show, clock, desk = load(SHOW), OfflineClock(), Desk()
    who = offline_identity(show.title, seed)
    sensors = Worn(show, clock, seed, worn)
    recorder = Recorder(file, run_of(show, sensors.patched, consents, seed), waits=True, open_file=open_file)
    outputs = Outputs(show, clock, who, live=False)
    rooms = open_rooms(
        show, clock, outputs, seed=seed, epoch=who.epoch, hardware=False, sensors=sensors, desk=desk,
        doors=(recorder,), watchers=(recorder, Script(desk, orders)),
    )  # fmt: skip
    play(rooms, clock, seconds, threading.Event(), strict=True)
    recorder.close(outputs.digest())
    return outputs.digest(), sensors, recorder


def run_of(show: Show, patched: Flags, consents: tuple[str, ...] = (), seed: int = 3, folder: Path = SHOW) -> Run:
    files = {name: (folder / name).read_bytes() for name in SHAPES}
    kept = Keeping(Path("night.mcap"), dict.fromkeys(consents, "2026-11-22"), files)
    return describe(show, kept, patched, offline_identity(show.title, seed), seed, True)


def nexus(*arguments: object) -> int:
    """A command in this process."""
    return cli.main([str(argument) for argument in arguments])


def frames(show: Show, seconds: float) -> Iterator[Frame]:
    """Frames of the shipped show, for a recorder that is looked at alone."""
    kept: list[Frame] = []

    class Keeper:
        def show(self, frame: Frame) -> None:
            kept.append(frame)

    clock = OfflineClock()
    who = offline_identity(show.title, 1)
    outputs = Outputs(show, clock, who, live=False)
    rooms = open_rooms(show, clock, outputs, seed=1, epoch=1, hardware=False, watchers=(Keeper(),))
    play(rooms, clock, seconds, threading.Event(), strict=True)
    yield from kept


def everything(file: Path) -> bytes:
    """All that a file and its sidecar say, packed and unpacked."""
    parts = [file.read_bytes()]
    if keys_file(file).exists():
        parts.append(keys_file(file).read_bytes())
    with file.open("rb") as data:
        reader = make_reader(data)
        parts += [message.data for _, _, message in reader.iter_messages()]
        parts += [json.dumps(one.metadata).encode() for one in reader.iter_metadata()]
    return b"\n".join(parts)


def values_of(sensed: list[Samples], column: int) -> list[bytes]:
    """One column's values and times, as text and as bytes."""
    found = []
    for samples in sensed:
        own = samples.column == column
        for number in (*samples.value[own].tolist(), *samples.time_s[own].tolist()):
            if number != int(number):  # a whole number says nothing about whom it came from
                found += [repr(number).encode(), np.float64(number).tobytes()]
    return found
