"""Which serial ports there are, and what speaks on them.  It listens, and never writes a byte."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from installation.sensors.identity import Lister, list_all
from installation.sensors.line import explain, open_serial
from installation.sensors.wires import cyton
from installation.sensors.wires.text import LineCutter

LISTEN_S = 0.3  # 15 lines of a PulseSensor
WAKE_S = 2.5  # an Arduino starts anew when its port is opened, and is silent for one or two seconds
BAUD = 115200
SURE = 0.6  # share of the lines that must look alike
SURE_PACKETS = 3  # in a row: no text has them

_NUMBER = rb"[+-]?(?:\d+\.?\d*|\.\d+)"
_LOOKS = (
    ("pulsesensor", re.compile(rb"(?:[A-Za-z]|[Ss]ignal:?\s*)\d{1,5}")),
    ("pulsesensor plotter", re.compile(rb"\d{1,3},(?:0|\d{3,4}),\d{1,5}")),
    ("names", re.compile(rb"(?:[^\s,:]+\s*:\s*" + _NUMBER + rb"[\s,]*)+")),
    ("columns", re.compile(_NUMBER + rb"(?:[\s,]+" + _NUMBER + rb")*")),
)
_PACK = re.compile(rb"NX\x01.(..)(..)", re.DOTALL).findall  # a head with its length, and that turned over

_BOARDS = {
    0x2341: "Arduino",
    0x2A03: "Arduino",
    0x1A86: "CH340 bridge: Nano clones, ESP32 boards",
    0x0403: "FTDI bridge: OpenBCI dongle and others",
    0x10C4: "CP210x bridge: ESP32 boards, EmotiBit",
    0x16C0: "Teensy",
    0x239A: "Adafruit board",
    0x2886: "Seeed XIAO",
    0x303A: "Espressif board",
    0x2458: "BLED112: Ganglion dongle",
}  # USB vendors, from usb.ids; they rank a guess, the bytes decide


@dataclass(frozen=True, slots=True)
class Found:
    """A serial port of this machine; "" where it tells nothing."""

    device: str
    board: str
    serial: str
    location: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What speaks on a port.

    kind: pulsesensor, pulsesensor plotter, names, columns, cyton, pack, silent, unknown or refused · says: a
    sentence · example: one of its lines · wire: the wire format to patch it with, "" for none.
    """

    kind: str
    says: str
    example: str = ""
    wire: str = ""


def list_ports(lister: Lister = list_all) -> tuple[Found, ...]:
    """The serial ports of this machine, by device name."""
    infos: Iterable[Any] = lister()
    rows = [
        Found(
            device=info.device,
            board=_BOARDS.get(info.vid or 0, info.description if info.vid else ""),
            serial=info.serial_number or "",
            location=info.location or "",
        )
        for info in infos
    ]
    return tuple(sorted(rows, key=lambda row: row.device))


def probe(device: str, wake_s: float = WAKE_S) -> Answer:
    """Listen to a port and say what answers; `wake_s` is how long a board may take to begin."""
    try:
        with open_serial(device, BAUD, wake_s) as line:
            data: bytes = line.read(1)
            if data:
                line.timeout = LISTEN_S
                data += line.read(4096)
    except Exception as problem:  # pyserial raises OSError, and at hang-ups TypeError or termios.error
        return Answer("refused", explain(problem, device))
    return classify(data)


def classify(data: bytes) -> Answer:
    """What the bytes of a port at 115200 baud look like."""
    if not data:
        started = "or is it one that Nexus starts (Cyton, BITalino, Firmata)?"
        return Answer("silent", f"says nothing at {BAUD} baud: is a sketch running on it, at that speed, {started}")
    if len(cyton.cutter().feed(data)) >= SURE_PACKETS:
        return Answer("cyton", "an OpenBCI Cyton: say under `names` what its channels are", wire="cyton")
    if any(int.from_bytes(one, "little") ^ int.from_bytes(turned, "little") == 0xFFFF for one, turned in _PACK(data)):
        return Answer("pack", "a gateway of many wearers: say each one's `slot`", wire="pack")
    cutter = LineCutter()
    lines = cutter.feed(data)
    for kind, look in _LOOKS:
        alike = [line for line in lines if look.fullmatch(line)]
        if lines and len(alike) >= SURE * (len(lines) + cutter.too_long):
            return _answer(kind, alike[-1].decode("ascii", "replace"))
    return Answer("unknown", f"speaks, but no known wire format at {BAUD} baud: is it another speed?")


def _answer(kind: str, example: str) -> Answer:
    """The answer for lines that look alike."""
    if kind == "pulsesensor":
        return Answer(kind, "a PulseSensor", example, "pulsesensor")
    if kind == "pulsesensor plotter":
        return Answer(kind, "a PulseSensor's serial plotter: rate, interval, signal", example, "pulsesensor")
    if kind == "names":
        return Answer(kind, "named values: patch the ones you want under `names`", example, "lines")
    return Answer(kind, "numbers: say under `columns` what each of them is", example, "lines")
