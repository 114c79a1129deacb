"""What an AR engine hears, and when."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from installation.frame import Levels, Presence, SceneState
from installation.outputs.ar_feed import ArFeed, goodbye
from installation.outputs.osc import DATAGRAM
from installation.show.model import Garment
from tests.outputs import fakes

SHOW = fakes.show()
DARK, NOBODY = fakes.levels(SHOW), fakes.body(SHOW)


def told(feed: ArFeed, scene: SceneState, time_s: float, levels=DARK, body=NOBODY) -> list[OscMessage]:
    """Messages of one tick."""
    return [message for sent in feed.due(levels, scene, body, time_s) for message in OscBundle(sent)]


def of(messages: list[OscMessage], start: str) -> dict[str, list]:
    return {message.address: message.params for message in messages if message.address.startswith(start)}


def test_the_state_is_told_whole_and_first():
    scene = fakes.scene(
        12,
        elapsed_s=1.5,
        blackout=True,
        captions={"en": "Enough. Eat.", "tr": "Yetti. Buyurun."},
        parameters={"tide": 0.5},
    )
    messages = told(ArFeed(SHOW), scene, 0.0)
    assert [(message.address, message.params) for message in messages[:4]] == [
        ("/ar/state", [7, "shore", "0.5", 12, 1.5, 1]),
        ("/ar/param/tide", [0.5]),
        ("/ar/caption", ["en", "Enough. Eat."]),
        ("/ar/caption", ["tr", "Yetti. Buyurun."]),
    ]


def test_only_the_types_that_every_engine_knows_are_used():
    scene = fakes.scene(captions={"en": "Eat."}, parameters={"tide": 1})
    for sent in ArFeed(SHOW).due(DARK, scene, NOBODY, 0.0):
        for message in OscBundle(sent):
            tags = message.dgram[message.dgram.index(b",") :].split(b"\0")[0]
            assert set(tags.decode()) <= set(",ifs")


def test_the_state_is_told_once_a_second_and_at_once_when_its_number_changes():
    feed = ArFeed(SHOW)
    at = [n for n in range(200) if of(told(feed, fakes.scene(1 if n < 90 else 2), n / 60), "/ar/state")]
    assert at == [0, 60, 90, 150]


def test_a_new_start_of_the_controller_is_a_new_state():
    feed = ArFeed(SHOW)
    told(feed, fakes.scene(1), 0.0)
    assert of(told(feed, fakes.scene(1, epoch=8), 0.1), "/ar/state")


def test_a_parameter_is_told_when_it_changes_and_at_most_thirty_times_a_second():
    feed = ArFeed(SHOW)
    heard = Counter()
    for n in range(60):
        scene = fakes.scene(parameters={"tide": n / 60, "warmth": 0.5})
        heard.update(list(of(told(feed, scene, n / 60), "/ar/param")))
    assert heard == {"/ar/param/tide": 30, "/ar/param/warmth": 1}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
def test_a_parameter_that_is_not_known_is_left_out(value):
    messages = told(ArFeed(SHOW), fakes.scene(parameters={"tide": value, "warmth": 1.0}), 0.0)
    assert of(messages, "/ar/param") == {"/ar/param/warmth": [1.0]}


def test_a_parameter_that_comes_and_goes_keeps_to_its_rate():
    feed, heard = ArFeed(SHOW), []
    for n in range(60):
        scene = fakes.scene(parameters={"tide": n / 60 if n % 3 else math.nan})
        heard += [n] * len(of(told(feed, scene, n / 60), "/ar/param"))
    assert len(heard) <= 31
    assert all(later - earlier >= 2 for earlier, later in itertools.pairwise(heard))


def test_a_garment_is_told_as_the_mean_colour_of_its_bytes():
    slots = np.zeros((8, 3), np.uint8)
    slots[4:8] = (255, 0, 51)
    slots[4] = 0
    feed, heard = ArFeed(SHOW), {}
    for n in range(4):
        heard |= of(told(feed, fakes.scene(), n / 60, levels=Levels(slots, np.zeros(2, np.bool_))), "/ar/garment")
    assert heard["/ar/garment/garment_1"] == [0.0, 0.0, 0.0]
    assert heard["/ar/garment/garment_2"] == pytest.approx([0.75, 0.0, 0.15])


def test_a_garment_without_pixels_is_not_told():
    show = fakes.show((*fakes.garments(1, 3), Garment("bare", 1, "shawl", 3, 0)))
    feed, heard = ArFeed(show), {}
    for n in range(4):
        messages = told(feed, fakes.scene(), n / 60, levels=fakes.levels(show, 9), body=fakes.body(show))
        heard |= of(messages, "/ar/garment")
    assert list(heard) == ["/ar/garment/garment_1"]


def test_a_heart_is_told_with_minus_one_for_what_is_not_known():
    body = fakes.body(
        SHOW,
        heart_rate=np.array([62.0, math.nan]),
        heart_phase=np.array([0.25, math.nan]),
        quality=np.array([[0.5, 1, 1, 1], [math.nan, 1, 1, 1]]),
        presence=np.array([[Presence.REAL, 0, 0, 0], [Presence.SIMULATED, 0, 0, 0]], np.uint8),
    )
    feed, heard = ArFeed(SHOW), {}
    for n in range(4):
        heard |= of(told(feed, fakes.scene(), n / 60, body=body), "/ar/wearer")
    assert heard == {"/ar/wearer/1/heart": [62.0, 0.25, 0.5, 0], "/ar/wearer/2/heart": [-1.0, -1.0, -1.0, 2]}


def test_a_heart_that_beats_is_told_at_most_fifteen_times_a_second():
    feed, heard = ArFeed(SHOW), Counter()
    for n in range(120):
        body = fakes.body(SHOW, heart_phase=np.array([n / 120, math.nan]))
        heard.update(list(of(told(feed, fakes.scene(), n / 60, body=body), "/ar/wearer")))
    assert heard == {"/ar/wearer/1/heart": 30, "/ar/wearer/2/heart": 1}


def test_no_engine_gets_more_than_five_hundred_messages_in_any_second_and_every_heart_keeps_coming():
    show = fakes.show(fakes.garments(60, 3))
    feed, counts, heard = ArFeed(show), [], Counter()
    for n in range(300):
        body = fakes.body(show, heart_phase=np.full(60, n / 300))
        scene = fakes.scene(n // 7, parameters={f"p{k}": n / 300 for k in range(10)}, captions={"en": str(n)})
        messages = told(feed, scene, n / 60, levels=fakes.levels(show, n % 256), body=body)
        counts.append(len(messages))
        heard.update(message.address for message in messages)
    assert max(sum(counts[n : n + 60]) for n in range(241)) <= 500
    assert heard["/ar/state"] == 43
    assert min(heard[f"/ar/wearer/{n}/heart"] for n in range(1, 61)) >= 2
    assert min(heard[f"/ar/garment/garment_{n}"] for n in range(1, 61)) >= 2


def test_a_long_scene_is_split_and_no_datagram_is_larger_than_a_frame():
    scene = fakes.scene(
        parameters={f"parameter_{n}": float(n) for n in range(80)}, captions={f"l{n}": "long " * 400 for n in range(9)}
    )
    datagrams = ArFeed(SHOW).due(DARK, scene, NOBODY, 0.0)
    assert all(len(datagram) <= DATAGRAM for datagram in datagrams)
    messages = [message for sent in datagrams for message in OscBundle(sent)]
    assert len(of(messages, "/ar/param")) == 80
    assert sum(message.address == "/ar/caption" for message in messages) == 9


def test_a_new_scene_brings_its_own_parameters():
    feed = ArFeed(SHOW)
    told(feed, fakes.scene(1, parameters={"tide": 1.0}), 0.0)
    assert of(told(feed, fakes.scene(2, parameters={"warmth": 1.0}), 0.1), "/ar/param") == {"/ar/param/warmth": [1.0]}


def test_goodbye_carries_the_epoch():
    assert (OscMessage(goodbye(7)).address, OscMessage(goodbye(7)).params) == ("/ar/bye", [7])


def test_an_engine_that_asks_is_told_everything_at_once():
    feed = ArFeed(SHOW)
    at = [n for n in range(100) if of(told(feed, fakes.scene(1, asked=n == 20), n / 60), "/ar/state")]
    assert at == [0, 20, 80]


def test_engines_that_ask_at_every_tick_are_answered_four_times_a_second():
    feed = ArFeed(SHOW)
    at = [n for n in range(60) if of(told(feed, fakes.scene(1, asked=True), n / 60), "/ar/state")]
    assert at == [0, 15, 30, 45]


def test_a_wish_that_comes_too_soon_after_another_is_remembered_and_answered_once():
    feed = ArFeed(SHOW)
    at = [n for n in range(80) if of(told(feed, fakes.scene(1, asked=n in (20, 22)), n / 60), "/ar/state")]
    assert at == [0, 20, 35]


def test_a_wish_that_comes_when_too_much_was_sent_is_not_forgotten():
    feed = ArFeed(SHOW)
    many = {f"p{k}": 0.5 for k in range(98)}
    at = [n for n in range(60) if of(told(feed, fakes.scene(1, asked=n == 1, parameters=many), n / 60), "/ar/state")]
    assert len(at) == 2 and 1 < at[1] < 30, "not before the next state that is due by itself"
