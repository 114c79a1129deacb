"""The mixer: looks by their share, the safe look under PANIC, master, floor and blackout, all in linear light."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.frame import Body, Floats, Floats32, Ints, Light, Story, Tick, unknown_body
from installation.lights.garments import cloth
from installation.lights.looks import LOOKS
from installation.lights.rhythm import Beats, Counts, Turns
from installation.show.effects import EFFECTS
from installation.show.model import Look, Show


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """A layer ready to play; level and params are rows of turns, counts and values stacked in that order."""

    effect: Callable[..., Any]
    pixels: Ints
    color: Floats32
    level: int
    params: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A look ready to play; ground is its first layer's colour with the brightest slot at 1."""

    floor: float
    ground: Floats
    layers: tuple[_Layer, ...]


class Mixer:
    """Gives light to every pixel; remembers beats and phases, so it is asked at every tick."""

    def __init__(self, show: Show) -> None:
        wearers = len(show.wearers)
        self._pixels = len(show.geometry.wearer)
        self._cloth = cloth(show)
        turns, counts = _rows_in(show, "turns"), _rows_in(show, "1/s")
        self._turns = Turns(np.array(turns, np.int32), wearers)
        self._counts = Counts(np.array(counts, np.int32), wearers)
        self._beats = Beats(wearers)
        self._looks = tuple(_ready(look, turns, counts) for look in show.looks)
        self._safe = self._looks[show.safe_look]
        self._last_s = math.inf  # no time passes before the first tick
        self._warm_up(wearers)

    def light(self, story: Story, body: Body, tick: Tick) -> Light:
        """The light that the story asks for at this tick: finite, 0..1, whatever comes in."""
        dt_s = max(0.0, tick.time_s - self._last_s)
        self._last_s = tick.time_s
        beats = self._beats.since(body, tick)
        turns = self._turns.follow(story.values, tick.time_s, dt_s)
        counts = self._counts.add(story.values, dt_s)
        stack = np.concatenate((turns, counts, story.values), dtype=np.float64)
        panic = _unit(story.panic) if story.playing else 1.0
        shares = [(self._looks[playing.look], (1.0 - panic) * _unit(playing.weight)) for playing in story.playing]
        shares.append((self._safe, panic))
        rgb = np.zeros((self._pixels, 3), np.float32)
        floor, ground = 0.0, np.zeros(3)
        for look, share in shares:
            if share > 0.0:
                floor += share * look.floor
                ground += share * look.ground
                for layer in look.layers:
                    self._play(rgb, layer, share, stack, beats)
        _finish(
            rgb, _unit(story.master), min(floor, 1.0), ground / max(ground.max(), 1e-9), 1.0 - _unit(story.blackout)
        )
        return Light(rgb)

    def _play(self, rgb: Floats32, layer: _Layer, share: float, stack: Floats, beats: Floats) -> None:
        gain = share * np.fmin(np.fmax(stack[layer.level], 0.0), 1.0)  # a level that is not known is 0
        worn = self._cloth
        params = stack[layer.params]
        layer.effect(rgb, layer.pixels, worn.wearer, worn.distance_m, worn.reach, beats, layer.color, gain, params)

    def _warm_up(self, wearers: int) -> None:
        """Compile every effect now, so that no cue waits for it in mid-show."""
        rgb, beats = np.zeros((0, 3), np.float32), self._beats.since(unknown_body(wearers, 0), Tick(0, 0.0, 0.0))
        nothing, color = np.zeros(0, np.int32), np.zeros(3, np.float32)
        for effect in LOOKS.values():
            layer = _Layer(effect, nothing, color, 0, [0, 0])
            self._play(rgb, layer, 0.0, np.zeros((1, wearers)), beats)
        _finish(rgb, 1.0, 0.0, np.zeros(3), 1.0)


def _rows_in(show: Show, unit: str) -> list[int]:
    """Expressions bound to parameters of that unit, each once, in the order of the show."""
    return list(
        dict.fromkeys(
            row
            for look in show.looks
            for layer in look.layers
            for row, parameter in zip(layer.params, EFFECTS[layer.effect].params, strict=True)
            if parameter.unit == unit
        )
    )


def _ready(look: Look, turns: list[int], counts: list[int]) -> _Look:
    plain = len(turns) + len(counts)

    def place(row: int, unit: str) -> int:
        if unit == "turns":
            return turns.index(row)
        return len(turns) + counts.index(row) if unit == "1/s" else plain + row

    layers = tuple(
        _Layer(
            effect=LOOKS[layer.effect],
            pixels=np.ascontiguousarray(layer.pixels, np.int32),
            color=np.array(layer.color, np.float32),
            level=plain + layer.level,
            params=[
                place(row, parameter.unit)
                for row, parameter in zip(layer.params, EFFECTS[layer.effect].params, strict=True)
            ],
        )
        for layer in look.layers
    )
    first = np.array(look.layers[0].color if look.layers else (1.0, 1.0, 1.0))
    ground = first / first.max() if first.max() > 0.0 else np.ones(3)
    floor = np.ceil(255.0 * _unit(look.floor) - 1e-9) / 255.0  # the next level up that the wire can say
    return _Look(float(floor), ground, layers)


def _unit(x: float) -> float:
    """`x` within 0..1; 0 where it is not known."""
    return 0.0 if math.isnan(x) else min(max(float(x), 0.0), 1.0)


@compiled
def _slot(x: float) -> float:
    """`x`, or 0 where it is no light: negative, infinite or NaN."""
    return x if 0.0 <= x < np.inf else 0.0


@compiled
def _finish(rgb: Floats32, master: float, floor: float, ground: Floats, lit: float) -> None:
    """Master, floor, gamut and blackout, pixel by pixel, in place.

    A pixel whose brightest slot is under the floor gets the look's ground colour until it is not, so
    that dark pixels take the ground's hue little by little.  One that is too bright keeps its hue.
    """
    for i in range(rgb.shape[0]):
        r, g, b = _slot(master * rgb[i, 0]), _slot(master * rgb[i, 1]), _slot(master * rgb[i, 2])
        brightest = max(r, g, b)
        scale = lit
        if brightest < floor:
            missing = floor - brightest
            r, g, b = r + missing * ground[0], g + missing * ground[1], b + missing * ground[2]
            scale = lit * np.true_divide(floor, max(r, g, b))
        elif brightest > 1.0:
            scale = np.true_divide(lit, brightest)
        rgb[i, 0], rgb[i, 1], rgb[i, 2] = scale * r, scale * g, scale * b
