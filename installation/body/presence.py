"""A wearer's own organ or their twin's: real, held, simulated and back, decided on silence and quality.

    real -> held        bad for HOLD_S: levels stay, rhythms go on by themselves
    held -> simulated   bad for SIMULATE_S: the twin fades in
    held -> real        good again
    simulated -> real   good for RETURN_S without a break: the twin fades out

Bad is a quality under BAD, or silence; good is one over GOOD; between them nothing changes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.compiled import compiled
from installation.frame import Flags, Floats, Presence

BAD, GOOD = 0.3, 0.5  # quality; 0.5: as likely right as not
SILENT_S = 1.0  # no sample for so long: nothing is known of the organ
HOLD_S, SIMULATE_S = 1.0, 3.0  # a lost beat; as long as a heart goes on alone without a lie
FIRST_S = 10.0  # instead of SIMULATE_S for a sensor that is new and sends: to be put on, and four good beats
RETURN_S = 2.0  # a plug that is being pushed in makes and breaks for a second
CROSSFADE_S = 2.0
DOUBT_S = 1.0  # from none to all of a quality that is shown: light that hangs on it swells and fades, and never jumps
CALM_S = 0.5  # in which a level that is felt again moves to where it is
APART = 0.5  # of an interval: beats shown are never closer, from whichever side they come

REAL, HELD, SIMULATED = int(Presence.REAL), int(Presence.HELD), int(Presence.SIMULATED)

STANDING = np.dtype(
    [
        ("presence", "u1"),
        ("met", "?"),  # the own sensor was good since it was new, or since it was last simulated
        *((name, "f8") for name in ("twin", "bad_s", "good_s")),  # the twin's share 0..1; how long bad, how long good
        *((name, "f8") for name in ("rate", "ibi_s", "rmssd_ms")),  # the own levels, kept where they are not felt
        *(
            (name, "f8") for name in ("parted", "phase", "beat_s", "quality")
        ),  # how far the twin is ahead; what is shown
    ],
    align=True,
)
"""Memory of where one wearer's heart comes from."""

SHOWN = np.dtype(
    [
        *((name, "f8") for name in ("rate", "phase", "beat_s", "ibi_s", "rmssd_ms", "quality", "age_s")),
        ("beat", "?"),
    ],
    align=True,
)
"""A heart as it is shown."""


def standings(patched: Flags) -> NDArray[Any]:
    """Before the first tick: whoever has no hardware in the patch (N,) is simulated, the others are waited for."""
    memory = np.zeros(patched.size, STANDING)
    memory["presence"] = np.where(patched, REAL, SIMULATED)
    memory["twin"] = np.where(patched, 0.0, 1.0)
    for name in ("rate", "ibi_s", "rmssd_ms", "parted", "phase", "beat_s", "quality"):
        memory[name] = np.nan
    return memory


@compiled
def decide(
    memory: NDArray[Any], quality: Floats, age_s: Floats, patched: Flags, dt_s: float, crossfade_s: float
) -> None:
    """Decide where each wearer's (N,) heart comes from after one more tick of `dt_s`.

    quality (N,) 0..1 and age_s (N,) of the newest sample, of the wearers' own sensors; NaN: none yet.
    """
    for w in range(memory.size):
        s = memory[w]
        sends = age_s[w] <= SILENT_S  # False for NaN
        good = sends and quality[w] >= GOOD
        bad = not sends or not quality[w] >= BAD
        s.bad_s = 0.0 if good else s.bad_s + dt_s * bad
        if age_s[w] > SILENT_S:
            s.bad_s = max(s.bad_s, age_s[w])
        s.good_s = 0.0 if bad else s.good_s + dt_s * good
        s.met = s.met or good
        patience_s = FIRST_S if sends and not s.met else SIMULATE_S
        if not patched[w] or s.bad_s > patience_s:
            s.presence, s.met = SIMULATED, False
        elif s.presence == SIMULATED:
            s.presence = REAL if s.good_s >= RETURN_S else SIMULATED
        elif s.bad_s > HOLD_S:
            s.presence = HELD
        elif good:
            s.presence = REAL
        step = dt_s / crossfade_s
        s.twin = min(1.0, max(0.0, s.twin + (step if s.presence == SIMULATED else -step)))


@compiled
def _mix(own: float, other: float, twin: float) -> float:
    """A level by share of the twin; where only one side is known and has a share, that one."""
    if twin <= 0.0 or (np.isnan(other) and twin < 1.0):
        return own
    if twin >= 1.0 or np.isnan(own):
        return other
    return own + twin * (other - own)


@compiled
def _way(turns: float) -> float:
    """The shorter way round, -0.5..0.5 turns."""
    return float(turns - np.floor(turns + 0.5))


@compiled
def _mix_phase(s: Any, own: float, other: float) -> float:
    """A phase by share of the twin: along the way between the two, without a leap while both have a share.

    phase = own + twin * parted,   parted: how far the twin is ahead, followed turn by turn
    """
    fading = 0.0 < s.twin < 1.0 and not np.isnan(s.parted)
    nearest = s.parted if fading else 0.0
    s.parted = nearest + _way(other - own - nearest)
    mixed = _mix(own, own + s.parted if s.twin < 1.0 else other, s.twin)
    return float(mixed - np.floor(mixed))


@compiled
def _keep(shown: float, felt: float, dt_s: float) -> float:
    """A level that moves to what is felt within `CALM_S`."""
    if np.isnan(shown) or np.isnan(felt):
        return felt
    return float(shown - (felt - shown) * np.expm1(-dt_s / CALM_S))


@compiled
def _believe(shown: float, felt: float, dt_s: float) -> float:
    """A quality that moves to what is felt, from none to all within `DOUBT_S`; what is lost is not believed."""
    if np.isnan(shown) and np.isnan(felt):
        return felt
    before, goal = 0.0 if np.isnan(shown) else shown, 0.0 if np.isnan(felt) else felt
    most = dt_s / DOUBT_S
    return float(before + min(max(goal - before, -most), most))


@compiled
def blend(
    memory: NDArray[Any],
    rhythm: NDArray[Any],
    beat_s: Floats,
    beat: Flags,
    quality: Floats,
    age_s: Floats,
    now_s: float,
    dt_s: float,
    shown: NDArray[Any],
) -> None:
    """Make one heart of each wearer's own and their twin's.

    memory (N,) · rhythm (M,), beat_s, beat (M,) the newest beats of this tick and whether they are believed,
    quality, age_s (M,), column N + w the twin of w · shown (N,) `SHOWN`, written.

    Beats come from the side with the larger share.  An own heart that is not real any more beats where its phase turns.
    """
    wearers = memory.size
    for w in range(wearers):
        s, out, own, other = memory[w], shown[w], rhythm[w], rhythm[wearers + w]
        if s.presence == REAL:
            s.rate = _keep(s.rate, own.rate, dt_s)
            s.rmssd_ms = _keep(s.rmssd_ms, own.rmssd_ms, dt_s)
            s.ibi_s = own.ibi_s
        out.rate = _mix(s.rate, other.rate, s.twin)
        out.rmssd_ms = _mix(s.rmssd_ms, other.rmssd_ms, s.twin)
        out.ibi_s = _mix(s.ibi_s, other.ibi_s, s.twin)
        s.quality = _believe(s.quality, _mix(quality[w], quality[wearers + w], s.twin), dt_s)
        out.quality = s.quality

        phase = _mix_phase(s, own.phase, other.phase)
        ahead = _way(phase - s.phase)
        turned = ahead > 0.0 and phase < s.phase
        if not ahead < 0.0:  # never backwards
            s.phase = phase
        out.phase = s.phase

        side = w if s.twin < 0.5 else wearers + w
        new, new_s = beat[side], beat_s[side]
        if not new and side == w and s.presence != REAL and turned:
            new, new_s = True, now_s - s.phase * 60.0 / out.rate
        out.beat = new and not new_s - s.beat_s < APART * 60.0 / out.rate
        if out.beat:
            s.beat_s = new_s
        out.beat_s = s.beat_s
        out.age_s = age_s[side]
