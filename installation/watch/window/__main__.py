"""The watcher process: told over its standard input where the controller listens, it opens the window and looks on.

It ends with 0 when its user closes it, 1 when no window can be opened, 3 when the controller is gone.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from installation.clock import Clock, RealClock
from installation.watch.codec import Message
from installation.watch.window.hands import Hands, Seen
from installation.watch.window.layout import HEIGHT, WIDTH, layout
from installation.watch.window.line import Line
from installation.watch.window.palette import COLORS
from installation.watch.window.window import Window

CLOSED, NO_SCREEN, GONE = 0, 1, 3
RATE_HZ = 60.0
CALM_RATE_HZ = 30.0  # on a machine that needs longer than half of its time for a picture at 60
NICE = 5  # the controller's loop comes first on a busy machine


@dataclass(slots=True)
class Picture:
    """A picture that is asked for: where to, and how many seconds after the first one drawn."""

    path: Path
    after_s: float


def main(arguments: list[str] | None = None) -> int:
    """Open the window and stay until it is closed."""
    parser = argparse.ArgumentParser(prog="installation.watch.window", description=__doc__)
    parser.add_argument("--picture", type=Path, help="save a picture of the window here")
    parser.add_argument("--after", type=float, default=2.0, metavar="S", help="so many seconds after it opened")
    parser.add_argument("--scale", type=float, default=0.0, help="1 or 2; 0 for what fits the screen")
    asked = parser.parse_args(arguments)
    if hasattr(os, "nice"):
        os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the controller, whose farewell is still to be seen
    told = sys.stdin.readline().split()
    if len(told) != 2:
        parser.error("the controller starts this window; `nexus run` would do")
    clock = RealClock()
    line = Line(int(told[0]), told[1])
    try:
        screen = open_screen(asked.scale)
        return look_on(line, clock, screen, Picture(asked.picture, asked.after) if asked.picture else None)
    except pygame.error as error:
        line.send(Message("trouble", {"text": str(error)}))
        return NO_SCREEN
    finally:
        line.close()
        pygame.quit()


def open_screen(scale: float) -> pygame.Surface:
    """The screen, empty; twice as large where the desktop has so many pixels that nothing could be read."""
    pygame.display.init()
    pygame.font.init()
    if scale <= 0:
        width, height = pygame.display.get_desktop_sizes()[0]
        scale = 2.0 if width >= 2.5 * WIDTH and height >= 2.5 * HEIGHT else 1.0
    screen = pygame.display.set_mode((round(WIDTH * scale), round(HEIGHT * scale)), pygame.RESIZABLE)
    pygame.display.set_caption("Nexus")
    screen.fill(COLORS["abyss"])
    pygame.display.flip()
    return screen


def look_on(line: Line, clock: Clock, screen: pygame.Surface, picture: Picture | None) -> int:
    """Show what comes over the line until the user closes the window or the line is gone."""
    hands = Hands()
    window: Window | None = None
    rate_hz, opened_s = RATE_HZ, clock.now_s()
    cost_s = 0.0
    while True:
        for tick in clock.ticks(rate_hz):
            heard = line.heard()
            if line.lost:
                return GONE
            began_s = clock.now_s()
            if window is None and heard.news and line.programme is not None:
                window = Window(line.programme, heard.news[-1], hands, screen)
                pygame.display.set_caption(line.programme.title)
                opened_s = began_s
            resized = False
            for event in pygame.event.get():
                resized |= event.type == pygame.VIDEORESIZE
                for order in (
                    window.orders(event)
                    if window is not None
                    else hands.orders(event, layout(*screen.get_size()), Seen())
                ):
                    line.send(order)
            if hands.quits:
                return CLOSED
            if window is None:
                continue
            if resized:
                window.resize(pygame.display.get_surface() or screen)
            window.take(heard, began_s)
            window.draw(tick.dt_s)
            if picture is not None and began_s - opened_s >= picture.after_s:
                pygame.image.save(pygame.display.get_surface() or screen, picture.path)
                picture = None
            cost_s += 0.05 * (clock.now_s() - began_s - cost_s)
            pygame.display.flip()
            if rate_hz > CALM_RATE_HZ and cost_s > 0.5 / rate_hz and tick.number > RATE_HZ:
                rate_hz = CALM_RATE_HZ
                break


if __name__ == "__main__":
    sys.exit(main())
