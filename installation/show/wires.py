"""What the wire formats carry, as a patch may ask for it: one table for the checker, the decoders and the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan, nan

SERIAL = ("port", "serial", "location")  # keys of a patch that find a device on a cable
NETWORK = ("udp", "device", "host")  # and one on a network

LEFT_OUT = "-"  # what a column or a name is given that nobody reads


@dataclass(frozen=True, slots=True)
class Signals:
    """Channels of a device that are alike.

    names: what the patch calls them, () where the sketch decides · unit · rate_hz: samples a second of each,
    as the device is sold; NaN where its maker decides · scale: units of one step of the converter, as the
    device is sold; NaN where values come in their unit, or our channel decides it.
    """

    names: tuple[str, ...]
    unit: str
    rate_hz: float = nan
    scale: float = nan


@dataclass(frozen=True, slots=True)
class Format:
    """A wire format.

    by: what a patch may find the device by · baud: its usual speed, 0 where it comes by network · number_bits: length
    of the running number on its packets, 0 for none · shared: that several wearers may be patched to one device ·
    started: that a device waits to be told to send · rates_hz: (lowest, highest) of the rates that it may be asked
    for, or said to have · usual: which channel each of its own is, where the patch gives no names · switched: that
    every channel in `names` is switched on, and so must be known though nobody reads it · apart: sets of channels of
    which it sends one at a time.
    """

    signals: tuple[Signals, ...]
    by: tuple[str, ...] = SERIAL
    baud: int = 115200
    number_bits: int = 0
    shared: bool = False
    started: bool = False
    rates_hz: tuple[tuple[float, float], ...] = ()
    usual: tuple[tuple[str, str], ...] = ()
    switched: bool = False
    apart: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All that a patch may call its channels; () where the sketch decides."""
        return tuple(name for alike in self.signals for name in alike.names)


def _counted(prefix: str, first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{number}" for number in range(first, last + 1))


ACC = ("acc_x", "acc_y", "acc_z")
PINS = _counted("d", 11, 13)
CYTON_UV = 4.5e6 / 24 / (2**23 - 1)  # ADS1299 at the gain of 24 that the board begins with, reference 4.5 V
CYTON_G = 0.002 / 16  # LIS3DH at ±4 g: 2 mg over 16 steps

FORMATS = {
    "pulsesensor": Format((Signals((), "steps", 50.0, 1.0),)),
    "lines": Format((Signals((), "as printed"),), rates_hz=((1.0, 1000.0),)),
    "cyton": Format(
        (
            Signals(_counted("ch", 1, 8), "µV", 250.0, CYTON_UV),
            Signals(ACC, "g", 25.0, CYTON_G),
            Signals(PINS, "steps", 250.0, 1.0),
        ),
        number_bits=8,
        started=True,
        apart=(ACC, PINS),
    ),
    "cyton_daisy": Format(
        (
            Signals(_counted("ch", 1, 16), "µV", 125.0, CYTON_UV),
            Signals(ACC, "g", 25.0, CYTON_G),
            Signals(PINS, "steps", 125.0, 1.0),
        ),
        number_bits=8,
        started=True,
        apart=(ACC, PINS),
    ),
    "bitalino": Format(
        (Signals(_counted("a", 1, 6), "mV, µS, % or g, by our channel", 1000.0),),
        number_bits=4,
        started=True,
        rates_hz=((1.0, 1.0), (10.0, 10.0), (100.0, 100.0), (1000.0, 1000.0)),
        switched=True,
    ),
    "firmata": Format(
        (Signals(_counted("a", 0, 15), "steps", 50.0, 1.0),), baud=57600, started=True, rates_hz=((1.0, 250.0),)
    ),
    "pack": Format((Signals(_counted("ch", 0, 15), "as sent"),), (*SERIAL, "udp"), number_bits=16, shared=True),
    "emotibit": Format(
        (
            Signals(("PI", "PR", "PG"), "steps", 25.0, 1.0),
            Signals(("EA",), "µS", 15.0),
            Signals(("T0", "T1", "TH"), "°C", 7.5),
            Signals(("AX", "AY", "AZ"), "g", 25.0),
            Signals(("GX", "GY", "GZ"), "°/s", 25.0),
        ),
        ("device", "host"),
        baud=0,
        number_bits=16,
        usual=(("PG", "ppg"), ("EA", "eda"), *zip(("AX", "AY", "AZ"), ACC, strict=True)),
    ),
    "osc": Format((Signals((), "as sent"),), ("udp",), baud=0, shared=True, rates_hz=((1.0, 1000.0),)),
}
"""Every wire format, by the name that `wire` has in patch.toml."""

BEGIN = "<!-- what the wires carry: written by installation.show.wires -->"
END = "<!-- end of what the wires carry -->"


def rows_hz(wire: str, names: Iterable[str], asked_hz: float = 0.0) -> float:
    """Rows a second that a device owes for the names it is patched with; NaN where its maker decides.

    asked_hz: what the patch asks it for, 0 for nothing.
    """
    if asked_hz:
        return asked_hz
    asked = set(names)
    return max(
        (one.rate_hz for one in FORMATS[wire].signals if not (one.names and asked.isdisjoint(one.names))), default=nan
    )


def carried() -> str:
    """The section "What the wires carry" of `docs/hardware.md`, made from the table."""
    rows = [_row(wire, one, signals) for wire, one in FORMATS.items() for signals in one.signals]
    return "\n".join(
        (
            BEGIN,
            "",
            "## What the wires carry",
            "",
            "| `wire` | `names` | unit | samples a second | one step | running number | `baud` |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            "Where fewer than 80 % of these rows a second come for some seconds, the operator is told.",
            "",
            END,
        )
    )


def _row(wire: str, of: Format, one: Signals) -> str:
    asked = [f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in of.rates_hz]
    rate = "as it is sent" if isnan(one.rate_hz) else f"{one.rate_hz:g}"
    rate += f"; `rate_hz`: {', '.join(asked)}" if asked else ""
    step = "" if isnan(one.scale) else f"{one.scale:.6g}"
    number = f"{of.number_bits} bits" if of.number_bits else "none"
    baud = of.baud or "network"
    return f"| `{wire}` | {_told(wire, one)} | {one.unit} | {rate} | {step} | {number} | {baud} |"


def _told(wire: str, one: Signals) -> str:
    """What a patch may call some channels, in a cell of the table."""
    if not one.names:
        return "addresses" if wire == "osc" else "as the sketch has them"
    return " … ".join(f"`{name}`" for name in dict.fromkeys((one.names[0], one.names[-1])))


if __name__ == "__main__":
    print(carried())
