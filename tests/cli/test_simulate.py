"""`nexus simulate` as a process of its own: what it prints, what it offers, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from installation.cli import main, parser, pty
from installation.cli.simulate import made
from installation.clock import RealClock
from installation.sensors.line import open_serial
from installation.sensors.wires.pulsesensor import PulseSensor
from tests.conftest import REPOSITORY

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")


@contextmanager
def simulating(*asked: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "installation", "simulate", *asked]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0


def said(path: str, seconds: float) -> bytes:
    """What comes from a port in so many seconds."""
    clock, data = RealClock(), b""
    with open_serial(path, 115200, 0.1) as line:
        while clock.now_s() < seconds:
            data += line.read(4096)
    return data


@POSIX
def test_two_pulse_sensors_are_offered_under_their_links_and_taken_away_at_the_end(tmp_path: Path) -> None:
    link = tmp_path / "pulse"
    with simulating("--wire", "pulsesensor", "--wearers", "2", "--link", str(link), "--json") as process:
        assert process.stdout is not None
        told: list[dict[str, Any]] = json.loads(process.stdout.readline())
        assert [one["wearers"] for one in told] == [[0], [1]]
        assert [one["baud"] for one in told] == [115200] * 2
        assert [str(Path(one["link"]).readlink()) for one in told] == [one["path"] for one in told]
        wire = PulseSensor(0)
        signals = wire.signals(said(f"{link}-2", 2.5))
        assert len(signals) == pytest.approx(65, abs=15)  # after the bootloader's 1.2 s
        assert wire.dropped == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--wire", "morse"], "there are: pulsesensor"),
        (["--wire", "cyton", "--rate", "100"], "no other rate"),
        (["--wire", "bitalino", "--rate", "50"], "1, 10, 100, 1000"),
        (["--wire", "pulsesensor", "--form", "old"], "there are: letters"),
    ],
)
@POSIX
def test_what_no_device_is_is_told_with_what_there_is(
    asked: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *asked]) == 2
    assert words in capsys.readouterr().err


@POSIX
def test_a_link_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--wire", "lines", "--link", str(tmp_path / "none" / "pulse")]) == 1
    assert "none/pulse can't be made" in capsys.readouterr().err


def test_a_system_without_pseudo_terminals_is_told_what_it_can_do_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(os, "openpty", raising=False)
    assert not pty.has_ptys()
    assert main(["simulate", "--wire", "cyton"]) == 2
    assert "nexus run" in capsys.readouterr().err


def test_a_shared_format_is_one_device_for_all_and_any_other_one_for_each() -> None:
    assert [who for who, _ in made("pack", 3, 1)] == [[0, 1, 2]]
    assert [who for who, _ in made("pulsesensor", 2, 1, form="letters")] == [[0, 1]]
    assert [who for who, _ in made("cyton", 2, 1)] == [[0], [1]]


@pytest.mark.parametrize("asked", [["--wearers", "0"], ["--rate", "0"], ["--wearers", "many"]])
def test_numbers_that_are_none_are_refused(asked: list[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["simulate", "--wire", "cyton", *asked])


@POSIX
def test_a_busy_gateway_comes_through_whole_and_a_host_that_fetches_nothing_holds_nobody_up() -> None:
    with pty.Pty() as port:
        with open_serial(port.path, 115200, 0.0) as line:
            sent = bytes(range(256)) * 200
            port.write(sent)
            assert port.waiting > 0
            came = b""
            while len(came) < len(sent):
                came += line.read(4096)
                port.write(b"")
            assert came == sent
            port.write(bytes(10 * pty.HELD))
            assert port.waiting <= pty.HELD
        assert not port.opened
        port.forget()
        assert port.waiting == 0
