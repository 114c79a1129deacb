"""Every port of this machine as it comes and goes: asked once what it is, then heard as the loop would hear it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from math import isnan
from typing import Any

from installation.cli.ears import Ear, Heard, heard_as, patched_on
from installation.clock import Clock
from installation.frame import ORGANS, Tick
from installation.sensors.find import Answer, Found, list_ports
from installation.sensors.identity import Lister, PortList, list_all
from installation.sensors.probe import probe
from installation.sensors.read import OpenDevice
from installation.show.model import Show

ASK_AGAIN_S = 5.0  # a port that another program had may be free by now

Spawn = Callable[[Callable[[], None]], None]


def on_a_thread(work: Callable[[], None]) -> None:
    """Let something happen beside everything else: a port may take ten seconds to answer."""
    threading.Thread(target=work, name="probe", daemon=True).start()


@dataclasses.dataclass(slots=True)
class Watched:
    """One port: what answers, None until that is known, and how it is heard, None where it cannot be.

    wearers: names of those whose sensors the show has on it · clones: other ports with the same serial number.
    """

    found: Found
    wearers: tuple[str, ...]
    clones: tuple[str, ...]
    answer: Answer | None = None
    answered_s: float = 0.0
    heard: Heard | None = None
    ear: Ear | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What to patch it by: (key of patch.toml, value); its number where that is unique, else its place."""
        if self.found.serial and not self.clones:
            return "serial", self.found.serial
        if self.found.location:
            return "location", self.found.location
        return "port", self.found.device

    def row(self) -> dict[str, Any]:
        """All that is told of it, as `--json` prints it."""
        answer = self.answer or Answer("", "is being asked")
        key, value = self.identity
        row: dict[str, Any] = {**dataclasses.asdict(self.found), **dataclasses.asdict(answer)}
        row |= {"wearers": list(self.wearers), "clones": list(self.clones), "patch_by": {key: value}}
        if self.ear is None:
            return row
        health, pace = self.ear.health(), self.ear.wire.pace
        people = [] if self.ear.columns else self.ear.quality.tolist()  # columns are judged one by one
        heard = [dict(zip(ORGANS, person, strict=True)) for person in people]
        row |= {
            "ok": health.ok,
            "health": health.text,
            "rows": health.handled,
            "lost": health.lost,
            "rate_hz": _known(pace.rate_hz),
            "due_hz": _known(pace.due_hz),
            "quality": [{organ: round(q, 3) for organ, q in one.items() if not isnan(q)} for one in heard],
            "columns": [dataclasses.asdict(guess) for guess in self.ear.guesses()],
        }
        return row


class PortWatch:
    """The ports of this machine, watched; `ask` says what answers on one, and `spawn` has it done beside."""

    def __init__(
        self,
        show: Show,
        clock: Clock,
        lister: Lister = list_all,
        open_device: OpenDevice | None = None,
        ask: Callable[[Found], Answer] = probe,
        spawn: Spawn = on_a_thread,
    ) -> None:
        self.ports: dict[Found, Watched] = {}
        self._show = show
        self._clock = clock
        self._listed = PortList(clock.now_s, lister)
        self._open_device = open_device
        self._ask = ask
        self._spawn = spawn

    @property
    def asking(self) -> bool:
        """Whether some port has not answered yet."""
        return any(port.answer is None for port in self.ports.values())

    def step(self, tick: Tick) -> None:
        """See which ports came and went, and take in what they sent."""
        found = list_ports(self._listed)
        for gone in [port for port in self.ports if port not in found]:
            self._let_go(self.ports.pop(gone))
        for new in [port for port in found if port not in self.ports]:
            self.ports[new] = self._met(new, found)
        for port in self.ports.values():
            if port.answer is None:
                continue
            if port.answer.kind == "in use" and tick.time_s - port.answered_s >= ASK_AGAIN_S:
                self._ask_again(port)
            elif port.ear is None and port.heard is not None:
                port.ear = Ear(port.heard, self._show, self._clock, self._open_device)
            if port.ear is not None:
                port.ear.step(tick)

    def close(self) -> None:
        """Let go of every port."""
        for port in self.ports.values():
            self._let_go(port)
        self.ports.clear()

    def _met(self, found: Found, others: tuple[Found, ...]) -> Watched:
        own = patched_on(found, self._show, others)
        clones = tuple(one.device for one in others if found.serial and one.serial == found.serial and one != found)
        port = Watched(found, tuple(self._show.wearers[patch.wearer].name for patch in own), clones)
        if own:
            here = [
                dataclasses.replace(patch, wearer=number, port=found.device, serial="", location="")
                for number, patch in enumerate(own)
            ]
            port.heard = Heard(tuple(here))
        self._ask_again(port)
        return port

    def _ask_again(self, port: Watched) -> None:
        port.answer = None

        def work() -> None:
            answer = self._ask(port.found)
            if port.heard is None:
                port.heard = heard_as(port.found, answer)
            elif answer.kind in ("in use", "refused"):
                port.heard = None
            port.answered_s = self._clock.now_s()
            port.answer = answer

        self._spawn(work)

    def _let_go(self, port: Watched) -> None:
        if port.ear is not None:
            port.ear.close()
            port.ear = None


def _known(value: float) -> float | None:
    """A number for JSON, which has no NaN."""
    return None if isnan(value) else round(value, 2)
