"""A real person's PPG played through a pseudo-terminal, an independent ear on the sACN stream, and the score.

Nothing here uses Nexus's own code: the lines are written by hand in PulseSensor's format, the
datagrams are read by offsets from ANSI E1.31, the peaks of light are scipy's.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.signal import find_peaks

LINES_PER_S = 50  # what PulseSensor's sketches print


@dataclass(frozen=True)
class Recording:
    """ppg at fs, and reference beats in seconds; beats count only inside the `ok` stretches (seconds)."""

    name: str
    ppg: np.ndarray
    fs: float
    beats_s: np.ndarray
    ok: list[tuple[float, float]]


def heartpy_recording(name: str, from_s: float, seconds: float) -> Recording:
    """A recording inside the package `heartpy`, with its own offline detector as the reference.

    Beats count only where the detector itself kept four neighbours in a row.
    """
    import heartpy

    folder = Path(heartpy.__file__).parent / "data"
    if name == "data.csv":
        ppg, fs = np.tile(np.loadtxt(folder / name, delimiter=","), 2), 100.0  # 25 s are few beats: played twice
    else:
        rows = np.genfromtxt(folder / name, delimiter=",", names=True, dtype=None, encoding="utf-8")
        ppg = np.asarray(rows["hr"], dtype=float)
        if "timer" in rows.dtype.names:
            timer_ms = np.asarray(rows["timer"], dtype=float)
            fs = (len(timer_ms) - 1) / (timer_ms[-1] - timer_ms[0]) * 1000
        else:
            stamps = np.array([np.datetime64(str(text).replace(" ", "T")) for text in rows["datetime"]])
            fs = (len(stamps) - 1) / ((stamps[-1] - stamps[0]) / np.timedelta64(1, "us")) * 1e6
    ppg = ppg[int(from_s * fs) : int((from_s + seconds) * fs)]
    found, _ = heartpy.process(ppg, fs)
    beats_s = np.asarray(found["peaklist"], dtype=float) / fs
    kept = np.asarray(found["binary_peaklist"], dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], kept.astype(int), [0]))))
    runs = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= 4]
    ok = [(beats_s[a] - 0.5, beats_s[b - 1] + 1.0) for a, b in runs]
    return Recording(f"heartpy {name}", ppg, fs, beats_s[kept], ok)


def shared_recording(path: Path, seconds: float) -> Recording:
    """A recording in the shared layout: PPG with machine-made reference beats, counted inside `ref_ok`."""
    with np.load(path, allow_pickle=False) as file:
        meta = json.loads(str(file["meta"]))
        fs = float(file["fs"]) if "fs" in file else float(meta["fs"])
        ppg = np.asarray(file["ppg"], dtype=float)[: int(seconds * fs)]
        beats_s = np.asarray(file["ref_ecg_beats"], dtype=float) / fs
        ok = [(float(a) / fs, min(float(b) / fs, seconds)) for a, b in file["ref_ok"]]
    return Recording(path.stem, ppg, fs, beats_s[beats_s < seconds], ok)


def pulsesensor_lines(recording: Recording) -> list[bytes]:
    """The recording as PulseSensor prints it: `S<0..1023>` at 50 lines a second."""
    steps = int(len(recording.ppg) / recording.fs * LINES_PER_S)
    ppg = np.interp(np.arange(steps) / LINES_PER_S, np.arange(len(recording.ppg)) / recording.fs, recording.ppg)
    low, high = np.percentile(ppg, [0.5, 99.5])
    counts = np.clip(np.round(300 + 420 * (ppg - low) / (high - low)), 0, 1023).astype(int)
    return [b"S%d\r\n" % count for count in counts]


@dataclass
class Pty:
    """A pseudo-terminal with a device's hand on the far end and a stable name on the near one."""

    master: int
    link: Path

    def play(self, lines: list[bytes], start_s: float, stop: threading.Event) -> None:
        """Write one line every 20 ms of real time from `start_s` of the performance counter."""
        for number, line in enumerate(lines):
            wait_s = start_s + number / LINES_PER_S - time.perf_counter()
            if wait_s > 0 and stop.wait(wait_s):
                return
            os.write(self.master, line)


@contextmanager
def pty(link: Path) -> Iterator[Pty]:
    """A raw pseudo-terminal that `link` points to."""
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    link.symlink_to(os.ttyname(slave))
    try:
        yield Pty(master, link)
    finally:
        os.close(master)
        os.close(slave)


@dataclass
class Ear:
    """A plain socket that keeps (arrival, universe, slots) of every E1.31 data packet."""

    heard: list[tuple[float, int, bytes]] = field(default_factory=list)
    port: int = 0

    def light(self, universe: int, first: int, slots: int) -> tuple[np.ndarray, np.ndarray]:
        """Arrival times in seconds and the sum of `slots` slots from `first` (1-based) of one universe."""
        rows = [(t, data[first - 1 : first - 1 + slots]) for t, u, data in self.heard if u == universe]
        times = np.array([t for t, _ in rows])
        return times, np.array([np.frombuffer(data, np.uint8).sum(dtype=float) for _, data in rows])


@contextmanager
def ear() -> Iterator[Ear]:
    """Listen on a free loopback port until the block ends."""
    heard = Ear()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.2)
        heard.port = sock.getsockname()[1]
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    packet = sock.recv(2048)
                except TimeoutError:
                    continue
                arrival = time.perf_counter()
                if packet[4:13] == b"ASC-E1.17" and packet[18:22] == b"\0\0\0\4" and packet[125] == 0:
                    heard.heard.append((arrival, int.from_bytes(packet[113:115], "big"), packet[126:]))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            done.set()
            thread.join()


@dataclass(frozen=True)
class Score:
    """Share of reference beats with a peak of light, share of peaks without a beat, and the lag that fits best."""

    name: str
    beats: int
    found: float
    false: float
    lag_s: float


def score(recording: Recording, start_s: float, times: np.ndarray, light: np.ndarray, settle_s: float) -> Score:
    """Hold the peaks of light against the reference beats, after the one constant lag that fits best.

    The first `settle_s` seconds of the recording are not scored: the controller is given the time
    that a sensor needs to be believed.
    """
    grid = np.arange(times[0], times[-1], 1 / 120)
    curve = np.interp(grid, times, light)
    peaks, _ = find_peaks(curve, prominence=0.25 * float(np.ptp(np.percentile(curve, [5, 95]))))
    peaks_s = grid[peaks] - start_s

    def counted(at_s: np.ndarray) -> np.ndarray:
        inside = np.zeros(len(at_s), dtype=bool)
        for a, b in recording.ok:
            inside |= (at_s >= max(a, settle_s) + 0.5) & (at_s < b - 1.0)
        return inside

    beats = recording.beats_s[counted(recording.beats_s)]
    best = Score(recording.name, len(beats), 0.0, 1.0, 0.0)
    for lag_s in np.arange(0.0, 1.0, 0.005):
        shifted = peaks_s - lag_s
        near = np.abs(beats[:, None] - shifted[None, :]) <= 0.080
        judged = shifted[counted(shifted)]
        hits = np.abs(judged[:, None] - recording.beats_s[None, :]).min(axis=1) <= 0.080
        found, false = float(near.any(axis=1).mean()), float(1 - hits.mean()) if len(judged) else 1.0
        if found - false > best.found - best.false:
            best = Score(recording.name, len(beats), found, false, float(lag_s))
    return best
