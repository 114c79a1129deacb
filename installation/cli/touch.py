"""Whose sensor is being touched: of all that are listened to, the one whose heart was not there and is now."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

THERE, AWAY = 0.6, 0.3  # quality of a heart that is felt, and of a sensor that nobody touches
HOLD_S = 1.5  # a passing hand makes one good beat, not two seconds of them

Who = TypeVar("Who", bound=Hashable)


class Touch(Generic[Who]):
    """Looks on from the moment at which somebody was asked to touch."""

    def __init__(self) -> None:
        self._lowest: dict[Who, float] = {}
        self._since_s: dict[Who, float] = {}

    def look(self, now_s: float, hearts: Mapping[Who, float]) -> tuple[Who, ...]:
        """Who has been felt for a while, and was not before; more than one: nobody can tell whose it is."""
        for who, quality in hearts.items():
            self._lowest[who] = min(quality, self._lowest.get(who, 1.0))
            if quality < THERE or self._lowest[who] > AWAY:
                self._since_s.pop(who, None)
            else:
                self._since_s.setdefault(who, now_s)
        rising = [who for who in hearts if who in self._since_s]
        if not any(now_s - self._since_s[who] >= HOLD_S for who in rising):
            return ()
        return tuple(rising)
