"""A simulated Arduino that prints text lines: named values, or columns with the board's milliseconds first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from installation.sensors.simulated.arduino import Printer
from installation.sensors.simulated.converter import Converter, Input, Person, Row
from installation.sensors.wires.lines import encode, encode_columns

USUAL_HZ = 50.0  # as a PulseSensor
FORMS = ("names", "columns")
STEPS_MAX = 1023  # ppg and resp are printed as the converter reads them; all others in thousandths of their unit
RANGES = {"ecg": 5000, "eda": 100}  # either way, as printed; of acceleration 4 g


def device(people: Sequence[Person], inputs: Mapping[str, str], *, rate_hz: float = 0.0, form: str = "") -> Printer:
    """A simulated board; in columns the inputs come in their order, after `time_ms`."""
    if form not in ("", *FORMS):
        raise ValueError(f'lines have no form "{form}"; there are: {", ".join(FORMS)}')
    wired = [_input(channel) for channel in inputs.values()]

    def values(row: Row) -> list[float]:
        return [step if one.gain == STEPS_MAX else step / 1000 for step, one in zip(row.steps, wired, strict=True)]

    def named(row: Row) -> bytes:
        return encode(dict(zip(inputs, values(row), strict=True)))

    def columns(row: Row) -> bytes:
        return encode_columns([round(1000 * row.time_s), *values(row)])

    converter = Converter(wired, people[0], rate_hz or USUAL_HZ)
    return Printer(converter, columns if form == "columns" else named)


def _input(channel: str) -> Input:
    if channel in ("ppg", "resp"):
        return Input(channel, STEPS_MAX, 0.0, 0, STEPS_MAX)
    most = 1000 * RANGES.get(channel, 4)
    return Input(channel, 1000, 0.0, -most, most)
