"""One statistic for every measure and every group: the mean inner product over pairs of windows, without any pair.

    sum over i of s_i u_i = S,     statistic = (|S|**2 - sum s_i**2) / ((sum s_i)**2 - sum s_i**2)

u_i is a wearer's window as a unit vector and s_i their weight.  Of standardised windows this is the mean pairwise
correlation, of phases (N R**2 - 1) / (N - 1) averaged over the window; the cost is O(N T).  A
surrogate is the same sum with each window taken earlier, by a lag of the wearer's own.  Lags stay the
same for as long as the group does, so that a surrogate's mean over a whole act varies as the true one does.

On the way, windows of neighbours at one table are multiplied with one another, which says who is with whom.
"""

from __future__ import annotations

import numpy as np

from installation.body.group_series import BREATH, COSINE, ENDS, HISTORY, RING, ROUND, SINE, WINDOW
from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints

SURROGATES = 64  # kept up over an act: the error of their deviation is a tenth of it
PAIR_SURROGATES = 32  # of which so many say what two who are not together look like
APART = 0.2  # of the span of lags: neighbours are never taken closer, or the surrogate would be the truth
SETTLED = 30  # grid samples, 15 s: lags of less break nothing (a heart's slow waves last 10 s)
SEATS = 16  # people at one table among whom partners are looked for; at a longer one, so many along it
WIDTH = 64  # of the longest window's vector: 30 s of heart, or cosine and sine of 16 s of breath
SPAN = HISTORY - max(WINDOW)  # grid samples, 60 s: the longest lag
FLAT = 1e-4  # standard deviation, of a beat per minute or a µS: below it a window has no shape to compare
PAIR_KEEPS = 1.0 - 1.0 / 60.0  # what a round of a second leaves of the past: who is with whom is told from a minute


@compiled
def _look(
    value: Floats32, sure: Floats32, mean: Floats32, scale: Floats32, weight: Floats32, m: int, w: int, end: int
) -> None:
    """Take down the mean, 1 / norm and weight of the window of `w` that ends at grid sample `end`."""
    size = WINDOW[m]
    first = end % RING + RING - size + 1
    slot = end // ROUND % ENDS
    there, quality = 0, np.float32(0.0)
    for x in sure[m, w, first : first + size]:
        there += x > 0.0
        quality += x
    weight[m, w, slot] = 0.0
    if 2 * there <= size:
        return
    norm = np.sqrt(np.float32(size))
    if m != BREATH:
        window = value[m, w, first : first + size]
        total, square = 0.0, 0.0
        for x in window:
            total += x
        middle = np.float32(total / size)
        for x in window:
            square += (x - middle) * (x - middle)
        if square <= size * FLAT**2:
            return
        mean[m, w, slot], norm = middle, np.sqrt(square)
    scale[m, w, slot] = 1.0 / norm
    weight[m, w, slot] = (2.0 * there / size - 1.0) * quality / there


@compiled
def _unit(
    value: Floats32, mean: Floats32, scale: Floats32, weight: Floats32, m: int, w: int, end: int, u: Floats32
) -> None:
    """Write the window of `w` that ended at grid sample `end` into `u`, as a unit vector times its weight."""
    size = WINDOW[m]
    first = end % RING + RING - size + 1
    slot = end // ROUND % ENDS
    c = weight[m, w, slot] * scale[m, w, slot]
    if m == BREATH:
        cosine, sine = value[COSINE, w, first : first + size], value[SINE, w, first : first + size]
        for k in range(size):
            u[k] = c * cosine[k]
        for k in range(size):
            u[size + k] = c * sine[k]
    else:
        window, middle = value[m, w, first : first + size], mean[m, w, slot]
        for k in range(size):
            u[k] = c * (window[k] - middle)


@compiled
def _lag(weight: Floats32, m: int, w: int, end: int, fraction: float, span: int) -> int:
    """The lag at this fraction of the span, or a shorter one where that window can't be compared."""
    lag = ROUND * int(fraction * (span // ROUND + 1))
    while lag > 0 and weight[m, w, (end - lag) // ROUND % ENDS] == 0.0:
        lag = lag // (2 * ROUND) * ROUND
    return lag


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
    stranger: Floats32,
    place: Ints,
    statistic: Floats32,
    mate: Ints,
    lock: Floats32,
    null: Floats32,
) -> None:
    """Do items `first_item` up to `last_item` of a round: each is `part` wearers of one measure, in all slots.

    Slot 0 is the true one, the others are surrogates.

    value, sure, mean, scale, weight: of a `Series`; age (3, N) as it was when the round began · order (N,) wearers by
    group, group (N,) 0: no table, 1 + table · alone: those without a table are few enough to be partners ·
    lags (N, slots) 0..1 · end: the newest grid sample of the round, a multiple of ROUND · statistic
    (3, G, slots), written when a group is done, the room first · mate (3, N, SEATS) who is compared, lock
    (3, N, SEATS, 2) and null (3, N, PAIR_SURROGATES, 2): sums of products and of weights, which forget

    Carried from item to item: sums (2, slots, WIDTH) and tally (2, slots, 3) weight, its square and its settled
    part, of the room and of the group under way; turned (slots,) where the last lag was; seats (SEATS, WIDTH + 2)
    and stranger (slots, WIDTH + 1) the windows of neighbours; place (3,) the group, its seats so far, its strangers
    """
    n, slots = order.size, lags.shape[1]
    parts = (n + part - 1) // part
    u = np.empty(WIDTH, np.float32)
    for item in range(first_item, last_item):
        m, start = item // parts, item % parts * part
        width = 2 * WINDOW[m] if m == BREATH else WINDOW[m]
        if start == 0:
            sums[0] = 0.0
            tally[0] = 0.0
            place[0] = -1
        for k in range(start, min(start + part, n)):
            w = order[k]
            g = group[w]
            if g != place[0]:
                if place[0] >= 0:
                    _close(sums, tally, width, statistic[m, place[0]])
                sums[1] = 0.0
                tally[1] = 0.0
                turned[:] = 0.0
                place[0], place[1], place[2] = g, 0, 0
            seat = place[1] % SEATS
            place[1] += 1
            pairing = g > 0 or alone
            weight[m, w, end // ROUND % ENDS] = 0.0
            if age[m, w] > 0:
                _look(value, sure, mean, scale, weight, m, w, end)
            s = weight[m, w, end // ROUND % ENDS]
            seats[seat, :WIDTH] = 0.0
            seats[seat, WIDTH], seats[seat, WIDTH + 1] = s, w
            if s > 0.0:
                _unit(value, mean, scale, weight, m, w, end, seats[seat])
            if pairing:
                _pair(seats, seat, min(place[1], SEATS), width, mate[m, w], lock[m, w])
            if s == 0.0:
                continue
            span = min(SPAN, max(0, age[m, w] - WINDOW[m]))
            _add(sums[1, 0], seats[seat], width, tally[1, 0], s, span)
            for slot in range(1, slots):
                fraction = turned[slot] + APART + (1.0 - 2.0 * APART) * lags[w, slot]
                turned[slot] = fraction - np.floor(fraction)
                lag = _lag(weight, m, w, end, turned[slot], span)
                s = weight[m, w, (end - lag) // ROUND % ENDS]
                _unit(value, mean, scale, weight, m, w, end - lag, u)
                _add(sums[1, slot], u, width, tally[1, slot], s, span)
                if slot <= PAIR_SURROGATES and pairing:
                    other = stranger[slot]
                    if place[2] > 0:
                        _remember(null[m, w, slot - 1], _product(u, other, width), s * other[WIDTH])
                    other[:WIDTH] = u
                    other[WIDTH] = s
            place[2] += 1
        if start + part >= n:
            _close(sums, tally, width, statistic[m, place[0]])
            _mean_products(sums[0], tally[0], width, statistic[m, 0])


@compiled
def _add(total: Floats32, u: Floats32, width: int, tally: Floats, s: float, span: int) -> None:
    """Add one window to a sum, and its weight to the tally."""
    for d in range(width):
        total[d] += u[d]
    tally[0] += s
    tally[1] += float(s) * s
    tally[2] += s if span >= SETTLED else 0.0


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
def _remember(kept: Floats32, product: float, weight: float) -> None:
    """Take one product and its weight into what is kept of a pair."""
    kept[0] = PAIR_KEEPS * kept[0] + product
    kept[1] = PAIR_KEEPS * kept[1] + weight


@compiled
def _pair(seats: Floats32, seat: int, seated: int, width: int, mate: Ints, lock: Floats32) -> None:
    """Compare who has just sat down with everyone seated before, up to SEATS - 1 of them."""
    mate[seated:] = -1
    for back in range(1, seated):
        other = seats[(seat - back) % SEATS]
        if mate[back] != int(other[WIDTH + 1]):
            mate[back] = int(other[WIDTH + 1])
            lock[back] = 0.0
        weight = seats[seat, WIDTH] * other[WIDTH]
        _remember(lock[back], _product(seats[seat], other, width) if weight > 0.0 else 0.0, weight)


@compiled
def _close(sums: Floats32, tally: Floats, width: int, statistic: Floats32) -> None:
    """Turn a table's sums into its statistics and add them to the room's; group 0, of no table, has none."""
    _mean_products(sums[1], tally[1], width, statistic)
    sums[0] += sums[1]
    tally[0] += tally[1]


@compiled
def _mean_products(sums: Floats32, tally: Floats, width: int, statistic: Floats32) -> None:
    """Mean inner product over pairs in every slot; NaN for fewer than two, and for surrogates of those who are new."""
    for slot in range(statistic.size):
        total, square, settled = tally[slot]
        pairs = total * total - square
        statistic[slot] = np.nan
        if square > 0.0 and pairs > 1e-6 * square and (slot == 0 or settled >= 0.5 * total):
            length = 0.0
            for d in range(width):
                length += float(sums[slot, d]) ** 2
            statistic[slot] = (length - square) / pairs
