"""Sparks: every pixel of light as the small bright thing that it is, added to the picture where it glows."""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

from installation.watch.window.palette import srgb_from_linear

RADIUS_M = 0.0105  # of a pixel's core as the eye takes it, a little more than the diode
REACH = 6.0  # radii: where the halo ends
SIZES = 6  # sprites of so many sizes from the furthest to the nearest
EXPOSURE = 3.6  # 8 % of full, linear, is a quarter of white here: an eye that has been in the dark for a while
STEPS = 32  # shades of each of red, green and blue; neighbours can't be told apart in so small a thing
MOST = 6000  # sparks drawn; a crowd of more is shown by its glow and every k-th spark
KEPT = 6000  # sprites of 2 kB


class Sparks:
    """Draws the sparks of one room.

    pixel (P, 2) places in stage pixels · px_per_m (P,) · seen (P,) 0..1: how much of each is not hidden behind someone.
    """

    def __init__(self, pixel: NDArray[np.floating], px_per_m: NDArray[np.floating], seen: NDArray[np.floating]) -> None:
        stride = -(-len(pixel) // MOST) or 1
        self._which = np.arange(0, len(pixel), stride)
        radius = np.maximum(1.1, px_per_m[self._which] * RADIUS_M)
        low, high = float(radius.min(initial=1.1)), float(radius.max(initial=1.2))
        self._radii = np.linspace(low, max(high, low + 0.01), SIZES)
        self._size = np.abs(radius[:, None] - self._radii[None, :]).argmin(axis=1)
        reach = np.ceil(self._radii * REACH).astype(int)[self._size]
        self._corner = [(int(x), int(y)) for x, y in np.rint(pixel[self._which]).astype(int) - reach[:, None]]
        self._seen = seen[self._which].astype(np.float32)[:, None]
        self._profiles = [_profile(radius) for radius in self._radii]
        self._sprites: dict[int, pygame.Surface] = {}

    def draw(self, surface: pygame.Surface, linear: NDArray[np.float32]) -> None:
        """Add the sparks of linear light (P, 3), 0..1."""
        light = linear[self._which] * self._seen
        strongest = light.max(axis=1, keepdims=True)
        shown = light / np.maximum(strongest, 1e-6) * (1.0 - np.exp(-EXPOSURE * strongest))
        steps = np.rint(srgb_from_linear(shown) * (STEPS - 1)).astype(np.int64)
        keys = ((self._size * STEPS + steps[:, 0]) * STEPS + steps[:, 1]) * STEPS + steps[:, 2]
        lit = np.flatnonzero(steps.max(axis=1) > 0)
        if len(self._sprites) > KEPT:
            self._sprites.clear()
        blits = []
        for at, key in zip(lit.tolist(), keys[lit].tolist(), strict=True):
            sprite = self._sprites.get(key)
            if sprite is None:
                sprite = self._sprites[key] = self._sprite(int(self._size[at]), steps[at])
            blits.append((sprite, self._corner[at]))
        surface.fblits(blits, pygame.BLEND_RGB_ADD)

    def _sprite(self, size: int, steps: NDArray[np.int64]) -> pygame.Surface:
        halo, core = self._profiles[size]
        color = steps.astype(np.float32) / (STEPS - 1)
        white = color.max() ** 3 * 0.55  # what is bright burns to white in the middle
        picture = halo[:, :, None] * color + core[:, :, None] * white
        surface = pygame.Surface(halo.shape)
        pygame.surfarray.blit_array(surface, np.minimum(picture * 255.0, 255.0).astype(np.uint8))
        return surface


def _profile(radius: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How a spark falls off: coloured (D, D), and its white middle."""
    reach = int(np.ceil(radius * REACH))
    x, y = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance = np.hypot(x, y) / radius
    edge = np.clip(1.0 - distance / REACH, 0.0, 1.0) ** 2
    halo = 0.80 * np.exp(-((distance / 0.95) ** 2)) + 0.20 * np.exp(-distance / 1.6) * edge
    return halo.astype(np.float32), np.exp(-((distance / 0.62) ** 2)).astype(np.float32)
