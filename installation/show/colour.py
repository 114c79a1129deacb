"""Colours as a designer writes them: `oklch(L C H)` or `#rrggbb`, to linear light.

OKLCH is even to the eye: the same L looks equally bright at every hue.  A colour that no LED can
give keeps its lightness and hue and loses chroma until it fits.

Source: B. Ottosson, "A perceptual color space for image processing", 2020 (OKLab and its matrices);
IEC 61966-2-1 for the sRGB curve of #rrggbb.
"""

from __future__ import annotations

import math
import re

RGB = tuple[float, float, float]

STRONGEST_CHROMA = 0.5  # past the most saturated light that eyes can see in OKLCH, about 0.4
HALVINGS = 24  # of the search for the strongest chroma that fits: finer than any DMX byte
NEARLY = 1e-6  # how far a channel may stand outside 0..1 from rounding alone

_NUMBER = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_OKLCH = re.compile(rf"oklch\(\s*{_NUMBER}(%?)[\s,]+{_NUMBER}[\s,]+(-?){_NUMBER}(?:deg)?\s*\)")
_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


class ColourError(ValueError):
    """What a colour lacks, as the end of a sentence that begins with what was found."""


def linear_rgb(text: str) -> RGB:
    """Give a written colour as linear red, green and blue, each 0..1; raise `ColourError` for anything else."""
    written = text.strip()
    if match := _HEX.fullmatch(written):
        red, green, blue = (srgb_to_linear(int(part, 16) / 255) for part in match.groups())
        return red, green, blue
    match = _OKLCH.fullmatch(written)
    if match is None:
        raise ColourError('"oklch(0.70 0.12 200)" or "#40c0ff" would do')
    lightness = float(match[1]) / (100 if match[2] else 1)
    chroma, hue = float(match[3]), float(match[5]) * (-1 if match[4] else 1)
    if lightness > 1:
        raise ColourError("a lightness from 0 to 1 would do, the first number of oklch")
    if chroma > STRONGEST_CHROMA:
        raise ColourError(f"a chroma from 0 to {STRONGEST_CHROMA} would do, the second number of oklch")
    if abs(hue) > 360:
        raise ColourError("a hue from 0 to 360 would do, the third number of oklch")
    return _fitted(lightness, chroma, hue)


def oklch_to_linear(lightness: float, chroma: float, hue_deg: float) -> RGB:
    """Give the linear sRGB of a colour in OKLCH, which may lie outside 0..1."""
    a = chroma * math.cos(math.radians(hue_deg))
    b = chroma * math.sin(math.radians(hue_deg))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def srgb_to_linear(value: float) -> float:
    """Undo the curve of sRGB: linear = ((v + 0.055) / 1.055) ** 2.4, and v / 12.92 near black."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _fitted(lightness: float, chroma: float, hue_deg: float) -> RGB:
    """Take away chroma, and nothing else, until the colour is one that LEDs can give."""
    rgb = oklch_to_linear(lightness, chroma, hue_deg)
    if not _inside(rgb):
        low, high = 0.0, chroma
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if _inside(oklch_to_linear(lightness, middle, hue_deg)) else (low, middle)
        rgb = oklch_to_linear(lightness, low, hue_deg)
    red, green, blue = (min(max(channel, 0.0), 1.0) for channel in rgb)
    return red, green, blue


def _inside(rgb: RGB) -> bool:
    return all(-NEARLY <= channel <= 1 + NEARLY for channel in rgb)
