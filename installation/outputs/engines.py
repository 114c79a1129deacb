"""AR engines: each with its way out, its feed and its dialogue; none feels another's trouble."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from installation.clock import Clock
from installation.frame import Body, Health, Heard, Levels, SceneState
from installation.outputs.ar_dialogue import Dialogue
from installation.outputs.ar_feed import ArFeed, goodbye
from installation.outputs.ear import Ear
from installation.outputs.udp import Nowhere, Udp, Way
from installation.show.model import Engine, Show

log = logging.getLogger("installation.osc.out")


class _Told:
    """One engine, and what it is told."""

    def __init__(self, show: Show, engine: Engine, way: Way) -> None:
        self.name, self.way = engine.name, way
        self.feed = ArFeed(show)
        self.dialogue = Dialogue(show.patch.ar_lead_s)
        self.well = True

    def due(self, levels: Levels, scene: SceneState, body: Body, time_s: float) -> list[bytes]:
        first = self.dialogue.due(scene, time_s)
        asked, self.dialogue.asked = self.dialogue.asked, False
        return self.feed.due(levels, scene, body, time_s, first, asked) + self.dialogue.ping(time_s)

    def health(self, time_s: float) -> Health:
        """How the way does, and where nothing is wrong with it, how the engine does; its change is told once."""
        way = self.way.health()
        well, says = self.dialogue.health(time_s)
        if well != self.well:
            log.warning("%s %s", way.name, "is well again" if well else says)
            self.well = well
        text = f"{way.text}; {says}" if way.ok and self.dialogue.heard else way.text
        return Health(way.name, way.kind, way.ok and well, text, way.handled, way.lost)


class Engines:
    """Every AR engine of the patch; live: False where nothing shall leave, and so nothing comes back."""

    def __init__(self, show: Show, epoch: int, clock: Clock, live: bool) -> None:
        self._epoch, self._scene, self._now_s = epoch, SceneState("", "", 0, epoch, 0.0, False, {}, {}), 0.0
        engines = show.patch.engines
        names = {one.name: "AR" if len(engines) == 1 else f"AR {one.name}" for one in engines}
        self._ear: Ear | None = None
        ways: dict[str, Way] = {one.name: Nowhere(names[one.name]) for one in engines}
        if live:
            udp = {one.name: Udp(names[one.name], log, one.host, one.port) for one in engines}
            ways |= udp
            self._ear = Ear(udp, {one.name: one.listen for one in engines}, clock)
        self._engines = {one.name: _Told(show, one, ways[one.name]) for one in engines}

    def wait(self) -> None:
        """Let names of hosts be found, half a second at most; only before the first tick."""
        for one in self._engines.values():
            if isinstance(one.way, Udp):
                one.way.wait()

    def hear(self) -> tuple[Heard, ...]:
        """What engines said since it was last asked."""
        return self._ear.take() if self._ear else ()

    def due(
        self, levels: Levels, scene: SceneState, body: Body, heard: tuple[Heard, ...], time_s: float
    ) -> Iterator[tuple[Way, list[bytes]]]:
        """The datagrams of every engine, now that this was heard; `Heard` of no engine is another's."""
        for one in heard:
            if told := self._engines.get(one.output):
                told.dialogue.hear(one.data, self._scene, one.time_s)
        self._scene, self._now_s = scene, time_s
        for told in self._engines.values():
            yield told.way, told.due(levels, scene, body, time_s)

    def goodbye(self) -> Iterator[tuple[Way, list[bytes]]]:
        """The message that tells every engine that this controller leaves."""
        for told in self._engines.values():
            yield told.way, [goodbye(self._epoch)]

    def health(self) -> tuple[Health, ...]:
        """How every engine does."""
        return tuple(one.health(self._now_s) for one in self._engines.values())

    def close(self) -> None:
        """Give the sockets back."""
        if self._ear:
            self._ear.close()
        for one in self._engines.values():
            one.way.close()
