"""Small shows made by hand, and stories and bodies to play them with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from installation.frame import Body, Playing, Story, Tick, unknown_body
from installation.show.effects import EFFECTS
from installation.show.expressions import Program
from installation.show.model import Garment, Geometry, Layer, Look, Patch, Safety, Show, Wearer

NAN = float("nan")
CYAN = (0.1, 0.8, 1.0)


class Rows:
    """Numbers the values that layers bind, as the loader numbers expressions."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def row(self, value: float) -> int:
        self.values.append(value)
        return len(self.values) - 1

    def layer(self, effect: str, level: float, pixels: Any, color: Any = CYAN, **params: float) -> Layer:
        names = [parameter.name for parameter in EFFECTS[effect].params]
        assert set(params) == set(names), names
        bound = tuple(self.row(params[name]) for name in names)
        return Layer(effect, np.asarray(pixels, np.int32), color, self.row(level), bound)


def show(looks: tuple[Look, ...] = (), sizes: tuple[int, ...] = (12, 20), span_m: float = 0.5) -> Show:
    """One garment a wearer, a straight strip from the sternum down; the last look is the safe one."""
    rows = [row for look in looks for layer in look.layers for row in (layer.level, *layer.params)]
    expressions = 1 + max(rows, default=-1)
    total = sum(sizes)
    garments, position, owner = [], np.zeros((total, 3), np.float32), np.zeros(total, np.int32)
    first = 0
    for w, size in enumerate(sizes):
        garments.append(Garment(f"g{w}", w, "strip", first, size))
        position[first : first + size, 1] = -np.linspace(0, span_m, size)
        owner[first : first + size] = w
        first += size
    return Show(
        folder=Path(),
        title="A show made by hand",
        rate_hz=60.0,
        wearers=tuple(Wearer(f"w{w}", (float(w), 0.0)) for w in range(len(sizes))),
        garments=tuple(garments),
        geometry=Geometry(position, owner, owner, np.zeros(total, np.int32), ("all",)),
        looks=looks or (Look("dark", 0.0, ()),),
        safe_look=max(0, len(looks) - 1),
        cues=(),
        opening=-1,
        scenes=(),
        room=(),
        inputs=(),
        program=Program(["0"] * expressions),
        safety=Safety(0.4, 2.0, 0.3),
        patch=Patch("127.0.0.1", 5568, 100, "test", (), "127.0.0.1", 9000, "127.0.0.1", 53000, ()),
    )


def story(values: Any, wearers: int = 2, looks: tuple[tuple[int, float], ...] = ((0, 1.0),), **more: Any) -> Story:
    """A story that plays `looks` (number, weight); `values` are of all wearers, or (E, N)."""
    rows = np.asarray(values, np.float32)
    if rows.ndim == 1:
        rows = np.repeat(rows[:, None], wearers, axis=1)
    told = Story(
        playing=tuple(Playing(i, look, weight, 1.0, 0.0) for i, (look, weight) in enumerate(looks)),
        current=-1,
        standby=-1,
        act="",
        scene=-1,
        master=1.0,
        blackout=0.0,
        panic=0.0,
        blackout_asked=False,
        panic_asked=False,
        values=rows,
    )
    return replace(told, **more)


def body(wearers: int = 2, beat_s: float | None = None) -> Body:
    """A body of which nothing is known but, on its tick, a beat of everyone at `beat_s`."""
    unknown = unknown_body(wearers, 0)
    if beat_s is None:
        return unknown
    return replace(unknown, beat=np.ones(wearers, np.bool_), beat_time_s=np.full(wearers, beat_s))


def tick(time_s: float, number: int = 0, dt_s: float = 1 / 60) -> Tick:
    return Tick(number, time_s, dt_s)
