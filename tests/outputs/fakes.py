"""A show made by hand, ticks, levels and bodies for it, and a socket that hears what is sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from installation.frame import Body, Levels, SceneState, Tick, unknown_body
from installation.show.model import Engine, Garment, Geometry, Patch, Safety, Show, SlotPatch, Wearer

RATE_HZ = 60.0
PER_UNIVERSE = 170  # whole pixels of three slots


def packed(garments: tuple[Garment, ...], universe: int = 1) -> tuple[SlotPatch, ...]:
    """Garments one after another from `universe` on, no pixel split."""
    free, patched = PER_UNIVERSE, []
    for number, garment in enumerate(garments):
        runs, first = [], 0
        while first < garment.pixels:
            if not free:
                universe, free = universe + 1, PER_UNIVERSE
            pixels = min(free, garment.pixels - first)
            runs.append((first, pixels, universe, 1 + 3 * (PER_UNIVERSE - free)))
            first, free = first + pixels, free - pixels
        patched.append(SlotPatch(number, tuple(runs)))
    return tuple(patched)


def garments(count: int, pixels: int) -> tuple[Garment, ...]:
    """`count` garments of `pixels` pixels, end to end."""
    return tuple(Garment(f"garment_{n + 1}", n, "shawl", n * pixels, pixels) for n in range(count))


def engine_at(port: int, host: str = "127.0.0.1", listen: int = 0) -> tuple[Engine, ...]:
    """One AR engine."""
    return (Engine("ar", host, port, listen),)


def show(worn: tuple[Garment, ...] | None = None, slots: tuple[SlotPatch, ...] | None = None, **patch: object) -> Show:
    """A show of two garments of four pixels, unless told otherwise; both targets on loopback."""
    worn = garments(2, 4) if worn is None else worn
    nothing = Geometry(np.zeros((0, 3), np.float32), *(np.zeros(0, np.int32) for _ in range(3)), ())
    hardware = Patch(
        sacn_host="127.0.0.1",
        sacn_port=9,
        sacn_priority=100,
        sacn_source="bench",
        slots=packed(worn) if slots is None else slots,
        engines=engine_at(9),
        ar_lead_s=0.1,
        control_host="127.0.0.1",
        control_port=9,
        sensors=(),
    )
    return Show(
        folder=Path(),
        title="Test",
        rate_hz=RATE_HZ,
        wearers=tuple(Wearer(f"wearer {n}", (0.0, 0.0)) for n in range(len(worn))),
        garments=worn,
        geometry=nothing,
        looks=(),
        safe_look=0,
        cues=(),
        opening=-1,
        scenes=(),
        room=(),
        inputs=(),
        program=None,  # type: ignore[arg-type]  # nothing here evaluates an expression
        safety=Safety(0.4, 2.0, 0.3),
        patch=replace(hardware, **patch),  # type: ignore[arg-type]  # any field of the patch
    )


def tick(number: int, rate_hz: float = RATE_HZ) -> Tick:
    """A tick on the grid of a run that began at 0."""
    return Tick(number, number / rate_hz, 1.0 / rate_hz)


def levels(of: Show, value: int = 0) -> Levels:
    """Every slot of every pixel at `value`."""
    pixels = sum(garment.pixels for garment in of.garments)
    return Levels(np.full((pixels, 3), value, np.uint8), np.zeros(len(of.garments), np.bool_))


def body(of: Show, **known: object) -> Body:
    """A body of which only `known` is known."""
    return replace(unknown_body(len(of.wearers), 0), **known)  # type: ignore[arg-type]  # any field of the body


def scene(seq: int = 1, **told: object) -> SceneState:
    """A scene without captions and parameters, unless told."""
    blank = SceneState("shore", "0.5", seq, 7, 0.0, False, {}, {})
    return replace(blank, **told)  # type: ignore[arg-type]  # any field of the scene


class Ear:
    """A loopback socket that hears datagrams."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, port))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]

    def heard(self) -> list[bytes]:
        """Everything that arrived since the last time; loopback delivers at once."""
        datagrams = []
        while True:
            try:
                datagrams.append(self._socket.recv(65536))
            except BlockingIOError:
                return datagrams

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@contextmanager
def ear(port: int = 0) -> Iterator[Ear]:
    """An ear that is closed at the end."""
    listening = Ear(port=port)
    try:
        yield listening
    finally:
        listening.close()
