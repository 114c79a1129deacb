"""Crowds made by hand: breaths that pull at one another or not, slow series that share a course or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.body.group import Group, Synchrony

Array = NDArray[np.float64]
STEP_S = 0.5  # from tick to tick: the grid of group synchrony
SUBSTEPS = 5


def breaths(rng: np.random.Generator, steps: int, groups: NDArray[np.int64], coupling: float = 0.0) -> Array:
    """Phases (steps, N) of breaths at 15 +- 2.4 a minute, each breath its own (15 %); coupling: Kuramoto's K, 1/s."""
    n, tables = groups.size, int(groups.max()) + 1
    size = np.bincount(groups, minlength=tables)
    rate_hz, phase = np.clip(rng.normal(0.25, 0.04, n), 0.12, 0.5), rng.random(n)
    waver, dt = np.zeros(n), STEP_S / SUBSTEPS
    out = np.empty((steps, n))
    for step in range(steps):
        for _ in range(SUBSTEPS):
            waver += -waver * dt / 4 + 0.15 * np.sqrt(dt / 2) * rng.standard_normal(n)
            turn = np.exp(2j * np.pi * phase)
            field = (np.bincount(groups, turn.real, tables) + 1j * np.bincount(groups, turn.imag, tables)) / size
            pull = coupling / (2 * np.pi) * (field[groups] * turn.conj()).imag
            phase = (phase + (rate_hz * (1 + waver) + pull) * dt) % 1
        out[step] = phase
    return out


def drifts(rng: np.random.Generator, steps: int, groups: NDArray[np.int64], shared: float = 0.0) -> Array:
    """Series (steps, N) with memories of 1.5, 10 and 60 s, of which a share of the variance is the group's."""

    def noise(columns: int, memory_s: float) -> Array:
        keep, now = np.exp(-STEP_S / memory_s), rng.standard_normal(columns)
        out = np.empty((steps, columns))
        for step in range(steps):
            now = keep * now + np.sqrt(1 - keep * keep) * rng.standard_normal(columns)
            out[step] = now
        return out

    own = (noise(groups.size, 10.0) + noise(groups.size, 60.0) + 0.5 * noise(groups.size, 1.5)) / 1.5
    common = (noise(int(groups.max()) + 1, 10.0) + 0.5 * noise(int(groups.max()) + 1, 1.5)) / np.sqrt(1.25)
    return np.asarray(np.sqrt(1 - shared) * own + np.sqrt(shared) * common[:, groups])


@dataclass
class Evening:
    """What was told once a second: sync, z, confidence (T, 4, G), partner (T, N); and at the end."""

    sync: Array
    z: Array
    confidence: Array
    partner: NDArray[np.int32]
    last: Synchrony


def spend(seconds: float, size: int, tables: int, seed: int, coupling: float = 0.0, shared: float = 0.0) -> Evening:
    """Tables of one size, for some time; what is told after the first 100 s."""
    rng, steps = np.random.default_rng(seed), int(seconds / STEP_S)
    table = np.repeat(np.arange(tables), size)
    phase = breaths(rng, steps, table, coupling)
    heart, skin = 70 + 3 * drifts(rng, steps, table, shared), 0.05 * drifts(rng, steps, table, shared)
    rate = 15 + drifts(rng, steps, table, shared)
    group, ones = Group(table.size, tables), np.ones((table.size, 4))
    told = []
    for k in range(steps):
        last = group.feel(k * STEP_S, heart[k], skin[k], phase[k], rate[k], ones, table.astype(np.int32))
        if k % 2 == 1 and k * STEP_S > 100:
            told.append(last)
    sync, z, confidence, partner = (
        np.array([getattr(one, name) for one in told]) for name in ("sync", "z", "confidence", "partner")
    )
    return Evening(sync, z, confidence, partner, last)
