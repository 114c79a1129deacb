"""Simulated devices on the network, as a program beside Nexus meets them."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from pythonosc.osc_bundle import OscBundle

from installation.sensors.emotibit import HELLO_PORT
from installation.sensors.wires.emotibit import Line, decode, encode, labels

PATIENCE_S = 30.0


@contextlib.contextmanager
def simulate(*words: str) -> Iterator[subprocess.Popen[str]]:
    """`nexus simulate` with its first line read."""
    command = [sys.executable, "-m", "installation", "simulate", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.terminate()
            running.communicate(timeout=PATIENCE_S)


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(PATIENCE_S)
        yield listening


def test_every_wearer_is_heard_as_osc_under_a_number_of_their_own(ear: socket.socket) -> None:
    port = ear.getsockname()[1]
    with simulate("--wire", "osc", "--to", f"127.0.0.1:{port}", "--wearers", "2", "--seconds", "20"):
        bundles = [OscBundle(ear.recv(2048)) for _ in range(60)]
    said = [message for bundle in bundles for message in bundle]
    assert {message.address for message in said} == {
        f"/{number}/{kind}" for number in (1, 2) for kind in ("ppg", "eda", "resp", "acc")
    }
    assert all(0 <= message.params[0] <= 1 for message in said if message.address.endswith("ppg"))
    assert len({tuple(message.params) for message in said if message.address == "/1/ppg"}) > 20


def test_osc_needs_to_be_told_where_to() -> None:
    with simulate("--wire", "osc") as running:
        _, told = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 2
    assert "--to 127.0.0.1:9100 would do" in told


def test_an_emotibit_answers_a_hello_and_sends_to_the_host_that_links_it(ear: socket.socket) -> None:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as free:
        try:
            free.bind(("127.0.0.1", HELLO_PORT))
        except OSError:
            pytest.skip(f"port {HELLO_PORT} is taken on this machine")
    with simulate("--wire", "emotibit", "--seconds", "40") as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "127.0.0.1\n"
        device = ("127.0.0.1", HELLO_PORT)
        ear.sendto(encode(Line(0, 0, "HE", ())), device)
        hello = decode(ear.recv(2048).strip())
        assert hello is not None
        assert (hello.kind, labels(hello.values)["DI"]) == ("HH", "NX-0001")
        ear.sendto(encode(Line(0, 1, "EC", ("DP", str(ear.getsockname()[1])))), device)
        kinds: set[str] = set()
        until = time.monotonic() + PATIENCE_S
        while not {"PI", "EA", "AX", "RD"} <= kinds and time.monotonic() < until:
            kinds |= {line.kind for line in map(decode, ear.recv(4096).split(b"\n")) if line}
    assert {"PI", "PR", "PG", "EA", "AX", "AY", "AZ", "RD"} <= kinds
