from __future__ import annotations

import numpy as np
import pytest

from installation.frame import Chunk
from installation.sensors.stream import Sample, Stream
from installation.sensors.timing import Timing
from installation.sensors.wires.bitalino import Bitalino, encode
from installation.sensors.wires.cyton import Cyton
from installation.sensors.wires.cyton import encode as encode_cyton

BURST_S = 0.016  # an FTDI bridge's latency timer


def heard(stream: Stream, packets: list[tuple[float, bytes]], seed: int = 1) -> list[Sample]:
    """The samples of packets taken at these times, which come in bursts, late by up to 4 ms more."""
    rng = np.random.default_rng(seed)
    bursts: dict[float, bytes] = {}
    for taken_s, data in packets:
        at_s = float(np.ceil(taken_s / BURST_S) * BURST_S)
        bursts[at_s] = bursts.get(at_s, b"") + data
    into: list[Sample] = []
    for at_s, data in bursts.items():
        stream.take(Chunk(at_s + rng.uniform(0, 0.004), "w", data), into, [])
    return into


@pytest.mark.parametrize("rate_hz", [250.0, 249.5, 251.0])
def test_samples_of_a_cyton_get_the_times_at_which_they_were_taken_though_packets_are_lost(rate_hz: float):
    rng = np.random.default_rng(3)
    there = [n for n in range(5000) if rng.random() > 0.05]
    packets = [(n / rate_hz, encode_cyton(n % 256, [n] * 8)) for n in there]
    samples = heard(Stream(0, Cyton({"ch1": 0}), Timing()), packets)
    times_s = np.array([time_s for time_s, *_ in samples])
    taken_s = np.array(there)[-len(times_s) :] / rate_hz
    error = (times_s - taken_s)[taken_s > 5]
    assert len(samples) > len(there) - 300
    assert np.abs(error - np.median(error)).max() < 0.002
    assert 0 <= np.median(error) < 0.003


def test_after_a_silence_of_whole_turns_a_row_stands_after_a_gap_at_its_own_time():
    taken = [*range(3000), *range(3000 + 16 * 40, 6000)]  # 640 ms: the number goes on as if nothing had been
    packets = [(n / 1000, encode(n % 16, [n % 1024])) for n in taken]
    wire = Bitalino([(0, "ppg")])
    samples = heard(Stream(0, wire, Timing()), packets)
    gaps = [at for at, (*_, gap) in enumerate(samples) if gap]
    assert gaps == [3000]
    assert wire.lost == 640
    assert samples[3010][0] == pytest.approx(3.650, abs=0.012)
