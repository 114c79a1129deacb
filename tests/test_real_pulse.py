"""The promise of first light: a real pulse goes in as PulseSensor lines and comes out as light on sACN."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, SHOW
from tests.pulse import Recording, Score, ear, heartpy_recording, pty, pulsesensor_lines, score, shared_recording

SECONDS = 64.0
SETTLE_S = 10.0  # a sensor that starts to speak is believed after a few good beats, and faded in over two seconds

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a POSIX thing")

# Universe, first slot and slots of each wearer's garment (Luz: its part in the first universe) in the shipped patch.
SLOTS = {"Elif": (1, 1, 156), "Tomo": (1, 157, 159), "Amara": (1, 316, 156), "Luz": (1, 472, 39)}


def _venue(folder: Path, links: dict[str, Path]) -> Path:
    sensors = "\n".join(
        f'[[sensor]]\nwearer = "{wearer}"\nport = "{link}"\nwire = "pulsesensor"\nbaud = 115200\n'
        for wearer, link in links.items()
    )
    path = folder / "patch.toml"
    path.write_text((SHOW / "patch.toml").read_text() + "\n" + sensors)
    return path


def _seen(recordings: list[Recording], folder: Path) -> list[Score]:
    """Play every recording at once, each as one wearer's sensor, and score what an independent socket sees."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        hears = stack.enter_context(ear())
        ports = {
            wearer: stack.enter_context(pty(folder / f"tty-{wearer}")) for wearer in list(SLOTS)[: len(recordings)]
        }
        venue = _venue(folder, {wearer: port.link for wearer, port in ports.items()})
        command = [sys.executable, "-m", "installation", "run", str(SHOW), "--headless", "--patch", str(venue)]
        command += ["--sacn", f"127.0.0.1:{hears.port}", "--osc", "127.0.0.1:9", "--control", "127.0.0.1:53999"]
        nexus = stack.enter_context(
            subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        )
        stop = threading.Event()
        try:
            deadline_s = time.perf_counter() + 120
            while len({slots for _, _, slots in hears.heard[-60:]}) < 12 and time.perf_counter() < deadline_s:
                time.sleep(0.1)  # the safe look stands until the kernels are compiled, then the show lives
            start_s = time.perf_counter()
            players = [
                threading.Thread(target=port.play, args=(pulsesensor_lines(recording), start_s, stop))
                for port, recording in zip(ports.values(), recordings, strict=True)
            ]
            for player in players:
                player.start()
            for player in players:
                player.join()
            time.sleep(0.5)
        finally:
            stop.set()
            nexus.terminate()
            out, err = nexus.communicate(timeout=20)
        assert nexus.returncode == 0, err.decode()
        assert out.decode().splitlines()[-1].startswith("digest ")
    scores = []
    for wearer, recording in zip(ports, recordings, strict=True):
        times, light = hears.light(*SLOTS[wearer])
        scores.append(score(recording, start_s, times, light, SETTLE_S))
    return scores


def test_the_light_beats_with_a_real_persons_heart(tmp_path: Path) -> None:
    played = [
        heartpy_recording("data.csv", 0, SECONDS),
        heartpy_recording("data2.csv", 43, SECONDS),  # its first 42 s are a sensor being put on
        heartpy_recording("data3.csv", 0, SECONDS),
    ]
    shared = REPOSITORY.parent / "shared" / "recordings" / "multimodal" / "neurokit_resting5.npz"
    if shared.exists():
        played.append(shared_recording(shared, SECONDS))
    for seen in _seen(played, tmp_path):
        print(seen)
        assert seen.found >= 0.95, seen
        assert seen.false <= 0.05, seen
