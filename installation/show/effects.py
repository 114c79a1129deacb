"""The effects that looks may use, with their parameters: what the checker, the docs and the light room agree on.

`lights/looks.py` holds one function for each name here; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an effect: `default` is an expression of the show language."""

    name: str
    default: str
    unit: str
    says: str


@dataclass(frozen=True, slots=True)
class Effect:
    """A way of giving light to pixels, by name."""

    name: str
    says: str
    params: tuple[Parameter, ...] = ()


EFFECTS = {
    effect.name: effect
    for effect in (
        Effect("solid", "The same light on every pixel."),
        Effect(
            "breath",
            "A slow swell that fills the garment from the sternum outward as the wearer inhales.",
            (
                Parameter("phase", "breath.phase", "turns", "phase of the breath, 0 where inhaling starts"),
                Parameter("depth", "1", "", "how far the swell goes down between breaths: 1 to darkness"),
            ),
        ),
        Effect(
            "heartbeat",
            "A wave that leaves the sternum with every beat of the heart.",
            (
                Parameter("speed", "3", "m/s", "how fast the wave travels over the body"),
                Parameter("width", "0.25", "s", "how long the wave glows on after its crest"),
            ),
        ),
        Effect(
            "shimmer",
            "A fine grain of light that drifts over the pixels, each at its own slow pace.",
            (
                Parameter("rate", "0.3", "1/s", "how often a grain comes and goes"),
                Parameter("depth", "0.5", "", "how far the grain goes down between: 1 to darkness"),
            ),
        ),
    )
}
