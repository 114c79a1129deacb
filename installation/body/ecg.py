"""Heart beats from an electrocardiogram (ECG), sample by sample, many wearers in columns.

The ECG is smoothed by three poles; its slope and the slope of that, squared and added, make one hump of every
QRS, whichever way up the electrodes are, and leave baseline and T wave low.  A hump is judged once it has clearly
passed its top: a beat where it stands out between what beats and what other humps usually are.  Where the rhythm
is overdue, the highest hump that was refused becomes a beat, late.  All depends on samples and their stamps alone,
so that one wearer among thousands, and any cut of the stream into ticks, gives the same beats bit for bit.

The beat's time is that of the R wave, the larger extreme of the QRS that this wearer usually has, known to a
fraction of a sample; it is announced some 50 ms later.

Sources: medians of beats and of other humps, the threshold between them, T waves, the backward search: Hamilton
and Tompkins, IEEE TBME 33:1157, 1986, after Pan and Tompkins, IEEE TBME 32:230, 1985; the band, in which QRS stands
out most against T wave, baseline and muscle: Thakor et al., IEEE TBME 31:702, 1984.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.heart import BEAT, NOTHING, REFUSED
from installation.compiled import compiled
from installation.frame import CHANNELS, Floats, Ints

ECG = CHANNELS.index("ecg")

SMOOTH_S = 0.007  # three poles of this: their slope is greatest at 14 Hz, QRS lives at 5-20 (Thakor 1984)
DELAY_S = 3 * SMOOTH_S  # by which those poles make every slow wave late
CURVE_S = 0.011  # the slope's own slope counts by this: at 14 Hz both are equal, their sum has no zeros
HUMP_S = 0.012  # pole that joins the waves of one QRS into one hump
PAST_TOP = 0.8  # the hump has clearly fallen: to this share of its top
GAP_S = 0.25  # a longer silence can hide a QRS: the wave starts anew
LOST_S = 3.0  # longer than any resting interval: the rhythm is forgotten
REFRACTORY_S = 0.2  # the ventricle can't be excited again within it (Pan and Tompkins 1985)
T_SHARE = 0.6  # so soon after a beat, a hump half as high is its T wave (Pan and Tompkins 1985)
QT_S, QT_EASE = 0.4, 0.3
FLOOR = 0.35
DUE = 0.9
DUE_EASE = 0.2
EARLY = 1.0
MOST = 0.9
BETWEEN = 0.4  # the threshold lies so far from other humps towards beats (Hamilton and Tompkins 1986)
LAST = 8  # beats and other humps whose medians are usual (the same)
OVERDUE, HALF = 1.66, 0.5  # so many intervals after the last beat, a refused hump over half the threshold is one
STANDS_OUT = 1.5  # and so much higher than such humps usually are
KNOWN = 4  # beats until anything is usual
FIRST_S = 1.0  # so long it's only listened: then the highest hump was the first beat
FIRST_SHARE = 0.5  # of the highest, until then
RELAX_S = 2.0  # at this pace a threshold leans down while no beat comes: whoever puts electrodes on shakes them
INTERVAL_S = 1.0  # until the wearer's own is known
KEPT = 256  # samples kept to find the R wave among: a quarter of a second
KEPT_STEP_S = 0.0009  # of them: a thousand a second are enough for any R wave
R_BEFORE_S, R_AFTER_S = 0.09, 0.05  # of the top of the hump, delays taken off: there the R wave lies
LEVEL_S = 0.04  # the wave's level is that of the first so many seconds, between P wave and QRS
R_HALF_S = 0.010  # the R wave's crest is a parabola so far to either side, muscle noise is averaged over it
SIDE = 0.25  # by which the wearer's usual side of the QRS follows the last one
ROUNDING = 1e-9  # of a value: so much of its change is the computer's own; less than the converter's step is noise
LARGEST = 1e12  # no converter counts so far, in whatever unit

QRS = np.dtype(
    [
        *((name, "f8") for name in ("began_s", "time_s", "raw", "pole1", "pole2", "wave")),  # the newest sample, smoothed
        *((name, "f8") for name in ("slope", "hump", "top", "top_s")),
        *((name, "f8") for name in ("beat_s", "beat_top_s", "beat_top")),  # the last beat
        *((name, "f8") for name in ("missed", "missed_s", "missed_beat_s", "missed_lean")),  # highest refused hump since
        *((name, "f8") for name in ("interval_s", "typical", "other", "highest", "lean", "side", "quantum")),  # what is usual
        *((name, "?") for name in ("rising",)),
        *((name, "i8") for name in ("beats", "kept")),
        *((name, "f8", LAST) for name in ("strengths", "intervals_s", "noises")),
        *((name, "f8", KEPT) for name in ("kept_s", "kept_wave")),
    ],
    align=True,
)
"""Memory of one heart's ECG."""


def ecgs(columns: int) -> NDArray[Any]:
    """Memory of `columns` hearts of which nothing is known."""
    memory = np.zeros(columns, QRS)
    for name in ("time_s", "beat_s", "beat_top_s", "missed_beat_s"):
        memory[name] = np.nan
    memory["interval_s"] = INTERVAL_S
    return memory


@compiled
def _begin(s: Any, time_s: float, value: float) -> None:
    """Start the wave at one sample, level."""
    s.time_s = s.kept_s[0] = time_s
    s.raw = s.pole1 = s.pole2 = s.wave = s.kept_wave[0] = value
    s.slope = s.hump = s.top = s.missed = 0.0
    s.rising = False
    s.kept = 1
    s.began_s = time_s


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
    change = abs(value - s.raw)
    if change > 0.0 and (s.quantum == 0.0 or change < s.quantum):
        s.quantum = change
    energy = np.sqrt(slope * slope + (CURVE_S * curve) ** 2)
    s.hump += (1.0 - np.exp(-step / HUMP_S)) * (energy - s.hump)
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
    return _crest(s, high if usual >= 0.0 else low) - SMOOTH_S


@compiled
def _share(s: Any, since_s: float) -> float:
    """How high a hump must be against a typical beat's, `since_s` after the last one.

        QT = 0.4 s * root of the interval in s      (Bazett, Heart 7:353, 1920)

    Until its end the T wave may come.
    """
    interval_s = s.interval_s if s.beats >= KNOWN else INTERVAL_S
    least = FLOOR + BETWEEN * s.other if s.beats >= KNOWN else FIRST_SHARE
    if s.beats >= KNOWN:
        early = min(1.0, max(0.0, (DUE - since_s / interval_s) / DUE_EASE))
        least = min(MOST, least + early * EARLY * s.other)
    along = min(1.0, max(0.0, (since_s / (QT_S * np.sqrt(interval_s)) - 1.0) / QT_EASE))
    return float(max(T_SHARE, least) + along * (least - max(T_SHARE, least)))


@compiled
def _threshold(s: Any, since_s: float) -> float:
    """Height that a hump must have to be a beat, `since_s` after the last one."""
    typical = s.typical
    over_s = since_s - OVERDUE * s.interval_s
    if over_s > 0.0:
        typical *= np.exp(-over_s / RELAX_S)
    return float(_share(s, since_s) * typical)


@compiled
def _usual(s: Any) -> float:
    """Height of a usual beat: the third highest of the last eight, so that one artefact or five T waves don't count."""
    known = np.sort(s.strengths[: min(s.beats, LAST)])
    return float(known[max(0, known.size - (3 if s.beats >= KNOWN else 1))])


@compiled
def _count(s: Any, beat_s: float, top_s: float, top: float, sure: bool) -> None:
    """Take one beat into what is usual; one of a backward search changes nothing but the time of the last."""
    interval_s = top_s - s.beat_top_s
    if not interval_s < LOST_S:
        s.beats = 0
    elif s.beats > 0 and sure:
        s.intervals_s[(s.beats - 1) % LAST] = interval_s
        s.interval_s = np.median(s.intervals_s[: min(s.beats, LAST)])
    if sure:
        s.side = s.side + SIDE * (s.lean - s.side) if s.beats > 0 else s.lean
        s.noises[s.beats % LAST] = s.highest / max(top, s.typical)
        s.other = np.median(s.noises[: min(s.beats + 1, LAST)])
        s.strengths[s.beats % LAST] = top
        s.beats += 1
        s.typical = _usual(s)
    s.beat_s, s.beat_top_s, s.beat_top = beat_s, top_s, top
    s.missed = s.highest = 0.0


@compiled
def _judge(s: Any, top_s: float, top: float, beat_s: float) -> bool:
    """Whether a hump is a beat; what it is becomes part of what is usual."""
    since_s = top_s - s.beat_top_s
    if since_s < REFRACTORY_S:
        if top > s.beat_top:  # the beat was the P wave's, or a spike's: what is usual learns from this one
            s.beat_top, s.beat_top_s = top, top_s
            s.strengths[(s.beats - 1) % LAST] = top
            s.typical = _usual(s)
        return False
    if s.beats > 0 and top >= _threshold(s, since_s):
        return True
    if top > s.missed and not since_s < QT_S * np.sqrt(s.interval_s):
        s.missed, s.missed_s, s.missed_beat_s, s.missed_lean = top, top_s, beat_s, s.lean
    s.highest = max(s.highest, top)
    return False


@compiled
def _is_overdue(s: Any) -> bool:
    """Whether the highest refused hump is a beat, since none came when one was due; the first is the highest of all."""
    if s.beats == 0:
        return bool(s.time_s - s.began_s > FIRST_S)
    if s.beats < KNOWN or s.time_s - s.beat_top_s < OVERDUE * s.interval_s:
        return False
    least = max(HALF * _share(s, s.missed_s - s.beat_top_s), STANDS_OUT * s.other)
    return bool(s.missed > least * s.typical)


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
            p.wave = 0.0
            continue
        before = s.hump
        hump = _smooth(s, time_s[k], value[k])
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
            p.verdict = REFUSED
            if _judge(s, top_s, s.top, p.beat_s):
                p.verdict = BEAT
                _count(s, p.beat_s, top_s, s.top, True)
        elif s.missed > 0.0 and _is_overdue(s):
            p.verdict, p.beat_s, p.strength = BEAT, s.missed_beat_s, s.missed
            s.lean = s.missed_lean
            _count(s, s.missed_beat_s, s.missed_s, s.missed, s.beats == 0)
