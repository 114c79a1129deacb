"""How much synchrony there is by chance: what surrogates say, and what is known of small groups without them.

A surrogate is the same statistic of the same wearers, each taken at another moment of their own recent past: it
keeps everyone's rhythm and breaks what they share.  Its spread is the chance level, whatever the number of
wearers and however slow their series.  Phases at one instant need no surrogates: of N independent ones

    E[R] = sqrt(pi / (4 N)),     E[(N R**2 - 1) / (N - 1)] = 0,  its deviation 1 / sqrt(N (N - 1))

with R = |mean exp(i phase)|; the corrected value is the mean cosine over all pairs.

Sources: surrogates by shifting, and z from them: Tschacher and Meier, Psychother Res 30:558, 2020 (SUSY);
order parameter of small groups: Frank and Richardson, Physica D 239:2084, 2010; its p value: Wilkie,
Appl Stat 32:311, 1983.
"""

from __future__ import annotations

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints

POOL = 512  # surrogates of each group that short-term chance is drawn from: the last minute's,
KEEPS = 8  # of which so many are new in every second
ENOUGH = 128  # of them until a chance level is given: what is rarer than 1 in 20 must be among them
INDEPENDENT = 48  # so many of a full pool count as drawn anew: neighbours in time and lag resemble one another
ACT_ROUNDS = 30  # of a second each, until a whole act is judged


def expected_r(wearers: float) -> float:
    """Kuramoto's R that so many independent phases have on average (Frank and Richardson 2010)."""
    return float(np.sqrt(np.pi / (4.0 * wearers)))


def coherence(r: float, wearers: float) -> float:
    """R without its bias by the size of the group: 0 by chance, 1 where all are in phase; NaN for less than two."""
    return float((wearers * r * r - 1.0) / (wearers - 1.0)) if wearers > 1.0 else float("nan")


@compiled
def _confidence(r: float, n: float) -> float:
    """How sure it is that phases with this R are not independent, 0..1 (Wilkie's form of Rayleigh's test)."""
    inside = 1.0 + 4.0 * n + 4.0 * n * n * (1.0 - r * r)
    return float(1.0 - min(1.0, np.exp(np.sqrt(inside) - (1.0 + 2.0 * n))))


@compiled
def together(phase: Floats, quality: Floats, table: Ints, sums: Floats, coherent: Floats, confidence: Floats) -> None:
    """Phase coherence of the breaths at this very instant, and how sure it is.

    phase (N,) turns, quality (N,), NaN: not known · table (N,), -1: none · sums (1 + tables, 4), scratch ·
    coherent, confidence (1 + tables,), written, the room first; NaN where fewer than two are known
    """
    for g in range(sums.shape[0]):
        for k in range(4):
            sums[g, k] = 0.0
    tables = coherent.size - 1
    for w in range(phase.size):
        s = quality[w]
        if not (0.0 < s <= 1.0 and abs(phase[w]) < 1e3):
            continue
        c, d = s * np.cos(2.0 * np.pi * phase[w]), s * np.sin(2.0 * np.pi * phase[w])
        for place in range(2 if 0 <= table[w] < tables else 1):
            g = place * (1 + table[w])
            sums[g, 0] += c
            sums[g, 1] += d
            sums[g, 2] += s
            sums[g, 3] += s * s
    for g in range(1 + tables):
        c, d, s, square = sums[g, 0], sums[g, 1], sums[g, 2], sums[g, 3]
        pairs = s * s - square
        coherent[g] = confidence[g] = np.nan
        if pairs > 1e-9 * square and s > 0.0:
            coherent[g] = (c * c + d * d - square) / pairs
            confidence[g] = _confidence(min(1.0, np.sqrt(c * c + d * d) / s), s * s / square)


@compiled
def judge(
    statistic: Floats32,
    round_number: int,
    pool: Floats32,
    pooled: Ints,
    act_rounds: Ints,
    act_sum: Floats,
    result: Floats,
) -> None:
    """Hold each group's statistic against surrogates, of the last minute and of the whole act.

    statistic (G, 1 + K): the observed one, then its surrogates, NaN: not known · pool (G, POOL), pooled (G,) how many
    it has had · act_rounds (G,), act_sum (G, 1 + K): running sums over the act · result (4, G), written: the
    statistic, z, confidence, and z over the act

        z = (observed - mean of surrogates) / their deviation
        confidence = 1 - (share not below + 1 / INDEPENDENT) / (1 + 1 / INDEPENDENT)
    """
    surrogates = statistic.shape[1] - 1
    for g in range(statistic.shape[0]):
        observed = float(statistic[g, 0])
        result[1, g] = result[2, g] = result[3, g] = np.nan
        result[0, g] = observed
        complete = not np.isnan(observed)
        for k in range(KEEPS):
            kept = statistic[g, 1 + (round_number * KEEPS + k) % surrogates]
            if not np.isnan(kept):
                pool[g, pooled[g] % POOL] = kept
                pooled[g] += 1
        for k in range(1, surrogates + 1):
            complete = complete and not np.isnan(statistic[g, k])
        if complete:
            act_rounds[g] += 1
            for k in range(surrogates + 1):
                act_sum[g, k] += statistic[g, k]
        size = min(pooled[g], POOL)
        if size >= ENOUGH and not np.isnan(observed):
            above, total, square = 0, 0.0, 0.0
            for k in range(size):
                above += pool[g, k] >= observed
                total += pool[g, k]
            mean = total / size
            for k in range(size):
                square += (pool[g, k] - mean) ** 2
            if square > 0.0:
                result[1, g] = (observed - mean) / np.sqrt(square / (size - 1))
                result[2, g] = 1.0 - (above / size + 1.0 / INDEPENDENT) / (1.0 + 1.0 / INDEPENDENT)
        if act_rounds[g] >= ACT_ROUNDS:
            total = square = 0.0
            for k in range(1, surrogates + 1):
                total += act_sum[g, k]
            mean = total / surrogates
            for k in range(1, surrogates + 1):
                square += (act_sum[g, k] - mean) ** 2
            if square > 0.0:
                spread = np.sqrt(square / (surrogates - 1) * (1.0 + 1.0 / surrogates))
                result[3, g] = (act_sum[g, 0] - mean) / spread
