"""The people of one night: what their sensors would say at any moment, and the truth behind it."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from installation.compiled import compiled
from installation.frame import Body, Chunk, Flags, Floats
from installation.sensors.people import person
from installation.sensors.people.breath import belt, sighs, taken
from installation.sensors.people.faults import Fault, spoil
from installation.sensors.people.follow import fall_into_step, rouse
from installation.sensors.people.heart import beaten
from installation.sensors.people.motion import SIT, acceleration, doing
from installation.sensors.people.skin import SLOT_S, conductance, stirs
from installation.sensors.people.waves import electrodes, pulse
from installation.sensors.wires import pulsesensor

LINES_HZ = 50.0  # as the PulseSensor's sketch prints
ADC_MAX, ADC_REST = 1023, 512  # ten bits, and where an idle sensor stands

KERNELS = {"ppg": pulse, "ecg": electrodes, "eda": conductance, "resp": belt}
MOTION = ("acc_x", "acc_y", "acc_z")
GRID_S = 0.02  # between two looks for a beat or a breath


class People:
    """`wearers` people, each on the wire `twin:<number>`.

    synchrony: 0..1, how far they fall into step with their circle, one number or one for each · circle: the number
    of each person's circle, by default all are one · faults: what is wrong with their sensors.
    """

    def __init__(
        self,
        wearers: int,
        seed: int,
        synchrony: ArrayLike = 0.0,
        circle: Sequence[int] | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        self.wires = tuple(f"twin:{w}" for w in range(wearers))
        self.faults = list(faults)
        self._people = person.people(seed, wearers)
        self._people["dial"] = np.clip(synchrony, 0.0, 1.0)
        self._people["circle"] = 0 if circle is None else circle
        self._circles = person.circles(seed, int(self._people["circle"].max(initial=0)) + 1)
        self._people["beside"] = person.neighbours(self._people["circle"])
        self.stagger: Floats = self._people["stagger"].copy()
        self._lived_s = -inf

    def values(self, channel: str, who: slice, time_s: Floats) -> Floats:
        """What the sensors of some of them say on a channel, at `time_s` (people, K); so is what comes back.

        In the unit that the wires carry: ppg and resp as a share 0..1 of the converter's range, ecg in µV, eda in µS,
        acc_x, acc_y and acc_z in g.  Raises KeyError for a channel that nobody lives.
        """
        first, time_s = who.indices(len(self._people))[0], np.ascontiguousarray(time_s, np.float64)
        if channel in MOTION:
            axes = np.empty((3, *time_s.shape))
            acceleration(self._people, first, self._circles, time_s, axes)
            out: Floats = axes[MOTION.index(channel)]
        else:
            out = np.empty(time_s.shape)
            KERNELS[channel](self._people, first, self._circles, time_s, out)
        if self.faults:
            spoil(self.faults, channel, first, time_s, out)
        return out

    def live(self, until_s: float) -> list[Chunk]:
        """The lines that PulseSensors printed since it was last asked, each a chunk stamped with its own time.

        Line k of a person falls due within the period that begins at k / `LINES_HZ`.
        """
        chunks: list[Chunk] = []
        number = np.arange(max(0, int(max(0.0, self._lived_s) * LINES_HZ) - 1), int(until_s * LINES_HZ) + 2)
        time_s = (number + self.stagger[:, None]) / LINES_HZ
        steps = np.rint(ADC_MAX * self.values("ppg", slice(None), time_s)).astype(int)
        for wire, times_s, said in zip(self.wires, time_s.tolist(), steps.tolist(), strict=True):
            lines = zip(times_s, said, strict=True)
            chunks += [Chunk(at, wire, pulsesensor.encode(one)) for at, one in lines if self._lived_s < at <= until_s]
        self._lived_s = until_s
        return chunks

    def follow(self, body: Body, time_s: float, who: slice = slice(None)) -> None:
        """Let people go on in step with their wearer's own body from `time_s` on, organ by organ where it is felt.

        The heart takes over rate and beat, the breath pace and phase, the skin drifts to the level, and motion is as
        strong: so one takes over from the other without a jump.
        """
        fall_into_step(self._people, self._circles, range(len(self._people))[who], body, time_s)

    def rouse(self, level: float, time_s: float) -> None:
        """Change the mood of the whole room from `time_s` on: -1 hushed, 0 as ever, 1 beside themselves."""
        rouse(self._people, self._circles, float(np.clip(level, -1.0, 1.0)), time_s)

    def beats(self, wearer: int, until_s: float) -> Floats:
        """The true times of a person's beats (R waves) from 0 to `until_s`, where they have followed nobody.

        The crest of the pulse wave in the finger comes `SYSTOLE_S` later.
        """
        return _whole(_beaten, self._people[wearer], self._circles, until_s)

    def breaths(self, wearer: int, until_s: float) -> Floats:
        """The true times from 0 to `until_s` at which a person began to inhale, where they have followed nobody."""
        return _whole(_taken, self._people[wearer], self._circles, until_s)

    def sighs(self, wearer: int, until_s: float) -> Floats:
        """Those of the `breaths` that are sighs."""
        p, circles = self._people[wearer], self._circles
        begun_s = self.breaths(wearer, until_s)
        number = np.rint(_taken(p, circles, begun_s)).astype(int)
        return begun_s[[bool(sighs(p, n)) for n in number]]

    def is_up(self, wearer: int, time_s: Floats) -> Flags:
        """Whether a person walks, dances or applauds at `time_s` (K,): a pulse in a finger is spoilt by it."""
        return _is_up(self._people[wearer], self._circles, np.ascontiguousarray(time_s, np.float64))

    def responses(self, wearer: int, until_s: float) -> tuple[Floats, Floats]:
        """Onsets from 0 to `until_s` of a person's skin responses, and their heights in µS."""
        slots = range(int(until_s / SLOT_S) + 1)
        told = np.array([stirs(self._people, wearer, self._circles, slot) for slot in slots]).reshape(-1, 2)
        told = told[(told[:, 1] > 0.0) & (told[:, 0] <= until_s)]
        return told[:, 0], told[:, 1]


@compiled
def _is_up(p: person.Row, circles: person.Table, time_s: Floats) -> Flags:
    up = np.empty(time_s.size, np.bool_)
    for k in range(time_s.size):
        up[k] = doing(p, circles[p.circle], time_s[k])[0] != SIT
    return up


@compiled
def _beaten(p: person.Row, circles: person.Table, time_s: Floats) -> Floats:
    turns = np.empty(time_s.size)
    circle = circles[p.circle]
    for k in range(time_s.size):
        turns[k], _ = beaten(p, circle, time_s[k], taken(p, circle, time_s[k]))
    return turns


@compiled
def _taken(p: person.Row, circles: person.Table, time_s: Floats) -> Floats:
    turns = np.empty(time_s.size)
    for k in range(time_s.size):
        turns[k] = taken(p, circles[p.circle], time_s[k])
    return turns


def _whole(turns_of: person.Turns, p: person.Row, circles: person.Table, until_s: float) -> Floats:
    """When a phase that always rises is whole, between 0 and `until_s`."""
    grid_s = np.arange(-GRID_S, until_s + 2 * GRID_S, GRID_S)
    turns = turns_of(p, circles, grid_s)
    whole = np.arange(np.ceil(turns[0]), turns[-1])
    at_s: Floats = np.interp(whole, turns, grid_s)
    for _ in range(3):  # Newton: the phase is smooth, and its slope never near zero
        off, on = (turns_of(p, circles, at_s + step_s) for step_s in (-1e-3, 1e-3))
        at_s = at_s - (0.5 * (off + on) - whole) / ((on - off) / 2e-3)
    return at_s[(at_s >= 0.0) & (at_s <= until_s)]
