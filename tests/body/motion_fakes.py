"""Acceleration made by hand: walking, dancing, arms that are raised; and movers felt outside of any loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.body.motion import feel_motion, motion_now, movers
from installation.body.vectors import ACC_X, VECTOR, WAITING, axes, join_axes
from installation.frame import Samples

Array = NDArray[np.float64]

NAMES = ("motion_g", "cadence", "stillness", "raised", "unrest", "quality", "age_s")


def gait(time_s: Array, per_min: float, noise_g: float = 0.03, seed: int = 1) -> Array:
    """(T, 3) g, without gravity: up and down at every step, sideways at every second, and noise."""
    turn = 2 * np.pi * per_min / 60.0 * time_s
    wave = [0.1 * np.sin(turn + 1.0), 0.08 * np.sin(turn / 2.0), 0.3 * np.sin(turn) + 0.1 * np.sin(2.0 * turn + 0.5)]
    return np.stack(wave, 1) + np.random.default_rng(seed).normal(0.0, noise_g, (time_s.size, 3))


def turned(angle: Array) -> Array:
    """(T, 3) g: gravity on a wrist that hangs at 0 and points up at pi, turned about z."""
    return np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], 1)


def raises(time_s: Array, at_s: Array, held_s: float = 4.0, degrees: float = 110.0) -> Array:
    """(T,) rad: an arm raised in 0.7 s at each of `at_s`, held, and let down."""
    angle = np.zeros_like(time_s)
    for one_s in at_s:
        for begin_s, sign in ((one_s, 1.0), (one_s + held_s, -1.0)):
            along = np.clip((time_s - begin_s) / 0.7, 0.0, 1.0)
            angle += sign * np.radians(degrees) * along * along * (3.0 - 2.0 * along)
    return angle


def axis_rows(time_s: Array, vector: Array, column: int = 0) -> Samples:
    """Rows of one column, axis after axis, as a tick brings them."""
    size = time_s.size
    channel = np.repeat(np.arange(ACC_X, ACC_X + 3, dtype=np.int32), size)
    value = np.ascontiguousarray(np.asarray(vector, np.float64).T).ravel()
    return Samples(np.tile(time_s, 3), np.full(3 * size, column, np.int32), channel, value, np.zeros(3 * size, "?"))


class Mover:
    """Kernels and their memory, put together as a loop does it."""

    def __init__(self, columns: int = 1) -> None:
        self.axes, self.movers = axes(columns), movers(columns)

    def feel(self, samples: Samples) -> None:
        vector = np.empty(samples.time_s.size + WAITING, VECTOR)
        found = join_axes(self.axes, samples.time_s, samples.column, samples.channel, samples.value, vector)
        feel_motion(self.movers, vector[:found])

    def now(self, now_s: float) -> list[NDArray[np.generic]]:
        out: list[NDArray[np.generic]] = [
            np.empty(self.movers.size, np.bool_ if name == "raised" else np.float64) for name in NAMES
        ]
        motion_now(self.movers, now_s, *out)
        return out


@dataclass
class Moved:
    """What was told at every tick: now_s, and each name of `NAMES`, all (ticks,)."""

    now_s: Array
    told: dict[str, Array]

    def __getitem__(self, name: str) -> Array:
        return self.told[name]

    def raised_s(self) -> Array:
        """When an arm was found raised."""
        return self.now_s[1:][np.diff(self.told["raised"]) > 0]


def move(time_s: Array, vector: Array, tick_s: float = 1 / 60) -> Moved:
    """One mover over a whole recording (T, 3)."""
    mover = Mover()
    now_s = np.arange(time_s[0], time_s[-1] + tick_s, tick_s)
    told = {name: np.empty(now_s.size) for name in NAMES}
    start = 0
    for k, end in enumerate(np.searchsorted(time_s, now_s, side="right")):
        if end > start:
            mover.feel(axis_rows(time_s[start:end], vector[start:end]))
        for name, array in zip(NAMES, mover.now(now_s[k]), strict=True):
            told[name][k] = array[0]
        start = end
    return Moved(now_s, told)
