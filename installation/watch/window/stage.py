"""The stage: dark water, soft figures, and light only where the wire's bytes ask for it.

A picture is light times what gives it back.  What gives it back, the air, the floor and the cloth
of the figures, stands still and is painted once; the light is reckoned anew for every picture.
"""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

from installation.watch.programme import Programme
from installation.watch.window.glow import Exposure, spread
from installation.watch.window.palette import LINEAR
from installation.watch.window.room import Room, room
from installation.watch.window.scenery import AIR, gray, painted, seen_share
from installation.watch.window.sparks import Sparks

CELL = 4.0  # units of the screen to a cell of the light: the light is softer than that everywhere
USUAL_PIXELS = 52  # a garment of so many pixels glows as strongly as one of any other number
CLOTH_M, BLOOM_M, HAZE_M = 0.072, 0.24, 1.0  # how wide light lies on cloth, hangs in the air, fills the room
CLOTH, BLOOM, HAZE, MIRROR, POOL = 0.11, 0.0060, 0.00045, 0.008, 0.0016  # and how strong one pixel's light is there
EXPOSURE = 2.6
HIDDEN = 0.25  # of the glow of a pixel behind somebody still comes round them


class Stage:
    """The picture of one programme in one size."""

    def __init__(self, programme: Programme, size: tuple[int, int], scale: float) -> None:
        self.size = size
        self.room = room(programme, *size)
        albedo, covers = painted(programme, self.room)
        self._albedo = gray(albedo)
        seen = seen_share(programme, self.room, covers)
        self._sparks = Sparks(self.room.pixel, self.room.pixel_px_per_m, seen)
        cell = CELL * scale
        full = (-(-size[1] // round(cell)), -(-size[0] // round(cell)))
        self._garments = [slice(g.first, g.first + g.pixels) for g in programme.garments]
        near = float(self.room.px_per_m.max(initial=1.0)) / cell
        strength = _strength(programme, self.room, seen)
        pixels, mirrored = self.room.pixel / cell, self.room.mirrored / cell
        feet = np.array([self.room.feet[g.wearer] for g in programme.garments]).reshape(-1, 2) / cell
        lit = np.array([g.pixels * strength[g.first] for g in programme.garments])
        self._spreads = (
            spread(pixels, CLOTH * strength, full, (CLOTH_M * near, CLOTH_M * near)),
            spread(pixels, BLOOM * strength, full, (BLOOM_M * near, BLOOM_M * near)),
            spread(pixels, HAZE * strength, full, (HAZE_M * near, HAZE_M * 0.8 * near)),
            spread(mirrored, MIRROR * strength, full, (0.05 * near, 0.20 * near)),
        )
        self._pool = spread(feet, POOL * lit, full, (0.40 * near, 0.10 * near))
        self._ambient = _ambient(full, self.room.horizon / size[1])
        self._exposure = Exposure(full, EXPOSURE)
        self._small = pygame.Surface((full[1], full[0]))

    def draw(self, target: pygame.Surface, corner: tuple[int, int], slots: NDArray[np.uint8]) -> None:
        """Show the bytes of the wire (P, 3): linear light, as the garments give it."""
        linear = slots.astype(np.float32) / 255.0
        light = self._ambient.copy()
        for one in self._spreads:
            light += one.light(linear)
        means = [linear[where].mean(axis=0) for where in self._garments]
        light += self._pool.light(np.array(means, np.float32).reshape(-1, 3))
        pygame.surfarray.blit_array(self._small, self._exposure.bytes(light))
        picture = target.subsurface(pygame.Rect(corner, self.size))
        pygame.transform.smoothscale(self._small, self.size, picture)
        picture.blit(self._albedo, (0, 0), special_flags=pygame.BLEND_RGB_MULT)
        self._sparks.draw(picture, linear)


def _strength(programme: Programme, place: Room, seen: NDArray[np.float32]) -> NDArray[np.float64]:
    """How strongly each pixel's light fills the room (P,)."""
    strength = np.zeros(len(place.pixel))
    for g in programme.garments:
        nearness = place.px_per_m[g.wearer] / place.px_per_m.max()
        strength[g.first : g.first + g.pixels] = USUAL_PIXELS / max(g.pixels, 1) * nearness**2
    shares: NDArray[np.float64] = strength * (HIDDEN + (1 - HIDDEN) * seen)
    return shares


def _ambient(full: tuple[int, int], horizon: float) -> NDArray[np.float32]:
    """The light of nobody: the abyss, a breath lighter where the water meets the dark."""
    y = np.linspace(0.0, 1.0, full[0], dtype=np.float32)
    x = np.linspace(-1.0, 1.0, full[1], dtype=np.float32)
    far = np.exp(-(((y - horizon - 0.03) / 0.16) ** 2))[:, None] * np.exp(-((x / 0.9) ** 2))[None, :]
    base = LINEAR["abyss"].astype(np.float32) / EXPOSURE / AIR**2.2
    glow = LINEAR["kelp"].astype(np.float32) / EXPOSURE * 0.16
    ambient: NDArray[np.float32] = base[:, None, None] * np.ones_like(far) + glow[:, None, None] * far
    return ambient
