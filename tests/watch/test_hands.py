from __future__ import annotations

import math
import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
import pygame

from installation.watch.window.hands import Hands, Seen
from installation.watch.window.layout import layout

BOXES = layout(1280, 720)
SEEN = Seen("3.2", False)


def orders(hands: Hands, kind: int, seen: Seen = SEEN, **values: object) -> list[tuple[str, float, str]]:
    given = hands.orders(pygame.event.Event(kind, values), BOXES, seen)
    return [(str(o.fields["verb"]), float(str(o.fields["value"])), str(o.fields["expect_standby"])) for o in given]


def middle(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def test_space_is_one_go_until_it_is_let_go() -> None:
    hands = Hands()
    ((verb, value, expected),) = orders(hands, pygame.KEYDOWN, key=pygame.K_SPACE)
    assert (verb, expected) == ("go", "3.2") and math.isnan(value)
    assert orders(hands, pygame.KEYDOWN, key=pygame.K_SPACE) == []
    assert orders(hands, pygame.KEYUP, key=pygame.K_SPACE) == []
    assert len(orders(hands, pygame.KEYDOWN, key=pygame.K_SPACE)) == 1


def test_a_key_let_go_while_another_window_had_the_focus_counts_again() -> None:
    hands = Hands()
    orders(hands, pygame.KEYDOWN, key=pygame.K_SPACE)
    orders(hands, pygame.WINDOWFOCUSLOST)
    assert len(orders(hands, pygame.KEYDOWN, key=pygame.K_SPACE)) == 1


def test_every_key_means_what_the_window_says() -> None:
    hands = Hands()
    assert orders(hands, pygame.KEYDOWN, key=pygame.K_BACKSPACE)[0][0] == "back"
    assert orders(hands, pygame.KEYDOWN, key=pygame.K_ESCAPE)[0][0] == "panic"
    assert orders(hands, pygame.KEYDOWN, key=pygame.K_b)[0][:2] == ("blackout", 1.0)
    assert orders(hands, pygame.KEYDOWN, key=pygame.K_UP)[0][:2] == ("master", 0.05)
    assert orders(hands, pygame.KEYDOWN, key=pygame.K_DOWN)[0][:2] == ("master", -0.05)
    assert orders(hands, pygame.KEYDOWN, key=pygame.K_x) == []
    assert not hands.quits
    orders(hands, pygame.KEYDOWN, key=pygame.K_q)
    assert hands.quits


def test_blackout_again_releases_it() -> None:
    assert orders(Hands(), pygame.KEYDOWN, Seen("", True), key=pygame.K_b)[0][:2] == ("blackout", 0.0)


def test_a_press_on_a_button_is_its_order_and_the_other_mouse_buttons_are_not() -> None:
    for verb in ("go", "back", "panic", "blackout"):
        where = middle(getattr(BOXES, verb))
        assert [o[0] for o in orders(Hands(), pygame.MOUSEBUTTONDOWN, pos=where, button=1)] == [verb]
        assert orders(Hands(), pygame.MOUSEBUTTONDOWN, pos=where, button=3) == []
    assert orders(Hands(), pygame.MOUSEBUTTONDOWN, pos=(300, 300), button=1) == []


def test_the_master_follows_the_hand_even_past_its_ends() -> None:
    hands = Hands()
    left, top, width, height = BOXES.master
    y = top + height / 2
    assert orders(hands, pygame.MOUSEBUTTONDOWN, pos=(left + width / 2, y), button=1)[0][:2] == ("master", 0.5)
    assert orders(hands, pygame.MOUSEMOTION, pos=(left + 2 * width, y + 90))[0][:2] == ("master", 1.0)
    orders(hands, pygame.MOUSEBUTTONUP, pos=(left, y), button=1)
    assert orders(hands, pygame.MOUSEMOTION, pos=(left, y)) == []


def test_a_pointer_that_only_lies_where_the_window_opens_points_at_nothing() -> None:
    hands = Hands()
    places = []
    for kind, place in ((pygame.MOUSEMOTION, (400, 300)), (pygame.MOUSEMOTION, (401, 300)), (pygame.WINDOWLEAVE, None)):
        orders(hands, kind, pos=place)
        places.append(hands.at)
    assert places == [None, (401.0, 300.0), None]
