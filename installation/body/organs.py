"""The organs besides the heart: each takes a tick's samples into its columns' memory, and says what is felt now.

A class here only holds an organ's memory and the arrays that its kernels write; what it does stands in the organ's own
files.  `felt` has a row for each name in `LEVELS`, a column for each own sensor and each twin.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from installation.body.arousal import arousal_now, arousals, skin_now
from installation.body.blend import CYCLE, EVENT, LEVEL
from installation.body.breath import feel_breath
from installation.body.breath_fuse import choose, fuse, leads
from installation.body.breath_memory import breaths
from installation.body.breath_parts import MOTION_PARTS, PULSE_PARTS, motion_parts, part_motion, part_pulse, pulse_parts
from installation.body.breath_time import AGE_S, FELT, QUALITY, breath_now
from installation.body.hearts import Hearts
from installation.body.motion import feel_motion, motion_now, movers
from installation.body.skin import feel_skin, skins
from installation.body.vectors import VECTOR, WAITING, axes, join_axes
from installation.frame import ORGANS, Flags, Floats, Samples, Tick


class Level(NamedTuple):
    """One row of what is felt besides the heart: a field of `Body`, its organ, how two sides are blended."""

    field: str
    organ: str
    kind: int


LEVELS = (
    Level("tonic_us", "skin", LEVEL),
    Level("phasic_us", "skin", LEVEL),
    Level("scr", "skin", EVENT),
    Level("scr_amplitude_us", "skin", LEVEL),
    Level("scr_rise_s", "skin", LEVEL),
    Level("scr_rate", "skin", LEVEL),
    Level("arousal", "skin", LEVEL),
    Level("breath_rate", "breath", LEVEL),
    Level("breath_phase", "breath", CYCLE),
    Level("breath_depth", "breath", LEVEL),
    Level("inhaling", "breath", EVENT),
    Level("breath_hold_s", "breath", EVENT),
    Level("motion_g", "motion", LEVEL),
    Level("cadence", "motion", EVENT),
    Level("stillness", "motion", LEVEL),
    Level("raised", "motion", EVENT),
    Level("unrest", "motion", LEVEL),
)
ROW = {level.field: row for row, level in enumerate(LEVELS)}
HEART, SKIN, BREATH, MOTION = (ORGANS.index(organ) for organ in ("heart", "skin", "breath", "motion"))
BREATH_ROWS = [ROW[name] for name in ("breath_rate", "breath_phase", "breath_depth", "inhaling", "breath_hold_s")]
"""Where the first of the rows of `FELT` stand."""


class Skins:
    """The skins of M columns."""

    def __init__(self, columns: int) -> None:
        self._skins, self._arousals = skins(columns), arousals(columns)
        self._scr = np.zeros(columns, np.bool_)

    def feel(self, samples: Samples, tick: Tick, felt: Floats, quality: Floats, age_s: Floats) -> None:
        """Take the samples; felt (rows, M), quality and age_s (M,) of skin, written."""
        feel_skin(self._skins, samples.time_s, samples.column, samples.channel, samples.value)
        tonic, phasic = felt[ROW["tonic_us"]], felt[ROW["phasic_us"]]
        size, rise_s = felt[ROW["scr_amplitude_us"]], felt[ROW["scr_rise_s"]]
        rate, arousal = felt[ROW["scr_rate"]], felt[ROW["arousal"]]
        skin_now(self._skins, tick.time_s, tonic, phasic, self._scr, size, rise_s, rate, quality, age_s)
        arousal_now(self._arousals, self._skins, tick.time_s, tick.dt_s, tonic, rate, quality, arousal)
        felt[ROW["scr"]] = self._scr


class Breaths:
    """The breaths of M columns: of a belt, of the pulse, of motion, whichever is known best."""

    def __init__(self, columns: int) -> None:
        self._belt = breaths(columns)
        self._beats, self._pulse = pulse_parts(columns), breaths(len(PULSE_PARTS) * columns)
        self._axes, self._trunk = motion_parts(columns), breaths(len(MOTION_PARTS) * columns)
        self._pulse_lead, self._trunk_lead, self._lead = leads(columns), leads(columns), leads(columns)
        self._pulse_felt = np.empty((len(FELT), len(PULSE_PARTS) * columns))
        self._trunk_felt = np.empty((len(FELT), len(MOTION_PARTS) * columns))
        self._sources, self._felt = np.empty((3, len(FELT), columns)), np.empty((len(FELT), columns))
        self._room = 0
        self._part_s, self._part_value = np.empty(0), np.empty(0)
        self._part, self._resp = np.empty(0, np.int32), np.empty(0, np.int32)

    def feel(
        self,
        samples: Samples,
        hearts: Hearts,
        ages_s: Floats,
        tick: Tick,
        felt: Floats,
        quality: Floats,
        age_s: Floats,
    ) -> None:
        """Take the samples, and the pulses that the hearts found in them.

        ages_s (ORGANS, M) of heart and motion · felt (rows, M), quality and age_s (M,) of breath, written.
        """
        rows = samples.time_s.size
        if rows > self._room:
            self._room = 2 * rows
            parts = len(PULSE_PARTS) * self._room
            self._part_s, self._part_value = np.empty(parts), np.empty(parts)
            self._part, self._resp = np.empty(parts, np.int32), np.empty(parts, np.int32)
        time_s, column, channel, value = samples.time_s, samples.column, samples.channel, samples.value
        part_s, part, resp, part_value = self._part_s, self._part, self._resp, self._part_value
        feel_breath(self._belt, time_s, column, channel, value)
        n = part_pulse(self._beats, column, hearts.pulse, hearts.pulse_quality, part_s, part, resp, part_value)
        feel_breath(self._pulse, part_s[:n], part[:n], resp[:n], part_value[:n])
        n = part_motion(self._axes, time_s, column, channel, value, part_s, part, resp, part_value)
        feel_breath(self._trunk, part_s[:n], part[:n], resp[:n], part_value[:n])
        belt, pulse, trunk = self._sources
        breath_now(self._belt, tick.time_s, tick.dt_s, belt, True)
        breath_now(self._pulse, tick.time_s, tick.dt_s, self._pulse_felt, False)
        fuse(self._pulse_lead, len(PULSE_PARTS), self._pulse_felt, ages_s[HEART], tick.dt_s, pulse)
        breath_now(self._trunk, tick.time_s, tick.dt_s, self._trunk_felt, False)
        fuse(self._trunk_lead, len(MOTION_PARTS), self._trunk_felt, ages_s[MOTION], tick.dt_s, trunk)
        choose(self._lead, self._sources, tick.dt_s, self._felt)
        felt[BREATH_ROWS] = self._felt[: len(BREATH_ROWS)]
        quality[:], age_s[:] = self._felt[QUALITY], self._felt[AGE_S]


class Movers:
    """The motion of M columns."""

    def __init__(self, columns: int) -> None:
        self._axes, self._movers = axes(columns), movers(columns)
        self._vector = np.empty(WAITING, VECTOR)
        self._raised: Flags = np.zeros(columns, np.bool_)

    def feel(self, samples: Samples, tick: Tick, felt: Floats, quality: Floats, age_s: Floats) -> None:
        """Take the samples; felt (rows, M), quality and age_s (M,) of motion, written."""
        rows = samples.time_s.size
        if rows + WAITING > self._vector.size:
            self._vector = np.empty(2 * rows + WAITING, VECTOR)
        found = join_axes(self._axes, samples.time_s, samples.column, samples.channel, samples.value, self._vector)
        feel_motion(self._movers, self._vector[:found])
        energy, cadence, stillness, unrest = (
            felt[ROW[name]] for name in ("motion_g", "cadence", "stillness", "unrest")
        )
        motion_now(self._movers, tick.time_s, energy, cadence, stillness, self._raised, unrest, quality, age_s)
        felt[ROW["raised"]] = self._raised
