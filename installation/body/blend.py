"""What is shown of a wearer: their own, their twin's, or both while one fades into the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.presence import HEART, HELD, REAL
from installation.compiled import compiled
from installation.frame import Flags, Floats, Ints

DOUBT_S = 1.0  # from none to all of a quality that is shown: light that hangs on it swells and fades, and never jumps
CALM_S = 0.5  # in which a level that is felt again moves to where it is
HURRY = 6.0  # beats a minute within a second: thirty in five seconds, as at the start of a run; no heart is faster
APART = 0.6  # of an interval: beats shown are never closer; what comes sooner is an early beat at best, or noise
MOST_HZ = 2.0  # no breath turns faster: a cycle that is felt again is not leapt to

SHOWN = ("rate", "phase", "beat_s", "ibi_s", "rmssd_ms", "rmssd_sure")
RATE, PHASE, BEAT_S, IBI_S, RMSSD_MS, RMSSD_SURE = range(len(SHOWN))
"""Rows of what is shown of a heart."""

LEVEL, EVENT, CYCLE = range(3)
"""How both sides of another value are blended: straight, by whoever has the larger share, round the circle."""

KEPT = np.dtype(
    [
        # the own levels, kept where they are not felt; how far the twin is ahead; what is shown
        *((name, "f8") for name in ("rate", "ibi_s", "rmssd_ms", "rmssd_sure", "parted", "phase", "beat_s")),
    ],
    align=True,
)
"""Memory of one heart that is shown."""

LEVEL_KEPT = np.dtype([(name, "f8") for name in ("own", "shown", "parted", "pace_hz")], align=True)
"""Memory of one other value: the own one, kept where it is not felt; what is shown; of a cycle how far the twin is
ahead, and how fast it was last shown to turn."""


def kept(wearers: int) -> NDArray[Any]:
    """Memory of `wearers` hearts of which nothing was shown yet."""
    return _unknown((wearers,), KEPT)


def kept_levels(rows: int, wearers: int) -> NDArray[Any]:
    """Memory (rows, wearers) of other values of which nothing was shown yet."""
    return _unknown((rows, wearers), LEVEL_KEPT)


def _unknown(shape: tuple[int, ...], fields: np.dtype[Any]) -> NDArray[Any]:
    memory = np.zeros(shape, fields)
    for name in fields.names or ():
        memory[name] = np.nan
    return memory


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
def _mix_phase(s: Any, own: float, other: float, twin: float) -> float:
    """A phase by share of the twin: along the way between the two, without a leap while both have a share.

    phase = own + twin * parted,   parted: how far the twin is ahead, followed turn by turn
    """
    fading = 0.0 < twin < 1.0 and not np.isnan(s.parted)
    nearest = s.parted if fading else 0.0
    s.parted = nearest + _way(other - own - nearest)
    mixed = _mix(own, own + s.parted if twin < 1.0 else other, twin)
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
def _keep_near(shown: float, felt: float, dt_s: float) -> float:
    """A rate that moves to what is felt no faster than a heart can, so that what noise feels like is not kept."""
    kept = _keep(shown, felt, dt_s)
    return kept if np.isnan(shown) or np.isnan(felt) else min(max(kept, shown - HURRY * dt_s), shown + HURRY * dt_s)


@compiled
def _go_on(own: Any, phase: float, rate: float) -> None:
    """Let an own rhythm go on alone at the rate that was kept; one that was never felt takes over what is shown."""
    if np.isnan(own.phase):
        own.phase, own.error = phase, 0.0
    own.pace_s = 60.0 / rate


@compiled
def blend(
    memory: NDArray[Any],
    standing: NDArray[Any],
    rhythm: NDArray[Any],
    beat_s: Floats,
    beat: Flags,
    now_s: float,
    dt_s: float,
    shown: Floats,
    announced: Flags,
) -> None:
    """Make one heart of each wearer's own and their twin's.

    memory (N,) · standing (N, ORGANS) of `decide` · rhythm (M,), beat_s, beat (M,) the newest beats of this tick
    and whether they are believed, column N + w the twin of w · shown (6, N), written: rows of `SHOWN` ·
    announced (N,), written: whether a beat is.

    Beats come from the side with the larger share.  An own heart that is not real any more beats where its phase turns.
    """
    wearers = memory.size
    for w in range(wearers):
        s, at, own, other = memory[w], standing[w, HEART], rhythm[w], rhythm[wearers + w]
        if at.presence == REAL:
            s.rate = _keep_near(s.rate, own.rate, dt_s)
            s.rmssd_ms = _keep(s.rmssd_ms, own.rmssd_ms, dt_s)
            s.ibi_s, s.rmssd_sure = own.ibi_s, own.rmssd_sure
        elif at.presence == HELD and np.isnan(s.rate) and at.twin > 0.0:
            s.rate, s.ibi_s, s.rmssd_ms, s.rmssd_sure = other.rate, other.ibi_s, other.rmssd_ms, other.rmssd_sure
        rate = _mix(s.rate, other.rate, at.twin)
        shown[RATE, w] = rate
        shown[RMSSD_MS, w] = _mix(s.rmssd_ms, other.rmssd_ms, at.twin)
        shown[IBI_S, w] = _mix(s.ibi_s, other.ibi_s, at.twin)
        shown[RMSSD_SURE, w] = _mix(s.rmssd_sure, other.rmssd_sure, at.twin)

        if at.presence == HELD:
            _go_on(own, s.phase, s.rate)
        phase = _mix_phase(s, own.phase, other.phase, at.twin)
        ahead = _way(phase - s.phase)
        turned = ahead > 0.0 and phase < s.phase
        if not ahead < 0.0:  # never backwards
            s.phase = phase
        shown[PHASE, w] = s.phase

        side = w if at.twin < 0.5 else wearers + w
        new, new_s = beat[side], beat_s[side]
        if not new and side == w and at.presence != REAL and turned:
            new, new_s = True, now_s - s.phase * 60.0 / rate
        announced[w] = new and not new_s - s.beat_s < APART * 60.0 / rate
        if announced[w]:
            s.beat_s = new_s
        shown[BEAT_S, w] = s.beat_s


@compiled
def blend_trust(
    memory: Floats,
    standing: NDArray[Any],
    quality: Floats,
    age_s: Floats,
    dt_s: float,
    shown: Floats,
    shown_age_s: Floats,
) -> None:
    """How far each organ that is shown is to be believed, and how old it is.

    memory (N, ORGANS) quality shown last, NaN at first · standing (N, ORGANS) · quality, age_s (M, ORGANS) ·
    shown, shown_age_s (N, ORGANS), written
    """
    wearers = memory.shape[0]
    for w in range(wearers):
        for organ in range(memory.shape[1]):
            twin = standing[w, organ].twin
            felt = _mix(quality[w, organ], quality[wearers + w, organ], twin)
            memory[w, organ] = shown[w, organ] = _believe(memory[w, organ], felt, dt_s)
            shown_age_s[w, organ] = age_s[w if twin < 0.5 else wearers + w, organ]


@compiled
def _level(s: Any, presence: int, own: float, other: float, twin: float, dt_s: float) -> None:
    """Move a level that is shown; one that was never felt and has to be held takes over what is shown."""
    if presence == REAL:
        s.own = _keep(s.own, own, dt_s)
    elif presence == HELD and np.isnan(s.own) and twin > 0.0:
        s.own = s.shown
    s.shown = _keep(s.shown, _mix(own if presence == REAL else s.own, other, twin), dt_s)


@compiled
def _cycle(s: Any, presence: int, own: float, other: float, twin: float, dt_s: float) -> None:
    """Move a cycle that is shown; one that has to be held and is not felt goes on at the pace last shown."""
    alone = np.isnan(own) and presence != REAL and not np.isnan(s.pace_hz)
    if not alone:
        s.own = own
    elif not np.isnan(s.own):
        s.own += s.pace_hz * dt_s
    elif presence == HELD:
        s.own = s.shown + s.pace_hz * dt_s
    fading = 0.0 < twin < 1.0 and not np.isnan(s.parted)
    nearest = s.parted if fading else 0.0
    s.parted = nearest + _way(other - s.own - nearest)
    phase = _mix(s.own, s.own + s.parted if twin < 1.0 and not np.isnan(s.own) else other, twin)
    ahead = _way(phase - s.shown)
    if np.isnan(ahead):
        s.shown = phase - np.floor(phase)
        return
    ahead = min(max(ahead, 0.0), MOST_HZ * dt_s)
    s.shown += ahead
    s.shown -= np.floor(s.shown)
    if dt_s > 0.0 and (not alone or np.isnan(s.own)):
        s.pace_hz = _keep(s.pace_hz, ahead / dt_s, dt_s)


@compiled
def blend_levels(
    memory: NDArray[Any], standing: NDArray[Any], organ: Ints, kind: Ints, felt: Floats, dt_s: float, shown: Floats
) -> None:
    """Make one value of each wearer's own and their twin's, for every organ but the heart.

    memory (R, N) of `kept_levels` · standing (N, ORGANS) · organ, kind (R,) of each row · felt (R, M) ·
    shown (R, N), written

    A level that the twin does not have is kept, and what is shown of one moves within `CALM_S` whoever it comes from.
    Cycles never run backwards: their sides go on by themselves.
    """
    wearers = memory.shape[1]
    for r in range(felt.shape[0]):
        for w in range(wearers):
            at, own, other = standing[w, organ[r]], felt[r, w], felt[r, wearers + w]
            twin = 0.0 if np.isnan(other) else at.twin
            if kind[r] == EVENT:
                shown[r, w] = own if twin < 0.5 else other
                continue
            s = memory[r, w]
            if kind[r] == LEVEL:
                _level(s, at.presence, own, other, twin, dt_s)
            else:
                _cycle(s, at.presence, own, other, twin, dt_s)
            shown[r, w] = s.shown
