"""The effects: how light moves over the pixels of a garment, one small kernel each.

Every effect adds to linear light, for each pixel i of its layer and that pixel's wearer w,

    rgb[i] += gain[w] * color * shape(i)          shape in 0..1

and takes the same things:

rgb (P, 3) float32, the light so far · pixels (K,) of the layer · wearer, distance_m, reach (P,) of
`Cloth` · beats (2, KEPT, N) of `Beats.since` · color (3,) linear · gain (N,) 0..1, the layer's level
times its share of the mix · params (n, N) in the order of `show/effects.py`, where a phase in turns
is what `Turns` made of it and a rate per second what `Counts` made of it.

A parameter that is not known, or out of all measure, is held to what the effect can show.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints

RIM_LAG = 0.6  # the farthest pixel follows the sternum by this much of a swell
CREST_S = 0.25  # from a beat's true time to its crest at the sternum: a beat told 0.13 s late shows all its rise
ATTACK_S = 0.12  # from dark to crest: soft, yet as quick as the carotid pulse (0.1 s)
TOLD_S = 0.06  # light of a beat that was told later still comes in over this time, not in a step
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
def _add(rgb: Floats32, i: int, color: Floats32, amount: float) -> None:
    """Add `amount` of a colour to one pixel."""
    for c in range(3):
        rgb[i, c] += amount * color[c]


@compiled
def solid(
    rgb: Floats32,
    pixels: Ints,
    wearer: Ints,
    distance_m: Floats32,
    reach: Floats32,
    beats: Floats,
    color: Floats32,
    gain: Floats,
    params: Floats,
) -> None:
    """The same light on every pixel: shape = 1."""
    for i in pixels:
        _add(rgb, i, color, gain[wearer[i]])


@compiled
def breath(
    rgb: Floats32,
    pixels: Ints,
    wearer: Ints,
    distance_m: Floats32,
    reach: Floats32,
    beats: Floats,
    color: Floats32,
    gain: Floats,
    params: Floats,
) -> None:
    """A swell that fills the garment from the sternum outward, and ebbs back to it.

    swell = (1 - cos(2 pi phase)) / 2
    shape = 1 - depth * (1 - ease((1 + RIM_LAG) * swell - RIM_LAG * reach))
    """
    wearers = gain.size
    swell = np.empty(wearers)
    depth = np.empty(wearers)
    for w in range(wearers):
        phase = params[0, w]
        swell[w] = 0.5 - 0.5 * math.cos(2.0 * math.pi * (phase - math.floor(phase)))
        depth[w] = _held(params[1, w], 0.0, 1.0, 1.0)
    for i in pixels:
        w = wearer[i]
        full = _ease((1.0 + RIM_LAG) * swell[w] - RIM_LAG * reach[i])
        _add(rgb, i, color, gain[w] * (1.0 - depth[w] * (1.0 - full)))


@compiled
def _wave(since_s: float, fade_per_s: float) -> float:
    """Light of one wave, `since_s` after its crest: ease up to 1 over ATTACK_S, then (1 - since * fade)**8."""
    if since_s < 0.0:
        return _ease(1.0 + since_s * (1.0 / ATTACK_S))
    left = 1.0 - since_s * fade_per_s
    if left <= 0.0:
        return 0.0
    left *= left
    left *= left
    return left * left


@compiled
def heartbeat(
    rgb: Floats32,
    pixels: Ints,
    wearer: Ints,
    distance_m: Floats32,
    reach: Floats32,
    beats: Floats,
    color: Floats32,
    gain: Floats,
    params: Floats,
) -> None:
    """A wave that leaves the sternum with every beat, its crest always as long after the beat's true time.

    shape = max over the last beats of  wave(t - beat - CREST_S - distance / speed) * ease((t - told) / TOLD_S)

    The highest of the waves is shown (HTP), so a new one never cuts off the glow of the one before.
    """
    wearers = gain.size
    slowness = np.empty(wearers)  # seconds per metre
    fade_per_s = np.empty(wearers)
    told = np.empty(beats.shape[1:])
    for w in range(wearers):
        slowness[w] = 1.0 / _held(params[0, w], 0.5, 1000.0, 3.0)
        fade_per_s[w] = 1.0 / (TAIL * _held(params[1, w], 0.03, 2.0, 0.25))
        for b in range(beats.shape[1]):
            told[b, w] = _ease(beats[1, b, w] / TOLD_S)
    for i in pixels:
        w = wearer[i]
        if gain[w] <= 0.0:
            continue
        travel_s = CREST_S + slowness[w] * distance_m[i]
        highest = 0.0
        for b in range(beats.shape[1]):
            since_s = beats[0, b, w] - travel_s
            highest = max(highest, told[b, w] * _wave(since_s, fade_per_s[w]))
            if since_s >= 0.0 and told[b, w] >= 1.0:
                break  # waves before one that has passed its crest are lower
        _add(rgb, i, color, gain[w] * highest)


@compiled
def _hashed(cell: int, step: int) -> float:
    """A number in 0..1 for each pixel and step.  Source: Steele, Lea and Flood, SplitMix64, OOPSLA 2014."""
    z = np.uint64(cell) * np.uint64(0xD1342543DE82EF95) + np.uint64(step) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return float(z >> np.uint64(11)) * 2.0**-53


@compiled
def shimmer(
    rgb: Floats32,
    pixels: Ints,
    wearer: Ints,
    distance_m: Floats32,
    reach: Floats32,
    beats: Floats,
    color: Floats32,
    gain: Floats,
    params: Floats,
) -> None:
    """A fine grain: every pixel wanders between hashed lights, out of step with its neighbours.

    x = count + hash(i, -1);   n = hash(i, floor x) eased into hash(i, floor x + 1) by the rest of x
    shape = 1 - depth * (1 - n²)          squared: much dark, few glints
    """
    for i in pixels:
        w = wearer[i]
        x = params[0, w] + _hashed(i, -1)
        step = math.floor(x)
        before = _hashed(i, step)
        grain = before + (_hashed(i, step + 1) - before) * _ease(x - step)
        depth = _held(params[1, w], 0.0, 1.0, 0.5)
        _add(rgb, i, color, gain[w] * (1.0 - depth * (1.0 - grain * grain)))


LOOKS: dict[str, Callable[..., Any]] = {
    "solid": solid,
    "breath": breath,
    "heartbeat": heartbeat,
    "shimmer": shimmer,
}
"""Every effect by the name that shows call it."""
