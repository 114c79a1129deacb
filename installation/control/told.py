"""What a console is told of presence over OSC, without having to ask: who is real, held, simulated."""

from __future__ import annotations

import math

import numpy as np
from pythonosc.parsing.osc_types import write_int, write_string

from installation.frame import ORGANS, Frame, Presence
from installation.show.model import Show

EVERY_S = 1.0  # between two tellings of what has not changed
IN_TURN = 32  # wearers told again each time: a console that starts late is right within a second, of N within N / 32 s
MOST_BYTES = 1400  # of a bundle, the only one of a tick: one frame of Ethernet, with air for a tunnel
HEART = ORGANS.index("heart")

WORDS = tuple(presence.name.lower() for presence in Presence)
ROOM = write_string("/out/presence") + write_string(",iiii")
NOW = b"#bundle\0" + (1).to_bytes(8, "big")  # the time tag that means at once


class PresenceTold:
    """Bundles for consoles: changes at once, everything again in turn, a count of everybody once a second.

    What does not fit into the bundle of a tick waits for the next, changes first, and is told as it is by then:
    some fifteen wearers a tick.  Of N wearers each is told again every second, or every N / 32 s where that is longer.
    """

    def __init__(self, show: Show) -> None:
        kinds = write_string(",s" + len(ORGANS) * "s")
        self._heads = [
            write_string(f"/out/presence/{number}") + kinds + write_string(wearer.name)
            for number, wearer in enumerate(show.wearers, 1)
        ]
        self._changed: dict[int, None] = {}  # wearers who wait to be told of, each once, the first in front
        self._again: dict[int, None] = {}
        self._told_s = -math.inf
        self._turn = 0

    def due(self, frame: Frame) -> bytes:
        """The bundle that is due at this tick, b"" for none: `/out/presence i i i i` hearts real, held, simulated,
        replayed, and `/out/presence/<number> s s s s s` the wearer's name and each of their organs in words."""
        again = frame.tick.time_s - self._told_s >= EVERY_S
        if again:
            self._told_s = frame.tick.time_s
            some = [(self._turn + n) % len(self._heads) for n in range(min(IN_TURN, len(self._heads)))]
            self._turn = (some[-1] + 1) % len(self._heads) if some else 0
            self._again |= dict.fromkeys(some)
        self._changed |= dict.fromkeys(change.wearer for change in frame.body.changes)
        if not (again or self._changed or self._again):
            return b""
        presence = frame.body.presence
        told = NOW
        if again or frame.body.changes:
            counts = np.bincount(presence[:, HEART], minlength=len(Presence)).tolist()
            told += _sized(ROOM + b"".join(map(write_int, counts)))
        for wearer in (*self._changed, *(one for one in self._again if one not in self._changed)):
            said = _sized(self._heads[wearer] + b"".join(write_string(WORDS[organ]) for organ in presence[wearer]))
            if len(told) + len(said) > MOST_BYTES and told != NOW:
                break
            told += said
            self._changed.pop(wearer, None)
            self._again.pop(wearer, None)
        return told


def _sized(message: bytes) -> bytes:
    """An element of a bundle."""
    return len(message).to_bytes(4, "big") + message
