"""Virtual devices on the offline clock: living people, their devices, cables and ports, and what goes wrong with them.

Above a cable everything is the house's own: ports are found, opened, read and found again by
`sensors.port.Connection`, and the bytes are decoded and timed like any others.  Below it is a simulated device
(`sensors.simulated`), of any wire format, which hears what is written to it; its USB bridge hands over what has
arrived at every poll, be it in the middle of a packet.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil, inf

import numpy as np

from installation.clock import Clock
from installation.frame import Chunk, PortEvent
from installation.sensors.devices import Device
from installation.sensors.port import Connection
from installation.sensors.simulated import crowd, simulated
from installation.sensors.simulated.converter import Input, Person
from installation.show.wires import FORMATS
from installation.testing.faults import Fault, What
from installation.testing.patches import Shared, dealt, inputs_of, serial_of

HEARTS = 10_000  # added to the seed of a night: its wearers are not the twins of whom the seed says who comes
POLLS_S = (0.001, 0.004, 0.008, 0.016)  # USB bridges: full speed, two settings in use, FTDI's own
LATE_S = 0.0004  # a host's usual delay after a poll; its tail is exponential
DELAYS = 997  # delays drawn once for each board, gone through again and again; prime: no beat with the polls
GARBAGE = 24  # bytes in the place of a packet: at another speed lines turn into more, and worse


@dataclass(slots=True)
class Listed:
    """What the operating system tells of a port."""

    device: str
    serial_number: str | None
    location: str | None = None


class Board:
    """One device: what it says, when that arrives, and what is wrong with it and with its sensors.

    wearers: whom it carries, one or many.
    """

    def __init__(self, shared: Shared, people: Sequence[Person], seed: int) -> None:
        first = shared.wearers[0]
        self.serial = serial_of(first)
        self.port = f"virtual/ttyACM{first}"  # "" while it is unplugged
        self.arrived: deque[tuple[float, bytes]] = deque()  # at the host, or on the way there
        self.line: Line | None = None
        self._rng = np.random.default_rng([seed, first])
        self._poll_s = POLLS_S[int(self._rng.integers(len(POLLS_S)))]
        self._phase_s = float(self._rng.random()) * self._poll_s
        self._delays_s = (LATE_S * self._rng.exponential(size=DELAYS)).tolist()
        self._sent = 0
        self._byte_s = 10 / FORMATS[shared.wire].baud  # eight bits, start and stop
        self._back_s, self._back = inf, ""  # when a plug that slipped is in again, and where
        self._newest_s = 0.0
        self._half = b""  # of the newest packet
        self._until_s: dict[tuple[int, What], float] = {}
        self._share = 0.0
        self._wearers = shared.wearers
        worn = [Person(people[w].feel, partial(self._felt, w)) for w in shared.wearers]
        self._device = simulated(shared.wire, worn, inputs_of(shared.wire))

    def begin(self, wearer: int, fault: Fault, time_s: float) -> None:
        """From now on the board, or the sensor of the wearer, has `fault`, for as long as that lasts."""
        if fault.what == "reset":
            self._device.reset(time_s)
            return
        for of in (wearer,) if fault.what in ("flat", "noise") else self._wearers:
            self._until_s[of, fault.what] = time_s + fault.seconds
        if fault.what == "lose":
            self._share = fault.share

    def has(self, what: What, time_s: float, wearer: int | None = None) -> bool:
        """Whether it has a fault that ends by itself."""
        of = self._wearers[0] if wearer is None else wearer
        return time_s < self._until_s.get((of, what), 0.0)

    def plug(self, port: str) -> None:
        """It is to be found under `port`, if it is not in one already; nobody has opened it yet."""
        self.port = self.port or port
        self._back_s = inf

    def unplug(self, time_s: float) -> None:
        """The cable is out."""
        if self.line is not None:
            self.line.broken_s = time_s
        self.port, self.line, self._back_s = "", None, inf
        self.arrived.clear()

    def slip(self, time_s: float, seconds: float) -> None:
        """The cable is out in the middle of a line, and will be in again."""
        if not self.port:  # it is out already: it may be back later, but not under no port
            self._back_s = max(self._back_s, time_s + seconds)
            return
        port, listening = self.port, self.line is not None
        self.unplug(time_s)
        self._back_s, self._back = time_s + seconds, port
        if listening and self._half:
            self.arrived.append((time_s, self._half))

    def opened(self, line: Line, time_s: float) -> None:
        """A host listens; an Arduino starts anew."""
        self.line = line
        self.arrived.clear()
        self._newest_s = time_s
        self._device.opened(time_s)

    def hear(self, data: bytes, time_s: float) -> None:
        """What the host wrote."""
        self._device.hear(data, time_s)

    def send(self, until_s: float) -> None:
        """Put on the wire what the device said by `until_s`; what nobody listens to is gone."""
        if until_s >= self._back_s:
            self.plug(self._back)
        for time_s, data in self._device.say(until_s):
            if self.port and self.line is not None:
                self._send(time_s, data)

    def _send(self, time_s: float, data: bytes) -> None:
        self._half = data[: len(data) // 2]
        if self._until_s:
            data = self._spoiled(time_s, data)
        sent_s = time_s + len(data) * self._byte_s
        poll_s = self._phase_s + self._poll_s * ceil((sent_s - self._phase_s) / self._poll_s)
        before = int((poll_s - self._poll_s - time_s) / self._byte_s)  # bytes that an earlier poll has taken already
        self._sent += 1
        late_s = self._delays_s[self._sent % DELAYS]
        if before > 0:
            self._arrive(poll_s - self._poll_s + late_s, data[:before])
            data = data[before:]
        self._arrive(poll_s + late_s, data)

    def _arrive(self, time_s: float, data: bytes) -> None:
        held_s = self._until_s.get((self._wearers[0], "burst"), 0.0)
        time_s = self._newest_s = max(time_s, self._newest_s, held_s if time_s < held_s else 0.0)
        if not data:
            return
        if self.arrived and self.arrived[-1][0] == time_s:
            data = self.arrived.pop()[1] + data
        self.arrived.append((time_s, data))

    def _spoiled(self, time_s: float, data: bytes) -> bytes:
        """What the cable makes of a packet."""
        if self.has("garbage", time_s):
            return self._rng.bytes(GARBAGE)
        if self.has("lose", time_s) and self._rng.random() < self._share:
            return b""
        return data

    def _felt(self, wearer: int, time_s: float, steps: Sequence[int], inputs: Sequence[Input]) -> list[int]:
        """What a wearer's sensors make of a row."""
        if self._until_s and self.has("flat", time_s, wearer):
            return [(one.low + one.high) // 2 for one in inputs]
        if self._until_s and self.has("noise", time_s, wearer):
            return [int(self._rng.integers(one.low, one.high + 1)) for one in inputs]
        return list(steps)


class Line:
    """The open end of a cable, as pyserial gives it; it never waits."""

    def __init__(self, hub: Hub, board: Board) -> None:
        self.broken_s = inf
        self._hub = hub
        self._board = board
        self._data = b""

    @property
    def due_s(self) -> float:
        """When something happens next: bytes come, or the cable is found to be out."""
        return self._board.arrived[0][0] if self._board.arrived else self.broken_s

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of what one poll brought."""
        if not self._data and self._board.arrived:
            self._data = self._board.arrived.popleft()[1]
        if not self._data and self.broken_s < inf:
            raise OSError(errno.EIO, "the cable is out")
        data, self._data = self._data[:size], self._data[size:]
        return data

    def write(self, data: bytes) -> int:
        """What the host writes is heard at once."""
        self._hub.heard(self._board, data)
        return len(data)

    def close(self) -> None:
        """The board prints for nobody."""
        if self._board.line is self:
            self._board.line = None


class Hub:
    """The devices of the first `people` wearers, who have the wire formats in turn, and the ports of one computer."""

    def __init__(self, people: int, seed: int, wires: Sequence[str]) -> None:
        worn = crowd(people, seed + HEARTS)
        self._boards = [Board(shared, worn, seed) for shared in dealt(people, wires)]
        shares = zip(self._boards, dealt(people, wires), strict=True)
        self._of = {wearer: board for board, shared in shares for wearer in shared.wearers}
        self._now_s = -inf
        self._ports = people  # how many there have been

    def open_device(self, device: Device, clock: Clock) -> VirtualPort:
        """The way to a patched device: an `OpenDevice` of the sensors."""
        return VirtualPort(self, device)

    def listed(self) -> list[Listed]:
        """Every port there is now."""
        boards = [Listed(board.port, board.serial) for board in self._boards if board.port]
        clones = [board for board in self._boards if board.has("clone", self._now_s)]
        return boards + [Listed(f"virtual/clone{board.serial}", board.serial) for board in clones]

    def open_line(self, port: str, time_s: float) -> Line:
        """The board at `port`, opened; OSError where there is none."""
        board = next((board for board in self._boards if port and board.port == port), None)
        if board is None:
            raise OSError(errno.ENOENT, f"{port} is not there")
        line = Line(self, board)
        board.opened(line, time_s)
        return line

    def befall(self, wearer: int, fault: Fault, time_s: float) -> None:
        """Let a fault begin, or a plug go in again."""
        board = self._of[wearer]
        if fault.what == "unplug":
            board.unplug(time_s)
        elif fault.what == "cut":
            board.slip(time_s, fault.seconds)
        elif fault.what == "replug":
            self._ports += 1
            board.plug(fault.port or f"virtual/ttyACM{self._ports}")
        else:
            board.begin(wearer, fault, time_s)

    def live(self, until_s: float) -> None:
        """Let everyone live and every device speak up to `until_s`; asked twice, it has happened once."""
        if until_s <= self._now_s:
            return
        self._now_s = until_s
        for board in self._boards:
            board.send(until_s)

    def heard(self, board: Board, data: bytes) -> None:
        """A host wrote to a board."""
        board.hear(data, self._now_s)


class VirtualPort:
    """A connection that is given its turns by the offline clock, each at the moment when something happens."""

    def __init__(self, hub: Hub, device: Device) -> None:
        self.wire = device.name
        self._hub = hub
        self._at_s = 0.0  # time at the end of the cable: between two ticks
        self._connection = Connection(
            device.name,
            device.identity,
            device.baud,
            lambda: self._at_s,
            device.finder(hub.listed),
            self._open,
            device.greeting,
        )
        self._greeted = bool(device.greeting)
        self._line: Line | None = None
        self._away_until_s = 0.0

    def take(self, until_s: float) -> list[Chunk | PortEvent]:
        """What came up to `until_s`, oldest first."""
        self._hub.live(until_s)
        turned = False
        while (due_s := self._away_until_s if self._line is None else self._line.due_s) <= until_s:
            self._at_s = due_s
            wait_s = self._connection.turn()
            if wait_s:
                self._line = None
                self._away_until_s = due_s + wait_s
            turned = True
        if self._greeted and self._line is not None:  # there may be something to write
            self._at_s = until_s
            self._connection.turn()
            turned = True
        return self._connection.take(until_s) if turned else []

    def stop(self) -> None:
        """There is no thread to be told."""

    def close(self) -> None:
        """Let go of the board."""
        self._connection.close()

    def _open(self, port: str, baud: int) -> Line:
        self._line = self._hub.open_line(port, self._at_s)
        return self._line
