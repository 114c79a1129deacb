"""What is said of a block of ticks: topics and messages, and whose rows are kept in which way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from installation.frame import Health, Heard, Order, PortEvent, Receipt, RoomSignal, Samples, Tick
from installation.record.night import Rows, Run, join, missing
from installation.record.notation import (
    event_to_fields,
    health_to_fields,
    heard_to_fields,
    order_to_fields,
    receipt_to_fields,
    rows_to_json,
    sealed_to_json,
    signal_to_fields,
    ticks_to_json,
    to_json,
)
from installation.record.seal import Seal

Message = tuple[str, float, bytes]
"""Topic, time of the run in seconds, JSON."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one tick; of the frame, only arrays that nobody writes again."""

    tick: Tick
    samples: Samples
    events: tuple[PortEvent, ...]
    orders: tuple[Order, ...]
    receipts: tuple[Receipt, ...]
    room: Mapping[str, RoomSignal]
    health: tuple[Health, ...]
    heard: tuple[Heard, ...] = ()


class Notes:
    """Blocks of ticks as messages; remembers what was said last, so that only changes are said again."""

    def __init__(self, run: Run, seals: Mapping[str, Seal], home: str) -> None:
        self._wearers = len(run.wearers)
        self._real = np.array(run.patched, np.bool_)
        self._seals = {run.wearers.index(name): seal for name, seal in seals.items()}
        self._last: Tick | None = None
        self._room: Mapping[str, RoomSignal] = {}
        self._ok: dict[str, bool] = {}
        self._home = home

    def messages(self, block: list[Kept]) -> Iterator[Message]:
        """Everything of these ticks, and the ticks themselves last."""
        for kept in block:
            yield from self._events(kept)
        time_s = block[-1].tick.time_s
        for topic, message in self._rows(block):
            yield topic, time_s, message
        yield "/ticks", time_s, ticks_to_json([kept.tick for kept in block])

    def _rows(self, block: list[Kept]) -> Iterator[tuple[str, bytes]]:
        """Rows of simulated people in the open, of people who agreed under their seal, of others not at all.

        The twin of somebody who wears a sensor follows that heart, and so is kept, or not, as their own samples are.
        """
        rows = join([Rows(np.full(kept.samples.time_s.size, kept.tick.number), kept.samples) for kept in block])
        wearer = rows.samples.column % max(1, self._wearers)
        private = (rows.samples.column < self._wearers) | self._real[wearer]
        if not private.all():
            yield "/samples", rows_to_json(rows.only(~private))
        for number, seal in self._seals.items():
            own = private & (wearer == number)
            if own.any():
                place = seal.number
                yield "/sealed", sealed_to_json(number, place, seal.close(rows_to_json(rows.only(own))))

    def _events(self, kept: Kept) -> Iterator[Message]:
        tick = kept.tick
        gap = missing(self._last, tick)
        self._last = tick
        said: list[tuple[str, dict[str, Any]]] = [("/gaps", {"missing": gap})] if gap else []
        said += [("/orders", {"order": order_to_fields(order)}) for order in kept.orders]
        said += [("/receipts", receipt_to_fields(receipt)) for receipt in kept.receipts]
        said += [("/heard", heard_to_fields(heard)) for heard in kept.heard]
        said += [("/ports", event_to_fields(event)) for event in kept.events]
        said += [("/room", signal_to_fields(signal)) for signal in self._changed(kept.room)]
        said += [("/health", health_to_fields(health, self._home)) for health in self._turned(kept.health)]
        for topic, fields in said:
            yield topic, tick.time_s, to_json({"tick": tick.number, **fields})

    def _changed(self, room: Mapping[str, RoomSignal]) -> list[RoomSignal]:
        if room is self._room:
            return []
        before, self._room = self._room, room
        return [signal for name, signal in room.items() if before.get(name) != signal]

    def _turned(self, health: tuple[Health, ...]) -> list[Health]:
        """Who was well and is not, or the other way; what they say besides changes at every tick."""
        turned = [one for one in health if self._ok.get(one.name) != one.ok]
        self._ok |= {one.name: one.ok for one in turned}
        return turned
