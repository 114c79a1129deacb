"""Everything that is felt at one tick: samples go to their organs, organs and twins become one Body.

In this version the heart is felt, from PPG; rows of ECG, skin, breath and motion are left out, and their
places in the Body are NaN.
"""

from __future__ import annotations

import numpy as np

from installation.body.heart import BEAT, PULSE, find_beats, hearts
from installation.body.presence import CROSSFADE_S, SHOWN, blend, decide, standings
from installation.body.quality import judge, qualities, quality_now
from installation.body.rhythm import follow_beats, keep_time, rhythms
from installation.frame import CHANNELS, ORGANS, Body, Flags, Floats, Samples, Tick

TRUSTED = 0.3  # quality a beat needs to be shown: rather a beat in doubt than a dark heart
STALE_S = 0.5  # a beat that came through this late is no news for the light

PPG = CHANNELS.index("ppg")


class Bodies:
    """The wearers' bodies, felt sample by sample, and their twins' beside them.

    Column w of M = 2 N is wearer w's own, column N + w their twin's.
    """

    def __init__(self, wearers: int, inputs: int, patched: Flags) -> None:
        columns = 2 * wearers
        self._wearers = wearers
        self._patched = patched.copy()
        self._hearts, self._qualities, self._rhythms = hearts(columns), qualities(columns), rhythms(columns)
        self._standings = standings(patched)
        self._sampled_s = np.full(columns, np.nan)
        self._inputs = np.full((wearers, inputs), np.nan)

    def feel(self, samples: Samples, tick: Tick) -> Body:
        """Take the samples of one tick; the Body at its time."""
        n = self._wearers
        self._read_inputs(samples)
        beat_s, trusted = self._feel_hearts(samples, tick)
        beat, shown = np.empty_like(trusted), np.empty(n, SHOWN)
        keep_time(self._rhythms, beat_s, trusted, tick.time_s, tick.dt_s, beat)
        age_s = tick.time_s - self._sampled_s
        quality = quality_now(self._qualities, age_s)
        decide(self._standings, quality[:n], age_s[:n], self._patched, tick.dt_s, CROSSFADE_S)
        blend(self._standings, self._rhythms, beat_s, beat, quality, age_s, tick.time_s, tick.dt_s, shown)

        heart = {name: np.ascontiguousarray(shown[name]) for name in SHOWN.names or ()}
        nothing = np.full(n, np.nan)
        qualities_shown, ages_s = np.full((n, len(ORGANS)), np.nan), np.full((n, len(ORGANS)), np.nan)
        qualities_shown[:, 0], ages_s[:, 0] = heart["quality"], heart["age_s"]
        return Body(
            heart_rate=heart["rate"],
            heart_phase=heart["phase"],
            beat=heart["beat"],
            beat_time_s=heart["beat_s"],
            ibi_s=heart["ibi_s"],
            rmssd_ms=heart["rmssd_ms"],
            tonic_us=nothing,
            phasic_us=nothing,
            scr=np.zeros(n, np.bool_),
            arousal=nothing,
            breath_rate=nothing,
            breath_phase=nothing,
            breath_depth=nothing,
            motion_g=nothing,
            quality=qualities_shown,
            presence=np.repeat(self._standings["presence"][:, None], len(ORGANS), axis=1),
            age_s=ages_s,
            inputs=self._inputs.copy(),
        )

    def _read_inputs(self, samples: Samples) -> None:
        if self._inputs.shape[1] == 0 or samples.channel.size == 0:
            return
        number = samples.channel - len(CHANNELS)
        own = (number >= 0) & (number < self._inputs.shape[1]) & (samples.column < self._wearers)
        own &= np.isfinite(samples.value)
        self._inputs[samples.column[own], number[own]] = samples.value[own]  # of several, the last stays

    def _feel_hearts(self, samples: Samples, tick: Tick) -> tuple[Floats, Flags]:
        """When each column's (M,) newest beat was, NaN where none came to light, and whether it is trusted."""
        beat_s, trusted = np.full(self._sampled_s.size, np.nan), np.zeros(self._sampled_s.size, np.bool_)
        rows = (samples.channel == PPG) & np.isfinite(samples.value)
        if not rows.any():
            return beat_s, trusted
        time_s, column, value = samples.time_s, samples.column, samples.value
        if not rows.all():
            time_s, column, value = time_s[rows], column[rows], value[rows]
        pulse, quality = np.empty(time_s.size, PULSE), np.empty(time_s.size)
        find_beats(self._hearts, time_s, column, value, pulse)
        judge(self._qualities, time_s, column, pulse, quality)
        follow_beats(self._rhythms, column, pulse, quality >= TRUSTED)
        self._sampled_s[column] = time_s
        news = (pulse["verdict"] == BEAT) & (pulse["beat_s"] > tick.time_s - STALE_S)
        beat_s[column[news]] = pulse["beat_s"][news]
        trusted[column[news]] = quality[news] >= TRUSTED
        return beat_s, trusted
