"""The first stage of the loop: what wearers' devices and their twins sent by this tick, as Samples."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

import numpy as np

from installation.clock import Clock
from installation.frame import Body, Health, PortEvent, Samples, Tick
from installation.sensors.devices import Device, share_out
from installation.sensors.greeter import SILENT_S as WAKE_S
from installation.sensors.identity import PortList
from installation.sensors.network import network_source
from installation.sensors.pace import Pace
from installation.sensors.port import Port, Source
from installation.sensors.reader import Reader
from installation.sensors.scattered import Scattered
from installation.sensors.stream import Crowd, Sample, Stream, joined, samples
from installation.sensors.timing import Timing
from installation.sensors.twins import Twins
from installation.sensors.wires.emotibit import EmotiBit
from installation.sensors.wires.osc import Osc
from installation.show.model import Show

SILENT_S = 2.0  # without a row, and a device is called silent; the slowest sensor sends ten a second
HEALTH_S = 0.2  # how often the state of the wires is told anew

log = logging.getLogger("installation.wire.in")

OpenDevice = Callable[[Device, Clock], Source]
"""How a patched device is reached."""


def serial_ports(threads: bool = sys.platform == "win32") -> OpenDevice:
    """Devices on the network, and serial ports: all read on one thread, or on one each where no selector knows them."""
    listed: PortList | None = None
    reader: Reader | None = None

    def open_device(device: Device, clock: Clock) -> Source:
        nonlocal listed, reader
        if (source := network_source(device, clock)) is not None:
            return source
        listed = listed or PortList(clock.now_s)
        find = device.finder(listed)
        if threads:
            return Port(device.name, device.identity, device.baud, clock, find, device.greeting)
        reader = reader or Reader(clock)
        return reader.port(device.name, device.identity, device.baud, find, device.greeting)

    return open_device


@dataclass(slots=True)
class Wire:
    """A port and what it carries: one stream for each wearer that is patched to it, or one of a crowd."""

    port: Source
    streams: list[Stream | Crowd | Scattered]
    state: PortEvent | None = None
    heard_s: float = -inf
    opened_s: float = 0.0
    pace: Pace = field(default_factory=Pace)

    def health(self, now_s: float) -> Health:
        """How the wire does, in a few words."""
        handled = sum(stream.handled for stream in self.streams)
        dropped = sum(stream.decoder.dropped for stream in self.streams)
        lost = max(stream.decoder.lost for stream in self.streams)  # of one device: whoever reads it misses the same
        newest_s = max(stream.newest_s for stream in self.streams)
        silent_s = now_s - max(newest_s, self.opened_s)
        if newest_s > self.opened_s and self.state is not None and self.state.what == "opened":
            self.pace.look(now_s, handled)
        else:
            self.pace.restart()
        if self.state is None:
            ok, text = True, "opening"
        elif self.state.what != "opened":
            ok, text = False, self.state.reason
        elif newest_s <= self.opened_s and now_s - self.opened_s <= WAKE_S + SILENT_S and self.heard_s < self.opened_s:
            ok, text = True, "open; boards take a moment before they speak"
        elif silent_s <= SILENT_S:
            ok, text = True, f"{handled} rows, {dropped} bad lines"
            if lost:
                text = f"{handled} rows, {lost} lost"
            if self.pace.slow:
                ok, text = False, f"{self.pace.rate_hz:.3g} rows a second where {self.pace.due_hz:g} are due: {text}"
        elif now_s - self.heard_s <= SILENT_S:
            ok, text = False, f"speaks, but says nothing known for {silent_s:.1f} s: are its wire and baud right?"
        else:
            ok, text = False, f"silent for {silent_s:.1f} s"
        return Health(self.port.wire, "wire", ok, text, handled, max(dropped, lost))


class Sensors:
    """Everyone's devices and twins; `patched` (N,) says whose own devices the venue has patched.

    wires: the devices, for whoever looks on.
    """

    def __init__(
        self, show: Show, clock: Clock, seed: int, hardware: bool = True, open_device: OpenDevice | None = None
    ) -> None:
        wearers = len(show.wearers)
        self.patched = np.zeros(wearers, np.bool_)
        self.wires: list[Wire] = []
        self._refused: list[PortEvent] = []
        if hardware:
            open_device = open_device or serial_ports()
            devices, self._refused = share_out(show, clock.now_s())
            for device in devices:
                self.wires.append(Wire(open_device(device, clock), _streams(device), pace=Pace(device.due_hz)))
                self.patched[device.of] = True
        self._clock = clock
        self._twins = Twins(wearers, seed)
        self._events = list(self._refused)
        self._now_s = -inf
        self._health: tuple[Health, ...] = ()
        self._health_s = -inf

    def read(self, tick: Tick, body: Body | None) -> tuple[Samples, tuple[PortEvent, ...]]:
        """What has come by now; `body` is the last tick's, for the twins to follow."""
        rows: list[Sample] = []
        parts: list[Samples] = []
        events, self._events = self._events, []
        until_s = self._clock.now_s()  # what came while the tick was late need not wait for the next
        for wire in self.wires:
            for came in wire.port.take(until_s):
                if isinstance(came, PortEvent):
                    events.append(came)
                    _note(wire, came)
                else:
                    wire.heard_s = came.time_s
                    for stream in wire.streams:
                        stream.take(came, rows, parts)
        for event in events:
            log.log(logging.INFO if event.what == "opened" else logging.WARNING, "%s: %s", event.wire, event.reason)
        self._now_s = tick.time_s
        twins = self._twins.read(tick.time_s, body)
        if rows:
            parts.append(samples(rows))
        return (joined((*parts, twins)) if parts else twins), tuple(events)

    def health(self) -> tuple[Health, ...]:
        """How every wire does; the twins together are one."""
        if not self._now_s < self._health_s + HEALTH_S:
            self._health_s = self._now_s
            people = "1 simulated person" if len(self.patched) == 1 else f"{len(self.patched)} simulated people"
            twins = Health("twins", "wire", True, people, self._twins.handled)
            refused = [Health(event.wire, "wire", False, event.reason) for event in self._refused]
            self._health = (*(wire.health(self._now_s) for wire in self.wires), *refused, twins)
        return self._health

    def close(self) -> None:
        """Let go of every port."""
        for wire in self.wires:
            wire.port.stop()
        for wire in self.wires:
            wire.port.close()


def _streams(device: Device) -> list[Stream | Crowd | Scattered]:
    """What makes rows of a device's bytes."""
    declared_hz = device.declared_hz
    streams: list[Stream | Crowd | Scattered] = []
    for wearer, decoder in device.carries:
        if isinstance(decoder, EmotiBit):
            streams.append(Scattered(decoder, [wearer] * len(decoder.channels), declared_hz))
        else:
            streams.append(Stream(wearer, decoder, Timing(declared_hz)))
    if isinstance(device.crowd, Osc):
        streams.append(Scattered(device.crowd, device.crowd.columns, declared_hz))
    elif device.crowd is not None:
        streams.append(Crowd(device.crowd, Timing()))
    return streams


def _note(wire: Wire, event: PortEvent) -> None:
    """Remember what became of a port; a device that was opened again begins anew."""
    if event.what == "opened":
        if wire.heard_s > -inf:
            for stream in wire.streams:
                stream.restart()
        wire.opened_s = event.time_s
    wire.state = event
