"""Chance that may be asked again: a number of its own for each key, stream and count, in any order.

Nothing is drawn one after the other, so that any moment of a night may be asked for without living through what was
before it.

Source: Steele et al., "Fast splittable pseudorandom number generators", OOPSLA 2014 (splitmix64).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.compiled import compiled
from installation.frame import Floats

U64 = NDArray[np.uint64]

GAMMA, STREAM = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1342543DE82EF95)  # odd, bits well mixed
MIX1, MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
S27, S30, S31, S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)

# Streams: what is drawn by chance, each told from the others
PERSON, PEAK, SWING, NOISE, DEPTH, SIGH, SPEECH, RESPONSE, HEIGHT, JOINING = range(10)
POSTURE, DOING, BOUT, FIDGET, FAULT = range(10, 15)


@compiled
def even(key: np.uint64, stream: int, count: int) -> float:
    """A number from 0 to 1, all equally likely."""
    z = key + np.uint64(stream) * STREAM + np.uint64(count) * GAMMA
    z = (z ^ (z >> S30)) * MIX1
    z = (z ^ (z >> S27)) * MIX2
    z ^= z >> S31
    return float(np.float64(z >> S11) * 2.0**-53)


@compiled
def noise(key: np.uint64, stream: int, time_s: float) -> float:
    """Even noise from -1 to 1, another every 10 µs."""
    return 2.0 * even(key, stream, int(np.floor(time_s * 1e5 + 0.5))) - 1.0


@compiled
def draws(keys: U64, numbers: int) -> Floats:
    """What makes people different: (people, numbers) from 0 to 1."""
    drawn = np.empty((keys.size, numbers))
    for w in range(keys.size):
        for n in range(numbers):
            drawn[w, n] = even(keys[w], PERSON, n)
    return drawn


def keys(seed: int, wearers: int) -> U64:
    """The key of each person, which depends on the seed and their number alone."""
    return np.array([key(seed, wearer) for wearer in range(wearers)], np.uint64)


def key(seed: int, number: int) -> int:
    """The key of one of them."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0])
