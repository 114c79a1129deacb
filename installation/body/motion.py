"""Motion from an accelerometer, vector by vector, many wearers in columns: energy, cadence, stillness, gesture, unrest.

The unit is learned: whatever the median length of the vectors is, at rest, is 1 g.  Slow change is gravity
and tells posture; what is left is motion.  Cadence is the shortest lag at which motion resembles itself, in
all three axes at once, so that it matters neither how the sensor is turned nor which way the wearer moves;
steps, not strides, where both are there.

Wearing: on the wrist or lower arm, any way round.  Where gravity usually points, seen from the sensor, is the
arm at rest; turned by more than 60 degrees and held there it is raised.  (Turning the lower arm over
does the same: one accelerometer can't tell.)  An arm that stays up a minute or two is at rest there.

Latency: energy 0.5 s, unrest one sample, cadence 2-5 s, a raised arm 1-1.5 s.

Sources: gravity and motion parted near 0.2 Hz: van Hees et al., PLoS ONE 8:e61691, 2013; unbiased
autocorrelation for steps: Moe-Nilssen and Helbostad, J Biomech 37:121, 2004; cosine interpolation of its
peak: Cespedes et al., Ultrasonic Imaging 17:142, 1995; motion as a gate for other organs: Boucsein et al.,
Psychophysiology 49:1017, 2012.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.compiled import compiled
from installation.frame import Flags, Floats

GAP_S = 1.0  # a longer silence hides a posture: gravity and rhythm start anew

# Unit and gravity
UNIT_RATE, UNIT_EARLY = 0.02, 1.0  # per second, in which the running median goes; per count of seconds while young
REST_S = 2.0  # at rest, and where the median is less, the unit follows gravity itself at this pace
GRAVITY_S = 0.8  # 0.2 Hz: slower is posture, faster is motion (van Hees 2013)
ENERGY_S = 0.5  # of the mean square: a step or two

# Cadence
GRID_S = 1.0 / 15  # motion of people has little above 6 Hz
SLOTS = 64  # 4.3 s of it: three periods of the slowest
SHORTEST, LONGEST = 4, 17  # lags, between 56 and 210 a minute; one more on either side is seen
SLOWEST, FASTEST = 55.0, 200.0  # per minute, that are told
ALIKE, SHARE = 0.5, 0.3  # correlation of a rhythm at all; of steps, half a stride apart, against that of strides
MOVING_G = 0.03  # under it there is no rhythm worth telling
KNOWN = 3  # times in a row that it was found, once a second
AGREE = 0.08  # two cadences so near are one, and the mean is told

# Stillness, gesture, unrest
MOST_G = 32.0  # twice what any wearable measures: more is no motion
STILL_G, CALM_S, STIR_S = (0.02, 0.08), 4.0, 0.3  # energy: wholly still, not at all; how slowly it grows and goes
REST_TURN_S, YOUNG_S = 60.0, 2.0  # the arm at rest is learned over so long; at first over this
UP, DOWN = 0.5, 0.77  # cosine of 60 degrees, beyond which an arm is raised, and of 40, within which it is down
POSTURE_S = 0.4  # an arm is raised in a second; steps and beats are faster
HELD_S = 0.6  # so long it is held: passing by is no gesture
ATTACK_S, RELEASE_S = 0.05, 1.5  # of unrest: a knock spoils a pulse at once, and its filters for a beat or two
SPOILS_G = 0.5, 0.05  # motion that spoils a pulse wholly; that spoils nothing

# Each doubt is none at the first of its two numbers and complete at the second:
FLAT_S = 5.0, 15.0  # without the slightest change: no wearer
POINTS = 0.5, 0.2  # length of gravity against the unit: noise has no direction
SETTLED_S = 1.0, 0.2  # since the first vector
SILENT_S = 0.5, 1.5  # without a sample

MOTION = np.dtype(
    [
        *((name, "f8") for name in ("time_s", "begun_s", "changed_s", "x", "y", "z")),
        *(
            (name, "f8") for name in ("unit", "gx", "gy", "gz", "px", "py", "pz")
        ),  # of the device: 1 g, gravity, posture
        *((name, "f8") for name in ("square", "points", "unrest", "stillness", "quick")),
        *((name, "f8") for name in ("rest_x", "rest_y", "rest_z", "up_s")),  # the arm at rest, seen from the sensor
        *((name, "f8") for name in ("cadence", "quality")),
        *((name, "f8") for name in ("dx", "dy", "dz")),  # motion at the newest vector, g
        ("found", "i8"),  # times in a row that a rhythm was found
        ("slot", "i8"),
        ("slots", "f8", (SLOTS, 3)),
        ("raised", "?"),
    ],
    align=True,
)
"""Memory of one mover."""


def movers(columns: int) -> NDArray[Any]:
    """Memory of `columns` movers of which nothing is known."""
    memory = np.zeros(columns, MOTION)
    for name in ("time_s", "begun_s", "changed_s", "up_s", "cadence", "quality"):
        memory[name] = np.nan
    return memory


@compiled
def _sure(measured: float, doubts: tuple[float, float]) -> float:
    """1 at or beyond the first of `doubts`, 0 at the second, smooth between; 0 for NaN."""
    along = (measured - doubts[1]) / (doubts[0] - doubts[1])
    along = min(1.0, along) if along > 0.0 else 0.0
    return float(along * along * (3.0 - 2.0 * along))


@compiled
def _cadence(m: Any) -> float:
    """Steps or beats a minute in the remembered motion; NaN where it has no rhythm.

    a: change of motion over two samples of the grid, strongest near 3.75 Hz, so that steps outdo an arm's swing
    r(lag) = sum a(t) a(t - lag) / sqrt(sum a(t)**2 * sum a(t - lag)**2),   over the same t for every lag
    period = shortest peak of r that is a fair share of the highest; between samples  cos w = (r_- + r_+) / 2 r
    """
    span = SLOTS - LONGEST - 3
    x, y, z = np.empty(SLOTS - 2), np.empty(SLOTS - 2), np.empty(SLOTS - 2)  # newest first
    for back in range(SLOTS - 2):
        after, before = m.slots[(m.slot - back) % SLOTS], m.slots[(m.slot - back - 2) % SLOTS]
        x[back], y[back], z[back] = after[0] - before[0], after[1] - before[1], after[2] - before[2]
    new = 0.0
    for t in range(span):
        new += x[t] * x[t] + y[t] * y[t] + z[t] * z[t]
    likeness, old, best = np.zeros(LONGEST + 2), new, 0.0
    for lag in range(1, LONGEST + 2):
        gone, come = lag - 1, lag + span - 1
        old += x[come] * x[come] + y[come] * y[come] + z[come] * z[come]
        old -= x[gone] * x[gone] + y[gone] * y[gone] + z[gone] * z[gone]
        if lag < SHORTEST - 1 or not old > 1e-9 * new > 0.0:  # it has not moved until now
            continue
        along_x = along_y = along_z = 0.0
        for t in range(span):
            along_x += x[t] * x[t + lag]
            along_y += y[t] * y[t + lag]
            along_z += z[t] * z[t + lag]
        likeness[lag] = (along_x + along_y + along_z) / np.sqrt(new * old)
    for lag in range(SHORTEST, LONGEST + 1):
        if likeness[lag] >= likeness[lag - 1] and likeness[lag] >= likeness[lag + 1]:
            best = max(best, likeness[lag])
    if best < ALIKE:
        return np.nan
    for lag in range(SHORTEST, LONGEST + 1):
        before, here, after = likeness[lag - 1], likeness[lag], likeness[lag + 1]
        if here >= before and here >= after and here >= SHARE * best:
            turn = np.arccos(min(1.0, max(-1.0, 0.5 * (before + after) / here)))
            off = np.arctan2(after - before, 2.0 * here * np.sin(turn)) / turn if turn > 0.0 else 0.0
            cadence = 60.0 / ((lag + min(0.5, max(-0.5, off))) * GRID_S)
            return cadence if SLOWEST <= cadence <= FASTEST else np.nan
    return np.nan


@compiled
def _begin(m: Any, time_s: float, x: float, y: float, z: float) -> None:
    """Start at one vector: it is gravity, nothing moves."""
    m.gx, m.gy, m.gz = m.px, m.py, m.pz = x, y, z
    m.dx = m.dy = m.dz = m.square = m.quick = 0.0
    m.slots[:] = 0.0
    m.slot = int(np.floor(time_s / GRID_S))
    m.begun_s, m.changed_s, m.up_s, m.cadence, m.stillness = time_s, np.nan, np.nan, np.nan, 0.0
    m.found = 0
    m.points, m.raised = 1.0, False
    length = np.sqrt(x * x + y * y + z * z)
    if m.unit == 0.0:
        m.unit, m.unrest = length, 1.0  # whoever puts a sensor on shakes it first
    if length > 0.0 and m.rest_x == 0.0 and m.rest_y == 0.0 and m.rest_z == 0.0:
        m.rest_x, m.rest_y, m.rest_z = x / length, y / length, z / length


@compiled
def _pose(m: Any, time_s: float, step: float) -> None:
    """Whether the arm is raised; while it is not, or for long, the pose becomes the one at rest."""
    length = np.sqrt(m.px * m.px + m.py * m.py + m.pz * m.pz)
    if length < 0.5 * m.unit:  # thrown about: it points nowhere
        m.up_s = np.nan
        return
    x, y, z = m.px / length, m.py / length, m.pz / length
    rest = np.sqrt(m.rest_x * m.rest_x + m.rest_y * m.rest_y + m.rest_z * m.rest_z)
    turn = (x * m.rest_x + y * m.rest_y + z * m.rest_z) / rest if rest > 0.0 else 1.0
    if turn < UP and np.isnan(m.up_s):
        m.up_s = time_s
    elif turn > DOWN or (turn >= UP and not m.raised):
        m.up_s, m.raised = np.nan, False
    if time_s - m.up_s >= HELD_S:
        m.raised = True
    share = min(1.0, step / min(REST_TURN_S, YOUNG_S + (time_s - m.begun_s)))
    m.rest_x += share * (x - m.rest_x)
    m.rest_y += share * (y - m.rest_y)
    m.rest_z += share * (z - m.rest_z)


@compiled
def _grid(m: Any, time_s: float, dx: float, dy: float, dz: float) -> None:
    """Write motion onto the grid, straight from the vector before to this one; once a second seek its rhythm."""
    last = int(np.floor(time_s / GRID_S))
    for slot in range(m.slot + 1, last + 1):
        along = (slot * GRID_S - m.time_s) / (time_s - m.time_s)
        here = m.slots[slot % SLOTS]
        here[0] = m.dx + along * (dx - m.dx)
        here[1] = m.dy + along * (dy - m.dy)
        here[2] = m.dz + along * (dz - m.dz)
    before = m.slot
    m.slot = last
    m.dx, m.dy, m.dz = dx, dy, dz
    if before // 15 == last // 15:
        return
    cadence = np.nan
    if m.square > MOVING_G * MOVING_G and (last - m.begun_s / GRID_S) > LONGEST + 15:
        cadence = _cadence(m)
    if abs(cadence - m.cadence) < AGREE * cadence:
        m.cadence = 0.5 * (m.cadence + cadence)
    elif cadence > 0.0 or m.found < KNOWN:  # a known rhythm is held for a second
        m.cadence = cadence
    m.found = m.found + 1 if cadence > 0.0 else 0


@compiled
def _move(m: Any, time_s: float, x: float, y: float, z: float) -> None:
    """Take one vector."""
    step = time_s - m.time_s
    if step <= 0.0:
        return
    if not step < GAP_S:  # NaN at the first
        _begin(m, time_s, x, y, z)
        m.time_s, m.x, m.y, m.z, m.quality = time_s, x, y, z, 0.0
        return
    if x != m.x or y != m.y or z != m.z:
        m.changed_s = time_s
    age_s = time_s - m.begun_s
    share = step / min(POSTURE_S + step, age_s + step)
    m.px, m.py, m.pz = m.px + share * (x - m.px), m.py + share * (y - m.py), m.pz + share * (z - m.pz)
    share = step / min(GRAVITY_S + step, age_s + step)
    dx, dy, dz = x - m.gx, y - m.gy, z - m.gz
    m.gx, m.gy, m.gz = m.gx + share * dx, m.gy + share * dy, m.gz + share * dz
    length = np.sqrt(x * x + y * y + z * z)
    pull = np.sqrt(m.gx * m.gx + m.gy * m.gy + m.gz * m.gz)
    if m.unit < 0.5 * pull:  # nobody weighs double for long: what came first was no vector of a wearer
        m.unit = pull
    pace = min(0.2, step * (UNIT_RATE + UNIT_EARLY / (1.0 + age_s)))
    if length > m.unit:
        m.unit = min(length, m.unit * (1.0 + pace))
    else:
        m.unit = max(length, m.unit * (1.0 - pace))
    if age_s > GRAVITY_S and (m.square < STILL_G[1] * STILL_G[1] or m.points > 1.0):
        m.unit += step / (REST_S + step) * (pull - m.unit)
    if m.unit > 0.0:
        scale = (1.0 - 0.5 * share) / m.unit  # against gravity half-way through the step: the same at any rate
        dx, dy, dz = scale * dx, scale * dy, scale * dz
        square = min(MOST_G * MOST_G, dx * dx + dy * dy + dz * dz)
        m.square += step / (ENERGY_S + step) * (square - m.square)
        m.quick += step / (ATTACK_S + step) * (square - m.quick)
        m.points += step / (REST_S + step) * (min(2.0, pull / m.unit) - m.points)
        unrest = _sure(np.sqrt(max(0.0, m.quick)), SPOILS_G)
        m.unrest = max(unrest, m.unrest - step / (RELEASE_S + step) * m.unrest)
        still = _sure(np.sqrt(max(0.0, m.square)), STILL_G)
        glide = CALM_S if still > m.stillness else STIR_S
        m.stillness += step / (glide + step) * (still - m.stillness)
        _grid(m, time_s, dx, dy, dz)
        _pose(m, time_s, step)
    m.quality = _sure(age_s, SETTLED_S) * _sure(m.points, POINTS)
    flat = m.changed_s if m.changed_s > m.begun_s else m.begun_s
    m.quality *= _sure(time_s - flat, FLAT_S) if m.unit > 0.0 else 0.0
    m.time_s, m.x, m.y, m.z = time_s, x, y, z


@compiled
def feel_motion(memory: NDArray[Any], vector: NDArray[Any]) -> None:
    """Take vectors (K,) `VECTOR`, in order of time within each column, into the movers' memory (M,)."""
    for k in range(vector.size):
        v = vector[k]
        _move(memory[v.column], v.time_s, v.x, v.y, v.z)


@compiled
def motion_now(
    memory: NDArray[Any],
    now_s: float,
    motion_g: Floats,
    cadence: Floats,
    stillness: Floats,
    raised: Flags,
    unrest: Floats,
    quality: Floats,
    age_s: Floats,
) -> None:
    """What is known of every mover at this tick, written; NaN: not known.

    memory (M,) · motion_g (M,) root mean square of motion without gravity, g · cadence (M,) steps or beats a minute,
    NaN where there is no rhythm · stillness (M,) 0..1, how still, for how long · raised (M,) True while an arm is
    up · unrest (M,) 0..1, how far motion spoils what other sensors of this wearer say · quality (M,) 0..1 ·
    age_s (M,) of the newest vector, s
    """
    for c in range(memory.size):
        m = memory[c]
        known = m.unit > 0.0
        age_s[c] = now_s - m.time_s
        quality[c] = m.quality * _sure(age_s[c], SILENT_S) if known else m.quality
        motion_g[c] = np.sqrt(max(0.0, m.square)) if known else np.nan
        cadence[c] = m.cadence if quality[c] > 0.0 else np.nan
        stillness[c] = m.stillness if known else np.nan
        raised[c] = m.raised and quality[c] > 0.0
        unrest[c] = m.unrest if known else np.nan
