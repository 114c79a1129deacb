"""What an AR engine is told: the scene's state, its parameters, every garment's colour, every heart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from installation.frame import ORGANS, Body, Levels, SceneState
from installation.outputs.osc import (
    LARGEST,
    SILENT,
    Stream,
    bundles,
    message,
    packed,
    part,
    plain,
    real,
    tag,
    whole,
)
from installation.show.model import Show

STATE_S = 1.0  # between two tellings of an unchanged state: a late engine is right within this
ASKED_S = 0.25  # between two answers to engines that ask: many at once, or one in a loop, don't take what others need
STREAM_S = 1 / 30  # between two looks at what changed: engines smooth between, and draw 60 to 90 frames a second
JITTER_S = 1e-6  # ticks lie on a grid: a sum of floats must not cost a whole tick

# Messages to one engine: 400 a second with bursts of 100, so at most 500 in any second; only a state
# of more than 100 messages goes over that, once.
STEADY_HZ = 400.0
BURST = 100.0
KEPT_FOR_STATE = 50.0  # of the burst: a change of state does not wait behind garments

HEART = ORGANS.index("heart")

number, color, heart = packed("f"), packed("fff"), packed("fffi")


class ArFeed:
    """Datagrams for one engine.

    The state goes out at once when its number changes, when an engine asks, though not more often than four times
    a second for that, and once a second.  A wish that can't be served yet is remembered.  Thirty times a second the
    parameters that changed are told, and with them, in turn, the hearts or the garments that changed.
    """

    def __init__(self, show: Show) -> None:
        worn = [garment for garment in show.garments if garment.pixels > 0]
        self._first = np.array([garment.first for garment in worn], np.intp)
        self._full = np.array([[255.0 * garment.pixels] for garment in worn]).reshape(-1, 1)
        self._garments = Stream([f"/ar/garment/{part(garment.name)}" for garment in worn], "fff")
        hearts = [f"/ar/wearer/{number}/heart" for number in range(1, len(show.wearers) + 1)]
        self._hearts = Stream(hearts, "fffi")
        self._names: tuple[str, ...] = ()
        self._parameters = Stream((), "f")
        self._state = (-1, -1)  # epoch and number of the state that was told last
        self._state_s = self._stream_s = self._now_s = -math.inf
        self._asked, self._asked_s = False, -math.inf  # whether an engine waits; when the last that did was served
        self._may_send = BURST
        self._hearts_turn = False

    def due(
        self,
        levels: Levels,
        scene: SceneState,
        body: Body,
        time_s: float,
        first: Sequence[bytes] = (),
        asked: bool = False,
    ) -> list[bytes]:
        """Datagrams to be sent now: the messages that go `first`, then the state, which is due as well if `asked`."""
        self._may_send = min(BURST, self._may_send + STEADY_HZ * (time_s - self._now_s)) - len(first)
        self._now_s = time_s
        self._asked = self._asked or scene.asked or asked
        messages = [*first, *self._state_due(scene, time_s)]
        if time_s - self._stream_s >= STREAM_S - JITTER_S:
            self._stream_s = time_s
            self._hearts_turn = not self._hearts_turn
            messages += self._parameters.changed(self._parameter_rows(scene), self._free(messages))
            if self._hearts_turn:
                messages += self._hearts.changed(_heart_rows(body), self._free(messages))
            else:
                messages += self._garments.changed(self._garment_rows(levels), self._free(messages))
        self._may_send -= len(messages) - len(first)
        return list(bundles(messages))

    def _free(self, messages: list[bytes]) -> int:
        """How many more may go out at this tick beside `messages`, when the state is not to wait for them."""
        return max(0, int(self._may_send - KEPT_FOR_STATE) - len(messages))

    def _state_due(self, scene: SceneState, time_s: float) -> list[bytes]:
        state = (scene.epoch, scene.seq)
        size = 1 + len(scene.parameters) + len(scene.captions)
        asked = self._asked and time_s - self._asked_s >= ASKED_S - JITTER_S
        due = asked or state != self._state or time_s - self._state_s >= STATE_S - JITTER_S
        if not due or self._may_send < min(size, BURST):
            return []
        if self._asked:
            self._asked, self._asked_s = False, time_s
        self._state, self._state_s = state, time_s
        rows = self._parameter_rows(scene)
        return [
            _state(scene),
            *self._parameters.all(rows),
            *(_caption(language, text) for language, text in scene.captions.items()),
        ]

    def _parameter_rows(self, scene: SceneState) -> list[bytes]:
        """The scene's parameters; one that is not known has nothing to say."""
        names = tuple(scene.parameters)
        if names != self._names:
            self._names = names
            self._parameters = Stream([f"/ar/param/{part(name)}" for name in names], "f")
        return [number(value) if abs(value) <= LARGEST else SILENT for value in scene.parameters.values()]

    def _garment_rows(self, levels: Levels) -> list[bytes]:
        """The mean of each garment's slots, 0..1."""
        sums = np.add.reduceat(levels.slots, self._first, axis=0, dtype=np.int64)
        return [color(*mean) for mean in (sums / self._full).tolist()]


def _heart_rows(body: Body) -> list[bytes]:
    """Rate, phase, quality and presence of every heart."""
    values = (body.heart_rate, body.heart_phase, body.quality[:, HEART], body.presence[:, HEART])
    return [
        heart(real(rate), real(phase), real(quality), presence)
        for rate, phase, quality, presence in zip(*(value.tolist() for value in values), strict=True)
    ]


def _state(scene: SceneState) -> bytes:
    return message(
        "/ar/state",
        "issifi",
        tag(scene.epoch),
        plain(scene.scene),
        plain(scene.cue),
        whole(scene.seq),
        real(scene.elapsed_s),
        int(scene.blackout),
    )


@lru_cache(maxsize=256)
def _caption(language: str, text: str) -> bytes:
    return message("/ar/caption", "ss", plain(language), plain(text))


def goodbye(epoch: int) -> bytes:
    """The message that tells engines that this controller leaves."""
    return message("/ar/bye", "i", tag(epoch))
