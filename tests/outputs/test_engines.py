"""Several AR engines on loopback: each is told on its own, and what each says back is heard."""

from __future__ import annotations

import random
import socket
import time

import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from installation.clock import OfflineClock
from installation.frame import Heard, Trigger
from installation.outputs.engines import Engines
from installation.outputs.osc import message
from installation.show.model import Engine
from tests.outputs import fakes

PATIENCE_S = 5.0


def opened(*engines: Engine, live: bool = True) -> tuple[Engines, object]:
    show = fakes.show(engines=engines)
    return Engines(show, 7, OfflineClock(), live), show


def sent(house: Engines, show, n: int, **scene: object) -> None:
    for way, datagrams in house.due(fakes.levels(show), fakes.scene(**scene), fakes.body(show), house.hear(), n / 60):
        for one in datagrams:
            way.send(one, n / 60)


def heard_from(house: Engines) -> tuple[Heard, ...]:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if came := house.hear():
            return came
        time.sleep(0.005)
    return ()


@pytest.mark.parametrize("way", ["to the port that speaks", "to a port of its own"])
def test_what_an_engine_answers_is_heard_as_its_own(way):
    with fakes.ear() as free, fakes.ear() as left, fakes.ear() as right:
        listen = free.port if way == "to a port of its own" else 0
        free.close()
        house, show = opened(Engine("left", "127.0.0.1", left.port), Engine("right", "127.0.0.1", right.port, listen))
        try:
            sent(house, show, 0)
            _, sender = right._socket.recvfrom(2048)
            if listen:
                deadline = time.monotonic() + PATIENCE_S
                came: tuple[Heard, ...] = ()
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anywhere:
                    while not came and time.monotonic() < deadline:
                        anywhere.sendto(message("/ar/ack", "i", 1), ("127.0.0.1", listen))
                        time.sleep(0.02)
                        came = house.hear()
            else:
                right._socket.sendto(message("/ar/ack", "i", 1), sender)
                came = heard_from(house)
            assert came[0].output == "right"
            assert came[0].data == message("/ar/ack", "i", 1)
        finally:
            house.close()


def test_an_engine_that_is_not_there_takes_nothing_from_another():
    with fakes.ear() as gone:
        refused = gone.port
    with fakes.ear() as there:
        house, show = opened(Engine("gone", "127.0.0.1", refused), Engine("there", "127.0.0.1", there.port))
        try:
            for n in range(120):
                sent(house, show, n, parameters={"tide": n / 60})
            bundles = [OscBundle(one) for one in there.heard() if one.startswith(b"#")]
            assert sum(told.address == "/ar/param/tide" for one in bundles for told in one) >= 60
            assert [one.name for one in house.health()] == ["AR gone", "AR there"]
        finally:
            house.close()


class EngineModel:
    """A receiver as docs/ar.md asks for: it applies what is newer than it knows, and acknowledges all."""

    def __init__(self) -> None:
        self.scene, self.seq, self.epoch = "", -1, -1

    def take(self, datagram: bytes) -> list[bytes]:
        said = OscBundle(datagram) if datagram.startswith(b"#bundle") else [OscMessage(datagram)]
        back = []
        for one in said:
            if one.address == "/ar/state":
                epoch, scene, _, seq, *_ = one.params
                if epoch != self.epoch or seq > self.seq:
                    self.epoch, self.scene, self.seq = epoch, scene, seq
            elif one.address in ("/ar/scene/start", "/ar/cue/fire", "/ar/scene/load"):
                name, seq, epoch, *_ = one.params
                if epoch != self.epoch or seq > self.seq:
                    if one.address == "/ar/scene/start":
                        self.scene = name
                    self.epoch, self.seq = epoch, seq
                back.append(message("/ar/ack", "i", seq))
        return back


def test_through_a_network_that_loses_every_fifth_datagram_every_scene_arrives():
    """1,000 changes of scene, one in two and a half seconds of the show's own time; lost both ways."""
    chance = random.Random(5)
    house, show = opened(Engine("dome", "127.0.0.1", 9), live=False)
    engine, seq, worst, back = EngineModel(), 0, 0.0, []
    for change in range(1000):
        seq += 1
        late = None
        for n in range(50):
            number = 50 * change + n
            triggers = (Trigger("start", f"scene {change}", seq, 1.0),) if n == 0 else ()
            scene = fakes.scene(seq, scene=f"scene {change}", triggers=triggers)
            heard = tuple(Heard(number / 20, "dome", one) for one in back if chance.random() > 0.2)
            back = []
            for _, datagrams in house.due(fakes.levels(show), scene, fakes.body(show), heard, number / 20):
                for one in datagrams:
                    if chance.random() > 0.2:
                        back += engine.take(one)
            if late is None and engine.scene == f"scene {change}":
                late = n / 20
        assert late is not None, f"change {change} never arrived"
        worst = max(worst, late)
    assert engine.seq == seq
    assert worst <= 2.0


def test_an_engine_that_starts_again_in_the_middle_is_right_within_two_seconds():
    house, show = opened(Engine("dome", "127.0.0.1", 9), live=False)
    right_s = None
    engine = EngineModel()
    for n in range(240):
        if n == 100:
            engine = EngineModel()
        triggers = (Trigger("start", "shore", 1, 1.0),) if n == 0 else ()
        scene = fakes.scene(1, triggers=triggers)
        for _, datagrams in house.due(fakes.levels(show), scene, fakes.body(show), (), n / 60):
            for one in datagrams:
                engine.take(one)
        if n >= 100 and right_s is None and engine.scene == "shore":
            right_s = (n - 100) / 60
    assert right_s is not None
    assert right_s <= 2.0
