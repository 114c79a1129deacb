"""How far the heart's quality can be believed: of beats, of rates under motion, and where there is no heart."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from installation.cli.bench import Row
from tests.benchmarks.aims import judged
from tests.benchmarks.pulse_cases import BELIEVED, WINDOW_S, Case, cases, feel, shaken, windows
from tests.benchmarks.recordings import Floats, records
from tests.body.fakes import listen, match

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.01)  # of quality
TOLERANCE_S = 0.15  # of a beat (Charlton 2022)
NOISE_RATES = (20.0, 25.0, 32.0, 50.0, 64.0, 100.0, 125.0, 250.0, 500.0, 1000.0)

row = partial(judged, "body")


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of quality."""
    people = cases(recordings, "bidmc") + cases(recordings, "multimodal")
    if people:
        yield from _calibration(people)
        yield from _motion(people)
    yield from _wearable(recordings)
    yield from _nonsense()


def _motion(group: list[Case]) -> Iterator[Row]:
    """Rate under motion: abstain rather than lie."""
    waves = [shaken(case, seed) for seed, case in enumerate(group)]
    felt = feel([(case.time_s, wave) for case, (wave, _) in zip(group, waves, strict=True)])
    errors, quality, moved = [], [], []
    for case, one, (_, strength) in zip(group, felt, waves, strict=True):
        lag_s = match(one.trusted(), case.reference_s, case.inside).lag_s
        end_s, true = windows(case)
        at = np.searchsorted(one.time_s, end_s + lag_s) - 1
        errors.append(np.abs(one.rate[at] - true))
        quality.append(np.where(np.isfinite(one.rate[at]), one.quality[at], 0.0))
        moved.append(strength[np.minimum(np.searchsorted(case.time_s, end_s - WINDOW_S / 2), strength.size - 1)])
    error, sure, motion = np.concatenate(errors), np.concatenate(quality), np.concatenate(moved)
    for name, here in (("still", motion == 0.0), ("weak_motion", motion == 0.5), ("strong_motion", motion >= 1.0)):
        covered = here & (sure >= BELIEVED)
        yield row(f"{name}_rate_coverage", 100 * covered.sum() / here.sum(), "% of windows")
        if covered.any():
            yield row(f"{name}_rate_mae_where_believed", error[covered].mean(), "1/min", aim="<= 3")
            yield row(f"{name}_rate_within_5_where_believed", 100 * (error[covered] <= 5).mean(), "%")
        yield row(f"{name}_rate_mae_all", np.nanmean(error[here]), "1/min")


def _wearable(recordings: Path) -> Iterator[Row]:
    """A wristband in daily life against its maker's own rate, a weak reference."""
    for record in records(recordings, "wearable"):
        if not record.has("ppg", "hr_device"):
            continue
        time_s, wave = record.signal("ppg")
        one = feel([(time_s, wave)])[0]
        end_s = np.arange(20.0, time_s[-1], 2.0)
        device_s, device = record.signal("hr_device")
        at = np.searchsorted(one.time_s, end_s) - 1
        error = np.abs(one.rate[at] - np.interp(end_s, device_s + 10.0, device))  # its first value is of 10 s
        known = np.isfinite(error)
        for quality in (0.0, 0.3, BELIEVED, 0.7, 0.9):
            covered = known & (one.quality[at] >= quality)
            yield row(f"{record.name}_quality_{quality:g}_coverage", 100 * covered.mean(), "% of windows")
            if covered.any():
                yield row(f"{record.name}_quality_{quality:g}_rate_mae", error[covered].mean(), "1/min")


def _calibration(group: list[Case]) -> Iterator[Row]:
    """Of beats of each quality, the share that is right beyond chance, on the records as they are and shaken.

    share = (hits - chance) / (1 - chance),   chance: how much of the time lies within the tolerance of a true beat
    """
    sure, true, chance = [], [], []
    for seed, case in enumerate(group):
        lag_s = match(listen(case.time_s, case.ppg).beat_s, case.reference_s, case.inside).lag_s
        by_chance = min(0.9, 2 * TOLERANCE_S / float(np.median(np.diff(case.reference_s))))
        for wave in (case.ppg, shaken(case, seed)[0]):
            heard = listen(case.time_s, wave)
            beat_s = heard.beat_s - lag_s
            inside = np.any([(beat_s >= a) & (beat_s < b) for a, b in case.inside], axis=0)
            sure.append(heard.quality[inside])
            near = np.abs(beat_s[inside, None] - case.reference_s[None, :]).min(axis=1)
            true.append(near <= TOLERANCE_S)
            chance.append(np.full(near.size, by_chance))
    quality, hit, by = np.concatenate(sure), np.concatenate(true), np.concatenate(chance)
    error = 0.0
    for low, high in pairwise(BINS):
        here = (quality >= low) & (quality < high)
        if here.any():
            share = (hit[here].mean() - by[here].mean()) / (1 - by[here].mean())
            name = f"right_beyond_chance_of_quality_{low:.1f}_to_{min(high, 1.0):.1f}"
            yield row(name, 100 * share, f"% of {here.sum()}")
            error += here.mean() * abs(share - quality[here].mean())
    yield row("quality_calibration_error", error, "", aim="<= 0.1")


def nonsense(fs: float, seconds: float = 120.0) -> dict[str, Floats]:
    """Signals of a sensor that is on no body."""
    rng = np.random.default_rng(3)
    time_s = np.arange(0.0, seconds, 1.0 / fs)
    size = time_s.size
    drift = np.cumsum(rng.normal(size=size)) / np.sqrt(fs)
    return {
        "constant": np.full(size, 512.0),
        "last_bit": 512.0 + rng.integers(-1, 2, size),
        "white_noise": np.round(512 + 100 * rng.normal(size=size)),
        "mains_50": np.round(512 + 200 * np.sin(2 * np.pi * 50.02 * time_s)),
        "mains_60": np.round(512 + 200 * np.sin(2 * np.pi * 59.99 * time_s)),
        "mains_aliased": np.round(512 + 200 * np.sin(2 * np.pi * (fs - 1.1) * time_s)),
        "drift": np.round(512 + 20 * drift),
        "drift_and_last_bit": np.round(512 + 5 * drift + rng.normal(0, 0.7, size)),
        "saturated_noise": np.clip(np.round(900 + 300 * rng.normal(size=size)), 0, 1023),
        "saturated_mains": np.clip(512 + 2000 * np.sin(2 * np.pi * 60.01 * time_s), 0, 1023),
        "floating_pin": np.where(rng.random(size) < 0.02, 1023.0, 0.0),
    }


def _nonsense() -> Iterator[Row]:
    """Trusted beats a minute where there is no heart, at the worst sample rate."""
    counts: dict[str, list[float]] = {}
    for fs in NOISE_RATES:
        for name, wave in nonsense(fs).items():
            counts.setdefault(name, []).append(listen(np.arange(wave.size) / fs, wave).trusted().size / 2.0)
    for name, of in counts.items():
        yield row(f"trusted_beats_of_{name}_at_{NOISE_RATES[int(np.argmax(of))]:g}_hz", max(of), "1/min", aim="<= 0")
