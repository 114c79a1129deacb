"""Fades as functions of time: a number that eases, and the shares of the cues that give light.

Nothing is added up tick by tick, so that a lost tick, or another rate, lands in the same place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

INSTANT_S = 1e-9  # two times nearer than this are the same: what a sum of floats may be off by
NO_CUE = -1  # the safe look on its own, before the first cue
MOST_PLAYING = 8  # cues in one mix; each costs the lights a whole look
LEAVE_S = 0.5  # a cue too many goes within this: slow enough to be no flash


def _linear(x: float) -> float:
    return x


def _ease(x: float) -> float:
    return x * x * (3.0 - 2.0 * x)


def _slow(x: float) -> float:
    return x * x


def _fast(x: float) -> float:
    return x * (2.0 - x)


CURVES = {"linear": _linear, "ease": _ease, "slow": _slow, "fast": _fast}
"""From 0 to 1 over a fade: evenly; softly at both ends; slow at first; slow at last."""


def passed(time_s: float, start_s: float, fade_s: float) -> float:
    """How much of a fade's time has gone, 0..1."""
    gone_s = time_s - start_s
    if gone_s >= fade_s - INSTANT_S:
        return 1.0
    return gone_s / fade_s if gone_s > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class Ease:
    """A number on its way to `goal`."""

    goal: float
    source: float = 0.0
    start_s: float = 0.0
    fade_s: float = 0.0
    curve: str = "linear"

    def at(self, time_s: float) -> float:
        """Its value at a time; exactly the goal once the fade is over."""
        x = passed(time_s, self.start_s, self.fade_s)
        return self.goal if x >= 1.0 else self.source + (self.goal - self.source) * CURVES[self.curve](x)

    def to(self, goal: float, time_s: float, fade_s: float, curve: str = "linear") -> Ease:
        """The same number, leaving for another goal from where it is now."""
        return Ease(goal, self.at(time_s), time_s, fade_s, curve)


OFF, FULL = Ease(0.0), Ease(1.0)


@dataclass(frozen=True, slots=True)
class Part:
    """One cue of a mix: its share when the newest fade began, how far its own fade had come by then.

    start_s: when it was taken · leave_s: when it has to be gone, where it is one too many.
    """

    cue: int
    start_s: float
    share: float
    progress: float = 0.0
    leave_s: float = float("inf")


@dataclass(frozen=True, slots=True)
class Mix:
    """The cues that give light, oldest first; the newest fades in, the others make room in proportion.

        weight = share * (1 - f) of every other part, the rest of 1 for the newest

    with f the newest fade on its curve.  A new fade begins from the weights of that moment, so none jumps.
    """

    parts: tuple[Part, ...] = ()
    fade_s: float = 0.0
    curve: str = "linear"

    def progress(self, time_s: float) -> float:
        """How much of the newest fade's time has gone, 0..1."""
        return passed(time_s, self.parts[-1].start_s, self.fade_s) if self.parts else 1.0

    def weights(self, time_s: float) -> tuple[float, ...]:
        """Share of each part at a time; together 1, or nothing where nothing plays."""
        if not self.parts:
            return ()
        others = self.parts[:-1]
        begun_s = self.parts[-1].start_s
        x = self.progress(time_s)
        room = 1.0 - CURVES[self.curve](x) if x < 1.0 else 0.0
        shares = [part.share * room * _staying(part, begun_s, time_s) for part in others]
        return (*shares, 1.0 - sum(shares))

    def at(self, time_s: float) -> Mix:
        """The same mix without the parts that have faded out."""
        weights = self.weights(time_s)
        if all(weight > 0.0 for weight in weights):
            return self
        kept = (part for part, weight in zip(self.parts[:-1], weights, strict=False) if weight > 0.0)
        return replace(self, parts=(*kept, self.parts[-1]))

    def take(self, cue: int, time_s: float, fade_s: float, curve: str) -> Mix:
        """The mix in which `cue` begins to fade in; a cue that plays already goes on from its share."""
        settled = [
            replace(part, share=weight, progress=self.progress(time_s) if part is self.parts[-1] else part.progress)
            for part, weight in zip(self.parts, self.weights(time_s), strict=True)
            if weight > 0.0
        ]
        others = [part for part in settled if part.cue != cue]
        share = sum(part.share for part in settled if part.cue == cue)
        return Mix((*_crowded_out(others, time_s), Part(cue, time_s, share)), fade_s, curve)


NOTHING = Mix()


def _staying(part: Part, begun_s: float, time_s: float) -> float:
    """From 1 at the start of the newest fade to 0 at the time when the part has to be gone."""
    if part.leave_s == float("inf"):
        return 1.0
    return 1.0 - passed(time_s, begun_s, part.leave_s - begun_s)


def _crowded_out(others: list[Part], time_s: float) -> tuple[Part, ...]:
    """Send the smallest of too many parts away, quickly but not at once."""
    staying = [index for index, part in enumerate(others) if part.leave_s == float("inf")]
    excess = len(staying) - (MOST_PLAYING - 1)
    if excess <= 0:
        return tuple(others)
    leaving = sorted(staying, key=lambda index: (others[index].share, index))[:excess]
    return tuple(
        replace(part, leave_s=time_s + LEAVE_S) if index in leaving else part for index, part in enumerate(others)
    )
