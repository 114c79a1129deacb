"""The heart's quality on people it was not fitted to: weights fitted anew without each patient, then scored on them.

What is fitted is the sum of log odds in `installation.body.quality`; the rest of it stays.  A beat is right with the
probability of its quality, or else by chance, and what is no heart is never right.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.body.heart import BEAT, PULSE, find_beats, hearts
from installation.body.quality import WEIGHTS, judge, qualities
from installation.body.rhythm import TRUSTED
from installation.cli.bench import Row
from installation.frame import Flags
from tests.benchmarks.aims import judged
from tests.benchmarks.body_quality import BINS, NOISE_RATES, TOLERANCE_S, nonsense
from tests.benchmarks.pulse_cases import Case, cases, shaken
from tests.benchmarks.recordings import Floats, records
from tests.body.fakes import match

NEAR = 1e-3  # how hard the weights are held to those in use: none of them can run away from few people
LEAST = 0.02  # a beat that a doubt alone has ruled out says nothing about the weights
HALF = 0.4, 0.6  # quality that means as likely right as not

row = partial(judged, "body")


@dataclass
class Wave:
    """Beats of one wave: what spoke against each, which count, which are right, and how often chance makes them so."""

    time_s: Floats
    pulses: NDArray[Any]
    against: Floats  # (beats, weights)
    alone: Floats
    counted: Flags
    right: Flags
    chance: float

    def quality(self, weights: Floats) -> Floats:
        memory, column, quality = qualities(1), np.zeros(self.time_s.size, np.int32), np.empty(self.time_s.size)
        memory["weights"] = weights
        judge(memory, self.time_s, column, self.pulses, quality)
        return quality[self.pulses["verdict"] == BEAT]


def rows(recordings: Path) -> Iterator[Row]:
    """Calibration and F1 of qualities that never saw the patient."""
    people = cases(recordings, "bidmc")
    if not people:
        return
    of = [json.loads(str(record.arrays["meta"]))["subject"] for record in records(recordings, "bidmc")]
    lags_s = [_lag_s(case) for case in people]
    waves = [
        (_wave(case.time_s, case.ppg, case, lag_s), _wave(case.time_s, shaken(case, seed)[0], case, lag_s))
        for seed, (case, lag_s) in enumerate(zip(people, lags_s, strict=True))
    ]
    junk = [_wave(np.arange(w.size) / fs, w) for fs in NOISE_RATES for w in nonsense(fs).values()]
    weights = {
        left: _fit([wave for pair, who in zip(waves, of, strict=True) if who != left for wave in pair] + junk)
        for left in sorted(set(of))
    }
    f1 = []
    seen: list[tuple[Floats, Flags, Floats]] = []
    for case, who, pair in zip(people, of, waves, strict=True):
        for wave in pair:
            quality = wave.quality(weights[who])
            chance = np.full(quality.size, wave.chance)
            seen.append((quality[wave.counted], wave.right[wave.counted], chance[wave.counted]))
        beat_s = pair[0].pulses["beat_s"][pair[0].pulses["verdict"] == BEAT]
        trusted_s = beat_s[pair[0].quality(weights[who]) >= TRUSTED]
        f1.append(100 * match(trusted_s, case.reference_s, case.inside).f1)
    quality, right, by = (np.concatenate(part) for part in zip(*seen, strict=True))
    error = 0.0
    for low, high in pairwise(BINS):
        here = (quality >= low) & (quality < high)
        if here.any():
            error += here.mean() * abs(_beyond(right[here], by[here]) - quality[here].mean())
    half = (quality >= HALF[0]) & (quality < HALF[1])
    yield row("quality_of_patients_left_out_calibration_error", error, "", aim="<= 0.1")
    yield row("quality_of_patients_left_out_right_at_half", 100 * _beyond(right[half], by[half]), f"% of {half.sum()}")
    yield row("quality_of_patients_left_out_beats_f1_mean", np.mean(f1), "%")
    yield row(f"quality_of_patients_left_out_beats_f1_worst_{people[int(np.argmin(f1))].name}", min(f1), "%")


def _beyond(right: Flags, chance: Floats) -> float:
    """The share that is right beyond chance."""
    return float((right.mean() - chance.mean()) / (1 - chance.mean()))


def _lag_s(case: Case) -> float:
    wave = _wave(case.time_s, case.ppg)
    return match(wave.pulses["beat_s"][wave.pulses["verdict"] == BEAT], case.reference_s, case.inside).lag_s


def _wave(time_s: Floats, value: Floats, case: Case | None = None, lag_s: float = 0.0) -> Wave:
    """Beats of a wave, held against a case; no beat of a wave without one is right."""
    column, pulses, quality = np.zeros(time_s.size, np.int32), np.empty(time_s.size, PULSE), np.empty(time_s.size)
    find_beats(hearts(1), time_s, column, column, value, pulses)
    at = np.flatnonzero(pulses["verdict"] == BEAT)
    memory, start = qualities(1), 0
    against, alone = np.zeros((at.size, len(WEIGHTS))), np.zeros(at.size)
    for k, beat in enumerate(at):
        part = slice(start, beat + 1)
        judge(memory, time_s[part], column[part], pulses[part], quality[part])
        against[k], alone[k], start = memory["against"][0], memory["alone"][0], beat + 1
    if case is None:
        return Wave(time_s, pulses, against, alone, np.ones(at.size, np.bool_), np.zeros(at.size, np.bool_), 0.0)
    beat_s = pulses["beat_s"][at] - lag_s
    counted = np.any([(beat_s >= a) & (beat_s < b) for a, b in case.inside], axis=0)
    right = np.abs(beat_s[:, None] - case.reference_s[None, :]).min(axis=1) <= TOLERANCE_S
    chance = min(0.9, 2 * TOLERANCE_S / float(np.median(np.diff(case.reference_s))))
    return Wave(time_s, pulses, against, alone, counted, right, chance)


def _fit(waves: list[Wave]) -> Floats:
    """Weights of greatest likelihood, none of the measures speaking for a beat.

    P(right) = quality + (1 - quality) * chance,   quality = alone / (1 + exp(-weights . against))
    """
    from scipy.optimize import minimize

    use = [wave.counted & (wave.alone > LEAST) & (wave.against[:, 0] == 1.0) for wave in waves]
    x, alone, right = (
        np.concatenate([getattr(wave, name)[here] for wave, here in zip(waves, use, strict=True)])
        for name in ("against", "alone", "right")
    )
    chance = np.concatenate([np.full(here.sum(), wave.chance) for wave, here in zip(waves, use, strict=True)])
    first = np.array(WEIGHTS)

    def unlikely(weights: Floats) -> tuple[float, Floats]:
        quality = alone / (1 + np.exp(-x @ weights))
        p = np.clip(quality + (1 - quality) * chance, 1e-6, 1 - 1e-6)
        slope = np.where(right, -1 / p, 1 / (1 - p)) * (1 - chance) * quality * (1 - quality / alone)
        off = (weights - first) / first**2
        loss = -np.log(np.where(right, p, 1 - p)).mean() + NEAR * (off * (weights - first)).sum()
        return float(loss), (x * slope[:, None]).mean(axis=0) + 2 * NEAR * off

    bounds = [(None, None), *[(0.0, None)] * (first.size - 1)]
    return np.asarray(minimize(unlikely, first, jac=True, method="L-BFGS-B", bounds=bounds).x)
