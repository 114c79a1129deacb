"""The pen of the panels: draws in units of the 8 px grid at scale 1, wherever and however dense the screen is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import pygame

from installation.watch.window.palette import Color
from installation.watch.window.type import Face, Size, Type

Box = tuple[float, float, float, float]
"""x, y, width, height in units."""

Shape = Literal["real", "held", "simulated", "replayed", "warning"]

FINER = 4  # shapes and corners are drawn so much larger and scaled down: smooth edges
KEPT = 512


class Pen:
    """Draws on one surface at one scale."""

    def __init__(self, surface: pygame.Surface, scale: float) -> None:
        self.surface = surface
        self.scale = scale
        self.type = Type(scale)
        self._shapes: dict[tuple[object, ...], pygame.Surface] = {}

    def on(self, surface: pygame.Surface) -> Pen:
        """The same pen on another surface, for sheets that fade in and out as a whole."""
        other = Pen.__new__(Pen)
        other.surface, other.scale, other.type, other._shapes = surface, self.scale, self.type, self._shapes
        return other

    def rect(self, box: Box) -> pygame.Rect:
        """A box in pixels."""
        x, y, width, height = box
        left, top = round(x * self.scale), round(y * self.scale)
        return pygame.Rect(left, top, round((x + width) * self.scale) - left, round((y + height) * self.scale) - top)

    def fill(self, box: Box, color: Color, radius: float = 0.0) -> None:
        """A filled box, its corners rounded by `radius`."""
        rect = self.rect(box)
        if radius <= 0 or min(rect.size) < 2:
            self.surface.fill(color, rect)
            return
        key = ("box", rect.size, radius, color)
        self._blit(key, rect.topleft, lambda: _rounded(rect.size, radius * self.scale, color))

    def text(  # place, size, colour: what every line of words has, in one order everywhere
        self,
        text: str,
        x: float,
        baseline: float,
        size: Size,
        color: Color,
        face: Face = "sans",
        align: Literal["left", "right", "center"] = "left",
        room: float | None = None,
    ) -> float:
        """A line of words on its baseline; gives its width.  `room`: cut where it is wider."""
        if room is not None:
            text = self.type.fitted(text, size, room * self.scale, face)
        if not text:
            return 0.0
        words, ascent = self.type.words(text, size, color, face)
        width = words.get_width() / self.scale
        left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
        self.surface.blit(words, (round(left * self.scale), round(baseline * self.scale) - ascent))
        return width

    def width(self, text: str, size: Size, face: Face = "sans") -> float:
        """How wide a line would be."""
        return self.type.width(text, size, face) / self.scale

    def lines(self, text: str, size: Size, room: float, face: Face = "sans") -> list[str]:
        """The text broken into lines of at most `room`."""
        return self.type.lines(text, size, room * self.scale, face)

    def curve(self, points: Sequence[tuple[float, float]], color: Color) -> None:
        """A fine line through points."""
        if len(points) < 2:
            return
        drawn = [(x * self.scale, y * self.scale) for x, y in points]
        pygame.draw.aalines(self.surface, color, False, drawn)
        for shift in range(1, round(self.scale)):
            pygame.draw.aalines(self.surface, color, False, [(x, y + shift * 0.6) for x, y in drawn])

    def area(self, points: Sequence[tuple[float, float]], color: Color) -> None:
        """A filled outline."""
        if len(points) > 2:
            pygame.draw.polygon(self.surface, color, [(x * self.scale, y * self.scale) for x, y in points])

    def shape(self, shape: Shape, x: float, y: float, size: float, color: Color) -> None:
        """The mark of a presence or a warning, its middle at (x, y): told by shape as well as by colour."""
        side = max(4, round(size * self.scale))
        corner = (round(x * self.scale - side / 2), round(y * self.scale - side / 2))
        self._blit(("shape", shape, side, color), corner, lambda: _mark(shape, side, color))

    def _blit(self, key: tuple[object, ...], corner: tuple[int, int], draw: Callable[[], pygame.Surface]) -> None:
        if key not in self._shapes:
            if len(self._shapes) > KEPT:
                self._shapes.clear()
            self._shapes[key] = draw()
        self.surface.blit(self._shapes[key], corner)


def _rounded(size: tuple[int, int], radius: float, color: Color) -> pygame.Surface:
    width, height = size
    large = pygame.Surface((width * FINER, height * FINER), pygame.SRCALPHA)
    large.fill((*color, 0))
    pygame.draw.rect(large, color, large.get_rect(), border_radius=round(radius * FINER))
    return pygame.transform.smoothscale(large, size)


def _mark(shape: Shape, side: int, color: Color) -> pygame.Surface:
    large = pygame.Surface((side * FINER, side * FINER), pygame.SRCALPHA)
    large.fill((*color, 0))
    edge = side * FINER
    middle, radius, stroke = edge / 2, edge * 0.42, max(FINER, round(edge * 0.13))
    triangle = [(edge * 0.20, edge * 0.10), (edge * 0.90, middle), (edge * 0.20, edge * 0.90)]
    if shape == "real":
        pygame.draw.circle(large, color, (middle, middle), radius)
    elif shape == "held":
        pygame.draw.circle(large, color, (middle, middle), radius, stroke)
        pygame.draw.circle(large, color, (middle, middle), radius, draw_bottom_left=True, draw_top_left=True)
    elif shape == "simulated":
        pygame.draw.circle(large, color, (middle, middle), radius, stroke)
    elif shape == "replayed":
        pygame.draw.polygon(large, color, triangle, stroke)
    else:
        upright = [(middle, edge * 0.08), (edge * 0.96, edge * 0.90), (edge * 0.04, edge * 0.90)]
        pygame.draw.polygon(large, color, upright)
    return pygame.transform.smoothscale(large, (side, side))
