"""All ways out together."""

from __future__ import annotations

import hashlib
import math
import struct

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from installation.clock import OfflineClock
from installation.outputs.identity import offline_identity
from installation.outputs.light_log import LightLog
from installation.outputs.send import Outputs
from tests.outputs.fakes import body, ear, engine_at, levels, scene, show, tick

WHO = offline_identity("Test", 1)


@pytest.fixture
def outputs():
    """Makes outputs, and closes them at the end."""
    opened: list[Outputs] = []

    def make(of, live=True, who=WHO, light_log=None) -> Outputs:
        opened.append(Outputs(of, OfflineClock(), who, live=live, light_log=light_log))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def play(out: Outputs, of, ticks: int) -> str:
    for n in range(ticks):
        out.send(levels(of, n % 256), scene(1 + n // 20, parameters={"tide": n / 60}), body(of), (), tick(n))
    out.goodbye(tick(ticks))
    return out.digest()


def test_light_and_scene_arrive_and_then_the_goodbye(outputs):
    with ear() as desk, ear() as engine:
        of = show(sacn_port=desk.port, engines=engine_at(engine.port))
        play(outputs(of), of, 10)
        packets = [packet for packet in desk.heard() if len(packet) == 638]
        messages = engine.heard()
    assert [packet[126] for packet in packets] == [*range(10), 9, 9, 9]
    assert [packet[111] for packet in packets] == list(range(13))
    assert [packet[112] for packet in packets] == 10 * [0] + 3 * [0x40]
    assert next(iter(OscBundle(messages[0]))).address == "/ar/state"
    assert [OscMessage(message).params for message in messages[-3:]] == 3 * [[WHO.epoch]]


@pytest.mark.parametrize("broken", ["refused", "unknown.invalid"])
def test_a_broken_engine_takes_no_packet_from_the_garments(outputs, broken, caplog):
    with ear() as gone:
        refused = gone.port
    with ear() as desk:
        of = show(sacn_port=desk.port, engines=engine_at(refused, "127.0.0.1" if broken == "refused" else broken))
        out = outputs(of)
        heard = 0
        for n in range(120):
            out.send(levels(of, n), scene(parameters={"tide": n / 60}), body(of), (), tick(n))
            heard += sum(len(packet) == 638 for packet in desk.heard())
    light, ar = out.health()
    assert heard == 120
    assert (light.ok, light.lost) == (True, 0)
    assert ar.ok is (broken == "refused"), "on this machine nobody need listen"
    assert ar.lost > 0
    assert len(caplog.records) == 1


def test_a_broken_light_host_takes_no_message_from_the_engine(outputs):
    with ear() as engine:
        of = show(sacn_host="unknown.invalid", engines=engine_at(engine.port))
        out = outputs(of)
        heard = 0
        for n in range(120):
            out.send(levels(of, n), scene(parameters={"tide": float(n)}), body(of), (), tick(n))
            heard += len(engine.heard())
        light, ar = out.health()
    assert heard == ar.handled >= 60
    assert ar.ok
    assert not light.ok
    assert light.handled == 0


def test_the_digest_is_of_every_datagram_with_its_way_and_length_in_order(outputs):
    expected = hashlib.sha256()
    with ear() as desk, ear() as engine:
        of = show(sacn_port=desk.port, engines=engine_at(engine.port))
        out = outputs(of)
        for n in range(30):
            out.send(levels(of, n), scene(parameters={"tide": n / 60}), body(of), (), tick(n))
            for way, datagrams in ((1, desk.heard()), (2, engine.heard())):
                for datagram in datagrams:
                    expected.update(struct.pack(">BI", way, len(datagram)) + datagram)
    assert out.digest() == expected.hexdigest()


def test_two_offline_runs_have_one_digest_and_another_seed_has_another(outputs):
    of = show()
    first, again = (play(outputs(of, live=False), of, 200) for _ in range(2))
    assert first == again
    assert first != play(outputs(of, live=False, who=offline_identity("Test", 2)), of, 200)
    assert first != play(outputs(of, live=False), of, 201)


def test_the_digest_is_the_same_whether_or_not_the_network_takes_the_datagrams(outputs):
    with ear() as desk:
        heard, unheard = show(sacn_port=desk.port), show(sacn_host="unknown.invalid")
        digests = {play(outputs(heard), heard, 50), play(outputs(unheard), unheard, 50)}
    of = show()
    assert digests == {play(outputs(of, live=False), of, 50)}


def test_offline_nothing_leaves(outputs):
    with ear() as desk, ear() as engine:
        of = show(sacn_port=desk.port, engines=engine_at(engine.port))
        out = outputs(of, live=False)
        play(out, of, 30)
        assert desk.heard() + engine.heard() == []
    assert all(health.ok and health.handled > 0 for health in out.health())


def test_bodies_full_of_nonsense_stop_nothing(outputs):
    of = show()
    nonsense = body(of, heart_rate=np.array([math.inf, -math.inf]), heart_phase=np.array([1e300, math.nan]))
    out = outputs(of, live=False)
    out.send(levels(of), scene(elapsed_s=math.nan, seq=2**40, epoch=-1, scene="\0"), nonsense, (), tick(0))
    assert out.health()[1].handled > 0


def test_a_show_without_garments_still_tells_its_scenes(outputs):
    of = show(())
    out = outputs(of, live=False)
    play(out, of, 10)
    light, ar = out.health()
    assert light.handled == 0
    assert ar.handled > 0


def test_the_light_log_holds_every_tick_that_was_sent(outputs, tmp_path):
    of = show()
    out = outputs(of, live=False, light_log=LightLog(tmp_path / "night.npz", of))
    play(out, of, 25)
    out.close()
    with np.load(tmp_path / "night.npz") as log:
        assert list(log["levels/garment_1"][:, 0, 0]) == list(range(25))
    assert [health.name for health in out.health()] == ["sACN", "AR", "light log"]
