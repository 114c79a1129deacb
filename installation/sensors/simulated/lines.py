"""A simulated Arduino that prints text lines: named values, or columns with the board's milliseconds first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from installation.sensors.simulated.arduino import Printer
from installation.sensors.simulated.converter import Converter, Input, Person, Row
from installation.sensors.wires.lines import encode, encode_columns

USUAL_HZ = 50.0  # as a PulseSensor
FORMS = ("names", "columns")
THOUSANDTHS = 1000  # of a unit: the decimals that are printed
RANGES = {"ppg": (0, 1023), "ecg": (-5000, 5000), "eda": (0, 100)}  # as printed; of all others -4..4


def device(people: Sequence[Person], inputs: Mapping[str, str], *, rate_hz: float = 0.0, form: str = "") -> Printer:
    """A simulated board; in columns the inputs come in their order, after `time_ms`."""
    if form not in ("", *FORMS):
        raise ValueError(f'lines have no form "{form}"; there are: {", ".join(FORMS)}')
    gains = [1 if channel == "ppg" else THOUSANDTHS for channel in inputs.values()]
    wired = [_input(channel, gain) for channel, gain in zip(inputs.values(), gains, strict=True)]

    def values(row: Row) -> list[float]:
        return [step if gain == 1 else step / gain for step, gain in zip(row.steps, gains, strict=True)]

    def named(row: Row) -> bytes:
        return encode(dict(zip(inputs, values(row), strict=True)))

    def columns(row: Row) -> bytes:
        return encode_columns([round(1000 * row.time_s), *values(row)])

    converter = Converter(wired, people[0], rate_hz or USUAL_HZ)
    return Printer(converter, columns if form == "columns" else named)


def _input(channel: str, gain: int) -> Input:
    low, high = RANGES.get(channel, (-4, 4))
    return Input(channel, gain, 0.0, gain * low, gain * high)
