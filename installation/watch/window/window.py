"""The window: one picture of one moment, put together from stage and panels."""

from __future__ import annotations

import pygame

from installation.watch.news import News
from installation.watch.programme import Programme
from installation.watch.window.cuelist import draw_cues
from installation.watch.window.desk import draw_desk
from installation.watch.window.hands import Hands
from installation.watch.window.headline import draw_headline
from installation.watch.window.hearts import Hearts
from installation.watch.window.hover import Hover
from installation.watch.window.layout import layout
from installation.watch.window.palette import COLORS
from installation.watch.window.pen import Pen
from installation.watch.window.stage import Stage
from installation.watch.window.view import View

ANSWER_S = 5.0  # how long the answer to an order stands: two calm readings
TOLD = ("go", "back", "panic", "blackout", "cue", "reset")  # whose acceptance is told; a fader's would be a stream
DIMMED = 0.40  # of the stage's light while the news is stale


class Window:
    """Draws one programme on one screen."""

    def __init__(self, programme: Programme, news: News, hands: Hands, screen: pygame.Surface) -> None:
        self.view = View(programme, news, hands)
        self._hearts = Hearts(len(programme.wearers))
        self._hover = Hover()
        self._news_s = float("-inf")
        self.resize(screen)

    def resize(self, screen: pygame.Surface) -> None:
        """Lay everything out anew for a screen of another size."""
        self.boxes = layout(*screen.get_size())
        self._pen = Pen(screen, self.boxes.scale)
        self._where = self._pen.rect(self.boxes.stage)
        self._stage = Stage(self.view.programme, self._where.size, self.boxes.scale)
        screen.fill(COLORS["abyss"])

    def take(self, news: News | None, receipts: tuple[tuple[str, bool, str], ...], now_s: float) -> None:
        """Take what came over the line since the last picture."""
        view = self.view
        if news is not None:
            view.news, self._news_s = news, now_s
        view.now_s, view.age_s = now_s, now_s - self._news_s
        for verb, accepted, reason in receipts:
            if reason and (not accepted or verb in TOLD):
                view.sentence, view.refused, view.sentence_until_s = reason, not accepted, now_s + ANSWER_S

    def draw(self, dt_s: float) -> None:
        """Draw the present moment, `dt_s` after the last."""
        view, pen, boxes = self.view, self._pen, self.boxes
        view.eases.pass_s(dt_s)
        view.hovered = self._pointed_at()
        self._stage.draw(pen.surface, self._where.topleft, view.news.slots)
        dim = view.eases.to("stale", DIMMED if view.stale else 1.0)
        if dim < 1.0:
            pen.surface.fill((round(255 * dim),) * 3, self._where, pygame.BLEND_RGB_MULT)
        draw_headline(pen, boxes, view)
        pen.fill(boxes.column, COLORS["trench"])
        draw_cues(pen, boxes, view)
        draw_desk(pen, boxes, view)
        if not view.stale:
            self._hearts.listen(view)
        self._hearts.draw(pen, boxes, view)
        self._hover.draw(pen, boxes, view, self._stage.room)

    def _pointed_at(self) -> int:
        """The wearer under the pointer, on the stage or in the strip of hearts; -1 for none."""
        if self.view.hands.at is None:
            return -1
        x, y = (value * self.boxes.scale for value in self.view.hands.at)
        if self._where.collidepoint(x, y):
            return self._stage.room.wearer_at(x - self._where.left, y - self._where.top)
        return self._hearts.wearer_at(self.boxes, self.view, *self.view.hands.at)
