"""What each column of an unknown device may be: it is fed to the real body as everything that it might be.

A guess is a proposal for a person.  Nothing here reaches a show, unless it is written into patch.toml.

    constant                      left out
    a clock in milliseconds       time_ms, where it is the only one
    a counter                     left out
    three that measure 1 g        acc_x, acc_y, acc_z
    pulse, ECG, skin, breath      where the body believes it, by its own quality
    anything else                 left out, and told to be unknown
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from installation.body.features import Bodies
from installation.frame import CHANNELS, ORGANS, Floats, Force, Samples, Tick
from installation.sensors.wires.lines import TIME_MS
from installation.show.wires import LEFT_OUT

TRIED = {"ppg": "heart", "ecg": "heart", "eda": "skin", "resp": "breath"}  # channels, and the organ that judges each
HELD_S = 20.0  # of every column: three breaths, twenty beats
LEAST_S, LEAST_ROWS = 10.0, 50  # before anything is said
SURE = 0.5  # quality, over `SMOOTH_S`: half of what a good sensor has; noise stays under a tenth
SMOOTH_S = 4.0
PEAKED = 6.0  # kurtosis: an ECG's R waves stand far out of the rest (over 10), a pulse does not (2 to 4)
SKIN_US = (0.1, 40.0)  # of people's fingers and palms, in µS: Boucsein, Electrodermal Activity, 2012
BLOCK_S = 0.2  # slow signals hardly move within it
SLOW = 0.25  # spread within blocks against the whole: breath and skin have a tenth, a pulse a third, noise nearly 1
BREATHS_MIN = (4.0, 40.0)
STEP_G = 0.15  # from row to row, of somebody who sits; noise over the range of 0 to 1 has 0.4
GRAVITY, GRAVITY_SD = (0.85, 1.15), 0.25  # g, of somebody who sits: median length of the vector, and its spread

Meant = Callable[[str, str, Floats], Floats]
"""What a column's values mean if it is a channel: (column, channel, values) to values in the channel's unit."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column may be: a channel, `time_ms` or `-`, and why, for the reader."""

    column: str
    channel: str
    why: str


def as_printed(column: str, channel: str, values: Floats) -> Floats:
    """Values that are in their unit already."""
    return values


class Columns:
    """The columns of one device, which are inputs 0, 1, … of the samples, and what each may be."""

    def __init__(self, names: Sequence[str], meant: Meant = as_printed) -> None:
        self.names = tuple(names)
        self._meant = meant
        size = len(TRIED)
        self._bodies = Bodies(size * len(names), 0, np.ones(size * len(names), np.bool_))
        self._forced = np.full(size * len(names), Force.REAL, np.uint8)
        self._quality = np.zeros((len(names), size))
        self._kept: list[deque[tuple[float, float]]] = [deque() for _ in names]

    def feel(self, samples: Samples, tick: Tick) -> None:
        """Take the samples of one tick: rows of the first column whose channels are inputs."""
        column, channel, time_s, value = [], [], [], []
        for number, name in enumerate(self.names):
            mine = (samples.column == 0) & (samples.channel == len(CHANNELS) + number)
            times, values = samples.time_s[mine], samples.value[mine]
            self._keep(number, times, values, tick.time_s)
            for tried, wanted in enumerate(TRIED):
                column.append(np.full(times.size, number * len(TRIED) + tried, np.int32))
                channel.append(np.full(times.size, CHANNELS.index(wanted), np.int32))
                time_s.append(times)
                value.append(self._meant(name, wanted, values))
        told = np.concatenate(time_s)
        rows = Samples(
            told, np.concatenate(column), np.concatenate(channel), np.concatenate(value), np.zeros(told.size, np.bool_)
        )
        body = self._bodies.feel(rows, tick, self._forced)
        organs = [ORGANS.index(organ) for organ in TRIED.values()]
        told = np.nan_to_num(body.quality.reshape(len(self.names), len(TRIED), len(ORGANS)))
        now = told[:, range(len(TRIED)), organs]
        self._quality += (now - self._quality) * min(1.0, tick.dt_s / SMOOTH_S)

    def heart(self) -> float:
        """The quality of the best pulse or ECG among the columns, as it is now."""
        return float(self._quality[:, :2].max(initial=0.0))

    def guesses(self) -> tuple[Guess, ...]:
        """What each column may be; () until enough of them has come."""
        kept = [np.array(rows).reshape(-1, 2) for rows in self._kept]
        enough = [len(rows) >= LEAST_ROWS and rows[-1, 0] - rows[0, 0] >= LEAST_S for rows in kept]
        if not any(enough):
            return ()
        guesses = [
            self._guess(number, rows) if enough[number] else Guess(self.names[number], LEFT_OUT, "hardly ever sent")
            for number, rows in enumerate(kept)
        ]
        self._find_acceleration(guesses, [rows[:, 1] for rows in kept])
        return tuple(self._without_seconds(guesses))

    def _keep(self, number: int, times: Floats, values: Floats, now_s: float) -> None:
        kept = self._kept[number]
        kept.extend(zip(times.tolist(), values.tolist(), strict=True))
        while kept and kept[0][0] < now_s - HELD_S:
            kept.popleft()

    def _guess(self, number: int, rows: Floats) -> Guess:
        name, time_s, value = self.names[number], rows[:, 0], rows[:, 1]
        steps = np.diff(value)
        if not steps.any():
            return Guess(name, LEFT_OUT, f"always {value[-1]:g}")
        if (steps >= 0).mean() > 0.97 and (counted := _counted(time_s, value, steps)):
            return Guess(name, *counted)
        tried = self._tried(number, time_s, value)
        channel = max(tried, key=lambda one: tried[one], default="")
        if channel and tried[channel] >= SURE:
            what = {"ppg": "a pulse", "ecg": "an ECG", "eda": "a skin conductance in µS", "resp": "a breath"}[channel]
            return Guess(name, channel, f"{what}, quality {tried[channel]:.2f}")
        return Guess(name, LEFT_OUT, f"unknown: {value.min():g} to {value.max():g}")

    def _tried(self, number: int, time_s: Floats, value: Floats) -> dict[str, float]:
        """The quality of a column as each channel that its values allow."""
        quality = dict(zip(TRIED, self._quality[number].tolist(), strict=True))
        peaked = float((((value - value.mean()) / value.std()) ** 4).mean()) > PEAKED
        del quality["ppg" if peaked else "ecg"]
        blocks, within = _blocks(time_s, value)
        slow = within < SLOW * value.std()
        above = blocks > blocks.mean()
        breaths_min = 30.0 * np.count_nonzero(above[1:] != above[:-1]) / (time_s[-1] - time_s[0])
        if not (slow and BREATHS_MIN[0] <= breaths_min <= BREATHS_MIN[1]):
            del quality["resp"]
        us = self._meant(self.names[number], "eda", value)
        if not (slow and SKIN_US[0] <= us.min() and us.max() <= SKIN_US[1]):
            del quality["eda"]
        return quality

    def _find_acceleration(self, guesses: list[Guess], values: list[Floats]) -> None:
        """Three neighbours that together measure the earth's pull, and that nothing else has claimed."""
        for first in range(len(guesses) - 2):
            three = range(first, first + 3)
            if any(not guesses[k].why.startswith(("unknown", "always")) for k in three):
                continue
            size = min(len(values[k]) for k in three)
            told = [(self.names[k], f"acc_{axis}", values[k][-size:]) for k, axis in zip(three, "xyz", strict=True)]
            axes = np.array([self._meant(*one) for one in told])
            length = np.sqrt((axes**2).sum(axis=0))
            calm = bool((np.diff(axes).std(axis=1) < STEP_G).all())
            if GRAVITY[0] <= np.median(length) <= GRAVITY[1] and length.std() < GRAVITY_SD and calm:
                for k, axis in zip(three, "xyz", strict=True):
                    guesses[k] = Guess(guesses[k].column, f"acc_{axis}", "acceleration in g: with its neighbours, 1 g")
                return

    def _without_seconds(self, guesses: list[Guess]) -> list[Guess]:
        """One column for each channel: the best; a second one is left out."""
        best: dict[str, int] = {}
        for number, guess in enumerate(guesses):
            if guess.channel in TRIED:
                tried = list(TRIED).index(guess.channel)
                before = best.get(guess.channel)
                if before is None or self._quality[number, tried] > self._quality[before, tried]:
                    best[guess.channel] = number
            elif guess.channel == TIME_MS:
                best.setdefault(TIME_MS, number)
        return [
            guess
            if guess.channel not in best or best[guess.channel] == number
            else Guess(guess.column, LEFT_OUT, f"also {guess.why}; {guesses[best[guess.channel]].column} is taken")
            for number, guess in enumerate(guesses)
        ]


def _blocks(time_s: Floats, value: Floats) -> tuple[Floats, float]:
    """Means of a column's blocks of `BLOCK_S`, and the spread of its values around them."""
    _, block = np.unique((time_s / BLOCK_S).astype(np.int64), return_inverse=True)
    means = np.bincount(block, value) / np.bincount(block)
    return means, float((value - means[block]).std())


def _counted(time_s: Floats, value: Floats, steps: Floats) -> tuple[str, str] | None:
    """What a column is that hardly ever falls: a clock, or a counter; None where it is neither."""
    slope = float(np.median(steps)) / max(float(np.median(np.diff(time_s))), 1e-9)
    whole = (value[-1] - value[0]) / (time_s[-1] - time_s[0])
    for unit, per_s in (("milliseconds", 1e3), ("microseconds", 1e6), ("seconds", 1.0)):
        if 0.95 * per_s < whole < 1.05 * per_s and 0.5 * per_s < slope < 2 * per_s:
            return (TIME_MS, "the board's clock") if per_s == 1e3 else (LEFT_OUT, f"a clock in {unit}")
    if (steps == np.median(steps)).mean() > 0.9:
        return LEFT_OUT, "a counter"
    return None
