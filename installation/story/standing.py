"""Where the show stands between two ticks, and how it moves from cue to cue, to the safe look and back.

Times are those of the moment itself (the end of a pre-wait, of a follow), not of the tick that
finds it due: the same show stands at the same place whatever the rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from installation.frame import Bytes, RoomSignal
from installation.show.model import Show
from installation.story.fades import FULL, NO_CUE, NOTHING, OFF, Ease, Mix, Part
from installation.story.signals import opening_room
from installation.story.triggers import NEVER_S, UNSEEN, Watch
from installation.story.values import State, fresh

MASTER_S = 0.2  # the master follows a hand without steps
LONG_AGO_S = float("-inf")


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Everything of the story that the next tick needs.

    coming: the cue in its pre-wait, which ends at coming_s · gone_s: when a cue was last taken, by
    whomever · panicked_s: when PANIC was pressed · forced (N,) of `Force`.  Cues are indices, -1 for none.
    """

    program: State
    room: Mapping[str, RoomSignal]
    forced: Bytes
    standby: int
    begun: bool = False
    mix: Mix = NOTHING
    current: int = NO_CUE
    coming: int = NO_CUE
    coming_s: float = NEVER_S
    watch: Watch = UNSEEN
    gone_s: float = LONG_AGO_S
    panicked_s: float = LONG_AGO_S
    panic: Ease = OFF
    blackout: Ease = OFF
    master: Ease = FULL

    @property
    def current_s(self) -> float:
        """When the current cue began to fade in."""
        return self.mix.parts[-1].start_s if self.current != NO_CUE else LONG_AGO_S

    @property
    def panic_asked(self) -> bool:
        """Whether the safe look holds, or comes."""
        return self.panic.goal > 0.0

    @property
    def blackout_asked(self) -> bool:
        """Whether BLACKOUT is latched."""
        return self.blackout.goal > 0.0


def opening(show: Show) -> Standing:
    """Where a show stands before its first tick, which takes the opening cue."""
    wearers = len(show.wearers)
    return Standing(fresh(show.program, wearers), opening_room(show), np.zeros(wearers, np.uint8), _first(show))


def begin(show: Show, standing: Standing, time_s: float) -> Standing:
    """Take the opening cue, or wait in the safe look; the operator's first GO is free."""
    standing = replace(standing, begun=True)
    if show.opening == NO_CUE:
        return standing
    return replace(take(show, standing, show.opening, time_s), gone_s=LONG_AGO_S)


def take(show: Show, standing: Standing, cue: int, time_s: float, *, at_once: bool = False) -> Standing:
    """GO of a cue: it fades in after its pre-wait, and standby moves to the one after it.

    A cue still in its pre-wait is passed over.  Where the cue stands before the current one, or is the
    current one, the next trigger counts only after its condition has been false.
    """
    wait_s = 0.0 if at_once else show.cues[cue].pre_wait_s
    standing = replace(
        standing,
        standby=cue + 1 if cue + 1 < len(show.cues) else NO_CUE,
        coming=cue,
        coming_s=time_s + wait_s,
        watch=Watch(armed=cue > standing.current),
        gone_s=time_s,
    )
    return standing if wait_s > 0.0 else fade_in(show, standing)


def fade_in(show: Show, standing: Standing) -> Standing:
    """The end of a pre-wait: the coming cue fades in, out of the safe look where that holds."""
    cue, time_s = show.cues[standing.coming], standing.coming_s
    mix, panic = standing.mix, standing.panic
    if panic.at(time_s) >= 1.0:
        mix = NOTHING  # under the safe look nothing of the old cues is seen, and nothing of them comes back
    elif not mix.parts:
        mix = Mix((Part(NO_CUE, time_s, 1.0),))
    return replace(
        standing,
        mix=mix.take(standing.coming, time_s, cue.fade_s, cue.curve),
        current=standing.coming,
        coming=NO_CUE,
        coming_s=NEVER_S,
        panic=panic.to(0.0, time_s, cue.fade_s, cue.curve) if standing.panic_asked else panic,
    )


def call_off(standing: Standing, time_s: float) -> Standing:
    """Put a cue in its pre-wait back into standby."""
    if standing.coming == NO_CUE:
        return standing
    return replace(
        standing,
        standby=standing.coming,
        coming=NO_CUE,
        coming_s=NEVER_S,
        watch=Watch(armed=False),
        gone_s=time_s,
    )


def to_safety(show: Show, standing: Standing, time_s: float) -> Standing:
    """PANIC: fade to the safe look and release BLACKOUT; again within that time, at once."""
    safety = show.safety
    if standing.panic_asked:
        if time_s - standing.panicked_s > safety.panic_s:
            return standing
        return replace(standing, panic=FULL, blackout=OFF)
    return replace(
        call_off(standing, time_s),
        panic=standing.panic.to(1.0, time_s, safety.panic_s, "ease"),
        blackout=standing.blackout.to(0.0, time_s, safety.blackout_s),
        panicked_s=time_s,
    )


def to_opening(show: Show, standing: Standing, time_s: float) -> Standing:
    """Reset: the opening state, reached by fading."""
    anew = Standing(
        standing.program,
        opening_room(show),
        standing.forced,  # a sensor is no better for it
        _first(show),
        begun=True,
        mix=standing.mix,
        panic=standing.panic,
        blackout=standing.blackout.to(0.0, time_s, show.safety.blackout_s),
        master=standing.master.to(1.0, time_s, MASTER_S),
    )
    if show.opening == NO_CUE:
        fade_s = show.safety.panic_s
        mix = anew.mix.take(NO_CUE, time_s, fade_s, "ease")
        anew = replace(anew, mix=mix, panic=anew.panic.to(0.0, time_s, fade_s, "ease"))
    else:
        anew = replace(take(show, anew, show.opening, time_s), gone_s=LONG_AGO_S)
    return replace(anew, watch=Watch(armed=False))


def _first(show: Show) -> int:
    return 0 if show.cues else NO_CUE
