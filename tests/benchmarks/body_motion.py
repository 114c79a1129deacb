"""Motion against what was made by hand, and what it says of recorded people; its peer is the spectrum of the whole.

No library at hand tells cadence as it happens: beside it stands the strongest line of the spectrum of all
three axes, over all of the recording.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from installation.body.vectors import ACC_X
from installation.cli.bench import Row
from installation.frame import Samples
from tests.benchmarks.aims import judged
from tests.benchmarks.recordings import Floats, records
from tests.body.motion_fakes import NAMES, Mover, gait, move, raises, turned

row = partial(judged, "body")

RATES_HZ = (25.0, 32.0, 50.0, 100.0)
CADENCES = (60, 75, 90, 105, 120, 140, 160, 180)
NOISES_G = (0.02, 0.1)
SETS = (("wearable", 64.0, 32.0), ("bitalino_biosppy", 1.0, 100.0), ("group_concert", 1000.0, 25.0))
"""Sets with an accelerometer, counts per g as their makers say, and rate."""
STEPS_PER_MIN = {"biosppy_acc": 114.0}  # the line of the vertical axis; its half is the stride
DOWN = np.array([0.0, 0.0, -1.0])
COLUMNS = 2000


def spectrum(time_s: Floats, vector: Floats) -> float:
    """Cadence of a whole recording: the strongest line between 50 and 220 a minute."""
    still = (vector - vector.mean(axis=0)) * np.hanning(len(vector))[:, None]
    power = (np.abs(np.fft.rfft(still, 8 * len(vector), axis=0)) ** 2).sum(axis=1)
    per_min = 60.0 * np.fft.rfftfreq(8 * len(vector), time_s[1] - time_s[0])
    inside = (per_min > 50.0) & (per_min < 220.0)
    return float(per_min[inside][np.argmax(power[inside])])


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of motion; about half a minute."""
    yield from _made()
    yield from _arms()
    yield from _recorded(recordings)
    yield from _emotibit(recordings)
    yield from _cost()


def _made() -> Iterator[Row]:
    """Walking and dancing of known cadence, in noise, on sensors turned any way, in any unit."""
    error: dict[str, float] = {}
    peer: dict[str, float] = {}
    missed: list[float] = []
    energy: dict[str, float] = {}
    first_s: list[float] = []
    rng = np.random.default_rng(5)
    for fs in RATES_HZ:
        for per_min in CADENCES:
            for noise_g in NOISES_G:
                time_s = np.arange(0.0, 24.0, 1.0 / fs)
                motion = gait(time_s, per_min, noise_g, seed=int(fs + per_min))
                turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
                vector = rng.choice([1.0, 9.81, 1000.0]) * (motion + DOWN) @ turn
                moved = move(time_s, vector, tick_s=0.1)
                late = moved.now_s > 8.0
                told = moved["cadence"][late]
                name = f"{per_min}_per_min_{fs:g}_hz_noise_{noise_g:g}_g"
                missed.append(float(np.isnan(told).mean()))
                error[name] = float(np.nanmean(np.abs(told - per_min))) if np.isfinite(told).any() else 60.0
                peer[name] = abs(spectrum(time_s, vector) - per_min)
                true_g = float(np.sqrt((motion**2).sum(axis=1).mean()))
                energy[name] = abs(float(np.sqrt((moved["motion_g"][late] ** 2).mean())) / true_g - 1.0)
                found = np.isfinite(moved["cadence"]) & (np.abs(moved["cadence"] - per_min) < 3.0)
                first_s.append(float(moved.now_s[found][0]) if found.any() else np.inf)
    worst = max(error, key=lambda name: error[name])
    mean = float(np.mean(list(error.values())))
    yield row("motion_cadence_mae", mean, "1/min", aim="<= 2", beside={"spectrum": float(np.mean(list(peer.values())))})
    yield row(f"motion_cadence_worst {worst}", error[worst], "1/min", aim="<= 5", beside={"spectrum": peer[worst]})
    yield row("motion_cadence_unknown", float(np.mean(missed)), "share of time", aim="<= 0.05")
    yield row("motion_cadence_first_p95", float(np.percentile(first_s, 95)), "s", aim="<= 6")
    worst = max(energy, key=lambda name: energy[name])
    yield row("motion_energy_error", float(np.mean(list(energy.values()))), "share", aim="<= 0.05")
    yield row(f"motion_energy_error_worst {worst}", energy[worst], "share", aim="<= 0.1")


def _arms() -> Iterator[Row]:
    """Arms that are raised, by people who sit and by people who dance; arms that are not."""
    hits = gestures = more = 0
    wait_s: list[float] = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        time_s = np.arange(0.0, 120.0, 0.04)
        at_s = np.array([20.0, 45.0, 70.0, 95.0]) + rng.uniform(0.0, 5.0, 4)
        angle = raises(time_s, at_s, held_s=float(rng.uniform(2.0, 8.0)), degrees=float(rng.uniform(80.0, 150.0)))
        motion = gait(time_s, rng.uniform(80.0, 130.0)) * (0.6 if seed % 2 else 0.05)
        found_s = move(time_s, turned(angle + rng.uniform(-0.5, 0.5)) + motion).raised_s()
        for one_s in at_s:
            near = found_s[(found_s > one_s) & (found_s < one_s + 2.5)]
            hits += near.size > 0
            wait_s += [float(near[0] - one_s)] if near.size else []
            more -= near.size > 0
        gestures += at_s.size
        more += found_s.size
    yield row("motion_raised_recall", hits / gestures, "share", aim=">= 0.95")
    yield row("motion_raised_wait_median", float(np.median(wait_s)), "s", aim="<= 2")
    yield row("motion_raised_false", more / 24.0, "1/min", aim="<= 0.1")
    false = 0
    for seed in range(6):
        time_s = np.arange(0.0, 120.0, 0.04)
        swing = 0.6 * np.sin(2 * np.pi * (0.7 + 0.1 * seed) * time_s)
        false += move(time_s, turned(swing) + gait(time_s, 84.0 + 12.0 * seed)).raised_s().size
    yield row("motion_raised_false_walking", false / 12.0, "1/min", aim="<= 0.1")


def _recorded(recordings: Path) -> Iterator[Row]:
    for name, per_g, fs in SETS:
        for record in records(recordings, name):
            if not record.has("acc"):
                continue
            vector = np.asarray(record.arrays["acc"], np.float64)
            time_s = np.arange(len(vector)) / fs
            moved, mover = move(time_s, vector, tick_s=0.1), Mover()
            mover.feel(_rows(time_s, vector))
            late = moved.now_s > 6.0
            yield row(
                f"motion_unit_error {record.name}", abs(mover.movers["unit"][0] / per_g - 1.0), "share", aim="<= 0.06"
            )
            yield row(f"motion_energy_median {record.name}", float(np.median(moved["motion_g"][late])), "g")
            yield row(f"motion_unrest_mean {record.name}", float(moved["unrest"][late].mean()), "share")
            yield row(
                f"motion_quality_mean {record.name}", float(moved["quality"][late].mean()), "share", aim=">= 0.95"
            )
            yield row(f"motion_raised {record.name}", 60.0 * moved.raised_s().size / time_s[-1], "1/min")
            if record.name in STEPS_PER_MIN:
                steps = STEPS_PER_MIN[record.name]
                told = moved["cadence"][late]
                yield row(
                    f"motion_cadence_mae {record.name}",
                    float(np.nanmean(np.abs(told - steps))),
                    "1/min",
                    aim="<= 5",
                )
                yield row(f"motion_cadence_unknown {record.name}", float(np.isnan(told).mean()), "share of time")


def _rows(time_s: Floats, vector: Floats) -> Samples:
    size = time_s.size
    channel = np.repeat(np.arange(ACC_X, ACC_X + 3, dtype=np.int32), size)
    return Samples(
        np.tile(time_s, 3), np.zeros(3 * size, np.int32), channel, vector.T.ravel(), np.zeros(3 * size, np.bool_)
    )


def _emotibit(recordings: Path) -> Iterator[Row]:
    """Axes in packets of their own, each row stamped from its packet."""
    for path in sorted((recordings / "raw_device_files").glob("emotibit_*.csv")):
        axis: dict[str, list[tuple[float, float]]] = {"AX": [], "AY": [], "AZ": []}
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                field = line.strip().split(",")
                if len(field) > 6 and field[3] in axis:
                    values = [float(text) for text in field[6:]]
                    for k, value in enumerate(values):
                        axis[field[3]].append((int(field[0]) / 1000.0 - 0.04 * (len(values) - 1 - k), value))
        parts = [np.array(sorted(axis[name])) for name in ("AX", "AY", "AZ")]
        sizes = [len(part) for part in parts]
        time_s, value = np.concatenate(parts).T
        channel = np.repeat(np.arange(ACC_X, ACC_X + 3, dtype=np.int32), sizes)
        mover = Mover()
        mover.feel(Samples(time_s, np.zeros(time_s.size, np.int32), channel, value, np.zeros(time_s.size, np.bool_)))
        told = dict(zip(NAMES, mover.now(time_s.max()), strict=True))
        yield row(f"motion_unit_error {path.stem}", abs(mover.movers["unit"][0] - 1.0), "share", aim="<= 0.06")
        yield row(f"motion_energy {path.stem}", float(told["motion_g"][0]), "g")
        yield row(f"motion_quality {path.stem}", float(told["quality"][0]), "share", aim=">= 0.95")


def _cost() -> Iterator[Row]:
    """Everyone walks: 25 vectors a second each, sixty ticks a second."""
    mover, phase = Mover(COLUMNS), np.random.default_rng(0).random(COLUMNS)
    felt_s = told_s = 0.0
    rows_felt = 0
    for tick in range(720):
        now_s = tick / 60.0
        who = np.flatnonzero(np.floor(now_s * 25 + phase) != np.floor((now_s - 1 / 60) * 25 + phase)).astype(np.int32)
        time_s = np.repeat(5.0 + (np.floor(now_s * 25 + phase[who]) - phase[who]) / 25, 3)
        value = gait(time_s[::3], 110.0).ravel() + np.tile([0.0, 0.0, 1.0], who.size)
        channel = np.tile(np.arange(ACC_X, ACC_X + 3, dtype=np.int32), who.size)
        samples = Samples(time_s, np.repeat(who, 3), channel, value, np.zeros(time_s.size, np.bool_))
        begin_s = time.thread_time()
        mover.feel(samples)
        middle_s = time.thread_time()
        mover.now(5.0 + now_s)
        if tick >= 360:
            felt_s, told_s = felt_s + middle_s - begin_s, told_s + time.thread_time() - middle_s
            rows_felt += time_s.size
    yield row(f"motion_cost_{COLUMNS}_columns", 1e9 * felt_s / rows_felt, "ns per row", aim="<= 100")
    yield row(
        f"motion_cost_tick_{COLUMNS}_columns", 1e9 * told_s / 360 / COLUMNS, "ns per column and tick", aim="<= 50"
    )
