"""Nothing jumps and nothing blinks: what changes in the interface eases."""

from __future__ import annotations

import math

SETTLES_S = 0.2  # 95 % of the way: between the 150 and 250 ms of the art direction
RATE = 3.0 / SETTLES_S  # e to the -3 is 5 %


class Eases:
    """Values by name, each on its way to where it was last asked to be."""

    def __init__(self) -> None:
        self._values: dict[str, float] = {}
        self._dt_s = 0.0

    def pass_s(self, dt_s: float) -> None:
        """Let time pass; what is asked for next moves by so much."""
        self._dt_s = dt_s

    def to(self, name: str, target: float) -> float:
        """Where `name` is now, on its way to `target`; asked once a picture.  It starts where it is first asked for."""
        value = self._values.get(name, target)
        value += (target - value) * (1.0 - math.exp(-RATE * self._dt_s))
        if abs(value - target) < 1e-3:
            value = target
        self._values[name] = value
        return value
