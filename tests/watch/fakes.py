"""A show of two people made by hand, frames of it, and those who stand at the feed's other ends."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from installation.frame import (
    Body,
    Frame,
    Health,
    Levels,
    Light,
    Order,
    Playing,
    Presence,
    Receipt,
    Samples,
    SceneState,
    Story,
    Tick,
    Waiting,
    unknown_body,
)
from installation.show.expressions import Program
from installation.show.model import (
    Cue,
    Garment,
    Geometry,
    Layer,
    Look,
    Patch,
    Safety,
    Show,
    Trigger,
    Wearer,
)

PIXELS = 8


def show(wearers: int = 2) -> Show:
    """People in a row, each with a garment of eight pixels around the sternum."""
    each = np.array([(0.05 * (i - 3.5), 0.02 * i, 0.1) for i in range(PIXELS)], np.float32)
    geometry = Geometry(
        position_m=np.tile(each, (wearers, 1)),
        garment=np.repeat(np.arange(wearers, dtype=np.int32), PIXELS),
        wearer=np.repeat(np.arange(wearers, dtype=np.int32), PIXELS),
        region=np.tile(np.array([0] * 4 + [1] * 4, np.int32), wearers),
        regions=("chest", "hem"),
    )
    everything = np.arange(wearers * PIXELS, dtype=np.int32)
    calm = Look("calm", 0.03, (Layer("solid", everything, (0.0, 0.5, 0.5), 0, ()),))
    chest = everything[geometry.region == 0]
    beat = Look("beat", 0.03, (*calm.layers, Layer("heartbeat", chest, (0.2, 1.0, 0.9), 1, (2, 3))))
    when = Trigger("pantry.shortage_risk > 0.6 for 4s", 4, 4.0, 5, 6)
    names = ("Elif", "Tomo", "Amara", "Luz")
    return Show(
        folder=Path("nowhere"),
        title="A small feast",
        rate_hz=60.0,
        wearers=tuple(Wearer(names[w % 4], (1.2 * w, 0.5 * (w % 2))) for w in range(wearers)),
        garments=tuple(Garment(f"g{w}", w, "shawl", w * PIXELS, PIXELS) for w in range(wearers)),
        geometry=geometry,
        looks=(calm, beat),
        safe_look=0,
        cues=(
            Cue("1", "House open", "Arrival", 3.0, "linear", 0, -1),
            Cue("2", "The table", "Feast", 3.0, "linear", 1, -1),
            Cue("2.5", "The silence", "Feast", 3.0, "linear", 1, -1, when),
        ),
        opening=0,
        scenes=(),
        room=(),
        inputs=(),
        program=Program(("0.08", "0.5", "3", "0.25", "0.1 > 0.6", "0.1", "0.6")),
        safety=Safety(0.4, 2.0, 0.3),
        patch=Patch("127.0.0.1", 5568, 100, "", (), "127.0.0.1", 9000, "127.0.0.1", 53000, ()),
    )


def frame(
    number: int = 0, of: Show | None = None, receipts: tuple[Receipt, ...] = (), health: tuple[Health, ...] = ()
) -> Frame:
    """The frame of one tick: the second cue plays, the third stands by, the second wearer is a twin."""
    of = of or show()
    wearers = len(of.wearers)
    nothing = np.zeros(0)
    body: Body = unknown_body(wearers, 0)
    presence = np.full((wearers, 4), Presence.SIMULATED, np.uint8)
    presence[0] = Presence.REAL
    rate = np.full(wearers, 66.0)
    rate[1:] = np.nan
    body = dataclasses.replace(body, heart_rate=rate, heart_phase=np.full(wearers, 0.25), presence=presence)
    story = Story(
        playing=(Playing(0, 0, 0.4, 1.0, 9.0), Playing(1, 1, 0.6, 0.6, 1.8)),
        current=1,
        standby=2,
        act="Feast",
        scene=-1,
        master=0.9,
        blackout=0.0,
        panic=0.0,
        blackout_asked=False,
        panic_asked=False,
        values=np.tile(np.arange(7, dtype=np.float32)[:, None], wearers),
        waiting=Waiting("pantry.shortage_risk > 0.6 for 4s", 0.52, 0.6, 0.0, 4.0),
        receipts=receipts,
    )
    rgb = np.full((wearers * PIXELS, 3), 0.1, np.float32)
    slots = (np.arange(wearers * PIXELS * 3) % 200).astype(np.uint8).reshape(-1, 3)
    return Frame(
        tick=Tick(number, number / of.rate_hz, 1 / of.rate_hz, 0),
        events=(),
        samples=Samples(nothing, nothing.astype(np.int32), nothing.astype(np.int32), nothing, nothing.astype(np.bool_)),
        body=body,
        orders=(),
        story=story,
        light=Light(rgb),
        levels=Levels(slots, np.zeros(wearers, np.bool_)),
        scene=SceneState("", "", 0, 0, 0.0, False, {}, {}),
        health=health,
    )


class Desk:
    """Keeps the orders laid on it."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def put(self, order: Order) -> None:
        """Keep an order."""
        self.orders.append(order)
