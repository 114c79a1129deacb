"""When a device that waits to be started is told to: as it is opened, and again whenever it has long been silent.

An Arduino begins anew when its port is opened, and hears nothing for a second or two; a board that was switched
off hears nothing either.  So what starts it is said until it answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

PAUSE_S = 0.15  # between two commands: what BITalino's own programs leave
SILENT_S = 2.5  # an Arduino's bootloader is silent for one or two seconds


class Greeter:
    """What to write to one device, and when; `greeting` has its commands, () for a device that is only listened to."""

    def __init__(self, greeting: Sequence[bytes] = ()) -> None:
        self._greeting = greeting
        self._next = 0  # command of the greeting
        self._from_s = -inf  # it is not said before

    @property
    def due_s(self) -> float:
        """When there is something to write, inf for never."""
        return self._from_s if self._greeting else inf

    def opened(self) -> None:
        """The device was opened: it is greeted from the first command on."""
        self._next, self._from_s = 0, -inf

    def heard(self, now_s: float) -> None:
        """The device said something: once it is greeted there is no need to greet again."""
        if self._next == len(self._greeting):
            self._from_s = now_s + SILENT_S

    def due(self, now_s: float) -> bytes:
        """What to write now, b"" for nothing."""
        if not self._greeting or now_s < self._from_s:
            return b""
        self._next %= len(self._greeting)
        said = self._greeting[self._next]
        self._next += 1
        self._from_s = now_s + (SILENT_S if self._next == len(self._greeting) else PAUSE_S)
        return said
