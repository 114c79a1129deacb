"""Draw `nexus.png`, the icon of the window: a bell of light with four threads, in the colours of the house.

python assets/icon/draw.py
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame

SIZE = 256
PLANKTON = np.array([0.36, 0.92, 0.95])  # oklch(0.85 0.13 195)
JELLY = np.array([0.30, 0.85, 0.66])  # oklch(0.80 0.15 165)
ABYSS = np.array([0.004, 0.007, 0.014])  # oklch(0.13 0.02 255)


def picture() -> np.ndarray:
    """The icon as (256, 256, 4) uint8, rows first."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE - 0.5
    rim = np.hypot(x / 0.30, (y + 0.06) / 0.27)
    above = 1 / (1 + np.exp((y - 0.01) / 0.022))
    bell = above * (np.exp(-(((rim - 1.0) / 0.10) ** 2)) + 0.35 * np.exp(-((rim / 0.8) ** 2)))
    heart = np.exp(-(x**2 + (y + 0.08) ** 2) / 0.0035)
    threads = sum(
        np.exp(-(((x - a - 0.025 * np.sin(18 * y + 40 * a)) / 0.009) ** 2))
        * np.clip((0.36 - y) / 0.34, 0, 1)
        / (1 + np.exp((-0.02 - y) / 0.012))
        for a in (-0.2, -0.07, 0.07, 0.2)
    )
    light = np.clip(bell[..., None] * PLANKTON + heart[..., None] + 0.8 * threads[..., None] * JELLY, 0, 1)
    inside = np.clip((0.5 - np.hypot(x, y)) * SIZE / 2, 0, 1)
    rgb = np.clip(ABYSS + light, 0, 1) ** (1 / 2.2)
    return np.dstack((255 * rgb, 255 * inside)).astype(np.uint8)


if __name__ == "__main__":
    pixels = picture()
    surface = pygame.image.frombytes(pixels.tobytes(), (SIZE, SIZE), "RGBA")
    pygame.image.save(surface, Path(__file__).with_name("nexus.png"))
