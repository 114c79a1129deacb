"""Messages between the controller and a watcher: a small JSON header, then the raw bytes of arrays.

    length of the rest (4 bytes, big endian) | length of the header (4) | header | arrays end to end

The header is `{"kind": …, "fields": {…}, "arrays": [[name, type, shape], …]}`.  Nothing is pickled:
orders come back over the same pipe, and whatever arrives there is only ever data.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LARGEST = 1 << 26  # 64 MB: the positions of half a million pixels fit ten times over
LONGEST_HEADER = 1 << 22  # 4 MB of text: a show of some ten thousand cues
TYPES = {"u1": np.uint8, "i4": np.int32, "f4": np.float32, "f8": np.float64, "b1": np.bool_}

_LENGTHS = struct.Struct(">II")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: what kind it is, its plain values and its arrays by name."""

    kind: str
    fields: Mapping[str, object] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)


def encode(message: Message) -> bytes:
    """The bytes of a message.  A number that is not finite is written as null, which `number` reads as NaN."""
    names = {np.dtype(kind): name for name, kind in TYPES.items()}
    arrays = {name: np.ascontiguousarray(values) for name, values in message.arrays.items()}
    header = json.dumps(
        {
            "kind": message.kind,
            "fields": _plain(message.fields),
            "arrays": [[name, names[values.dtype], values.shape] for name, values in arrays.items()],
        },
        allow_nan=False,
        separators=(",", ":"),
    ).encode()
    size = _LENGTH.size + len(header) + sum(values.nbytes for values in arrays.values())
    return b"".join((_LENGTHS.pack(size, len(header)), header, *(values.data for values in arrays.values())))


def decode(data: bytes) -> Message | None:
    """The message in `data`, which is all that follows its length; None where it is none."""
    if len(data) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack_from(data)
    start = _LENGTH.size + size
    if size > min(LONGEST_HEADER, len(data) - _LENGTH.size):
        return None
    try:
        header = json.loads(data[_LENGTH.size : start])
        kind, fields, declared = header["kind"], header["fields"], header["arrays"]
        if not (isinstance(kind, str) and isinstance(fields, dict) and isinstance(declared, list)):
            return None
        arrays: dict[str, NDArray[np.generic]] = {}
        for name, code, shape in declared:
            dtype = np.dtype(TYPES[code])
            if not isinstance(name, str) or not all(type(n) is int and 0 <= n <= LARGEST for n in shape):
                return None
            count = math.prod(shape)
            if count * dtype.itemsize > len(data) - start:
                return None
            arrays[name] = np.frombuffer(data, dtype, count, start).reshape(shape)
            start += count * dtype.itemsize
    except (KeyError, TypeError, ValueError, RecursionError):  # not JSON, or not the shape of a header
        return None
    return Message(kind, fields, arrays) if start == len(data) else None


class Reader:
    """Cuts a stream of bytes into messages; never raises.

    What is no message is counted in `bad` and left out.  A length past `largest` means that the
    stream has lost its step, which it can't find again: `broken` is then True, and nothing more is read.
    """

    def __init__(self, largest: int = LARGEST) -> None:
        self.bad = 0
        self.broken = False
        self._largest = largest
        self._rest = bytearray()

    def feed(self, data: bytes) -> tuple[Message, ...]:
        """Take the next bytes of the stream; give the messages that they complete."""
        if self.broken:
            return ()
        self._rest += data
        found: list[Message] = []
        start = 0
        while len(self._rest) - start >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._rest, start)
            if size > self._largest:
                self.bad += 1
                self.broken = True
                self._rest.clear()
                return tuple(found)
            end = start + _LENGTH.size + size
            if len(self._rest) < end:
                break
            message = decode(bytes(self._rest[start + _LENGTH.size : end]))
            if message is None:
                self.bad += 1
            else:
                found.append(message)
            start = end
        del self._rest[:start]
        return tuple(found)


def number(value: object) -> float:
    """A plain number as a float; NaN for everything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # JSON knows integers of any length
        return math.nan


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
