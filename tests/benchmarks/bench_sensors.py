"""What it costs to decode each wire format, what a gateway of a crowd costs, and what a fault costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np

from installation.cli.bench import Row
from installation.frame import CHANNELS, Chunk, Samples
from installation.sensors.stream import Crowd
from installation.sensors.timing import Timing
from installation.sensors.wires import Decoder, bitalino, cyton, cyton_daisy, firmata, lines, pulsesensor
from installation.sensors.wires.pack import Pack, Record, encode
from tests.benchmarks import sensors_network, sensors_ports, sensors_time
from tests.benchmarks.aims import judged
from tests.benchmarks.sensors_people import people
from tests.sensors.faults import faulty

PACKETS, FAULTS, SEEDS = 16_000, 1000, 3  # one packet of sixteen is hit
CHUNK = 64  # packets: what a port that is read 60 times a second gives is no more
WEARERS, GATEWAYS, RATE_HZ, TOLD = 2000, 4, 50.0, 4  # channels of each
IN_RECORD, IN_PACKET, SECONDS = 2, 50, 5.0

row = partial(judged, "sensors")

Noise = np.random.Generator
Write = Callable[[int, Noise], bytes]


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of the wires; no recording is needed."""
    yield from _decoding()
    yield from _crowd()
    yield from people()
    yield from _resync()
    yield from sensors_ports.rows()
    yield from sensors_time.rows()
    yield from sensors_network.rows()


def _formats() -> dict[str, tuple[Callable[[], Decoder], Write, int]]:
    """Of each format: a decoder, the packet of a number below 2^14, and how many samples are in it.

    The first value of a row, or the first two, tell the number.
    """

    def eight(number: int, noise: Noise) -> list[int]:
        return [number, *noise.integers(-(2**23), 2**23, 7).tolist()]

    return {
        "pulsesensor": (lambda: pulsesensor.PulseSensor(0), lambda n, _: pulsesensor.encode(n), 1),
        "lines": (
            lambda: lines.Lines({b"pulse": 0, b"skin": 1}),
            lambda n, noise: lines.encode({"pulse": n, "skin": round(noise.random(), 3)}),
            2,
        ),
        "cyton": (
            lambda: cyton.Cyton({f"ch{k}": k for k in range(1, 9)}),
            lambda n, noise: cyton.encode(n % 256, eight(n, noise)),
            8,
        ),
        "cyton_daisy": (
            lambda: cyton_daisy.CytonDaisy({f"ch{k}": k for k in range(1, 17)}),
            lambda n, noise: cyton.encode(n % 256, eight(n, noise)),
            8,
        ),
        "bitalino": (
            lambda: bitalino.Bitalino([(k, "ppg") for k in range(6)]),
            lambda n, noise: bitalino.encode(n % 16, [n & 127, n >> 7, *noise.integers(0, 64, 4).tolist()]),
            6,
        ),
        "firmata": (lambda: firmata.Firmata({0: 0}), lambda n, _: firmata.encode(0, n), 1),
    }


def _decoding() -> Iterator[Row]:
    """CPU time for each sample, from bytes to rows."""
    for name, (make, write, samples) in _formats().items():
        packets = _written(write)
        wire = make()
        chunks = [b"".join(packets[first : first + CHUNK]) for first in range(0, len(packets), CHUNK)]
        began_s = process_time()
        for chunk in chunks:
            wire.feed(chunk)
        yield row(f"decode_{name}", 1e6 * (process_time() - began_s) / (PACKETS * samples), "us a sample")


def _crowd() -> Iterator[Row]:
    """2,000 wearers of four channels through four gateways: the share of a core, from bytes to Samples."""
    each = WEARERS // GATEWAYS
    chunks = _gateway(each)
    share, samples = 0.0, 0
    for _ in range(GATEWAYS):
        pack = Pack()
        for wearer in range(each):
            pack.add(wearer, wearer, {code: code for code in range(TOLD)})
        crowd, parts = Crowd(pack, Timing()), list[Samples]()
        crowd.take(chunks[0], [], parts)  # compiles
        began_s = process_time()
        for chunk in chunks[1:]:
            crowd.take(chunk, [], parts)
        share += (process_time() - began_s) / (chunks[-1].time_s - chunks[0].time_s)
        samples += sum(len(part.time_s) for part in parts)
        assert pack.lost == pack.dropped == 0
    assert samples == GATEWAYS * each * TOLD * RATE_HZ * SECONDS
    yield row(f"pack_{WEARERS}x{TOLD}x{RATE_HZ:g}Hz", 100 * share, "% of a core", aim="<= 30")
    yield row("decode_pack", 1e6 * share / (WEARERS * TOLD * RATE_HZ), "us a sample", aim="<= 0.75")
    sent = sum(len(chunk.data) for chunk in chunks)
    yield row("pack_bytes", sent / SECONDS / 1000, "kB a second through each gateway")


def _gateway(wearers: int) -> list[Chunk]:
    """What a gateway of so many wearers sends in `SECONDS`, a chunk for each round of them."""
    noise = np.random.default_rng(1)
    chunks, number = [], 0
    for turn in range(round(SECONDS * RATE_HZ / IN_RECORD)):
        time_s = turn * IN_RECORD / RATE_HZ
        data = b""
        for first in range(0, wearers, IN_PACKET):
            some = range(first, min(first + IN_PACKET, wearers))
            told = noise.integers(0, 4096, (len(some), TOLD, IN_RECORD)).tolist()
            records = [
                Record(wearer, code, told[place][code], 1 / RATE_HZ)
                for place, wearer in enumerate(some)
                for code in range(TOLD)
            ]
            data += encode(1, number, time_s, records)
            number += 1
        chunks.append(Chunk(time_s + 0.01, "gateway", data))
    return chunks


def _resync() -> Iterator[Row]:
    """Packets lost for each fault, beyond those that it hit: bytes changed, missing or added at random."""
    for name, (make, write, _) in _formats().items():
        if name != "cyton_daisy":  # whose packets are a Cyton's
            yield _cost(name, write, partial(_told, name, make))
    yield _cost("pack", _one_record, _told_by_pack)


def _cost(name: str, write: Write, told: Callable[[bytes], list[int]]) -> Row:
    packets = _written(write)
    beyond = []
    for seed in range(SEEDS):
        stream = faulty(packets, FAULTS, seed)
        beyond.append(len(stream.lost_beyond(len(packets), told(stream.data))))
    return row(f"resync_{name}", max(beyond) / FAULTS, "packets lost beyond those hit, a fault", aim="<= 1")


def _written(write: Write) -> list[bytes]:
    noise = np.random.default_rng(1)
    return [write(number, noise) for number in range(PACKETS)]


def _told(name: str, make: Callable[[], Decoder], data: bytes) -> list[int]:
    """Numbers of the packets that a decoder gave."""
    values = [[value for _, value in one.values] for one in make().feed(data)]
    if name == "cyton":
        return [round(some[0] / cyton.UV_PER_STEP) for some in values]
    if name == "bitalino":
        return [int(some[0]) + (int(some[1]) << 7) for some in values]
    return [int(some[0]) for some in values]


def _one_record(number: int, noise: Noise) -> bytes:
    return encode(1, number, number * 0.02, [Record(0, 0, [float(number), *noise.integers(0, 99, 4).tolist()], 0.02)])


def _told_by_pack(data: bytes) -> list[int]:
    pack = Pack()
    pack.add(0, 0, {0: CHANNELS.index("ppg")})
    values: Sequence[float] = pack.rows(pack.packets(data)).value[::5].tolist()
    return [int(value) for value in values]
