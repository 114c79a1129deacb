"""What beats say: intervals and their artefacts, heart rate, variability, and a phase that leads the next beat.

An interval is sound that is trusted and within a quarter of the local median.  Variability is of changes from
interval to interval, without those that are no heart's own.  An early beat and the pause after it are left out as a
pair, unless all the heart is as irregular as such pairs are; of the rest, ectopic, missed and double beats change the
interval by more than 3.5 standard deviations of what is usual for this wearer in this minute.  A beat that is early
by a tenth can be either, to whoever sees intervals alone: where it matters which, variability is not sure.

Sources: RMSSD, of intervals between beats of the sinus node, and 20-25 % as the limit of an artefact: Task Force of
ESC and NASPE, Circulation 93:1043, 1996; limits that follow the spread of changes, and ectopic beats known by the pair
of intervals around them: Lipponen and Tarvainen, J Med Eng Technol 43:173, 2019; RMSSD of 30-60 s stands for that of
minutes: Munoz et al., PLoS ONE 10:e0138921, 2015.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.heart import BEAT
from installation.compiled import compiled
from installation.frame import Flags, Floats, Ints

SHORTEST_S, LONGEST_S = 0.27, 2.0  # of a heart: 220 and 30 per minute
OFF = 0.25  # so far off the median an interval is an artefact: a beat too many, too few or out of place
RECENT = 8  # intervals of which the median is the local rate: two breaths at rest
FEWEST = 3  # intervals until a rate is known
KEPT = 128  # intervals kept for variability
SPAN_S = 60.0  # over which variability is taken
PAIRS = 10  # neighbours until variability is known: some ten seconds, r = 0.85 with five minutes (Munoz 2015)
FAR = 5.2  # medians of |change|, 3.5 standard deviations: a larger one is no heart's own (Lipponen 2019)
LOW, FAR_OF_LOW, AGAIN = 0.3, 9.1, 4  # the same as seen from this quantile, where the search begins; steps of it
EARLY = 0.72  # of the interval after it: no breath does so from beat to beat, an early beat and its pause do
IRREGULAR = 0.2  # of the jump over such a pair: where other changes are usually as large, it is nothing special
CUSTOMARY = 0.2  # of an interval: what changes by less may be a heart's own (Task Force 1996)
FINEST_S = 0.02  # changes this small are always a heart's own; sensors tell beats no better
ENOUGH = 30  # neighbours of which variability is sure: half a minute, r = 0.94 (Munoz 2015)
EASE = 0.5  # intervals in which most of an error of phase is eased away
EXPECTED = 0.15  # turns: a beat in doubt, so near to where the rhythm expects one, is one
LEEWAY = 0.5  # the phase runs at 0.5 to 1.5 times the heart's pace, whatever there is to ease

TRUSTED = 0.3  # quality a beat needs to be shown: rather a beat in doubt than a dark heart
STALE_S = 0.5  # a beat that came through this late is no news for the light

RHYTHM = np.dtype(
    [
        ("beat_s", "f8"),  # the newest beat, NaN before the first
        ("count", "i8"),  # intervals so far
        ("interval_s", "f8", KEPT),  # the newest at (count - 1) % KEPT
        ("end_s", "f8", KEPT),  # the beat that ends it
        ("change_s", "f8", KEPT),  # against the interval before
        ("sizes_s", "f8", KEPT),
        ("jumps_s", "f8", KEPT),
        ("odd", "u1", KEPT),  # whether it leads to an early beat or is the pause after it
        ("good", "u1", KEPT),  # whether it is trusted
        ("sound", "u1", KEPT),  # and near the local median besides
        *((name, "f8") for name in ("rate", "ibi_s", "next_s", "rmssd_ms", "rmssd_sure")),
        *((name, "f8") for name in ("phase", "error", "pace_s")),
    ],
    align=True,
)
"""Memory of one rhythm: rate per minute, ibi_s the last sound interval, next_s the one to expect, rmssd_ms the
variability of the last minute, rmssd_sure 0..1 how sure that is, phase in turns since the beat, error what it lacks,
pace_s of one turn; NaN: not known.  sizes_s, jumps_s: room to sort changes in."""


def rhythms(columns: int) -> NDArray[Any]:
    """Memory of `columns` rhythms of which nothing is known."""
    memory = np.zeros(columns, RHYTHM)
    for name in ("beat_s", "rate", "ibi_s", "next_s", "rmssd_ms", "phase", "pace_s"):
        memory[name] = np.nan
    return memory


@compiled
def _touch(r: Any, new: int, old: int) -> bool:
    """Whether two intervals are believed and the one begins where the other ends."""
    return bool(r.good[new] and r.good[old] and abs(r.end_s[new] - r.interval_s[new] - r.end_s[old]) < 1e-6)


@compiled
def _change(r: Any) -> None:
    """Keep by how much the newest interval differs from the one before; NaN where they do not touch."""
    new, old = (r.count - 1) % KEPT, (r.count - 2) % KEPT
    r.change_s[new] = r.interval_s[new] - r.interval_s[old] if r.count > 1 and _touch(r, new, old) else np.nan


@compiled
def _pairs(r: Any) -> tuple[int, int]:
    """Mark the early beats of the newest minute: number of neighbouring intervals in it, of early beats among them.

    The jump from each early beat's interval to its pause is written into `jumps_s`.
    """
    pairs, jumps = 0, 0
    for back in range(1, min(r.count, KEPT)):
        new, old = (r.count - back) % KEPT, (r.count - back - 1) % KEPT
        if r.end_s[new] < r.beat_s - SPAN_S:
            break
        if back == 1:
            r.odd[new] = 0
        r.odd[old] = 0
        pairs += 1
        if r.change_s[new] > 0.0 and r.interval_s[old] < EARLY * r.interval_s[new]:  # False for NaN
            r.odd[new] = r.odd[old] = 1
            r.jumps_s[jumps] = r.change_s[new]
            jumps += 1
    return pairs, jumps


@compiled
def _sizes(r: Any, pairs: int, odd_too: bool) -> int:
    """Sort the sizes of the changes of the newest `pairs` into `sizes_s`; how many there are."""
    found = 0
    for back in range(1, pairs + 1):
        new, old = (r.count - back) % KEPT, (r.count - back - 1) % KEPT
        if not np.isnan(r.change_s[new]) and (odd_too or not (r.odd[new] or r.odd[old])):
            r.sizes_s[found] = abs(r.change_s[new])
            found += 1
    r.sizes_s[:found].sort()
    return found


@compiled
def _vary(r: Any) -> None:
    """Short-term variability over the newest minute, in ms, and how sure it is.

    rmssd = 1000 * sqrt(mean of change**2),   |change| <= FAR * median of such |change|
    sure = share of changes taken * min(1, number / ENOUGH) * rmssd / (rmssd of all |change| <= CUSTOMARY * interval)

    Such a median is found from below, so that more than half of the beats may be ectopic.
    """
    pairs, jumps = _pairs(r)
    found = _sizes(r, pairs, False)
    if jumps > 0 and found >= FEWEST:
        r.jumps_s[:jumps].sort()
        if r.sizes_s[found // 2] > IRREGULAR * r.jumps_s[jumps // 2]:
            found = _sizes(r, pairs, True)
    sizes_s = r.sizes_s[:found]
    kept, total = 0, 0.0
    if found >= PAIRS:
        most_s = FAR_OF_LOW * sizes_s[int(LOW * found)]
        for _ in range(AGAIN):
            kept = np.searchsorted(sizes_s, max(most_s, FINEST_S), "right")
            most_s = FAR * sizes_s[kept // 2]
    if kept < PAIRS:
        r.rmssd_ms, r.rmssd_sure = np.nan, 0.0
        return
    for k in range(kept):
        total += sizes_s[k] ** 2
    mean = total / kept
    allowed = max(kept, np.searchsorted(sizes_s, CUSTOMARY * 60.0 / r.rate, "right"))
    for k in range(kept, allowed):
        total += sizes_s[k] ** 2
    agree = np.sqrt(mean / (total / allowed)) if total > 0.0 else 1.0
    r.rmssd_ms, r.rmssd_sure = 1000.0 * np.sqrt(mean), kept / pairs * min(1.0, kept / ENOUGH) * agree


@compiled
def _take(r: Any, interval_s: float, trusted: bool) -> None:
    """Take one interval, the newest, ending at the newest beat."""
    here = r.count % KEPT
    r.interval_s[here], r.end_s[here] = interval_s, r.beat_s
    r.count += 1
    recent = min(r.count, RECENT)
    window = np.empty(recent)
    for back in range(recent):
        window[back] = r.interval_s[(r.count - 1 - back) % KEPT]
    median_s = np.median(window)
    r.good[here] = trusted
    _change(r)
    r.sound[here] = trusted and abs(interval_s - median_s) <= OFF * median_s
    if r.sound[here]:
        r.ibi_s = interval_s
    if recent < FEWEST:
        return
    window.sort()
    r.rate = 60.0 / window[recent // 4 : recent - recent // 4].mean()
    sound_s = median_s
    for back in range(recent - 1, -1, -1):
        k = (r.count - 1 - back) % KEPT
        if r.sound[k]:
            sound_s = r.interval_s[k]
    r.next_s = 0.5 * (median_s + sound_s)  # between the last, which breathing bends, and where it all comes back to
    _vary(r)


@compiled
def follow_beats(
    memory: NDArray[Any],
    column: Ints,
    pulse: NDArray[Any],
    quality: Floats,
    now_s: float,
    beat_s: Floats,
    trusted: Flags,
) -> None:
    """Take the beats among pulses (K,) of some quality (K,) into the rhythms' memory (M,).

    Only trusted beats end sound intervals.  A silence longer than any interval breaks the rhythm: what
    is known stays, the gap is no interval.

    beat_s (M,), written: when the newest beat of these was, NaN where none is news · trusted (M,), written
    """
    beat_s[:] = np.nan
    trusted[:] = False
    for k in range(column.size):
        if pulse[k].verdict != BEAT:
            continue
        c = column[k]
        r = memory[c]
        interval_s = pulse[k].beat_s - r.beat_s
        r.beat_s = pulse[k].beat_s
        if SHORTEST_S <= interval_s <= LONGEST_S:  # False for NaN, at the first beat
            _take(r, interval_s, quality[k] >= TRUSTED)
        if pulse[k].beat_s > now_s - STALE_S:
            beat_s[c], trusted[c] = pulse[k].beat_s, quality[k] >= TRUSTED


@compiled
def _turn(phase: float) -> float:
    """A phase in 0..1, without the 1."""
    return float(phase - np.floor(phase))


@compiled
def _way(turns: float) -> float:
    """The shorter way round, -0.5..0.5 turns."""
    return float(turns - np.floor(turns + 0.5))


@compiled
def keep_time(memory: NDArray[Any], beat_s: Floats, trusted: Flags, now_s: float, dt_s: float, believed: Flags) -> None:
    """Move the phases on by one tick, after the beats that are believed, and alone where there are none.

        step = dt / pace * (1 + clamp(error / EASE, -LEEWAY, LEEWAY)),   error -= what was eased

    A phase-locked loop of first order, bounded: it never runs backwards and never leaps.

    memory (M,) `RHYTHM` · beat_s (M,) newest beat, NaN where none came in this tick; trusted (M,) whether its
    quality is good · believed (M,), written: trusted, or in doubt but where the rhythm expects it.
    """
    for c in range(beat_s.size):
        r = memory[c]
        step = dt_s / r.pace_s
        eased = step * min(LEEWAY, max(-LEEWAY, r.error / EASE))
        r.phase = _turn(r.phase + step + eased)
        r.error -= eased
        believed[c] = False
        if np.isnan(beat_s[c]):
            continue
        off = _way((now_s - beat_s[c]) / r.pace_s - r.phase)
        believed[c] = trusted[c] or abs(off - r.error) < EXPECTED  # False where no phase is known
        if trusted[c] and not np.isnan(r.next_s):
            r.pace_s = r.next_s
            off = _way((now_s - beat_s[c]) / r.pace_s - r.phase)
        if believed[c] and np.isnan(r.phase):
            r.phase, r.error = _turn((now_s - beat_s[c]) / r.pace_s), 0.0
        elif believed[c]:
            r.error = off
