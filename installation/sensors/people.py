"""Simulated people: each lives through a pulse of their own, and sends the bytes of a PulseSensor.

The heart is an integral pulse frequency modulator: a beat falls wherever

    phase(t) = phase0 + rate * (t + sum_i depth_i / w_i * (sin(w_i t + p_i) - sin(p_i)))

is whole, w_i the angular frequencies of breathing (respiratory sinus arrhythmia), of the blood
pressure's Mayer wave and of a slow drift.  The pulse wave after a beat is two Gaussians, systolic and
diastolic, with the dicrotic notch between them; breathing moves its height and its ground.

A person depends on the seed, their number and the time alone: not on how many others there are, nor on
how often `live` is called.

Sources: Bayly, IEEE Trans. Biomed. Eng. 15:257, 1968, and Mateo & Laguna, IEEE TBME 47:985, 2000 (the
modulator); Task Force of ESC and NASPE, Circulation 93:1043, 1996 (the rhythms' bands); Tang, Chen, Ward &
Elgendi, Sci. Rep. 10:13883, 2020 (two Gaussians); Steele et al., "Fast splittable pseudorandom number
generators", OOPSLA 2014 (the noise).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.frame import ORGANS, Body, Chunk, Floats, Presence
from installation.sensors.wires import pulsesensor

LINES_HZ = 50.0  # as the PulseSensor's sketch prints
RESTING_RATE = (58.0, 92.0)  # beats a minute of adults who sit and eat
BREATH_HZ, MAYER_HZ, DRIFT_HZ = (0.2, 0.3), (0.09, 0.11), (0.006, 0.015)
BREATH_DEPTH, MAYER_DEPTH, DRIFT_DEPTH = (0.02, 0.06), (0.01, 0.03), (0.01, 0.03)  # shares of the rate

SYSTOLE_S, SYSTOLE_WIDTH_S = 0.16, 0.055  # foot to crest in about 120 ms
DIASTOLE_S, DIASTOLE_WIDTH_S, DIASTOLE_HEIGHT = 0.42, 0.09, 0.38  # its crest 260 ms on, the notch between them

ADC_MAX, ADC_REST = 1023, 512  # ten bits, and where an idle sensor stands
HEIGHT = (110.0, 220.0)  # of the pulse wave, in steps of the ADC
BREATH_ON_HEIGHT = 0.12  # share of the height that comes and goes with the breath
WANDER = (10.0, 25.0)  # of the ground with the breath, in steps of the ADC
NOISE = 2.5  # steps of the ADC either way

TURN = 2 * np.pi
HEART = ORGANS.index("heart")

U64 = NDArray[np.uint64]


class People:
    """`wearers` twins, each on the wire `twin:<number>`."""

    def __init__(self, wearers: int, seed: int) -> None:
        self.wires = tuple(f"twin:{w}" for w in range(wearers))
        draw = np.empty((16, wearers))
        self._key: U64 = np.empty(wearers, np.uint64)
        for w in range(wearers):
            rng = np.random.default_rng(np.random.SeedSequence([seed, w]))
            draw[:, w] = rng.random(16)
            self._key[w] = rng.integers(2**64, dtype=np.uint64)

        self._rate_hz = _between(RESTING_RATE, draw[0]) / 60
        self._phase0 = draw[1].copy()
        bands_hz = zip((BREATH_HZ, MAYER_HZ, DRIFT_HZ), draw[2:5], strict=True)
        self._w = TURN * np.stack([_between(band, at) for band, at in bands_hz])
        self._p = TURN * draw[5:8]
        depths = zip((BREATH_DEPTH, MAYER_DEPTH, DRIFT_DEPTH), draw[8:11], strict=True)
        self._depth = np.stack([_between(depth, at) for depth, at in depths])
        self._sin_p = np.sin(self._p)

        self._height = _between(HEIGHT, draw[11])
        self._wander = _between(WANDER, draw[12])
        self._wander_p = TURN * draw[13]
        self._stagger = draw[14]  # boards are not switched on together: nor do their lines come together
        self._sent = np.zeros(wearers, np.int64)

    def live(self, until_s: float, body: Body | None = None) -> list[Chunk]:
        """The lines that fall due up to `until_s`, each a chunk stamped with its own time.

        Where a wearer's own heart is felt in `body`, the twin follows its rate, so as to take over
        from it without a jump.
        """
        chunks: list[Chunk] = []
        while True:
            time_s = (self._sent + self._stagger) / LINES_HZ
            due = np.flatnonzero(time_s <= until_s)
            if not due.size:
                break
            signal = self._signal(time_s)
            chunks += [
                Chunk(at_s, self.wires[w], pulsesensor.encode(value))
                for w, at_s, value in zip(due.tolist(), time_s[due].tolist(), signal[due].tolist(), strict=True)
            ]
            self._sent[due] += 1
        if body is not None:
            self._follow(body, until_s)
        return chunks

    def skip(self, to_s: float) -> None:
        """Leave out the lines before `to_s`: a cable that nobody read keeps nothing."""
        first = np.ceil(to_s * LINES_HZ - self._stagger).astype(np.int64)
        self._sent = np.maximum(self._sent, first)

    def beats(self, wearer: int, until_s: float) -> Floats:
        """The true times of a twin's beats from 0 to `until_s`, where it has followed nobody.

        The crest of the pulse wave comes `SYSTOLE_S` later.
        """
        only = slice(wearer, wearer + 1)
        grid_s = np.arange(0.0, until_s + 0.1, 0.02)
        phase, _ = self._phase(grid_s, only)
        whole = np.arange(np.ceil(phase[0]), phase[-1])
        beats_s: Floats = np.interp(whole, phase, grid_s)
        for _ in range(3):  # Newton: the rate is smooth and never near zero
            phase, rate_hz = self._phase(beats_s, only)
            beats_s = beats_s - (phase - whole) / rate_hz
        return beats_s[beats_s <= until_s]

    def _phase(self, time_s: Floats | float, of: slice = slice(None)) -> tuple[Floats, Floats]:
        """Phase of hearts in beats, and their present rates in Hz: everyone's at one time each, or one's at many."""
        angle = self._w[:, of] * time_s + self._p[:, of]
        sway_s = (self._depth[:, of] / self._w[:, of] * (np.sin(angle) - self._sin_p[:, of])).sum(axis=0)
        pace = 1 + (self._depth[:, of] * np.cos(angle)).sum(axis=0)
        return self._phase0[of] + self._rate_hz[of] * (time_s + sway_s), self._rate_hz[of] * pace

    def _signal(self, time_s: Floats) -> NDArray[np.int64]:
        """(N,) what everyone's ADC reads at their own `time_s` (N,)."""
        phase, rate_hz = self._phase(time_s)
        pulse = _bump(phase - SYSTOLE_S * rate_hz, SYSTOLE_WIDTH_S * rate_hz)
        pulse += DIASTOLE_HEIGHT * _bump(phase - DIASTOLE_S * rate_hz, DIASTOLE_WIDTH_S * rate_hz)
        breath = np.sin(self._w[0] * time_s + self._p[0])
        height = self._height * (1 + BREATH_ON_HEIGHT * breath)
        ground = self._wander * (breath + np.sin(self._w[2] * time_s + self._wander_p))
        noise = NOISE * _noise(self._key, self._sent)
        signal = ADC_REST + ground + height * (pulse - 0.3) + noise  # 0.3: about the mean of the wave
        steps: NDArray[np.int64] = np.clip(np.rint(signal), 0, ADC_MAX).astype(np.int64)
        return steps

    def _follow(self, body: Body, time_s: float) -> None:
        """Take over the rate of the hearts that are felt, without a jump of the phase."""
        felt = (body.presence[:, HEART] == Presence.REAL) & np.isfinite(body.heart_rate)
        if felt.any():
            before, _ = self._phase(time_s)
            self._rate_hz[felt] = np.clip(body.heart_rate[felt] / 60, 0.5, 3.5)
            after, _ = self._phase(time_s)
            self._phase0 += before - after


def _between(band: tuple[float, float], at: Floats) -> Floats:
    """`at` 0..1 as a place in a band."""
    return band[0] + (band[1] - band[0]) * at


def _bump(turns: Floats, width: Floats) -> Floats:
    """A Gaussian around every whole turn, 1 at its crest; `width` is its standard deviation."""
    bump: Floats = np.exp(-0.5 * ((turns - np.rint(turns)) / width) ** 2)
    return bump


def _noise(key: U64, count: NDArray[np.int64]) -> Floats:
    """Even noise from -1 to 1 for each key and count (splitmix64)."""
    z = key + count.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    noise: Floats = (z >> np.uint64(11)) * 2.0**-52 - 1.0
    return noise
