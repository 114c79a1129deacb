"""Three rows of an accelerometer, one for each axis, become one vector, many wearers in columns.

Rows of a tick come axis after axis, and those of one moment may come in different ticks: whatever has no
partner yet waits.  Rows of almost the same time belong together, since some devices stamp each axis for
itself; a row whose partners never come is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.compiled import compiled
from installation.frame import CHANNELS, Floats, Ints

ACC_X = CHANNELS.index("acc_x")  # y and z are the next two

WAITING = 64  # rows of an axis that may wait for the others': two packets of the slowest radio
TOGETHER_S, OF_STEP = 0.005, 0.4  # so near in time, and in share of the last step, rows are one vector
LARGEST = 1e12  # no converter counts so far, in whatever unit

AXES = np.dtype(
    [
        ("waiting_s", "f8", (3, WAITING)),  # rows that wait for their vector: times,
        ("waiting", "f8", (3, WAITING)),  # values,
        ("first", "i8", 3),  # where the oldest is,
        ("rows", "i8", 3),  # and how many
        *((name, "f8") for name in ("time_s", "step_s")),  # of the newest vector, since the one before
    ],
    align=True,
)
"""Memory of one sensor's axes."""

VECTOR = np.dtype([("column", "i8"), *((name, "f8") for name in ("time_s", "x", "y", "z"))], align=True)
"""One vector, in the unit of the device."""


def axes(columns: int) -> NDArray[Any]:
    """Memory of `columns` sensors of which no row has come."""
    memory = np.zeros(columns, AXES)
    memory["time_s"] = np.nan
    return memory


@compiled
def _keep(m: Any, axis: int, time_s: float, value: float) -> None:
    """Let a row wait for the others of its vector; the oldest gives way."""
    if m.rows[axis] == WAITING:
        m.first[axis] += 1
        m.rows[axis] -= 1
    place = (m.first[axis] + m.rows[axis]) % WAITING
    m.waiting_s[axis, place], m.waiting[axis, place] = time_s, value
    m.rows[axis] += 1


@compiled
def _next(channel: Ints, time_s: Floats, value: Floats, k: int, end: int, wanted: int) -> int:
    """The first usable row of a channel from `k` on, `end` where there is none."""
    while k < end and not (channel[k] == wanted and np.isfinite(time_s[k]) and abs(value[k]) < LARGEST):
        k += 1
    return k


@compiled
def _join(
    m: Any, time_s: Floats, column: int, channel: Ints, value: Floats, start: int, end: int, vector: Any, found: int
) -> int:
    """Make vectors of the rows [start, end) of one column and those that wait; how many are found by then."""
    kx = _next(channel, time_s, value, start, end, ACC_X)
    ky = _next(channel, time_s, value, start, end, ACC_X + 1)
    kz = _next(channel, time_s, value, start, end, ACC_X + 2)
    while (m.rows[0] > 0 or kx < end) and (m.rows[1] > 0 or ky < end) and (m.rows[2] > 0 or kz < end):
        x_s = m.waiting_s[0, m.first[0] % WAITING] if m.rows[0] > 0 else time_s[kx]
        y_s = m.waiting_s[1, m.first[1] % WAITING] if m.rows[1] > 0 else time_s[ky]
        z_s = m.waiting_s[2, m.first[2] % WAITING] if m.rows[2] > 0 else time_s[kz]
        newest_s = max(x_s, y_s, z_s)
        oldest_s = newest_s - (min(TOGETHER_S, OF_STEP * m.step_s) if m.step_s > 0.0 else TOGETHER_S)
        whole = x_s >= oldest_s and y_s >= oldest_s and z_s >= oldest_s
        if whole and not newest_s <= m.time_s:  # NaN at the first
            v = vector[found]
            v.column, v.time_s = column, newest_s
            v.x = m.waiting[0, m.first[0] % WAITING] if m.rows[0] > 0 else value[kx]
            v.y = m.waiting[1, m.first[1] % WAITING] if m.rows[1] > 0 else value[ky]
            v.z = m.waiting[2, m.first[2] % WAITING] if m.rows[2] > 0 else value[kz]
            m.step_s = newest_s - m.time_s if newest_s - m.time_s < 1.0 else 0.0
            m.time_s = newest_s
            found += 1
        if whole or x_s < oldest_s:
            if m.rows[0] > 0:
                m.first[0], m.rows[0] = m.first[0] + 1, m.rows[0] - 1
            else:
                kx = _next(channel, time_s, value, kx + 1, end, ACC_X)
        if whole or y_s < oldest_s:
            if m.rows[1] > 0:
                m.first[1], m.rows[1] = m.first[1] + 1, m.rows[1] - 1
            else:
                ky = _next(channel, time_s, value, ky + 1, end, ACC_X + 1)
        if whole or z_s < oldest_s:
            if m.rows[2] > 0:
                m.first[2], m.rows[2] = m.first[2] + 1, m.rows[2] - 1
            else:
                kz = _next(channel, time_s, value, kz + 1, end, ACC_X + 2)
    while kx < end:
        _keep(m, 0, time_s[kx], value[kx])
        kx = _next(channel, time_s, value, kx + 1, end, ACC_X)
    while ky < end:
        _keep(m, 1, time_s[ky], value[ky])
        ky = _next(channel, time_s, value, ky + 1, end, ACC_X + 1)
    while kz < end:
        _keep(m, 2, time_s[kz], value[kz])
        kz = _next(channel, time_s, value, kz + 1, end, ACC_X + 2)
    return found


@compiled
def join_axes(
    memory: NDArray[Any], time_s: Floats, column: Ints, channel: Ints, value: Floats, vector: NDArray[Any]
) -> int:
    """Take samples into the axes' memory; the number of vectors that they complete.

    memory (M,) `AXES` · time_s, column, channel, value (K,): samples in any unit, in order of time within each
    column and channel · vector (at least K + `WAITING`,) `VECTOR`, written from its start, in order of time
    within each column.
    """
    found = k = 0
    while k < time_s.size:
        if not ACC_X <= channel[k] <= ACC_X + 2:
            k += 1
            continue
        end = k + 1
        while end < time_s.size and column[end] == column[k]:
            end += 1
        found = _join(memory[column[k]], time_s, column[k], channel, value, k, end, vector, found)
        k = end
    return found
