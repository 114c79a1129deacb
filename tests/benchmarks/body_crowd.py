"""What the body room costs for a crowd: everyone with pulse, skin, breath and motion, sixty ticks a second."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from time import thread_time

import numpy as np

from installation.body.features import Bodies
from installation.cli.bench import Row
from installation.frame import CHANNELS, Samples, Tick
from tests.benchmarks.aims import judged
from tests.body.fakes import pulse, steady

RATES_HZ = {"ppg": 50, "eda": 10, "resp": 25, "acc_x": 25, "acc_y": 25, "acc_z": 25}
TICK_HZ, SECONDS, MEASURED_FROM_S = 60, 20, 10  # before that everybody's heart is still unknown
TABLE = 10  # wearers at each
HEARTS = 20  # different pulses

row = partial(judged, "body")


def rows() -> Iterator[Row]:
    """Share of a core for a festival and for a hall, Python and all."""
    for wearers, aim in ((30, "<= 1"), (2000, "<= 20")):
        cost_s = _cost_s(wearers)
        yield row(f"crowd_{wearers}_cpu", 100.0 * TICK_HZ * float(cost_s.mean()), "% of a core", aim=aim)
        yield row(f"crowd_{wearers}_tick_p99", 1000.0 * float(np.percentile(cost_s, 99)), "ms")


def _cost_s(wearers: int) -> np.ndarray:
    """(T,) CPU seconds of each tick once everybody is known."""
    samples, ends = _crowd(wearers)
    bodies = Bodies(wearers, 0, np.ones(wearers, np.bool_), np.arange(wearers, dtype=np.int32) // TABLE)
    start, cost_s = 0, []
    for number, end in enumerate(ends):
        part = Samples(*(getattr(samples, name)[start:end] for name in ("time_s", "column", "channel", "value", "gap")))
        start = end
        began_s = thread_time()
        bodies.feel(part, Tick(number, number / TICK_HZ, 1 / TICK_HZ))
        cost_s.append(thread_time() - began_s)
    return np.array(cost_s)[MEASURED_FROM_S * TICK_HZ :]


def _crowd(wearers: int) -> tuple[Samples, list[int]]:
    """Everybody's samples in the order of ticks, and where each tick's end; boards are not switched on together."""
    time_s, column, channel, value = [], [], [], []
    beats = [steady(60.0 + 2.0 * heart, SECONDS) for heart in range(HEARTS)]
    rng = np.random.default_rng(1)
    for name, rate_hz in RATES_HZ.items():
        own_s = np.arange(0.0, SECONDS, 1.0 / rate_hz)
        for wearer in range(wearers):
            at_s = own_s + wearer % 97 / 97 / rate_hz
            time_s.append(at_s)
            value.append(_wave(name, at_s, wearer, beats[wearer % HEARTS], rng))
            column.append(np.full(at_s.size, wearer, np.int32))
            channel.append(np.full(at_s.size, CHANNELS.index(name), np.int32))
    times, columns, channels = np.concatenate(time_s), np.concatenate(column), np.concatenate(channel)
    tick = np.ceil(times * TICK_HZ).astype(np.int64)
    order = np.lexsort((times, channels, columns, tick))
    rows_of = (times, columns, channels, np.concatenate(value), np.zeros(times.size, np.bool_))
    samples = Samples(*(one[order] for one in rows_of))
    return samples, np.searchsorted(tick[order], np.arange(SECONDS * TICK_HZ), "right").tolist()


def _wave(channel: str, time_s: np.ndarray, wearer: int, beats_s: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a wearer's sensor says at some times."""
    match channel:
        case "ppg":
            return 300.0 + 400.0 * pulse(time_s, beats_s)
        case "eda":
            return np.asarray(5.0 + np.sin(time_s / 7.0 + wearer) + 0.3 * np.sin(time_s / 2.0 + wearer))
        case "resp":
            return np.asarray(np.sin(2 * np.pi * 0.25 * time_s + wearer))
        case _:
            shake = 0.05 * np.sin(11.3 * time_s + wearer) + rng.normal(0.0, 0.01, time_s.size)
            return np.asarray(float(channel == "acc_z") + shake)
