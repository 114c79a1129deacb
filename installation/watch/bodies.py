"""A body on its way to a watcher: all its numbers, end to end, in single precision.

Signals are made of it where they are looked at, by the one table of `installation.show.signals`: an array or
a number that is added to `Body` travels without a word here, and the loop computes nothing for an onlooker.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from installation.frame import Body, Floats32, unknown_body

FIELDS = tuple(
    field.name
    for field in dataclasses.fields(Body)
    if isinstance(getattr(unknown_body(1, 1), field.name), (np.ndarray, float))  # `changes` go as values
)


def packed(body: Body) -> Floats32:
    """All numbers of a body as one (F,); a flag is 1 or 0, a time is right to a thousandth of a second for hours."""
    return np.concatenate([np.ravel(getattr(body, name)) for name in FIELDS], dtype=np.float32, casting="unsafe")


def unpacked(values: Floats32, like: Body) -> Body:
    """The body in `values` (F,); `like` has arrays of its shapes.  Raises ValueError where they don't fit."""
    shapes = {name: np.asarray(getattr(like, name)) for name in FIELDS}
    if values.size != sum(one.size for one in shapes.values()):
        raise ValueError("a body of other people")
    fields: dict[str, Any] = {}
    start = 0
    for name, one in shapes.items():
        fields[name] = values[start : start + one.size].reshape(one.shape).astype(one.dtype)
        start += one.size
    return dataclasses.replace(like, **fields)
