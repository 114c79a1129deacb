"""Virtual devices on the offline clock: living hearts on boards, cables, ports, and what goes wrong with them.

Above a cable everything is the house's own: ports are found, opened, read and found again by
`sensors.port.Connection`, and the bytes are decoded and timed like any others.  Below it a board prints
the lines of a PulseSensor at 115200 baud, and its USB bridge hands over what has arrived at every poll,
be it in the middle of a line.  A board starts anew when its port is opened, as an Arduino does.
"""

from __future__ import annotations

import errno
from collections import deque
from dataclasses import dataclass
from math import ceil, inf

import numpy as np

from installation.clock import Clock
from installation.frame import Chunk, PortEvent
from installation.sensors.devices import Device
from installation.sensors.people import ADC_MAX, ADC_REST, LINES_HZ, People
from installation.sensors.port import Connection
from installation.sensors.wires import pulsesensor
from installation.testing.faults import Fault, What

HEARTS = 10_000  # added to the seed of a night: its wearers are not the twins of whom the seed says who comes
AHEAD_S = 1.0  # hearts are asked for so much at once: they hear nothing of the night
BAUD = 115200
BYTE_S = 10 / BAUD  # eight bits, start and stop
POLLS_S = (0.001, 0.004, 0.008, 0.016)  # USB bridges: full speed, two settings in use, FTDI's own
LATE_S = 0.0004  # a host's usual delay after a poll; its tail is exponential
DELAYS = 997  # delays drawn once for each board, gone through again and again; prime: no beat with the polls
WAKE_S = 1.2  # from the opening of its port to a board's first line: the bootloader waits for an upload
GARBAGE = 24  # bytes in the place of a line: at another speed lines turn into more, and worse


@dataclass(slots=True)
class Listed:
    """What the operating system tells of a port."""

    device: str
    serial_number: str | None
    location: str | None = None


class Board:
    """One wearer's device: what it prints, when that arrives, and what is wrong with it."""

    def __init__(self, wearer: int, seed: int) -> None:
        self.serial = serial_of(wearer)
        self.port = f"virtual/ttyACM{wearer}"  # "" while it is unplugged
        self.printed: deque[Chunk] = deque()  # by a heart, but not sent yet
        self.arrived: deque[tuple[float, bytes]] = deque()  # at the host, or on the way there
        self.line: Line | None = None
        self._rng = np.random.default_rng([seed, wearer])
        self._poll_s = POLLS_S[int(self._rng.integers(len(POLLS_S)))]
        self._phase_s = float(self._rng.random()) * self._poll_s
        self._delays_s = (LATE_S * self._rng.exponential(size=DELAYS)).tolist()
        self._back_s, self._back = inf, ""  # when a plug that slipped is in again, and where
        self._awake_s = 0.0
        self._newest_s = 0.0
        self._until_s: dict[What, float] = {}
        self._share = 0.0

    def begin(self, fault: Fault, time_s: float) -> None:
        """From now on the board has `fault`, for as long as that lasts."""
        self._until_s[fault.what] = time_s + fault.seconds
        if fault.what == "lose":
            self._share = fault.share

    def has(self, what: What, time_s: float) -> bool:
        """Whether it has a fault that ends by itself."""
        return time_s < self._until_s.get(what, 0.0)

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
        port, listening = self.port, self.line is not None
        self.unplug(time_s)
        self._back_s, self._back = time_s + seconds, port
        if self.printed and listening:
            self.arrived.append((time_s, self.printed[0].data[:3]))

    def opened(self, line: Line, time_s: float) -> None:
        """The board starts anew, and is silent meanwhile."""
        self.line = line
        self.arrived.clear()
        self._awake_s = time_s + WAKE_S
        self._newest_s = time_s

    def send(self, until_s: float) -> None:
        """Put on the wire what was printed by `until_s`; what nobody listens to is gone."""
        if until_s >= self._back_s:
            self.plug(self._back)
        while self.printed and self.printed[0].time_s <= until_s:
            chunk = self.printed.popleft()
            if self.port and self.line is not None and chunk.time_s >= self._awake_s:
                self._send(chunk.time_s, chunk.data)

    def _send(self, time_s: float, data: bytes) -> None:
        if self._until_s:
            data = self._spoiled(time_s, data)
        sent_s = time_s + len(data) * BYTE_S
        poll_s = self._phase_s + self._poll_s * ceil((sent_s - self._phase_s) / self._poll_s)
        before = int((poll_s - self._poll_s - time_s) / BYTE_S)  # bytes that an earlier poll has taken already
        late_s = self._delays_s[round(time_s * LINES_HZ) % DELAYS]
        if before > 0:
            self._arrive(poll_s - self._poll_s + late_s, data[:before])
            data = data[before:]
        self._arrive(poll_s + late_s, data)

    def _arrive(self, time_s: float, data: bytes) -> None:
        held_s = self._until_s.get("burst", 0.0)
        time_s = self._newest_s = max(time_s, self._newest_s, held_s if time_s < held_s else 0.0)
        if not data:
            return
        if self.arrived and self.arrived[-1][0] == time_s:
            data = self.arrived.pop()[1] + data
        self.arrived.append((time_s, data))

    def _spoiled(self, time_s: float, data: bytes) -> bytes:
        if self.has("garbage", time_s):
            return self._rng.bytes(GARBAGE)
        if self.has("flat", time_s):
            return pulsesensor.encode(ADC_REST)
        if self.has("noise", time_s):
            return pulsesensor.encode(int(self._rng.integers(ADC_MAX + 1)))
        if self.has("lose", time_s) and self._rng.random() < self._share:
            return b""
        return data


class Line:
    """The open end of a cable, as pyserial gives it; it never waits."""

    def __init__(self, board: Board) -> None:
        self.broken_s = inf
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

    def close(self) -> None:
        """The board prints for nobody."""
        if self._board.line is self:
            self._board.line = None


class Hub:
    """The boards of the first `people` wearers, and the ports of one computer."""

    def __init__(self, people: int, seed: int) -> None:
        self._hearts = People(people, seed + HEARTS)
        self._boards = {name: Board(wearer, seed) for wearer, name in enumerate(self._hearts.wires)}
        self._of = list(self._boards.values())
        self._printed_s = 0.0
        self._now_s = -inf
        self._ports = people  # how many there have been

    def open_device(self, device: Device, clock: Clock) -> VirtualPort:
        """The way to a patched device: an `OpenDevice` of the sensors."""
        return VirtualPort(self, device)

    def listed(self) -> list[Listed]:
        """Every port there is now."""
        boards = [Listed(board.port, board.serial) for board in self._of if board.port]
        clones = [board for board in self._of if board.has("clone", self._now_s)]
        return boards + [Listed(f"virtual/clone{board.serial}", board.serial) for board in clones]

    def open_line(self, port: str, time_s: float) -> Line:
        """The board at `port`, opened; OSError where there is none."""
        board = next((board for board in self._of if port and board.port == port), None)
        if board is None:
            raise OSError(errno.ENOENT, f"{port} is not there")
        line = Line(board)
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
            board.begin(fault, time_s)

    def live(self, until_s: float) -> None:
        """Let every heart beat and every board print up to `until_s`; asked twice, it has happened once."""
        if until_s <= self._now_s:
            return
        self._now_s = until_s
        while self._printed_s <= until_s:
            self._printed_s += AHEAD_S
            for chunk in self._hearts.live(self._printed_s):
                self._boards[chunk.wire].printed.append(chunk)
        for board in self._of:
            board.send(until_s)


class VirtualPort:
    """A connection that is given its turns by the offline clock, each at the moment when something happens."""

    def __init__(self, hub: Hub, device: Device) -> None:
        self.wire = device.name
        self._hub = hub
        self._at_s = 0.0  # time at the end of the cable: between two ticks
        self._connection = Connection(
            device.name, device.identity, device.baud, lambda: self._at_s, device.finder(hub.listed), self._open
        )
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
        return self._connection.take(until_s) if turned else []

    def stop(self) -> None:
        """There is no thread to be told."""

    def close(self) -> None:
        """Let go of the board."""
        self._connection.close()

    def _open(self, port: str, baud: int) -> Line:
        self._line = self._hub.open_line(port, self._at_s)
        return self._line


def serial_of(wearer: int) -> str:
    """The USB serial number of a wearer's board."""
    return f"NX{wearer + 1:04d}"
