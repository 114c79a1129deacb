"""What the sensors cost: every wire format (`sensors_formats`), and a gateway of a crowd."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np

from installation.cli.bench import Row
from installation.frame import Chunk, Samples
from installation.sensors.stream import Crowd
from installation.sensors.timing import Timing
from installation.sensors.wires.pack import Pack, Record, encode
from tests.benchmarks import sensors_formats
from tests.benchmarks.aims import judged
from tests.benchmarks.sensors_people import people

WEARERS, GATEWAYS, RATE_HZ, TOLD = 2000, 4, 50.0, 4  # channels of each
IN_RECORD, IN_PACKET, SECONDS = 2, 50, 5.0

row = partial(judged, "sensors")


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of the wires; no recording is needed."""
    yield from sensors_formats.rows()
    yield from _crowd()
    yield from people()


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
