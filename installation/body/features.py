"""Everything that is felt at one tick: samples go to their organs, organs and twins become one Body.

In this version the heart is felt, from PPG; rows of ECG, skin, breath and motion are left out, and their
places in the Body are NaN.
"""

from __future__ import annotations

import numpy as np

from installation.body.heart import BEAT, PULSE, find_beats, hearts
from installation.body.presence import blend, blend_phase, decide, first_standing, part
from installation.body.quality import judge, qualities, quality_now
from installation.body.rhythm import ease_phase, follow_beats, lock_phase, rhythms
from installation.frame import CHANNELS, ORGANS, Body, Flags, Floats, Presence, Samples, Tick

TRUSTED = 0.3  # quality a beat needs to be shown: rather a beat in doubt than a dark heart
STALE_S = 0.5  # a beat that came through this late is no news for the light
APART = 0.5  # of an interval: two beats shown are never closer, from whichever side they come
CALM_S = 0.5  # time in which a level shown again moves to the one felt

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
        self._sampled_s = np.full(columns, np.nan)
        self._phase, self._error, self._pace_s = (np.full(columns, np.nan) for _ in range(3))
        self._rate, self._rmssd_ms, self._ibi_s, self._parted = (np.full(wearers, np.nan) for _ in range(4))
        self._shown_phase, self._shown_beat_s = np.full(wearers, np.nan), np.full(wearers, np.nan)
        self._standing = first_standing(self._patched)
        self._inputs = np.full((wearers, inputs), np.nan)

    def feel(self, samples: Samples, tick: Tick) -> Body:
        """Take the samples of one tick; the Body at its time."""
        self._read_inputs(samples)
        beat, beat_s = self._feel_hearts(samples, tick)
        quality = quality_now(self._qualities, tick.time_s - self._sampled_s)
        self._advance(beat, beat_s, tick)
        return self._show(beat, beat_s, quality, tick)

    def _read_inputs(self, samples: Samples) -> None:
        number = samples.channel - len(CHANNELS)
        own = (number >= 0) & (number < self._inputs.shape[1]) & (samples.column < self._wearers)
        own &= np.isfinite(samples.value)
        self._inputs[samples.column[own], number[own]] = samples.value[own]  # of several, the last stays

    def _feel_hearts(self, samples: Samples, tick: Tick) -> tuple[Flags, Floats]:
        """Which columns (M,) have a trusted new beat, and when their newest was."""
        beat, beat_s = np.zeros(self._sampled_s.size, np.bool_), np.full(self._sampled_s.size, np.nan)
        rows = (samples.channel == PPG) & np.isfinite(samples.value)
        if not rows.any():
            return beat, beat_s
        time_s, column, value = samples.time_s[rows], samples.column[rows], samples.value[rows]
        pulse, quality = np.zeros(time_s.size, PULSE), np.empty(time_s.size)
        find_beats(self._hearts, time_s, column, value, pulse)
        judge(self._qualities, time_s, column, pulse, quality)
        follow_beats(self._rhythms, column, pulse, quality >= TRUSTED)
        self._sampled_s[column] = time_s
        news = (pulse["verdict"] == BEAT) & (quality >= TRUSTED) & (pulse["beat_s"] > tick.time_s - STALE_S)
        beat[column[news]] = True
        beat_s[column[news]] = pulse["beat_s"][news]
        return beat, beat_s

    def _advance(self, beat: Flags, beat_s: Floats, tick: Tick) -> None:
        """Move the phases (M,) on; they follow trusted beats and go on alone where there are none."""
        self._phase, self._error = ease_phase(self._phase, self._error, self._pace_s, tick.dt_s)
        self._pace_s = np.where(beat, self._rhythms["next_s"], self._pace_s)
        self._phase, self._error = lock_phase(self._phase, self._error, self._pace_s, tick.time_s - beat_s, beat)

    def _show(self, beat: Flags, beat_s: Floats, quality: Floats, tick: Tick) -> Body:
        """Blend each wearer's own heart with their twin's by presence."""
        n = self._wearers
        own, other = slice(0, n), slice(n, 2 * n)
        age_s = tick.time_s - self._sampled_s
        standing = decide(self._standing, quality[own], age_s[own], self._patched, tick.dt_s)
        self._standing = standing
        twin, real = standing.twin, standing.presence == Presence.REAL

        rhythm = self._rhythms
        self._rate = _keep(self._rate, rhythm["rate"][own], real, tick.dt_s)
        self._rmssd_ms = _keep(self._rmssd_ms, rhythm["rmssd_ms"][own], real, tick.dt_s)
        self._ibi_s = np.where(real, rhythm["ibi_s"][own], self._ibi_s)

        self._parted = part(self._phase[own], self._phase[other], twin, self._parted)
        phase = blend_phase(self._phase[own], self._phase[other], twin, self._parted)
        step = (phase - self._shown_phase + 0.5) % 1.0 - 0.5
        phase = np.where(step < 0.0, self._shown_phase, phase)  # never backwards
        turned = (step > 0.0) & (phase < self._shown_phase)
        self._shown_phase = phase

        rate = blend(self._rate, rhythm["rate"][other], twin)
        alone = (standing.presence == Presence.HELD) & turned  # a rhythm that goes on by itself beats where it turns
        mine = np.where(alone, tick.time_s - phase * 60.0 / rate, beat_s[own])
        theirs = twin >= 0.5
        new = np.where(theirs, beat[other], beat[own] | alone)
        new_s = np.where(theirs, beat_s[other], mine)
        new &= ~(new_s - self._shown_beat_s < APART * 60.0 / rate)
        self._shown_beat_s = np.where(new, new_s, self._shown_beat_s)

        nothing = np.full(n, np.nan)
        organs = (n, len(ORGANS))
        felt, ages = np.full(organs, np.nan), np.full(organs, np.nan)
        felt[:, 0] = blend(quality[own], quality[other], twin)
        ages[:, 0] = np.where(theirs, age_s[other], age_s[own])
        return Body(
            heart_rate=rate,
            heart_phase=phase,
            beat=new,
            beat_time_s=self._shown_beat_s,
            ibi_s=blend(self._ibi_s, rhythm["ibi_s"][other], twin),
            rmssd_ms=blend(self._rmssd_ms, rhythm["rmssd_ms"][other], twin),
            tonic_us=nothing,
            phasic_us=nothing,
            scr=np.zeros(n, np.bool_),
            arousal=nothing,
            breath_rate=nothing,
            breath_phase=nothing,
            breath_depth=nothing,
            motion_g=nothing,
            quality=felt,
            presence=np.repeat(standing.presence[:, None], len(ORGANS), axis=1),
            age_s=ages,
            inputs=self._inputs.copy(),
        )


def _keep(shown: Floats, felt: Floats, real: Flags, dt_s: float) -> Floats:
    """A level (N,) that follows what is felt within `CALM_S` while it is real, and stays where it is not."""
    moved = shown + (felt - shown) * -np.expm1(-dt_s / CALM_S)
    moved = np.where(np.isnan(shown) | np.isnan(felt), felt, moved)
    return np.where(real, moved, shown)
