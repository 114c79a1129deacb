"""What a skin says at a tick: tonic, phasic, responses, quality, and arousal 0..1.

Arousal is where the level and the rate of responses stand among the wearer's own.  The last five minutes of
both are remembered, a value every five seconds; their medians and spreads are what is usual, so that a dry skin
and a wet one, a calm wearer and a lively one, mean the same by a half.  While little is known, the figures of
people at rest stand in.  Time without contact is not remembered, and arousal is held.

Latency: that of the skin, and the glide of `EASE_S`.

Sources: level and rate of responses as measures of arousal, and figures at rest: Boucsein et al.,
Psychophysiology 49:1017, 2012, and Braithwaite et al., guide for analysing EDA, 2013.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.doubt import sure
from installation.body.skin import LOWEST_US, RATE_S, SLOTS
from installation.compiled import compiled
from installation.frame import Flags, Floats

REST_PER_MIN, REST_SPREAD = 3.0, 2.0  # at rest 1-3 a minute (Braithwaite 2013): expected while no more is known
REST_SLOTS = 12.0  # which weighs as much as a minute of the wearer's own
LEVEL_SPREAD = 0.1  # of the level: less is no excitement
BEYOND = 3.0  # spreads from the middle, where either measure is exhausted
SILENT_S = 1.5, 4.0  # without a sample; the slowest sensors send four a second, in packets
STALE_S = 1.0  # a response that came through this late is no news for the light
EASE_S = 1.5  # arousal glides at this pace

AROUSAL = np.dtype(
    [
        ("slots", "i8"),  # remembered by the skin when these were found:
        *((name, "f8") for name in ("level", "level_spread", "rate", "rate_spread")),  # what is usual
        ("arousal", "f8"),
    ],
    align=True,
)
"""Memory of one wearer's arousal."""


def arousals(columns: int) -> NDArray[Any]:
    """Memory of `columns` wearers of whose arousal nothing is known."""
    memory = np.zeros(columns, AROUSAL)
    memory["arousal"] = np.nan
    return memory


@compiled
def _rate(s: Any, now_s: float) -> float:
    """Responses a minute, over about the last `RATE_S`."""
    felt_s = max(RATE_S, now_s - s.begun_s)
    return float(s.count * np.exp(-(now_s - s.count_s) / RATE_S) * 60.0 / RATE_S / -np.expm1(-felt_s / RATE_S))


@compiled
def skin_now(
    memory: NDArray[Any],
    now_s: float,
    tonic_us: Floats,
    phasic_us: Floats,
    scr: Flags,
    scr_amplitude_us: Floats,
    scr_rise_s: Floats,
    scr_rate_per_min: Floats,
    quality: Floats,
    age_s: Floats,
) -> None:
    """What is known of every skin at this tick, written; NaN: not known.

    memory (M,) · tonic_us, phasic_us (M,) µS · scr (M,) True where a response was announced since the last tick ·
    scr_amplitude_us (M,) µS and scr_rise_s (M,) s from onset to peak, of the last response, and still
    growing until its peak · scr_rate_per_min (M,) · quality (M,) 0..1 ·
    age_s (M,) of the newest sample, s
    """
    for c in range(memory.size):
        s = memory[c]
        known = s.time_s > -np.inf
        age_s[c] = now_s - s.seen_s
        quality[c] = s.quality * sure(age_s[c], SILENT_S)
        tonic_us[c] = s.wave - s.phasic if known else np.nan
        phasic_us[c] = s.phasic if known else np.nan
        scr[c] = s.news and now_s - s.told_s < STALE_S
        s.news = False
        told = s.told_s > -np.inf
        scr_amplitude_us[c] = s.top_us - s.scr_onset_us if told else np.nan
        scr_rise_s[c] = s.rise_s if told else np.nan
        scr_rate_per_min[c] = _rate(s, now_s) if known else np.nan


@compiled
def _middle(kept: Any, count: int) -> tuple[float, float]:
    """Median of the first `count`, and their spread: of a normal distribution, its standard deviation."""
    ordered = np.sort(kept[:count])
    return float(ordered[count // 2]), float((ordered[(3 * count) // 4] - ordered[count // 4]) / 1.349)


@compiled
def _learn(a: Any, s: Any) -> None:
    """Find what is usual in what the skin remembers."""
    count = min(s.slots, SLOTS)
    a.slots = s.slots
    a.level, a.level_spread = _middle(s.levels, count)
    a.level_spread = max(a.level_spread, LEVEL_SPREAD * max(a.level, LOWEST_US))
    rate, spread = _middle(s.rates, count)
    a.rate = (count * rate + REST_SLOTS * REST_PER_MIN) / (count + REST_SLOTS)
    a.rate_spread = max(REST_SPREAD, spread)


@compiled
def arousal_now(
    memory: NDArray[Any],
    skin: NDArray[Any],
    now_s: float,
    dt_s: float,
    tonic_us: Floats,
    scr_rate_per_min: Floats,
    quality: Floats,
    arousal: Floats,
) -> None:
    """Arousal of every wearer at this tick, written into `arousal` (M,), NaN before a skin was felt.

        arousal = 1 / (1 + exp(-z_level - z_rate)),   z = (x - median) / spread, of the last five minutes

    memory (M,) `AROUSAL` · skin (M,) `SKIN`, only read · tonic_us, scr_rate_per_min, quality (M,) of this tick,
    from `skin_now`; at quality 0 arousal is held.
    """
    ease = -np.expm1(-dt_s / EASE_S)
    for c in range(memory.size):
        a, s = memory[c], skin[c]
        if s.slots > a.slots:
            _learn(a, s)
        if np.isnan(tonic_us[c]) or not (quality[c] > 0.0 or np.isnan(a.arousal)):
            arousal[c] = a.arousal
            continue
        level = rate = 0.0
        if a.slots > 0:
            level = min(BEYOND, max(-BEYOND, (tonic_us[c] - a.level) / a.level_spread))
            rate = min(BEYOND, max(-BEYOND, (scr_rate_per_min[c] - a.rate) / a.rate_spread))
            rate *= min(1.0, (now_s - s.begun_s) / RATE_S)
        wanted = 1.0 / (1.0 + np.exp(-level - rate))
        a.arousal = wanted if np.isnan(a.arousal) else a.arousal + ease * (wanted - a.arousal)
        arousal[c] = a.arousal
