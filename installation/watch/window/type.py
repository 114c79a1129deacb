"""Type: IBM Plex in five sizes, and a memory of what has been set, since most words stand still."""

from __future__ import annotations

from collections import OrderedDict
from importlib.resources import as_file, files
from typing import Literal

import pygame

from installation.watch.window.palette import Color

Face = Literal["sans", "strong", "mono"]
Size = Literal[12, 14, 18, 28, 44]

FILES = {
    "sans": ("fontpkg_ibm_plex_sans", "IBMPlexSans[wdth,wght].ttf"),
    "strong": ("fontpkg_ibm_plex_sans_arabic", "IBMPlexSansArabic-SemiBold.ttf"),  # its Latin is Plex Sans
    "mono": ("fontpkg_ibm_plex_mono", "IBMPlexMono-Regular.ttf"),
    "arabic": ("fontpkg_ibm_plex_sans_arabic", "IBMPlexSansArabic-Regular.ttf"),
}
KEPT = 1024  # surfaces: all words of a window at rest many times over


class Type:
    """Sets words at one scale; `scale` 2 is twice the size in pixels, for dense screens."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self._fonts: dict[tuple[str, int], pygame.font.Font] = {}
        self._set: OrderedDict[tuple[str, str, int, Color], tuple[pygame.Surface, int]] = OrderedDict()

    def words(self, text: str, size: Size, color: Color, face: Face = "sans") -> tuple[pygame.Surface, int]:
        """A line of words on nothing, and how far its baseline lies below its top, in pixels."""
        key = (text, face, size, color)
        if key in self._set:
            self._set.move_to_end(key)
            return self._set[key]
        font = self._font(_face_for(text, self._font(face, size), face), size)
        surface = font.render(text, True, color)
        if pygame.display.get_surface() is not None:
            surface = surface.convert_alpha()
        self._set[key] = surface, font.get_ascent()
        if len(self._set) > KEPT:
            self._set.popitem(last=False)
        return self._set[key]

    def width(self, text: str, size: Size, face: Face = "sans") -> int:
        """How wide a line is, in pixels."""
        font = self._font(_face_for(text, self._font(face, size), face), size)
        return int(font.size(text)[0])

    def fitted(self, text: str, size: Size, room: float, face: Face = "sans") -> str:
        """The line, cut with an ellipsis where it is wider than `room` pixels."""
        if self.width(text, size, face) <= room:
            return text
        fits, fails = 0, len(text)
        while fails - fits > 1:
            middle = (fits + fails) // 2
            if self.width(text[:middle].rstrip() + "…", size, face) <= room:
                fits = middle
            else:
                fails = middle
        return text[:fits].rstrip() + "…"

    def lines(self, text: str, size: Size, room: float, face: Face = "sans") -> list[str]:
        """The text broken between words into lines of at most `room` pixels."""
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, size, face) <= room:
                lines[-1] = longer
            else:
                lines.append(self.fitted(word, size, room, face))
        return lines

    def _font(self, face: str, size: int) -> pygame.font.Font:
        key = (face, size)
        if key not in self._fonts:
            package, name = FILES[face]
            with as_file(files(package) / "files" / name) as path:
                font = pygame.font.Font(str(path), round(size * self.scale))
            if face == "arabic":
                font.set_script("Arab")
                font.set_direction(pygame.DIRECTION_RTL)
            self._fonts[key] = font
        return self._fonts[key]


def _face_for(text: str, font: pygame.font.Font, face: str) -> str:
    """The face asked for, or one that has all letters of the text."""
    if any("\u0600" <= letter <= "\u06ff" for letter in text):
        return "arabic"
    return "sans" if face == "strong" and None in font.metrics(text) else face
