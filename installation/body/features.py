"""Everything that is felt at one tick: samples go to their organs, organs and twins become one Body.

In this version the heart is felt, from PPG; rows of ECG, skin, breath and motion are left out, and their
places in the Body are NaN.
"""

from __future__ import annotations

import numpy as np

from installation.body.blend import SHOWN, blend, kept
from installation.body.heart import PULSE, find_beats, hearts
from installation.body.inputs import keep_inputs
from installation.body.presence import CROSSFADE_S, HEART, changes, decide, standings
from installation.body.quality import judge, qualities, quality_now
from installation.body.rhythm import follow_beats, keep_time, rhythms
from installation.frame import ORGANS, Body, Bytes, Flags, Samples, Tick


class Bodies:
    """The wearers' bodies, felt sample by sample, and their twins' beside them.

    Column w of M = 2 N is wearer w's own, column N + w their twin's.  Whatever is done at every tick is
    compiled: a tick touches a kernel for each idea, and hardly any numpy.
    """

    def __init__(self, wearers: int, inputs: int, patched: Flags) -> None:
        columns = 2 * wearers
        self._wearers = wearers
        self._patched = patched.copy()
        self._hearts, self._qualities, self._rhythms = hearts(columns), qualities(columns), rhythms(columns)
        self._pulse, self._pulse_quality = np.empty(columns, PULSE), np.empty(columns)  # of a tick's samples
        self._beat_s, self._trusted, self._believed = np.empty(columns), np.empty(columns, "?"), np.empty(columns, "?")
        self._quality, self._age_s = np.full((columns, len(ORGANS)), np.nan), np.full((columns, len(ORGANS)), np.nan)
        self._standings, self._kept = standings(patched), kept(wearers)
        self._presence: Bytes = self._standings["presence"].copy()
        self._auto: Bytes = np.zeros(wearers, np.uint8)
        self._reason: Bytes = np.zeros_like(self._presence)
        self._inputs = np.full((wearers, inputs), np.nan)
        self._unknown = np.full(wearers, np.nan)  # nobody writes here
        self._nobody = np.zeros(wearers, np.bool_)  # nor here

    def feel(self, samples: Samples, tick: Tick, forced: Bytes | None = None) -> Body:
        """Take the samples of one tick; the Body at its time.

        forced: (N,) of `Force`, what the operator says of each wearer's presence.
        """
        n = self._wearers
        keep_inputs(self._inputs, samples.column, samples.channel, samples.value)
        self._feel_hearts(samples, tick)
        before, self._presence = self._presence, np.empty_like(self._presence)
        changed = decide(
            self._standings,
            self._quality,
            self._age_s,
            self._patched,
            self._auto if forced is None else forced,
            tick.dt_s,
            CROSSFADE_S,
            self._presence,
            self._reason,
        )
        shown, beat = np.empty((len(SHOWN), n)), np.empty(n, np.bool_)
        blend(
            self._kept,
            self._standings,
            self._rhythms,
            self._beat_s,
            self._believed,
            self._quality,
            self._age_s,
            tick.time_s,
            tick.dt_s,
            shown,
            beat,
        )
        rate, phase, beat_s, ibi_s, rmssd_ms, heart_quality, heart_age_s = shown
        quality, age_s = self._quality[:n].copy(), self._age_s[:n].copy()
        quality[:, HEART], age_s[:, HEART] = heart_quality, heart_age_s
        return Body(
            heart_rate=rate,
            heart_phase=phase,
            beat=beat,
            beat_time_s=beat_s,
            ibi_s=ibi_s,
            rmssd_ms=rmssd_ms,
            tonic_us=self._unknown,
            phasic_us=self._unknown,
            scr=self._nobody,
            arousal=self._unknown,
            breath_rate=self._unknown,
            breath_phase=self._unknown,
            breath_depth=self._unknown,
            motion_g=self._unknown,
            quality=quality,
            presence=self._presence,
            age_s=age_s,
            inputs=self._inputs.copy(),
            changes=changes(self._presence, before, self._reason, tick.time_s) if changed else (),
        )

    def _feel_hearts(self, samples: Samples, tick: Tick) -> None:
        """Move every column's heart, its quality and its rhythm to this tick."""
        rows = samples.time_s.size
        if rows > self._pulse.size:
            self._pulse, self._pulse_quality = np.empty(2 * rows, PULSE), np.empty(2 * rows)
        pulse, quality = self._pulse[:rows], self._pulse_quality[:rows]
        find_beats(self._hearts, samples.time_s, samples.column, samples.channel, samples.value, pulse)
        judge(self._qualities, samples.time_s, samples.column, pulse, quality)
        follow_beats(self._rhythms, samples.column, pulse, quality, tick.time_s, self._beat_s, self._trusted)
        keep_time(self._rhythms, self._beat_s, self._trusted, tick.time_s, tick.dt_s, self._believed)
        quality_now(self._qualities, tick.time_s, self._quality[:, HEART], self._age_s[:, HEART])
