import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.frame import ORGANS, Frame, Health, Order, Presence, PresenceChange, Receipt, RoomSignal
from installation.show.model import RoomSignalDef, Show
from installation.show.signals import SIGNALS
from installation.watch.codec import Message, Reader, encode
from installation.watch.news import Answer, News, news, order, read_news, read_order
from installation.watch.programme import programme, read_programme
from tests.watch import fakes


def sent(message: Message) -> Message:
    (back,) = Reader().feed(encode(message))
    return back


def told_of(show: Show, of: Frame, rate_hz: float = 60.0, **rest: Any) -> News:
    return read_news(sent(news(of, show, rate_hz, **rest)))


def test_the_programme_names_what_lights_a_garment() -> None:
    told = read_programme(sent(programme(fakes.show())))
    assert [wearer.name for wearer in told.wearers] == ["Elif", "Tomo"]
    assert [(g.wearer, g.first, g.pixels) for g in told.garments] == [(0, 0, 8), (1, 8, 8)]
    assert [(cue.number, cue.when) for cue in told.cues][2] == ("2.5", "pantry.shortage_risk > 0.6 for 4s")
    name, (ground, heart) = told.looks[1]
    assert (name, ground.region, heart.region) == ("beat", "all", "chest")
    assert (heart.effect, heart.level, heart.params) == ("heartbeat", "0.5", (("speed", "3"), ("width", "0.25")))
    assert heart.wearers == {0, 1}
    np.testing.assert_array_equal(told.position_m, fakes.show().geometry.position_m)


def test_a_watcher_sees_the_very_bytes_of_the_wire() -> None:
    show, frame = fakes.show(), fakes.frame(7)
    told = told_of(show, frame, 59.9)
    np.testing.assert_array_equal(told.slots, frame.levels.slots)
    assert told.slots.dtype == np.uint8


def test_what_is_not_known_of_a_body_is_still_not_known_to_a_watcher() -> None:
    show = fakes.show()
    told = told_of(show, fakes.frame(7), math.nan)
    assert told.body.heart_rate[0] == 66 and np.isnan(told.body.heart_rate[1])
    assert math.isnan(told.rate_hz)


def test_the_news_tells_the_story_receipts_and_health() -> None:
    show = fakes.show()
    receipts = (Receipt(Order("go", "keys", 0.0), False, "GO refused: 0.3 s after the last one."),)
    frame = fakes.frame(7, health=(Health("sACN", "output", False, "nobody listens"),))
    told = told_of(show, frame, receipts=receipts)
    assert (told.current, told.standby, told.act, told.master) == (1, 2, "Feast", 0.9)
    assert told.playing == frame.story.playing and told.waiting == frame.story.waiting
    (answer,) = told.receipts
    assert (answer.verb, answer.accepted, answer.source) == ("go", False, "keys")
    assert answer.reason == "GO refused: 0.3 s after the last one." and isinstance(answer, Answer)
    assert told.health == frame.health
    np.testing.assert_array_equal(told.layer_levels[:, 0], [0.0, 1.0])  # rows of the newest cue's look


def drawn(of: Any, random: np.random.Generator) -> Any:
    """The same dataclass with other numbers in its arrays and in those of the dataclasses in it; indices stay."""
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(of):
        value = getattr(of, field.name)
        if isinstance(value, np.ndarray) and value.dtype != np.int32:
            fields[field.name] = (random.random(value.shape) * 2).astype(value.dtype)
        elif dataclasses.is_dataclass(value):
            fields[field.name] = drawn(value, random)
    return dataclasses.replace(of, **fields)


def test_every_signal_is_the_same_to_a_watcher_as_to_the_story() -> None:
    show = fakes.show(3)
    frame = fakes.frame(7, show)
    random = np.random.default_rng(1)
    body = drawn(frame.body, random)
    told = told_of(show, dataclasses.replace(frame, body=body))
    for signal in SIGNALS.values():
        np.testing.assert_allclose(signal.read(told.body), signal.read(body), rtol=1e-6, atol=1e-7)


def test_a_room_signal_that_is_not_valid_is_not_known_to_a_watcher() -> None:
    names = ("pantry.coverage", "pantry.bread", "pantry.salt")
    show = dataclasses.replace(fakes.show(), room=tuple(RoomSignalDef(name, 0.5, 0.0, 1.0, "") for name in names))
    frame = fakes.frame(7, show)
    room = {names[0]: RoomSignal(names[0], 0.25, 0.0), names[1]: RoomSignal(names[1], 0.75, 0.0, valid=False)}
    told = told_of(show, dataclasses.replace(frame, story=dataclasses.replace(frame.story, room=room)))
    np.testing.assert_array_equal(told.room, [0.25, np.nan, np.nan])
    assert read_programme(sent(programme(show))).room == show.room


def test_a_change_of_presence_arrives_as_it_was_decided() -> None:
    change = PresenceChange(2.5, 1, ORGANS[0], Presence.REAL, Presence.HELD, "no sample for 1 s")
    assert told_of(fakes.show(), fakes.frame(7), changes=(change,)).changes == (change,)


def test_a_body_that_is_short_of_a_number_is_no_body() -> None:
    message = sent(news(fakes.frame(7), fakes.show(), 60.0))
    short = {**message.arrays, "body": message.arrays["body"][:-1]}
    with pytest.raises(ValueError, match="not the numbers of a body"):
        read_news(dataclasses.replace(message, arrays=short))


def test_an_order_arrives_as_it_was_given() -> None:
    taken = read_order(sent(order("go", expect_standby="3.2")), "window", 1.5)
    assert taken is not None
    assert (taken.verb, taken.source, taken.time_s, taken.expect_standby) == ("go", "window", 1.5, "3.2")
    assert math.isnan(taken.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"verb": "reboot"},
        {"verb": "room", "target": "pantry.coverage", "value": 1},
        {"verb": ["go"]},
        {"verb": "go", "expect_standby": 3},
        {"verb": "go", "target": "x" * 65},
        {"verb": "master"},
        {"verb": "cue"},
        {"verb": "presence", "value": 1},
        {"verb": "presence", "target": "Tomo"},
        {"verb": "presence", "target": "Tomo", "value": 3},
        {"verb": "presence", "target": "Tomo", "value": 0.5},
        {},
    ],
)
def test_what_a_window_may_not_ask_for_is_no_order(fields: dict[str, object]) -> None:
    assert read_order(Message("order", fields), "window", 0.0) is None


@given(
    st.dictionaries(st.sampled_from(["verb", "target", "value", "expect_standby"]), st.text() | st.floats() | st.none())
)
def test_no_order_makes_the_reader_raise(fields: dict[str, object]) -> None:
    read_order(Message("order", fields), "window", 0.0)
