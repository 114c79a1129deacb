"""A person as a row of numbers, drawn once: what makes one differ from another, within what adults are like.

Sources, where a line has none of its own: Task Force of ESC and NASPE, Circulation 93:1043, 1996 (bands of the heart's
rhythms); Nunan et al., PACE 33:1407, 2010 (how strong they are in adults); Tobin et al., Chest 84:202, 1983 (breath at
rest); Boucsein et al., Psychophysiology 49:1017, 2012 (skin).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.frame import Floats
from installation.sensors.people.chance import draws, key, keys

TURN = 2 * np.pi
OCTAVES = 6  # of 1/f, from `SLOWEST_HZ` up: the very low frequencies and half of the low ones
SLOWEST_HZ = 0.00125
SWAYS = 3  # of the breath's pace

RESTING_RATE = (58.0, 92.0)  # beats a minute of adults who sit and eat
BREATHS = (12.0, 18.0)  # a minute, at rest
RSA_DEPTH = (0.02, 0.06)  # share of the heart's rate that comes and goes with the breath: RMSSD of 10 to 50 ms
MAYER_HZ, MAYER_DEPTH = (0.09, 0.11), (0.01, 0.03)  # of the blood pressure: Julien, Cardiovasc. Res. 70:12, 2006
SLOW_DEPTH = (0.012, 0.026)  # of each octave: SDNN of 30 to 90 ms with the rest
SWAY_HZ, SWAY_DEPTH = (0.008, 0.06), (0.02, 0.06)  # breaths last 5-15 % more or less: Tobin et al., Chest 94:1144, 1988
INHALE = (0.36, 0.44)  # share of a breath
SIGHS = (0.012, 0.03)  # share of breaths: one in two to five minutes (Li et al., Nature 530:293, 2016: one in five)
TALKS = (0.05, 0.35)  # share of the phrases in which they talk, at table
PULSE_HEIGHT = (0.11, 0.21)  # of a finger's pulse wave, share of the converter's range at the usual gain
PULSE_WANDER = (0.01, 0.025)  # of its ground, with the breath
DICROTIC = (0.28, 0.48)  # height of the second wave: stiff to soft arteries (Allen, Physiol. Meas. 28:R1, 2007)
R_UV = (700.0, 1500.0)  # of an R wave between the wrists
TONIC_US = (2.5, 12.0)  # level of the skin
DRIFT_HZ, DRIFT = (0.0008, 0.003), (0.05, 0.15)  # of that level, and by which share
RESPONSES = (1.0, 3.0)  # a minute, of those at rest
RISE_S, RECOVER_S = (
    (0.6, 0.9),
    (2.0, 4.0),
)  # time constants of a response (Alexander et al., J Neurosci Methods 146:116)
RESPONSE_US = (0.15, 0.6)  # usual height of a response
STEPS_HZ = (1.6, 2.1)  # walking: MacDougall & Moore, J. Appl. Physiol. 99:1164, 2005 (2 Hz, never far from it)
CLAPS_HZ = (3.2, 4.4)  # everybody at their own pace: Néda et al., Nature 403:849, 2000

BANDS = {
    "rate_hz": (RESTING_RATE[0] / 60, RESTING_RATE[1] / 60),
    "breath_hz": (BREATHS[0] / 60, BREATHS[1] / 60),
    "rsa": RSA_DEPTH,
    "mayer_hz": MAYER_HZ,
    "mayer": MAYER_DEPTH,
    "slow": SLOW_DEPTH,
    "inhale": INHALE,
    "sighs": SIGHS,
    "talks": TALKS,
    "pulse": PULSE_HEIGHT,
    "wander": PULSE_WANDER,
    "dicrotic": DICROTIC,
    "r_uv": R_UV,
    "drift_hz": DRIFT_HZ,
    "drift": DRIFT,
    "responses": RESPONSES,
    "rise_s": RISE_S,
    "recover_s": RECOVER_S,
    "response_us": RESPONSE_US,
    "steps_hz": STEPS_HZ,
    "claps_hz": CLAPS_HZ,
    # where each rhythm stands when the night begins, in turns, and where a person is in their evening
    "phase": (0.0, 1.0),
    "breath": (0.0, 1.0),
    "mayer_at": (0.0, 1.0),
    "drift_at": (0.0, 1.0),
    "scene": (0.0, 6.0),
    "stagger": (0.0, 1.0),  # boards are not switched on together: nor do their samples come together
}

PERSON = np.dtype(
    [
        ("key", "u8"),
        *((name, "f8") for name in BANDS),
        ("tonic_us", "f8"),
        *((name, "f8", OCTAVES) for name in ("slow_hz", "slow_at")),
        *((name, "f8", SWAYS) for name in ("sway_hz", "sway_at", "sway")),
        ("dial", "f8"),  # how far they fall into step with their circle, 0..1
        ("circle", "i8"),
        ("beside", "i8", 2),  # their neighbours' rows; their own where they have none
        # what they take over from the wearer whom they stand in for, or from the mood of the room:
        *((name, "f8") for name in ("lift_us", "lift_us_s", "lift_s")),  # of the skin, its slope, since when
        *((name, "f8") for name in ("stir_g", "stir_g_s", "stir_hz", "stir_turns", "stir_s")),  # of motion
        *((name, "f8") for name in ("roused", "roused_before", "roused_s")),
    ],
    align=True,
)
"""A person: numbers that are drawn once, and what they have taken over since."""

CIRCLE = np.dtype(
    [
        ("key", "u8"),
        ("breath_hz", "f8"),
        *((name, "f8", OCTAVES) for name in ("slow_hz", "slow_at")),
        *((name, "f8", SWAYS) for name in ("sway_hz", "sway_at", "sway")),
    ],
    align=True,
)
"""Those who may fall into step with one another, and the common rhythm that they would then keep."""

CIRCLES = 1 << 32  # numbers from here on are circles, not people
COMMON_BREATH_HZ = (13.5 / 60, 15.5 / 60)


Row = Any
"""One row of such a table."""

Table = NDArray[Any]
Turns = Callable[[Row, Table, Floats], Floats]
"""Phase in turns of a person, among circles, at times."""


def people(seed: int, wearers: int) -> NDArray[Any]:
    """(wearers,) `PERSON`: who comes that night."""
    table = np.zeros(wearers, PERSON)
    table["key"] = keys(seed, wearers)
    drawn = draws(table["key"], len(BANDS) + 1 + 2 * OCTAVES + 3 * SWAYS).T
    for (name, band), at in zip(BANDS.items(), drawn, strict=False):
        table[name] = between(band, at)
    rest = drawn[len(BANDS) :]
    table["tonic_us"] = TONIC_US[0] * (TONIC_US[1] / TONIC_US[0]) ** rest[0]  # few are wet: Braithwaite et al., 2013
    _rhythms(table, rest[1:])
    table["stir_hz"] = 1.0
    return table


def circles(seed: int, count: int) -> NDArray[Any]:
    """(count,) `CIRCLE`: what they would keep."""
    table = np.zeros(count, CIRCLE)
    table["key"] = [key(seed, CIRCLES + number) for number in range(count)]
    drawn = draws(table["key"], 1 + 2 * OCTAVES + 3 * SWAYS).T
    table["breath_hz"] = between(COMMON_BREATH_HZ, drawn[0])
    _rhythms(table, drawn[1:])
    return table


def neighbours(circle: NDArray[np.int64]) -> NDArray[np.int64]:
    """(people, 2) who sits on either side of each; oneself at the end of the table."""
    own = np.arange(circle.size)
    left, right = np.maximum(own - 1, 0), np.minimum(own + 1, max(circle.size - 1, 0))
    return np.stack([np.where(circle[one] == circle, one, own) for one in (left, right)], axis=1)


def _rhythms(table: NDArray[Any], drawn: Floats) -> None:
    """Fill in the slow rhythms, of the heart an octave each."""
    octave = 2.0 ** np.arange(OCTAVES)[:, None]
    table["slow_hz"] = (SLOWEST_HZ * octave * between((0.75, 1.5), drawn[:OCTAVES])).T
    table["slow_at"] = drawn[OCTAVES : 2 * OCTAVES].T
    sways = drawn[2 * OCTAVES :]
    table["sway_hz"] = (SWAY_HZ[0] * (SWAY_HZ[1] / SWAY_HZ[0]) ** sways[:SWAYS]).T
    table["sway_at"] = sways[SWAYS : 2 * SWAYS].T
    table["sway"] = between(SWAY_DEPTH, sways[2 * SWAYS :]).T


def between(band: tuple[float, float], at: Floats) -> Floats:
    """`at` 0..1 as a place in a band."""
    return band[0] + (band[1] - band[0]) * at
