"""Scopes, presences and answers in a window on a screen that nobody sees."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
import numpy as np
import pygame
import pytest

from installation.frame import ORGANS, Force, Presence, PresenceChange, unknown_body
from installation.show.model import RoomSignalDef
from installation.watch.news import Answer
from installation.watch.window.answers import FADES_S, KEPT, STANDS_S, Answers
from installation.watch.window.cells import cells, more_cell
from installation.watch.window.hover import words_of
from installation.watch.window.line import Heard
from installation.watch.window.marks import MARK, SMALL, STEP
from installation.watch.window.palette import COLORS
from installation.watch.window.presences import Presences, known, sentence
from tests.watch import window_fakes as fakes

REFUSED = Answer("go", False, "GO refused: 0.3 s after the last one.")


@pytest.fixture(autouse=True)
def nobody_sees(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.font.init()
    yield
    pygame.quit()


def change(after: Presence, reason: str, organ: str = "heart", wearer: int = 1) -> PresenceChange:
    return PresenceChange(1.0, wearer, organ, Presence.REAL, after, reason)


@pytest.mark.parametrize(
    ("organ", "after", "reason", "said"),
    [
        ("heart", Presence.SIMULATED, "bad for 3 s", "Tomo's pulse is gone; the twin carries on."),
        ("skin", Presence.HELD, "no sample for 1 s", "Tomo's skin is held: no sample for 1 s."),
        ("breath", Presence.REAL, "good for 2 s", "Tomo's breath is back: good for 2 s."),
        ("heart", Presence.SIMULATED, "no sensor in the patch", "Tomo's pulse is simulated: no sensor in the patch."),
        ("motion", Presence.SIMULATED, "forced by the operator", "Tomo's movement is simulated, as asked."),
    ],
)
def test_a_change_of_presence_is_told_in_a_sentence(organ: str, after: Presence, reason: str, said: str) -> None:
    assert sentence("Tomo", change(after, reason, organ)) == said


def test_only_organs_of_which_something_is_known_are_told_of() -> None:
    body = unknown_body(2, 0)
    body.tonic_us[1] = 4.0
    body.quality[1, ORGANS.index("motion")] = 0.2
    news = fakes.news_of(fakes.show(), 0.0, body=body)
    assert [ORGANS[i] for i in known(news, 0)] == ["heart"]
    assert [ORGANS[i] for i in known(news, 1)] == ["heart", "skin", "motion"]


def test_the_mark_of_an_organ_has_the_same_place_for_everybody() -> None:
    show = fakes.show()
    body = fakes.news_of(show, 0.0).body
    body.motion_g[:] = 0.1
    body.tonic_us[0] = 4.0
    body.presence[:] = Presence.REAL
    window, screen = fakes.opened(show)
    window.take(Heard((fakes.news_of(show, 1.0, body=body),)), 1.0)
    window.draw(0.1)
    marked = []
    for _, (left, top, _, _) in cells(window.boxes, window.view):
        places = [(left + MARK + SMALL / 2 + place * STEP, top + 32) for place in range(3)]
        marked.append([screen.get_at((round(x), round(y)))[:3] == COLORS["plankton"] for x, y in places])
    assert marked == [[True, False, True], [False, False, True]]


def asked(presences: Presences, wearer: int = 1) -> tuple[str, float]:
    fields = presences.next(wearer).fields
    assert fields["verb"] == "presence"
    return str(fields["target"]), float(str(fields["value"]))


def test_presence_goes_round_and_a_refusal_leaves_it_as_it_was() -> None:
    show = fakes.show()
    presences = Presences(fakes.programme_of(show))
    assert [asked(presences) for _ in range(3)] == [("Tomo", 1.0), ("Tomo", 2.0), ("Tomo", 0.0)]
    asked(presences)
    real = np.array([Force.AUTO, Force.REAL], np.uint8)
    presences.take(fakes.news_of(show, 1.0, forced=real, receipts=(Answer("presence", True, "as asked"),)))
    assert [presences.forced(wearer) for wearer in (0, 1)] == [Force.AUTO, Force.REAL]
    asked(presences)
    presences.take(fakes.news_of(show, 2.0, forced=real, receipts=(Answer("presence", False, "no"),)))
    assert presences.forced(1) == Force.REAL
    assert asked(presences) == ("Tomo", 2.0), "and the next press asks for what was refused"


def test_a_presence_that_another_hand_asked_for_is_known_here() -> None:
    show = fakes.show()
    presences = Presences(fakes.programme_of(show))
    presences.take(fakes.news_of(show, 1.0, forced=np.array([Force.SIMULATED, Force.AUTO], np.uint8)))
    assert presences.forced(0) == Force.SIMULATED
    assert asked(presences, 0) == ("Elif", float(Force.AUTO))


def test_a_press_on_a_mark_or_a_key_over_a_wearer_asks_for_another_presence() -> None:
    window, _ = fakes.opened(fakes.show())
    left, top, _, _ = window.boxes.hearts
    (order,) = fakes.press(window, left + 30, top + 24)
    assert (order.fields["verb"], order.fields["target"], order.fields["value"]) == ("presence", "Elif", 1.0)
    assert fakes.key(window, pygame.K_f, "f") == ()
    window.view.hovered = 1
    (order,) = fakes.key(window, pygame.K_f, "f")
    assert (order.fields["target"], order.fields["value"]) == ("Tomo", 1.0)


def test_everybody_is_seen_on_some_page_of_the_strip_and_the_held_first() -> None:
    show = fakes.show(30)
    window, _ = fakes.opened(show)
    window.view.news.body.presence[:, 0] = Presence.REAL
    window.view.news.body.presence[29, 0] = Presence.HELD
    pages = []
    for _ in range(3):
        pages.append([wearer for wearer, _ in cells(window.boxes, window.view)])
        rest = more_cell(window.boxes, window.view)
        assert rest is not None and fakes.press(window, rest[0] + 5, rest[1] + 5) == ()
    assert 29 in pages[0]
    assert {wearer for page in pages for wearer in page} == set(range(30))
    window.orders(pygame.event.Event(pygame.MOUSEWHEEL, y=1))
    assert window.view.page == 0


def test_the_last_answers_stay_for_a_while_and_then_go() -> None:
    answers = Answers()
    for i in range(KEPT + 1):
        answers.take((Answer("go", True, f"GO: cue {i} fades in."),), float(i))
    assert [one.answer.reason for one in answers.told] == [f"GO: cue {i} fades in." for i in range(1, KEPT + 1)]
    newest = answers.told[-1]
    assert newest.share(KEPT + 0.5 * STANDS_S) == 1.0
    assert 0.0 < newest.share(KEPT + STANDS_S + 0.5 * FADES_S) < 1.0
    answers.take((), KEPT + STANDS_S + FADES_S)
    assert answers.told == []


def test_a_refusal_that_comes_again_is_counted_and_not_listed_again() -> None:
    answers = Answers()
    answers.take((REFUSED, dataclasses.replace(REFUSED, reason="GO refused: 0.1 s after the last one.")), 1.0)
    (one,) = answers.told
    assert one.words == "2× GO refused: 0.1 s after the last one."
    answers.take((dataclasses.replace(REFUSED, source="osc"),), 1.0)
    assert answers.told[-1].words.startswith("osc · GO refused")


def test_space_is_go_while_a_signal_is_typed() -> None:
    window, _ = fakes.opened(fakes.show())
    assert fakes.key(window, pygame.K_s, "s") == ()
    assert fakes.key(window, pygame.K_TAB, "\t") == ()
    assert fakes.key(window, pygame.K_b, "b") == () and window.view.scopes.typed == "b"
    (go,) = fakes.key(window, pygame.K_SPACE, " ")
    assert go.fields["verb"] == "go"
    (panic,) = fakes.key(window, pygame.K_ESCAPE, "\x1b")
    assert panic.fields["verb"] == "panic"


def test_while_the_scopes_are_open_a_press_on_a_figure_watches_that_wearer() -> None:
    window, _ = fakes.opened(fakes.show())
    fakes.key(window, pygame.K_s, "s")
    window.view.hovered = 1
    assert fakes.press(window, 600.0, 200.0) == ()
    assert window.view.scopes.wearer == 1


@pytest.mark.parametrize("wearers", [1, 4, 12, 30])
@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_scopes_of_any_number_of_people_are_drawn(wearers: int, scale: float) -> None:
    show = dataclasses.replace(fakes.show(wearers), room=(RoomSignalDef("pantry.coverage", 1.0, 0.0, 1.0, "portions"),))
    window, screen = fakes.opened(show, scale)
    scopes = window.view.scopes
    closed = pygame.surfarray.array3d(screen).astype(int)
    scopes.toggle()
    for name in ("heart.beat", "pantry.coverage"):
        scopes.choose(name)
    for i in range(1, 40):
        news = fakes.news_of(show, i / 10, heart_rate=60.0 + i if i % 9 else np.nan)
        window.take(Heard((dataclasses.replace(news, receipts=(REFUSED,)),)), i / 10)
        if i % 8 == 0:
            scopes.turn(1)
            window.draw(0.1)
    assert np.abs(pygame.surfarray.array3d(screen).astype(int) - closed)[: screen.get_width() // 2].max() > 100
    for i, entry in enumerate(scopes.entries):
        scopes.choose(entry.name)
        if i % 5 == 4:
            window.draw(0.1)


def test_hovering_tells_why_a_presence_changed() -> None:
    show = fakes.show()
    window, screen = fakes.opened(show)
    window.take(Heard((fakes.news_of(show, 5.0, changes=(change(Presence.HELD, "no sample for 1 s"),)),)), 5.0)
    window.view.hands.at = tuple(float(v) for v in window._stage.room.sternum(1))  # type: ignore[assignment]
    window.draw(0.5)
    assert window.view.hovered == 1
    assert window.view.presences.last(1, "heart") is not None
    assert screen.get_at((10, 10))[:3] != (0, 0, 0)


def hovered(**changes: Any) -> list[tuple[str, str]]:
    """What the sheet of the first wearer says, and what stands beside it."""
    window, _ = fakes.opened(fakes.show())
    window.take(Heard((fakes.news_of(fakes.show(), 5.0, **changes),)), 5.0)
    return [(line.text, line.beside) for line in words_of(window._pen, window.view, 0)]


def test_under_panic_the_sheet_tells_of_the_safe_look_and_not_of_the_cue_beneath() -> None:
    said = hovered(panic_asked=True)
    assert ("PANIC: the safe look holds", "") in said and ("The safe look", "look calm") in said
    assert not any("The table" in text or "heartbeat" in text for text, _ in said)
    assert any("2  The table" in text for text, _ in hovered())


def test_under_blackout_the_sheet_says_that_nothing_is_lit() -> None:
    said = hovered(blackout_asked=True)
    assert said.index(("BLACKOUT: nothing is lit", "")) < said.index(("2  The table", "look beat"))


def test_a_level_that_is_not_known_is_said_to_be_so() -> None:
    unknown = hovered(layer_levels=np.full((2, 2), np.nan, np.float32))
    assert [beside for text, beside in unknown if text.startswith("level")] == ["not known", "not known"]


def test_blackout_is_marked_on_the_desk_for_as_long_as_it_lasts() -> None:
    window, screen = fakes.opened(fakes.show())
    left, top, width, height = window.boxes.blackout
    place = (round(left + width / 2), round(top + height - 4))
    calm = screen.get_at(place)
    for second in range(1, 30):
        window.take(Heard((fakes.news_of(fakes.show(), float(second), blackout_asked=True),)), float(second))
        window.draw(1.0)
    lit = screen.get_at(place)
    assert lit.r - calm.r > 60 > lit.b - calm.b
    assert window.view.over == "BLACKOUT: nothing is lit"
