"""Heart beats from an electrocardiogram (ECG), sample by sample, many wearers in columns.

The ECG is smoothed by three poles; its slope and the slope of that, squared and added, make one hump of every
QRS, whichever way up the electrodes are, and leave baseline and T wave low.  A hump is judged once it has clearly
passed its top: a beat where it is high against the wearer's usual beats, the higher the more there usually is
between them, the earlier it comes and the less it is like what their beats have been.  Where a beat is overdue, the
highest hump that was refused becomes one, late.  The leap of a single sample, as of an electrode that pops, is cut
short.  All depends on samples and their stamps alone, so that one wearer among thousands, and any cut of the stream
into ticks, gives the same beats bit for bit.

The beat's time is that of the R wave, the extreme of the QRS on the side that is usually larger, known to a
fraction of a sample; it is announced 40-60 ms later.

Sources: medians of beats and of other humps, the threshold between them, T waves, the backward search: Hamilton
and Tompkins, IEEE TBME 33:1157, 1986, after Pan and Tompkins, IEEE TBME 32:230, 1985; the band, in which QRS stands
out most against T wave, baseline and muscle: Thakor et al., IEEE TBME 31:702, 1984.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.ecg_memory import GRID_S, INTERVAL_S, KEPT, LAST
from installation.body.ecg_shapes import compare, forget_shapes, learn_beat
from installation.body.heart import BEAT, NOTHING, REFUSED
from installation.body.template import remember
from installation.compiled import compiled
from installation.frame import CHANNELS, Floats, Ints

ECG = CHANNELS.index("ecg")

SMOOTH_S = 0.007  # three poles of this: their slope is greatest at 16 Hz; QRS lives at 5-20 (Thakor 1984)
DELAY_S = 3 * SMOOTH_S  # by which those poles make every slow wave late
CURVE_S = 0.011  # weight of the slope's slope: both are equal at 14 Hz, and never zero together
HUMP_S = 0.012  # a pole that joins the waves of one QRS into one hump
PAST_TOP = 0.8  # the hump has clearly fallen: to this share of its top
GAP_S = 0.25  # a longer silence can hide a QRS: the wave starts anew
LOST_S = 3.0  # longer than any resting interval: the rhythm is forgotten
FIRST_S = 1.0  # so long it is only listened; then the highest hump was the first beat, not the P wave before it
KNOWN = 4  # beats until anything is usual
THIRD = 3  # the third highest of them is usual: two artefacts or five T waves don't change it
REFRACTORY_S = 0.2  # the ventricle can't be excited again within it (Pan and Tompkins 1985)

# How high a hump must be, as a share of a usual beat:
FIRST_SHARE = 0.5  # while nothing is usual: T waves are lower in this band
FLOOR = 0.35  # a third, as of Hamilton and Tompkins, where it is quiet between beats
BETWEEN = 0.2  # and so much of the usual highest hump between beats besides
T_SHARE = 0.6  # while the T wave may come: until the end of QT, easing over as long as a T wave takes:
QT_S, QT_EASE = 0.4, 0.3  # at 60 per minute (Bazett 1920), and a share of it
EARLY = 1.0  # so much of the usual highest hump besides, before a beat is due: in noise the rhythm decides,
DUE, DUE_EASE = 0.9, 0.2  # from so many intervals after the last beat no more, all of it before 0.7
OTHER_SIDE = 0.5  # and so much for each unit that it leans to another side than QRS usually do
UNLIKE = 0.6  # and so much for each unit of correlation that it is less like the shapes of the heart
KNOWN_EARLY = 0.3  # so much less like a ventricular shape that is known, and early counts in full; as like, not at all
MOST, MOST_UNLIKE = 0.9, 0.3  # but never more: a heart that doubles its rate is followed; if unlike, so much more
RELAX_S = 2.0  # at this pace a usual beat shrinks when one is overdue: electrodes have lost some of their contact

OVERDUE, HALF = 1.66, 0.5  # intervals; then a hump over half the threshold was a beat (Pan and Tompkins 1985),
STANDS_OUT = 1.5  # if it is so much higher than the usual highest between beats

KEPT_STEP_S = 0.0009  # of them: a thousand a second are enough for any R wave
R_BEFORE_S, R_AFTER_S = 0.09, 0.05  # of the top of the hump without its delay: there the R wave lies
LEVEL_S = 0.04  # the wave's level is that of the first so many seconds of it, between P wave and QRS
R_HALF_S = 0.010  # the crest is a parabola so far to either side: half of the narrowest R wave
SIDE = 0.25  # by which the wearer's usual side of the QRS follows the last beat's
ROUNDING = 1e-9  # of a value: the computer's own error, far below any QRS
POP = 6.0  # a sample leaps no further than so many changes, the one before or the usual: an electrode that pops does
POP_S = 0.0085  # from sample to sample at most: with fewer the R wave itself is such a leap
USUAL_S = 1.0  # of so long a change is the usual: a beat's time
LARGEST = 1e12  # no converter counts so far, in whatever unit


@compiled
def _begin(s: Any, time_s: float, value: float) -> None:
    """Start the wave at one sample, level."""
    s.time_s = s.kept_s[0] = time_s
    s.seen = s.raw = s.pole1 = s.pole2 = s.wave = s.kept_wave[0] = value
    s.step_s = s.change = s.slope = s.hump = s.top = s.missed = 0.0
    s.rising = False
    s.kept = 1
    s.began_s = time_s


@compiled
def _calm(s: Any, time_s: float, value: float) -> float:
    """A sample without its leap, where it is a single one: a wave of the heart rises over two samples or more."""
    step, leap = time_s - s.time_s, value - s.seen
    change = abs(leap)
    if change > 0.0 and (s.quantum == 0.0 or change < s.quantum):
        s.quantum = change
    most = POP * max(s.change, s.usual_change)
    close = max(step, s.step_s) <= POP_S and s.step_s > 0.0
    s.usual_change += min(1.0, step / USUAL_S) * (min(change, abs(value - s.raw), most) - s.usual_change)
    s.seen, s.step_s, s.change = value, step, change
    return float(value - leap + min(max(leap, -most), most)) if close and change > most else value


@compiled
def _smooth(s: Any, time_s: float, value: float) -> float:
    """Take one sample into the wave; height of the hump, in units of the value.

        tau dy/dt = u - y,   u straight from sample to sample, three times over
        energy = (tau slope)**2 + (curve tau dslope/dt)**2,   hump: its root, through one pole more

    Solved exactly for any step, so that jitter and mixed rates leave the wave what it is.
    """
    step = time_s - s.time_s
    keep = np.exp(-step / SMOOTH_S)
    mean = -np.expm1(-step / SMOOTH_S) * SMOOTH_S / step
    pole1 = keep * s.pole1 + (mean - keep) * s.raw + (1.0 - mean) * value
    pole2 = keep * s.pole2 + (mean - keep) * s.pole1 + (1.0 - mean) * pole1
    wave = keep * s.wave + (mean - keep) * s.pole2 + (1.0 - mean) * pole2
    slope = pole2 - wave  # times tau
    curve = (pole1 - 2.0 * pole2 + wave) / SMOOTH_S
    s.hump += (1.0 - np.exp(-step / HUMP_S)) * (np.sqrt(slope * slope + (CURVE_S * curve) ** 2) - s.hump)
    s.time_s, s.raw, s.pole1, s.pole2, s.wave, s.slope = time_s, value, pole1, pole2, wave, slope
    if time_s - s.kept_s[(s.kept - 1) % KEPT] >= KEPT_STEP_S:
        s.kept_s[s.kept % KEPT], s.kept_wave[s.kept % KEPT] = time_s, pole1
        s.kept += 1
    return float(s.hump)


@compiled
def _crest(s: Any, at: int) -> float:
    """Time of the crest of the parabola that fits best around kept sample `at`, in s."""
    middle_s, middle = s.kept_s[at % KEPT], s.kept_wave[at % KEPT]
    n = s1 = s2 = s3 = s4 = y0 = y1 = y2 = 0.0
    for k in range(max(0, s.kept - KEPT, at - KEPT // 8), min(s.kept, at + KEPT // 8)):
        x = (s.kept_s[k % KEPT] - middle_s) / R_HALF_S
        if abs(x) > 1.0 and abs(k - at) > 1:
            continue
        y = s.kept_wave[k % KEPT] - middle
        n, s1, s2, s3, s4 = n + 1.0, s1 + x, s2 + x * x, s3 + x**3, s4 + x**4
        y0, y1, y2 = y0 + y, y1 + x * y, y2 + x * x * y
    determinant = n * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3) + s2 * (s1 * s3 - s2 * s2)
    tilt = n * (y1 * s4 - s3 * y2) - y0 * (s1 * s4 - s2 * s3) + s2 * (s1 * y2 - s2 * y1)
    bend = n * (s2 * y2 - y1 * s3) - s1 * (s1 * y2 - s2 * y1) + y0 * (s1 * s3 - s2 * s2)
    if abs(determinant) <= 1e-12 or bend == 0.0 or abs(tilt) > 2.0 * abs(bend):  # no crest near: the sample itself
        return float(middle_s)
    return float(middle_s - 0.5 * R_HALF_S * tilt / bend)


@compiled
def _r_wave(s: Any, top_s: float) -> float:
    """Time of the R wave under a hump, in s: the extreme on the wearer's usual side of the QRS."""
    from_s, to_s = top_s - R_BEFORE_S, top_s + R_AFTER_S
    first = s.kept - 1
    total = count = 0.0
    while first > max(0, s.kept - KEPT) and s.kept_s[(first - 1) % KEPT] >= from_s:
        first -= 1
    high = low = first
    for k in range(first, s.kept):
        if s.kept_s[k % KEPT] > to_s:
            break
        w = s.kept_wave[k % KEPT]
        if s.kept_s[k % KEPT] <= from_s + LEVEL_S:
            total, count = total + w, count + 1.0
        high = k if w > s.kept_wave[high % KEPT] else high
        low = k if w < s.kept_wave[low % KEPT] else low
    base = total / count if count > 0.0 else s.kept_wave[first % KEPT]
    up, down = s.kept_wave[high % KEPT] - base, base - s.kept_wave[low % KEPT]
    s.lean = (up - down) / max(1e-300, up + down)
    usual = s.side if s.beats > 0 else s.lean
    return float(min(_crest(s, high if usual >= 0.0 else low) - SMOOTH_S, s.time_s))  # never ahead of what was heard


@compiled
def _share(s: Any, since_s: float, lean: float, like: float, second: bool) -> float:
    """How high a hump that leans so, and is so like, must be against a usual beat, `since_s` after the last one.

    QT = 0.4 s * root of the interval in s      (Bazett, Heart 7:353, 1920)
    """
    interval_s, least = INTERVAL_S, FIRST_SHARE
    if s.beats >= KNOWN:
        interval_s = s.interval_s
        early = min(1.0, max(0.0, (DUE - since_s / interval_s) / DUE_EASE))
        unlike = min(1.0, 1.0 - like)
        if second:
            early *= min(1.0, unlike / KNOWN_EARLY)
        doubt = BETWEEN + EARLY * early + OTHER_SIDE * abs(lean - s.side) + UNLIKE * unlike
        least = min(MOST + MOST_UNLIKE * unlike, FLOOR + doubt * s.other)
    t_wave = 1.0 - min(1.0, max(0.0, (since_s / (QT_S * np.sqrt(interval_s)) - 1.0) / QT_EASE))
    return float(least + t_wave * max(0.0, T_SHARE - least))


@compiled
def _threshold(s: Any, since_s: float) -> float:
    """Height that a hump must have to be a beat, `since_s` after the last one."""
    over_s = max(0.0, since_s - OVERDUE * s.interval_s)
    return float(_share(s, since_s, s.lean, s.like, s.second) * s.typical * np.exp(-over_s / RELAX_S))


@compiled
def _usual(s: Any) -> float:
    """Height of a usual beat."""
    known = np.sort(s.tops[: min(s.beats, LAST)])
    return float(known[max(0, known.size - (THIRD if s.beats >= KNOWN else 1))])


@compiled
def _count(s: Any, top_s: float, top: float, sure: bool) -> None:
    """Take one beat into what is usual; one that is not `sure` changes nothing but when the last was."""
    interval_s = top_s - s.beat_top_s
    if not interval_s < LOST_S:  # NaN at the first
        s.beats, sure = 0, True
        forget_shapes(s)
    elif s.beats > 0 and sure:
        s.intervals_s[(s.beats - 1) % LAST] = interval_s
        s.interval_s = np.median(s.intervals_s[: min(s.beats, LAST)])
    if sure:
        s.side = s.side + SIDE * (s.lean - s.side) if s.beats > 0 else s.lean
        s.others[s.beats % LAST] = s.highest / max(top, s.typical)
        s.other = np.median(s.others[: min(s.beats + 1, LAST)])
        s.tops[s.beats % LAST] = top
        s.beats += 1
        s.typical = _usual(s)
    s.beat_top_s, s.beat_top = top_s, top
    s.missed = s.highest = 0.0


@compiled
def _judge(s: Any, top_s: float, top: float, beat_s: float) -> bool:
    """Whether a hump is a beat; where it is not, it is kept in case one was missed."""
    since_s = top_s - s.beat_top_s
    if since_s < REFRACTORY_S:
        if top > s.beat_top:  # the beat was the P wave's, or a spike's: what is usual learns from this one
            s.beat_top, s.beat_top_s = top, top_s
            s.tops[(s.beats - 1) % LAST] = top
            s.typical = _usual(s)
        return False
    if s.beats > 0 and top >= _threshold(s, since_s):
        return True
    if top > s.missed and not since_s < QT_S * np.sqrt(s.interval_s):
        s.missed, s.missed_s, s.missed_beat_s = top, top_s, beat_s
        s.missed_lean, s.missed_like, s.missed_second = s.lean, s.like, s.second
    s.highest = max(s.highest, top)
    return False


@compiled
def _is_overdue(s: Any) -> bool:
    """Whether the highest refused hump was a beat, since none came when one was due."""
    if s.beats == 0:
        return bool(s.time_s - s.began_s > FIRST_S)
    if s.beats < KNOWN or s.time_s - s.beat_top_s < OVERDUE * s.interval_s:
        return False
    share = _share(s, s.missed_s - s.beat_top_s, s.missed_lean, s.missed_like, s.missed_second)
    return bool(s.missed > max(HALF * share, STANDS_OUT * s.other) * s.typical)


@compiled
def find_qrs(
    memory: NDArray[Any], time_s: Floats, column: Ints, channel: Ints, value: Floats, pulse: NDArray[Any]
) -> None:
    """Take samples into the hearts' memory and write what each sample of an ECG brings into `pulse`.

    memory (M,) `QRS` · time_s, column, channel, value (K,): samples in order of time within each column
    and channel; an ECG's that is no number or not later than its forerunner is left out ·
    pulse (K,) `PULSE`, written where the channel is ECG, elsewhere left as it is.
    """
    for k in range(time_s.size):
        if channel[k] != ECG:
            continue
        s, p = memory[column[k]], pulse[k]
        p.wave, p.verdict, p.beat_s, p.strength = np.nan, NOTHING, np.nan, 0.0
        p.steepest = p.fall = 0.0
        if not (np.isfinite(time_s[k]) and abs(value[k]) < LARGEST) or time_s[k] <= s.time_s:
            continue
        if not time_s[k] - s.time_s < GAP_S:
            _begin(s, time_s[k], value[k])
            s.slot = remember(s.slots, s.slot, GRID_S, np.nan, 0.0, time_s[k], 0.0)
            p.wave = 0.0
            continue
        before, slope, slope_s = s.hump, s.slope, s.time_s
        hump = _smooth(s, time_s[k], _calm(s, time_s[k], value[k]))
        s.slot = remember(s.slots, s.slot, GRID_S, slope_s, slope, time_s[k], s.slope)
        p.wave = s.slope
        if hump > before and not s.rising:
            s.rising, s.top = True, 0.0
        if s.rising and hump > s.top:
            s.top, s.top_s = hump, time_s[k]
        if s.rising and hump < PAST_TOP * s.top:
            s.rising = False
            if s.top < max(s.quantum, ROUNDING * abs(value[k])):
                continue
            top_s = s.top_s - DELAY_S
            p.beat_s, p.strength = _r_wave(s, top_s), s.top
            compare(s)
            p.verdict = REFUSED
            if _judge(s, top_s, s.top, p.beat_s):
                p.verdict = BEAT
                _count(s, top_s, s.top, True)
                learn_beat(s)
        elif s.missed > 0.0 and _is_overdue(s):
            p.verdict, p.beat_s, p.strength = BEAT, s.missed_beat_s, s.missed
            s.lean = s.missed_lean
            _count(s, s.missed_s, s.missed, False)
