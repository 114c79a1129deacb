"""How light fills the room: every pixel's light spread by Gaussians of a few widths, exposed for an eye in the dark.

A Gaussian is separable, so one width is two small matrix products over a coarse grid, whatever the
number of pixels; the grid is enlarged afterwards, and no eye tells, since the light is soft.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.watch.window.palette import srgb_from_linear

Field = NDArray[np.float32]

TABLE = 2048  # steps of the exposure table, spaced by the square root: fine where it is dark
SOURCE_SIGMA = 1.8  # cells of the sources' own grid to a sigma: fewer would show between which cells a source lies
FAINTEST = 1e-5  # of a Gaussian's middle; what is less is nothing, and processors are slow with the all but nothing
BRIGHTEST = 4.0  # exposed light past this is white


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """One width of light: where its sources fall on a grid, how strongly, and the two blurs that enlarge it as well.

    cells (4, S), shares (4, S): the four cells around each source · down (H, h), across (w, W).
    """

    size: tuple[int, int]
    cells: NDArray[np.int64]
    shares: Field
    down: Field
    across: Field

    def light(self, colors: Field) -> Field:
        """The light (3, H, W) of sources with linear `colors` (S, 3)."""
        height, width = self.size
        flat = self.cells.ravel()
        grids = [np.bincount(flat, (self.shares * color).ravel(), height * width) for color in colors.T]
        grid = np.array(grids, np.float32).reshape(3 * height, width)
        wide = (grid @ self.across).reshape(3, height, -1)
        light: Field = np.matmul(self.down, wide)
        return light


def spread(
    places: NDArray[np.floating],
    strength: NDArray[np.floating],
    full: tuple[int, int],
    sigma: tuple[float, float],
) -> Spread:
    """Prepare a width of light.

    places (S, 2): x, y in cells of the full grid · strength (S,) · full: height and width of that
    grid · sigma: across and down, in its cells.  A source alone gives `strength` at its middle.
    """
    coarse = np.maximum(1, np.array(sigma) / SOURCE_SIGMA).astype(int)
    height, width = int(-(-full[0] // coarse[1]) + 1), int(-(-full[1] // coarse[0]) + 1)
    x = np.clip(places[:, 0] / coarse[0], 0, width - 1.001)
    y = np.clip(places[:, 1] / coarse[1], 0, height - 1.001)
    left, top = x.astype(np.int64), y.astype(np.int64)
    right_share, low_share = x - left, y - top
    inside = (places[:, 1] < full[0] + 2 * sigma[1]) & (places[:, 1] > -2 * sigma[1])
    corner = top * width + left
    cells = np.stack([corner, corner + 1, corner + width, corner + width + 1])
    shares = np.stack(
        [
            (1 - low_share) * (1 - right_share),
            (1 - low_share) * right_share,
            low_share * (1 - right_share),
            low_share * right_share,
        ]
    )
    return Spread(
        (height, width),
        cells,
        (shares * strength * inside).astype(np.float32),
        _gaussian(full[0], height, coarse[1], sigma[1]),
        _gaussian(full[1], width, coarse[0], sigma[0]).T.copy(),
    )


class Exposure:
    """From linear light to the screen's bytes: a soft shoulder, sRGB, and a grain that hides the steps of a byte."""

    def __init__(self, full: tuple[int, int], gain: float) -> None:
        light = np.linspace(0.0, 1.0, TABLE) ** 2 * BRIGHTEST
        self._table = (255.0 * srgb_from_linear(1.0 - np.exp(-light))).astype(np.float32)
        self._gain = np.float32(gain / BRIGHTEST * (TABLE - 1) ** 2)
        self._grain = np.random.default_rng(7).random((1, *full), np.float32)

    def bytes(self, light: Field) -> NDArray[np.uint8]:
        """The bytes (W, H, 3), as pygame lays a picture out, of linear light (3, H, W)."""
        steps = np.sqrt(light * self._gain)
        np.minimum(steps, TABLE - 1, out=steps)
        shown = self._table[steps.astype(np.int16)]
        shown += self._grain
        picture: NDArray[np.uint8] = np.minimum(shown, 255.0).astype(np.uint8).transpose(2, 1, 0)
        return picture


def _gaussian(full: int, coarse_cells: int, coarse: int, sigma: float) -> Field:
    """Each cell of the full side against each of the coarse one: 1 where they meet."""
    distance = np.arange(full)[:, None] - np.arange(coarse_cells)[None, :] * coarse
    weights = np.exp(-0.5 * (distance / sigma) ** 2)
    weights[weights < FAINTEST] = 0.0
    return weights.astype(np.float32)
