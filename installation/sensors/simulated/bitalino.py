"""A simulated BITalino (r)evolution, firmware 5.1: idle, or live with one to six of its inputs, at 115200 baud.

Commands are single bytes, whose meaning hangs on whether it is live.  Idle: 0x07 version · 0x0B state · the rate ·
a start with real or made-up signals · the battery's threshold, whose two lowest bits are 0.  Live: 0x00 stop.  In
both: 0xFF stop · 0xB3 … its outputs O1 and O2 · 0xA3 and a value, the PWM output.

Sources: BITalinoWorld/revolution-python-api and cpp-api.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from installation.sensors.simulated.converter import Converter, Input, Person
from installation.sensors.wires.bitalino import (
    ACC_SHARE_PER_G,
    ECG_GAIN,
    EDA_V_PER_US,
    INPUTS,
    NUMBER_BITS,
    RATES_HZ,
    STOP,
    SUPPLY_V,
    USUAL_HZ,
    VERSION,
    WIDE,
    crc4,
    encode,
)
from installation.sensors.wires.bitalino import LAYOUTS as FRAMES

if TYPE_CHECKING:
    from installation.sensors.simulated import Said

GREETING = b"BITalino_v5.1\n"
STATE = 0x0B
ANY_STOP, PWM = 0xFF, 0xA3
OUTPUTS, OUTPUTS_MASK = 0xB3, 0xF3  # 0xB3 with O1 at 4 and O2 at 8
BATTERY = 660  # steps of a full one: 3.3 V reference, half the voltage
FULL = 1 << WIDE
SHARES = {
    "ecg": (ECG_GAIN / SUPPLY_V / 1e6, 0.5),  # from µV
    "eda": (EDA_V_PER_US / SUPPLY_V, 0.0),
    "resp": (1.0, 0.0),
    "ppg": (1.0, 0.0),
    "acc_x": (ACC_SHARE_PER_G, 0.5),
    "acc_y": (ACC_SHARE_PER_G, 0.5),
    "acc_z": (ACC_SHARE_PER_G, 0.5),
}
"""Of the converter's range, by channel: a unit, and nothing."""


class Device:
    """The device; `inputs` says which channel of the person is at a1 … a6."""

    def __init__(self, person: Person, inputs: Mapping[str, str], rate_hz: int) -> None:
        self._person = person
        self._channels = [inputs.get(f"a{number}", "") for number in range(1, INPUTS + 1)]
        self._usual_hz = rate_hz
        self._answers: list[Said] = []
        self.reset(0.0)

    def opened(self, time_s: float) -> None:
        """A serial port or Bluetooth is opened; the device goes on as it was."""

    def reset(self, time_s: float) -> None:
        """As it is switched on: idle."""
        self._rate_hz = self._usual_hz
        self._threshold = self._outputs = 0
        self._value_next = False  # the byte after PWM is a value
        self._live: list[int] = []  # inputs 0..5
        self._converter: Converter | None = None

    def hear(self, data: bytes, time_s: float) -> None:
        """Take commands, a byte each."""
        for byte in data:
            if self._value_next:
                self._value_next = False
            elif byte == PWM:
                self._value_next = True
            elif byte == ANY_STOP or (byte == STOP[0] and self._live):
                self._live, self._converter = [], None
            elif byte & OUTPUTS_MASK == OUTPUTS:
                self._outputs = (byte >> 2 & 1) << 1 | byte >> 3 & 1
            elif not self._live:
                self._idle(byte, time_s)

    def say(self, until_s: float) -> list[Said]:
        """Answers, then frames."""
        said, self._answers = self._answers, []
        if self._converter is not None:
            bits = FRAMES[len(self._live) - 1].bits
            for row in self._converter.rows(until_s):
                steps = [step >> WIDE - wide for step, wide in zip(row.steps, bits, strict=True)]
                said.append((row.time_s, encode(row.number % (1 << NUMBER_BITS), steps, self._outputs)))
        return said

    def _idle(self, byte: int, time_s: float) -> None:
        """Do a command that is one while the device is idle."""
        kind = byte & 3
        if byte == VERSION[0]:
            self._answers.append((time_s, GREETING))
        elif byte == STATE:
            converter = self._converting(range(INPUTS), USUAL_HZ)
            converter.start(time_s)
            steps = converter.rows(time_s)[0].steps
            self._answers.append((time_s, _state(steps, self._threshold, self._outputs)))
        elif kind == 0:
            self._threshold = byte >> 2
        elif kind == 3 and byte >> 2 & 0xF == 0:
            self._rate_hz = RATES_HZ[byte >> 6]
        elif kind in (1, 2) and byte >> 2:
            self._live = [place for place in range(INPUTS) if byte >> 2 + place & 1]
            self._converter = self._converting(self._live, self._rate_hz)
            self._converter.start(time_s)

    def _converting(self, live: Sequence[int], rate_hz: float) -> Converter:
        """The converter of some inputs; all in ten bits, of which the fifth and sixth of a frame keep six."""
        wired = [_input(self._channels[place]) for place in live]
        return Converter(wired, self._person, rate_hz)


def _state(steps: Sequence[int], threshold: int, digital: int) -> bytes:
    """The answer to `STATE`, as up to firmware 5.1: the inputs, the battery, its threshold, I1 I2 O1 O2 and a CRC."""
    words = b"".join(step.to_bytes(2, "little") for step in (*steps, BATTERY))
    data = words + bytes((threshold, digital << 4))
    return data[:-1] + bytes((data[-1] | crc4(data, 0, len(data)),))


def _input(channel: str) -> Input:
    gain, zero = SHARES.get(channel, (0.0, 0.5))
    return Input(channel, FULL * gain, FULL * zero, 0, FULL - 1)


def device(people: Sequence[Person], inputs: Mapping[str, str], *, rate_hz: float = 0.0, form: str = "") -> Device:
    """A simulated BITalino."""
    if rate_hz and rate_hz not in RATES_HZ:
        raise ValueError(f"a BITalino sends {', '.join(map(str, RATES_HZ))} frames a second, not {rate_hz:g}")
    if form:
        raise ValueError(f'a BITalino has no form "{form}"')
    return Device(people[0], inputs, int(rate_hz) or USUAL_HZ)
