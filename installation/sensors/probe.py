"""What answers on a port: it is listened to first, and asked only where its USB id says that it bears the question.

    1. listen at 115200, for as long as an Arduino takes to start after its port was opened
    2. a silent FTDI bridge: `v`, which an OpenBCI dongle answers with a text
    3. a silent bridge or Bluetooth port: 0x07, which a BITalino answers with its version
    4. a silent board: Firmata's two questions at 57600
    5. listen at the other speeds in use

A port whose bytes flow and are not known is never written to, nor is a device that no list knows.  The port is opened
once, since each opening starts an Arduino anew; only its speed changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from installation.sensors.find import BAUD, BLED112, BOARDS, CH340, CP210X, FTDI, Answer, Found, classify
from installation.sensors.greeter import SILENT_S
from installation.sensors.line import explain, in_use, open_serial
from installation.sensors.wires import bitalino, cyton, firmata

LISTEN_S = 0.3  # 15 lines of a PulseSensor
STILL = 3  # windows of `LISTEN_S` without a byte: what came before was a board that starts
OTHER_BAUDS = (57600, 250_000, 2_000_000, 9600, 921_600)  # Firmata, two PulseSensors, EmotiBit, old sketches, FreeEEG32

CYTON_S, CYTON_BYTES = 2.0, 500  # within which a dongle or its board has answered, and with no more
BITALINO_S, BITALINO_BYTES = 1.0, 64
FIRMATA_S, FIRMATA_BAUD, FIRMATA_BYTES = 1.0, 57600, 256
FIRMATA_ASKS = bytes((firmata.VERSION, firmata.SYSEX, firmata.FIRMWARE, firmata.SYSEX_ENDS))

BRIDGES = (FTDI, CH340, CP210X)
SKETCHES = tuple(vendor for vendor in BOARDS if vendor != BLED112)  # that one speaks a protocol of its own

Open = Callable[[str, int, float], Any]
"""Opens a path at a speed with a time for each read, as pyserial's `Serial`."""


def probe(found: Found, wake_s: float = SILENT_S, open_port: Open = open_serial) -> Answer:
    """Listen to a port, ask what may be asked, and say what answers; at most ten seconds.

    `wake_s` is how long a board may take to begin.
    """
    try:
        with open_port(found.device, BAUD, LISTEN_S) as line:
            heard = _listen(line, wake_s)
            if heard.known:
                return heard
            asked = _ask(line, found) if heard.kind == "silent" else None
            return asked or _elsewhere(line, heard)
    except Exception as problem:  # pyserial raises OSError, and at hang-ups TypeError or termios.error
        return Answer("in use" if in_use(problem) else "refused", explain(problem, found.device))


def _listen(line: Any, for_s: float) -> Answer:
    """What the bytes of some time look like; as soon as that is sure."""
    heard, still = b"", 0
    answer = classify(b"", line.baudrate)
    for _ in range(max(1, round(for_s / LISTEN_S))):
        data: bytes = line.read(4096)
        heard += data
        still = 0 if data else still + 1
        if data and not (answer := classify(data, line.baudrate)).known:
            answer = classify(heard, line.baudrate)  # a slow device has too few lines in one window
        if answer.known:
            return answer
    return classify(b"", line.baudrate) if still >= STILL else answer


def _ask(line: Any, found: Found) -> Answer | None:
    """Put the questions that a silent port may be asked, one after the other."""
    if found.vendor == FTDI:
        line.write(cyton.RESET)
        if (text := _reply(line, CYTON_S, cyton.REPLY_ENDS, CYTON_BYTES)).endswith(cyton.REPLY_ENDS):
            return _cyton(text)
    if found.vendor in BRIDGES or _bluetooth(found):
        line.write(bitalino.VERSION)
        text = _reply(line, BITALINO_S, b"\n", BITALINO_BYTES)
        if (at := text.find(b"BITalino")) >= 0:
            name = text[at:].decode("ascii", "replace").strip()
            return Answer("bitalino", f"{name}: say under `names` which sensor is at which input", wire="bitalino")
    if found.vendor in SKETCHES:
        line.baudrate = FIRMATA_BAUD
        line.reset_input_buffer()
        line.write(FIRMATA_ASKS)
        answer = classify(_reply(line, FIRMATA_S, bytes((firmata.SYSEX_ENDS,)), FIRMATA_BYTES), FIRMATA_BAUD)
        if answer.kind == "firmata":
            return answer
    return None


def _elsewhere(line: Any, heard: Answer) -> Answer:
    """Listen at the other speeds; what was heard at the first where none is known."""
    for baud in OTHER_BAUDS:
        line.baudrate = baud
        line.reset_input_buffer()
        answer = _listen(line, LISTEN_S)
        if answer.known:
            return answer
    return heard


def _reply(line: Any, within_s: float, ends: bytes, most: int) -> bytes:
    line.timeout = within_s
    data: bytes = line.read_until(ends, most)
    line.timeout = LISTEN_S
    return data


def _cyton(text: bytes) -> Answer:
    """The answer for a dongle that has answered."""
    try:
        told = cyton.reply(text) or ""
    except ValueError as failure:
        return Answer("cyton", str(failure), wire="cyton")
    if "Daisy" in told:
        says = "an OpenBCI Cyton with a Daisy: say under `names` what its channels are"
        return Answer("cyton_daisy", says, wire="cyton_daisy")
    return Answer("cyton", "an OpenBCI Cyton: say under `names` what its channels are", wire="cyton")


def _bluetooth(found: Found) -> bool:
    """Whether a port without a USB id is one of Bluetooth."""
    name = found.device.lower()
    return not found.vendor and ("rfcomm" in name or "bitalino" in name)
