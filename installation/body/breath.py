"""Breaths from a belt or chest impedance, sample by sample, many wearers in columns.

Samples are averaged over cells of a tenth of a second, which leaves no mains in them and makes all devices alike.
In the smoothed wave a rise or fall counts where it is a fair share of the wearer's own usual breath: its crests
are the breaths.  Beside it an oscillator tuned to their pace follows the cells and knows at every moment how far
along the breath is; no filter delays it, and the clock of its turns holds it in place.  All depends on samples and
their stamps alone, so that one wearer among thousands, and any cut of the stream into ticks, gives the same breaths
bit for bit.

The wave must rise on inhaling, as chest impedance does, and a belt that is stretched.  A breath is counted when the
wave has come back from its crest by a third of a breath, some 0.5-1 s later; the phase has no delay.

Sources: breaths by a hysteresis against the usual one: Schmidt et al., Biomed Opt Express 8:3283, 2017, and for what
is too little to be one, Khodadad et al., Physiol Meas 39:094001, 2018; the oscillator is an observer of wave, its
quarter turn and the ground below, as Wodeyar et al., eLife 10:e68803, 2021, for phase in real time, with the
constant gains of Rodriguez et al., IEEE Trans Ind Electron 58:127, 2011.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.breath_memory import CRESTS, CYCLES, INHALING, KNOWN, PACE_S, RECENT
from installation.body.breath_trust import FEWEST, trust
from installation.compiled import compiled
from installation.frame import CHANNELS, Floats, Ints

RESP = CHANNELS.index("resp")

CELL_S = 0.1  # whole periods of 50 and of 60 Hz; the fastest breath still has 14
SMOOTH_S = 0.2  # two poles of this: the heart's ripple in chest impedance (1-2 Hz) falls to a third
DELAY_S = 2 * SMOOTH_S  # by which those poles make every slow wave late
KEEP = float(np.exp(-CELL_S / SMOOTH_S))
POLE_S = CELL_S * KEEP / (1.0 - KEEP)  # by which the first of them is late
GAP_S = 2.0  # a longer silence can hide half a breath: the wave starts anew
LOST_S = 30.0  # and after so long it may be another wearer's
LEAP = 8.0  # usual breaths from one sample to the next: the first such sample is a glitch, a second one is believed
SETTLE_S = 1.0  # no turn is believed before: a wave may start anywhere
SHARE = 0.3  # of the usual breath the wave must come back to have turned: in speech breaths are so small
FIRST_SHARE = 0.4  # of what was lately seen, while nothing is usual
AFRESH_S = 12.0  # without a turn while nothing is usual: longer than half a breath, what was seen was something else
LATE = 1.5  # so many cycles without a turn: breathing has become shallow, the share leans down
LEAN_S, LEAST = 5.0, 0.25  # at this pace, to this: further down are the heart's ripple and the converter's steps
QUICKEST_S, SLOWEST_S = 1.4, 24.0  # 43 and 2.5 per minute: what is told is 3 to 40
ALIKE = 0.35  # natural logarithm: two cycles in a row so alike are the pace, otherwise the median of some is
NEW = 0.5  # natural logarithm: so far from what was, the pace is a new one
PULL = 0.5  # of the way to the pace the oscillator goes at every turn, and all of it to one that is new
NEAR = 1.6  # times the pace: it is never further from it
GAIN, GROUND_GAIN = 1.5, 0.1  # per radian: what was measured is forgotten within a tenth of a breath, its ground in two
LOUD = 1.0  # of a usual breath: lift and climb stay nearly linear, only a sigh is cut
HEARD = 1.5  # by which lift and climb are heard: so, a usual breath's are a little louder than the oscillator
CLOCKED = 0.25  # and the clock of turns: it holds the crest and the trough in place, and gives way to the wave
FAR = 1.5  # usual breaths: a ground so far from the last swing's middle is left behind after a shift of posture
FOLLOWED = 0.25  # of its power the oscillator may miss: so it follows a faint breath; a drift 0.44, heart and noise 1
OVER = 2.5  # cycles without a fair turn: nothing is believed any more, and what is so faint may be learnt anew
GIVEN_UP_S = 120.0  # nobody holds a breath for longer: the belt lies somewhere
SHOCK = 4.0  # usual breaths: no sigh leaves the oscillator so much power, what it missed then says nothing
SPAN_S = 30.0  # over which breaths are counted: as people count them, in half minutes
RANGE = 25  # breaths that make the wearer's own range: two minutes at rest
DEEPEST = 3.0  # usual breaths: what is deeper is a deep sigh or a shock, and not of the range
LEARN = 0.25  # by which the habits of a breath follow the last one
SHARE_LEARN = 0.1  # by which the share of inhaling follows: a turn is found to a tenth of a breath, ten are enough
FORGET = float(-np.expm1(-CELL_S / 8.0))  # of powers, within two breaths at rest
LEAST_SHARE = 0.2  # of a cycle in or out: in speech a breath is drawn so quickly
STILL = 0.25  # of the usual breath: within such a band the chest is held still
LARGEST, LATEST_S = 1e12, 1e11  # no converter counts so far, and no clock


@compiled
def _forget(b: Any) -> None:
    """Know nothing of the wearer's breaths any more; the pace stays for the oscillator, until another is found."""
    b.breaths = b.cycles = b.crests = 0
    b.usual = b.range = b.path = b.ways = b.swings = b.trust = 0.0
    b.rate = b.trough_s = np.nan


@compiled
def _begin(b: Any, time_s: float, value: float) -> None:
    """Start the wave at one sample, level; what is usual for the wearer stays, unless it was long ago."""
    if not time_s - b.time_s < LOST_S:  # NaN at the first
        _forget(b)
        b.missed = b.power = b.quantum = 0.0
        b.pace_s, b.beat_s, b.full, b.share = PACE_S, PACE_S, 0.5, INHALING
    b.time_s, b.raw, b.cell, b.area, b.covered_s = time_s, value, np.floor(time_s / CELL_S), 0.0, 0.0
    b.began_s = b.wave_s = b.turn_s = b.before_s = b.found_s = b.still_s = time_s
    b.mean = b.pole = b.wave = b.high = b.low = b.turn = b.before = b.ground = b.still_high = b.still_low = value
    b.along = b.across = b.path = b.trust = b.adrift = 0.0  # believed again from the first breath on
    b.rising, b.fair, b.late, b.leapt, b.crests, b.trough_s = True, True, False, False, 0, np.nan


@compiled
def _take_cycle(b: Any, cycle_s: float) -> None:
    """Let the pace follow one whole cycle, from crest to crest or from trough to trough."""
    if not 0.5 * QUICKEST_S < cycle_s < SLOWEST_S:  # False for NaN, at the first
        return
    if b.late and not b.fair and cycle_s > OVER * b.pace_s:  # turns too faint to be found may be missing in it
        return
    last_s = b.cycle_s[(b.cycles - 1) % CYCLES]
    b.cycle_s[b.cycles % CYCLES] = cycle_s
    b.cycles += 1
    pace_s, pull = np.median(b.cycle_s[: min(b.cycles, CYCLES)]), PULL
    if b.cycles > 1 and abs(np.log(cycle_s / last_s)) < ALIKE:
        pace_s = 0.5 * (cycle_s + last_s)
        pull = PULL if abs(np.log(pace_s / b.beat_s)) < NEW else 1.0
    b.pace_s = min(max(pace_s, QUICKEST_S), SLOWEST_S)
    beat_s = b.beat_s * (b.pace_s / b.beat_s) ** pull
    b.beat_s = min(max(beat_s, b.pace_s / NEAR), b.pace_s * NEAR)


@compiled
def _count(b: Any) -> None:
    """Breaths per minute over the newest half minute, from whole cycles; from two at least, however long they are.

    rate = 60 * cycles / (last crest - first crest)
    """
    newest_s, cycles, span_s = b.crest_s[(b.crests - 1) % CRESTS], 0, 0.0
    for back in range(1, min(b.crests, CRESTS)):
        older_s = newest_s - b.crest_s[(b.crests - 1 - back) % CRESTS]
        if older_s > SPAN_S and cycles >= FEWEST:
            break
        cycles, span_s = back, older_s
    if cycles >= FEWEST:
        b.rate = 60.0 * cycles / span_s


@compiled
def _take_crest(b: Any) -> None:
    """Take a crest that is certain now: the end of inhaling."""
    height = b.turn - b.before
    b.height[b.breaths % RECENT] = height
    b.breaths += 1
    b.usual = np.median(b.height[: min(b.breaths, RECENT)])
    deep = 2.0 * np.sqrt(b.along * b.along + b.across * b.across)
    deep = deep if deep < DEEPEST * b.usual else b.usual
    b.range += (deep - b.range) / min(max(1, b.breaths - KNOWN), RANGE)
    if b.power > (SHOCK * b.usual) ** 2:
        b.missed = b.power = 0.0
    turns = b.angle - (b.wave_s - b.turn_s + DELAY_S) / b.beat_s
    b.full += LEARN * (0.5 + min(0.2, max(-0.2, turns - np.floor(turns + 0.5))) - b.full)
    if b.crests > 0:
        _take_cycle(b, b.turn_s - b.crest_s[(b.crests - 1) % CRESTS])
    b.crest_s[b.crests % CRESTS] = b.turn_s
    b.crests += 1
    _count(b)
    b.trust = trust(b)


@compiled
def _is_lost(b: Any) -> bool:
    """Whether what is usual says nothing of the wave any more: no turn for cycles, but the oscillator follows it.

    So it is where a belt sits looser, or bad samples made the usual breath; a chest that is held has nothing to
    follow, and is waited for.
    """
    over_s = b.wave_s - b.found_s
    if not b.late and over_s > OVER * b.pace_s:
        b.late, b.ground = True, b.wave
        b.along = b.across = b.missed = b.power = 0.0  # from here on it follows this wave alone
    if over_s > GIVEN_UP_S:
        return True
    return bool(over_s > max(AFRESH_S, (OVER + 1.0) * b.pace_s) and b.missed < FOLLOWED * b.power)


@compiled
def _find_turns(b: Any) -> None:
    """Look at the newest cell for the turn to come; where it is certain, take it."""
    if b.breaths >= KNOWN and _is_lost(b):
        _forget(b)
    if b.breaths < KNOWN:
        if b.wave_s > b.found_s + AFRESH_S:
            b.high = b.low = b.turn = b.before = b.wave
            b.path = 0.0
            b.turn_s = b.found_s = b.wave_s
        b.high = max(b.wave, b.high - FORGET * (b.high - b.wave))
        b.low = min(b.wave, b.low - FORGET * (b.low - b.wave))
        back = FIRST_SHARE * (b.high - b.low)
    else:
        over_s = max(0.0, b.wave_s - b.found_s - LATE * b.pace_s)
        back = SHARE * b.usual * max(LEAST, np.exp(-over_s / LEAN_S))
    if (b.wave > b.turn) if b.rising else (b.wave < b.turn):
        b.turn, b.turn_s = b.wave, b.wave_s
        return
    if not abs(b.turn - b.wave) > back or b.wave_s < b.began_s + SETTLE_S:
        return
    swing, middle = abs(b.turn - b.before), 0.5 * (b.turn + b.before)
    b.ways += LEARN * (b.path - abs(b.wave - b.turn) - b.ways)
    b.swings += LEARN * (swing - b.swings)
    b.path = abs(b.wave - b.turn)
    b.fair = b.breaths < KNOWN or swing > SHARE * b.usual
    if swing > 0.5 * back:  # False for the fall from where a wave began
        if b.rising:
            _take_crest(b)
        else:
            cycle_s = b.turn_s - b.trough_s
            _take_cycle(b, cycle_s)
            inhaled = (b.before_s - b.trough_s) / cycle_s
            if 0.0 < inhaled < 1.0:  # False for NaN, at the first
                b.share += SHARE_LEARN * (min(max(inhaled, LEAST_SHARE), 1.0 - LEAST_SHARE) - b.share)
            b.trough_s = b.turn_s
        if abs(b.ground - middle) > FAR * max(swing, b.usual):
            b.along, b.across, b.ground = b.wave - middle, 0.0, middle
    if b.fair:
        b.late, b.found_s = False, b.wave_s
    b.rising = not b.rising
    b.before, b.before_s, b.turn, b.turn_s = b.turn, b.turn_s, b.wave, b.wave_s


@compiled
def _clock(b: Any) -> float:
    """How far along the breath is by the time since its last turn, in turns from full; it stops a cycle after that.

    Inhaling takes `share` of the pace, exhaling the rest.
    """
    late = np.arctan(2.0 * np.pi * SMOOTH_S / b.pace_s) / np.pi  # of two poles, at this pace
    gone = min(1.0, (b.wave_s - b.before_s) / b.pace_s + late)
    first = b.share if b.rising else 1.0 - b.share
    along = 0.5 * gone / first if gone < first else 0.5 + 0.5 * (gone - first) / (1.0 - first)
    return float(along + (0.5 if b.rising else 0.0))


@compiled
def _turn_oscillator(b: Any) -> None:
    """Turn the oscillator on by one cell, pull it towards what was measured, and hear four witnesses of the angle.

        measured = ground + along,   (along, across) turns by 2 pi / beat_s a second
        angle of  (along, across) / size + HEARD * (lift - i * climb) + CLOCKED * exp(i * clock)

    lift: how far the wave is over its ground, climb: how steeply it rises, against a sine as high as a usual
    breath; both saturated, so that neither outvotes the others.  clock: the time since the last turn.  The oscillator
    knows the rhythm, the wave where a breath is not like the last, the clock how its wearer parts it in and out.
    """
    angle = 2.0 * np.pi * CELL_S / b.beat_s
    c, s = np.cos(angle), np.sin(angle)
    b.along, b.across = c * b.along - s * b.across, s * b.along + c * b.across
    miss = b.mean - b.ground - b.along
    b.along -= np.expm1(-GAIN * angle) * miss
    b.ground -= np.expm1(-GROUND_GAIN * angle) * miss
    power = b.along * b.along + b.across * b.across
    b.missed += FORGET * (miss * miss - b.missed)
    b.power += FORGET * (power - b.power)
    size = np.sqrt(power)
    height = b.usual if b.breaths >= KNOWN else 2.0 * size
    if size > 0.0 and height > 0.0:
        lift = np.tanh(LOUD * 2.0 * (b.mean - b.ground) / height)
        late = 2.0 * np.pi * SMOOTH_S / b.beat_s
        c = 1.0 / np.sqrt(1.0 + late * late)  # what one pole has left of the slope, and how far the wave has turned
        s = late * c  # since it was its own: c + i s
        climb = np.tanh(LOUD * (b.mean - b.pole) / (POLE_S * c) * b.pace_s / (np.pi * height))
        x = b.along / size + HEARD * (lift + s * climb)
        y = b.across / size - HEARD * c * climb
        if b.breaths >= KNOWN:
            clock = 2.0 * np.pi * _clock(b)
            x, y = x + CLOCKED * np.cos(clock), y + CLOCKED * np.sin(clock)
        b.angle = np.arctan2(y, x) / (2.0 * np.pi)


@compiled
def _close_cell(b: Any) -> None:
    """Take the mean of a cell that is over."""
    b.mean = b.area / b.covered_s
    b.wave_s = (b.cell + 0.5) * CELL_S
    b.pole = KEEP * b.pole + (1.0 - KEEP) * b.mean
    last = b.wave
    b.wave = KEEP * b.wave + (1.0 - KEEP) * b.pole
    b.path += abs(b.wave - last)
    b.still_high, b.still_low = max(b.still_high, b.wave), min(b.still_low, b.wave)
    if b.still_high - b.still_low > STILL * b.usual:
        b.still_s, b.still_high, b.still_low = b.wave_s, b.wave, b.wave
    _find_turns(b)
    _turn_oscillator(b)
    b.cell, b.area, b.covered_s = b.cell + 1.0, 0.0, 0.0


@compiled
def feel_breath(memory: NDArray[Any], time_s: Floats, column: Ints, channel: Ints, value: Floats) -> None:
    """Take the samples of a tick into the memory (M,).

    time_s, column, channel, value (K,): samples in order of time within each column and channel; one that is
    no breath, no number or not later than its forerunner is left out, and so is a single one that leaps far from it.
    Between samples the wave goes straight.
    """
    for k in range(time_s.size):
        if channel[k] != RESP:
            continue
        b = memory[column[k]]
        now_s, new = time_s[k], value[k]
        if not (abs(now_s) < LATEST_S and abs(new) < LARGEST) or now_s <= b.time_s:
            continue
        if not now_s - b.time_s < GAP_S:
            _begin(b, now_s, new)
            continue
        change = abs(new - b.raw)
        b.leapt = b.breaths >= KNOWN and change > LEAP * b.usual and not b.leapt
        if b.leapt:
            continue
        if change > 0.0 and (b.quantum == 0.0 or change < b.quantum):
            b.quantum = change
        slope, at_s, at = (new - b.raw) / (now_s - b.time_s), b.time_s, b.raw
        while at_s < now_s:
            end_s = (b.cell + 1.0) * CELL_S
            to_s = min(now_s, end_s)
            to = b.raw + slope * (to_s - b.time_s)
            b.area += 0.5 * (at + to) * (to_s - at_s)
            b.covered_s += to_s - at_s
            if to_s >= end_s:
                if b.covered_s > 0.0:
                    _close_cell(b)
                else:
                    b.cell += 1.0
            at_s, at = to_s, to
        b.time_s, b.raw = now_s, new
