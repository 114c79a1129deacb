"""The room as the stage shows it: where wearers stand and pixels glow, seen from a low seat at the table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.watch.programme import Programme

EYE_M = 5.0  # from the eye to the nearest wearer: people two metres further back are a third smaller
STERNUM_M = 1.24  # above the floor, of someone 1.68 m tall
TALL_M = 1.75  # head to foot, with a little air
HORIZON, NEAREST_FEET = 0.45, 0.83  # of the stage's height
MARGIN_M = 0.42  # beside the outermost wearers: half a person
ENLARGED = 1.3  # people against the room's width: a longer lens, so that pixels can be told apart
TALLEST = 0.70  # of the stage's height


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """Places in stage pixels.

    feet (N, 2) · px_per_m (N,) · order: wearers from the furthest to the nearest ·
    pixel (P, 2): where each pixel of light is · mirrored (P, 2): where the floor shows it ·
    pixel_px_per_m (P,) · horizon: height of the horizon.
    """

    width: int
    height: int
    feet: NDArray[np.float64]
    px_per_m: NDArray[np.float64]
    order: tuple[int, ...]
    pixel: NDArray[np.float64]
    mirrored: NDArray[np.float64]
    pixel_px_per_m: NDArray[np.float64]
    horizon: float

    def sternum(self, wearer: int) -> tuple[float, float]:
        """Where a wearer's body coordinates begin."""
        x, y = self.feet[wearer]
        return float(x), float(y - STERNUM_M * self.px_per_m[wearer])

    def wearer_at(self, x: float, y: float) -> int:
        """The nearest wearer whose figure covers a place on the stage, -1 for none."""
        for wearer in reversed(self.order):
            across = abs(x - self.feet[wearer, 0]) / self.px_per_m[wearer]
            up = (self.feet[wearer, 1] - y) / self.px_per_m[wearer]
            if across < 0.34 and -0.02 < up < TALL_M:
                return wearer
        return -1


MIRROR = 0.22  # of its height above the floor: a true mirror would throw most of the light below the window


def room(programme: Programme, width: int, height: int) -> Room:
    """Fit the programme's people into a stage of `width` by `height` pixels."""
    at = np.array([wearer.at for wearer in programme.wearers], np.float64).reshape(-1, 2)
    nearness = EYE_M / (EYE_M + at[:, 1] - at[:, 1].min(initial=0.0))
    across = at[:, 0] * nearness
    low, high = (across.min(), across.max()) if len(across) else (0.0, 0.0)
    px_per_m = width / (high - low + 2 * MARGIN_M * ENLARGED)
    body_px_per_m = min(px_per_m * ENLARGED, TALLEST * height / TALL_M)
    px_per_m = min(px_per_m, body_px_per_m * 1.5)
    feet = np.stack(
        [
            width / 2 + (across - (low + high) / 2) * px_per_m,
            height * (HORIZON + (NEAREST_FEET - HORIZON) * nearness),
        ],
        axis=1,
    )
    scales = body_px_per_m * nearness
    wearer = np.zeros(len(programme.position_m), np.int64)
    for garment in programme.garments:
        wearer[garment.first : garment.first + garment.pixels] = garment.wearer
    scale = scales[wearer]
    up_m = STERNUM_M + programme.position_m[:, 1]
    x = feet[wearer, 0] + programme.position_m[:, 0] * scale
    return Room(
        width=width,
        height=height,
        feet=feet,
        px_per_m=scales,
        order=tuple(int(w) for w in np.argsort(nearness, kind="stable")),
        pixel=np.stack([x, feet[wearer, 1] - up_m * scale], axis=1),
        mirrored=np.stack([x, feet[wearer, 1] + up_m * scale * MIRROR], axis=1),
        pixel_px_per_m=scale,
        horizon=HORIZON * height,
    )
