"""How far a pulse can be believed, 0..1, judged sample by sample from what its last beats have in common.

The probability that the newest beat and the interval it ends are right, from the last eleven beats: a sum
of log odds, against which speak beats of different shape, of different strength, at uneven intervals, with
ripples between them, as steep in the fall as in the rise, or from a foot that wanders as far as they rise.
Four doubts rule alone: beats that do not resemble one another at all, ripples as strong as beats, samples that lie
on no line (a sensor that hangs in the air, noticed within a beat or two), and a pure tone (mains, seen through a slow
sampler).
Trust grows by a fifth from beat to beat and is lost at once; then no beat for too long and silence of the
sensor take what is left.  A flat, clipped or taken-off sensor gives no beats; motion that repeats itself for
eleven beats as a heart does may still be believed.

Calibrated on BIDMC patients, still and shaken: of beats believed 0.3-0.5, 0.5-0.7, 0.7-0.9 and more, 63, 72,
86 and 98 % are right beyond chance (tests/benchmarks/body_quality.py).  Fitted anew without each patient and scored on
them the weights do as well (tests/benchmarks/body_quality_held_out.py).

Sources: plausible intervals and template agreement: Orphanidou et al., IEEE JBHI 19:832, 2015; a template
that adapts, online: Lim et al., Comput Biol Med 97:1, 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.doubt import sure
from installation.body.heart import BEAT, DELAY_S, REFUSED
from installation.body.template import recall, remember
from installation.compiled import compiled
from installation.frame import Floats, Ints

GRID_S = 0.025  # of the remembered wave: the pulse has nothing faster than 20 Hz
SLOTS = 32  # 0.8 s of it
SHAPE = 16  # points of a beat's shape, from 0.1 s before its steepest point to 0.3 s after:
BEFORE_S, AFTER_S = 0.1, 0.3  # the upstroke and the crest, before the next beat of any heart
LAST = 11  # beats that are looked at: one breath or two
LEARNS = 7  # beats in which a template follows its wearer
RISE = 0.2  # by which trust may grow from beat to beat: one lucky beat in noise is not believed
DWARF = 2.0  # while nothing is believed, a beat so much stronger than the last: those were none, it is the first
QUICKEST_S, SLOWEST_S = 0.3, 2.0  # plausible intervals (Orphanidou 2015)
LATE, LOST = 1.6, 3.2  # intervals without a beat: doubt begins and is complete
SILENT_S, MUTE_S = 0.5, 1.5  # without a sample: the same
ALIKE = 0.8  # correlation under which a template resembles nothing
# Four doubts rule alone; each is none at the first of its numbers and complete at the second:
LIKENESS = 0.93, 0.8  # correlation with the wearer's own template; 0.86 parted good from bad (Orphanidou 2015)
RIPPLES = 0.7, 0.9  # strongest refused rise against the beat: a dicrotic wave may come near, a hum comes up to it
ROUGH = 0.4, 0.8  # how far raw samples lie off a line, against the height of the beat: a pulse 0.1, noise over 1
TONE = 0.2, 0.08  # distance from a sine wave, see `_from_tone`

# Log odds where nothing speaks against a beat, and what each measure of `_odds` takes from them: rounded by hand from
# a logistic fit to the BIDMC patients, still and shaken, and to noise (docs/body.md says what that is worth); the last,
# of the foot, by hand against random walks, as large as leaves the patients' beats
WEIGHTS = (4.8, 6.0, 5.0, 1.7, 13.0, 1.0, 5.0, 2.0)
MOST_UNLIKE, MOST_RIPPLE, MOST_LEVEL, MOST_WANDER = 0.5, 1.0, 0.5, 2.0  # so far each counts
FAR = 0.45  # so much one beat may differ, in logarithms: a single ectopic or lost one is no bad signal
BREATHES = 0.3  # of a beat's height: so far breath moves the foot of the pulse, at random a baseline moves it by all
DICROTIC = 0.3  # a median ripple up to this is the wearer's dicrotic wave

QUALITY = np.dtype(
    [
        *((name, "f8") for name in ("time_s", "wave", "high", "low")),  # the newest sample, and since the last beat
        ("foot", "f8"),  # of the last beat
        ("slot", "i8"),
        ("slots", "f8", SLOTS),
        *((name, "f8", SHAPE) for name in ("template", "shape")),
        ("shapes", "i8"),
        ("beats", "i8"),
        *((name, "f8") for name in ("pending_s", "beat_s", "interval_s", "strength", "refused")),
        *(
            (name, "f8", LAST) for name in ("likeness", "ripple", "tone", "wander", "intervals", "strengths", "lean")
        ),  # of the last beats; logarithms
        ("sorted", "f8", LAST),
        *((name, "f8") for name in ("rough", "allowed", "trust", "alone", "quality")),
        ("weights", "f8", len(WEIGHTS)),
        ("against", "f8", len(WEIGHTS)),  # what each is multiplied with
    ],
    align=True,
)
"""Memory of one pulse's quality; pending_s: the steepest point of the wave whose shape is not whole yet; rough: of the
newest beat; alone: what the four doubts leave."""


def qualities(columns: int) -> NDArray[Any]:
    """Memory of `columns` pulses of which nothing is known; their quality is NaN until a sample comes."""
    memory = np.zeros(columns, QUALITY)
    for name in ("time_s", "pending_s", "beat_s", "quality"):
        memory[name] = np.nan
    memory["weights"] = WEIGHTS
    return memory


@compiled
def _median(q: Any, values: Floats, count: int) -> float:
    """Median of the first `count` of `values`."""
    for k in range(count):
        value, at = values[k], k
        while at > 0 and q.sorted[at - 1] > value:
            q.sorted[at] = q.sorted[at - 1]
            at -= 1
        q.sorted[at] = value
    return float(0.5 * (q.sorted[(count - 1) // 2] + q.sorted[count // 2]))


@compiled
def _compare(q: Any) -> None:
    """Hold the shape of the pending beat against the template, then let the template learn from it."""
    mean = 0.0
    for k in range(SHAPE):
        q.shape[k] = recall(q.slots, GRID_S, q.pending_s - BEFORE_S + k * (BEFORE_S + AFTER_S) / SHAPE)
        mean += q.shape[k] / SHAPE
    q.pending_s = np.nan
    length, likeness = 0.0, 0.0
    for k in range(SHAPE):
        q.shape[k] -= mean
        length += q.shape[k] ** 2
        likeness += q.shape[k] * q.template[k]
    length = np.sqrt(length)
    if length == 0.0:
        return
    if q.shapes > 0:
        q.likeness[(q.shapes - 1) % LAST] = likeness / length
    alike = _median(q, q.likeness, min(q.shapes, LAST)) if q.shapes > 0 else 0.0
    q.shapes += 1
    share = 1.0 / min(q.shapes, LEARNS if alike > ALIKE else 2)  # a template that resembles nothing gives way
    learned = 0.0
    for k in range(SHAPE):
        q.template[k] += share * (q.shape[k] / length - q.template[k])
        learned += q.template[k] ** 2
    learned = max(1e-9, np.sqrt(learned))
    for k in range(SHAPE):
        q.template[k] /= learned


@compiled
def _from_tone(steepest: float, fall: float, height: float, interval_s: float) -> float:
    """How far a beat is from a beat of a pure tone of the same interval and height, in natural logarithms.

    A sine's steepest slope is pi * height / interval, and its rise is as steep as its fall.
    """
    if height <= 0.0 or fall <= 0.0:
        return 1.0
    return float(min(1.0, max(abs(np.log(steepest * interval_s / (np.pi * height))), abs(np.log(steepest / fall)))))


@compiled
def _count(q: Any, p: Any) -> None:
    """Take one beat into what the last beats have in common."""
    interval_s = p.beat_s - q.beat_s
    dwarfs = q.trust == 0.0 and p.strength > DWARF * q.strength
    if dwarfs or not interval_s < LOST * SLOWEST_S:  # NaN at the first beat
        q.beats = q.shapes = 0
        q.interval_s = 0.0
    else:
        here = (q.beats - 1) % LAST
        q.lean[here] = np.log(max(p.steepest, 1e-12) / max(p.fall, 1e-12))
        q.intervals[here], q.strengths[here] = np.log(max(interval_s, 1e-3)), np.log(max(p.strength, 1e-300))
        q.ripple[here] = q.refused / p.strength
        q.rough = p.rough / max(q.high - q.low, 1e-300)
        q.tone[here] = _from_tone(p.steepest, p.fall, q.high - q.low, interval_s)
        q.wander[here] = abs(q.low - q.foot) * p.steepest / max(p.strength**2, 1e-300)  # strength**2 = slope * height
        q.interval_s = interval_s
    q.beats += 1
    q.foot = q.low
    q.beat_s, q.strength, q.refused = p.beat_s, p.strength, 0.0
    q.high = q.low = q.wave
    q.pending_s = p.beat_s + DELAY_S


@compiled
def _spread(q: Any, values: Floats, count: int) -> float:
    """Mean distance of the first `count` of `values` from their median, each at most `FAR`."""
    median, total = _median(q, values, count), 0.0
    for k in range(count):
        total += min(FAR, abs(values[k] - median))
    return total / count


@compiled
def _odds(q: Any, shapes: int, beats: int) -> float:
    """Logarithm of the odds that a beat and the interval it ends are right, from the last beats.

    odds = weights . against,   against = 1, mean likeness - 1, DICROTIC - median ripple, -spread of ln strength,
           -spread of ln interval, median of ln(steepest rise / steepest fall) - 0.5, -1 / beats,
           BREATHES - median of (move of the foot since the beat before / height)
    """
    likeness = 0.0
    for k in range(shapes):
        likeness += q.likeness[k] / shapes
    q.against[0] = 1.0
    q.against[1] = -min(MOST_UNLIKE, 1.0 - likeness)
    q.against[2] = -max(0.0, min(MOST_RIPPLE, _median(q, q.ripple, beats)) - DICROTIC)
    q.against[3] = -_spread(q, q.strengths, beats)
    q.against[4] = -_spread(q, q.intervals, beats)
    q.against[5] = min(MOST_LEVEL, max(-MOST_LEVEL, _median(q, q.lean, beats))) - MOST_LEVEL
    q.against[6] = -1.0 / beats
    q.against[7] = -max(0.0, min(MOST_WANDER, _median(q, q.wander, beats)) - BREATHES)
    odds = 0.0
    for k in range(q.weights.size):
        odds += q.weights[k] * q.against[k]
    return odds


@compiled
def _trust(q: Any) -> float:
    """How likely the newest beat is right, by what changes with beats only."""
    shapes, beats = min(q.shapes - 1, LAST), min(q.beats - 1, LAST)
    if shapes < 1 or beats < 1:
        return 0.0
    alone = sure(_median(q, q.likeness, shapes), LIKENESS) * sure(q.rough, ROUGH)
    alone *= sure(_median(q, q.tone, beats), TONE) * sure(_median(q, q.ripple, beats), RIPPLES)
    q.alone = alone
    return float(min(q.allowed, alone / (1.0 + np.exp(-_odds(q, shapes, beats)))))


@compiled
def judge(memory: NDArray[Any], time_s: Floats, column: Ints, pulse: NDArray[Any], quality: Floats) -> None:
    """Take pulses (K,) into the memory (M,) and write the quality at each into `quality` (K,).

    NaN at a sample that the heart left out.
    """
    for k in range(time_s.size):
        q, p = memory[column[k]], pulse[k]
        quality[k] = np.nan
        if not np.isfinite(p.wave):
            continue
        q.slot = remember(q.slots, q.slot, GRID_S, q.time_s, q.wave, time_s[k], p.wave)
        q.time_s, q.wave = time_s[k], p.wave
        q.high, q.low = max(q.high, p.wave), min(q.low, p.wave)
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
def quality_now(memory: NDArray[Any], now_s: float, quality: Floats, age_s: Floats) -> None:
    """Quality and age of the newest sample at this moment, written: a silent sensor is believed for half a second.

    memory (M,) · quality (M,), NaN before the first sample · age_s (M,), NaN likewise
    """
    for c in range(memory.size):
        age_s[c] = now_s - memory[c].time_s
        quality[c] = memory[c].quality * min(1.0, max(0.0, (MUTE_S - age_s[c]) / (MUTE_S - SILENT_S)))
