"""The ADS1299 of a simulated Cyton: eight amplifiers, their settings and registers, and the test signals.

Sources: ADS1299 data sheet (SBAS499), registers and test signals; docs.openbci.com, Cyton SDK; OpenBCI_Cyton_Library.
"""

from __future__ import annotations

from collections.abc import Sequence

CHANNELS = 8
GAINS = (1, 2, 4, 6, 8, 12, 24)  # by the number in a command
DEFAULT = (0, 6, 0, 1, 1, 0)  # power on, gain 24, normal input, in the bias, SRB2 on, SRB1 off
HIGHEST = (1, 6, 7, 1, 1, 1)  # of each setting
NORMAL, SHORTED, TEST = 0, 1, 5  # kinds of input
STEPS_MAX = (1 << 23) - 1
VREF_V = 4.5
TEST_STEPS = 24 * STEPS_MAX / 2400  # VREF / 2400 at a gain of 24, in steps
SLOW_HZ, FAST_HZ = 2.048e6 / 2**21, 2.048e6 / 2**20
TEST_SIGNALS: dict[str, tuple[int, int, float]] = {
    "0": (SHORTED, 1, 0.0),
    "-": (TEST, 1, SLOW_HZ),
    "=": (TEST, 1, FAST_HZ),
    "p": (TEST, 2, 0.0),
    "[": (TEST, 2, SLOW_HZ),
    "]": (TEST, 2, FAST_HZ),
}
"""Kind of input, amplitude and frequency by command; p is steady."""

NAMES = (
    *("ADS_ID", "CONFIG1", "CONFIG2", "CONFIG3", "LOFF"),
    *(f"CH{number}SET" for number in range(1, 9)),
    *("BIAS_SENSP", "BIAS_SENSN", "LOFF_SENSP", "LOFF_SENSN", "LOFF_FLIP", "LOFF_STATP", "LOFF_STATN"),
    *("GPIO", "MISC1", "MISC2", "CONFIG4"),
)
ACCELEROMETER = (range(0x07, 0x10), range(0x1F, 0x34), range(0x38, 0x3E))
ACCELEROMETER_SET = {0x0F: 0x33, 0x20: 0x08, 0x23: 0x18, 0x2F: 0x20}  # identity, power-down, ±4 g, an empty buffer


class Chip:
    """Eight amplifiers with their settings."""

    def __init__(self) -> None:
        self.defaults()

    def defaults(self) -> None:
        """As the board begins."""
        self.settings = [list(DEFAULT) for _ in range(CHANNELS)]
        self.off = [False] * CHANNELS
        self.lead_off = [(0, 0)] * CHANNELS
        self._signal = TEST_SIGNALS["-"]

    def set(self, channel: int, values: str) -> bool:
        """Set a channel 0..7: six settings, or two of its lead-off; False where they are none."""
        if not values.isdecimal():
            return False
        if len(values) == 2:
            self.lead_off[channel] = (int(values[0]), int(values[1]))
            return set(values) <= {"0", "1"}
        told = [int(value) for value in values]
        if any(value > highest for value, highest in zip(told, HIGHEST, strict=True)):
            return False
        self.settings[channel], self.off[channel] = told, bool(told[0])
        return True

    def test(self, command: str) -> None:
        """Switch every channel on and to a test signal."""
        self._signal = TEST_SIGNALS[command]
        for channel in range(CHANNELS):
            self.settings[channel][2], self.off[channel] = self._signal[0], False

    def read(self, steps: Sequence[int], time_s: float) -> list[int]:
        """What the converter reads where its inputs have so many steps at a gain of 24."""
        if not any(self.off) and all(one[1] == DEFAULT[1] and one[2] == NORMAL for one in self.settings):
            return list(steps)
        return [self._one(channel, value, time_s) for channel, value in enumerate(steps)]

    def registers(self, daisy: bool) -> str:
        """Every register by name, number, value and bits, a line each."""
        lines = []
        for number, (name, value) in enumerate(zip(NAMES, self._values(daisy), strict=True)):
            bits = ", ".join(f"{value:08b}")
            lines.append(f"{name}, {number:02X}, {value:02X}, {bits}\n")
        return "".join(lines)

    def _one(self, channel: int, value: int, time_s: float) -> int:
        _, gain, kind, *_ = self.settings[channel]
        if self.off[channel] or kind not in (NORMAL, TEST):
            return 0
        if kind == TEST:
            _, amplitude, hz = self._signal
            value = round(amplitude * TEST_STEPS * (1 if int(2 * hz * time_s) % 2 == 0 else -1))
        return max(-STEPS_MAX, min(STEPS_MAX, round(value * GAINS[gain] / GAINS[-1])))

    def _values(self, daisy: bool) -> list[int]:
        sets = [off << 7 | one[1] << 4 | one[4] << 3 | one[2] for off, one in zip(self.off, self.settings, strict=True)]
        bias = sum(one[3] << channel for channel, one in enumerate(self.settings))
        sense = [sum(one[side] << channel for channel, one in enumerate(self.lead_off)) for side in (0, 1)]
        srb1 = 0x20 if any(one[5] for one in self.settings) else 0
        config = 0xB6 if daisy else 0x96  # 250 samples a second; with the clock given out to a Daisy
        return [0x3E, config, 0xC0, 0xEC, 0x02, *sets, bias, bias, *sense, 0, 0, 0, 0x0F, srb1, 0, 0]


def accelerometer_registers() -> str:
    """Every register of the accelerometer beside it, a line each."""
    parts = ["".join(f"0x{at:02X} {ACCELEROMETER_SET.get(at, 0):02X}\n" for at in span) for span in ACCELEROMETER]
    return "\nLIS3DH Registers\n" + "\n".join(parts)
