"""Simulated people: each lives through a pulse of their own, and sends the bytes of a PulseSensor.

The heart is an integral pulse frequency modulator: a beat falls wherever

    phase(t) = phase0 + rate * (t + sum_i depth_i / w_i * (sin(w_i t + p_i) - sin(p_i)))

is whole, w_i the angular frequencies of breathing (respiratory sinus arrhythmia), of the blood
pressure's Mayer wave and of a slow drift.  The pulse wave after a beat is two Gaussians, systolic and
diastolic, with the dicrotic notch between them; breathing moves its height and its ground.

A person depends on the seed, their number and the time alone: not on how many others there are, nor on
who asks for which lines when, unless they follow a heart.

Sources: Bayly, IEEE Trans. Biomed. Eng. 15:257, 1968, and Mateo & Laguna, IEEE TBME 47:985, 2000 (the
modulator); Task Force of ESC and NASPE, Circulation 93:1043, 1996 (the rhythms' bands); Tang, Chen, Ward &
Elgendi, Sci. Rep. 10:13883, 2020 (two Gaussians); Steele et al., "Fast splittable pseudorandom number
generators", OOPSLA 2014 (the noise).
"""

from __future__ import annotations

from math import inf

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
FELT_S = SYSTOLE_S - SYSTOLE_WIDTH_S  # from a beat to where its wave is steepest, which is where a heart is felt
IN_STEP_S = 4.0  # in which a twin falls into step with the heart that it follows: five beats, none of them torn
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
        draw = np.empty((16, wearers, 1))
        self._key: U64 = np.empty((wearers, 1), np.uint64)
        for w in range(wearers):
            rng = np.random.default_rng(np.random.SeedSequence([seed, w]))
            draw[:, w, 0] = rng.random(16)
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
        self._lines = np.array([pulsesensor.encode(signal) for signal in range(ADC_MAX + 1)])
        self._lived_s = -inf

    def say(self, who: slice, lines: range) -> tuple[Floats, list[bytes]]:
        """Lines of some of them, by number: when each falls due (people, lines), and each one's bytes.

        Line k falls due within the period that begins at k / `LINES_HZ`.
        """
        number = np.arange(lines.start, lines.stop)
        time_s = (number + self._stagger[who]) / LINES_HZ
        said = self._lines[self._signal(time_s, number, who)]
        return time_s, [one.tobytes().replace(b"\0", b"") for one in said]  # numpy fills short ones up with zeros

    def live(self, until_s: float) -> list[Chunk]:
        """The lines that fell due since it was last asked, each a chunk stamped with its own time."""
        chunks: list[Chunk] = []
        lines = range(max(0, int(max(0.0, self._lived_s) * LINES_HZ) - 1), int(until_s * LINES_HZ) + 2)
        for wire, times_s, said in zip(self.wires, *self.say(slice(None), lines), strict=True):
            told = zip(times_s.tolist(), said.splitlines(keepends=True), strict=True)
            chunks += [Chunk(at_s, wire, line) for at_s, line in told if self._lived_s < at_s <= until_s]
        self._lived_s = until_s
        return chunks

    def follow(self, body: Body, time_s: float, who: slice = slice(None)) -> None:
        """Let twins go on at the rate and in step with their wearer's own heart, where it is felt.

        So one takes over from the other without a jump, beat on beat.
        """
        felt = (body.presence[who, HEART] == Presence.REAL) & np.isfinite(body.heart_rate[who])
        if felt.any():
            before, _ = self._phase(time_s, who)
            rate_hz = np.clip(body.heart_rate[who][felt] / 60, 0.5, 3.5)
            behind = body.heart_phase[who][felt] + FELT_S * rate_hz - before[felt, 0]
            behind = np.nan_to_num(behind - np.rint(behind))
            self._rate_hz[who][felt, 0] = rate_hz + behind / IN_STEP_S
            after, _ = self._phase(time_s, who)
            self._phase0[who] += before - after

    def beats(self, wearer: int, until_s: float) -> Floats:
        """The true times of a twin's beats from 0 to `until_s`, where it has followed nobody.

        The crest of the pulse wave comes `SYSTOLE_S` later.
        """
        only = slice(wearer, wearer + 1)
        grid_s = np.arange(0.0, until_s + 0.1, 0.02)
        (phase,), _ = self._phase(grid_s, only)
        whole = np.arange(np.ceil(phase[0]), phase[-1])
        beats_s: Floats = np.interp(whole, phase, grid_s)
        for _ in range(3):  # Newton: the rate is smooth and never near zero
            (phase,), (rate_hz,) = self._phase(beats_s, only)
            beats_s = beats_s - (phase - whole) / rate_hz
        return beats_s[beats_s <= until_s]

    def _phase(self, time_s: Floats | float, who: slice = slice(None)) -> tuple[Floats, Floats]:
        """Phase in beats, and present rate in Hz, of hearts at `time_s`, which is one, (times,) or (people, times)."""
        w, depth = self._w[:, who], self._depth[:, who]
        angle = w * time_s + self._p[:, who]
        sway_s = (depth / w * (np.sin(angle) - self._sin_p[:, who])).sum(axis=0)
        pace = 1 + (depth * np.cos(angle)).sum(axis=0)
        return self._phase0[who] + self._rate_hz[who] * (time_s + sway_s), self._rate_hz[who] * pace

    def _signal(self, time_s: Floats, number: NDArray[np.int64], who: slice) -> NDArray[np.int64]:
        """What ADCs read at `time_s` (people, lines), for the lines of these numbers (lines,)."""
        phase, rate_hz = self._phase(time_s, who)
        pulse = _bump(phase - SYSTOLE_S * rate_hz, SYSTOLE_WIDTH_S * rate_hz)
        pulse += DIASTOLE_HEIGHT * _bump(phase - DIASTOLE_S * rate_hz, DIASTOLE_WIDTH_S * rate_hz)
        breath = np.sin(self._w[0, who] * time_s + self._p[0, who])
        height = self._height[who] * (1 + BREATH_ON_HEIGHT * breath)
        ground = self._wander[who] * (breath + np.sin(self._w[2, who] * time_s + self._wander_p[who]))
        noise = NOISE * _noise(self._key[who], number)
        signal = ADC_REST + ground + height * (pulse - 0.3) + noise  # 0.3: about the mean of the wave
        steps: NDArray[np.int64] = np.clip(np.rint(signal), 0, ADC_MAX).astype(np.int64)
        return steps


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
