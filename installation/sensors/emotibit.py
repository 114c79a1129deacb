"""An EmotiBit on the network: found by its id or address, linked, kept awake, and found again.

    house                                    device
    HE to udp 3131, to all or to one    →
                                        ←    HH … DP,<port>,DI,<id>      DP -1: it is free
    EC,CP,<tcp port>,DP,<udp port>      →
                                        ←    opens the TCP port; data by UDP to DP
    PN,DP,<port>  twice a second        →    it drops the link after 10 s without
                                        ←    PO, with its time
                                        ←    RD,TL,TU  every 5 s, on the data port
    TL, TU, AK,<number of the request>  →

`Dialogue` knows who says what and when, `EmotiBitLink` has the sockets and a thread.

Source: EmotiBit_FeatherWing EmotiBitWiFi.cpp; ofxEmotiBit EmotiBitWiFiHost.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Literal, NamedTuple

from installation.clock import Clock, wall_epoch
from installation.frame import Chunk, PortEvent
from installation.sensors.door import Budget, listening
from installation.sensors.port import HELD_CHUNKS, RETRY_S
from installation.sensors.wires.emotibit import Line, decode, encode, labels
from installation.sensors.wires.osc import MOST_BYTES

HELLO_PORT = 3131
EVERYBODY = "255.255.255.255"
HELLO_S = (1.0, 5.0)  # first and longest wait between two hellos
PING_S = 0.5
LOST_S = 3.0  # without data: thirty batches of a device that sends one every 0.1 s
WAKE_S = 0.1  # how soon the thread sees that something is due
TURN_MS = 1 << 32

Peer = tuple[str, int]


class Said(NamedTuple):
    """Something to send, and to whom; `door`: through which of the two sockets."""

    data: bytes
    to: Peer
    door: Literal["hello", "data"]


class Dialogue:
    """The house's side of the talk with one device, without sockets or clock.

    device: its id, "" for whoever answers at `host` · ports: our UDP port for data and TCP port for control.
    """

    def __init__(self, device: str, host: str, ports: tuple[int, int], ask: Sequence[Peer] = ()) -> None:
        self._device = device
        self._ports = ports
        self._ask = tuple(ask) or ((host or EVERYBODY, HELLO_PORT),)
        self._peer: Peer | None = None  # the device's own hello port, once it answered
        self.linked = False
        self.seen: dict[str, str] = {}  # ids that answered, and why each was not taken, "" where there is no reason
        self._number = 0
        self._hello_s, self._wait_s = -inf, HELLO_S[0]
        self._ping_s = -inf
        self._data_s = -inf

    def due(self, now_s: float) -> list[Said]:
        """What is to be said now."""
        if self.linked and now_s - self._data_s > LOST_S:
            self.linked, self._peer = False, None
            self._hello_s, self._wait_s = -inf, HELLO_S[0]
        said = []
        if not self.linked and now_s >= self._hello_s:
            said += [Said(self._line("HE", now_s), peer, "hello") for peer in self._ask]
            self._hello_s = now_s + self._wait_s
            self._wait_s = min(2 * self._wait_s, HELLO_S[1])
        if self._peer is not None and now_s >= self._ping_s:
            said.append(Said(self._line("PN", now_s, "DP", str(self._ports[0])), self._peer, "hello"))
            self._ping_s = now_s + PING_S
        return said

    def hear_hello(self, data: bytes, sender: Peer, now_s: float) -> list[Said]:
        """What to answer to what came back to the hello socket."""
        said = []
        for line in filter(None, map(decode, data.split(b"\n"))):
            told = labels(line.values)
            name, port = told.get("DI", ""), told.get("DP", "")
            if line.kind != "HH" or (self._device and name != self._device):
                if line.kind == "HH" and len(self.seen) < 64:
                    self.seen.setdefault(name, "")
                continue
            if port not in ("-1", "", str(self._ports[0])):
                self.seen[name] = "is linked to another program: close it there"
                continue
            self.seen[name] = ""
            self._peer = sender
            control, data_port = str(self._ports[1]), str(self._ports[0])
            said.append(Said(self._line("EC", now_s, "CP", control, "DP", data_port), sender, "hello"))
        return said

    def hear_data(self, data: bytes, sender: Peer, now_s: float) -> list[Said] | None:
        """What to answer to data; None where they come from somebody else."""
        if self._peer is None or sender[0] != self._peer[0]:
            return None
        self.linked, self._data_s, self._wait_s = True, now_s, HELLO_S[0]
        said = []
        for line in filter(None, map(decode, data.split(b"\n"))) if b",RD," in data else ():
            if line.kind == "RD":
                said.append(Said(self._line("TL", now_s, local_time(wall_epoch())), sender, "data"))
                said.append(Said(self._line("TU", now_s, f"{now_s:.6f}"), sender, "data"))
                said.append(Said(self._line("AK", now_s, str(line.number), "RD"), sender, "data"))
        return said

    def missing(self) -> str:
        """Why there is no link, for the operator."""
        who = f"EmotiBit {self._device}" if self._device else f"EmotiBit at {self._ask[0][0]}"
        if reason := self.seen.get(self._device) or (not self._device and next(iter(self.seen.values()), "")):
            return f"{who} {reason}"
        if self._peer is not None:
            return f"{who} answers, but none of its data come: does this computer's firewall let UDP in?"
        others = ", ".join(sorted(name for name in self.seen if name != self._device))
        there = f"; there are: {others}" if others else ""
        return f"{who} does not answer: switch it on in this network, or give its host in patch.toml{there}"

    def _line(self, kind: str, now_s: float, *values: str) -> bytes:
        self._number = (self._number + 1) % (1 << 16)
        return encode(Line(round(now_s * 1000) % TURN_MS, self._number, kind, values))


class EmotiBitLink:
    """One device's datagrams as chunks; a device that went away is looked for, ever less often.

    ask: whom to greet, where that is not everybody, or `host`.
    """

    def __init__(
        self, wire: str, identity: str, clock: Clock, device: str = "", host: str = "", ask: Sequence[Peer] = ()
    ) -> None:
        self.wire = wire
        self._identity = identity
        self._clock = clock
        self._device, self._host, self._ask = device, host, ask
        self._told = ("", "")
        self._tried_s = 0.0
        self._budget = Budget()
        self._came: deque[Chunk | PortEvent] = deque(maxlen=HELD_CHUNKS)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"link {identity}", daemon=True)
        self._thread.start()

    def take(self, until_s: float) -> list[Chunk | PortEvent]:
        """What came up to `until_s`, oldest first."""
        came = []
        while self._came and self._came[0].time_s <= until_s:
            came.append(self._came.popleft())
        return came

    def stop(self) -> None:
        """Ask the thread to let go of the device, without waiting for it."""
        self._closing.set()

    def close(self) -> None:
        """Let go of the device; at most a second."""
        self.stop()
        self._thread.join(1.0)

    def _run(self) -> None:
        wait_s = RETRY_S[0]
        while not self._closing.is_set():
            try:
                with contextlib.ExitStack() as closing:
                    hello, data, control = map(closing.enter_context, _sockets())
                    self._talk(hello, data, control, closing)
            except OSError as problem:  # the network went away under the sockets: new ones
                self._tell("closed", f"{self._identity}: {problem.strerror or problem}; it is tried again")
                self._closing.wait(wait_s)
                wait_s = min(2 * wait_s, RETRY_S[1])

    def _talk(
        self, hello: socket.socket, data: socket.socket, control: socket.socket, closing: contextlib.ExitStack
    ) -> None:
        ports = (data.getsockname()[1], control.getsockname()[1])
        dialogue = Dialogue(self._device, self._host, ports, self._ask)
        lines: list[socket.socket] = []  # over which the device would be commanded; we command nothing
        began_s = self._clock.now_s()
        while not self._closing.is_set():
            now_s = self._clock.now_s()
            _send(dialogue.due(now_s), hello, data)
            if dialogue.linked:
                self._tell("opened", f"{self._identity} is linked")
            elif self._told[0] == "opened":
                self._tell("closed", f"{self._identity} went away; it is linked again as soon as it answers")
            elif self._told[0] != "closed" and now_s - began_s > 2 * HELLO_S[0]:
                self._tell("missing", dialogue.missing())
            for ready in select.select([hello, data, control, *lines], [], [], WAKE_S)[0]:
                if ready is control:
                    line = closing.enter_context(control.accept()[0])
                    line.setblocking(False)
                    for old in lines:
                        old.close()
                    lines = [line]
                elif ready in lines:
                    if not _more(ready):
                        ready.close()
                        lines = []
                else:
                    self._receive(ready, dialogue, hello, data)

    def _receive(self, ready: socket.socket, dialogue: Dialogue, hello: socket.socket, data: socket.socket) -> None:
        """Take every datagram that is there."""
        while not self._closing.is_set():
            try:
                datagram, sender = ready.recvfrom(MOST_BYTES + 1)
            except (BlockingIOError, ConnectionError):  # the second: somebody did not listen to what was said
                return
            now_s = self._clock.now_s()
            if not self._budget.take(len(datagram), now_s):
                continue
            if ready is hello:
                _send(dialogue.hear_hello(datagram, sender, now_s), hello, data)
                if b",PO," in datagram and dialogue.linked:
                    self._came.append(Chunk(now_s, self.wire, datagram.rstrip() + b"\n"))
            elif (answers := dialogue.hear_data(datagram, sender, now_s)) is not None:
                _send(answers, hello, data)
                if dialogue.linked:
                    self._tell("opened", f"{self._identity} is linked")
                self._came.append(Chunk(now_s, self.wire, datagram.rstrip() + b"\n"))

    def _tell(self, what: Literal["opened", "closed", "missing"], reason: str) -> None:
        """Add an event, once for each change."""
        if (what, reason) != self._told:
            self._told = (what, reason)
            self._came.append(PortEvent(self._clock.now_s(), self.wire, what, self._identity, reason))


def local_time(since_2020_s: int) -> str:
    """The time of day as the device notes it on its card, for people who look there later."""
    when = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=since_2020_s)
    return when.astimezone().strftime("%Y-%m-%d_%H-%M-%S-%f")


def _sockets() -> list[socket.socket]:
    """Sockets for hellos, for data, and for the device to open; all of them never wait."""
    hello, data = listening(("0.0.0.0", 0)), listening(("0.0.0.0", 0))
    hello.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    control = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    control.setblocking(False)
    control.bind(("0.0.0.0", 0))
    control.listen(1)
    return [hello, data, control]


def _send(said: Sequence[Said], hello: socket.socket, data: socket.socket) -> None:
    for one in said:
        with contextlib.suppress(OSError):  # no network, or nobody there: it is said again
            (hello if one.door == "hello" else data).sendto(one.data, one.to)


def _more(line: socket.socket) -> bool:
    """Read past what the device says on its line; whether the line stands."""
    try:
        return bool(line.recv(4096))
    except BlockingIOError:
        return True
    except OSError:
        return False
