"""`--wire FILE.raw=WEARER`: captures played as wearers' own sensors, in the place of their devices."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from installation.clock import Clock
from installation.frame import Chunk
from installation.sensors.devices import Device
from installation.sensors.find import classify
from installation.sensors.port import Source
from installation.sensors.raw import RawSource, read_head, read_raw
from installation.sensors.read import OpenDevice, serial_ports
from installation.show.model import SensorPatch, Show
from installation.show.named import wearer_named

ENOUGH = 4096  # bytes to know a wire format by: some twelve seconds of a PulseSensor


def with_captures(show: Show, wires: Sequence[str], *, hardware: bool) -> tuple[Show, OpenDevice]:
    """The show with each capture patched to its wearer, and how its devices are opened.

    What the patch had for these wearers is left out, and without `hardware` every other device too.  Raises
    ValueError, with a sentence, for a file that is no capture and a wearer whom nobody knows.
    """
    played = [_patched(show, wire) for wire in wires]
    wearers = {patch.wearer for patch in played}
    others = [patch for patch in show.patch.sensors if hardware and patch.wearer not in wearers]
    patch = dataclasses.replace(show.patch, sensors=(*played, *others))
    files = {patch.port for patch in played}
    open_port = serial_ports()

    def open_device(device: Device, clock: Clock) -> Source:
        if device.identity in files:
            return RawSource(device.name, Path(device.identity))
        return open_port(device, clock)

    return dataclasses.replace(show, patch=patch), open_device


def _patched(show: Show, wire: str) -> SensorPatch:
    """The patch of one `FILE=WEARER`: in the wearer's own wire format, or in the one that the bytes look like."""
    text, equals, name = wire.rpartition("=")
    if not (equals and text and name):
        raise ValueError(f'--wire {wire} names no wearer; "pulse.raw={show.wearers[0].name}" would do')
    wearer = wearer_named(show, name)
    path = Path(text)
    try:
        baud = read_head(path).baud
        data = b""
        for came in islice(read_raw(path, text), ENOUGH):
            data += came.data if isinstance(came, Chunk) and len(data) < ENOUGH else b""
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror or error}") from None
    own = next((patch for patch in show.patch.sensors if patch.wearer == wearer), None)
    if own is not None:
        return dataclasses.replace(own, port=text, serial="", location="", udp=0, device="", host="", baud=baud)
    answer = classify(data)
    if answer.wire == "pulsesensor":
        return SensorPatch(wearer, "pulsesensor", baud, port=text)
    if answer.wire:
        who = show.wearers[wearer].name
        has = f'has text lines such as "{answer.example}"' if answer.example else f'has the wire "{answer.wire}"'
        raise ValueError(f"{path} {has}: patch.toml has to say what of {who} it is")
    raise ValueError(f"{path} {answer.says}")
