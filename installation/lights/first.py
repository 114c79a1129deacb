"""The light that stands before the house has warmed up: the safe look's floor, without a kernel."""

from __future__ import annotations

import numpy as np

from installation.frame import Levels
from installation.show.model import Show


def first_light(show: Show) -> Levels:
    """Every pixel in the safe look's first colour, its brightest slot at the look's floor.

    That is dim enough to be no flash (under a tenth of full), and the loop's safe look rises from it.
    """
    look = show.looks[show.safe_look]
    color = np.array(look.layers[0].color if look.layers else (1.0, 1.0, 1.0))
    brightest = float(color.max())
    slots = np.floor(255 * look.floor * (color / brightest if brightest > 0 else np.ones(3)) + 0.5)
    pixels = sum(garment.pixels for garment in show.garments)
    return Levels(
        np.tile(slots.astype(np.uint8), (pixels, 1)),
        np.zeros(len(show.garments), np.bool_),
    )
