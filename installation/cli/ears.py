"""One port heard with the house's own sensors and body: its rate, its losses, its quality, and what its columns may be.

The port is patched to people who are in no show: what the loop would read of it is read here, by the same code.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from installation.body.features import Bodies
from installation.cli.columns import Columns, Guess, as_printed
from installation.clock import Clock
from installation.frame import ORGANS, Floats, Force, Health, Tick
from installation.sensors.find import Answer, Found
from installation.sensors.read import OpenDevice, Sensors, Wire
from installation.sensors.wires import bitalino
from installation.show.model import SensorPatch, Show, Wearer
from installation.show.wires import ACC, FORMATS

NODES = 64  # slots of a gateway that are listened to: patch the others by hand
HEART = ORGANS.index("heart")
_LABEL = re.compile(r"([^\s,:]+)\s*:")


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """How a port is listened to: sensors of people 0, 1, … and, where nobody knows what they are, its columns."""

    sensors: tuple[SensorPatch, ...]
    columns: tuple[str, ...] = ()


def heard_as(found: Found, answer: Answer) -> Heard | None:
    """How a port that nobody has patched is listened to; None where nothing known answers."""
    if not answer.wire:
        return None
    patch = SensorPatch(0, answer.wire, answer.baud, port=found.device)
    if answer.wire == "pulsesensor":
        return Heard((patch,))
    if answer.wire == "pack":
        return Heard(tuple(dataclasses.replace(patch, wearer=slot, slot=slot) for slot in range(NODES)))
    if answer.kind == "columns":
        names = [f"{number + 1}" for number in range(len(re.split(r"[\s,]+", answer.example.strip(", "))))]
        return Heard((dataclasses.replace(patch, columns=tuple(f"input.{name}" for name in names)),), tuple(names))
    known = FORMATS[answer.wire].names
    names = [name for name in known if name[0] in "ac" and name not in ACC] if known else _LABEL.findall(answer.example)
    given = [(name, f"input.{name}") for name in dict.fromkeys(names)]
    given += [(axis, axis) for axis in ACC if axis in known]
    return Heard((dataclasses.replace(patch, names=tuple(given)),), tuple(name for name, _ in given if name not in ACC))


class Ear:
    """A port that is listened to, as somebody in a show of their own would be."""

    def __init__(self, heard: Heard, show: Show, clock: Clock, open_device: OpenDevice | None = None) -> None:
        self.people = 1 + max(patch.wearer for patch in heard.sensors)
        alone = _alone(show, heard)
        self._sensors = Sensors(alone, clock, 0, open_device=open_device)
        self._bodies = Bodies(self.people, len(alone.inputs), self._sensors.patched)
        self._forced = np.full(self.people, Force.REAL, np.uint8)
        wire = heard.sensors[0].wire
        meant = partial(_bitalino, heard.columns) if wire == "bitalino" else as_printed
        self.columns = Columns(heard.columns, meant) if heard.columns else None
        self.quality: Floats = np.full((self.people, len(ORGANS)), np.nan)

    def step(self, tick: Tick) -> None:
        """Take in what came by now."""
        samples, _ = self._sensors.read(tick, None)
        self.quality = self._bodies.feel(samples, tick, self._forced).quality
        self._sensors.health()  # it counts rows over time, as in the loop
        if self.columns is not None:
            self.columns.feel(samples, tick)

    @property
    def wire(self) -> Wire:
        """The port as the loop would know it."""
        return self._sensors.wires[0]

    def health(self) -> Health:
        """How it does, in the loop's words."""
        return self._sensors.health()[0]

    def hearts(self) -> Floats:
        """(people,) how good each one's heart is heard, 0..1."""
        if self.columns is not None:
            return np.array([self.columns.heart()])
        return np.nan_to_num(self.quality[:, HEART])

    def heard_of(self, person: int) -> bool:
        """Whether anything of this one has come yet: of a gateway's many slots most are nobody's."""
        return bool(np.isfinite(self.quality[person]).any())

    def guesses(self) -> tuple[Guess, ...]:
        """What its columns may be."""
        return self.columns.guesses() if self.columns is not None else ()

    def close(self) -> None:
        """Let go of the port."""
        self._sensors.close()


def _alone(show: Show, heard: Heard) -> Show:
    """The show that a port is listened to in: nobody but the people on it."""
    people = 1 + max(patch.wearer for patch in heard.sensors)
    return dataclasses.replace(
        show,
        wearers=tuple(Wearer(str(number), (0.0, 0.0)) for number in range(people)),
        inputs=heard.columns or show.inputs,
        patch=dataclasses.replace(show.patch, sensors=heard.sensors),
    )


def patched_on(found: Found, show: Show, alike: Sequence[Found]) -> tuple[SensorPatch, ...]:
    """The sensors of the show's patch that are on this port; `alike`: all ports, for clones of one serial number."""
    clones = sum(other.serial == found.serial for other in alike)
    return tuple(
        patch
        for patch in show.patch.sensors
        if (patch.port and same_path(patch.port, found.device))
        or (patch.serial and patch.serial == found.serial and clones == 1)
        or (patch.location and patch.location == found.location)
    )


def same_path(one: str, other: str) -> bool:
    """Whether two paths are of one port; symlinks are followed."""
    return one == other or Path(one).resolve() == Path(other).resolve()


def _bitalino(columns: tuple[str, ...], column: str, channel: str, values: Floats) -> Floats:
    """Steps of a BITalino's input in the unit of a sensor: what its patch will give."""
    sensor = bitalino.SENSORS.get(channel)
    bits = bitalino.WIDE if columns.index(column) < 4 else bitalino.NARROW
    return np.array([sensor(step / (1 << bits)) for step in values.tolist()]) if sensor else values
