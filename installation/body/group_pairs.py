"""Who is with whom: the neighbour at the table to whom a wearer has been locked for about a minute, if to anyone.

The mean product of two wearers' windows is held against the same with one of the two taken earlier, by lags
that are theirs (at least as widely spread as is usual at the table); the z scores of heart, skin and breath are
joined.  The best of several candidates must pass a level that few strangers pass.  What is told is "in step", not
that one hears the other.  Locking of pairs has been shown for people who sing together (Müller and Lindenberger,
PLoS ONE 6:e24893, 2011), not for guests.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from installation.body.group_sums import SEATS
from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints

FALSE_LOCKS = 0.001  # of strangers are given a partner, were z normal; it isn't quite, and one or two in 100 are
LEVELS = np.array([NormalDist().inv_cdf(1.0 - FALSE_LOCKS / max(1, n)) for n in range(2 * SEATS)])
"""z that the best of n candidates must pass."""
KNOWN = 6.0  # comparisons of full weight, some 20 s, until a pair is judged
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
    spread = np.empty(measures)
    start = first
    while start < n and start < first + PIECE:
        stop = start
        while stop < n and group[order[stop]] == group[order[start]]:
            stop += 1
        for m in range(measures):
            spread[m] = _spread(mate[m], lock[m], null[m], order, start, stop)
        usual = _usual(mate, lock, null, spread, order, start, stop)
        for k in range(start, stop):
            w = order[k]
            best[w, 0], best[w, 1], best[w, 2], best[w, 3] = -np.inf, -1.0, -np.inf, 0.0
            for back in range(1, min(SEATS, k - start + 1)):
                other = order[k - back]
                z = _joined(mate, lock, null, spread, w, other, back, -1) / usual
                if not np.isnan(z):
                    _offer(best, w, other, z, partner[w])
                    _offer(best, other, w, z, partner[other])
        for k in range(start, stop):
            _choose(best[order[k]], levels, partner, strength, order[k])
        start = stop
    return start


@compiled
def _moments(lock: Floats32, null: Floats32, w: int, back: int) -> tuple[float, float]:
    """Mean and variance of one pair's surrogates."""
    total = square = 0.0
    for k in range(null.shape[2]):
        x = null[w, back, k] / lock[w, back, 1]
        total += x
        square += x * x
    mean = total / null.shape[2]
    return mean, max(0.0, square / null.shape[2] - mean * mean)


@compiled
def _spread(mate: Ints, lock: Floats32, null: Floats32, order: Ints, start: int, stop: int) -> float:
    """Usual deviation of a pair's surrogates at one table; NaN where none is known."""
    count, total = 0, 0.0
    for k in range(start, stop):
        for back in range(1, min(SEATS, k - start + 1)):
            if mate[order[k], back] == order[k - back] and lock[order[k], back, 1] >= KNOWN:
                count += 1
                total += _moments(lock, null, order[k], back)[1]
    return np.sqrt(total / count) if total > 1e-9 else np.nan


@compiled
def _joined(
    mate: Ints, lock: Floats32, null: Floats32, spread: Floats, w: int, other: int, back: int, surrogate: int
) -> float:
    """z of a pair, or of one of its surrogates (0 or more), over all measures that are known of it; NaN: none."""
    count, total = 0, 0.0
    for m in range(lock.shape[0]):
        if mate[m, w, back] == other and lock[m, w, back, 1] >= KNOWN and not np.isnan(spread[m]):
            mean, variance = _moments(lock[m], null[m], w, back)
            x = lock[m, w, back, 0] if surrogate < 0 else null[m, w, back, surrogate]
            count += 1
            total += (x / lock[m, w, back, 1] - mean) / max(np.sqrt(variance), spread[m])
    return total / np.sqrt(count) if count > 0 else np.nan


@compiled
def _usual(mate: Ints, lock: Floats32, null: Floats32, spread: Floats, order: Ints, start: int, stop: int) -> float:
    """Deviation of the surrogates' joined z: over 1 where a body's measures go together, as they do."""
    count, square = 0, 0.0
    for k in range(start, stop):
        for back in range(1, min(SEATS, k - start + 1)):
            z = _joined(mate, lock, null, spread, order[k], order[k - back], back, (k + back) % null.shape[3])
            if not np.isnan(z):
                count += 1
                square += z * z
    return max(1.0, np.sqrt(square / count)) if count > 0 else 1.0


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
