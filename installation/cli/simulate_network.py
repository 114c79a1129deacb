"""`nexus simulate` of devices that are heard over the network: EmotiBits, and any sensor as OSC."""

from __future__ import annotations

import argparse
import contextlib
import json
import select
import socket
import sys
from collections.abc import Callable, Sequence

from installation.cli.run import stopped_by_signals
from installation.clock import Clock, RealClock
from installation.sensors.emotibit import HELLO_PORT
from installation.sensors.simulated import crowd
from installation.sensors.simulated.converter import Person
from installation.sensors.simulated.emotibit import EmotiBitDevice
from installation.sensors.simulated.osc import OscSensor

WIRES = ("emotibit", "osc")
LOOKS_S = 0.005  # between two looks at what is due: EmotiBits send ten times a second, sensors as OSC fifty
MOST_BYTES = 2048
MOST_EMOTIBITS = 254  # loopback addresses, one each


def run(asked: argparse.Namespace) -> int:
    """Speak until Ctrl-C, or for so many seconds; 2 where what is asked for is none, 1 where the network has no way."""
    try:
        to = _address(asked.to) if asked.wire == "osc" else None
        if to is None and asked.wearers > MOST_EMOTIBITS:
            raise ValueError(
                f"{asked.wearers} EmotiBits have no room at 127.0.0.1 to .{MOST_EMOTIBITS}; fewer would do"
            )
    except ValueError as wrong:
        print(f"nexus simulate: {wrong}", file=sys.stderr)
        return 2
    people = crowd(asked.wearers, asked.seed, asked.synchrony)
    with contextlib.ExitStack() as closing, stopped_by_signals() as stop:
        try:
            if to is not None:
                told, look = _osc(people, to, asked.rate, closing)
            else:
                told, look = _emotibits(people, closing)
        except OSError as error:
            print(f"nexus simulate: the network has no place for it ({error.strerror or error})", file=sys.stderr)
            return 1
        print(json.dumps(told) if asked.json else "\n".join(str(one["at"]) for one in told), flush=True)
        _serve(look, RealClock(), asked.seconds, stop.is_set)
    return 0


Told = list[dict[str, object]]
Look = Callable[[float], None]


def _osc(
    people: Sequence[Person], to: tuple[str, int], rate_hz: float, closing: contextlib.ExitStack
) -> tuple[Told, Look]:
    """All wearers from one socket, each under their own number."""
    out = closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    out.connect(to)
    sensors = [OscSensor(number, person.feel, rate_hz) for number, person in enumerate(people, 1)]

    def look(now_s: float) -> None:
        for sensor in sensors:
            for _, datagram in sensor.say(now_s):
                with contextlib.suppress(ConnectionRefusedError):  # whoever shall hear it comes later
                    out.send(datagram)

    return [{"wire": "osc", "at": f"/{number}/… to {to[0]}:{to[1]}"} for number in range(1, len(people) + 1)], look


def _emotibits(people: Sequence[Person], closing: contextlib.ExitStack) -> tuple[Told, Look]:
    """Each at a loopback address of its own, since a host asks every one of them at the same port."""
    made = [_EmotiBit(number, person, closing) for number, person in enumerate(people, 1)]

    def look(now_s: float) -> None:
        for one in made:
            one.look(now_s)

    return [{"wire": "emotibit", "device": one.device.name, "at": one.host} for one in made], look


class _EmotiBit:
    """A device with its two UDP sockets, and the TCP connection on which its host would command it."""

    def __init__(self, number: int, person: Person, closing: contextlib.ExitStack) -> None:
        self.host = f"127.0.0.{number}"
        self.device = EmotiBitDevice(f"NX-{number:04d}", person.feel)
        self._doors = {
            name: closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for name in ("hello", "data")
        }
        for name, door in self._doors.items():
            door.bind((self.host, HELLO_PORT if name == "hello" else 0))
            door.setblocking(False)
        self._control: socket.socket | None = None
        closing.callback(self._hang_up)

    def look(self, now_s: float) -> None:
        """Take what came, and say what is due."""
        said = []
        for door in select.select(list(self._doors.values()), [], [], 0.0)[0]:
            with contextlib.suppress(OSError):
                said += self.device.hear(*door.recvfrom(MOST_BYTES), now_s)
        for one in (*said, *self.device.say(now_s)):
            with contextlib.suppress(OSError):  # whoever does not listen misses it
                self._doors[one.door].sendto(one.data, one.to)
        if self.device.control is None:
            self._hang_up()
        elif self._control is None:
            self._control = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self._control.setblocking(False)
            self._control.connect_ex(self.device.control)

    def _hang_up(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None


def _serve(look: Look, clock: Clock, seconds: float | None, stopped: Callable[[], bool]) -> None:
    end_s = None if seconds is None else clock.now_s() + seconds
    while not stopped() and (end_s is None or clock.now_s() < end_s):
        look(clock.now_s())
        clock.sleep_s(LOOKS_S)


def _address(text: str) -> tuple[str, int]:
    host, _, port = (text or "").rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError("--wire osc speaks to a door of patch.toml; --to 127.0.0.1:9100 would do")
    return host or "127.0.0.1", int(port)
