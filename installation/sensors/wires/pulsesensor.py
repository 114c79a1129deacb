"""PulseSensor on an Arduino: 50 lines a second, the raw 10- or 12-bit signal in each.

Forms that its sketches print, one to a line:

    S512                    Processing visualizer, one sensor; B72 and Q833 after a beat
    a512 b498 c530          (each on its own line) several sensors; A72, M833 … after a beat
    75,800,512              serial plotter, one sensor: rate, interval, signal
    512,498,530             serial plotter, several sensors
    Signal 512, signal: 512, raw 512, 512
    20371,512               milliseconds, signal               } the senders of 2026 ("Signal Coach"): with the board's
    512,75,800,0            signal, rate, interval, beat       } own time where they tell it
    {"signal":512, …}       or sample, raw, value              }
    PSWS,1,LIVE,7,20371,512,75,800,0,90,OK, and version 2 with seven fields more

The board's own rate and interval are read past: its detector knows no quality and finds beats in noise.

Source: WorldFamousElectronics/PulseSensorPlayground, src/utility/PulseSensorSerialOutput.cpp and
docs/signal-coach/pulse-webserial-protocol.mjs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from math import nan

from installation.sensors.wires import Row, signal_coach
from installation.sensors.wires.text import LineCutter
from installation.show.model import SensorPatch

ONE_SENSOR = "S"
SIGNAL_MAX = 65535  # the widest ADC of any board; a longer number is two lines run into one
KNOWN_MAX = 1023  # ten bits, as of most boards: their lines are read so often that it pays to know them by heart
RATE_MAX = 240  # beats a minute, the most that the sketch says

_ONE = re.compile(rb"(?:S|(?:[Ss]ignal|raw):?[ \t]*|(\d{1,3})[ \t]*,[ \t]*\d{1,5}[ \t]*,[ \t]*)?(\d{1,5})")
_ONE_ASIDE = re.compile(rb"[BQ]\d{1,5}")
_MANY = re.compile(rb"([a-z])(\d{1,5})")
_MANY_ASIDE = re.compile(rb"[A-Z]\d{1,5}")
_MANY_PLOTTER = re.compile(rb"\d{1,5}(?:[ \t]*,[ \t]*\d{1,5})+")


def encode(signal: int, sensor: str = ONE_SENSOR) -> bytes:
    """The line of one sample; `sensor` is "S" where there is one, else its letter from "a" on."""
    return b"%s%d\r\n" % (sensor.encode("ascii"), signal)


def encode_beat(rate: int, ibi_ms: int) -> bytes:
    """The two lines that a board with one sensor adds after a beat."""
    return b"B%d\r\nQ%d\r\n" % (rate, ibi_ms)


def encode_plotter(rate: int, ibi_ms: int, signal: int) -> bytes:
    """The serial plotter's line of a board with one sensor."""
    return b"%d,%d,%d\r\n" % (rate, ibi_ms, signal)


class PulseSensor:
    """Lines of one board to rows of one of its sensors; `sensor` is "S", or its letter among several."""

    def __init__(self, channel: int, sensor: str = ONE_SENSOR) -> None:
        self.channels: tuple[int, ...] = (channel,)
        self._bad = 0
        self._lines = LineCutter()
        self._channel = channel
        self._sensor = sensor.encode("ascii")
        self._known = _known(sensor)
        self._read = self._one if sensor == ONE_SENSOR else self._many

    @property
    def dropped(self) -> int:
        """Lines that said nothing known."""
        return self._bad + self._lines.too_long

    @property
    def lost(self) -> int:
        """Lines carry no numbers."""
        return 0

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Row]:
        """A row for each sample that `data` completes."""
        return [Row(((self._channel, signal),), device_s) for signal, device_s in self._samples(data)]

    def signals(self, data: bytes) -> list[float]:
        """The samples that `data` completes."""
        return [signal for signal, _ in self._samples(data)]

    def restart(self) -> None:
        """Forget half a line."""
        self._lines.restart()

    def _samples(self, data: bytes) -> list[tuple[float, float]]:
        """The samples that `data` completes, and the board's time of each, NaN where it tells none."""
        known, read = self._known.get, self._sample
        return [
            sample
            for line in self._lines.feed(data)
            if (sample := known(line)) is not None or (sample := read(line)) is not None
        ]

    def _sample(self, line: bytes) -> tuple[float, float] | None:
        """The sample that any line is; None where it is none."""
        signal, device_s = self._read(line), nan
        if signal is None and self._sensor == ONE_SENSOR.encode() and (told := signal_coach.read(line)):
            self._bad -= 1
            signal, device_s = told
        if signal is None:
            return None
        if signal > SIGNAL_MAX:
            self._bad += 1
            return None
        return float(signal), device_s

    def _one(self, line: bytes) -> int | None:
        """The signal of a board with one sensor; None where the line has none."""
        if (found := _ONE.fullmatch(line)) and int(found[1] or 0) <= RATE_MAX:
            return int(found[2])
        self._bad += not _ONE_ASIDE.fullmatch(line)
        return None

    def _many(self, line: bytes) -> int | None:
        """The signal of our sensor among several; None where the line is of another, or of none."""
        if found := _MANY.fullmatch(line):
            return int(found[2]) if found[1] == self._sensor else None
        if _MANY_PLOTTER.fullmatch(line):
            fields = line.split(b",")
            place = self._sensor[0] - ord("a")
            if place < len(fields):
                return int(fields[place])
        self._bad += not _MANY_ASIDE.fullmatch(line)
        return None


@cache
def _known(sensor: str) -> dict[bytes, tuple[float, float]]:
    """The usual lines of a sensor, and the samples that they are."""
    return {encode(signal, sensor).strip(): (float(signal), nan) for signal in range(KNOWN_MAX + 1)}


def decoder(patch: SensorPatch, channels: Mapping[str, int]) -> PulseSensor:
    """The decoder of a patched board.

    `names` says which sensor of several is the wearer's, as in names = { b = "ppg" }; without it the
    board has one.
    """
    sensor, channel = patch.names[0] if patch.names else (ONE_SENSOR, "ppg")
    return PulseSensor(channels[channel], sensor)
