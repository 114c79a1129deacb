"""What a console is told of presence over OSC, without having to ask: who is real, held, simulated."""

from __future__ import annotations

import math

import numpy as np
from pythonosc.parsing.osc_types import write_int, write_string

from installation.frame import ORGANS, Frame, Presence
from installation.show.model import Show

EVERY_S = 1.0  # between two tellings of what has not changed: a console that starts late is right within this
IN_TURN = 32  # wearers told again each time, and as many changes at once at most: the rest come in their turn
HEART = ORGANS.index("heart")

WORDS = tuple(presence.name.lower() for presence in Presence)
ROOM = write_string("/out/presence") + write_string(",iiii")


class PresenceTold:
    """Messages for consoles: changes at once, everything again in turn, a count of everybody once a second."""

    def __init__(self, show: Show) -> None:
        kinds = write_string(",s" + len(ORGANS) * "s")
        self._heads = [
            write_string(f"/out/presence/{number}") + kinds + write_string(wearer.name)
            for number, wearer in enumerate(show.wearers, 1)
        ]
        self._told_s = -math.inf
        self._turn = 0

    def due(self, frame: Frame) -> list[bytes]:
        """Messages that are due at this tick: `/out/presence i i i i` hearts real, held, simulated, replayed, and
        `/out/presence/<number> s s s s s` the wearer's name and each of their organs in words."""
        presence = frame.body.presence
        who = dict.fromkeys(change.wearer for change in frame.body.changes[:IN_TURN])
        again = frame.tick.time_s - self._told_s >= EVERY_S
        if again:
            self._told_s = frame.tick.time_s
            some = [(self._turn + n) % len(self._heads) for n in range(min(IN_TURN, len(self._heads)))]
            self._turn = (some[-1] + 1) % len(self._heads) if some else 0
            who |= dict.fromkeys(some)
        if not who and not again:
            return []
        counts = np.bincount(presence[:, HEART], minlength=len(Presence)).tolist()
        words = [b"".join(write_string(WORDS[organ]) for organ in presence[wearer]) for wearer in who]
        return [
            ROOM + b"".join(map(write_int, counts)),
            *(self._heads[wearer] + said for wearer, said in zip(who, words, strict=True)),
        ]
