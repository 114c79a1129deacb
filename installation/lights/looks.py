"""The effects: how light moves over the pixels of a garment, one small kernel each; and the kernel that plays them.

Every effect adds to linear light, for each pixel i of its layer and that pixel's wearer,

    rgb[i] += gain * color * shape(i)          shape in 0..1

with gain the layer's level times its share of the mix.  The effects write the shape alone, for one
run: K pixels of one wearer that follow one another.  They take the same things:

shape (K,) to be written · first, the number of the run's first pixel · distance_m, reach (K,) of
`Cloth` · beats (2, KEPT) of `Rhythm.since_s` · params (n,) in the order of `show/effects.py`.

A parameter that is not known, or out of all measure, is held to what the effect can show.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints

RIM_LAG = 0.6  # the farthest pixel follows the sternum by this much of a swell
CREST_S = 0.25  # from a beat's true time to its crest at the sternum: one told within 0.13 s is never late
ATTACK_S = 0.12  # from dark to crest: soft, yet as quick as the carotid pulse (0.1 s)
TAIL = 8.0  # the glow ends after so many widths; (1 - x/8)**8 is exp(-x) to within 0.05


@compiled
def _held(x: float, low: float, high: float, unknown: float) -> float:
    """`x` within low..high, or `unknown` where it is NaN."""
    return unknown if np.isnan(x) else min(max(x, low), high)


@compiled
def _ease(x: float) -> float:
    """0 below 0, 1 above 1, a smooth step 3x² - 2x³ between."""
    x = min(max(x, 0.0), 1.0)
    return x * x * (3.0 - 2.0 * x)


@compiled
def solid(shape: Floats32, first: int, distance_m: Floats32, reach: Floats32, beats: Floats, params: Floats) -> None:
    """The same light on every pixel: shape = 1."""
    shape[:] = 1.0


@compiled
def breath(shape: Floats32, first: int, distance_m: Floats32, reach: Floats32, beats: Floats, params: Floats) -> None:
    """A swell that fills the garment from the sternum outward, and ebbs back to it.

    swell = (1 - cos(2 pi phase)) / 2
    shape = 1 - depth * (1 - ease((1 + RIM_LAG) * swell - RIM_LAG * reach))
    """
    swell = 0.5 - 0.5 * math.cos(2.0 * math.pi * (params[0] - math.floor(params[0])))
    depth = _held(params[1], 0.0, 1.0, 1.0)
    for i in range(shape.size):
        shape[i] = 1.0 - depth * (1.0 - _ease((1.0 + RIM_LAG) * swell - RIM_LAG * reach[i]))


@compiled
def _wave(since_s: float, fade_per_s: float) -> float:
    """Light of one wave, `since_s` after its crest: ease up to 1 over ATTACK_S, then (1 - since * fade)**8."""
    left = max(0.0, 1.0 - since_s * fade_per_s)
    left *= left
    left *= left
    return _ease(1.0 + since_s * (1.0 / ATTACK_S)) if since_s < 0.0 else left * left


@compiled
def heartbeat(
    shape: Floats32, first: int, distance_m: Floats32, reach: Floats32, beats: Floats, params: Floats
) -> None:
    """A wave that leaves the sternum with every beat, its crest always as long after the beat's true time.

    shape = max over the last beats of  wave(t - max(beat + CREST_S, told + ATTACK_S) - distance / speed)

    Only a beat that was told too late to show its rise has a later crest: old news comes in as softly as any.
    The highest of the waves is shown (HTP), so a new one never cuts off the glow of the one before.
    """
    slowness = 1.0 / _held(params[0], 0.5, 1000.0, 3.0)  # seconds per metre
    fade_per_s = 1.0 / (TAIL * _held(params[1], 0.03, 2.0, 0.25))
    shape[:] = 0.0
    for b in range(beats.shape[1]):
        since_s = min(beats[0, b] - CREST_S, beats[1, b] - ATTACK_S)
        for i in range(shape.size):
            shape[i] = max(shape[i], _wave(since_s - slowness * distance_m[i], fade_per_s))


@compiled
def _hashed(cell: int, step: int) -> float:
    """A number in 0..1 for each pixel and step.  Source: Steele, Lea and Flood, SplitMix64, OOPSLA 2014."""
    z = np.uint64(cell) * np.uint64(0xD1342543DE82EF95) + np.uint64(step) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return float(z >> np.uint64(11)) * 2.0**-53


@compiled
def shimmer(shape: Floats32, first: int, distance_m: Floats32, reach: Floats32, beats: Floats, params: Floats) -> None:
    """A fine grain: every pixel wanders between hashed lights, out of step with its neighbours.

    x = count + hash(i, -1);   n = hash(i, floor x) eased into hash(i, floor x + 1) by the rest of x
    shape = 1 - depth * (1 - n²)          squared: much dark, few glints
    """
    depth = _held(params[1], 0.0, 1.0, 0.5)
    for i in range(shape.size):
        x = params[0] + _hashed(first + i, -1)
        step = math.floor(x)
        before = _hashed(first + i, step)
        grain = before + (_hashed(first + i, step + 1) - before) * _ease(x - step)
        shape[i] = 1.0 - depth * (1.0 - grain * grain)


LOOKS: dict[str, Callable[..., Any]] = {
    "solid": solid,
    "breath": breath,
    "heartbeat": heartbeat,
    "shimmer": shimmer,
}
"""Every effect by the name that shows call it; its place here is its number in `Layers`."""

SOLID, BREATH, HEARTBEAT, SHIMMER = range(len(LOOKS))


class Layers(NamedTuple):
    """All L layers of a show, ready to be painted.

    effect (L,) its number · look (L,) whose layer it is · color (L, 3) linear · level (L,) and params
    (L, 2) rows of `paint`'s values · run (L + 1,): layer l has the runs run[l] to run[l + 1] - 1 ·
    runs (R, 3): wearer, first pixel, and the pixel after the last.
    """

    effect: Ints
    look: Ints
    color: Floats32
    level: Ints
    params: Ints
    run: Ints
    runs: Ints


@compiled
def paint(
    rgb: Floats32,
    layers: Any,
    shares: Floats,
    distance_m: Floats32,
    reach: Floats32,
    beats: Floats,
    values: Floats,
) -> None:
    """Add every layer of every look that has a share of the mix.

    rgb (P, 3) the light so far · shares (looks,) 0..1 · distance_m, reach (P,) of `Cloth` · beats
    (2, KEPT, N) and values (V, N) of `Rhythm`, where a phase in turns is as it is shown and a rate per
    second is added up.  A level that is not known is 0.
    """
    scratch = np.empty(rgb.shape[0], np.float32)
    params = np.empty(layers.params.shape[1])
    for n in range(layers.effect.size):
        if shares[layers.look[n]] <= 0.0:
            continue
        effect = layers.effect[n]
        for run in range(layers.run[n], layers.run[n + 1]):
            w, first, past = layers.runs[run]
            gain = shares[layers.look[n]] * _held(values[layers.level[n], w], 0.0, 1.0, 0.0)
            if gain <= 0.0:
                continue
            for p in range(params.size):
                params[p] = values[layers.params[n, p], w]
            shape, away_m, out, since_s = scratch[first:past], distance_m[first:past], reach[first:past], beats[:, :, w]
            if effect == SOLID:
                solid(shape, first, away_m, out, since_s, params)
            elif effect == BREATH:
                breath(shape, first, away_m, out, since_s, params)
            elif effect == HEARTBEAT:
                heartbeat(shape, first, away_m, out, since_s, params)
            elif effect == SHIMMER:
                shimmer(shape, first, away_m, out, since_s, params)
            _add(rgb[first:past], shape, layers.color[n], gain)


@compiled
def _add(rgb: Floats32, shape: Floats32, color: Floats32, gain: float) -> None:
    """Add a shape of one colour to the light of a run."""
    red, green, blue = np.float32(gain * color[0]), np.float32(gain * color[1]), np.float32(gain * color[2])
    for i in range(shape.size):
        rgb[i, 0] += red * shape[i]
        rgb[i, 1] += green * shape[i]
        rgb[i, 2] += blue * shape[i]
