"""Numbers that devices send and the show names, kept as they come."""

from __future__ import annotations

import numpy as np

from installation.compiled import compiled
from installation.frame import CHANNELS, Floats, Ints

FIRST = len(CHANNELS)  # the channel of a show's first input


@compiled
def keep_inputs(inputs: Floats, column: Ints, channel: Ints, value: Floats) -> None:
    """Write the newest number of each input (N, I); rows (K,) of twins, and what is no number, are left out."""
    for k in range(column.size):
        number = channel[k] - FIRST
        if column[k] < inputs.shape[0] and 0 <= number < inputs.shape[1] and np.isfinite(value[k]):
            inputs[column[k], number] = value[k]
