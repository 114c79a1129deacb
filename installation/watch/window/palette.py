"""The colours, by name only: OKLCH as the art direction writes them, converted once to what a screen shows."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from installation.frame import Presence

Color = tuple[int, int, int]

OKLCH = {
    "abyss": (0.13, 0.02, 255),  # background; never pure black
    "trench": (0.18, 0.025, 255),  # panels; separated by space and tone, not by lines
    "kelp": (0.35, 0.03, 230),  # quiet strokes, axes, disabled
    "foam": (0.92, 0.01, 220),  # text; second rank at 65 %
    "plankton": (0.85, 0.13, 195),  # alive, running, real
    "jelly": (0.80, 0.15, 165),  # heart, ready, standby
    "ember": (0.75, 0.16, 60),  # needs a look: held, stale, amber
    "coral": (0.66, 0.20, 25),  # needs a hand now, and nothing else is ever red
    "violet": (0.70, 0.13, 300),  # simulated, replayed: never mistaken for real
}


PRESENCE_COLORS = {
    Presence.REAL: "plankton",
    Presence.HELD: "ember",
    Presence.SIMULATED: "violet",
    Presence.REPLAYED: "violet",
}
"""Which colour, by name, tells where a value comes from; a shape always tells it as well."""

SHADES = 64  # between two colours: finer than an eye tells, and few enough to remember what was set in each


def linear_from_oklch(lightness: float, chroma: float, hue_deg: float) -> NDArray[np.float64]:
    """Linear sRGB (3,) of an OKLCH colour; what lies outside the gamut is clipped.

    Source: Björn Ottosson, "A perceptual color space for image processing", 2020.
    """
    a = chroma * math.cos(math.radians(hue_deg))
    b = chroma * math.sin(math.radians(hue_deg))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    clipped: NDArray[np.float64] = np.clip(np.array(rgb), 0.0, 1.0)
    return clipped


def srgb_from_linear(linear: NDArray[np.floating]) -> NDArray[np.floating]:
    """What a screen is sent for linear light 0..1: the transfer function of sRGB, IEC 61966-2-1."""
    encoded: NDArray[np.floating] = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    )
    return encoded


def _screen(linear: NDArray[np.floating]) -> Color:
    red, green, blue = (round(255 * float(value)) for value in srgb_from_linear(linear))
    return red, green, blue


LINEAR = {name: linear_from_oklch(*oklch) for name, oklch in OKLCH.items()}
"""Every named colour as linear light (3,)."""

COLORS: dict[str, Color] = {name: _screen(linear) for name, linear in LINEAR.items()}
"""Every named colour as the screen gets it."""


def mixed(under: str, over: str, share: float) -> Color:
    """`share` of the colour `over` laid on the colour `under`, as a translucent ink would look."""
    return _mixed(under, over, round(min(max(share, 0.0), 1.0) * SHADES))


@lru_cache(maxsize=4096)
def _mixed(under: str, over: str, shade: int) -> Color:
    below, above = COLORS[under], COLORS[over]
    red, green, blue = (round(b + (a - b) * shade / SHADES) for b, a in zip(below, above, strict=True))
    return red, green, blue


def contrast(one: Color, other: Color) -> float:
    """Contrast of two colours, 1..21.  Source: WCAG 2.2, contrast ratio."""

    def luminance(color: Color) -> float:
        shares = [c / 255 for c in color]
        red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
