"""The contract of `nexus run`: what it prints, keeps, sends, and how it leaves."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import REPOSITORY, SHOW

NEXUS = [sys.executable, "-m", "installation"]


def nexus(*arguments: str, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*NEXUS, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def digest(*arguments: str) -> str:
    done = nexus("run", "--offline", "--headless", *arguments)
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"digest [0-9a-f]{64}", last)
    return last


def test_the_same_seed_gives_the_same_digest_and_another_seed_another() -> None:
    one = digest("--seconds", "20", "--seed", "7")
    assert digest("--seconds", "20", "--seed", "7") == one
    assert digest("--seconds", "20", "--seed", "8") != one


def test_the_light_log_holds_every_tick_and_every_garment(tmp_path: Path) -> None:
    path = tmp_path / "light.npz"
    digest("--seconds", "5", "--light-log", str(path))
    with np.load(path, allow_pickle=False) as log:
        ticks = len(log["time_s"])
        assert ticks >= 300
        assert np.allclose(np.diff(log["time_s"]), 1 / 60)
        names = list(log["garments"])
        assert names == ["elif", "tomo", "amara", "luz", "ingrid", "kaveh", "noor", "sione"]
        levels = log["levels/elif"]
        assert levels.shape == (ticks, 52, 3)
        assert levels.dtype == np.uint8
        assert levels[120:].max(axis=2).min() >= 6, "the arrival look's floor is 0.03 of 255"
        assert np.ptp(levels[120:].astype(int).sum(axis=(1, 2))) > 1000, "the garment lives"


def test_a_show_with_problems_is_told_on_stderr_and_nothing_is_played(tmp_path: Path) -> None:
    done = nexus("run", str(tmp_path), "--offline", "--seconds", "1")
    assert done.returncode == 1
    assert "show.toml" in done.stderr
    assert "digest" not in done.stdout


def test_check_prints_every_problem_with_its_line_and_exits_1(tmp_path: Path) -> None:
    for file in SHOW.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text())
    cues = tmp_path / "cues.toml"
    cues.write_text(cues.read_text().replace("pantry.shortage_risk > 0.6", "pantry.shortage_rsk > 0.6"))
    looks = tmp_path / "looks.toml"
    looks.write_text(looks.read_text().replace('effect = "shimmer"', 'effect = "shimer"', 1))
    done = nexus("check", str(tmp_path))
    assert done.returncode == 1
    assert re.search(r"cues\.toml:\d+: .*shortage_rsk.*did you mean .?pantry\.shortage_risk", done.stdout)
    assert re.search(r"looks\.toml:\d+: .*shimer.*did you mean .?shimmer", done.stdout)


def test_check_of_the_shipped_show_finds_nothing_from_any_folder(tmp_path: Path) -> None:
    done = nexus("check", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "no problems" in done.stdout


@pytest.mark.parametrize("address", ["127.0.0.1:0", "127.0.0.1:notaport", ":9"])
def test_an_address_that_is_none_is_refused_with_what_would_do(address: str) -> None:
    done = nexus("run", "--offline", "--seconds", "0", "--osc", address)
    assert done.returncode == 2
    assert "HOST:PORT" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send to a child")
def test_sigterm_leaves_in_the_safe_look_and_says_the_protocols_goodbye() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(30)
        port = sock.getsockname()[1]
        command = [*NEXUS, "run", "--headless", "--sacn", f"127.0.0.1:{port}", "--osc", "127.0.0.1:9"]
        command += ["--control", "127.0.0.1:53998"]
        with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
            packets = [sock.recv(2048)]
            until = time.monotonic() + 6
            while time.monotonic() < until:
                packets.append(sock.recv(2048))
            running.send_signal(signal.SIGTERM)
            sock.settimeout(3)
            try:
                while True:
                    packets.append(sock.recv(2048))
            except TimeoutError:
                pass
            out, _ = running.communicate(timeout=20)
    assert running.returncode == 0
    assert out.splitlines()[-1].startswith(b"digest ")
    data = [packet for packet in packets if packet[18:22] == b"\0\0\0\4"]
    universes = {packet[113:115] for packet in data}
    for universe in universes:
        own = [packet for packet in data if packet[113:115] == universe]
        assert [bool(packet[112] & 0x40) for packet in own[-4:]] == [False, True, True, True]
        safe = np.frombuffer(own[-4][126:], np.uint8)
        assert 0 < safe.max() < 64, "dim and steady, never dark"


def test_a_host_that_does_not_resolve_is_told_and_the_light_goes_on() -> None:
    done = nexus(
        "run", "--headless", "--seconds", "2", "--sacn", "no-such-host.invalid", "--osc", "127.0.0.1:9",
        "--control", "127.0.0.1:53997",
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.count("no-such-host.invalid") >= 1
    assert done.stdout.splitlines()[-1].startswith("digest ")


def test_two_controllers_on_one_control_port_both_play(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        done = nexus(
            "run", "--headless", "--seconds", "1", "--sacn", "127.0.0.1:9", "--osc", "127.0.0.1:9",
            "--control", f"127.0.0.1:{port}",
        )  # fmt: skip
    assert done.returncode == 0
    assert str(port) in done.stderr


def test_nexus_help_needs_neither_numba_nor_a_screen() -> None:
    code = "import sys, installation.cli as cli; cli.parser(); print([m in sys.modules for m in ('numba', 'pygame')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[False, False]"
