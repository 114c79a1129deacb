"""How far the beats of an ECG can be believed, 0..1: at 0.5 one is as likely right as not.

The probability that the newest beat is right, from the last seven: log odds, against which speak beats of different
shape, beats hardly higher than the humps between them, and intervals no heart has.  Four doubts rule alone: shapes
that have nothing in common, humps as high as beats, a tone, and too few samples to a QRS; then no beat for
too long and silence of the sensor take what is left.  Two shapes, and two intervals, may be usual, for bigeminy has
two.  Electrodes that are flat, clipped or off the body give no beats; mains and noise give beats hardly higher than
what lies between, or that do not resemble one another.  A calibrator's pulses at the pace of a heart are believed.

Calibrated on MIT-BIH records as they are and in the noise of people who wear electrodes, down to -6 dB
(tests/benchmarks/ecg_calibration.py).

Sources: plausible intervals and agreement with templates: Orphanidou et al., IEEE JBHI 19:832, 2015.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.doubt import sure
from installation.body.ecg import DELAY_S, ECG
from installation.body.heart import BEAT, REFUSED
from installation.body.template import learn, likeness, read_shape, remember
from installation.compiled import compiled
from installation.frame import Floats, Ints

GRID_S = 0.008  # of the remembered wave: within the band of QRS there is little above 30 Hz
SLOTS = 32  # a quarter of a second of it
SHAPE = 16  # points of a beat's shape, from 0.06 s before the R wave to 0.08 s after it:
BEFORE_S, AFTER_S = 0.06, 0.08  # a QRS, and no T wave of any heart
USUAL = 2  # shapes that may be usual
SAME = 0.55  # correlation under which a shape is another one
LAST = 7  # beats whose median is believed: four good ones outvote whatever was before
RISE = 0.2  # by which trust may grow from beat to beat: one lucky beat in noise is not believed
QUICKEST_S, SLOWEST_S, UNEVEN = 0.27, 2.0, 2.2  # plausible intervals, and of one to the next (Orphanidou 2015)
LATE, LOST = 1.8, 3.2  # intervals without a beat: doubt begins and is complete; the backward search takes 1.7
SILENT_S, MUTE_S = 0.5, 1.5  # without a sample: the same

# Log odds where nothing speaks against a beat, and what each measure of `_odds` takes from them: rounded from a
# logistic fit, see above; each record left out of it comes out much the same
SURE, UNLIKE, RIPPLE, UNFAIR = 5.4, 4.4, 6.2, 3.3
USUAL_RIPPLE = 0.3  # highest refused hump against the beat, up to which it is the T wave

# Doubts that rule alone; each is none at the first of its two numbers and complete at the second:
LIKENESS = 0.75, 0.55  # correlation with a usual shape; 0.66 parted good from bad (Orphanidou 2015)
RIPPLES = 0.75, 0.9  # highest refused hump against the beat
FILL = 0.3, 0.42  # mean of the wave against its highest: QRS is short, of a pure tone it's 0.64
STEP_S = 0.015, 0.05  # from sample to sample: a QRS of 0.1 s has six of the first, two of the second have no shape

ECG_QUALITY = np.dtype(
    [
        *((name, "f8") for name in ("time_s", "wave")),  # the newest sample
        ("slot", "i8"),
        ("slots", "f8", SLOTS),
        ("shape", "f8", SHAPE),
        ("template", "f8", (USUAL, SHAPE)),
        ("used", "i8", USUAL),  # the beat at which a template was last met
        ("shapes", "i8"),
        ("beats", "i8"),
        ("samples", "i8"),  # since the last beat
        *(
            (name, "f8")
            for name in ("pending_s", "beat_s", "interval_s", "before_s", "refused", "area", "high", "step_s")
        ),
        *((name, "f8", LAST) for name in ("likeness", "ripple", "fill", "fair")),  # of the last beats
        *((name, "f8") for name in ("allowed", "trust", "quality")),
    ],
    align=True,
)
"""Memory of one ECG's quality; pending_s: the R wave whose shape is not whole yet, in the time of the wave."""


def ecg_qualities(columns: int) -> NDArray[Any]:
    """Memory of `columns` ECGs of which nothing is known; their quality is NaN until a sample comes."""
    memory = np.zeros(columns, ECG_QUALITY)
    for name in ("time_s", "pending_s", "beat_s", "quality"):
        memory[name] = np.nan
    return memory


@compiled
def _hear(q: Any, time_s: float, wave: float) -> None:
    """Take the wave at one sample into its memory, and into what a beat's interval is filled with."""
    if time_s - q.time_s < SLOTS * GRID_S:  # NaN at the first sample
        q.samples += 1
        q.area += 0.5 * (abs(q.wave) + abs(wave)) * (time_s - q.time_s)
    q.high = max(q.high, abs(wave))
    q.slot = remember(q.slots, q.slot, GRID_S, q.time_s, q.wave, time_s, wave)
    q.time_s, q.wave = time_s, wave


@compiled
def _compare(q: Any) -> None:
    """Hold the shape of the pending beat against what is usual, then let the nearest learn from it."""
    from_s = q.pending_s - BEFORE_S
    q.pending_s = np.nan
    if not read_shape(q.slots, GRID_S, from_s, from_s + BEFORE_S + AFTER_S, q.shape):
        return
    nearest, alike = 0, -1.0
    for k in range(USUAL):
        match = likeness(q.shape, q.template[k])
        if match > alike:
            nearest, alike = k, match
    if q.shapes > 0:
        q.likeness[(q.shapes - 1) % LAST] = alike
    q.shapes += 1
    share = 1.0 / min(q.shapes, LAST)
    if alike < SAME:  # unlike what is usual: it takes the place of the shape not met for longest
        nearest, share = int(np.argmin(q.used)), 1.0
    learn(q.template[nearest], q.shape, share)
    q.used[nearest] = q.shapes


@compiled
def _count(q: Any, p: Any) -> None:
    """Take one beat into what the last beats have in common."""
    interval_s = p.beat_s - q.beat_s
    if not interval_s < LOST * SLOWEST_S:  # NaN at the first beat
        q.beats = q.shapes = 0
        q.template[:] = 0.0
        q.used[:] = 0
        q.before_s = q.interval_s = 0.0
    else:
        here = (q.beats - 1) % LAST
        even = q.interval_s == 0.0 or 1.0 / UNEVEN < interval_s / q.interval_s < UNEVEN
        even = even or 1.0 / UNEVEN < interval_s / max(1e-9, q.before_s) < UNEVEN
        q.fair[here] = 1.0 if even and QUICKEST_S <= interval_s <= SLOWEST_S else 0.0
        q.ripple[here] = q.refused / p.strength
        q.step_s = interval_s / max(1, q.samples)
        q.fill[here] = q.area / max(1e-300, q.high * interval_s)
        q.before_s, q.interval_s = q.interval_s, interval_s
    q.beats += 1
    q.area = q.high = 0.0
    q.samples = 0
    q.beat_s, q.refused = p.beat_s, 0.0
    if p.beat_s + DELAY_S - BEFORE_S > q.time_s - (SLOTS - 2) * GRID_S:  # one found late is remembered no more
        q.pending_s = p.beat_s + DELAY_S


@compiled
def _odds(alike: float, ripple: float, fair: float) -> float:
    """Logarithm of the odds that a beat is right, by medians of the last beats and their share of plausible intervals.

    odds = SURE - UNLIKE * (1 - likeness) - RIPPLE * (ripple - USUAL_RIPPLE) - UNFAIR * (1 - fair)
    """
    against = UNLIKE * min(1.0, 1.0 - alike) + RIPPLE * min(1.0, max(0.0, ripple - USUAL_RIPPLE))
    return SURE - against - UNFAIR * (1.0 - fair)


@compiled
def _trust(q: Any) -> float:
    """How likely the newest beat is right, by what changes with beats only."""
    shapes, beats = min(q.shapes - 1, LAST), min(q.beats - 1, LAST)
    if shapes < 1 or beats < 1:
        return 0.0
    alike, ripple = np.median(q.likeness[:shapes]), np.median(q.ripple[:beats])
    alone = sure(np.median(q.fill[:beats]), FILL) * sure(q.step_s, STEP_S)
    alone *= sure(alike, LIKENESS) * sure(ripple, RIPPLES)
    return float(min(q.allowed, alone / (1.0 + np.exp(-_odds(alike, ripple, q.fair[:beats].mean())))))


@compiled
def judge_ecg(
    memory: NDArray[Any], time_s: Floats, column: Ints, channel: Ints, pulse: NDArray[Any], quality: Floats
) -> None:
    """Take what `find_qrs` wrote (K,) into the memory (M,) and write the quality at each sample into `quality` (K,).

    Rows of other channels leave both as they are; NaN at a sample that `find_qrs` left out.
    """
    for k in range(time_s.size):
        if channel[k] != ECG:
            continue
        q, p = memory[column[k]], pulse[k]
        quality[k] = np.nan
        if not np.isfinite(p.wave):
            continue
        _hear(q, time_s[k], p.wave)
        if time_s[k] >= q.pending_s + AFTER_S:
            _compare(q)
            q.trust = _trust(q)
        if p.verdict == REFUSED:
            q.refused = max(q.refused, p.strength)
        elif p.verdict == BEAT:
            _count(q, p)
            q.allowed = q.trust + RISE
            q.trust = _trust(q)
        overdue = (time_s[k] - q.beat_s) / min(max(q.interval_s, QUICKEST_S), SLOWEST_S)
        q.quality = q.trust * sure(overdue, (LATE, LOST)) if q.beats > 0 else 0.0
        quality[k] = q.quality


@compiled
def ecg_quality_now(memory: NDArray[Any], now_s: float, quality: Floats, age_s: Floats) -> None:
    """Quality and age of the newest sample at this moment, written: a silent sensor is believed for half a second.

    memory (M,) · quality (M,), NaN before the first sample · age_s (M,), NaN likewise
    """
    for c in range(memory.size):
        age_s[c] = now_s - memory[c].time_s
        quality[c] = memory[c].quality * min(1.0, max(0.0, (MUTE_S - age_s[c]) / (MUTE_S - SILENT_S)))
