"""Breathing at the moment of a tick: rate, a phase that does not lag, depth, held breath, and how far to believe it.

The phase follows the oscillator of `breath`, carried on from its newest cell to this moment; it never runs backwards
and never leaps.  Without samples it goes on alone at the wearer's pace, and after a cycle it is not believed any more.

    0 where inhaling starts, 0.5 where the chest is full; between them as far along as the wave is

Quality is the product of doubts, each 1 where there is none: few breaths yet, cycles and heights that have nothing in
common, a wave that no oscillator follows (noise, shaking), a phase that hurries or waits to catch up with it, a rate
of no chest, a wave of a few steps of the converter, no turn or no sample for longer than a cycle.  A shaking or a
pulse of a plausible rate may be believed for a while.

Sources: regularity of the last breaths as quality: Charlton et al., IEEE Rev Biomed Eng 11:2, 2018; resting and
speaking breath, their rates and their spread: Tobin et al., Chest 84:202 and 286, 1983.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.breath import GAP_S, GIVEN_UP_S
from installation.body.breath_memory import KNOWN
from installation.compiled import compiled
from installation.frame import Floats

EASE = 0.01  # turns in which most of an error of phase is eased away: three ticks at rest
FASTEST = 5.0  # times the pace, and never backwards, whatever there is to ease
FAINT = 0.15  # of a usual breath: an oscillation so small has no phase, the rhythm goes on alone
HELD_S, HELD = 4.0, 1.0  # a breath is held when the chest is still for longer, and for longer than a cycle

# Each doubt is none at the first of its two numbers and complete at the second:
MISSED = 0.3, 0.7  # power that the oscillator missed, against its own: breath 0.1, angular or in speech 0.4, noise 1
ADRIFT = 0.02, 0.08  # turns that the phase lacked over the last breath: at half, 0.3 rad, where a phase is worth little
OVERDUE = 1.25, 2.5  # cycles without a turn
SILENT = 0.75, 1.5  # cycles without a sample

FELT = ("rate", "phase", "depth", "inhaling", "hold_s", "quality", "age_s")
RATE, PHASE, DEPTH, INHALING, HOLD_S, QUALITY, AGE_S = range(len(FELT))
"""Rows of what is felt."""


@compiled
def _sure(measured: float, doubts: tuple[float, float]) -> float:
    """1 at or beyond the first of `doubts`, 0 at the second, smooth between."""
    along = min(1.0, max(0.0, (measured - doubts[1]) / (doubts[0] - doubts[1])))
    return float(along * along * (3.0 - 2.0 * along))


@compiled
def _turn(phase: float) -> float:
    """A phase in 0..1, without the 1."""
    return float(phase - np.floor(phase))


@compiled
def _move(b: Any, now_s: float, dt_s: float) -> float:
    """Move the phase on by one tick towards where the oscillator is; how large that is against a usual breath.

    step = dt / beat * clamp(1 + error / EASE, 0, FASTEST)
    """
    size = 2.0 * np.sqrt(b.along * b.along + b.across * b.across) / b.usual if b.usual > 0.0 else 0.0
    pace = 1.0
    if size > FAINT:
        goal = b.angle + 0.5 + (now_s - b.wave_s) / b.beat_s
        if np.isnan(b.phase):
            b.phase = _turn(goal - dt_s / b.beat_s)
        error = goal - b.phase - dt_s / b.beat_s
        b.error = error - np.floor(error + 0.5)
        b.adrift += min(1.0, dt_s / b.pace_s) * (abs(b.error) - b.adrift)
        pace = min(FASTEST, max(0.0, 1.0 + b.error / (EASE + dt_s / b.beat_s)))
    b.phase = _turn(b.phase + pace * dt_s / b.beat_s)
    return float(size)


@compiled
def breath_now(memory: NDArray[Any], now_s: float, dt_s: float, felt: Floats, anchored: bool) -> None:
    """Move every phase on by one tick, and write what is felt at this moment.

    memory (M,) `BREATH` · felt (7, M), written: rows of `FELT`; all NaN before the first sample.  rate per minute,
    NaN until two cycles are known, and wherever the last breaths are not believed at all · phase in turns, NaN until
    a breath was seen · depth 0..1, 0.5 as deep as usual over the last minutes · inhaling 1 or 0 · hold_s how long the
    breath is held, 0 while it is not · quality 0..1 · age_s of the newest sample.  anchored: whether the wave is the
    chest itself, so that its phase is meant to be the breath's; only then a phase that was adrift takes trust away.
    """
    for c in range(memory.size):
        b = memory[c]
        if np.isnan(b.time_s):
            felt[:, c] = np.nan
            continue
        size = _move(b, now_s, dt_s)
        known, age_s = b.breaths >= KNOWN, now_s - b.time_s
        overdue, silent = (now_s - b.before_s) / b.pace_s, age_s / b.pace_s
        still_s = now_s - b.still_s
        held = known and age_s < GAP_S and max(HELD_S, HELD * b.pace_s) < still_s < GIVEN_UP_S
        trust = b.trust * _sure(overdue, OVERDUE) * _sure(silent, SILENT)
        felt[RATE, c] = b.rate if trust > 0.0 else np.nan
        felt[PHASE, c] = b.phase
        felt[DEPTH, c] = min(1.0, 0.5 * size * b.usual / b.range) if known and b.range > 0.0 else np.nan
        felt[INHALING, c] = np.nan if np.isnan(b.phase) else 1.0 if b.phase < b.full else 0.0
        felt[HOLD_S, c] = still_s if held else 0.0 if known else np.nan
        felt[QUALITY, c] = (
            trust * _sure(b.missed / max(b.power, 1e-300), MISSED) * (_sure(b.adrift, ADRIFT) if anchored else 1.0)
        )
        felt[AGE_S, c] = age_s
