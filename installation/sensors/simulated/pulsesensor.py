"""A simulated Arduino with PulseSensors, in any of the forms that its sketches print, old and new.

    processing   S512, and B72 Q833 after a beat       signal   Signal 512        psws   PSWS,1,LIVE,…  eleven fields
    letters      a512 b498 …, A72 M833, several        named    signal: 512       psws2  PSWS,2,LIVE,…  eighteen
    plotter      75,833,512, or 512,498 of several     raw      512               json   {"signal":512,…}
                                                       timed    milliseconds,512  four   512,75,833,0

Sources: WorldFamousElectronics/PulseSensorPlayground, src/utility/PulseSensorSerialOutput.cpp and docs/signal-coach.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from installation.sensors.simulated.arduino import Printer
from installation.sensors.simulated.converter import Converter, Input, Person, Row
from installation.sensors.simulated.playground import BeatFinder
from installation.sensors.wires import pulsesensor
from installation.show.wires import FORMATS

if TYPE_CHECKING:
    from installation.sensors.simulated import Said

USUAL_HZ = FORMATS["pulsesensor"].signals[0].rate_hz
STEPS_MAX = pulsesensor.KNOWN_MAX
SEVERAL = ("letters", "plotter")  # forms of a board with several sensors


class Told(NamedTuple):
    """What a board knows at a sample."""

    number: int
    ms: int
    signal: int
    rate: int
    ibi_ms: int
    beat: bool


def _processing(told: Told) -> bytes:
    after = pulsesensor.encode_beat(told.rate, told.ibi_ms) if told.beat else b""
    return pulsesensor.encode(told.signal) + after


def _psws(told: Told, version: int = 1, more: str = "") -> bytes:
    state = "BEAT" if told.rate else "SEARCHING"
    fields = f"{told.number},{told.ms},{told.signal},{told.rate},{told.ibi_ms},{told.beat:d},{100 * bool(told.rate)}"
    return f"PSWS,{version},LIVE,{fields},{state}{more}\r\n".encode()


def _json(told: Told) -> bytes:
    says = {"signal": told.signal, "timestampMs": told.ms, "sequence": told.number, "bpm": told.rate}
    return json.dumps({**says, "ibiMs": told.ibi_ms, "beat": told.beat}, separators=(",", ":")).encode() + b"\r\n"


FORMS: dict[str, Callable[[Told], bytes]] = {
    "processing": _processing,
    "plotter": lambda told: pulsesensor.encode_plotter(told.rate, told.ibi_ms, told.signal),
    "signal": lambda told: b"Signal %d\r\n" % told.signal,
    "named": lambda told: b"signal: %d\r\n" % told.signal,
    "raw": lambda told: b"%d\r\n" % told.signal,
    "timed": lambda told: b"%d,%d\r\n" % (told.ms, told.signal),
    "four": lambda told: b"%d,%d,%d,%d\r\n" % (told.signal, told.rate, told.ibi_ms, told.beat),
    "json": _json,
    "psws": _psws,
    "psws2": lambda told: _psws(told, 2, ",550,300,700,87,0,1,1"),
}
"""The line of a sample of a board with one sensor, by form."""


class Several:
    """A board with several sensors, each on a person of its own: their lines in turn, or one line of all."""

    def __init__(self, boards: Sequence[Printer], letters: bool) -> None:
        self._boards = boards
        self._letters = letters

    def opened(self, time_s: float) -> None:
        """The board begins anew."""
        self.reset(time_s)

    def reset(self, time_s: float) -> None:
        """Begin anew."""
        for board in self._boards:
            board.reset(time_s)

    def hear(self, data: bytes, time_s: float) -> None:
        """It listens to nothing."""

    def say(self, until_s: float) -> list[Said]:
        """The lines that are due."""
        parts = [board.say(until_s) for board in self._boards]
        between = b"" if self._letters else b","
        end = b"" if self._letters else b"\r\n"
        return [(each[0][0], between.join(text for _, text in each) + end) for each in zip(*parts, strict=True)]


def device(
    people: Sequence[Person], inputs: Mapping[str, str], *, rate_hz: float = 0.0, form: str = ""
) -> Printer | Several:
    """A simulated board: of one person, or of several where the form has letters, or is the plotter's."""
    if form not in ("", "letters", *FORMS):
        raise ValueError(f'a PulseSensor has no form "{form}"; there are: letters, {", ".join(FORMS)}')
    rate_hz = rate_hz or USUAL_HZ
    (channel,) = inputs.values()
    wired = [Input(channel, STEPS_MAX, 0.0, 0, STEPS_MAX)]
    finders = [BeatFinder() for _ in people]
    converters = [Converter(wired, person, rate_hz) for person in people]

    def one(row: Row) -> bytes:
        signal = row.steps[0]
        beat = finders[0].take(signal, 1000 / rate_hz)
        told = Told(row.number, round(1000 * row.time_s), signal, finders[0].rate, finders[0].ibi_ms, beat)
        return FORMS[form or "processing"](told)

    def lettered(place: int) -> Callable[[Row], bytes]:
        def text(row: Row) -> bytes:
            finder = finders[place]
            beat = finder.take(row.steps[0], 1000 / rate_hz)
            after = b"%c%d\r\n%c%d\r\n" % (ord("A") + place, finder.rate, ord("M") + place, finder.ibi_ms)
            return pulsesensor.encode(row.steps[0], chr(ord("a") + place)) + (after if beat else b"")

        return text

    if form == "letters" or (form == "plotter" and len(people) > 1):
        letters = form == "letters"
        texts = [lettered(place) if letters else lambda row: b"%d" % row.steps[0] for place in range(len(people))]
        boards = [Printer(converter, text) for converter, text in zip(converters, texts, strict=True)]
        return Several(boards, letters)
    return Printer(converters[0], one)
