"""Who is with whom: the neighbour at the table to whom a wearer has been locked for about a minute, if to anyone.

The mean product of two wearers' windows is held against that of neighbours at the same table taken at
different times; the z scores of heart, skin and breath are joined.  The best of several candidates must pass a
level that the best of as many strangers passes once in a hundred times.  A pair that breathes at the same pace by
chance stays in step for a while: what is told here is "in step", not that one hears the other.  Locking of pairs
has been shown for people who sing together (Müller and Lindenberger, PLoS ONE 6:e24893, 2011), not for guests.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from installation.body.group_sums import SEATS
from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints

FALSE_LOCKS = 0.01  # of wearers who have no partner are given one
LEVELS = np.array([NormalDist().inv_cdf(1.0 - FALSE_LOCKS / max(1, n)) for n in range(2 * SEATS)])
"""z that the best of n candidates must pass."""
KNOWN = 20.0  # rounds of full weight, 20 s, until a pair is judged
STRANGERS = 24  # products at different times until a table's chance is known
FULL = 3.0  # z above the level: as strong as a lock is shown
PIECE = 256  # wearers at least in one go, a part of a millisecond
STAY = 0.5  # z by which another must be better, or the level be missed, until a partner is left


@compiled
def find_partners(
    first: int,
    order: Ints,
    group: Ints,
    mate: Ints,
    lock: Floats32,
    null: Floats32,
    levels: Floats,
    best: Floats,
    partner: Ints,
    strength: Floats,
) -> int:
    """Find the partners of the next tables in order, from place `first` on; the place after the last of them.

    order, group (N,), mate, lock, null: of `group_sums.work` · levels: LEVELS · best (N, 4), scratch: z of the best,
    the best, z of the partner so far, candidates · partner (N,) and strength (N,) 0..1, written, and read
    as they were before; -1 and 0: none
    """
    n, measures = order.size, lock.shape[0]
    mean, spread = np.empty(measures), np.empty(measures)
    start = first
    while start < n and start < first + PIECE:
        stop = start
        while stop < n and group[order[stop]] == group[order[start]]:
            stop += 1
        for m in range(measures):
            mean[m], spread[m] = _strangers(null[m], order, start, stop)
        usual = _usual(null, mean, spread, order, start, stop)
        for k in range(start, stop):
            w = order[k]
            best[w, 0], best[w, 1], best[w, 2], best[w, 3] = -np.inf, -1.0, -np.inf, 0.0
            for back in range(1, min(SEATS, k - start + 1)):
                other = order[k - back]
                z = _joined(lock, mate, mean, spread, w, other, back) / usual
                if not np.isnan(z):
                    _offer(best, w, other, z, partner[w])
                    _offer(best, other, w, z, partner[other])
        for k in range(start, stop):
            _choose(best[order[k]], levels, partner, strength, order[k])
        start = stop
    return start


@compiled
def _strangers(null: Floats32, order: Ints, start: int, stop: int) -> tuple[float, float]:
    """Mean and deviation of the products of neighbours at different times; NaN where too few are known."""
    count, total, square = 0, 0.0, 0.0
    for k in range(start, stop):
        for slot in range(null.shape[1]):
            if null[order[k], slot, 1] >= KNOWN:
                x = null[order[k], slot, 0] / null[order[k], slot, 1]
                count += 1
                total += x
                square += x * x
    if count < STRANGERS:
        return np.nan, np.nan
    mean = total / count
    variance = square / count - mean * mean
    return mean, np.sqrt(variance) if variance > 1e-9 else np.nan


@compiled
def _usual(null: Floats32, mean: Floats, spread: Floats, order: Ints, start: int, stop: int) -> float:
    """Deviation of the joined z of strangers: over 1 where a body's measures go together, as they do."""
    count, square = 0, 0.0
    for k in range(start, stop):
        for slot in range(null.shape[1]):
            known, total = 0, 0.0
            for m in range(null.shape[0]):
                product = null[m, order[k], slot]
                if product[1] >= KNOWN and not np.isnan(spread[m]):
                    known += 1
                    total += (product[0] / product[1] - mean[m]) / spread[m]
            if known > 0:
                count += 1
                square += total * total / known
    return max(1.0, np.sqrt(square / count)) if count > 0 else 1.0


@compiled
def _joined(lock: Floats32, mate: Ints, mean: Floats, spread: Floats, w: int, other: int, back: int) -> float:
    """z of a pair over all measures that are known of it; NaN: none."""
    count, total = 0, 0.0
    for m in range(lock.shape[0]):
        if mate[m, w, back] == other and lock[m, w, back, 1] >= KNOWN and not np.isnan(spread[m]):
            count += 1
            total += (lock[m, w, back, 0] / lock[m, w, back, 1] - mean[m]) / spread[m]
    return total / np.sqrt(count) if count > 0 else np.nan


@compiled
def _offer(best: Floats, w: int, other: int, z: float, partner: int) -> None:
    """Let `other` be a candidate of `w`."""
    best[w, 3] += 1.0
    if z > best[w, 0]:
        best[w, 0], best[w, 1] = z, other
    if other == partner:
        best[w, 2] = z


@compiled
def _choose(best: Floats, levels: Floats, partner: Ints, strength: Floats, w: int) -> None:
    """Stay with the partner, go over to a clearly better one, or have none."""
    level = levels[int(best[3])]
    z = best[2]
    if partner[w] < 0 or best[0] > z + STAY:
        partner[w], z = int(best[1]), best[0]
        if z < level:
            partner[w] = -1
    elif z < level - STAY:
        partner[w] = -1
    strength[w] = min(1.0, max(0.0, (z - level) / FULL)) if partner[w] >= 0 else 0.0
