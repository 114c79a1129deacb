"""A whole house on the offline clock, and somebody who keeps every frame."""

from __future__ import annotations

from pathlib import Path

from installation.clock import OfflineClock
from installation.control.orders import Desk
from installation.frame import Frame
from installation.loop import Rooms, open_rooms
from installation.outputs.identity import offline_identity
from installation.outputs.send import Outputs
from installation.show.load import load


class Keeper:
    """A watcher that keeps every frame."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def show(self, frame: Frame) -> None:
        self.frames.append(frame)


def offline_house(folder: Path, seed: int = 1) -> tuple[Rooms, OfflineClock, Desk, Keeper]:
    """The show of `folder`, furnished, with an open desk and a keeper; nothing leaves the machine."""
    show = load(folder)
    clock, desk, keeper = OfflineClock(), Desk(), Keeper()
    who = offline_identity(show.title, seed)
    outputs = Outputs(show, clock, who, live=False)
    rooms = open_rooms(
        show, clock, outputs, seed=seed, epoch=who.epoch, hardware=False, desk=desk, watchers=(keeper,)
    )  # fmt: skip
    return rooms, clock, desk, keeper
