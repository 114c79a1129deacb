"""A simulated OpenBCI Cyton with its dongle, and with a Daisy where it has one: firmware 3.1.2 at 115200 baud.

It takes the commands of the maker's SDK and answers in its words, each text ending in `$$$`, none while it streams:
`v` reset · `b` `s` start, stop · `d` `D` defaults · `?` registers · `V` version · `c` `C` channels ·
`1`…`8` `q`…`i` off and `!`…`*` `Q`…`I` on · `x…X` channel settings · `z…Z` impedance · `0 - = p [ ]` test signals ·
`~` sample rate · `/` board mode · `<` `>` time stamps · 0xF0 0x07 state of the radio.  SD cards and Wi-Fi it has none.

With a Daisy, a packet carries the mean of the last two samples: of the Cyton where its number is odd, of the
Daisy where it is even.

Sources: docs.openbci.com (Cyton SDK, Cyton Data Format); OpenBCI_Cyton_Library 3.1.2, its definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from installation.sensors.simulated.ads1299 import TEST_SIGNALS, Chip, accelerometer_registers
from installation.sensors.simulated.converter import Converter, Input, Person, Row
from installation.sensors.wires.cyton import (
    ACCELERATION,
    ACCELERATION_SET,
    ACCELERATION_STAMPED,
    ANALOG,
    ANALOG_SET,
    ANALOG_STAMPED,
    AXIS_FROM,
    CHANNELS,
    G_PER_STEP,
    LETTERS,
    PACKETS_HZ,
    REPLY_ENDS,
    UV_PER_STEP,
    encode,
    encode_stamped,
)

if TYPE_CHECKING:
    from installation.sensors.simulated import Said

VERSION = "v3.1.2"
OFF, ON = "12345678qwertyui", "!@#$%^&*QWERTYUI"  # of channels 1..16
MODES = ("default", "debug", "analog", "digital", "marker")
RATES_HZ = (16000, 8000, 4000, 2000, 1000, 500, 250)  # by the number after ~
WIRELESS = RATES_HZ.index(250)  # the only one that the dongle carries
MULTI_S = 1.0  # a command of several characters has to be whole after this
LENGTHS = {"x": 9, "z": 5, "~": 2, "/": 2, "`": 2, "\xf0": 2}  # characters of those commands
ACCELERATION_EVERY = 10  # packets: it is taken at 25 Hz
STEPS_MAX, SHORT_MAX, PIN_MAX = (1 << 23) - 1, (1 << 15) - 1, 1023
TIMEOUT = "Timeout processing multi byte message - please send all commands at once as of v2"


class Board:
    """The board; `inputs` says which channel of the person is at ch1 … ch16, acc_x …, d11 …"""

    def __init__(self, person: Person, inputs: Mapping[str, str], daisy: bool) -> None:
        self._chips = [Chip(), Chip()] if daisy else [Chip()]
        volts = [f"ch{number}" for number in range(1, 1 + CHANNELS * len(self._chips))]
        names = [*volts, "acc_x", "acc_y", "acc_z", "d11", "d12", "d13"]
        wired = [_input(name, inputs.get(name, "")) for name in names]
        self._converter = Converter(wired, person, PACKETS_HZ)
        self._answers: list[Said] = []
        self.reset(0.0)

    def opened(self, time_s: float) -> None:
        """The dongle is opened; the board knows nothing of it."""

    def reset(self, time_s: float) -> None:
        """As it is switched on: silent, until it is told to stream."""
        self._converter.stop()
        for chip in self._chips:
            chip.defaults()
        self._sixteen = len(self._chips) > 1
        self._mode, self._rate = 0, WIRELESS
        self._stamped = self._set = False
        self._pending, self._pending_s = "", 0.0
        self._before: list[int] = []
        self._marker = 0

    def hear(self, data: bytes, time_s: float) -> None:
        """Take commands, one character after the other."""
        self._give_up(time_s)
        for character in data.decode("latin-1"):
            if self._pending:
                self._pending += character
                if len(self._pending) == LENGTHS[self._pending[0]]:
                    whole, self._pending = self._pending, ""
                    self._answer(self._several(whole), time_s)
            elif character in LENGTHS:
                self._pending, self._pending_s = character, time_s
            else:
                self._answer(self._one(character, time_s), time_s)

    def say(self, until_s: float) -> list[Said]:
        """Answers, then packets."""
        self._give_up(until_s)
        said, self._answers = self._answers, []
        return said + [(row.time_s, self._packet(row)) for row in self._converter.rows(until_s)]

    def _give_up(self, time_s: float) -> None:
        if self._pending and time_s - self._pending_s > MULTI_S:
            self._pending = ""
            self._answer(TIMEOUT, time_s)

    def _answer(self, text: str | None, time_s: float) -> None:
        """Say a text, where there is one and the board is not streaming."""
        if text is not None and not self._converter.running:
            self._answers.append((time_s, text.encode("latin-1") + REPLY_ENDS))

    def _one(self, command: str, time_s: float) -> str | None:
        """Do a command of one character; what it answers, None for nothing."""
        channel = OFF.find(command) if command in OFF else ON.find(command)
        if channel >= 0:
            if chip := self._chip(channel):
                chip.off[channel % CHANNELS] = command in OFF
            return None
        if command in TEST_SIGNALS:
            for chip in self._chips:
                chip.test(command)
            return "Success: Configured internal test signal."
        match command:
            case "v":
                self.reset(time_s)
                return self._banner()
            case "b":
                if not self._converter.running:
                    self._before, self._rate = [], WIRELESS
                    self._converter.start(time_s)
            case "s":
                self._converter.stop()
            case "d":
                for chip in self._chips:
                    chip.defaults()
                return "updating channel settings to default"
            case "D":
                return "060110"
            case "V":
                return VERSION
            case "?":
                names = ("Board", "Daisy")[: 2 if self._sixteen else 1]
                told = zip(names, self._chips, strict=False)
                chips = [f"\n{name} ADS Registers\n{chip.registers(self._sixteen)}" for name, chip in told]
                return "".join((*chips, accelerometer_registers()))
            case "c":
                had, self._sixteen = self._sixteen, False
                return "daisy removed" if had else None
            case "C":
                had, self._sixteen = self._sixteen, len(self._chips) > 1
                return "16" if had else "daisy attached16" if self._sixteen else "no daisy to attach!8"
            case "<" | ">":
                self._stamped = self._set = command == "<"
                return f"Time stamp {'ON' if self._stamped else 'OFF'}"
        return None

    def _several(self, command: str) -> str | None:
        """Do a command of several characters; what it answers."""
        kind, value = command[0], command[1]
        if kind in "xz":
            channel = LETTERS.decode().find(value)
            chip = self._chip(channel)
            if command[-1] != kind.upper():
                return f"Failure: {LENGTHS[kind]}th char not {kind.upper()}"
            if chip is None or not chip.set(channel % CHANNELS, command[2:-1]):
                return "Failure: Err: too many chars"
            return f"Success: {'Channel' if kind == 'x' else 'Lead off'} set for {value}"
        if kind == "~":
            if value.isdecimal() and int(value) < len(RATES_HZ):
                self._rate = int(value)
            elif value != "~":
                return "Failure: sample value out of bounds" if value.isdecimal() else "Failure: invalid sample value"
            return f"Success: Sample rate is {RATES_HZ[self._rate]}Hz"
        if kind == "/":
            if value == "/":
                return f"Board mode is {MODES[self._mode]}"
            if not (value.isdecimal() and int(value) < len(MODES)):
                return f"Failure: board mode value {'out of bounds' if value.isdecimal() else 'invalid'}."
            self._mode = int(value)
            return f"Success: {MODES[self._mode]}"
        if kind == "`":
            self._marker = ord(value)
            return None
        return "Success: System is Up" if value == "\x07" else None

    def _chip(self, channel: int) -> Chip | None:
        """The chip of a channel 0..15; None where there is none."""
        return self._chips[channel // CHANNELS] if 0 <= channel < CHANNELS * len(self._chips) else None

    def _banner(self) -> str:
        daisy = "On Daisy ADS1299 Device ID: 0x3E\n" if self._sixteen else ""
        return (
            f"OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\n{daisy}"
            f"LIS3DH Device ID: 0x33\nFirmware: {VERSION}\n"
        )

    def _packet(self, row: Row) -> bytes:
        """One packet; the firmware's numbers begin with 0 at each start."""
        number = row.number % 256
        steps = row.steps
        if self._sixteen:
            now = steps[: 2 * CHANNELS]
            mean = [(one + two) // 2 for one, two in zip(self._before or now, now, strict=True)]
            self._before = now
            chip, eight = (self._chips[0], mean[:CHANNELS]) if number % 2 else (self._chips[1], mean[CHANNELS:])
        else:
            chip, eight = self._chips[0], steps[:CHANNELS]
        eight = chip.read(eight, row.time_s)
        axes, pins = steps[-6:-3], steps[-3:]
        pinned = self._mode in (2, 3, 4)
        if pinned:
            three = pins if self._mode == 2 else [self._marker << 8 if self._mode == 4 else 0, 0, 0]
            self._marker = 0
        if self._stamped:
            board_ms = round(row.time_s * 1000) % (1 << 32)
            kinds = (ANALOG_STAMPED, ANALOG_SET) if pinned else (ACCELERATION_STAMPED, ACCELERATION_SET)
            kind, self._set = kinds[self._set], False
            axis = number % ACCELERATION_EVERY - AXIS_FROM
            one = three[0] if pinned else axes[axis] if axis >= 0 else 0
            return encode_stamped(number, eight, one, board_ms, kind)
        if pinned:
            return encode(number, eight, three, ANALOG)
        return encode(number, eight, axes if row.number % ACCELERATION_EVERY == 0 else (0, 0, 0), ACCELERATION)


def _input(name: str, channel: str) -> Input:
    """What an input of the board reads of a channel; heartbeats of 1 mV are 45,000 steps of a voltage."""
    if name.startswith("acc"):
        return Input(channel, 1 / G_PER_STEP, 0.0, -SHORT_MAX, SHORT_MAX)
    if name.startswith("d"):
        return Input(channel, PIN_MAX, 0.0, 0, PIN_MAX)
    return Input(channel, 1 / UV_PER_STEP, 0.0, -STEPS_MAX, STEPS_MAX)


def device(
    people: Sequence[Person],
    inputs: Mapping[str, str],
    *,
    rate_hz: float = 0.0,
    form: str = "",
    daisy: bool = False,
) -> Board:
    """A simulated Cyton."""
    if rate_hz:
        raise ValueError(f"a Cyton sends {PACKETS_HZ:g} packets a second, and no other rate by radio")
    if form:
        raise ValueError(f'a Cyton has no form "{form}"')
    return Board(people[0], inputs, daisy)
