"""The window: one picture of one moment, put together from stage and panels."""

from __future__ import annotations

import pygame

from installation.watch.codec import Message
from installation.watch.news import News
from installation.watch.programme import Programme
from installation.watch.window.answers import Answers
from installation.watch.window.catalogue import catalogue
from installation.watch.window.cells import mark_at, more_at, turn, wearer_at
from installation.watch.window.cuelist import draw_cues
from installation.watch.window.desk import draw_desk
from installation.watch.window.hands import Hands
from installation.watch.window.headline import draw_headline
from installation.watch.window.hearts import Hearts
from installation.watch.window.hover import Hover
from installation.watch.window.layout import layout
from installation.watch.window.line import Heard
from installation.watch.window.palette import COLORS
from installation.watch.window.pen import Pen
from installation.watch.window.picker import draw_scopes
from installation.watch.window.presences import Presences
from installation.watch.window.scopes import Scopes
from installation.watch.window.sheet import sheet_of
from installation.watch.window.stage import Stage
from installation.watch.window.trails import Trails
from installation.watch.window.view import View

COMMAND = pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META  # a key with one of these is the system's
DIMMED = 0.40  # of the stage's light while the news is stale


class Window:
    """Draws one programme on one screen."""

    def __init__(self, programme: Programme, news: News, hands: Hands, screen: pygame.Surface) -> None:
        scopes = Scopes(catalogue(programme), len(programme.wearers))
        self.view = View(programme, news, hands, Presences(programme), scopes, Answers())
        self._trails = Trails(news)
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

    def take(self, heard: Heard, now_s: float) -> None:
        """Take what came over the line since the last picture; every moment of it is remembered."""
        view = self.view
        for news in heard.news:
            view.news, self._news_s = news, now_s
            view.presences.take(news)
            self._trails.listen(news)
        view.now_s, view.age_s = now_s, now_s - self._news_s
        view.answers.take(heard.answers, now_s)

    def orders(self, event: pygame.event.Event) -> tuple[Message, ...]:
        """The orders in one event: the scopes take what is theirs, and the desk has the rest."""
        view, hands = self.view, self.view.hands
        if event.type == pygame.KEYDOWN:
            if not event.mod & COMMAND and view.scopes.key(event.key, event.unicode):
                return ()
            if event.key == pygame.K_f and view.hovered >= 0:
                return (view.presences.next(view.hovered),)
        orders = hands.orders(event, self.boxes, view.seen)
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT and not orders:
            return self._pressed(event.pos[0] / self.boxes.scale, event.pos[1] / self.boxes.scale)
        if event.type == pygame.MOUSEWHEEL and view.scopes.open:
            view.scopes.scroll(-event.y)
        elif event.type == pygame.MOUSEWHEEL and event.y:
            turn(self.boxes, view, -1 if event.y > 0 else 1)
        return orders

    def _pressed(self, x: float, y: float) -> tuple[Message, ...]:
        view = self.view
        if view.scopes.press(sheet_of(self.boxes, view.scopes.open), x, y):
            return ()
        if more_at(self.boxes, view, x, y):
            turn(self.boxes, view, 1)
            return ()
        wearer = mark_at(self.boxes, view, x, y)
        if wearer >= 0:
            return (view.presences.next(wearer),)
        if view.scopes.open and view.hovered >= 0:
            view.scopes.wearer = view.hovered
        return ()

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
        draw_scopes(pen, boxes, view, self._trails)
        self._hover.draw(pen, boxes, view, self._stage.room)

    def _pointed_at(self) -> int:
        """The wearer under the pointer, on the stage or in the strip of hearts; -1 for none."""
        view = self.view
        at = view.hands.at
        if at is None or (view.scopes.open and sheet_of(self.boxes, True).holds(*at)):
            return -1
        x, y = (value * self.boxes.scale for value in at)
        if self._where.collidepoint(x, y):
            return self._stage.room.wearer_at(x - self._where.left, y - self._where.top)
        return wearer_at(self.boxes, view, *at)
