"""A body on its way to a watcher: all its arrays, end to end, in single precision.

Signals are made of it where they are looked at, by the one table of `installation.show.signals`: an array that
is added to `Body` travels without a word here, and the loop computes nothing for an onlooker.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.frame import Body, Floats32, unknown_body

Shapes = tuple[tuple[int, ...], ...]


def _arrays(of: Any, within: str = "") -> Iterator[tuple[str, NDArray[Any]]]:
    """Every array of a dataclass and of those in it, by dotted name; the rest, as `Body.changes`, is told in words."""
    for field in dataclasses.fields(of):
        value = getattr(of, field.name)
        if dataclasses.is_dataclass(value):
            yield from _arrays(value, f"{within}{field.name}.")
        elif isinstance(value, np.ndarray):
            yield within + field.name, value


_KNOWN = unknown_body(1, 1)
TYPES = {name: array.dtype for name, array in _arrays(_KNOWN)}
"""Every array of a body by dotted name, in the order in which they travel."""

_GET = tuple(attrgetter(name) for name in TYPES)


def packed(body: Body) -> tuple[str, Floats32]:
    """The shapes of a body's arrays, and their numbers as one (F,).

    A flag is 1 or 0; a time is right to a thousandth of a second for hours.
    """
    arrays = [get(body) for get in _GET]
    shapes = _told(tuple(array.shape for array in arrays))
    return shapes, np.concatenate([array.ravel() for array in arrays], dtype=np.float32, casting="unsafe")


def unpacked(told: str, values: Floats32) -> Body:
    """The body of these shapes and numbers.  Raises TypeError or ValueError where they are no body's."""
    shapes = _shapes(told)
    if len(shapes) != len(TYPES) or values.size != sum(math.prod(shape) for shape in shapes):
        raise ValueError("these are not the numbers of a body")
    arrays: dict[str, NDArray[Any]] = {}
    start = 0
    for (name, dtype), shape in zip(TYPES.items(), shapes, strict=True):
        size = math.prod(shape)
        arrays[name] = values[start : start + size].reshape(shape).astype(dtype)
        start += size
    body: Body = _made(_KNOWN, arrays)
    return body


def _made(like: Any, arrays: Mapping[str, NDArray[Any]], within: str = "") -> Any:
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(like):
        name, value = within + field.name, getattr(like, field.name)
        if dataclasses.is_dataclass(value):
            fields[field.name] = _made(value, arrays, f"{name}.")
        elif name in arrays:
            fields[field.name] = arrays[name]
    return dataclasses.replace(like, **fields)


@lru_cache(maxsize=8)  # a show's never change
def _told(shapes: Shapes) -> str:
    return json.dumps(shapes, separators=(",", ":"))


@lru_cache(maxsize=8)
def _shapes(told: str) -> Shapes:
    return tuple(tuple(int(length) for length in shape) for shape in json.loads(told))
