"""BITalino (r)evolution: one to six analog inputs, 1, 10, 100 or 1000 frames a second, at 115200 baud.

A frame is one number, its least significant byte first on the wire, with these fields from the top down:

    number 4 bits · CRC 4 · digital I1 I2 O1 O2 · a 10 · b 10 · c 10 · d 10 · e 6 · f 6 · unused

a, b … are the inputs that are switched on, in rising order, as many as there are: 3, 4, 6, 7, 8 or 8 bytes.
The CRC has the polynomial x^4 + x + 1, begins with 0, and takes all bits as they come, its own as 0.

The numbers give each row its time on the device's clock.  Four bits of CRC are little: out of step, a frame
is believed when the one behind it is right and goes on.

Sources: BITalinoWorld/revolution-python-api, which reads our frames (`tests/sensors/test_hosts.py`), and cpp-api; the
transfer functions of the sensors' data sheets (ECG with a gain of 1100, EDA, respiration), as PLUX and the package
opensignalsreader have them.  An older sheet of the EDA sensor takes 0.574 V off first: levels may be up to 4.3 µS too
high with a board of that time; responses are the same.  Acceleration is not calibrated: its sheet wants a board
turned by hand once; ours is what the chip's sheet (ADXL335, ratiometric) says, a tenth of the supply for each g around
the middle, where opensignalsreader takes 100 of 1024 steps around 500.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import nan

from installation.sensors.wires import Row
from installation.sensors.wires.packets import PacketCutter
from installation.sensors.wires.sequence import Numbers
from installation.show.model import SensorPatch
from installation.show.wires import FORMATS, LEFT_OUT

INPUTS = 6
BYTES = (3, 4, 6, 7, 8, 8)  # of a frame with one input, two …
WIDE, NARROW = 10, 6  # bits of the first four inputs of a frame, and of the others
NUMBER_BITS = FORMATS["bitalino"].number_bits
RATES_HZ = tuple(int(rate_hz) for rate_hz, _ in FORMATS["bitalino"].rates_hz)  # in the order of their commands
USUAL_HZ = int(FORMATS["bitalino"].signals[0].rate_hz)

VERSION, STOP = b"\x07", b"\x00"  # STOP works live; from firmware 4.2 on 0xFF does in any mode

SUPPLY_V = 3.3
ECG_GAIN = 1100
EDA_V_PER_US = 0.132
ACC_SHARE_PER_G = 0.1  # of the supply


def _crc_of_bytes() -> bytes:
    """CRC after one byte more, at 256 times the CRC before plus the byte."""
    nibble = [0, 3, 6, 5, 12, 15, 10, 9, 11, 8, 13, 14, 7, 4, 1, 2]
    return bytes(nibble[nibble[crc] ^ byte >> 4] ^ byte & 15 for crc in range(16) for byte in range(256))


_CRC = _crc_of_bytes()


def crc4(frame: bytes, at: int, past: int) -> int:
    """CRC of the bytes from `at` to `past`, the last one's lower half taken as 0."""
    crc = 0
    for place in range(at, past - 1):
        crc = _CRC[crc << 8 | frame[place]]
    return _CRC[crc << 8 | frame[past - 1] & 0xF0]


class Layout:
    """Where the inputs of a frame are, by how many are switched on."""

    def __init__(self, inputs: int) -> None:
        self.bytes = BYTES[inputs - 1]
        self.bits = tuple(WIDE if place < 4 else NARROW for place in range(inputs))
        top = 8 * self.bytes - 12
        self.shifts = tuple(top - sum(self.bits[: place + 1]) for place in range(inputs))

    def values(self, frame: bytes) -> list[int]:
        """Steps of each input."""
        word = int.from_bytes(frame, "little")
        return [word >> shift & (1 << bits) - 1 for shift, bits in zip(self.shifts, self.bits, strict=True)]


LAYOUTS = tuple(Layout(inputs) for inputs in range(1, INPUTS + 1))


def encode(number: int, steps: Sequence[int], digital: int = 0) -> bytes:
    """The frame of one to six inputs; `digital`: I1, I2, O1, O2 as bits from the highest down."""
    layout = LAYOUTS[len(steps) - 1]
    word = (number << 8 | digital) << 8 * layout.bytes - 12
    for step, shift in zip(steps, layout.shifts, strict=True):
        word |= step << shift
    frame = word.to_bytes(layout.bytes, "little")
    return frame[:-1] + bytes((frame[-1] | crc4(frame, 0, len(frame)),))


def start(inputs: Sequence[int]) -> bytes:
    """The command that starts the inputs 1..6 named."""
    mask = sum(1 << number - 1 for number in set(inputs))
    return bytes((mask << 2 | 1,))


def rate(rate_hz: int) -> bytes:
    """The command that sets the frames a second, one of `RATES_HZ`; to be given before the start."""
    return bytes((RATES_HZ.index(rate_hz) << 6 | 3,))


def ecg_mv(share: float) -> float:
    """Millivolts at the electrodes; `share` 0..1 of the converter's range, in all of these."""
    return (share - 0.5) * SUPPLY_V / ECG_GAIN * 1000


def eda_us(share: float) -> float:
    """Skin conductance in µS."""
    return share * SUPPLY_V / EDA_V_PER_US


def resp_percent(share: float) -> float:
    """Stretch of the belt in percent of its range, -50..50."""
    return (share - 0.5) * 100


def acc_g(share: float) -> float:
    """Acceleration in g along one axis."""
    return (share - 0.5) / ACC_SHARE_PER_G


SENSORS: dict[str, Callable[[float], float]] = {
    "ecg": ecg_mv,
    "eda": eda_us,
    "resp": resp_percent,
    "acc_x": acc_g,
    "acc_y": acc_g,
    "acc_z": acc_g,
}
"""What a sensor's steps mean, by our channel; of any other channel they stay steps."""


class Bitalino:
    """Frames of one device to rows.

    inputs: the channel of each input that is switched on, in rising order, as (number, name), None where it is
    left out.
    """

    def __init__(self, inputs: Sequence[tuple[int, str] | None], rate_hz: float = USUAL_HZ) -> None:
        self.channels = tuple(one[0] for one in inputs if one)
        layout = LAYOUTS[len(inputs) - 1]
        self._fields = [
            (one[0], shift, (1 << bits) - 1, _values(one[1], bits))
            for one, shift, bits in zip(inputs, layout.shifts, layout.bits, strict=True)
            if one
        ]
        size = layout.bytes

        def sound(data: bytes, at: int) -> bool:
            return data[at + size - 1] & 15 == crc4(data, at, at + size)

        def number(data: bytes, at: int) -> int:
            return data[at + size - 1] >> 4

        self._packets = PacketCutter(size, NUMBER_BITS, sound, number, firm=False)
        self._numbers = Numbers(NUMBER_BITS, rate_hz)
        self._rate_hz = rate_hz

    @property
    def dropped(self) -> int:
        """Frames that could not be read."""
        return self._packets.bad

    @property
    def lost(self) -> int:
        """Frames that never came whole, told from the numbers of those that did."""
        return self._numbers.lost

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Row]:
        """A row for each frame that `data` completes."""
        packets = self._packets.feed(data)
        places = self._numbers.take([number for number, _ in packets], arrival_s)
        rows = []
        for place, (_, frame) in zip(places, packets, strict=True):
            word = int.from_bytes(frame, "little")
            values = [(channel, known[word >> shift & mask]) for channel, shift, mask, known in self._fields]
            rows.append(Row(tuple(values), place / self._rate_hz))
        return rows

    def restart(self) -> None:
        """Forget half a frame."""
        self._packets.restart()
        self._numbers.restart()


def _values(name: str, bits: int) -> list[float]:
    """What every step of a converter means on a channel."""
    sensor = SENSORS.get(name)
    return [sensor(step / (1 << bits)) if sensor else float(step) for step in range(1 << bits)]


def inputs_of(patch: SensorPatch) -> list[tuple[int, str]]:
    """(input 1..6, our channel) of a patched device, in rising order; the channel is "-" where it is left out."""
    return sorted((int(name.removeprefix("a")), channel) for name, channel in patch.names)


def greeting(patch: SensorPatch) -> tuple[bytes, ...]:
    """What starts a patched device."""
    inputs = [number for number, _ in inputs_of(patch)]
    return STOP, rate(int(patch.rate_hz) or USUAL_HZ), start(inputs)


def decoder(patch: SensorPatch, channels: Mapping[str, int]) -> Bitalino:
    """The decoder of a patched device: names = { a1 = "ecg", a3 = "eda" }.

    Every input that is switched on has a name; "-" leaves it out.
    """
    inputs = [None if name == LEFT_OUT else (channels[name], name) for _, name in inputs_of(patch)]
    return Bitalino(inputs or [None], patch.rate_hz or USUAL_HZ)
