"""The receivers that makers start from are told a story, and answer it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installation.clock import RealClock
from installation.frame import Trigger
from installation.outputs.engines import Engines
from installation.show.model import Engine
from tests.outputs import fakes

ASSETS = Path(__file__).parents[2] / "assets" / "ar"
PATIENCE_S = 20.0


def free_port() -> int:
    with fakes.ear() as free:
        return free.port


def python_receiver(port: int, _listen: int) -> list[str]:
    return [sys.executable, str(ASSETS / "receiver.py"), str(port)]


def pd_receiver(port: int, listen: int) -> list[str]:
    pd = shutil.which("pd")
    if pd is None:
        pytest.skip("Pure Data is not installed (Debian: puredata-core)")
    quiet = [pd, "-nogui", "-nosound", "-noprefs", "-stderr"]
    return [*quiet, "-open", str(ASSETS / "receiver.pd"), "-send", f"port {port}", "-send", f"answers {listen}"]


@pytest.mark.parametrize("receiver", [python_receiver, pd_receiver])
def test_the_receiver_follows_the_story_and_says_how_it_does(receiver):
    port, listen = free_port(), free_port() if receiver is pd_receiver else 0
    engine = subprocess.Popen(receiver(port, listen), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    clock = RealClock()
    show = fakes.show(engines=(Engine("dome", "127.0.0.1", port, listen),))
    house = Engines(show, 7, clock, live=True)
    heard: list[bytes] = []

    def play(scene, seconds: float, until: bytes) -> bool:
        """Tell a scene until the engine said this; its triggers come once."""
        end_s = clock.now_s() + seconds
        found = len(heard)
        while clock.now_s() < end_s and not any(until in one for one in heard[found:]):
            came = house.hear()
            heard.extend(one.data for one in came)
            now_s = clock.now_s()
            for way, datagrams in house.due(fakes.levels(show), scene, fakes.body(show), came, now_s):
                for one in datagrams:
                    way.send(one, now_s)
            time.sleep(1 / 60)
        return any(until in one for one in heard[found:])

    try:
        assert play(fakes.scene(0, scene=""), PATIENCE_S, b"/ar/pong"), "it starts, and answers a ping"
        triggers = (
            Trigger("load", "feast", 1, 0.0),
            Trigger("start", "feast", 2, 2.0),
            Trigger("fire", "3.2", 3, 2.0),
            Trigger("blackout", "1", 4, 0.3),
        )
        told = fakes.scene(4, scene="feast", cue="3.2", triggers=triggers, captions={"en": "Enough. Eat."})
        assert play(told, PATIENCE_S, b"feast\0\0\0\0\0\0\4"), "its heartbeat tells the scene and the newest number"
        everything = b"".join(heard)
        assert b"/ar/ready" in everything
        assert everything.count(b"/ar/ack") >= 3
        assert house.health()[0].ok
        assert "there and back" in house.health()[0].text
        again = fakes.scene(5, scene="shore", epoch=8)
        assert play(again, PATIENCE_S, b"shore\0\0\0\0\0\0\5"), "another start of the controller is followed too"
    finally:
        house.close()
        engine.terminate()
        printed, _ = engine.communicate(timeout=PATIENCE_S)
    lines = [line.replace("symbol ", "").replace("\\", "").strip() for line in printed.splitlines()]
    assert [line for line in lines if line.startswith("scene: ")] == ["scene: feast", "scene: shore"]
    assert "cue: 3.2" in lines
    assert "caption: en Enough. Eat." in lines
    assert "blackout: 1" in lines
