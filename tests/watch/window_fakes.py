"""News and programmes as a window gets them, and a window on a screen that nobody sees."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pygame

from installation.frame import RoomSignal
from installation.show.model import RoomSignalDef, Show
from installation.watch.codec import Message, Reader, encode
from installation.watch.news import News, news, read_news
from installation.watch.programme import Programme, programme, read_programme
from installation.watch.window.hands import Hands
from installation.watch.window.layout import HEIGHT, WIDTH
from installation.watch.window.window import Window
from tests.watch import fakes
from tests.watch.fakes import show

__all__ = ["key", "news_of", "opened", "press", "programme_of", "show"]


def _sent(message: Message) -> Message:
    (back,) = Reader().feed(encode(message))
    return back


def programme_of(of: Show, room: tuple[RoomSignalDef, ...] = ()) -> Programme:
    """The programme of a show, with signals of the room."""
    return read_programme(_sent(programme(dataclasses.replace(of, room=room))))


def news_of(of: Show, time_s: float, heart_rate: float | None = None, **changes: Any) -> News:
    """The news of one moment; `changes` are fields of it."""
    frame = fakes.frame(round(time_s * 60), of)
    frame = dataclasses.replace(frame, tick=dataclasses.replace(frame.tick, time_s=time_s))
    if heart_rate is not None:
        body = dataclasses.replace(frame.body, heart_rate=np.full(len(of.wearers), heart_rate))
        frame = dataclasses.replace(frame, body=body)
    room = {one.name: RoomSignal(one.name, one.default, 0.0) for one in of.room}
    frame = dataclasses.replace(frame, story=dataclasses.replace(frame.story, room=room))
    return dataclasses.replace(read_news(_sent(news(frame, of, 60.0))), **changes)


def opened(of: Show, scale: float = 1.0) -> tuple[Window, pygame.Surface]:
    """A window of a show, with its first picture drawn."""
    screen = pygame.display.set_mode((round(WIDTH * scale), round(HEIGHT * scale)))
    window = Window(programme_of(of, of.room), news_of(of, 0.0), Hands(), screen)
    window.draw(0.02)
    return window, screen


def key(window: Window, code: int, letter: str = "") -> tuple[Message, ...]:
    """The orders of a key that goes down and up again."""
    given = window.orders(pygame.event.Event(pygame.KEYDOWN, key=code, unicode=letter, mod=0))
    window.orders(pygame.event.Event(pygame.KEYUP, key=code, mod=0))
    return given


def press(window: Window, x: float, y: float) -> tuple[Message, ...]:
    """The orders of a press of the mouse at a place in units."""
    scale = window.boxes.scale
    where = (round(x * scale), round(y * scale))
    given = window.orders(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=where, button=1))
    window.orders(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=where, button=1))
    return given
