"""Breaths made by hand, and the breath organ run over them, or over recordings, outside of any loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.body.breath import RESP, feel_breath
from installation.body.breath_fuse import fuse, leads
from installation.body.breath_memory import breaths
from installation.body.breath_parts import (
    MOTION_PARTS,
    PULSE_PARTS,
    motion_parts,
    part_motion,
    part_pulse,
    pulse_parts,
)
from installation.body.breath_time import FELT, breath_now
from installation.body.heart import PULSE, find_beats, hearts
from installation.body.quality import judge, qualities

Array = NDArray[np.float64]


@dataclass
class Felt:
    """What was felt at each moment: (T,) each, as `FELT` says."""

    time_s: Array
    rate: Array
    phase: Array
    depth: Array
    inhaling: Array
    hold_s: Array
    quality: Array
    age_s: Array


def turns(time_s: Array, rate: Array | float) -> Array:
    """How many breaths a wearer has drawn at a rate per minute, which may change with time."""
    rates = np.broadcast_to(np.asarray(rate, np.float64), time_s.shape)
    return np.concatenate([[0.0], np.cumsum(0.5 * (rates[1:] + rates[:-1]) / 60.0 * np.diff(time_s))])


def chest(turns: Array) -> Array:
    """A chest that swells from 0 to 1 in the first half of every turn, and sinks in the second."""
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * turns))


def feel(time_s: Array, value: Array, rate_hz: float = 60.0, until_s: float | None = None) -> Felt:
    """One wearer's belt over a whole recording, felt `rate_hz` times a second."""
    memory, value = breaths(1), np.ascontiguousarray(value, dtype=np.float64)
    column, channel = np.zeros(time_s.size, np.int32), np.full(time_s.size, RESP, np.int32)
    moments = np.arange(time_s[0] + 1.0 / rate_hz, time_s[-1] if until_s is None else until_s, 1.0 / rate_hz)
    table, felt, start = np.empty((len(FELT), moments.size)), np.empty((len(FELT), 1)), 0
    for tick, end in enumerate(np.searchsorted(time_s, moments, "right")):
        feel_breath(memory, time_s[start:end], column[start:end], channel[start:end], value[start:end])
        breath_now(memory, moments[tick], 1.0 / rate_hz, felt, True)
        table[:, tick], start = felt[:, 0], end
    return Felt(moments, *table)


def feel_pulse(time_s: Array, ppg: Array, rate_hz: float = 10.0) -> Felt:
    """One wearer's breath out of the pulse alone."""
    heart, quality, beats = hearts(1), qualities(1), pulse_parts(1)
    parts = len(PULSE_PARTS)
    memory, lead, ppg = breaths(parts), leads(1), np.ascontiguousarray(ppg, dtype=np.float64)
    moments = np.arange(time_s[0] + 1.0 / rate_hz, time_s[-1], 1.0 / rate_hz)
    ends = np.searchsorted(time_s, moments, "right")
    most = parts * int(np.diff(ends, prepend=0).max())
    row_s, part, channel, row = np.empty(most), np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most)
    table, each, felt, start = np.empty((len(FELT), moments.size)), np.empty((7, parts)), np.empty((7, 1)), 0
    for tick, end in enumerate(ends):
        column, pulse, good = np.zeros(end - start, np.int32), np.empty(end - start, PULSE), np.empty(end - start)
        find_beats(heart, time_s[start:end], column, column, ppg[start:end], pulse)
        judge(quality, time_s[start:end], column, pulse, good)
        rows = part_pulse(beats, column, pulse, good, row_s, part, channel, row)
        feel_breath(memory, row_s[:rows], part[:rows], channel[:rows], row[:rows])
        breath_now(memory, moments[tick], 1.0 / rate_hz, each, False)
        fuse(lead, parts, each, moments[tick] - heart["time_s"], 1.0 / rate_hz, felt)
        table[:, tick], start = felt[:, 0], end
    return Felt(moments, *table)


def feel_motion(time_s: Array, acc: Array, rate_hz: float = 10.0) -> Felt:
    """One wearer's breath out of an accelerometer (T, 3) alone."""
    axes = len(MOTION_PARTS)
    motion, memory, lead = motion_parts(1), breaths(axes), leads(1)
    time_s, value = np.repeat(time_s, axes), np.ascontiguousarray(acc, dtype=np.float64).ravel()
    channel = np.tile(np.array([4, 5, 6], np.int32), acc.shape[0])
    moments = np.arange(time_s[0] + 1.0 / rate_hz, time_s[-1], 1.0 / rate_hz)
    table, each, felt, start = np.empty((len(FELT), moments.size)), np.empty((7, axes)), np.empty((7, 1)), 0
    for tick, end in enumerate(np.searchsorted(time_s, moments, "right")):
        size = end - start
        row_s, part, kind, row = np.empty(size), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size)
        column = np.zeros(size, np.int32)
        rows = part_motion(
            motion, time_s[start:end], column, channel[start:end], value[start:end], row_s, part, kind, row
        )
        feel_breath(memory, row_s[:rows], part[:rows], kind[:rows], row[:rows])
        breath_now(memory, moments[tick], 1.0 / rate_hz, each, False)
        fuse(lead, axes, each, np.array([moments[tick] - time_s[end - 1]]), 1.0 / rate_hz, felt)
        table[:, tick], start = felt[:, 0], end
    return Felt(moments, *table)


def apart(phase: Array, true: Array) -> Array:
    """How far phases are ahead of the true ones, in rad, -pi..pi; both in turns."""
    off = phase - true
    return np.asarray(2 * np.pi * (off - np.floor(off + 0.5)))


def rate_of(breaths_s: Array, start_s: float, end_s: float) -> float:
    """Breaths per minute as a person who marked them counts: whole cycles inside the window over their time."""
    inside = breaths_s[(breaths_s >= start_s) & (breaths_s < end_s)]
    return float(60.0 * (inside.size - 1) / (inside[-1] - inside[0])) if inside.size > 1 else np.nan
