"""What one AR engine is told until it acknowledges it, and what it says of itself; no socket.

    trigger   sent at 0, and unless acknowledged again after 50, 100, 200 and 400 ms: five times at most
    ping      once a second; a pong that took the shortest way of the last eight gives the engine's clock,
              offset = t_engine - (t_sent + t_heard) / 2
    start_at  seconds on the engine's own clock; -1 for at once, where no pong told that clock

A trigger that a newer one of its kind overtakes is not told any more.  The state, told beside this, holds what every
trigger did: an engine that missed one is right at the next state, and so is one that starts late.

Source of the clock filter: Mills, "Internet time synchronization: the network time protocol", IEEE Trans. Commun.
39:1482, 1991.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from installation.frame import SceneState, Trigger
from installation.outputs.ar_answers import Answer, answers
from installation.outputs.osc import message, plain, real, tag, whole

REPEAT_S = (0.05, 0.1, 0.2, 0.4)  # between two tellings of a trigger that nobody acknowledged
JITTER_S = 1e-6  # ticks lie on a grid: a sum of floats must not cost a whole tick
NOW = -1.0  # start_at of an engine whose clock is not known

PING_S = 1.0
PINGS = 8  # the shortest way of so many: a clock that drifts by 50 parts in a million is 0.4 ms off after them
CLOCK_S = 10.0  # without a pong, and the clock is not known any more

SILENT_S, GONE_S = 2.0, 5.0  # an engine says something once a second: two are missing, and five
ERROR_S = 10.0  # how long the operator is shown what an engine complains of
WRONG_S = 0.5  # after a trigger an engine may still say what it did before; then it is told the state again
BACKWARDS_S = 1.0  # a clock that goes back further than this was started again


@dataclass(slots=True)
class _Pending:
    """A trigger on its way: told so often, next at `due_s`; `start_at` is the same in every telling."""

    trigger: Trigger
    start_at: float
    due_s: float
    told: int = 0


@dataclass(slots=True)
class _Clock:
    """The engine's clock beside ours: (time there and back, offset) of the last pongs."""

    ways: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=PINGS))
    heard_s: float = -math.inf
    newest: float = -math.inf

    def theirs(self, time_s: float, now_s: float) -> float:
        """Our time on their clock, `NOW` where that is not known."""
        if not self.ways or now_s - self.heard_s > CLOCK_S:
            return NOW
        return time_s + min(self.ways)[1]


class Dialogue:
    """Remembers what is still to be acknowledged, and how the engine does.

    lead_s: how long after its trigger a scene starts, so that engines start together in spite of a lost datagram.
    """

    def __init__(self, lead_s: float = 0.0) -> None:
        self.asked = False  # the engine wants the whole state, or needs it
        self._lead_s = lead_s
        self._pending: list[_Pending] = []
        self._told = 0  # number of the newest trigger
        self._clock = _Clock()
        self._pings: dict[int, float] = {}
        self._ping, self._ping_s = 0, -math.inf
        self._changed_s = self._heard_s = self._error_s = -math.inf
        self._beat = -1  # the newest heartbeat's number
        self._fps = math.nan
        self._error = ""
        self._unacknowledged = ""

    @property
    def heard(self) -> bool:
        """Whether the engine is one that answers; of another nothing is known."""
        return self._heard_s > -math.inf

    def hear(self, data: bytes, scene: SceneState | None, time_s: float) -> None:
        """Take one datagram of the engine, whatever is in it; `scene` is the newest state it was told."""
        for answer in answers(data):
            self._heard_s = max(self._heard_s, time_s)
            self._take(answer, scene, time_s)

    def due(self, scene: SceneState, time_s: float) -> list[bytes]:
        """Messages of triggers to be sent at this tick: new ones, and those to be told again."""
        for trigger in scene.triggers:
            if trigger.seq <= self._told:
                continue  # a tick that failed is sent again
            self._told, self._changed_s = trigger.seq, time_s
            self._pending = [one for one in self._pending if one.trigger.what != trigger.what]
            start_at = self._clock.theirs(time_s + self._lead_s, time_s)
            self._pending.append(_Pending(trigger, start_at, time_s))
        messages = []
        for one in self._pending:
            if one.due_s <= time_s + JITTER_S and one.told <= len(REPEAT_S):
                messages.append(_trigger(one.trigger, one.start_at, scene.epoch))
                one.due_s += (*REPEAT_S, REPEAT_S[-1])[one.told]
                one.told += 1
        self._give_up(time_s)
        return messages

    def ping(self, time_s: float) -> list[bytes]:
        """The ping, where one is due; it is sent last, so that nothing waits between it and the network."""
        if time_s - self._ping_s < PING_S:
            return []
        self._ping, self._ping_s = whole(self._ping + 1), time_s
        self._pings[self._ping] = time_s
        while len(self._pings) > PINGS:
            del self._pings[next(iter(self._pings))]
        return [message("/ar/ping", "if", self._ping, real(time_s))]

    def health(self, time_s: float) -> tuple[bool, str]:
        """Whether the engine does well, and a sentence; one that never said anything is not known to be ill."""
        silent_s = time_s - self._heard_s
        if not self.heard:
            return True, "says nothing back"
        if silent_s >= SILENT_S:
            gone = ", and is gone" if silent_s >= GONE_S else ""
            return False, f"is silent for {silent_s:.0f} s{gone}"
        if self._unacknowledged:
            return False, f"did not acknowledge {self._unacknowledged}"
        if time_s - self._error_s < ERROR_S:
            return False, f"says: {self._error}"
        says = [f"{self._fps:.0f} pictures a second"] if math.isfinite(self._fps) else ["answers"]
        if self._clock.ways and time_s - self._clock.heard_s <= CLOCK_S:
            says.append(f"{1000 * min(self._clock.ways)[0]:.0f} ms there and back")
        return True, ", ".join(says)

    # --- what the engine says ---

    def _take(self, answer: Answer, scene: SceneState | None, time_s: float) -> None:
        if answer.what in ("ack", "ready"):
            acknowledged = [one for one in self._pending if one.trigger.seq == answer.number]
            if acknowledged or answer.number == self._newest(scene):
                self._unacknowledged = ""
            self._pending = [one for one in self._pending if one not in acknowledged]
        elif answer.what == "pong":
            self._pong(answer, time_s)
        elif answer.what == "heartbeat":
            self._heartbeat(answer, scene, time_s)
        elif answer.what == "error":
            self._error, self._error_s = answer.text, time_s
        elif answer.what == "sync":
            self.asked = True

    def _pong(self, answer: Answer, time_s: float) -> None:
        sent_s = self._pings.pop(answer.number, None)
        if sent_s is None or time_s < sent_s:
            return
        clock = self._clock
        if answer.time_s < clock.newest - BACKWARDS_S:
            self._began_anew()
        clock = self._clock
        clock.newest, clock.heard_s = answer.time_s, time_s
        clock.ways.append((time_s - sent_s, answer.time_s - (time_s + sent_s) / 2))

    def _heartbeat(self, answer: Answer, scene: SceneState | None, time_s: float) -> None:
        if answer.number < self._beat:
            self._began_anew()
        self._beat, self._fps = answer.number, answer.fps
        if scene is None:
            return
        if (answer.text, answer.seq) == (plain(scene.scene), whole(scene.seq)):
            self._unacknowledged = ""
        elif time_s - self._changed_s > WRONG_S:
            self.asked = True

    def _began_anew(self) -> None:
        """The engine was started again: its clock is another one, and it knows nothing."""
        self._clock = _Clock()
        self._pings.clear()
        self.asked = True

    # --- what it is told ---

    def _newest(self, scene: SceneState | None) -> int:
        return -1 if scene is None else whole(scene.seq)

    def _give_up(self, time_s: float) -> None:
        """Leave triggers that were told five times; that is told where the engine is one that answers."""
        over = [one for one in self._pending if one.told > len(REPEAT_S) and one.due_s <= time_s]
        if over and self.heard:
            self._unacknowledged = _named(over[-1].trigger)
        self._pending = [one for one in self._pending if one not in over]


def _named(trigger: Trigger) -> str:
    what = {"load": "that it loads scene", "start": "scene", "fire": "cue", "blackout": "BLACKOUT"}
    return f"{what[trigger.what]} {trigger.name}"


def _trigger(trigger: Trigger, start_at: float, epoch: int) -> bytes:
    """The message of a trigger; its number and the epoch stand in every one at the same places."""
    name, seq, fade_s, epoch = plain(trigger.name), whole(trigger.seq), real(trigger.fade_s), tag(epoch)
    match trigger.what:
        case "load":
            return message("/ar/scene/load", "sii", name, seq, epoch)
        case "start":
            return message("/ar/scene/start", "siiff", name, seq, epoch, real(start_at), fade_s)
        case "fire":
            return message("/ar/cue/fire", "siif", name, seq, epoch, fade_s)
        case "blackout":
            return message("/ar/blackout", "iii", int(trigger.name), seq, epoch)
