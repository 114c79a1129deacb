"""What it costs to decode each wire format, and what a fault costs: beside BrainFlow, where that is installed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from time import process_time

import numpy as np

from installation.cli.bench import Row
from installation.cli.pty import Pty, has_ptys
from installation.clock import RealClock
from installation.frame import CHANNELS
from installation.sensors.wires import Decoder, bitalino, cyton, cyton_daisy, firmata, lines, pulsesensor
from installation.sensors.wires.pack import Pack, Record, encode
from tests.benchmarks.aims import judged
from tests.sensors.faults import faulty

PACKETS, FAULTS, SEEDS = 16_000, 1000, 3  # one packet of sixteen is hit
CHUNK = 64  # packets: what a port that is read 60 times a second gives is no more
WRITTEN = 1024  # bytes at once into a pseudo-terminal, which holds four times as many
HEARD_S = 30.0  # by which BrainFlow has read a stream; it needs a second or two

row = partial(judged, "sensors")

Noise = np.random.Generator
Write = Callable[[int, Noise], bytes]


def rows() -> Iterator[Row]:
    """Every figure of the formats."""
    yield from _decoding()
    yield from _resync()


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


def _resync() -> Iterator[Row]:
    """Packets lost for each fault, beyond those that it hit: bytes changed, missing or added at random."""
    for name, (make, write, _) in _formats().items():
        if name != "cyton_daisy":  # whose packets are a Cyton's
            yield _cost(name, write, partial(_told, name, make))
    yield _cost("pack", _one_record, _told_by_pack)


def _cost(name: str, write: Write, told: Callable[[bytes], list[int]]) -> Row:
    beside = _brainflow_cost(write) if name == "cyton" else {}
    worst = _worst(write, told)
    return row(f"resync_{name}", worst, "packets lost beyond those hit, a fault", aim="<= 1", beside=beside)


def _worst(write: Write, told: Callable[[bytes], list[int]]) -> float:
    """The most that a fault cost, of all seeds."""
    packets = _written(write)
    beyond = []
    for seed in range(SEEDS):
        stream = faulty(packets, FAULTS, seed)
        beyond.append(len(stream.lost_beyond(len(packets), told(stream.data))))
    return max(beyond) / FAULTS


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


def _brainflow_cost(write: Write) -> dict[str, float]:
    """What a fault costs BrainFlow on the same bytes; nothing where it is not installed, or can be given none."""
    if not has_ptys() or find_spec("brainflow") is None:
        return {}
    return {"BrainFlow": _worst(write, _told_by_brainflow)}


def _told_by_brainflow(data: bytes) -> list[int]:
    """Numbers of the packets that BrainFlow gave of a Cyton that sent these bytes."""
    from brainflow.board_shim import BoardIds, BoardShim, BrainFlowInputParams

    BoardShim.disable_board_logger()
    params, board_id = BrainFlowInputParams(), BoardIds.CYTON_BOARD.value
    with Pty() as pty:
        params.serial_port = pty.path
        sent = threading.Event()
        threading.Thread(target=_play, args=(pty, data, sent), daemon=True).start()
        board = BoardShim(board_id, params)
        board.prepare_session()
        board.start_stream()
        sent.wait(HEARD_S)
        RealClock().sleep_s(0.5)  # for what is in the pseudo-terminal still
        volts = board.get_board_data()[BoardShim.get_eeg_channels(board_id)[0]]
        board.stop_stream()
        board.release_session()
    numbers: list[int] = np.rint(volts / cyton.UV_PER_STEP).astype(int).tolist()
    return numbers


def _play(pty: Pty, data: bytes, sent: threading.Event) -> None:
    """Answer as a board, and send the data once it is told to stream: as fast as they are read."""
    clock = RealClock()
    while clock.now_s() < HEARD_S:
        said = pty.read()
        if b"v" in said or b"d" in said:
            pty.write(b"$$$")
        if b"b" in said:
            for first in range(0, len(data), WRITTEN):
                pty.write(data[first : first + WRITTEN])
                while pty.waiting and clock.now_s() < HEARD_S:
                    clock.sleep_s(0.0002)
                    pty.write(b"")
            sent.set()
            return
        clock.sleep_s(0.001)
