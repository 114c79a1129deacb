"""What the kernels want to know of every pixel, worked out once when a show is loaded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from installation.frame import Floats32, Ints
from installation.show.model import Show


@dataclass(frozen=True, slots=True, eq=False)
class Cloth:
    """The sewn pixels in the measures of light.

    wearer (P,) whose pixel it is · distance_m (P,) metres from the sternum, which is the origin of
    `Geometry.position_m` · reach (P,) the same against the garment's farthest pixel, 0..1 ·
    first, past (G,): garment g has the pixels first[g] to past[g] - 1.
    """

    wearer: Ints
    distance_m: Floats32
    reach: Floats32
    first: Ints
    past: Ints


def cloth(show: Show) -> Cloth:
    """Measure every pixel of every garment; a garment without pixels is welcome."""
    distance_m = np.sqrt(np.sum(np.square(show.geometry.position_m, dtype=np.float64), axis=1))
    reach = np.zeros_like(distance_m)
    for garment in show.garments:
        own = slice(garment.first, garment.first + garment.pixels)
        farthest = distance_m[own].max(initial=0.0)
        reach[own] = distance_m[own] / farthest if farthest > 0 else 0.0
    return Cloth(
        wearer=np.ascontiguousarray(show.geometry.wearer, np.int32),
        distance_m=distance_m.astype(np.float32),
        reach=reach.astype(np.float32),
        first=np.array([garment.first for garment in show.garments], np.int32),
        past=np.array([garment.first + garment.pixels for garment in show.garments], np.int32),
    )
