"""Whose organ is shown, a wearer's own or their twin's: real, held, simulated and back, for every organ.

    real -> held        bad for HOLD_S: levels stay, rhythms go on by themselves
    held -> simulated   bad for SIMULATE_S, where the twin has the organ: the twin fades in
    held -> real        good again
    simulated -> real   good for RETURN_S without a break: the twin fades out

Bad is a quality under BAD, or silence; good is one over GOOD; between them nothing changes.  An organ of which the
twin never sent anything stays held, for nobody simulates it.  An operator may force a wearer: real is then never
simulated, only held, and simulated stays so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.compiled import compiled
from installation.frame import ORGANS, Bytes, Flags, Floats, Force, Presence, PresenceChange

BAD, GOOD = 0.3, 0.5  # quality; 0.5: as likely right as not
SILENT_S = 1.0  # no sample for so long: nothing is known of the organ
HOLD_S, SIMULATE_S = 1.0, 3.0  # a lost beat; as long as a heart goes on alone without a lie
FIRST_S = 10.0  # instead of SIMULATE_S for a sensor that is new and sends: to be put on, and four good beats
RETURN_S = 2.0  # a plug that is being pushed in makes and breaks for a second
CROSSFADE_S = 2.0

REAL, HELD, SIMULATED = int(Presence.REAL), int(Presence.HELD), int(Presence.SIMULATED)
FORCED_REAL, FORCED_SIMULATED = int(Force.REAL), int(Force.SIMULATED)
HEART = ORGANS.index("heart")

REASONS = (
    "",
    f"no sample for {SILENT_S:g} s",
    f"quality under {BAD:g} for {HOLD_S:g} s",
    f"bad for {SIMULATE_S:g} s",
    f"nothing to be understood for {FIRST_S:g} s",
    "good again",
    f"good for {RETURN_S:g} s",
    "forced by the operator",
    "no sensor in the patch",
)
SAME, SILENCE, POOR, DEAD, NEVER_GOOD, GOOD_AGAIN, STEADY, FORCED, UNPATCHED = range(len(REASONS))

STANDING = np.dtype(
    [
        ("presence", "u1"),
        ("met", "?"),  # the own sensor was good since it was new, or since it was last simulated
        *((name, "f8") for name in ("twin", "bad_s", "good_s")),  # the twin's share 0..1; how long bad, how long good
    ],
    align=True,
)
"""Memory of where one organ of one wearer comes from."""


def standings(patched: Flags) -> NDArray[Any]:
    """Memory (N, ORGANS) before the first tick.

    The hearts of those who have hardware in the patch (N,) are waited for; all else is simulated until it
    is heard.
    """
    memory = np.zeros((patched.size, len(ORGANS)), STANDING)
    memory["presence"], memory["twin"] = SIMULATED, 1.0
    memory["presence"][patched, HEART], memory["twin"][patched, HEART] = REAL, 0.0
    return memory


@compiled
def decide(
    memory: NDArray[Any],
    quality: Floats,
    age_s: Floats,
    patched: Flags,
    forced: Bytes,
    dt_s: float,
    crossfade_s: float,
    presence: Bytes,
    reason: Bytes,
) -> int:
    """Decide where each wearer's organs (N, ORGANS) come from after one more tick of `dt_s`; how many changed.

    quality 0..1 and age_s of the newest sample (M, ORGANS), row N + w the twin of w; NaN: none yet · forced (N,)
    of `Force` · presence, reason (N, ORGANS), written: what is and, where it is new, why.
    """
    changes, wearers = 0, memory.shape[0]
    for w in range(wearers):
        for organ in range(memory.shape[1]):
            s = memory[w, organ]
            before = s.presence
            twin_has = not np.isnan(age_s[wearers + w, organ])
            why = _step(s, quality[w, organ], age_s[w, organ], twin_has, patched[w], forced[w], dt_s)
            step = dt_s / crossfade_s
            s.twin = min(1.0, max(0.0, s.twin + (step if s.presence == SIMULATED else -step)))
            presence[w, organ] = s.presence
            reason[w, organ] = why if s.presence != before else SAME
            changes += s.presence != before
    return changes


@compiled
def _step(s: Any, quality: float, age_s: float, twin_has: bool, patched: bool, forced: int, dt_s: float) -> int:
    """Move one organ's standing on by a tick; the reason, where its presence changes."""
    sends = age_s <= SILENT_S  # False for NaN
    good = sends and quality >= GOOD
    bad = not sends or not quality >= BAD
    s.bad_s = 0.0 if good else s.bad_s + dt_s * bad
    if age_s > SILENT_S:
        s.bad_s = max(s.bad_s, age_s)
    s.good_s = 0.0 if bad else s.good_s + dt_s * good
    s.met = s.met or good
    new = sends and not s.met
    if forced == FORCED_SIMULATED or (forced != FORCED_REAL and not patched):
        s.presence, s.met = SIMULATED, False
        return FORCED if forced == FORCED_SIMULATED else UNPATCHED
    simulated = twin_has or s.presence == SIMULATED
    if forced != FORCED_REAL and simulated and s.bad_s > (FIRST_S if new else SIMULATE_S):
        s.presence, s.met = SIMULATED, False
        return NEVER_GOOD if new else DEAD
    if s.presence == SIMULATED:
        if s.good_s >= RETURN_S:
            s.presence = REAL
            return STEADY
        if forced == FORCED_REAL:
            s.presence = HELD
        return FORCED
    if s.bad_s > HOLD_S:
        s.presence = HELD
        return POOR if sends else SILENCE
    if good:
        s.presence = REAL
    return GOOD_AGAIN


def changes(presence: Bytes, before: Bytes, reason: Bytes, time_s: float) -> tuple[PresenceChange, ...]:
    """What `decide` changed, as values; presence, before, reason (N, ORGANS)."""
    return tuple(
        PresenceChange(
            time_s,
            wearer,
            ORGANS[organ],
            Presence(int(before[wearer, organ])),
            Presence(int(presence[wearer, organ])),
            REASONS[reason[wearer, organ]],
        )
        for wearer, organ in np.argwhere(presence != before).tolist()
    )
