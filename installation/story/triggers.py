"""When a cue is taken by itself: `when … for …` of the cue in standby, follow and hang of the current one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from installation.frame import Floats32, Waiting
from installation.show.model import Cue, Trigger

NEVER_S = float("inf")
TRUE = 0.5  # a condition is 0 or 1; anything above the middle counts as true


@dataclass(frozen=True, slots=True)
class Watch:
    """How long the condition of the cue in standby has been true.

    since_s: when it was first seen true, NEVER_S while it is false · armed: False where it must be
    false once before it counts, so that a cue that the operator took back does not snap forward again.
    """

    armed: bool = True
    since_s: float = NEVER_S

    def look(self, true: bool, time_s: float) -> Watch:
        """The watch after one more look at the condition."""
        if not true:
            return UNSEEN
        return replace(self, since_s=time_s) if self.armed and self.since_s == NEVER_S else self


UNSEEN = Watch()


def holds(trigger: Trigger, values: Floats32) -> bool:
    """Whether the condition is true now: of the room, or of at least one wearer; not known is not true."""
    return bool(np.any(values[trigger.condition] > TRUE))


def trigger_due_s(trigger: Trigger | None, watch: Watch) -> float:
    """When the condition will have held for long enough."""
    return NEVER_S if trigger is None else watch.since_s + trigger.hold_s


def timed_due_s(cue: Cue, begun_s: float) -> float:
    """When the next cue is taken by follow, counted from the cue's beginning, or hang, from the end of its fade."""
    follow_s = NEVER_S if cue.follow_s is None else cue.follow_s
    hang_s = NEVER_S if cue.hang_s is None else cue.fade_s + cue.hang_s
    return begun_s + min(follow_s, hang_s)


def waiting_for(trigger: Trigger, watch: Watch, values: Floats32, time_s: float) -> Waiting:
    """What a trigger waits for: both sides of its comparison, of the wearer who is nearest to making it true."""
    value = threshold = float("nan")
    if trigger.left >= 0 and trigger.right >= 0:
        left, right = values[trigger.left], values[trigger.right]
        wearer = _nearest_to_true(values[trigger.condition], np.abs(left - right))
        value, threshold = float(left[wearer]), float(right[wearer])
    held_s = min(time_s - watch.since_s, trigger.hold_s) if watch.since_s <= time_s else 0.0
    text = trigger.text if watch.armed else f"{trigger.text}, once it has been false"
    return Waiting(text, value, threshold, held_s, trigger.hold_s)


def _nearest_to_true(condition: Floats32, distance: Floats32) -> int:
    """The first wearer of whom the condition is true, otherwise the one with the least distance."""
    true = np.flatnonzero(condition > TRUE)
    if len(true):
        return int(true[0])
    return int(np.argmin(np.where(np.isfinite(distance), distance, np.inf)))
