"""Hands: what keys and the mouse ask for.  One press is one order, however long it lasts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pygame

from installation.watch.codec import Message
from installation.watch.news import order
from installation.watch.window.layout import Layout

MASTER_STEP = 0.05
KEYS = {
    pygame.K_SPACE: "go",
    pygame.K_BACKSPACE: "back",
    pygame.K_ESCAPE: "panic",
    pygame.K_b: "blackout",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the operator sees at this moment, and so means: the standby's number, whether BLACKOUT is asked."""

    standby: str = ""
    blackout: bool = False


class Hands:
    """Turns events into orders.

    pressed : the button or key that is down, as a verb, or ""
    at : where the pointer is, in units; None while it is outside, or only happens to lie where the window opened
    quits : the user has closed the window
    """

    def __init__(self) -> None:
        self.pressed = ""
        self.at: tuple[float, float] | None = None
        self.quits = False
        self._down: set[int] = set()
        self._lay: tuple[float, float] | None = None

    def orders(self, event: pygame.event.Event, boxes: Layout, seen: Seen) -> tuple[Message, ...]:
        """The orders in one event."""
        if event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_q):
            self.quits = True
        elif event.type == pygame.KEYDOWN:
            return self._key(event.key, seen)
        elif event.type == pygame.KEYUP:
            self._down.discard(event.key)
            self.pressed = ""
        elif event.type == pygame.WINDOWLEAVE:
            self.at = None
        elif event.type == pygame.WINDOWFOCUSLOST:  # the key-up goes to somebody else
            self._down.clear()
            self.pressed = ""
        elif event.type in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            return self._mouse(event, boxes, seen)
        return ()

    def _key(self, key: int, seen: Seen) -> tuple[Message, ...]:
        if key in (pygame.K_UP, pygame.K_DOWN):
            return (order("master", MASTER_STEP if key == pygame.K_UP else -MASTER_STEP, target="by"),)
        if key not in KEYS or key in self._down:  # it is let go before it counts again
            return ()
        self._down.add(key)
        self.pressed = KEYS[key]
        return (_asked(KEYS[key], seen),)

    def _mouse(self, event: pygame.event.Event, boxes: Layout, seen: Seen) -> tuple[Message, ...]:
        x, y = event.pos[0] / boxes.scale, event.pos[1] / boxes.scale
        self._lay = self._lay or (x, y)
        if (x, y) != self._lay:
            self.at = (x, y)
        if event.type == pygame.MOUSEBUTTONUP:
            self.pressed = ""
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            self.pressed = boxes.button_at(x, y)
            if self.pressed and self.pressed != "master":
                return (_asked(self.pressed, seen),)
        if self.pressed == "master":
            return (order("master", boxes.master_at(x)),)
        return ()


def _asked(verb: str, seen: Seen) -> Message:
    if verb == "go":
        return order("go", expect_standby=seen.standby)
    if verb == "blackout":
        return order("blackout", 0.0 if seen.blackout else 1.0)
    return order(verb, math.nan)
