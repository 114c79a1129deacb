"""A device is captured, and its capture is played as a wearer's own sensor."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from installation.clock import RealClock
from installation.frame import Chunk
from installation.sensors.people import People
from installation.sensors.raw import Head, RawWriter, read_raw
from tests.conftest import REPOSITORY
from tests.sensors.fakes import Device

NEXUS = [sys.executable, "-m", "installation"]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    device = Device(tmp_path / "pulse")
    yield device
    device.unplug()


def nexus(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NEXUS, *arguments], cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False
    )


def heart(path: Path, seconds: float, seed: int = 99) -> Path:
    """A capture of one living heart."""
    raw = RawWriter(path, Head(115200, "/dev/ttyACM0"))
    for chunk in People(1, seed).live(seconds):
        raw.write(chunk)
    raw.close()
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_what_a_device_sends_is_in_the_file_byte_for_byte(device: Device, tmp_path: Path) -> None:
    path = tmp_path / "pulse.raw"
    sent = [f"S{500 + number}\r\n".encode() for number in range(40)]
    command = [*NEXUS, "capture", str(device.path), str(path)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        assert "is open" in running.stderr.readline()
        clock = RealClock()
        for line in sent:
            device.send(line)
            clock.sleep_s(0.01)
        device.send(b"S")  # mid-line
        while path.stat().st_size < 300 and clock.now_s() < 5.0:
            clock.sleep_s(0.02)
        clock.sleep_s(0.2)
        running.send_signal(signal.SIGTERM)
        out, _ = running.communicate(timeout=20)
    assert running.returncode == 0
    chunks = [came for came in read_raw(path, "it") if isinstance(came, Chunk)]
    assert b"".join(chunk.data for chunk in chunks) == b"".join(sent) + b"S"
    stamps = [chunk.time_s for chunk in chunks]
    assert stamps == sorted(stamps)
    assert 0.3 < stamps[-1] - stamps[0] < 5.0
    assert f"--wire {path}=" in out


def test_a_capture_of_nothing_says_so_and_one_is_never_written_over(tmp_path: Path) -> None:
    done = nexus("capture", str(tmp_path / "missing"), str(tmp_path / "a.raw"), "--seconds", "0.3")
    assert done.returncode == 1
    assert "plug it in" in done.stderr
    done = nexus("capture", str(tmp_path / "missing"), str(tmp_path / "a.raw"), "--seconds", "0.3")
    assert done.returncode == 1
    assert "another name would do" in done.stderr


def test_a_captured_heart_is_a_wearers_own_until_it_ends(tmp_path: Path) -> None:
    path = heart(tmp_path / "heart.raw", 20.0)
    log = tmp_path / "light.npz"
    asked = ["run", "--offline", "--seconds", "30"]
    done = nexus(*asked, "--wire", f"{path}=wearer1", "--light-log", str(log))
    assert done.returncode == 0, done.stderr
    assert "has ended; the twin takes over" in done.stderr
    twins = tmp_path / "twins.npz"
    assert nexus(*asked, "--light-log", str(twins)).stdout != done.stdout
    with np.load(log) as own, np.load(twins) as simulated:
        late = slice(60 * 10, 60 * 20)
        assert np.any(own["levels/elif"][late] != simulated["levels/elif"][late])
        assert np.array_equal(own["levels/tomo"], simulated["levels/tomo"])
    again = nexus(*asked, "--wire", f"{path}=Elif")
    assert again.stdout == done.stdout, "the same capture, show and seed give the same digest"


@pytest.mark.parametrize(
    ("wire", "said"),
    [
        ("{file}=Elf", 'did you mean "Elif"'),
        ("{file}", "names no wearer"),
        ("{file}x=Elif", "can't be read"),
        ("{notes}=Elif", "is no capture"),
    ],
)
def test_a_wire_that_leads_nowhere_is_told_with_what_would_do(tmp_path: Path, wire: str, said: str) -> None:
    file, notes = heart(tmp_path / "heart.raw", 1.0), tmp_path / "notes"
    notes.write_text("S512\n")
    done = nexus("run", "--offline", "--seconds", "0", "--wire", wire.format(file=file, notes=notes))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
