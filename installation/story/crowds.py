"""What expressions ask of all wearers at once; those of whom a thing is not known are left out."""

from __future__ import annotations

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats
from installation.show.functions import OPERATIONS
from installation.story.shaping import divided, is_true

LEAST, MOST, MEAN, SPREAD, COUNT, FRACTION, RANK = (
    OPERATIONS.index(name) for name in ("least", "most", "mean", "spread", "count", "fraction", "rank")
)


@compiled
def of_all(operation: int, x: Floats) -> float:
    """One number of the room of (N,) numbers."""
    if operation in (COUNT, FRACTION):
        true = 0.0
        for w in range(x.size):
            true += is_true(x[w])
        return true if operation == COUNT else divided(true, float(x.size))
    total, known, least, most = 0.0, 0.0, np.inf, -np.inf
    for w in range(x.size):
        if np.isfinite(x[w]):
            known += 1.0
            total += x[w]
            least, most = min(least, x[w]), max(most, x[w])
    if known == 0.0:
        return np.nan
    if operation == LEAST:
        return least
    if operation == MOST:
        return most
    mean = total / known
    if operation == MEAN:
        return mean
    squares = 0.0
    for w in range(x.size):
        if np.isfinite(x[w]):
            squares += (x[w] - mean) ** 2
    return float(np.sqrt(squares / known))


@compiled
def place(x: Floats, out: Floats) -> None:
    """Everyone's place among the known, 0 for the least to 1 for the most; 0.5 where there is nobody else."""
    order = np.sort(x[np.isfinite(x)])
    others = order.size - 1
    for w in range(out.size):
        if not np.isfinite(x[w]):
            out[w] = np.nan
        elif others == 0:
            out[w] = 0.5
        else:
            less = np.searchsorted(order, x[w])
            same = np.searchsorted(order, x[w], side="right") - less - 1
            out[w] = (less + 0.5 * same) / others
