"""A wearer's own organ or their twin's: real, held, simulated and back, decided on silence and quality.

    real -> held        bad for HOLD_S: levels stay, rhythms go on by themselves
    held -> simulated   bad for SIMULATE_S: the twin fades in
    held -> real        good again
    simulated -> real   good for RETURN_S without a break: the twin fades out

Bad is a quality under BAD or silence; good is one over GOOD; between them nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from installation.frame import Bytes, Flags, Floats, Presence

BAD, GOOD = 0.3, 0.5  # quality; 0.5: as likely right as not
SILENT_S = 1.0  # no sample for so long: nothing is known of the organ
HOLD_S, SIMULATE_S = 1.0, 3.0  # a lost beat or two, and as long as a heart goes on alone without a lie
FIRST_S = 8.0  # instead of SIMULATE_S for a sensor that is new and sends: four beats at any pace, and a fumble
RETURN_S = 2.0  # a plug that is being pushed in makes and breaks for a second
CROSSFADE_S = 2.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one organ of every wearer comes from; each array is (N,).

    presence of `Presence` · twin 0..1, share of the twin in what is shown · bad_s, good_s how long it has been
    so, seconds · met True once the own sensor was good since it was last simulated or new.
    """

    presence: Bytes
    twin: Floats
    bad_s: Floats
    good_s: Floats
    met: Flags


def first_standing(patched: Flags) -> Standing:
    """Before the first tick: whoever has no hardware in the patch (N,) is simulated, the others are waited for."""
    wearers = patched.size
    return Standing(
        presence=np.where(patched, Presence.REAL, Presence.SIMULATED).astype(np.uint8),
        twin=np.where(patched, 0.0, 1.0),
        bad_s=np.zeros(wearers),
        good_s=np.zeros(wearers),
        met=np.zeros(wearers, np.bool_),
    )


def decide(
    standing: Standing, quality: Floats, age_s: Floats, patched: Flags, dt_s: float, crossfade_s: float = CROSSFADE_S
) -> Standing:
    """Where the organ comes from after one more tick of `dt_s`.

    quality (N,) 0..1 and age_s (N,) of the newest sample, of the wearers' own sensors; NaN: none yet.
    """
    sends = age_s <= SILENT_S  # False for NaN
    good = sends & (quality >= GOOD)
    bad = ~sends | ~(quality >= BAD)
    bad_s = np.where(good, 0.0, standing.bad_s + dt_s * bad)
    good_s = np.where(bad, 0.0, standing.good_s + dt_s * good)
    met = standing.met | good
    patience_s = np.where(sends & ~met, FIRST_S, SIMULATE_S)

    was = standing.presence
    simulated = ~patched | np.where(was == Presence.SIMULATED, good_s < RETURN_S, bad_s > patience_s)
    held = ~simulated & np.where(was == Presence.HELD, ~good, bad_s > HOLD_S)
    presence = np.where(simulated, Presence.SIMULATED, np.where(held, Presence.HELD, Presence.REAL))
    step = dt_s / crossfade_s
    twin = np.clip(standing.twin + np.where(simulated, step, -step), 0.0, 1.0)
    return replace(
        standing, presence=presence.astype(np.uint8), twin=twin, bad_s=bad_s, good_s=good_s, met=met & ~simulated
    )


def blend(own: Floats, other: Floats, twin: Floats) -> Floats:
    """Levels (N,) by share of the twin; where only one side is known and has a share, that one; NaN: neither."""
    mixed = own + twin * (other - own)
    mixed = np.where((twin <= 0.0) | np.isnan(other) & (twin < 1.0), own, mixed)
    return np.where((twin >= 1.0) | np.isnan(own) & (twin > 0.0), other, mixed)


def part(own: Floats, other: Floats, twin: Floats, parted: Floats) -> Floats:
    """How far the twin's phase is ahead of the wearer's own (N,), in turns, without a jump while both have a share.

    parted: the same one tick ago.  Outside a crossfade it is the shorter way round, -0.5..0.5.
    """
    ahead = other - own
    fading = (twin > 0.0) & (twin < 1.0) & ~np.isnan(parted)
    nearest = np.where(fading, parted, 0.0)
    return nearest + (ahead - nearest + 0.5) % 1.0 - 0.5


def blend_phase(own: Floats, other: Floats, twin: Floats, parted: Floats) -> Floats:
    """Phases (N,) by share of the twin: from the one to the other along the way between them, never by a leap."""
    mixed = np.where(twin >= 1.0, other, own + twin * parted)
    mixed = np.where(np.isnan(own) & (twin > 0.0), other, np.where(np.isnan(other), own, mixed))
    return mixed % 1.0
