"""A body on its way to a watcher: all its numbers, end to end, in single precision.

Signals are made of it where they are looked at, by the one table of `installation.show.signals`: an array or
a number that is added to `Body` travels without a word here, and the loop computes nothing for an onlooker.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from installation.frame import Body, Floats32, Synchrony, unknown_body

FIELDS = tuple(
    field.name
    for field in dataclasses.fields(Body)
    if isinstance(getattr(unknown_body(1, 1), field.name), (np.ndarray, float))  # `changes` go as values
)
GROUP = tuple(field.name for field in dataclasses.fields(Synchrony))


def packed(body: Body) -> Floats32:
    """All numbers of a body as one (F,); a flag is 1 or 0, a time is right to a thousandth of a second for hours."""
    return np.concatenate([np.ravel(one) for one in _arrays(body)], dtype=np.float32, casting="unsafe")


def unpacked(values: Floats32, like: Body) -> Body:
    """The body in `values` (F,); `like` has arrays of its shapes.  Raises ValueError where they don't fit."""
    shapes = [np.asarray(one) for one in _arrays(like)]
    if values.size != sum(one.size for one in shapes):
        raise ValueError("a body of other people")
    ends = np.cumsum([one.size for one in shapes])
    parts = np.split(values, ends[:-1])
    arrays = [part.reshape(one.shape).astype(one.dtype) for part, one in zip(parts, shapes, strict=True)]
    fields: dict[str, Any] = dict(zip(FIELDS, arrays, strict=False))
    group = dataclasses.replace(like.group, **dict(zip(GROUP, arrays[len(FIELDS) :], strict=True)))
    return dataclasses.replace(like, **fields, group=group)


def _arrays(body: Body) -> list[Any]:
    """Everything that has numbers, in one order."""
    return [getattr(body, name) for name in FIELDS] + [getattr(body.group, name) for name in GROUP]
