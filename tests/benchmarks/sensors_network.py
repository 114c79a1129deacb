"""What readings of network sensors cost, from the bytes of a datagram to rows with times."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from time import process_time

from installation.cli.bench import Row
from installation.frame import Chunk
from installation.sensors import scattered
from installation.sensors.scattered import Scattered
from installation.sensors.simulated.emotibit import EmotiBitDevice
from installation.sensors.wires.emotibit import EmotiBit, Line
from installation.sensors.wires.emotibit import encode as line_of
from installation.sensors.wires.osc import Osc, bundle, encode, framed
from tests.benchmarks.aims import judged

WEARERS, SECONDS, RATE_HZ = 100, 20, 50

row = partial(judged, "sensors")


def rows() -> Iterator[Row]:
    """Microseconds a sample: OSC messages alone and in bundles with time tags, an EmotiBit's lines."""
    alone = [[framed(encode(f"/w{wearer}/ppg", [at])) for wearer in range(WEARERS)] for at in range(SECONDS * RATE_HZ)]
    yield row("decode_osc", _cost_us(_door(), [b"".join(some) for some in alone]), "us a sample")
    tagged = [
        framed(bundle([encode(f"/w{wearer}/ppg", [at]) for wearer in range(WEARERS)], at / RATE_HZ + 1))
        for at in range(SECONDS * RATE_HZ)
    ]
    yield row("decode_osc_tagged", _cost_us(_door(), tagged), "us a sample")
    device = EmotiBitDevice("bench", lambda _, time_s: time_s % 1)
    host = ("127.0.0.1", 9)
    device.hear(line_of(Line(0, 1, "EC", ("CP", "7", "DP", "9"))), host, 0.0)
    lines = []
    for second in range(SECONDS):
        device.hear(line_of(Line(0, second, "PN", ("DP", "9"))), host, float(second))
        lines += [sent.data for sent in device.say(second + 0.999)]
    wire = EmotiBit({"PG": 0, "EA": 2, "AX": 4, "AY": 5, "AZ": 6})
    yield row("decode_emotibit", _cost_us(Scattered(wire, [0] * 5), lines), "us a sample")


def _door() -> Scattered:
    osc = Osc()
    for wearer in range(WEARERS):
        osc.add(wearer, {f"/w{wearer}/ppg": 0})
    return Scattered(osc, osc.columns)


def _cost_us(stream: Scattered, data: list[bytes]) -> float:
    into: list[scattered.Row] = []
    began_s = process_time()
    for at, one in enumerate(data):
        stream.take(Chunk(at / RATE_HZ, "w", one), into, [])
    return 1e6 * (process_time() - began_s) / len(into)
