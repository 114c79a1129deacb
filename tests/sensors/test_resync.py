"""One fault, wherever it falls and whatever it is, costs at most one packet beyond those that it hits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from installation.frame import CHANNELS
from installation.sensors.simulated import USUAL
from installation.sensors.wires import Decoder, bitalino, cyton, cyton_daisy, firmata, lines, pulsesensor
from installation.sensors.wires.pack import Pack, Record, encode
from installation.show.wires import CYTON_UV
from tests.sensors.faults import Faulty

PACKETS = 40
NOISE = np.random.default_rng(1).integers(0, 64, (PACKETS, 8)).tolist()


def told_by(make: Callable[[], Decoder], scale: float = 1.0) -> Callable[[bytes], list[int]]:
    """Reads the numbers of packets: each row's first value."""
    return lambda data: [round(row.values[0][1] / scale) for row in make().feed(data)]


def told_by_pack(data: bytes) -> list[int]:
    pack = Pack()
    pack.add(0, 0, {0: CHANNELS.index("ppg")})
    return [int(value) for value in pack.rows(pack.packets(data)).value[::2].tolist()]


def eight(number: int) -> list[int]:
    return [number, *NOISE[number][:7]]


FORMATS: dict[str, tuple[Callable[[int], bytes], Callable[[bytes], list[int]]]] = {
    "pulsesensor": (lambda n: pulsesensor.encode(500 + n), told_by(lambda: pulsesensor.PulseSensor(0))),
    "lines": (
        lambda n: lines.encode({"pulse": n, "skin": NOISE[n][0] / 10}),
        told_by(lambda: lines.Lines({b"pulse": 0, b"skin": 1})),
    ),
    "cyton": (lambda n: cyton.encode(n, eight(n)), told_by(lambda: cyton.Cyton({"ch1": 0}), CYTON_UV)),
    "cyton_daisy": (
        lambda n: cyton.encode(n, eight(n)),
        told_by(lambda: Halves(cyton_daisy.CytonDaisy({"ch1": 0, "ch9": 1})), CYTON_UV),
    ),
    "bitalino": (
        lambda n: bitalino.encode(n % 16, [n, *NOISE[n][:5]]),
        told_by(lambda: bitalino.Bitalino([(place, "ppg") for place in range(6)])),
    ),
    "firmata": (lambda n: firmata.encode(0, n), told_by(lambda: firmata.Firmata({0: 0}))),
    "pack": (lambda n: encode(1, n, 0.02 * n, [Record(0, 0, [n, NOISE[n][0]], 0.01)]), told_by_pack),
}
"""Of each format: the packet of a number, and what reads the numbers of all packets that come through."""


class Halves:
    """A Daisy's rows as one row for each half."""

    def __init__(self, wire: cyton_daisy.CytonDaisy) -> None:
        self._wire = wire

    def feed(self, data: bytes, arrival_s: float = 0.0) -> list[object]:
        return [row._replace(values=(value,)) for row in self._wire.feed(data) for value in row.values]


def faulted(packets: list[bytes], at: int, gone: int, added: bytes) -> Faulty:
    """The stream with bytes missing at a place and others in their stead, and which packets that hits."""
    whole = b"".join(packets)
    ends = np.cumsum([len(packet) for packet in packets])
    at %= len(whole)
    past = min(at + gone, len(whole))
    first, last = np.searchsorted(ends, (at, max(at, past - 1)), side="right").tolist()
    return Faulty(whole[:at] + added + whole[past:], frozenset(range(first, last + 1)))


def test_every_format_is_tried() -> None:
    assert set(FORMATS) == set(USUAL)


@pytest.mark.parametrize("wire", FORMATS)
def test_without_a_fault_every_packet_comes(wire: str) -> None:
    write, told = FORMATS[wire]
    numbers = told(b"".join(write(number) for number in range(PACKETS)))
    base = 500 if wire == "pulsesensor" else 0
    assert {number - base for number in numbers} >= set(range(1, PACKETS - 1))


@pytest.mark.parametrize("wire", FORMATS)
@settings(deadline=None)
@given(at=st.integers(0, 10**4), gone=st.integers(0, 3), added=st.binary(max_size=3))
@example(at=33 * 20 + 1, gone=1, added=b"\xff")  # a Cyton's number
@example(at=33 * 20 + 32, gone=1, added=b"\xa0")  # its end
def test_a_fault_costs_at_most_one_packet_beyond_those_that_it_hits(
    wire: str, at: int, gone: int, added: bytes
) -> None:
    write, told = FORMATS[wire]
    stream = faulted([write(number) for number in range(PACKETS)], at, gone, added)
    base = 500 if wire == "pulsesensor" else 0
    came = [number - base for number in told(stream.data)]
    assert len(stream.lost_beyond(PACKETS, came)) <= 1
