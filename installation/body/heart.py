"""Heart beats from a pulse wave (PPG), sample by sample, many wearers in columns.

The pulse is smoothed, its slope taken, and every rise judged once it has clearly passed its steepest
point.  A rise is a beat where it is strong against the wearer's own recent beats: nearly as strong
where the dicrotic wave comes, a quarter to an eighth of it later.  A weaker one waits, as does any weak one that
follows a strong beat early: if a stronger rise comes soon it was a ripple at the foot of that; if the regular beat
stays away it was an early beat, which fills little and is followed by a pause.  All depends on samples and their
stamps alone, so that one wearer among thousands, and any cut into ticks, gives the same beats bit for bit.

The beat's time is that of the steepest rise, known to a fraction of a sample; it is announced 80-130 ms
later (45 of them the smoothing), a beat that waited 0.6 intervals later.  A wave that falls at systole, as it comes
from a bare photodiode, is turned over: a pulse rises more steeply than it falls, 1.5 to 2.6 times at the median of
all BIDMC patients.  That takes 6-12 s of it; a wave as steep either way is left as it is.

Sources: slope and a threshold that follows it: Zong et al., Computers in Cardiology 30:259, 2003 (qppg);
threshold and refractory time tied to the running rhythm: Pan and Tompkins, IEEE TBME 32:230, 1985;
the band: Elgendi et al., PLoS ONE 8:e76585, 2013.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.compiled import compiled
from installation.frame import CHANNELS, Floats, Ints

PPG = CHANNELS.index("ppg")

SMOOTH_S = 0.015  # three poles of this: 5.4 Hz together; the pulse lives in 0.5-8 Hz (Elgendi 2013)
DELAY_S = 3 * SMOOTH_S  # by which those poles make every slow wave late
PAST_PEAK = 0.7  # the slope has clearly fallen: to this share of its steepest
GAP_S = 0.25  # a longer silence can hide an upstroke (0.1-0.2 s): the wave starts anew
LOST_S = 3.0  # longer than any resting interval (Orphanidou, IEEE JBHI 19:832, 2015): the rhythm is forgotten
REFRACTORY_S = 0.27  # no heart of a guest beats twice within this (220 per minute)
DICROTIC_SHARE = 0.7  # of a typical beat: a rise must be so strong while the dicrotic wave may come
EARLY_SHARE = (
    0.25  # and so strong after it, or less where this wearer has no dicrotic wave: an early beat fills little;
)
DUE_SHARE, DUE = 0.12, (0.55, 0.85)  # down to this where one is due, in running intervals; besides,
RIPPLE_GAIN = 1.5  # it must stand out from the ripples that are usual there
VALVE_S = 0.1, 0.15  # after the end of ejection: from the one to the other
RIPPLE_AFTER = 0.5  # of an interval: what is refused from here on is a ripple, no longer the dicrotic wave
RIPPLE_KEEPS = 0.125  # by which the usual ripple follows the last one (Pan and Tompkins)
UNKNOWN_RIPPLE, UNKNOWN_DICROTIC = 0.15, 0.5  # until the wearer's own are known
INTERVAL_S = 1.0  # until the wearer's own is known: on the slow side, where the dicrotic wave is latest
STEADY = 0.6, 1.6  # an interval in these bounds of the running one belongs to the same rhythm
KNOWN = 3  # steady intervals in a row make a rhythm
WEAK = 0.25  # of a typical beat: a rise under this waits where it follows a strong beat early
WAIT_SHARE, WAIT_GAIN = 0.06, 1.5  # a rise that waits is so strong, and stands out so far from the usual ripples
WAIT_AFTER = 0.6  # intervals after it in which a stronger one makes it a ripple, and
WAIT_UNTIL = 1.15  # after the last beat: then the regular one has not come, as after an early beat (compensatory pause)
LATE = 1.5  # so many intervals without a beat: the pulse has become weaker, the threshold leans down
LEAN_S = 2.0  # at this pace
RELAX_S = 1.0  # and at this one while no rhythm is known: whoever puts a sensor on shakes it first
GROW, SHRINK = 1.5, 0.15  # an artefact raises the typical strength this far at most; weak beats lower it slowly
WILD, EARLY = 4.0, 0.7  # so much stronger than a beat, and so early: the sensor was knocked
LARGEST = 1e12  # no converter counts so far, in whatever unit
STEP_S = 0.052  # height over steepest slope: a step, smoothed, has 0.038-0.048; an upstroke takes longer
SIDE_S, SIDES = 1.5, 4  # stretch that holds the steepest slopes of a beat, and so many of them before one is judged
SIDE_KEEPS = 0.2  # by which the usual ratio follows that of the last stretch
LOPSIDED = 0.3, 1.0  # logarithm of fall over rise: where the wave is turned over, and what one stretch may say at most
ROUGH_S = 0.5  # over which samples that lie on no line are noticed: less than a beat
QUANTA = 4.0  # a rise of fewer steps of the converter is its last bit, not a pulse

NOTHING, REFUSED, BEAT = 0, 1, 2
"""What a sample brings to light: nothing, a rise that is no beat, a beat."""

HEART = np.dtype(
    [
        *((name, "f8") for name in ("time_s", "raw", "pole1", "pole2", "wave")),  # the newest sample, smoothed
        *((name, "f8") for name in ("slope", "slope_s", "before", "before_s")),  # the two newest slopes
        *((name, "f8") for name in ("foot", "steepest", "steepest_s", "fall")),  # the rise under way
        *((name, "f8") for name in ("beat_s", "strong_s")),  # the last beat, the last strong one
        # what is usual for this wearer; highest, second: refused since the last beat, late and early; the last bit
        *((name, "f8") for name in ("interval_s", "typical", "ripple", "highest", "quantum", "dicrotic", "second")),
        *(
            (name, "f8") for name in ("side_s", "up", "down", "upright")
        ),  # steepest slopes of a stretch, their usual ratio
        *((name, "f8") for name in ("jump", "rough")),  # the last raw change, the mean square of its own changes
        *((name, "f8") for name in ("held_s", "held", "held_steepest", "held_fall", "until_s")),  # the rise that waits
        ("sign", "f8"),  # -1: the sensor's wave falls at systole
        ("sides", "i4"),
        ("rising", "?"),
        ("known", "i4"),  # steady intervals in a row
    ],
    align=True,
)
"""Memory of one heart."""

PULSE = np.dtype(
    [
        ("wave", "f8"),
        ("verdict", "i4"),
        *((name, "f8") for name in ("beat_s", "strength", "steepest", "fall", "rough")),
    ],
    align=True,
)
"""What one sample brings: the smoothed wave (NaN: the sample was left out), the verdict and, where a rise was
judged, the time of its steepest point, its strength (root of slope times height), its steepest slope and
the steepest fall since the beat before, both per second; rough: how far raw samples lately lay off a line."""


def hearts(columns: int) -> NDArray[Any]:
    """Memory of `columns` hearts of which nothing is known."""
    memory = np.zeros(columns, HEART)
    for name in ("time_s", "beat_s", "strong_s", "held_s", "until_s"):
        memory[name] = np.nan
    memory["interval_s"], memory["dicrotic"], memory["sign"] = INTERVAL_S, UNKNOWN_DICROTIC, 1.0
    return memory


@compiled
def _begin(s: Any, time_s: float, value: float) -> None:
    """Start the wave at one sample, level."""
    s.time_s = s.slope_s = s.before_s = time_s
    s.raw = s.pole1 = s.pole2 = s.wave = s.foot = value
    s.slope = s.before = s.steepest = s.fall = s.jump = s.rough = 0.0
    s.side_s, s.up, s.down = time_s, 0.0, 0.0
    s.rising = False
    s.held, s.held_s, s.until_s = 0.0, np.nan, np.nan


@compiled
def _smooth(s: Any, time_s: float, value: float) -> float:
    """Take one sample into the wave; its slope in units per second.

        tau dy/dt = u - y,   u straight from sample to sample, three times over

    Solved exactly for any step, so that jitter and mixed rates leave the wave what it is.
    """
    step = time_s - s.time_s
    keep = np.exp(-step / SMOOTH_S)
    mean = -np.expm1(-step / SMOOTH_S) * SMOOTH_S / step
    pole1 = keep * s.pole1 + (mean - keep) * s.raw + (1.0 - mean) * value
    pole2 = keep * s.pole2 + (mean - keep) * s.pole1 + (1.0 - mean) * pole1
    wave = keep * s.wave + (mean - keep) * s.pole2 + (1.0 - mean) * pole2
    jump = value - s.raw
    s.rough -= np.expm1(-step / ROUGH_S) * ((jump - s.jump) ** 2 - s.rough)
    s.jump, change = jump, abs(jump)
    if change > 0.0 and (s.quantum == 0.0 or change < s.quantum):
        s.quantum = change
    s.time_s, s.raw, s.pole1, s.pole2, s.wave = time_s, value, pole1, pole2, wave
    return float((pole2 - wave) / SMOOTH_S)


@compiled
def _crest(s: Any, slope: float) -> float:
    """Time of the top of the parabola through the last three slopes, of which the middle one is highest."""
    left = (s.slope - s.before) / (s.slope_s - s.before_s)
    right = (slope - s.slope) / (s.time_s - s.slope_s)
    return float(0.5 * (s.before_s + s.slope_s) + 0.5 * left * (s.time_s - s.before_s) / (left - right))


@compiled
def _is_upside_down(s: Any, slope: float) -> bool:
    """Whether the wave has come to fall more steeply than it rises, stretch by stretch.

    upright += SIDE_KEEPS * (ln(steepest rise / steepest fall) - upright)
    """
    s.up, s.down = max(s.up, slope), max(s.down, -slope)
    if s.time_s - s.side_s < SIDE_S:
        return False
    if s.up > 0.0 and s.down > 0.0:
        s.sides = min(s.sides + 1, SIDES + 1)
        ratio = min(LOPSIDED[1], max(-LOPSIDED[1], np.log(s.up / s.down)))
        s.upright += max(SIDE_KEEPS, 1.0 / s.sides) * (ratio - s.upright)
    s.side_s, s.up, s.down = s.time_s, 0.0, 0.0
    return bool(s.sides >= SIDES and s.upright < -LOPSIDED[0])


@compiled
def _turn_over(s: Any, time_s: float, value: float) -> None:
    """See the wave the other way round from now on: nothing of its beats is known yet."""
    s.sign, s.upright = -s.sign, -s.upright
    s.beat_s = s.strong_s = np.nan
    s.typical, s.known = 0.0, 0
    _begin(s, time_s, s.sign * value)


@compiled
def _past_valve(since_s: float, interval_s: float) -> float:
    """How far the time of the dicrotic wave is over, 0..1, `since_s` after the last beat.

        ejection time of the left ventricle = 0.413 s - 0.0017 * rate      (Weissler, Circulation 37:149, 1968)

    At its end the aortic valve closes, and the dicrotic wave rises.
    """
    after_s = since_s - (0.413 - 0.0017 * 60.0 / interval_s)
    return min(1.0, max(0.0, (after_s - VALVE_S[0]) / (VALVE_S[1] - VALVE_S[0])))


@compiled
def _share(since_s: float, interval_s: float, dicrotic: float, ripple: float) -> float:
    """How strong a rise must be against a typical beat, `since_s` after the last one."""
    past = _past_valve(since_s, interval_s)
    due = min(1.0, max(0.0, (since_s / interval_s - DUE[0]) / (DUE[1] - DUE[0])))
    early = min(EARLY_SHARE, DUE_SHARE + dicrotic)
    weak = early + due * (DUE_SHARE - early) + RIPPLE_GAIN * ripple
    return DICROTIC_SHARE + past * (min(weak, DICROTIC_SHARE) - DICROTIC_SHARE)


@compiled
def _is_beat(s: Any, beat_s: float, strength: float) -> bool:
    """Whether a rise is a beat; where it is, it becomes part of what is usual."""
    since_s = beat_s - s.beat_s
    if not since_s < LOST_S:  # NaN before the first
        s.known = 0
    known = s.known >= KNOWN
    typical = s.typical
    if since_s > LATE * s.interval_s and known:
        typical *= np.exp(-(since_s - LATE * s.interval_s) / LEAN_S)
    elif since_s > INTERVAL_S and not known:
        typical *= np.exp(-(since_s - INTERVAL_S) / RELAX_S)
    share = (
        _share(since_s, s.interval_s, s.dicrotic, s.ripple)
        if known
        else _share(since_s, INTERVAL_S, 1.0, UNKNOWN_RIPPLE)
    )
    if since_s < REFRACTORY_S:
        return False
    early = known and since_s < DUE[1] * s.interval_s and s.beat_s == s.strong_s
    if strength < (max(share, WEAK) if early else share) * typical:
        if not (known and _waits(s, beat_s, strength, strength / typical)):
            _ripple(s, since_s, strength / typical)
        return False
    if known and since_s < EARLY * s.interval_s and strength > WILD * typical:
        return False
    if s.held > 0.0:
        _ripple(s, s.held_s - s.beat_s, s.held / s.typical)
    _take(s, beat_s, strength, typical, known)
    return True


@compiled
def _ripple(s: Any, since_s: float, share: float) -> None:
    """Note a refused rise, `since_s` after the last beat, of so much of a typical one."""
    if since_s > RIPPLE_AFTER * s.interval_s:
        s.highest = max(s.highest, share)
    else:
        s.second = max(s.second, share)


@compiled
def _waits(s: Any, beat_s: float, strength: float, share: float) -> bool:
    """Whether a weak rise may still be a beat and waits for what follows; the stronger of two takes the place."""
    since_s = beat_s - s.beat_s
    usual = s.ripple if since_s > RIPPLE_AFTER * s.interval_s else s.dicrotic
    dicrotic = DICROTIC_SHARE * (1.0 - _past_valve(since_s, s.interval_s))
    if share < WAIT_SHARE + WAIT_GAIN * usual + dicrotic or strength < s.held:
        return False
    if s.held > 0.0:
        _ripple(s, s.held_s - s.beat_s, s.held / s.typical)
    s.held_s, s.held, s.held_steepest, s.held_fall = beat_s, strength, s.steepest, s.fall
    s.until_s = max(beat_s + WAIT_AFTER * s.interval_s, s.beat_s + WAIT_UNTIL * s.interval_s)
    return True


@compiled
def _take(s: Any, beat_s: float, strength: float, typical: float, known: bool) -> None:
    """Let a beat become part of what is usual; what waited is over."""
    s.beat_s = beat_s
    s.held, s.held_s, s.until_s = 0.0, np.nan, np.nan
    s.ripple += RIPPLE_KEEPS * (s.highest - s.ripple)
    s.dicrotic += RIPPLE_KEEPS * (s.second - s.dicrotic)
    s.highest = s.second = 0.0
    if strength > DICROTIC_SHARE * typical:
        _follow(s, beat_s)
    if not known:
        s.typical = max(typical, strength)
    elif strength > typical:
        s.typical = min(strength, GROW * typical)
    else:
        s.typical = typical + SHRINK * (strength - typical)


@compiled
def _follow(s: Any, beat_s: float) -> None:
    """Let the running interval follow from strong beat to strong beat; weak ones, true or not, leave it alone."""
    interval_s = beat_s - s.strong_s
    s.strong_s = beat_s
    if not interval_s < LOST_S:  # NaN before the first
        return
    steady = STEADY[0] < interval_s / s.interval_s < STEADY[1]
    if s.known < KNOWN:
        s.known = s.known + 1 if steady else 0
        s.interval_s = interval_s
    else:
        s.interval_s += (0.3 if steady else 0.1) * (interval_s - s.interval_s)


@compiled
def find_beats(
    memory: NDArray[Any], time_s: Floats, column: Ints, channel: Ints, value: Floats, pulse: NDArray[Any]
) -> None:
    """Take samples into the hearts' memory and write what each brings into `pulse`.

    memory (M,) `HEART` · time_s, column, channel, value (K,): samples in order of time within each column
    and channel; one that is no PPG, no number or not later than its forerunner is left out ·
    pulse (K,) `PULSE`, written.
    """
    for k in range(time_s.size):
        s, p = memory[column[k]], pulse[k]
        p.wave, p.verdict, p.beat_s, p.strength = np.nan, NOTHING, np.nan, 0.0
        p.steepest = p.fall = p.rough = 0.0
        if channel[k] != PPG or not (np.isfinite(time_s[k]) and abs(value[k]) < LARGEST) or time_s[k] <= s.time_s:
            continue
        if not time_s[k] - s.time_s < GAP_S:
            _begin(s, time_s[k], s.sign * value[k])
            p.wave = s.wave
            continue
        slope = _smooth(s, time_s[k], s.sign * value[k])
        p.wave, p.rough = s.wave, np.sqrt(s.rough)
        if _is_upside_down(s, slope):
            _turn_over(s, time_s[k], value[k])
            continue
        s.fall = max(s.fall, -slope)
        if slope > 0.0 and s.slope <= 0.0:
            s.foot, s.steepest, s.rising = s.wave, 0.0, True
        if s.rising and s.slope > s.steepest and s.slope >= slope and s.slope > s.before:
            s.steepest, s.steepest_s = s.slope, _crest(s, slope)
        if s.rising and s.steepest > 0.0 and slope < PAST_PEAK * s.steepest:
            height = s.wave - s.foot
            p.beat_s = s.steepest_s - DELAY_S
            p.strength = np.sqrt(s.steepest * max(0.0, height))
            p.steepest, p.fall = s.steepest, s.fall
            shape = height > QUANTA * s.quantum and height > STEP_S * s.steepest
            beat = shape and _is_beat(s, p.beat_s, p.strength)
            p.verdict = BEAT if beat else REFUSED
            if beat:
                s.fall = 0.0
            s.rising, s.steepest = not beat, 0.0  # a ripple at the foot may be followed by the true rise
        if s.time_s > s.until_s and p.verdict != BEAT:  # False for NaN: nothing waits
            p.verdict, p.beat_s, p.strength = BEAT, s.held_s, s.held
            p.steepest, p.fall = s.held_steepest, s.held_fall
            _take(s, s.held_s, s.held, s.typical, True)
        s.before, s.before_s, s.slope, s.slope_s = s.slope, s.slope_s, slope, s.time_s
