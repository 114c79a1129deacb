"""Answers: what became of the last orders, from whatever hands, for as long as they are worth reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from installation.watch.news import Answer

TOLD = ("go", "back", "panic", "blackout", "cue", "reset", "presence")  # a fader's acceptances would be a stream
STANDS_S, FADES_S = 8.0, 4.0  # three calm readings; then it goes without being missed
KEPT = 3


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, when it came and how often in a row."""

    answer: Answer
    at_s: float
    times: int = 1

    def share(self, now_s: float) -> float:
        """How much of it is left, 1..0."""
        return min(1.0, max(0.0, 1.0 - (now_s - self.at_s - STANDS_S) / FADES_S))

    @property
    def words(self) -> str:
        """The sentence; how often it was said is never cut off, another hand than this window's is named before it."""
        often = f"{self.times}× " if self.times > 1 else ""
        whose = "" if self.answer.source == "window" else f"{self.answer.source} · "
        return often + whose + self.answer.reason


class Answers:
    """The last few, newest last."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def take(self, answers: Iterable[Answer], now_s: float) -> None:
        """Take what came with the news."""
        for answer in answers:
            if not answer.reason or (answer.accepted and answer.verb not in TOLD):
                continue
            last = self.told[-1] if self.told else None
            if last is not None and _same(last.answer, answer):
                self.told[-1] = replace(last, answer=answer, at_s=now_s, times=last.times + 1)
            else:
                self.told = [*self.told, Told(answer, now_s)][-KEPT:]
        self.told = [one for one in self.told if one.share(now_s) > 0.0]


def _same(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same; a refused press is often pressed again, and its seconds differ."""
    if (one.verb, one.accepted, one.source, one.target) != (other.verb, other.accepted, other.source, other.target):
        return False
    return one.reason == other.reason or not other.accepted
