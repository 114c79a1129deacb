"""The last stage: levels and scene state become datagrams, and every datagram that is meant to leave is digested."""

from __future__ import annotations

import hashlib
import logging
import struct
from collections.abc import Sequence
from functools import lru_cache

from installation.clock import Clock
from installation.frame import Body, Health, Heard, Levels, SceneState, Tick
from installation.outputs.engines import Engines
from installation.outputs.identity import Identity
from installation.outputs.light_log import LightLog
from installation.outputs.patch import Universes
from installation.outputs.sacn import Source
from installation.outputs.udp import Nowhere, Udp, Way
from installation.show.model import Show

Bytes = bytes | memoryview
Datagram = tuple[str, Bytes]

SACN, AR = 1, 2  # which way a datagram goes, in the digest
GOODBYES = 3  # rounds: E1.31 asks for three terminated packets, and engines may miss one as well
GOODBYE_S = 0.02  # between two rounds: what takes one of them away must not take all


class Outputs:
    """All ways out of the house.

    live: False where nothing shall leave (the offline clock): datagrams are made and digested all
    the same, as they are while `muted`.
    """

    def __init__(
        self, show: Show, clock: Clock, identity: Identity, live: bool, light_log: LightLog | None = None
    ) -> None:
        patch = show.patch
        self.muted = False
        self._clock = clock
        self._universes = Universes(show.garments, patch.slots)
        self._source = Source(identity.cid, patch.sacn_source, patch.sacn_priority, self._universes.numbers)
        self._engines = Engines(show, identity.epoch, clock, live)
        self._light_log = light_log
        self._digest = hashlib.sha256()
        self._sacn_way: Way = Nowhere("sACN")
        if live:
            self._sacn_way = Udp("sACN", logging.getLogger("installation.sacn.out"), patch.sacn_host, patch.sacn_port)
            self._sacn_way.wait()  # every name is being asked for by now
            self._engines.wait()

    def hear(self, tick: Tick) -> tuple[Heard, ...]:
        """What came back on the ways out since the last tick; never waits."""
        return self._engines.hear()

    def send(self, levels: Levels, scene: SceneState, body: Body, heard: tuple[Heard, ...], tick: Tick) -> None:
        """Send what is due at this tick, now that `heard` came back; no way out waits, or feels another's trouble."""
        self._give(SACN, self._sacn_way, self._source.due(self._universes.slots(levels), tick.time_s), tick.time_s)
        for way, datagrams in self._engines.due(levels, scene, body, heard, tick.time_s):
            self._give(AR, way, [("", one) for one in datagrams], tick.time_s)
        if self._light_log is not None:
            self._light_log.write(levels, tick)

    def goodbye(self, tick: Tick) -> None:
        """End every stream, in three rounds; the safe look has been sent before."""
        for number in range(GOODBYES):
            if number:
                self._clock.sleep_s(GOODBYE_S)
            self._give(SACN, self._sacn_way, self._source.terminate(), tick.time_s)
            for way, datagrams in self._engines.goodbye():
                self._give(AR, way, [("", one) for one in datagrams], tick.time_s)

    def health(self) -> tuple[Health, ...]:
        """How every way out does, and the light log where there is one."""
        ways = (self._sacn_way.health(), *self._engines.health())
        return ways if self._light_log is None else (*ways, self._light_log.health())

    def digest(self) -> str:
        """SHA-256 in hex over all datagrams meant to be sent so far: for each its way, its length and its bytes."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Give the sockets back and write the light log; after the goodbye."""
        self._sacn_way.close()
        self._engines.close()
        if self._light_log is not None:
            self._light_log.close()

    def _give(self, kind: int, way: Way, datagrams: Sequence[Datagram], time_s: float) -> None:
        """Send datagrams, each with its multicast group, and digest them in one go."""
        digested: list[Bytes] = []
        for group, datagram in datagrams:
            digested += (_head(kind, len(datagram)), datagram)
            if not self.muted:
                way.send(datagram, time_s, group)
        self._digest.update(b"".join(digested))


@lru_cache(maxsize=4096)
def _head(kind: int, length: int) -> bytes:
    """What the digest says before a datagram."""
    return struct.pack(">BI", kind, length)
