"""The window on a screen that nobody sees: SDL's dummy driver, which every system has."""

from __future__ import annotations

import dataclasses
import math
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
import pygame

from installation.frame import Health, unknown_body
from installation.show.model import Show
from installation.watch.codec import Message, Reader, encode
from installation.watch.news import Answer, News, news, read_news
from installation.watch.programme import programme, read_programme
from installation.watch.window.ease import Eases
from installation.watch.window.hands import Hands
from installation.watch.window.layout import HEIGHT, WIDTH, layout
from installation.watch.window.line import Heard, Line
from installation.watch.window.palette import COLORS, OKLCH, contrast, linear_from_oklch, mixed, srgb_from_linear
from installation.watch.window.type import Type
from installation.watch.window.view import quiet
from installation.watch.window.window import Window
from tests.watch import fakes


@pytest.fixture(autouse=True)
def nobody_sees(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.font.init()
    yield
    pygame.quit()


def told(show: Show, **changes: Any) -> News:
    (message,) = Reader().feed(encode(news(fakes.frame(1, show), show, 60.0)))
    return dataclasses.replace(read_news(message), **changes)


def heard(first: News, *answers: Answer) -> Heard:
    return Heard((dataclasses.replace(first, receipts=answers),))


def window(show: Show, first: News, scale: float = 1.0) -> tuple[Window, pygame.Surface, Hands]:
    screen = pygame.display.set_mode((round(WIDTH * scale), round(HEIGHT * scale)))
    (message,) = Reader().feed(encode(programme(show)))
    hands = Hands()
    return Window(read_programme(message), first, hands, screen), screen, hands


def picture(screen: pygame.Surface) -> np.ndarray:
    return pygame.surfarray.array3d(screen).astype(int)


def test_a_garment_glows_in_the_colour_of_the_wire_and_where_it_is_worn() -> None:
    show = fakes.show()
    slots = np.zeros((16, 3), np.uint8)
    drawn, screen, _ = window(show, told(show, slots=slots))
    drawn.draw(0.02)
    dark = picture(screen)
    slots[:8] = (0, 20, 0)  # 8 % of full, linear, on the first wearer alone
    drawn.take(heard(told(show, slots=slots)), 0.1)
    drawn.draw(0.02)
    gained = picture(screen) - dark
    left = gained[: WIDTH // 3, 150:450]
    right = gained[WIDTH // 2 - 50 : 900, 150:450]
    assert left[:, :, 1].max() > 60, "eight per cent is clearly seen in a dark room"
    assert left[:, :, 1].sum() > 5 * left[:, :, 0].sum(), "and green stays green"
    assert left[:, :, 1].max() > 6 * right[:, :, 1].max(), "and nobody else is lit by it"


def test_more_light_is_never_drawn_darker() -> None:
    show = fakes.show()
    drawn, screen, _ = window(show, told(show))
    brightness = []
    for level in (0, 5, 20, 80, 160, 255):
        drawn.take(heard(told(show, slots=np.full((16, 3), level, np.uint8))), 0.1)
        drawn.draw(0.02)
        brightness.append(picture(screen)[:900, 100:600].sum())
    assert brightness == sorted(brightness)


@pytest.mark.parametrize("wearers", [1, 2, 12, 40])
def test_any_number_of_people_find_a_place_in_the_window(wearers: int) -> None:
    show = fakes.show(wearers)
    drawn, screen, hands = window(show, told(show))
    for x in (40.0, 300.0, 700.0):
        hands.at = (x, 690.0)
        drawn.draw(0.2)
    assert screen.get_at((470, 660))[:3] != (0, 0, 0)


@pytest.mark.parametrize("size", [(640, 400), (900, 1400), (1700, 720)])
def test_a_window_of_any_size_keeps_the_stage_the_hero(size: tuple[int, int]) -> None:
    boxes = layout(*size)
    assert boxes.stage[2] >= 2 / 3 * (boxes.stage[2] + boxes.column[2]) or size[0] < size[1]
    assert boxes.button_at(boxes.go[0] + 5, boxes.go[1] + 5) == "go"
    show = fakes.show()
    drawn, _, _ = window(show, told(show))
    drawn.resize(pygame.display.set_mode(size))
    drawn.draw(0.02)


def test_strange_news_is_drawn_all_the_same() -> None:
    show = fakes.show()
    strange = told(
        show,
        current=-1,
        standby=-1,
        playing=(),
        act="",
        rate_hz=math.nan,
        body=unknown_body(2, 0),
        health=tuple(Health(f"out {i}", "output", False, "is gone") for i in range(5)),
        panic_asked=True,
        blackout_asked=True,
    )
    drawn, screen, hands = window(show, strange)
    hands.at = (200.0, 300.0)
    for i in range(3):
        drawn.take(heard(strange, Answer("go", False, "GO refused: no cue stands by. " * 5)), i * 0.1)
        drawn.draw(0.1)
    assert picture(screen).max() > 150


def test_old_news_is_dimmed_and_said_to_be_old() -> None:
    show = fakes.show()
    first = told(show, slots=np.full((16, 3), 120, np.uint8))
    drawn, screen, _ = window(show, first)
    drawn.take(heard(first), 0.0)
    drawn.draw(0.1)
    fresh = picture(screen)[:900, 120:600].sum()
    drawn.take(Heard(), 2.2)
    for _ in range(10):
        drawn.draw(0.1)
    assert drawn.view.stale
    assert picture(screen)[:900, 120:600].sum() < 0.6 * fresh


def test_only_a_refusal_is_told_as_one_and_a_fader_is_not_told_at_all() -> None:
    show = fakes.show()
    drawn, _, _ = window(show, told(show))
    first = told(show)
    drawn.take(heard(first, Answer("master", True, "MASTER goes to 50 %.")), 1.0)
    assert not drawn.view.answers.told
    drawn.take(heard(first, Answer("go", False, "GO refused: 0.3 s after the last one.")), 1.0)
    drawn.take(heard(first, Answer("back", True, "BACK: cue 1 fades in.")), 2.0)
    assert [one.answer.accepted for one in drawn.view.answers.told] == [False, True]
    drawn.draw(0.1)


def test_words_that_must_be_read_in_a_tent_have_the_contrast_for_it() -> None:
    go = mixed("trench", "jelly", 0.20)
    panic = mixed("trench", "coral", 0.24)
    for ground in (COLORS["abyss"], COLORS["trench"], go, panic):
        assert contrast(COLORS["foam"], ground) >= 7
    assert contrast(COLORS["jelly"], go) >= 4.5
    assert contrast(quiet(), COLORS["trench"]) >= 7
    assert contrast(mixed("trench", "foam", 0.58), COLORS["trench"]) >= 4.5
    for name in ("plankton", "jelly", "ember", "coral", "violet"):
        assert contrast(COLORS[name], COLORS["trench"]) >= 4.5


def test_a_grey_of_oklch_is_the_grey_of_its_lightness() -> None:
    white = linear_from_oklch(1.0, 0.0, 0.0)
    np.testing.assert_allclose(white, 1.0, atol=1e-3)
    np.testing.assert_allclose(linear_from_oklch(0.5, 0.0, 90.0), 0.125, atol=1e-3)  # lightness is a cube root
    np.testing.assert_allclose(srgb_from_linear(np.array([0.0, 0.5, 1.0])), [0.0, 0.7354, 1.0], atol=1e-4)
    assert set(COLORS) == set(OKLCH)


def test_what_changes_has_eased_there_within_a_quarter_of_a_second() -> None:
    eases = Eases()
    assert eases.to("x", 0.0) == 0.0
    seen = []
    for _ in range(15):
        eases.pass_s(1 / 60)
        seen.append(eases.to("x", 1.0))
    assert seen == sorted(seen)
    assert seen[0] < 0.3 and seen[-1] > 0.95


def test_words_in_other_scripts_are_set_and_long_ones_are_cut() -> None:
    type_ = Type(1.0)
    for text in ("Ελένη", "Жанна", "ليلى", "Çağlar"):
        words, ascent = type_.words(text, 18, COLORS["foam"], "strong")
        assert words.get_width() > 10 and 0 < ascent <= words.get_height()
    cut = type_.fitted("The shortage is told to everybody", 14, 100)
    assert cut.endswith("…") and type_.width(cut, 14) <= 100
    assert type_.lines("one two three four five six", 14, 60)[0] == "one two"


def test_the_window_runs_as_a_process_saves_its_picture_and_leaves_when_the_line_is_lost(tmp_path: Path) -> None:
    show, file = fakes.show(), tmp_path / "window.png"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = (sys.executable, "-m", "installation.watch.window", "--picture", str(file), "--after", "0")
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            process.stdin.write(f"{listener.getsockname()[1]} secret\n".encode())
            process.stdin.flush()
            listener.settimeout(20)
            line, _ = listener.accept()
            with line:
                assert line.recv(64) == b"secret"
                line.sendall(encode(programme(show)))
                line.settimeout(0.05)
                for number in range(400):
                    line.sendall(encode(news(fakes.frame(number, show), show, 60.0)))
                    if file.exists() and file.stat().st_size:
                        break
                    try:
                        assert line.recv(64)
                    except TimeoutError:
                        continue
            assert process.wait(20) == 3
    assert pygame.image.load(file).get_size() == (WIDTH, HEIGHT)


def test_a_line_that_speaks_another_tongue_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(listener.getsockname()[1], "secret")
        other, _ = listener.accept()
        with other:
            other.sendall(encode(Message("weather")) + b"\xff" * 8)
            for _ in range(200):
                if line.lost:
                    break
                line.heard()
                pygame.time.wait(5)
        assert line.lost
        line.send(Message("order"))
        line.close()
