"""Skin conductance made by hand, with responses of known onset and height, and skins felt outside of any loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.body.arousal import arousal_now, arousals, skin_now
from installation.body.skin import EDA, feel_skin, skins

Array = NDArray[np.float64]

NAMES = ("tonic_us", "phasic_us", "scr", "amplitude_us", "rise_s", "rate_per_min", "quality", "age_s")


def response(since_s: Array, rise_s: float = 0.75, recovery_s: float = 2.0) -> Array:
    """Bateman's function, 1 at its peak: what one burst of sudomotor nerves does to the skin."""
    peak_s = np.log(recovery_s / rise_s) * rise_s * recovery_s / (recovery_s - rise_s)
    after_s = np.maximum(since_s, 0.0)

    def wave(at_s: Array | float) -> Array:
        return np.asarray(np.exp(-np.asarray(at_s) / recovery_s) - np.exp(-np.asarray(at_s) / rise_s))

    return np.asarray(wave(after_s) / wave(float(peak_s)))


def responses(time_s: Array, onset_s: Array, height_us: Array, recovery_s: float = 2.0) -> Array:
    """The phasic part: each response in its place and height, one over the other."""
    phasic = np.zeros_like(time_s)
    for at_s, height in zip(onset_s, height_us, strict=True):
        phasic += height * response(time_s - at_s, recovery_s=recovery_s)
    return phasic


@dataclass
class Felt:
    """What was told at every tick: now_s, and each name of `NAMES` and arousal, all (ticks,)."""

    now_s: Array
    told: dict[str, Array]

    def __getitem__(self, name: str) -> Array:
        return self.told[name]

    def said_s(self) -> Array:
        """When responses were announced."""
        return self.now_s[self.told["scr"] > 0]

    def onsets_s(self) -> Array:
        """Their onsets."""
        return self.told["onset_s"][self.told["scr"] > 0]

    def heights_us(self) -> Array:
        """Their heights, as last told before the next."""
        ends = [*(np.flatnonzero(self.told["scr"] > 0)[1:] - 1), -1]
        return self.told["amplitude_us"][ends] if self.onsets_s().size else np.empty(0)


def feel(time_s: Array, value: Array, tick_s: float = 1 / 60) -> Felt:
    """One skin, and its arousal, over a whole recording."""
    skin, arousal = skins(1), arousals(1)
    column, channel = np.zeros(time_s.size, np.int32), np.full(time_s.size, EDA, np.int32)
    now_s = np.arange(time_s[0], time_s[-1] + tick_s, tick_s)
    told = {name: np.empty(now_s.size) for name in (*NAMES, "arousal", "onset_s")}
    out = [np.empty(1, np.bool_ if name == "scr" else np.float64) for name in NAMES]
    aroused = np.empty(1)
    ends = np.searchsorted(time_s, now_s, side="right")
    value = np.asarray(value, dtype=np.float64)
    start = 0
    for k, end in enumerate(ends):
        feel_skin(skin, time_s[start:end], column[start:end], channel[start:end], value[start:end])
        skin_now(skin, now_s[k], *out)
        arousal_now(arousal, skin, now_s[k], tick_s, out[0], out[5], out[6], aroused)
        for name, array in zip(NAMES, out, strict=True):
            told[name][k] = array[0]
        told["arousal"][k], told["onset_s"][k] = aroused[0], skin["scr_onset_s"][0]
        start = end
    return Felt(now_s, told)


def matched(found_s: Array, true_s: Array, within_s: tuple[float, float]) -> tuple[int, Array]:
    """How many of `true_s` have a found one within [from, to] of them, each used once; the errors of these."""
    free, errors = list(found_s), []
    for at_s in true_s:
        near = [f for f in free if within_s[0] <= f - at_s <= within_s[1]]
        if near:
            best = min(near, key=lambda f: abs(f - at_s))
            free.remove(best)
            errors.append(best - at_s)
    return len(errors), np.array(errors)
