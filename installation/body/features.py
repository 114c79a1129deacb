"""Everything that is felt at one tick: samples go to their organs, organs and twins become one Body."""

from __future__ import annotations

import numpy as np

from installation.body.blend import SHOWN, blend, blend_levels, blend_trust, kept, kept_levels
from installation.body.gate import gate
from installation.body.group import Group
from installation.body.hearts import Hearts
from installation.body.inputs import keep_inputs
from installation.body.organs import BREATH, LEVELS, MOTION, ROW, SKIN, Breaths, Movers, Skins
from installation.body.presence import CROSSFADE_S, HEART, changes, decide, standings
from installation.frame import ORGANS, Body, Bytes, Flags, Ints, Samples, Tick

ROW_ORGAN = np.array([ORGANS.index(level.organ) for level in LEVELS], np.int32)
ROW_KIND = np.array([level.kind for level in LEVELS], np.int32)


class Bodies:
    """The wearers' bodies, felt sample by sample, and their twins' beside them.

    Column w of M = 2 N is wearer w's own, column N + w their twin's.  Whatever is done at every tick is
    compiled: a tick touches a kernel for each idea, and hardly any numpy.

    table (N,): at which table each wearer sits, -1 for none.
    """

    def __init__(self, wearers: int, inputs: int, patched: Flags, table: Ints | None = None) -> None:
        columns = 2 * wearers
        self._wearers = wearers
        self._patched = patched.copy()
        self._hearts, self._skins = Hearts(columns), Skins(columns)
        self._breaths, self._movers = Breaths(columns), Movers(columns)
        self._quality, self._age_s = np.full((len(ORGANS), columns), np.nan), np.full((len(ORGANS), columns), np.nan)
        self._felt = np.full((len(LEVELS), columns), np.nan)
        self._standings, self._kept = standings(patched), kept(wearers)
        self._levels = kept_levels(len(LEVELS), wearers)
        self._trust = np.full((wearers, len(ORGANS)), np.nan)
        self._presence: Bytes = self._standings["presence"].copy()
        self._auto: Bytes = np.zeros(wearers, np.uint8)
        self._reason: Bytes = np.zeros_like(self._presence)
        self._inputs = np.full((wearers, inputs), np.nan)
        self._table: Ints = np.full(wearers, -1, np.int32) if table is None else table
        self._group = Group(wearers, int(self._table.max(initial=-1)) + 1)
        self._act = ""
        self._worn = bool(patched.any())  # else it is a rehearsal, in which the simulated count for people

    def feel(self, samples: Samples, tick: Tick, forced: Bytes | None = None, act: str = "") -> Body:
        """Take the samples of one tick; the Body at its time.

        forced: (N,) of `Force`, what the operator says of each wearer's presence · act: that is played; with a new one
        `Synchrony.act_z` begins anew.
        """
        n = self._wearers
        keep_inputs(self._inputs, samples.column, samples.channel, samples.value)
        self._feel_organs(samples, tick)
        before, self._presence = self._presence, np.empty_like(self._presence)
        changed = decide(
            self._standings,
            self._quality.T,
            self._age_s.T,
            self._patched,
            self._auto if forced is None else forced,
            tick.dt_s,
            CROSSFADE_S,
            self._presence,
            self._reason,
        )
        heart, beat, levels = np.empty((len(SHOWN), n)), np.empty(n, np.bool_), np.empty((len(LEVELS), n))
        quality, age_s = np.empty((n, len(ORGANS))), np.empty((n, len(ORGANS)))
        own, standing, hearts = self._kept, self._standings, self._hearts
        blend(own, standing, hearts.rhythm, hearts.beat_s, hearts.believed, tick.time_s, tick.dt_s, heart, beat)
        blend_levels(self._levels, standing, ROW_ORGAN, ROW_KIND, self._felt, tick.dt_s, levels)
        blend_trust(self._trust, standing, self._quality.T, self._age_s.T, tick.dt_s, quality, age_s)
        rate, phase, beat_s, ibi_s, rmssd_ms, rmssd_sure = heart
        if act != self._act:
            self._act = act
            self._group.begin_act()
        counts = quality * (1.0 - self._standings["twin"]) if self._worn else quality
        skin, breath_phase = levels[ROW["phasic_us"]], levels[ROW["breath_phase"]]
        breath_rate = levels[ROW["breath_rate"]]
        group = self._group.feel(tick.time_s, rate, skin, breath_phase, breath_rate, counts, self._table)
        return Body(
            heart_rate=rate,
            heart_phase=phase,
            beat=beat,
            beat_time_s=beat_s,
            ibi_s=ibi_s,
            rmssd_ms=rmssd_ms,
            rmssd_sure=rmssd_sure,
            **{level.field: row for level, row in zip(LEVELS, levels, strict=True)},
            quality=quality,
            presence=self._presence,
            age_s=age_s,
            inputs=self._inputs.copy(),
            group=group,
            changes=changes(self._presence, before, self._reason, tick.time_s) if changed else (),
        )

    def _feel_organs(self, samples: Samples, tick: Tick) -> None:
        """Move every column's organs to this tick; what they say stands in `_felt`, `_quality` and `_age_s`."""
        quality, age_s, felt = self._quality, self._age_s, self._felt
        self._movers.feel(samples, tick, felt, quality[MOTION], age_s[MOTION])
        self._hearts.find(samples, tick, quality[HEART], age_s[HEART])
        self._skins.feel(samples, tick, felt, quality[SKIN], age_s[SKIN])
        self._breaths.feel(samples, self._hearts, age_s, tick, felt, quality[BREATH], age_s[BREATH])
        rate, leader = self._hearts.rhythm["rate"], self._hearts.leader
        gate(felt[ROW["unrest"]], felt[ROW["cadence"]], rate, leader, quality[HEART], quality[SKIN], quality[BREATH])
        self._hearts.follow(samples, tick)
