from __future__ import annotations

import math
import os
from collections.abc import Iterator

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.frame import unknown_body
from installation.show.model import RoomSignalDef
from installation.show.signals import SIGNALS
from installation.watch.programme import Programme
from installation.watch.window.catalogue import OF_ROOM, OF_WEARERS, catalogue, values_of_room, values_of_wearers
from installation.watch.window.layout import HEIGHT, WIDTH, layout
from installation.watch.window.scopes import LONGEST, MOST, Scopes
from installation.watch.window.sheet import HEAD, ROW, ROWS, sheet_of
from installation.watch.window.trails import MOST_BYTES, TRAIL_S, Trails
from installation.watch.window.wave import middle_and_edges, wave
from tests.watch import window_fakes as fakes

BOXES = layout(WIDTH, HEIGHT)


def programme(wearers: int = 2) -> Programme:
    return fakes.programme_of(fakes.show(wearers), room=(RoomSignalDef("pantry.coverage", 1.0, 0.0, 1.0, ""),))


def scopes(wearers: int = 2) -> Scopes:
    return Scopes(catalogue(programme(wearers)), wearers)


def opened(wearers: int = 2, listening: bool = True) -> Scopes:
    one = scopes(wearers)
    assert one.key(pygame.K_s, "s")
    if listening:
        assert one.key(pygame.K_TAB, "\t")
    return one


def typed(one: Scopes, text: str) -> None:
    for letter in text:
        assert one.key(ord(letter), letter)


def test_every_signal_of_the_table_and_of_the_room_can_be_watched() -> None:
    names = [entry.name for entry in catalogue(programme())]
    assert sorted(names) == sorted([*SIGNALS, "pantry.coverage"])
    coverage = catalogue(programme())[-1]
    assert (coverage.of_room, coverage.low, coverage.high, coverage.organ) == (True, 0.0, 1.0, -1)


def test_a_signal_is_found_by_a_part_of_its_name_and_enter_watches_it() -> None:
    one = opened()
    typed(one, "swell")
    assert [entry.name for entry in one.found] == ["breath.swell"]
    assert one.key(pygame.K_RETURN, "\r")
    assert one.chosen[-1] == "breath.swell"
    typed(one, "swell")
    assert one.key(pygame.K_RETURN, "\r")
    assert "breath.swell" not in one.chosen


def test_two_names_are_typed_one_after_the_other_and_no_letter_reaches_the_desk() -> None:
    one, keys = opened(listening=False), []
    for text in ("heart.rm", "breath.sw", "quality.s"):
        keys += [(pygame.K_TAB, "\t"), *((ord(letter), letter) for letter in text), (pygame.K_RETURN, "\r")]
    assert all(one.key(key, letter) for key, letter in keys)
    assert one.typed == "" and one.chosen[-3:] == ["heart.rmssd", "breath.swell", "quality.skin"]


def test_tab_while_a_name_is_typed_keeps_the_name_and_the_keyboard() -> None:
    one = opened()
    typed(one, "bqs")
    assert one.key(pygame.K_TAB, "\t") and one.listening and one.typed == "bqs"


def test_a_name_that_no_signal_has_does_not_spoil_the_next_one() -> None:
    one = opened()
    chosen = list(one.chosen)
    typed(one, "heart.rnd")
    one.key(pygame.K_RETURN, "\r")
    assert one.chosen == chosen and one.listening and one.typed == ""


def test_enter_gives_the_keyboard_back_where_nothing_is_typed_or_pointed_at() -> None:
    one = opened()
    one.key(pygame.K_DOWN, "")
    assert one.key(pygame.K_RETURN, "\r") and one.listening, "the arrow pointed at a signal"
    chosen = list(one.chosen)
    assert one.key(pygame.K_RETURN, "\r") and one.chosen == chosen
    assert not one.key(pygame.K_b, "b")


def test_of_more_signals_than_fit_the_one_chosen_first_makes_room() -> None:
    one = opened()
    first = list(one.chosen)
    for name in ("skin.tonic", "breath.swell", "motion.energy"):
        one.choose(name)
    assert len(one.chosen) == MOST
    assert one.chosen == [*first[1:], "skin.tonic", "breath.swell", "motion.energy"]


@pytest.mark.parametrize("listening", [False, True])
def test_go_and_panic_are_never_the_lists(listening: bool) -> None:
    one = opened(listening=listening)
    assert not one.key(pygame.K_SPACE, " ")
    assert not one.key(pygame.K_ESCAPE, "\x1b")


def test_the_desk_keeps_its_keys_until_the_keyboard_is_given_to_the_list() -> None:
    for one in (scopes(), opened(listening=False)):
        for key, letter in ((pygame.K_b, "b"), (pygame.K_BACKSPACE, "\b"), (pygame.K_UP, ""), (pygame.K_q, "q")):
            assert not one.key(key, letter)


def test_backspace_in_an_empty_list_is_not_the_desks_back() -> None:
    one = opened()
    assert one.key(pygame.K_BACKSPACE, "\b")
    typed(one, "b")
    assert one.key(pygame.K_BACKSPACE, "\b") and one.typed == ""


def test_closing_gives_the_keyboard_back() -> None:
    one = opened()
    assert one.key(pygame.K_RETURN, "\r")
    assert one.key(pygame.K_s, "s")
    assert not one.open and not one.key(pygame.K_b, "b")


def test_the_arrows_go_round_everybody_and_end_at_the_lists_ends() -> None:
    one = opened(wearers=2)
    seen = [one.wearer]
    for _ in range(3):
        one.key(pygame.K_RIGHT, "")
        seen.append(one.wearer)
    assert seen == [-1, 0, 1, -1]
    one.key(pygame.K_LEFT, "")
    assert one.wearer == 1
    one.key(pygame.K_UP, "")
    assert one.cursor == 0
    for _ in range(100):
        one.key(pygame.K_DOWN, "")
        assert one.first <= one.cursor < one.first + ROWS, "and the list follows"
    assert one.cursor == len(one.found) - 1


@given(st.lists(st.tuples(st.integers(0, 400), st.text(max_size=1)), max_size=60))
@settings(deadline=None)
def test_no_keys_break_the_list(keys: list[tuple[int, str]]) -> None:
    one = opened()
    for key, letter in keys:
        one.key(key, letter)
        assert len(one.typed) <= LONGEST and len(one.chosen) <= MOST
        assert 0 <= one.first <= one.cursor < max(len(one.found), 1)


def test_a_press_on_a_row_watches_the_signal_under_the_hand() -> None:
    one = opened(listening=False)
    place = sheet_of(BOXES, True)
    left, top, _, _ = place.box
    one.scroll(5)
    y = top + HEAD + 7.5 * ROW
    wanted = one.found[12].name
    for expected in (True, False):
        assert one.press(place, left + 60, y)
        assert (wanted in one.chosen) is expected, "and it stays under the hand"
    assert not one.press(place, left + 60, top - 20)


def test_the_word_on_the_stage_opens_the_sheet_and_closes_it() -> None:
    one = scopes()
    for expected in (True, False):
        left, top, width, height = sheet_of(BOXES, one.open).handle
        assert one.press(sheet_of(BOXES, one.open), left + width / 2, top + height / 2)
        assert one.open is expected


@pytest.mark.parametrize("size", [(1280, 720), (640, 400), (1700, 720), (2560, 1440)])
def test_the_sheet_leaves_the_people_on_the_stage(size: tuple[int, int]) -> None:
    boxes = layout(*size)
    place = sheet_of(boxes, True)
    assert place.box[1] > boxes.stage[3] * 0.6
    assert place.box[1] + place.box[3] == boxes.hearts[1] + boxes.hearts[3]


@pytest.fixture
def first() -> Iterator[Trails]:
    yield Trails(fakes.news_of(fakes.show(2), 0.0))


def test_a_trail_holds_the_last_seconds_in_their_order(first: Trails) -> None:
    for i in range(1500):
        first.listen(fakes.news_of(fakes.show(2), i / 60, heart_rate=float(i)))
    times_s, values = first.wearers(0, slice(0, 1))
    assert times_s[-1] == pytest.approx(1499 / 60) and times_s[-1] - times_s[0] >= TRAIL_S - 0.05
    np.testing.assert_allclose(values[:, 0], times_s * 60, atol=0.01)


def test_a_show_that_begins_anew_is_remembered_anew(first: Trails) -> None:
    for i in range(100):
        first.listen(fakes.news_of(fakes.show(2), i / 60))
    first.listen(fakes.news_of(fakes.show(2), 0.5))
    assert first.wearers(0, slice(0, 1))[0].tolist() == [0.5]


def test_a_crowd_takes_no_more_memory_than_is_meant_for_it() -> None:
    news = fakes.news_of(fakes.show(900), 0.0)
    trails = Trails(news)
    each = values_of_wearers(news).nbytes
    assert each * TRAIL_S / trails.every_s <= MOST_BYTES * 1.05
    trails.listen(news)
    assert trails.wearers(0, slice(None))[1].shape == (1, 900)


def test_what_is_not_known_is_a_gap_and_no_line_crosses_it() -> None:
    times_s = np.arange(1200) / 60
    values = np.sin(times_s).astype(np.float32)
    values[600:601] = np.nan
    one, other = wave(times_s, values, times_s[-1], 300)
    assert one[-1, 0] <= 600 / 1200 + 0.01 <= other[0, 0] + 0.02
    assert wave(times_s, np.full(1200, np.nan, np.float32), times_s[-1], 300) == []


def test_seconds_without_news_are_a_gap() -> None:
    times_s = np.concatenate([np.arange(60) / 60, 5 + np.arange(60) / 60])
    assert len(wave(times_s, np.zeros(120, np.float32), times_s[-1], 300)) == 2


def test_a_beat_of_one_tick_is_seen_wherever_it_falls() -> None:
    times_s = np.arange(1200) / 60
    for tick in range(500, 520):
        values = np.zeros(1200, np.float32)
        values[tick] = 1.0
        (line,) = wave(times_s, values, times_s[-1], 100, fine=0.1)
        assert line[:, 1].max() == 1.0


@given(st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), max_size=80), st.floats(0, 100))
@settings(deadline=None)
def test_a_wave_of_any_numbers_stays_between_them_and_on_the_screen(numbers: list[float], late_s: float) -> None:
    times_s = np.arange(len(numbers)) / 7
    now_s = (times_s[-1] if len(numbers) else 0.0) + late_s
    known = [number for number in numbers if math.isfinite(number)]
    for line in wave(times_s, np.array(numbers, np.float32), now_s, 50):
        assert ((line[:, 0] >= 0) & (line[:, 0] <= 1)).all() and (np.diff(line[:, 0]) >= 0).all()
        assert line[:, 1].min() >= min(known) and line[:, 1].max() <= max(known)


def test_a_crowd_is_told_by_its_mean_and_edges_of_those_who_are_known() -> None:
    nan = np.nan
    mean, low, high = middle_and_edges(np.array([[1.0, 3.0, nan], [nan, nan, nan]], np.float32))
    np.testing.assert_array_equal([mean[0], low[0], high[0]], [2.0, 1.0, 3.0])
    assert np.isnan([mean[1], low[1], high[1]]).all()


def test_of_an_unknown_body_every_signal_is_there_and_not_known() -> None:
    news = fakes.news_of(fakes.show(2), 0.0, body=unknown_body(2, 0))
    assert values_of_wearers(news).shape == (len(OF_WEARERS), 2)
    assert values_of_room(news).shape == (len(OF_ROOM),)
    assert np.isnan(values_of_wearers(news)[0]).all()
