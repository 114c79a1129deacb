"""Group synchrony against chance: a hall of listeners, one person's repeated listenings, crowds made by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.body.group import Group
from installation.body.group_series import BREATH, BREATH_RATE, HEART, SKIN
from installation.cli.bench import Row
from tests.benchmarks.aims import judged
from tests.benchmarks.recordings import Record, records
from tests.body.crowds import spend

Floats = NDArray[np.float64]
BAND_HZ = 0.1, 0.6  # of breathing
CROWDS = (2, 50), (3, 40), (8, 25), (30, 8), (200, 10)  # people at a table, tables


def whole_wave_phase(fs: float, wave: Floats) -> Floats:
    """Phase in turns, from the analytic signal of the whole record; wave (T, N)."""
    from scipy.signal import butter, hilbert, sosfiltfilt

    band = sosfiltfilt(butter(2, BAND_HZ, "bandpass", fs=fs, output="sos"), wave - wave.mean(axis=0), axis=0)
    return np.asarray(np.angle(hilbert(band, axis=0)) / (2 * np.pi) % 1)


def causal_phase(fs: float, wave: Floats) -> Floats:
    """Phase in turns, from a resonator at 0.25 Hz, whose two integrators are a quarter turn apart; wave (T, N)."""
    w, dt = 2 * np.pi * 0.25, 1 / fs
    level, low, band = wave[0].copy(), np.zeros(wave.shape[1]), np.zeros(wave.shape[1])
    phase = np.empty_like(wave)
    for k, now in enumerate(wave):
        level += (1 - np.exp(-2 * np.pi * BAND_HZ[0] * dt)) * (now - level)
        band += w * dt * ((now - level) - low - band)
        low += w * dt * band
        phase[k] = np.arctan2(-band, low) / (2 * np.pi) % 1
    return phase


def whole_piece_z(fs: float, phase: Floats) -> float:
    """z of the breaths over a whole piece, at 60 ticks a second."""
    n = phase.shape[1]
    group, ones, nothing = Group(n, 0), np.ones((n, 4)), np.full(n, np.nan)
    nobody = np.full(n, -1, np.int32)
    z = np.nan
    for tick in range(int(len(phase) / fs * 60)):
        now = phase[min(len(phase) - 1, int(tick / 60 * fs))]
        z = group.feel(tick / 60, nothing, nothing, now, nothing, ones, nobody).act_z[BREATH, 0]
    return float(z)


def _recorded(record: Record, figure: str, aim: str, sign: int) -> Iterator[Row]:
    """One record's z with either phase; sign 0: its size is judged."""
    fs, wave = record.rate_hz("resp"), np.asarray(record.arrays["resp"], np.float64)
    for name, phase in (("whole-wave", whole_wave_phase), ("causal", causal_phase)):
        z = whole_piece_z(fs, phase(fs, wave))
        yield judged("body", f"{figure}, {name} phase", z if sign else abs(z), "z", aim=aim)


def _crowds() -> Iterator[Row]:
    """False alarms of strangers, and what is found of tables that do go together."""
    for size, tables in CROWDS:
        seconds = 160.0 if size == 200 else 400.0
        evening = spend(seconds, size, tables, seed=size)
        for name, m in (("heart", HEART), ("skin", SKIN), ("breath", BREATH), ("breath rate", BREATH_RATE)):
            share = float(np.mean(evening.confidence[:, m, 1:] > 0.95))
            yield judged("body", f"group of {size} strangers, {name}: time over 0.95", 100 * share, "%", aim="<= 5")
        spread = float(np.nanstd(evening.last.act_z[:, 1:]))
        yield judged("body", f"group of {size} strangers: deviation of act z", spread, "")
        share = float(np.mean(evening.partner >= 0))
        yield judged("body", f"group of {size} strangers: told a partner", 100 * share, "%", aim="<= 5")
        if size < 200:
            evening = spend(300.0, size, tables, seed=1000 + size, coupling=2.0, shared=0.4)
            for name, m in (("heart, 40 % shared", HEART), ("breath, coupled", BREATH)):
                share = float(np.mean(evening.confidence[:, m, 1:] > 0.95))
                yield judged("body", f"group of {size}, {name}: time over 0.95", 100 * share, "%")


def _cost(wearers: int, tables: int, seconds: int) -> tuple[float, float]:
    """Mean and 99th percentile of a tick, µs of CPU time, once the windows are full."""
    rng = np.random.default_rng(0)
    group, ones = Group(wearers, tables), np.ones((wearers, 4))
    table = (np.arange(wearers) % tables).astype(np.int32)
    heart, phase, rate_hz = 70 + rng.standard_normal(wearers), rng.random(wearers), rng.uniform(0.2, 0.3, wearers)
    took = []
    for tick in range(60 * (60 + seconds)):
        heart = heart + 0.1 * rng.standard_normal(wearers)
        phase = (phase + rate_hz / 60) % 1
        begun = time.thread_time()
        group.feel(tick / 60, heart, heart, phase, heart / 5, ones, table)
        took.append(time.thread_time() - begun)
    steady = np.array(took[3600:]) * 1e6
    return float(steady.mean()), float(np.percentile(steady, 99))


def rows(recordings: Path) -> Iterator[Row]:
    """What is measured of group synchrony."""
    found = {record.name: record for record in records(recordings, "group_concert")}
    if "concert1_audience18" in found:
        yield from _recorded(found["concert1_audience18"], "18 listeners in one hall, size of z", "<= 2", 0)
    if "repeat_listenings12" in found:
        yield from _recorded(found["repeat_listenings12"], "12 listenings of one person, z", ">= 3", 1)
    yield from _crowds()
    for wearers, tables in ((30, 4), (2000, 250)):
        mean, high = _cost(wearers, tables, 20)
        yield judged("body", f"group, tick of {wearers}, mean", mean, "µs", aim="<= 50" if wearers == 30 else "<= 1000")
        yield judged("body", f"group, tick of {wearers}, 99 of 100", high, "µs", aim="<= 1000")
