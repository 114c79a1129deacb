"""Presences: why an organ comes from where it comes, as a sentence, and what the operator asked of whom."""

from __future__ import annotations

import math

from installation.frame import ORGANS, Force, Presence, PresenceChange
from installation.watch.codec import Message
from installation.watch.news import News, order
from installation.watch.programme import Programme

FELT = {"heart": "pulse", "skin": "skin", "breath": "breath", "motion": "movement"}
"""What people call what is felt of an organ."""

FIELDS = {"heart": "heart_rate", "skin": "tonic_us", "breath": "breath_phase", "motion": "motion_g"}
"""Which field of `Body` is known where an organ is."""

ASKED = {
    Force.AUTO: "",
    Force.REAL: "own sensors only, as asked",
    Force.SIMULATED: "the twin only, as asked",
}


class Presences:
    """Remembers the last change of every organ, what the operator says of everybody, and what was asked since."""

    def __init__(self, programme: Programme) -> None:
        self._names = [wearer.name for wearer in programme.wearers]
        self._last: dict[tuple[int, str], PresenceChange] = {}
        self._forced = [Force.AUTO for _ in self._names]
        self._asked: dict[int, Force] = {}

    def take(self, news: News) -> None:
        """Take what came with the news."""
        for change in news.changes:
            self._last[change.wearer, change.organ] = change
        self._forced = [Force(int(force)) for force in news.forced]
        if any(answer.verb == "presence" for answer in news.receipts):
            self._asked.clear()  # obeyed or refused, the story knows

    def forced(self, wearer: int) -> Force:
        """What holds for a wearer, whoever asked for it."""
        return self._forced[wearer]

    def next(self, wearer: int) -> Message:
        """The order that asks for the next of auto, real, simulated, and round again."""
        before = self._asked.get(wearer, self._forced[wearer])
        self._asked[wearer] = force = Force((before + 1) % len(Force))
        return order("presence", float(force), target=self._names[wearer])

    def last(self, wearer: int, organ: str) -> PresenceChange | None:
        """The last change that was heard of."""
        return self._last.get((wearer, organ))


def known(news: News, wearer: int) -> list[int]:
    """The organs of which something is known; the heart is always told of, since it is waited for."""
    body = news.body
    return [
        i
        for i, organ in enumerate(ORGANS)
        if organ == "heart"
        or math.isfinite(getattr(body, FIELDS[organ])[wearer])
        or math.isfinite(body.quality[wearer, i])
    ]


def sentence(name: str, change: PresenceChange) -> str:
    """What happened, in the present tense.  The reason is told where the sentence does not tell it itself."""
    whose = f"{name}'s {FELT.get(change.organ, change.organ)}"
    forced = "operator" in change.reason
    if change.after == Presence.SIMULATED and "no sensor" in change.reason:
        return f"{whose} is simulated: {change.reason}."
    if change.after == Presence.SIMULATED:
        return f"{whose} is simulated, as asked." if forced else f"{whose} is gone; the twin carries on."
    if change.after == Presence.HELD:
        return f"{whose} is held, as asked." if forced else f"{whose} is held: {change.reason}."
    if change.after == Presence.REAL:
        return f"{whose} is back: {change.reason}." if change.reason else f"{whose} is back."
    return f"{whose} is replayed."
