"""Text lines of any Arduino sketch: named values as its Serial Plotter takes them, or plain numbers.

    pulse:512 glow:0.8      named, separated by blanks, tabs or commas; names that nobody asked for are read past
    20,512,-0.3             columns, separated by commas, or by blanks and tabs; as many as the patch says

A column `time_ms` is the device's own clock.  A line with a number that cannot be read, or is not
finite, is dropped whole and counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import isfinite, nan

from installation.sensors.wires import Row
from installation.sensors.wires.text import LineCutter
from installation.show.model import SensorPatch
from installation.show.wires import LEFT_OUT

TIME_MS = "time_ms"

_COLON = re.compile(rb"[ \t]*:[ \t]*")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def encode(values: Mapping[str, float]) -> bytes:
    """The line of named values."""
    return " ".join(f"{name}:{value!r}" for name, value in values.items()).encode() + b"\r\n"


def encode_columns(values: Sequence[float]) -> bytes:
    """The line of plain numbers."""
    return ",".join(map(repr, values)).encode() + b"\r\n"


class Lines:
    """Lines of one device to rows: `names` by label, `columns` by place.

    columns: a channel number for each field, -1 where it is left out · time_column: the place of
    the device's milliseconds, -1 for none.
    """

    def __init__(self, names: Mapping[bytes, int], columns: Sequence[int] = (), time_column: int = -1) -> None:
        told = [*names.values(), *(channel for channel in columns if channel >= 0)]
        self.channels = tuple(dict.fromkeys(told))
        self._bad = 0
        self._lines = LineCutter()
        self._names = dict(names)
        self._columns = tuple(columns)
        self._time_column = time_column

    @property
    def dropped(self) -> int:
        """Lines that could not be read."""
        return self._bad + self._lines.too_long

    @property
    def lost(self) -> int:
        """Lines carry no numbers."""
        return 0

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Row]:
        """A row for each line that `data` completes and that has something for us."""
        rows = []
        for line in self._lines.feed(data):
            row = self._named(line) if b":" in line else self._in_columns(line)
            if row is None:
                self._bad += 1
            elif row.values:
                rows.append(row)
        return rows

    def restart(self) -> None:
        """Forget half a line."""
        self._lines.restart()

    def _named(self, line: bytes) -> Row | None:
        """The row of a line of `name:value`; None where it cannot be read."""
        values = {}
        for token in _COLON.sub(b":", line).replace(b",", b" ").split():
            name, colon, text = token.partition(b":")
            if not (name and colon):
                return None
            channel = self._names.get(name)
            if channel is not None:
                number = _number(text)
                if number is None:
                    return None
                values[channel] = number
        return Row(tuple(values.items()))

    def _in_columns(self, line: bytes) -> Row | None:
        """The row of a line of plain numbers; None where it cannot be read."""
        fields = line.split(b",") if b"," in line else line.split()
        if not self._columns or len(fields) != len(self._columns):
            return None
        values = []
        device_s = nan
        for place, (field, channel) in enumerate(zip(fields, self._columns, strict=True)):
            if channel < 0 and place != self._time_column:
                continue
            number = _number(field.strip())
            if number is None:
                return None
            if place == self._time_column:
                device_s = number / 1000
            else:
                values.append((channel, number))
        return Row(tuple(values), device_s)


def _number(text: bytes) -> float | None:
    """The finite number that `text` is, or None."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if isfinite(number) else None


def decoder(patch: SensorPatch, channels: Mapping[str, int]) -> Lines:
    """The decoder of a patched device."""
    columns = tuple(-1 if name in (LEFT_OUT, TIME_MS) else channels[name] for name in patch.columns)
    time_column = patch.columns.index(TIME_MS) if TIME_MS in patch.columns else -1
    return Lines({name.encode(): channels[channel] for name, channel in patch.names}, columns, time_column)
