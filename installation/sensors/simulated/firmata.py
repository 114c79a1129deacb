"""A simulated Arduino Mega with StandardFirmata: sixteen analog inputs, 57600 baud, Firmata 2.5 and later.

It starts anew when its port is opened, and tells its version and its name.  Then it answers: 0xF9 version · 0x79 name ·
0x6B what pins can · 0x69 which are analog · 0x6D what a pin is · 0xC0 report an input · 0xD0 report a port · 0xF4 a
pin's mode · 0x7A the interval · 0xFF begin anew.  Everything else is read past.

Sources: firmata/protocol, protocol.md; firmata/arduino, StandardFirmata.ino and Boards.h (Mega).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING

from installation.sensors.simulated.arduino import WAKE_S
from installation.sensors.simulated.converter import Converter, Input, Person
from installation.sensors.wires.firmata import (
    FIRMWARE,
    INTERVAL,
    KEPT,
    REPORT_ANALOG,
    RESET,
    SYSEX,
    SYSEX_ENDS,
    VERSION,
    encode,
    encode_firmware,
    encode_version,
)

if TYPE_CHECKING:
    from installation.sensors.simulated import Said

NAME, MAJOR, MINOR = "StandardFirmata.ino", 2, 5
INPUTS, FIRST = 16, 54  # A0 is pin 54 of a Mega
PINS = FIRST + INPUTS
SERIAL_PINS, PWM_PINS, TWO_WIRE_PINS = range(2), (*range(2, 14), *range(44, 47)), (20, 21)
USUAL_MS = 19  # between two rounds, until it is told another
STEPS_MAX = 1023
MAPPING, MAPPED, CAPABILITY, CAPABLE, PIN_STATE, PIN_TOLD = 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E
REPORT_PORT, PORT, SET_MODE, SET_PIN = 0xD0, 0x90, 0xF4, 0xF5
MODE_INPUT, MODE_OUTPUT, MODE_ANALOG, MODE_PWM, MODE_TWO_WIRE, MODE_PULLUP = 0, 1, 2, 3, 6, 11
NONE, END = 127, 127
ARGUMENTS = {REPORT_ANALOG: 1, REPORT_PORT: 1, PORT: 2, 0xE0: 2}  # bytes after one that names a port or an input
FIXED_ARGUMENTS = {SET_MODE: 2, SET_PIN: 2}


class Board:
    """The board; `inputs` says which channel of the person is at a0 … a15."""

    def __init__(self, person: Person, inputs: Mapping[str, str], rate_hz: float) -> None:
        wired = [_input(inputs.get(f"a{number}", "")) for number in range(INPUTS)]
        self._usual_hz = rate_hz
        self._converter = Converter(wired, person, rate_hz)
        self._answers: list[Said] = []
        self._awake_s = -inf
        self._begin()

    def opened(self, time_s: float) -> None:
        """An Arduino begins anew when its port is opened."""
        self.reset(time_s)

    def reset(self, time_s: float) -> None:
        """Begin anew: silent while the bootloader waits, then the version and the name."""
        self._begin()
        self._awake_s = time_s + WAKE_S
        self._answers = [(self._awake_s, encode_version(MAJOR, MINOR) + encode_firmware(NAME, MAJOR, MINOR))]

    def hear(self, data: bytes, time_s: float) -> None:
        """Take messages; the bootloader takes them for no program."""
        if time_s < self._awake_s:
            return
        for byte in data:
            message = self._message
            if byte < 0x80:
                if message and len(message) < KEPT:
                    message.append(byte)
            elif byte == SYSEX_ENDS and message[:1] == bytes((SYSEX,)):
                self._long(bytes(message[1:]), time_s)
                message.clear()
                continue
            else:
                message[:] = (byte,)
            if message and message[0] != SYSEX and len(message) == 1 + _arguments(message[0]):
                self._short(bytes(message), time_s)
                message.clear()

    def say(self, until_s: float) -> list[Said]:
        """Answers, then rounds of the inputs that are reported, a message each."""
        said = [one for one in self._answers if one[0] <= until_s]
        self._answers = [one for one in self._answers if one[0] > until_s]
        for row in self._converter.rows(until_s):
            said += [(row.time_s, encode(number, row.steps[number])) for number in self._reported]
        return said

    def _begin(self) -> None:
        self._message = bytearray()
        self._reported: list[int] = []
        self._modes = {pin: MODE_ANALOG if pin >= FIRST else MODE_OUTPUT for pin in range(PINS)}
        self._converter.stop()
        self._converter.rate_hz = self._usual_hz

    def _answer(self, data: bytes, time_s: float) -> None:
        self._answers.append((time_s, data))

    def _short(self, message: bytes, time_s: float) -> None:
        """Do a message of at most three bytes."""
        first, number = message[0], message[0] & 15
        if first == VERSION:
            self._answer(encode_version(MAJOR, MINOR), time_s)
        elif first == RESET:
            self._begin()
        elif first == SET_MODE:
            if message[1] < PINS:
                self._modes[message[1]] = message[2]
        elif first & 0xF0 == REPORT_ANALOG:
            reported = set(self._reported) - {number}
            self._reported = sorted(reported | {number} if message[1] else reported)
            if self._reported and not self._converter.running:
                self._converter.start(time_s)
            elif not self._reported:
                self._converter.stop()
        elif first & 0xF0 == REPORT_PORT and message[1]:
            self._answer(bytes((PORT | number, 0, 0)), time_s)  # nothing is connected to it

    def _long(self, message: bytes, time_s: float) -> None:
        """Do a message that has an end of its own, less both ends."""
        kind = message[0] if message else None
        if kind == FIRMWARE:
            self._answer(encode_firmware(NAME, MAJOR, MINOR), time_s)
        elif kind == CAPABILITY:
            self._answer(_sysex(CAPABLE, b"".join(map(_capabilities, range(PINS)))), time_s)
        elif kind == MAPPING:
            numbers = bytes(pin - FIRST if pin >= FIRST else NONE for pin in range(PINS))
            self._answer(_sysex(MAPPED, numbers), time_s)
        elif kind == PIN_STATE and len(message) > 1 and message[1] < PINS:
            self._answer(_sysex(PIN_TOLD, bytes((message[1], self._modes[message[1]], 0))), time_s)
        elif kind == INTERVAL and len(message) > 2:
            running = self._converter.running
            self._converter.rate_hz = 1000 / max(1, message[1] | message[2] << 7)
            if running:
                self._converter.start(time_s)


def _sysex(kind: int, data: bytes) -> bytes:
    return bytes((SYSEX, kind)) + data + bytes((SYSEX_ENDS,))


def _arguments(first: int) -> int:
    """Bytes that follow a first one."""
    return ARGUMENTS.get(first & 0xF0, FIXED_ARGUMENTS.get(first, 0))


def _capabilities(pin: int) -> bytes:
    """What a pin can, each with its bits."""
    modes = [] if pin in SERIAL_PINS else [(MODE_INPUT, 1), (MODE_PULLUP, 1), (MODE_OUTPUT, 1)]
    modes += [(MODE_ANALOG, 10)] if pin >= FIRST else []
    modes += [(MODE_PWM, 8)] if pin in PWM_PINS else []
    modes += [(MODE_TWO_WIRE, 1)] if pin in TWO_WIRE_PINS else []
    return bytes(one for mode in modes for one in mode) + bytes((END,))


def _input(channel: str) -> Input:
    """Ten bits over 5 V: a pulse and a belt fill them, a heart has ±1.5 mV, skin 50 µS, motion ±3 g."""
    gain, zero = {
        "ppg": (1023.0, 0.0),
        "ecg": (512 / 1500, 512.0),
        "eda": (1023 / 50, 0.0),
        "resp": (1023.0, 0.0),
    }.get(channel, (512 / 3, 512.0))
    return Input(channel, gain, zero, 0, STEPS_MAX)


def device(people: Sequence[Person], inputs: Mapping[str, str], *, rate_hz: float = 0.0, form: str = "") -> Board:
    """A simulated board with StandardFirmata."""
    if form:
        raise ValueError(f'Firmata has no form "{form}"')
    return Board(people[0], inputs, rate_hz or 1000 / USUAL_MS)
