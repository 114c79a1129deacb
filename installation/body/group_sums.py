"""One statistic for every measure and every group: the mean inner product over pairs of windows, without any pair.

    sum over i of s_i u_i = S,     statistic = (|S|**2 - sum s_i**2) / ((sum s_i)**2 - sum s_i**2)

u_i is a wearer's window as a unit vector and s_i their weight.  Of standardised windows this is the mean pairwise
correlation, of phases (N R**2 - 1) / (N - 1) averaged over the window; the cost is O(N T).  A
surrogate is the same sum with each window taken earlier, by a lag of the wearer's own.  Lags stay the
same for as long as the group does, so that a surrogate's mean over a whole act varies as the true one does.

On the way, windows of neighbours at one table are multiplied with one another, which says who is with whom.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.body.group_series import BREATH, ENDS, HISTORY, RING, ROUND, ROW, SINE, WINDOW
from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints

SURROGATES = 48  # kept up over an act: the error of their deviation is a tenth of it
PAIR_SURROGATES = 16  # of each pair, one of the two taken earlier: as many as a minute holds that differ
APART = 0.2  # of the span of lags: neighbours are never taken closer, or the surrogate would be the truth
SETTLED = 30  # grid samples, 15 s: lags of less break nothing (a heart's slow waves last 10 s)
SEATS = 16  # people at one table among whom partners are looked for; at a longer one, so many along it
WIDTH = 64  # of the longest window's vector: 30 s of heart, or cosine and sine of 16 s of breath
SPAN = HISTORY - max(WINDOW)  # grid samples, 60 s: the longest lag
FLAT = 1e-4  # standard deviation, of a beat per minute or a µS: below it a window has no shape to compare
PAIR_MEASURES = 3  # heart, skin and breath phase; the breath's rate says of a pair what its phase says better
PAIR_EVERY = 3  # rounds: neighbours are compared in so many, a third of the tables in each
PAIR_KEEPS = 1.0 - PAIR_EVERY / 60.0  # what is left of the past each time: who is with whom is told from a minute


@compiled
def _clear(row: Any) -> None:
    """Write zeros."""
    for k in range(row.size):
        row[k] = 0.0


@compiled
def _look(value: Floats32, sure: Floats32, size: int, first: int, phase: bool) -> tuple[float, float, float]:
    """Mean, 1 / norm and weight of one wearer's window, `size` samples from `first` on; weight 0: not comparable."""
    there, quality, total, square = 0, 0.0, 0.0, 0.0
    for k in range(first, first + size):
        there += sure[k] > 0.0
        quality += sure[k]
        total += value[k]
    if 2 * there <= size:
        return 0.0, 0.0, 0.0
    weight = (2.0 * there / size - 1.0) * quality / there
    if phase:
        return 0.0, 1.0 / np.sqrt(float(size)), weight
    mean = total / size
    for k in range(first, first + size):
        square += (value[k] - mean) * (value[k] - mean)
    if square <= size * FLAT * FLAT:
        return 0.0, 0.0, 0.0
    return mean, 1.0 / np.sqrt(square), weight


@compiled
def _unit(
    rows: Floats32, sines: Floats32, phase: bool, first: int, size: int, middle: float, c: float, u: Floats32
) -> None:
    """Write a window into `u`, as a unit vector times its weight: one row about its middle, or two rows of a phase."""
    for k in range(size):
        u[k] = c * (rows[first + k] - middle)
    if phase:
        for k in range(size):
            u[size + k] = c * sines[first + k]


@compiled
def _at(newest: int, lag: int) -> int:
    """Place of the window that ended so many rounds ago."""
    return newest - lag if lag <= newest else newest - lag + ENDS


@compiled
def _comparable(weights: Floats32, newest: int, lag: int) -> int:
    """This lag, or a shorter one where that window can't be compared; the newest can."""
    while weights[_at(newest, lag)] == 0.0:
        lag //= 2
    return lag


@compiled
def _begin(first: int, lag: int) -> int:
    """First sample of the window that ended so many rounds before the one from `first` on."""
    back = first - ROUND * lag
    return back if back >= 0 else back + RING


@compiled
def work(
    value: Floats32,
    sure: Floats32,
    mean: Floats32,
    scale: Floats32,
    weight: Floats32,
    age: Ints,
    order: Ints,
    group: Ints,
    alone: bool,
    lags: Floats32,
    end: int,
    part: int,
    first_item: int,
    last_item: int,
    sums: Floats32,
    tally: Floats,
    turned: Floats,
    seats: Floats32,
    place: Ints,
    statistic: Floats32,
    mate: Ints,
    lock: Floats32,
    null: Floats32,
) -> None:
    """Do items `first_item` up to `last_item` of a round: each is `part` wearers of one measure, in all slots.

    Slot 0 is the true one, the others are surrogates.

    value, sure, mean, scale, weight: of a `Series`; age (4, N) as it was when the round began · order (N,) wearers by
    group, group (N,) 0: no table, 1 + table · alone: those without a table are few enough to be partners ·
    lags (N, slots) 0..1 · end: the newest grid sample of the round, a multiple of ROUND · statistic
    (4, G, slots), written when a group is done, the room first · mate (3, N, SEATS) who is compared, lock
    (3, N, SEATS, 2): sums of products and of weights, which forget; null (3, N, SEATS, PAIR_SURROGATES): sums of
    the products with `w` taken earlier, whose weights are the same

    Carried from item to item: sums (2, slots, WIDTH) and tally (2, slots, 3) weight, its square and its settled
    part, of the room and of the group under way; turned (slots,) where the last lag was; seats (SEATS, WIDTH + 2)
    the windows of neighbours, their weights and whose they are; place (2,) the group and its seats so far
    """
    n, slots = order.size, lags.shape[1]
    parts = (n + part - 1) // part
    newest = end // ROUND % ENDS
    u = np.empty(WIDTH, np.float32)
    for item in range(first_item, last_item):
        m, start = item // parts, item % parts * part
        phase, size = m == BREATH, WINDOW[m]
        width = 2 * size if phase else size
        first = end % RING + RING - size + 1
        if start == 0:
            _start(sums, tally, 0)
            place[0] = -1
        for k in range(start, min(start + part, n)):
            w = order[k]
            g = group[w]
            if g != place[0]:
                if place[0] >= 0:
                    _close(sums, tally, width, statistic[m, place[0]])
                _start(sums, tally, 1)
                _clear(turned)
                place[0], place[1] = g, 0
            place[1] += 1
            seat, seated = place[1] % SEATS, min(place[1], SEATS)
            pairing = m < PAIR_MEASURES and (g > 0 or alone) and (g + end // ROUND) % PAIR_EVERY == 0
            rows, sines = value[ROW[m], w], value[SINE, w]
            means, scales, weights = mean[m, w], scale[m, w], weight[m, w]
            weights[newest] = 0.0
            if age[m, w] > 0:
                means[newest], scales[newest], weights[newest] = _look(rows, sure[m, w], size, first, phase)
            now = weights[newest]
            mine = seats[seat]
            _clear(mine)
            if now > 0.0:
                _unit(rows, sines, phase, first, size, means[newest], now * scales[newest], mine)
            mine[WIDTH], mine[WIDTH + 1] = now, w
            if pairing:
                _pair(seats, seat, seated, width, mate[m, w], lock[m, w], null[m, w])
            if now == 0.0:
                continue
            span = min(SPAN, max(0, age[m, w] - size))
            for j in range(PAIR_SURROGATES if pairing and seated > 1 else 0):
                fraction = APART + (1.0 - APART) * (j + lags[w, j]) / PAIR_SURROGATES
                lag = _comparable(weights, newest, int(fraction * (span // ROUND)))
                at = _at(newest, lag)
                _unit(rows, sines, phase, _begin(first, lag), size, means[at], now * scales[at], u)
                for back in range(1, seated):
                    other = seats[(seat - back) % SEATS]
                    if other[WIDTH] > 0.0:
                        null[m, w, back, j] += _product(u, other, width)
            for slot in range(slots):
                lag = 0
                if slot > 0:
                    fraction = turned[slot] + APART + (1.0 - 2.0 * APART) * lags[w, slot]
                    turned[slot] = fraction - int(fraction)
                    lag = _comparable(weights, newest, int(turned[slot] * (span // ROUND + 1)))
                at = _at(newest, lag)
                _unit(rows, sines, phase, _begin(first, lag), size, means[at], weights[at] * scales[at], u)
                total = sums[1, slot]
                for d in range(width):
                    total[d] += u[d]
                tally[1, slot, 0] += weights[at]
                tally[1, slot, 1] += float(weights[at]) * weights[at]
                tally[1, slot, 2] += now if span >= SETTLED else 0.0
        if start + part >= n:
            _close(sums, tally, width, statistic[m, place[0]])
            _mean_products(sums[0], tally[0], width, statistic[m, 0])


@compiled
def _start(sums: Floats32, tally: Floats, which: int) -> None:
    """Nobody is in the room (0) or at the table (1) yet."""
    for slot in range(tally.shape[1]):
        _clear(sums[which, slot])
        _clear(tally[which, slot])


@compiled
def _product(a: Floats32, b: Floats32, width: int) -> float:
    """Inner product, in four strands."""
    p = q = r = s = np.float32(0.0)
    for d in range(0, width, 4):
        p += a[d] * b[d]
        q += a[d + 1] * b[d + 1]
        r += a[d + 2] * b[d + 2]
        s += a[d + 3] * b[d + 3]
    return float((p + q) + (r + s))


@compiled
def _pair(seats: Floats32, seat: int, seated: int, width: int, mate: Ints, lock: Floats32, null: Floats32) -> None:
    """Compare who has just sat down with everyone seated before, up to SEATS - 1 of them."""
    for back in range(seated, SEATS):
        mate[back] = -1
    for back in range(1, seated):
        other = seats[(seat - back) % SEATS]
        keeps = np.float32(PAIR_KEEPS)
        if mate[back] != int(other[WIDTH + 1]):
            mate[back], keeps = int(other[WIDTH + 1]), np.float32(0.0)
        for k in range(PAIR_SURROGATES):
            null[back, k] *= keeps
        weight = seats[seat, WIDTH] * other[WIDTH]
        lock[back, 0] *= keeps
        lock[back, 1] = keeps * lock[back, 1] + weight
        if weight > 0.0:
            lock[back, 0] += _product(seats[seat], other, width)


@compiled
def _close(sums: Floats32, tally: Floats, width: int, statistic: Floats32) -> None:
    """Turn a table's sums into its statistics and add them to the room's; group 0, of no table, has none."""
    _mean_products(sums[1], tally[1], width, statistic)
    for slot in range(tally.shape[1]):
        for d in range(width):
            sums[0, slot, d] += sums[1, slot, d]
        for part in range(3):
            tally[0, slot, part] += tally[1, slot, part]


@compiled
def _mean_products(sums: Floats32, tally: Floats, width: int, statistic: Floats32) -> None:
    """Mean inner product over pairs in every slot; NaN for fewer than two, and for surrogates of those who are new."""
    for slot in range(statistic.size):
        total, square, settled = tally[slot, 0], tally[slot, 1], tally[slot, 2]
        pairs = total * total - square
        statistic[slot] = np.nan
        if square > 0.0 and pairs > 1e-6 * square and (slot == 0 or settled >= 0.5 * total):
            length = 0.0
            for d in range(width):
                length += float(sums[slot, d]) ** 2
            statistic[slot] = (length - square) / pairs
