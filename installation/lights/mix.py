"""The mixer: looks by their share, the safe look under PANIC, master, floor and blackout, all in linear light."""

from __future__ import annotations

import math

import numpy as np

from installation.compiled import compiled
from installation.frame import Body, Floats, Floats32, Ints, Light, Story, Tick
from installation.lights.garments import cloth
from installation.lights.looks import LOOKS, Layers, paint
from installation.lights.rhythm import Rhythm
from installation.show.effects import EFFECTS
from installation.show.model import Look, Show


class Mixer:
    """Gives light to every pixel; remembers beats and phases, so it is asked at every tick."""

    def __init__(self, show: Show) -> None:
        wearers = len(show.wearers)
        self._pixels = len(show.geometry.wearer)
        self._cloth = cloth(show)
        turns, counts = _rows_in(show, "turns"), _rows_in(show, "1/s")
        self._rhythm = Rhythm(np.array(turns, np.int32), np.array(counts, np.int32), len(show.program), wearers)
        self._layers = _ready(show, turns, counts)
        self._shares = np.zeros(len(show.looks))
        self._floors = np.array([_floor(look) for look in show.looks])
        self._grounds = np.array([_ground(look) for look in show.looks]).reshape(-1, 3)
        self._safe = show.safe_look
        self._last_s = math.inf  # no time passes before the first tick
        self._paint(1.0, 1.0)  # compiles now, so that no cue waits for it in mid-show

    def light(self, story: Story, body: Body, tick: Tick) -> Light:
        """The light that the story asks for at this tick: finite, 0..1, whatever comes in."""
        dt_s = max(0.0, tick.time_s - self._last_s)
        self._last_s = tick.time_s
        self._rhythm.follow(story.values, body, tick, dt_s)
        panic = _unit(story.panic) if story.playing else 1.0
        self._shares.fill(0.0)
        for playing in story.playing:
            self._shares[playing.look] += (1.0 - panic) * _unit(playing.weight)
        self._shares[self._safe] += panic
        return Light(self._paint(_unit(story.master), 1.0 - _unit(story.blackout)))

    def _paint(self, master: float, lit: float) -> Floats32:
        """Every pixel's light (P, 3) by the shares of this tick."""
        rgb = np.zeros((self._pixels, 3), np.float32)
        cloth, rhythm = self._cloth, self._rhythm
        paint(rgb, self._layers, self._shares, cloth.distance_m, cloth.reach, rhythm.since_s, rhythm.values)
        _finish(rgb, self._shares, self._floors, self._grounds, master, lit)
        return rgb


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


def _ready(show: Show, turns: list[int], counts: list[int]) -> Layers:
    """All layers in one table; levels and params are rows of turns, counts and values stacked in that order."""
    plain = len(turns) + len(counts)

    def place(row: int, unit: str) -> int:
        if unit == "turns":
            return turns.index(row)
        return len(turns) + counts.index(row) if unit == "1/s" else plain + row

    layers = [(number, layer) for number, look in enumerate(show.looks) for layer in look.layers]
    runs = [_runs(layer.pixels, show.geometry.wearer) for _, layer in layers]
    params = np.zeros((len(layers), max(len(effect.params) for effect in EFFECTS.values())), np.int32)
    for n, (_, layer) in enumerate(layers):
        for p, (row, parameter) in enumerate(zip(layer.params, EFFECTS[layer.effect].params, strict=True)):
            params[n, p] = place(row, parameter.unit)
    return Layers(
        effect=np.array([list(LOOKS).index(layer.effect) for _, layer in layers], np.int32),
        look=np.array([number for number, _ in layers], np.int32),
        color=np.array([layer.color for _, layer in layers], np.float32).reshape(-1, 3),
        level=np.array([plain + layer.level for _, layer in layers], np.int32),
        params=params,
        run=np.cumsum([0, *(len(own) for own in runs)], dtype=np.int32),
        runs=np.concatenate((np.zeros((0, 3), np.int32), *runs)),
    )


def _runs(pixels: Ints, wearer: Ints) -> Ints:
    """Pixels that follow one another and are of one wearer, as (R, 3): wearer, first, and the one after the last."""
    starts = (np.diff(pixels, prepend=-2) != 1) | (np.diff(wearer[pixels], prepend=-1) != 0)
    first = pixels[starts]
    past = pixels[np.roll(starts, -1)] + 1
    return np.stack((wearer[first], first, past), axis=1).astype(np.int32)


def _floor(look: Look) -> float:
    """The next level up from the look's floor that the wire can say."""
    return float(np.ceil(255.0 * _unit(look.floor) - 1e-9) / 255.0)


def _ground(look: Look) -> Floats:
    """The colour of the look's first layer with the brightest slot at 1."""
    first = np.array(look.layers[0].color if look.layers else (1.0, 1.0, 1.0))
    return first / first.max() if first.max() > 0.0 else np.ones(3)


def _unit(x: float) -> float:
    """`x` within 0..1; 0 where it is not known."""
    return 0.0 if math.isnan(x) else min(max(float(x), 0.0), 1.0)


@compiled
def _slot(x: float) -> float:
    """`x`, or 0 where it is no light: negative, infinite or NaN."""
    return x if 0.0 <= x < np.inf else 0.0


@compiled
def _finish(rgb: Floats32, shares: Floats, floors: Floats, grounds: Floats, master: float, lit: float) -> None:
    """Master, floor, gamut and blackout, in place; shares, floors (looks,) and grounds (looks, 3) of the mix.

    A pixel whose brightest slot is under the floor gets the looks' ground colour until it is not, so
    that dark pixels take the ground's hue little by little.  One that is too bright keeps its hue.
    """
    floor, ground = 0.0, np.zeros(3)
    for n in range(shares.size):
        floor += shares[n] * floors[n]
        ground += shares[n] * grounds[n]
    floor = min(floor, 1.0)
    ground /= max(ground.max(), 1e-9)
    slots = rgb.reshape(-1)
    for i in range(slots.size):
        slots[i] = _slot(np.float32(master) * slots[i])
    for i in range(rgb.shape[0]):
        r, g, b = rgb[i, 0], rgb[i, 1], rgb[i, 2]
        brightest = max(r, g, b)
        if brightest < floor:
            missing = floor - brightest
            lifted = r + missing * ground[0], g + missing * ground[1], b + missing * ground[2]
            scale = np.true_divide(floor, max(lifted))
            rgb[i, 0], rgb[i, 1], rgb[i, 2] = scale * lifted[0], scale * lifted[1], scale * lifted[2]
        elif brightest > 1.0:
            rgb[i, 0], rgb[i, 1], rgb[i, 2] = r / brightest, g / brightest, b / brightest
    for i in range(slots.size):
        slots[i] *= np.float32(lit)
