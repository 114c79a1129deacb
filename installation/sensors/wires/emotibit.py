"""EmotiBit: lines of text in UDP datagrams, many values in a line, some ten lines a second of each kind.

    531473,17298,3,PI,1,100,112870,112866,112867

    time in ms since the device began, of the newest value · number, one more with each line, 0 after 65535 · count
    of values · kind · version · reliability · values, the oldest first

A line tells the time of its newest value only; the others are a step apart, which is learned of each kind from
line to line, so that firmware with another rate needs no word of it.  Lines of the dialogue (`MARKS`) carry the
device's time at the moment of sending: nothing of theirs waited for a batch, and so they tie its clock to the
house's closer than values do.  What UDP brings late, behind its turn, is left out: times only rise.

Source: EmotiBit_XPlat_Utils EmotiBitPacket, EmotiBit_FeatherWing; docs Working_with_emotibit_data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import NamedTuple

from installation.sensors.scattered import Reading
from installation.sensors.wires.sequence import Numbers
from installation.show.model import SensorPatch
from installation.show.wires import FORMATS

FIELDS = 6  # of a line, before its values
NUMBER_BITS = FORMATS["emotibit"].number_bits
RATES_HZ = {kind: one.rate_hz for one in FORMATS["emotibit"].signals for kind in one.names}
MARKS = frozenset(("RD", "PO"))  # kinds that are sent at once: a request for the time, the answer to a ping
ASIDE = frozenset(("PO", "HH"))  # and those that do not take part in the numbers, since they go another way
CUT = "\x19"  # stands in a line whose values did not find room
LONGEST = 2048  # bytes of a line: more than a datagram of its own
TURN = 1 << NUMBER_BITS
LATE = 1000  # lines behind its turn, at most, for one that UDP brought late; some ten seconds of a device
AGAIN_MS = 1000  # a time so much earlier than the newest: the device began anew
LEARN, WITHIN = 0.1, 8.0  # share of a step that one line teaches; it is believed within this of the table


class Line(NamedTuple):
    """One line; `values` as text, since those of the dialogue are none."""

    time_ms: int
    number: int
    kind: str
    values: tuple[str, ...] = ()


def encode(line: Line, version: int = 1, reliability: int = 100) -> bytes:
    """The bytes of a line, with its end."""
    head = f"{line.time_ms},{line.number},{len(line.values)},{line.kind},{version},{reliability}"
    return ",".join((head, *line.values)).encode() + b"\n"


def decode(line: bytes) -> Line | None:
    """What a line says; None where it says nothing sound."""
    try:
        text = line.strip().decode("ascii")
    except UnicodeDecodeError:
        return None
    time_ms, number, count, kind, *rest = fields = text.split(",") if text.count(",") >= FIELDS - 1 else [""] * FIELDS
    if CUT in text or not (time_ms.isdigit() and number.isdigit() and count.isdigit()) or len(kind) != 2:
        return None
    if len(time_ms) > 10 or len(number) > 5 or len(count) > 4 or len(rest) - 2 < int(count):
        return None
    return Line(int(time_ms), int(number) % TURN, kind, tuple(fields[FIELDS : FIELDS + int(count)]))


class EmotiBit:
    """Lines of one device to readings; `kinds` gives the channel number of each kind that is asked for."""

    def __init__(self, kinds: Mapping[str, int]) -> None:
        self.channels = tuple(kinds.values())
        self._kinds = dict(kinds)
        self._bad = 0
        self._rest = b""
        self._numbers = Numbers(NUMBER_BITS)
        self._steps_s = {kind: 1 / RATES_HZ[kind] for kind in kinds}
        self._series = {kind: place for place, kind in enumerate(kinds)}
        self.restart()

    @property
    def dropped(self) -> int:
        """Lines that could not be read, or came late."""
        return self._bad

    @property
    def lost(self) -> int:
        """Lines that never came, told from the numbers of those that did."""
        return self._numbers.lost

    def feed(self, data: bytes, arrival_s: float = nan) -> list[Reading]:
        """The readings that `data` completes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            self._rest = b""
            self._bad += 1
        readings: list[Reading] = []
        for text in lines:
            line = decode(text)
            if line is None:
                self._bad += bool(text.strip())
            else:
                self._take(line, readings)
        return readings

    def restart(self) -> None:
        """Forget half a line, and count from the next one on."""
        self._rest = b""
        self._numbers.restart()
        self._number = -1  # of the newest line; none yet
        self._time_ms = -1
        self._last: dict[str, int] = {}  # time of the newest line of each kind

    def _take(self, line: Line, readings: list[Reading]) -> None:
        if line.kind not in ASIDE:
            if self._time_ms - line.time_ms > AGAIN_MS:
                self.restart()
            elif self._number >= 0 and (self._number - line.number) % TURN < LATE:
                self._bad += 1
                return
            self._numbers.take([line.number])
            self._number, self._time_ms = line.number, max(self._time_ms, line.time_ms)
        if line.kind in MARKS:
            readings.append(Reading(-1, line.time_ms / 1000, ()))
        channel = self._kinds.get(line.kind)
        if channel is None or not line.values:
            return
        values = list(map(_number, line.values))
        if not all(map(isfinite, values)):
            self._bad += 1
            return
        step_s = self._step(line, len(values))
        for back, value in zip(range(len(values) - 1, -1, -1), values, strict=True):
            told_s = line.time_ms / 1000 - back * step_s
            readings.append(Reading(self._series[line.kind], told_s, ((channel, value),)))

    def _step(self, line: Line, count: int) -> float:
        """Seconds between the values of a kind, as its lines teach."""
        kind, usual_s = line.kind, 1 / RATES_HZ[line.kind]
        step_s = (line.time_ms - self._last.get(kind, line.time_ms)) / 1000 / count
        if usual_s / WITHIN < step_s < usual_s * WITHIN:
            own_s = self._steps_s[kind]
            self._steps_s[kind] += LEARN * (min(step_s, 2 * own_s) - own_s)  # after a loss a step seems long
        self._last[kind] = line.time_ms
        return self._steps_s[kind]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return nan


def payload(*values: float) -> tuple[str, ...]:
    """Values as a line has them."""
    return tuple(f"{value:.0f}" if value % 1 == 0 else f"{value!r}" for value in values)


def labels(values: Sequence[str]) -> dict[str, str]:
    """The values of a line of the dialogue by their labels: DP, 3132, DI, MD-V5 …"""
    return dict(zip(values[::2], values[1::2], strict=False))


def decoder(patch: SensorPatch, channels: Mapping[str, int]) -> EmotiBit:
    """The decoder of a patched device: names = { PG = "ppg", EA = "eda" }, which it has where there are none."""
    return EmotiBit({kind: channels[channel] for kind, channel in patch.names})
