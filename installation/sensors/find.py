"""Which serial ports there are, and what the bytes of one look like.  USB ids rank a guess, the bytes decide."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from installation.sensors.identity import Lister, list_all
from installation.sensors.wires import cyton, firmata
from installation.sensors.wires.text import LineCutter

BAUD = 115200
SURE_LINES = 2  # noise may look like one
SURE = 0.6  # share of the lines that must look alike
SURE_PACKETS = 3  # in a row: no text has them

_NUMBER = rb"[+-]?(?:\d+\.?\d*|\.\d+)"
_LOOKS = (
    ("emotibit", re.compile(rb"\d+,\d+,\d+,[A-Z0-9%+-]{2},\d+,\d+(?:,.*)?")),
    ("pulsesensor", re.compile(rb"(?:[A-Za-z]|[Ss]ignal:?\s*)\d{1,5}")),
    ("pulsesensor plotter", re.compile(rb"\d{1,3},(?:0|\d{3,4}),\d{1,5}")),
    ("names", re.compile(rb"(?:[^\s,:]+\s*:\s*" + _NUMBER + rb"[\s,]*)+")),
    ("columns", re.compile(_NUMBER + rb"(?:[\s,]+" + _NUMBER + rb")*")),
)
_FIRMATA = re.compile(rb"(?:\xf9[\x00-\x7f]{2}|\xf0[\x00-\x7f]*\xf7|[\xe0-\xef][\x00-\x7f]{2})+")
_PACK = re.compile(rb"NX\x01.(..)(..)", re.DOTALL).findall  # a head with its length, and that turned over

ARDUINO, ARDUINO_ORG, CH340, FTDI, CP210X = 0x2341, 0x2A03, 0x1A86, 0x0403, 0x10C4
TEENSY, ADAFRUIT, SEEED, ESPRESSIF, BLED112 = 0x16C0, 0x239A, 0x2886, 0x303A, 0x2458
BOARDS = {
    ARDUINO: "Arduino",
    ARDUINO_ORG: "Arduino",
    CH340: "CH340 bridge: Nano clones, ESP32 boards",
    FTDI: "FTDI bridge: OpenBCI dongle and others",
    CP210X: "CP210x bridge: ESP32 boards, EmotiBit",
    TEENSY: "Teensy",
    ADAFRUIT: "Adafruit board",
    SEEED: "Seeed XIAO",
    ESPRESSIF: "Espressif board",
    BLED112: "BLED112: Ganglion dongle",
}  # USB vendors, from usb.ids


@dataclass(frozen=True, slots=True)
class Found:
    """A serial port of this machine; "" where it tells nothing.  vendor: its USB vendor, 0 where it has none."""

    device: str
    board: str
    serial: str
    location: str
    vendor: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What speaks on a port.

    kind: pulsesensor, pulsesensor plotter, names, columns, cyton, cyton_daisy, bitalino, firmata, pack, emotibit,
    silent, unknown, in use or refused · says: a sentence · example: one of its lines · wire: the wire format to patch
    it with, "" for none · baud: the speed at which it answers.
    """

    kind: str
    says: str
    example: str = ""
    wire: str = ""
    baud: int = BAUD

    @property
    def known(self) -> bool:
        """Whether the bytes have told what it is."""
        return self.kind not in ("silent", "unknown")


def list_ports(lister: Lister = list_all) -> tuple[Found, ...]:
    """The serial ports of this machine: those of known boards first, then by device name."""
    infos: Iterable[Any] = lister()
    rows = [
        Found(
            device=info.device,
            board=BOARDS.get(info.vid or 0, info.description if info.vid else ""),
            serial=info.serial_number or "",
            location=info.location or "",
            vendor=info.vid or 0,
        )
        for info in infos
    ]
    return tuple(sorted(rows, key=lambda row: (row.vendor not in BOARDS, row.device)))


def classify(data: bytes, baud: int = BAUD) -> Answer:
    """What the bytes of a port look like; `baud` is the speed at which they were read."""
    if not data:
        return Answer("silent", f"says nothing at {baud} baud: is a sketch running on it, at that speed?", baud=baud)
    if len(cyton.cutter().feed(data)) >= SURE_PACKETS:
        return Answer("cyton", "an OpenBCI Cyton: say under `names` what its channels are", wire="cyton", baud=baud)
    if any(int.from_bytes(one, "little") ^ int.from_bytes(turned, "little") == 0xFFFF for one, turned in _PACK(data)):
        return Answer("pack", "a gateway of many wearers: say each one's `slot`", wire="pack", baud=baud)
    if sum(len(found[0]) for found in _FIRMATA.finditer(data)) >= SURE * len(data):
        return _firmata(data, baud)
    cutter = LineCutter()
    lines = cutter.feed(data)
    for kind, look in _LOOKS:
        alike = [line for line in lines if look.fullmatch(line)]
        if len(alike) >= max(SURE_LINES, SURE * (len(lines) + cutter.too_long)):
            return _lines(kind, alike[-1].decode("ascii", "replace"), baud)
    return Answer("unknown", f"speaks, but no known wire format at {baud} baud: is it another speed?", baud=baud)


def _firmata(data: bytes, baud: int) -> Answer:
    """The answer for a board with a Firmata sketch, by the name that it tells."""
    board = firmata.Firmata({})
    board.feed(data)
    sketch = board.firmware or "Firmata"
    return Answer("firmata", f"{sketch}: say under `names` what its inputs are", wire="firmata", baud=baud)


def _lines(kind: str, example: str, baud: int) -> Answer:
    """The answer for lines that look alike."""
    if kind == "emotibit":
        return Answer(
            kind, "an EmotiBit: take what it sends by Wi-Fi, through its own program's OSC", example, baud=baud
        )
    if kind == "pulsesensor":
        return Answer(kind, "a PulseSensor", example, "pulsesensor", baud)
    if kind == "pulsesensor plotter":
        return Answer(kind, "a PulseSensor's serial plotter: rate, interval, signal", example, "pulsesensor", baud)
    if kind == "names":
        return Answer(kind, "named values: patch the ones you want under `names`", example, "lines", baud)
    return Answer(kind, "numbers: say under `columns` what each of them is", example, "lines", baud)
