"""What a watcher is told again and again: the moving part of a frame, and what it may ask for in return."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from installation.frame import (
    Body,
    Bytes,
    Flags,
    Floats32,
    Force,
    Frame,
    Health,
    Order,
    Playing,
    Presence,
    PresenceChange,
    Receipt,
    Waiting,
)
from installation.show.model import Show
from installation.watch.bodies import packed, unpacked
from installation.watch.codec import Message, number
from installation.watch.programme import layer_rows

VERBS = ("go", "back", "panic", "blackout", "master", "cue", "presence")
LONGEST_NAME = 64  # characters of a cue number or target: a person wrote it, and a person reads it


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an order, from whatever hands; `reason` is a sentence for the person who gave it."""

    verb: str
    accepted: bool
    reason: str
    source: str = "window"
    target: str = ""
    value: float = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class News:
    """One tick as a watcher sees it.

    rate_hz: ticks a second over the last one, NaN until known · receipts, changes of presence: since the last
    news · slots (P, 3) the very bytes of the wire · limiting (G,) · body in single precision, without its
    changes · forced (N,) of `Force` · room (R,) signals in the order of the programme, NaN where not known ·
    layer_levels (L, N): present levels of the layers of the newest cue's look.
    """

    tick: int
    time_s: float
    dropped: int
    rate_hz: float
    playing: tuple[Playing, ...]
    current: int
    standby: int
    act: str
    scene: str
    master: float
    blackout: float
    panic: float
    blackout_asked: bool
    panic_asked: bool
    waiting: Waiting
    receipts: tuple[Answer, ...]
    changes: tuple[PresenceChange, ...]
    health: tuple[Health, ...]
    slots: Bytes
    limiting: Flags
    body: Body
    forced: Bytes
    room: Floats32
    layer_levels: Floats32


def news(
    frame: Frame,
    show: Show,
    rate_hz: float,
    receipts: Iterable[Receipt] = (),
    changes: Iterable[PresenceChange] = (),
) -> Message:
    """The message of one frame; receipts and changes are those since the last one that was sent."""
    story = frame.story
    shapes, numbers = packed(frame.body)
    look = show.looks[story.playing[-1].look if story.playing else show.safe_look]
    waiting = story.waiting
    return Message(
        "news",
        {
            "tick": (frame.tick.number, frame.tick.time_s, frame.tick.dropped, rate_hz),
            "playing": [(p.cue, p.look, p.weight, p.progress, p.elapsed_s) for p in story.playing],
            "place": (story.current, story.standby, story.act, frame.scene.scene),
            "desk": (story.master, story.blackout, story.panic, story.blackout_asked, story.panic_asked),
            "waiting": (waiting.text, waiting.value, waiting.threshold, waiting.held_s, waiting.hold_s),
            "receipts": [
                (r.order.verb, r.accepted, r.reason, r.order.source, r.order.target, r.order.value) for r in receipts
            ],
            "changes": [(c.time_s, c.wearer, c.organ, int(c.before), int(c.after), c.reason) for c in changes],
            "body": shapes,
            "health": [(h.name, h.kind, h.ok, h.text, h.handled, h.lost) for h in frame.health],
        },
        {
            "slots": frame.levels.slots,
            "limiting": frame.levels.limiting,
            "body": numbers,
            "forced": _forced(frame),
            "room": _room(frame, show),
            "layer_levels": story.values[layer_rows(look)].astype(np.float32),
        },
    )


def read_news(message: Message) -> News:
    """The news in a message.  Raises KeyError, TypeError or ValueError where it holds none."""
    fields: Any = message.fields
    arrays: Any = message.arrays
    tick, time_s, dropped, rate_hz = fields["tick"]
    current, standby, act, scene = fields["place"]
    master, blackout, panic, blackout_asked, panic_asked = fields["desk"]
    text, *scale = fields["waiting"]
    return News(
        tick=tick,
        time_s=number(time_s),
        dropped=dropped,
        rate_hz=number(rate_hz),
        playing=tuple(Playing(*row) for row in fields["playing"]),
        current=current,
        standby=standby,
        act=act,
        scene=scene,
        master=number(master),
        blackout=number(blackout),
        panic=number(panic),
        blackout_asked=blackout_asked,
        panic_asked=panic_asked,
        waiting=Waiting(text, *(number(value) for value in scale)),
        receipts=tuple(
            Answer(verb, accepted, reason, source, target, number(value))
            for verb, accepted, reason, source, target, value in fields["receipts"]
        ),
        changes=tuple(
            PresenceChange(number(at_s), wearer, organ, Presence(before), Presence(after), reason)
            for at_s, wearer, organ, before, after, reason in fields["changes"]
        ),
        health=tuple(Health(*row) for row in fields["health"]),
        slots=arrays["slots"],
        limiting=arrays["limiting"],
        body=unpacked(fields["body"], arrays["body"]),
        forced=arrays["forced"],
        room=arrays["room"],
        layer_levels=arrays["layer_levels"],
    )


def order(verb: str, value: float = math.nan, target: str = "", expect_standby: str = "") -> Message:
    """The message of an order that a watcher gives."""
    return Message("order", {"verb": verb, "target": target, "value": value, "expect_standby": expect_standby})


def read_order(message: Message, source: str, time_s: float) -> Order | None:
    """The order in a message, checked; None where it holds none."""
    fields = message.fields
    verb, target, expected = (fields.get(name, "") for name in ("verb", "target", "expect_standby"))
    value = number(fields.get("value"))
    if message.kind != "order" or verb not in VERBS or math.isinf(value):
        return None
    if not (isinstance(verb, str) and isinstance(target, str) and isinstance(expected, str)):
        return None
    if max(len(target), len(expected)) > LONGEST_NAME or (verb in ("cue", "presence") and not target):
        return None
    if (verb == "master" and math.isnan(value)) or (verb == "presence" and value not in tuple(Force)):
        return None
    return Order(verb, source, time_s, target=target, value=value, expect_standby=expected)


def _forced(frame: Frame) -> Bytes:
    """What the operator says of everybody's presence; nothing before the first tick of a story."""
    wearers, forced = frame.body.heart_rate.size, frame.story.forced
    return forced if forced.size == wearers else np.zeros(wearers, np.uint8)


def _room(frame: Frame, show: Show) -> Floats32:
    """Every room signal that the show declares, NaN where it is not valid."""
    room = frame.story.room
    known = (room.get(one.name) for one in show.room)
    return np.array([one.value if one is not None and one.valid else math.nan for one in known], np.float32)
