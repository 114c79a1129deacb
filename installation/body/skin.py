"""Skin conductance (EDA), sample by sample, many wearers in columns: level, responses, how far to believe.

The conductance is smoothed and its slope taken.  A response (SCR) is a rise that starts where the slope leaves
the ground and is announced once it has clearly passed its steepest point: usually before its peak, so that
light answers while it still climbs.  Its amplitude and rise time grow until the peak.  What rises in a response is
phasic and recovers exponentially; the rest is tonic, and the two add up to the smoothed conductance.

Latency: 0.3 s for every value (the smoothing); a response is announced 0.7-1.5 s after its onset, a slow one
up to 3 s.  A rise quicker than any response is taken for one where it falls again as skin does: no step, no spike.

Sources: criteria of a response: Boucsein et al., Psychophysiology 49:1017, 2012, and Braithwaite et al., guide for
analysing EDA, 2013; shape of a response: Alexander et al., J Neurosci Methods 146:116, 2005; what is
invalid: Kleckner et al., IEEE TBME 65:1460, 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.doubt import sure
from installation.compiled import compiled
from installation.frame import CHANNELS, Floats, Ints

EDA = CHANNELS.index("eda")

SMOOTH_S = 0.1  # three poles of this: 0.8 Hz together; a response takes 0.5 s at least to rise
DELAY_S = 3 * SMOOTH_S  # by which those poles make every slow wave late
LIFT_S = 0.1  # after an onset the smoothed slope leaves the ground
GAP_S = 1.5  # without a valid sample the wave starts anew: a response may have risen unseen

# Validity
LOWEST_US, HIGHEST_US = 0.05, 60.0  # of skin (Kleckner 2018)
STEEPEST_US_S = 10.0  # faster than any skin (Kleckner 2018)
SHARE_S, SHARE = 1.0, 0.1  # so much of about a second invalid: the contact is bad; less is a spike, and left out
WARY_S = 5.0  # nothing is believed so soon after invalid samples (Kleckner 2018), nor after putting on

# A response
LEAST_US, OF_LEVEL, FAINTEST_US = 0.05, 0.05, 0.01  # its height, or this share of a dry skin's level (Boucsein 2012)
QUICKEST_S, SLOWEST_S = 0.5, 5.0  # its rise
STEP_S = 0.42  # height over steepest slope: a step, smoothed, has 0.37 s, a response more
FALL_S, FALLEN = (0.5, 1.2), (0.08, 0.6)  # so long after a quicker rise skin has fallen by such a share
CLEARLY = 2.0  # and a quicker rise must be so much higher than another
SLOPE_US_S = 0.03  # at its steepest, beyond the drift: the least height within the usual rise of 1-3 s
GROUND_US_S = 0.01  # a third of that, beyond the drift: under it the slope is the level's own, no rise has begun
CLEAR = 5.0  # so much steeper than the least is a strong one
FOOT = 0.1  # of the steepest slope: under it the rise is over
PAST, SURELY_PAST = 0.7, 0.2  # of the steepest slope: it has been passed, without noise and in any noise
SLOPE_NOISE = 1.5  # a ripple's slope, in its height over one pole
AGAIN = 2.0  # so much steeper than at its flattest: another response on the shoulder of the first
REFRACTORY_S = 1.0  # from onset to onset
CALM_RIPPLES = 4.0  # so many of no height are thought to have been before
RIPPLES, RIPPLE_KEEPS = 6.0, 0.1  # noise hardly ever rises six times as far as it usually does
QUANTA = 2.0  # a rise of fewer steps of the converter is its last bit

# Tonic and phasic
RECOVERY_S = 4.0  # of a response: half of it in 2.8 s, usual are 2-10 s (Boucsein 2012)
DRIFT_S, DRIFT_US_S = 20.0, 0.05  # the level drifts at the pace of so long, and never faster

# What is remembered, for others to find the usual in
SLOT_S, SLOTS = 5.0, 60  # five minutes of level and rate of responses
RATE_S = 30.0  # over about so long responses are counted

# Each doubt is none at the first of its two numbers and complete at the second:
SETTLED_S = 5.0, 2.5  # since invalid samples
FLAT_S = 4.0, 10.0  # without the slightest change: no skin
CONTACT_US = 0.2, 0.12  # level: open electrodes of a wristband read up to the second
COARSE_US = 0.05, 0.2  # step of the converter against the height of a response
NOISY_US = 0.1, 0.5  # height that a response needs to stand out from the noise

SKIN = np.dtype(
    [
        *((name, "f8") for name in ("seen_s", "time_s", "raw", "pole1", "pole2", "wave", "slope")),
        *((name, "f8") for name in ("begun_s", "changed_s", "bad", "bad_s", "quantum")),
        *((name, "f8") for name in ("low", "low_s", "ripple", "ripples")),  # foot of this one; the usual, how many
        *((name, "f8") for name in ("onset_s", "onset_us", "foot_s", "foot_us", "steepest")),  # the rise under way
        *((name, "f8") for name in ("quick_s", "quick_us", "quick_onset_s", "quick_onset_us")),  # top of a quick one
        *((name, "f8") for name in ("flattest", "flattest_s", "flattest_us")),  # of it, since it was announced
        *((name, "f8") for name in ("phasic", "drift")),
        # the last response; the sample that announced it
        *((name, "f8") for name in ("scr_onset_s", "scr_onset_us", "top_us", "top_s", "rise_s", "told_s")),
        *((name, "f8") for name in ("count", "count_s")),  # responses, fading, and when they were counted
        ("quality", "f8"),
        ("slot", "i8"),
        ("slots", "i8"),
        ("levels", "f8", SLOTS),
        ("rates", "f8", SLOTS),
        ("announced", "?"),  # the rise under way, or refused for good
        ("news", "?"),
    ],
    align=True,
)
"""Memory of one skin; low, onset_us and the like in µS of the smoothed wave."""


def skins(columns: int) -> NDArray[Any]:
    """Memory of `columns` skins of which nothing is known."""
    memory = np.zeros(columns, SKIN)
    for name in ("seen_s", "time_s", "begun_s", "changed_s", "scr_onset_s", "top_s", "told_s", "quality", "quick_s"):
        memory[name] = np.nan
    memory["ripples"] = CALM_RIPPLES
    return memory


@compiled
def _begin(s: Any, time_s: float, value: float) -> None:
    """Start the wave at one sample, level, with nothing known of a response."""
    s.time_s = s.onset_s = time_s
    s.raw = s.pole1 = s.pole2 = s.wave = s.low = s.onset_us = value
    s.slope = s.steepest = s.phasic = s.drift = s.bad = 0.0
    s.bad_s = s.low_s = time_s
    s.announced, s.quick_s = False, np.nan
    if not s.begun_s <= time_s:  # NaN before the first
        s.begun_s = s.count_s = time_s


@compiled
def _smooth(s: Any, time_s: float, value: float) -> None:
    """Take one sample into the wave and its slope, exactly for any step:  tau dy/dt = u - y,  three times over."""
    step = time_s - s.time_s
    keep = np.exp(-step / SMOOTH_S)
    mean = -np.expm1(-step / SMOOTH_S) * SMOOTH_S / step
    pole1 = keep * s.pole1 + (mean - keep) * s.raw + (1.0 - mean) * value
    pole2 = keep * s.pole2 + (mean - keep) * s.pole1 + (1.0 - mean) * pole1
    wave = keep * s.wave + (mean - keep) * s.pole2 + (1.0 - mean) * pole2
    s.time_s, s.raw, s.pole1, s.pole2, s.wave = time_s, value, pole1, pole2, wave
    s.slope = (pole2 - wave) / SMOOTH_S


@compiled
def _least_us(s: Any) -> float:
    """How high a rise of this wearer must be, on this sensor, to be a response."""
    faint = min(LEAST_US, max(FAINTEST_US, OF_LEVEL * (s.wave - s.phasic)))
    return float(max(faint, RIPPLES * s.ripple, QUANTA * s.quantum))


@compiled
def _mark(s: Any, onset_s: float, onset_us: float) -> None:
    """A rise may begin here."""
    s.onset_s, s.onset_us, s.steepest, s.announced = onset_s, onset_us, 0.0, False


@compiled
def _ripple(s: Any, height: float) -> None:
    """A rise was none: the usual ripple follows its height, though never far at once."""
    s.ripples = min(s.ripples + 1.0, 1.0 / RIPPLE_KEEPS)
    s.ripple += (min(height, RIPPLES * s.ripple + LEAST_US) - s.ripple) / s.ripples


@compiled
def _announce(s: Any, onset_s: float, onset_us: float, top_s: float, top_us: float) -> None:
    """A response is certain: it becomes the last one, and news."""
    s.news, s.told_s = True, s.time_s
    s.scr_onset_s, s.scr_onset_us, s.top_s, s.top_us, s.rise_s = onset_s, onset_us, top_s, top_us, top_s - onset_s
    s.count = 1.0 + s.count * np.exp(-(s.time_s - s.count_s) / RATE_S)
    s.count_s = s.time_s


@compiled
def _refuse(s: Any) -> None:
    """The rise under way is told or refused: until it ends, only a steeper one on its shoulder counts."""
    s.announced = True
    s.flattest, s.flattest_s, s.flattest_us = s.slope, s.time_s - LIFT_S, s.wave


@compiled
def _rise(s: Any) -> None:
    """Judge the rise under way at the newest sample; where it is a response, announce it once."""
    now_s, here_s = s.time_s - LIFT_S, s.time_s - DELAY_S  # of an onset, of all that is slower
    s.steepest = max(s.steepest, s.slope)
    if s.slope < SLOPE_US_S + max(0.0, s.drift) and s.steepest <= CLEAR * SLOPE_US_S:
        s.foot_s, s.foot_us = now_s, s.wave
    strong = s.steepest > CLEAR * SLOPE_US_S and s.foot_s > s.onset_s  # it begins where it became steep
    onset_s, onset_us = (s.foot_s, s.foot_us) if strong else (s.onset_s, s.onset_us)
    height = s.wave - s.onset_us
    tall = (
        height >= _least_us(s)
        and s.steepest >= SLOPE_US_S + max(0.0, s.drift)
        and s.time_s - s.bad_s >= WARY_S
        and not onset_s - s.scr_onset_s < REFRACTORY_S  # NaN before the first
    )
    quick = here_s - s.onset_s < QUICKEST_S or height < STEP_S * s.steepest
    if s.announced:
        if s.slope < s.flattest:
            s.flattest, s.flattest_s, s.flattest_us = s.slope, now_s, s.wave
        if s.slope <= 0.0:
            _mark(s, now_s, s.wave)
        elif s.slope > AGAIN * s.flattest + SLOPE_US_S and here_s - s.scr_onset_s > REFRACTORY_S:
            _mark(s, s.flattest_s, s.flattest_us)
            s.steepest, s.top_s = s.slope, np.nan  # the first response ends on the shoulder
    elif (
        tall
        and not quick
        and here_s - onset_s <= SLOWEST_S
        and s.slope < max(SURELY_PAST * s.steepest, PAST * s.steepest - SLOPE_NOISE * s.ripple / SMOOTH_S)
    ):
        _announce(s, onset_s, onset_us, here_s, s.wave)
        _refuse(s)
        s.low = np.inf  # no ripple
    elif s.slope < max(GROUND_US_S + max(0.0, s.drift), FOOT * s.steepest):
        if tall and quick and height > CLEARLY * _least_us(s):
            s.quick_s, s.quick_us, s.quick_onset_s, s.quick_onset_us = here_s, s.wave, onset_s, onset_us
            s.low = np.inf
        _mark(s, now_s, s.wave)
    elif here_s - onset_s > SLOWEST_S:
        _refuse(s)
    if here_s - s.quick_s >= FALL_S[0]:  # NaN where there was none
        fallen = (s.quick_us - s.wave) / max(FAINTEST_US, s.quick_us - s.quick_onset_us)
        if FALLEN[0] < fallen < FALLEN[1]:
            _announce(s, s.quick_onset_s, s.quick_onset_us, s.quick_s, s.quick_us)
            s.quick_s = np.nan
        elif fallen >= FALLEN[1] or here_s - s.quick_s > FALL_S[1]:
            _ripple(s, s.quick_us - s.quick_onset_us)
            s.quick_s = np.nan
    if s.wave > s.top_us and here_s - s.top_s < REFRACTORY_S and here_s - s.scr_onset_s <= SLOWEST_S:
        s.top_us, s.top_s, s.rise_s = s.wave, here_s, here_s - s.scr_onset_s


@compiled
def _part(s: Any, step: float, change: float, before: float) -> None:
    """Give the change (µS) of the wave in `step` seconds to what is phasic or tonic; `before`: its slope before."""
    tonic = s.wave - change - s.phasic
    drift = max(0.0, s.drift)
    if s.slope > drift + GROUND_US_S and change > 0.0:
        s.phasic += max(0.0, change - drift * step)
    else:
        s.phasic = max(0.0, min(s.phasic * np.exp(-step / RECOVERY_S), s.phasic + change))
    share = -np.expm1(-step / DRIFT_S)
    drift = s.drift + share / step * (s.wave - s.phasic - tonic) - share * s.drift
    s.drift = min(DRIFT_US_S, max(-DRIFT_US_S, drift))
    if s.slope > 0.0 and before <= 0.0:
        s.low, s.low_s = s.wave, s.time_s
    elif s.slope <= 0.0 and before > 0.0 and s.wave > s.low and s.time_s - s.low_s < SLOWEST_S:  # slower is drift
        _ripple(s, s.wave - s.low)


@compiled
def _remember(s: Any, slot: int) -> None:
    """Keep level and rate of one slot of the last five minutes."""
    here = s.slots % SLOTS
    felt_s = max(RATE_S, s.time_s - s.begun_s)
    count = s.count * np.exp(-(s.time_s - s.count_s) / RATE_S) / -np.expm1(-felt_s / RATE_S)
    s.levels[here], s.rates[here], s.slot = s.wave - s.phasic, count * 60.0 / RATE_S, slot
    s.slots += 1


@compiled
def feel_skin(memory: NDArray[Any], time_s: Floats, column: Ints, channel: Ints, value: Floats) -> None:
    """Take samples into the skins' memory.

    memory (M,) `SKIN` · time_s, column, channel, value (K,): samples in µS, in order of time within each column
    and channel; one that is no EDA, no number or not later than its forerunner is left out.
    """
    for k in range(time_s.size):
        if channel[k] != EDA or not (np.isfinite(time_s[k]) and np.isfinite(value[k])):
            continue
        s, now_s, us = memory[column[k]], time_s[k], value[k]
        if now_s <= s.seen_s:
            continue
        step = now_s - s.time_s
        valid = LOWEST_US <= us <= HIGHEST_US
        afresh = not step < GAP_S  # NaN at the first
        if valid and not afresh:
            valid = abs(us - s.pole1) <= STEEPEST_US_S * max(SMOOTH_S, step)
        seen = now_s - s.seen_s if s.seen_s <= now_s else SHARE_S
        s.bad += -np.expm1(-seen / SHARE_S) * ((0.0 if valid else 1.0) - s.bad)
        s.seen_s = now_s
        if s.bad > SHARE:
            s.bad_s = now_s
        if valid and afresh:
            _begin(s, now_s, us)
        elif valid:
            change = abs(us - s.raw)
            if change > 0.0:
                s.changed_s = now_s
                s.quantum = change if s.quantum == 0.0 else min(s.quantum, change)
            wave, slope = s.wave, s.slope
            _smooth(s, now_s, us)
            _rise(s)
            _part(s, step, s.wave - wave, slope)
            slot = int(np.floor(now_s / SLOT_S))
            if slot != s.slot and now_s - s.bad_s >= WARY_S:
                _remember(s, slot)
        s.quality = (
            sure(now_s - s.bad_s, SETTLED_S)
            * sure(now_s - s.changed_s, FLAT_S)
            * sure(s.wave, CONTACT_US)
            * sure(s.quantum, COARSE_US)
            * sure(_least_us(s), NOISY_US)
        )
