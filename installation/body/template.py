"""A wave remembered on a grid, and shapes read from it: for whoever holds beats against beats.

A shape is a stretch of the wave without its mean and of length 1, so that the sum of products of two shapes is their
correlation.
"""

from __future__ import annotations

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats


@compiled
def remember(slots: Floats, slot: int, grid_s: float, from_s: float, before: float, to_s: float, wave: float) -> int:
    """Write the wave into `slots`, straight from the sample before to this one; number of the newest slot.

    slots (S,), one every `grid_s` · slot: the newest so far · from_s, before: the sample before, NaN at the first.
    At the first sample, and after a gap that is longer than all slots, the wave starts level.
    """
    newest = int(np.floor(to_s / grid_s))
    if not to_s - from_s < slots.size * grid_s:
        slots[:] = wave
        return newest
    for k in range(slot + 1, newest + 1):
        along = (k * grid_s - from_s) / (to_s - from_s)
        slots[k % slots.size] = before + along * (wave - before)
    return newest


@compiled
def recall(slots: Floats, grid_s: float, time_s: float) -> float:
    """The remembered wave at `time_s`, not after the newest slot, and at most two slots less than all before it."""
    slot = time_s / grid_s
    first = int(np.floor(slot))
    a, b = slots[first % slots.size], slots[(first + 1) % slots.size]
    return float(a + (slot - first) * (b - a))


@compiled
def read_shape(slots: Floats, grid_s: float, from_s: float, to_s: float, shape: Floats) -> bool:
    """Read the wave between two times into `shape` (P,); False where it is level, or no number, and has none."""
    mean, length = 0.0, 0.0
    for k in range(shape.size):
        shape[k] = recall(slots, grid_s, from_s + k * (to_s - from_s) / shape.size)
        mean += shape[k] / shape.size
    for k in range(shape.size):
        shape[k] -= mean
        length += shape[k] ** 2
    length = np.sqrt(length)
    if not 0.0 < length < np.inf:
        return False
    for k in range(shape.size):
        shape[k] /= length
    return True


@compiled
def likeness(shape: Floats, template: Floats) -> float:
    """Correlation of two shapes, -1..1; 0 with a template that has learnt nothing."""
    total = 0.0
    for k in range(shape.size):
        total += shape[k] * template[k]
    return total


@compiled
def learn(template: Floats, shape: Floats, share: float) -> None:
    """Move a template by a share towards a shape; it stays of length 1."""
    length = 0.0
    for k in range(shape.size):
        template[k] += share * (shape[k] - template[k])
        length += template[k] ** 2
    length = max(1e-9, np.sqrt(length))
    for k in range(shape.size):
        template[k] /= length
