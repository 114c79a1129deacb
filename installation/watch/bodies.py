"""A body on its way to a watcher: every array of it, end to end, in single precision.

Signals are made of it where they are looked at, by the one table of `installation.show.signals`: whatever is
added to `Body` travels without a word here, and nobody in the loop computes what nobody looks at.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.frame import Body, Floats32, unknown_body

FIELDS = tuple(
    field.name
    for field in dataclasses.fields(Body)
    if isinstance(getattr(unknown_body(1, 1), field.name), np.ndarray)  # `changes` are told as sentences
)


def packed(body: Body) -> Floats32:
    """All arrays of a body as one (F,); a flag is 1 or 0, a time is right to a thousandth of a second for hours."""
    return np.concatenate([getattr(body, name).ravel() for name in FIELDS], dtype=np.float32, casting="unsafe")


def unpacked(values: Floats32, like: Body) -> Body:
    """The body in `values` (F,); `like` has arrays of its shapes.  Raises ValueError where they don't fit."""
    shapes: dict[str, NDArray[Any]] = {name: getattr(like, name) for name in FIELDS}
    if values.size != sum(array.size for array in shapes.values()):
        raise ValueError("a body of other people")
    arrays: dict[str, Any] = {}
    start = 0
    for name, array in shapes.items():
        arrays[name] = values[start : start + array.size].reshape(array.shape).astype(array.dtype)
        start += array.size
    return dataclasses.replace(like, **arrays)
