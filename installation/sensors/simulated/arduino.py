"""What simulated Arduinos have in common: they begin anew when their port is opened, and print rows of steps."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from installation.sensors.simulated.converter import Converter, Row

if TYPE_CHECKING:
    from installation.sensors.simulated import Said

WAKE_S = 1.2  # from the opening of its port to a board's first line: the bootloader waits for an upload

Print = Callable[[Row], bytes]
"""The text of a row."""


class Printer:
    """A sketch that prints a row whenever one is due, and takes no commands."""

    def __init__(self, converter: Converter, text: Print) -> None:
        self._converter = converter
        self._text = text
        self._awake_s = -inf
        converter.start(0.0)

    def opened(self, time_s: float) -> None:
        """The board begins anew."""
        self.reset(time_s)

    def reset(self, time_s: float) -> None:
        """Begin anew, silent while the bootloader waits."""
        self._awake_s = time_s + WAKE_S
        self._converter.start(self._awake_s)

    def hear(self, data: bytes, time_s: float) -> None:
        """It listens to nothing."""

    def say(self, until_s: float) -> list[Said]:
        """The lines that are due."""
        return [(row.time_s, self._text(row)) for row in self._converter.rows(until_s)]
