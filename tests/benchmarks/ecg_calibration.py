"""Whether an ECG's quality is the probability it says it is, on records as they are and in noise, down to -6 dB."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from installation.body.ecg import ECG, find_qrs
from installation.body.ecg_memory import ecgs
from installation.body.ecg_quality import RIPPLE, SURE, UNFAIR, UNLIKE, USUAL_RIPPLE, ecg_qualities, judge_ecg
from installation.body.heart import BEAT, PULSE
from installation.cli.bench import Row
from installation.frame import Floats
from tests.benchmarks.aims import judged
from tests.benchmarks.recordings import Record

BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.01)  # of quality
TOLERANCE_S = 0.15
FEWEST = 30  # beats of a quality until their share means something
AS_IS = 0.15  # weight in the fit of a whole record as it is: as much as one of 5 minutes in noise

row = partial(judged, "body")

Heard = dict[str, Floats]
"""Of each beat: quality, hit (0 or 1), chance that any time is a hit, weight, measures (beats, 4) of `_odds`."""


def weighed(time_s: Floats, value: Floats, reference_s: Floats, weight: float = 1.0) -> Heard:
    """Beats of one ECG with what its quality was made of."""
    column, pulses = np.zeros(time_s.size, np.int32), np.zeros(time_s.size, PULSE)
    find_qrs(ecgs(1), time_s, column, column + ECG, np.asarray(value, np.float64), pulses)
    memory, quality = ecg_qualities(1), np.full(time_s.size, np.nan)
    measures, at = [], np.flatnonzero(pulses["verdict"] == BEAT)
    for start, end in pairwise([0, *(at + 1)]):
        here = slice(start, end)
        judge_ecg(memory, time_s[here], column[here], column[here] + ECG, pulses[here], quality[here])
        measures.append(_measures(memory[0]))
    beat_s = pulses["beat_s"][at]
    chance = min(0.9, 2 * TOLERANCE_S / float(np.median(np.diff(reference_s))))
    hit = np.abs(beat_s[:, None] - reference_s).min(axis=1) <= TOLERANCE_S
    return {
        "quality": quality[at],
        "hit": hit.astype(np.float64),
        "chance": np.full(at.size, chance),
        "weight": np.full(at.size, weight),
        "measures": np.array(measures),
    }


def _measures(q: NDArray[np.void]) -> list[float]:
    shapes, beats = min(q["shapes"] - 1, 7), min(q["beats"] - 1, 7)
    if shapes < 1 or beats < 1:
        return [np.nan] * 4
    unlike = min(1.0, 1.0 - float(np.median(q["likeness"][:shapes])))
    ripple = min(1.0, max(0.0, float(np.median(q["ripple"][:beats])) - USUAL_RIPPLE))
    return [1.0, -unlike, -ripple, -(1.0 - float(q["fair"][:beats].mean()))]


def _odds(measures: Floats, factors: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-measures @ factors)))


def _joined(group: list[Heard]) -> Heard:
    return {name: np.concatenate([one[name] for one in group]) for name in group[0]}


def _beyond_chance(of: Heard, here: NDArray[np.bool_]) -> float:
    """(hits - chance) / (1 - chance)"""
    chance = of["chance"][here].mean()
    return float((of["hit"][here].mean() - chance) / (1 - chance))


def _error(of: Heard, quality: Floats) -> float:
    """Mean distance of the quality from the share that is right beyond chance."""
    error = 0.0
    for low, high in pairwise(BINS):
        here = (quality >= low) & (quality < high)
        if here.sum() >= FEWEST:
            error += here.mean() * abs(_beyond_chance(of, here) - quality[here].mean())
    return error


def _fit(of: Heard) -> Floats:
    """Factors of the odds under which these hits are likeliest: P(hit) = chance + (1 - chance) * P(right)."""
    from scipy.optimize import minimize

    known = np.isfinite(of["measures"]).all(axis=1)
    measures, hit = of["measures"][known], of["hit"][known]
    chance, weight = of["chance"][known], of["weight"][known]

    def surprise(factors: Floats) -> float:
        p = np.clip(chance + (1 - chance) * _odds(measures, factors), 1e-4, 1 - 1e-4)
        return float(-(weight * np.where(hit > 0, np.log(p), np.log(1 - p))).mean())

    start = np.array([SURE, UNLIKE, RIPPLE, UNFAIR])
    return np.asarray(minimize(surprise, start, method="Nelder-Mead", options={"maxiter": 4000}).x)


def calibration(people: list[Record], cases: dict[str, list[Heard]]) -> Iterator[Row]:
    """Rows of the quality as it is, and of odds that were fitted without the record that they are held against."""
    every = _joined([one for of in cases.values() for one in of])
    for low, high in pairwise(BINS):
        here = (every["quality"] >= low) & (every["quality"] < high)
        if here.sum() >= FEWEST:
            name = f"ecg_right_beyond_chance_at_quality_{low:.1f}_to_{min(high, 1.0):.1f}"
            yield row(name, 100 * _beyond_chance(every, here), f"% of {here.sum()}")
    yield row("ecg_quality_calibration_error", _error(every, every["quality"]), "", aim="<= 0.1")
    for record in people:
        own = _joined(cases[record.name])
        others = _joined([one for name, of in cases.items() if name != record.name for one in of])
        known = np.isfinite(own["measures"]).all(axis=1)
        fitted = _fit(others)
        left_out = {name: values[known] for name, values in own.items()}
        left_out["quality"] = _odds(left_out["measures"], fitted)
        yield row(f"ecg_quality_calibration_error {record.name}", _error(own, own["quality"]), "")
        yield row(f"ecg_odds_calibration_error_left_out {record.name}", _error(left_out, left_out["quality"]), "")
        near = (left_out["quality"] >= 0.4) & (left_out["quality"] < 0.6)
        if near.sum() >= FEWEST:
            share = 100 * _beyond_chance(left_out, near)
            yield row(f"ecg_right_at_half_odds_left_out {record.name}", share, f"% of {near.sum()}")
