"""Which device whom a night patches: the wire formats in turn, as a patch.toml would have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from installation.sensors.simulated import USUAL
from installation.show.wires import FORMATS

PATCHES: dict[str, dict[str, Any]] = {
    "pulsesensor": {},
    "lines": {"names": {"pulse": "ppg", "skin": "eda"}},
    "cyton": {"names": {"ch1": "ecg"}},
    "cyton_daisy": {"names": {"ch9": "ecg"}},
    "bitalino": {"names": {"a2": "ppg", "a3": "eda"}, "rate_hz": 100},
    "firmata": {"names": {"a0": "ppg", "a1": "resp"}},
    "pack": {"names": {"ch0": "ppg", "ch2": "eda"}},
}
"""What a patch says of a device, by wire format, beside whose it is and where."""


class Shared(NamedTuple):
    """A device, and the wearers whom it carries: one, or all of a shared format."""

    wire: str
    wearers: tuple[int, ...]


def dealt(people: int, wires: Sequence[str]) -> list[Shared]:
    """The devices of so many wearers, who have the wire formats in turn.

    Raises ValueError for a format that no device of a night speaks.
    """
    unknown = next((wire for wire in wires if wire not in PATCHES), "")
    if unknown or not wires:
        raise ValueError(f'no device of a night speaks "{unknown}"; there are: {", ".join(PATCHES)}')
    wire_of = [wires[wearer % len(wires)] for wearer in range(people)]
    devices: dict[tuple[str, int], list[int]] = {}
    for wearer, wire in enumerate(wire_of):
        devices.setdefault((wire, -1 if FORMATS[wire].shared else wearer), []).append(wearer)
    return [Shared(wire, tuple(wearers)) for (wire, _), wearers in devices.items()]


def patches(people: int, wires: Sequence[str], names: Sequence[str]) -> list[dict[str, Any]]:
    """The sensors of a patch.toml for them, in the order of the wearers' `names`."""
    told: dict[int, dict[str, Any]] = {}
    for wire, wearers in dealt(people, wires):
        for slot, wearer in enumerate(wearers, 1):
            told[wearer] = {"wearer": names[wearer], "serial": serial_of(wearers[0]), "wire": wire, **PATCHES[wire]}
            if FORMATS[wire].shared:
                told[wearer]["slot"] = slot
    return [told[wearer] for wearer in range(people)]


def inputs_of(wire: str) -> Mapping[str, str]:
    """Which channel is wired to which input of such a device."""
    return PATCHES[wire].get("names") or USUAL[wire]


def serial_of(wearer: int) -> str:
    """The USB serial number of a wearer's board."""
    return f"NX{wearer + 1:04d}"
