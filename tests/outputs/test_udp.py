"""A way out and what a network does to it; loopback sockets only."""

from __future__ import annotations

import logging
import socket
import threading

import pytest

from installation.outputs.udp import Place, Udp, find
from tests.outputs.fakes import ear

LOG = logging.getLogger("installation.test.out")


@pytest.fixture
def closing():
    """Ways that are closed at the end of the test."""
    ways: list[Udp] = []
    yield ways
    for way in ways:
        way.close()


def unused_port() -> int:
    with ear() as gone:
        return gone.port


def test_datagrams_arrive_in_order(closing):
    with ear() as listening:
        way = Udp("sACN", LOG, "127.0.0.1", listening.port)
        closing.append(way)
        for n in range(5):
            way.send(bytes([n]), n / 60)
        assert listening.heard() == [bytes([n]) for n in range(5)]
        assert (way.health().ok, way.health().handled, way.health().lost) == (True, 5, 0)


def test_a_refusal_is_told_once_counted_and_the_return_told_once(closing, caplog):
    port = unused_port()
    way = Udp("AR", LOG, "127.0.0.1", port)
    closing.append(way)
    for n in range(20):
        way.send(b"x", n / 60)
    assert way.health().ok, "on this machine nobody need listen: a rehearsal"
    assert way.health().text == f"sent to 127.0.0.1:{port}, but nobody listens here"
    assert way.health().lost > 0
    assert len(caplog.records) == 1
    with ear(port) as listening:
        for n in range(20, 320):
            way.send(b"light", n / 60)
            assert listening.heard() == [b"light"]
    assert way.health().ok
    assert [record.getMessage() for record in caplog.records][1:] == [f"AR: 127.0.0.1:{port} is well again"]


def test_a_name_that_is_not_found_costs_the_loop_nothing_and_is_told_once(closing, caplog):
    def nobody_knows(host: str) -> Place:
        raise socket.gaierror("unknown")

    way = Udp("sACN", LOG, "granary", 5568, ask=nobody_knows)
    closing.append(way)
    way.wait()
    for n in range(10):
        way.send(b"x", n / 60)
    assert "'granary' is not found" in way.health().text
    assert way.health().lost == 10
    assert len(caplog.records) == 1


def test_a_name_that_is_found_late_joins_the_running_light(closing, caplog):
    answer = threading.Event()

    def slowly(host: str) -> Place:
        answer.wait(5)
        return Place("127.0.0.1")

    with ear() as listening:
        way = Udp("sACN", LOG, "granary", listening.port, ask=slowly)
        closing.append(way)
        way.send(b"early", 0.0)
        answer.set()
        way.wait()
        way.send(b"light", 0.1)
        assert listening.heard() == [b"light"]
    assert (way.health().handled, way.health().lost, caplog.records) == (1, 1, [])


@pytest.mark.parametrize("host", ["", "fe80::1%nowhere", "a" * 300, "a..b", "nul\0", "ü" * 70])
def test_a_name_that_nobody_could_have_is_only_not_found(closing, host):
    way = Udp("sACN", LOG, host, 5568)
    closing.append(way)
    way.wait()
    way.send(b"x", 0.0)
    assert way.health().handled + way.health().lost == 1


def test_an_interface_that_is_no_address_is_told_and_counted():
    way = Udp("sACN", LOG, "multicast@not-an-address", 5568)
    way.send(b"x", 0.0, "239.255.0.1")
    assert "can't be reached" in way.health().text
    assert way.health().lost == 1


def test_what_belongs_to_no_universe_has_no_multicast_group():
    way = Udp("AR", LOG, "multicast", 9000)
    way.send(b"x", 0.0)
    assert "only universes have multicast groups" in way.health().text


def test_multicast_reaches_those_who_joined_the_group_on_loopback(closing):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("", 0))
        try:
            join = socket.inet_aton("239.255.0.9") + socket.inet_aton("127.0.0.1")
            listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)
        except OSError as refused:
            pytest.skip(f"this system joins no group on loopback: {refused}")
        listening.settimeout(1.0)
        way = Udp("sACN", LOG, "multicast@127.0.0.1", listening.getsockname()[1])
        closing.append(way)
        way.send(b"other", 0.0, "239.255.0.8")
        way.send(b"light", 0.0, "239.255.0.9")
        assert listening.recv(64) == b"light"


def test_ipv4_is_preferred_and_localhost_needs_no_network():
    assert find("localhost").address == "127.0.0.1"


def test_nothing_is_sent_after_the_end():
    with ear() as listening:
        way = Udp("sACN", LOG, "127.0.0.1", listening.port)
        way.close()
        way.send(b"x", 1e9)
        assert listening.heard() == []


class Cable:
    """A socket that takes datagrams unless it is told to fail."""

    def __init__(self) -> None:
        self.fault: OSError | None = None
        self.took: list[bytes] = []
        self.opened = 0

    def open(self, place: Place, port: int) -> Cable:
        self.opened += 1
        return self

    def send(self, datagram: bytes) -> None:
        if self.fault:
            raise self.fault
        self.took.append(datagram)

    def close(self) -> None: ...


def test_a_full_socket_buffer_drops_the_datagram_and_the_next_one_goes_out(caplog):
    cable = Cable()
    way = Udp("sACN", LOG, "127.0.0.1", 9, connect=cable.open)
    cable.fault = BlockingIOError()
    way.send(b"x", 0.0)
    assert (way.health().lost, way.health().ok) == (1, False)
    cable.fault = None
    way.send(b"y", 0.1)
    way.send(b"z", 4.0)
    assert (cable.took, way.health().ok, cable.opened) == ([b"y", b"z"], True, 1)
    assert len(caplog.records) == 2


def test_an_interface_that_goes_away_is_left_alone_for_a_second_and_then_opened_anew():
    cable = Cable()
    way = Udp("sACN", LOG, "192.0.2.1", 9, connect=cable.open)
    cable.fault = OSError(101, "Network is unreachable")
    for n in range(60):
        way.send(b"x", n / 60)
    assert (cable.opened, way.health().lost) == (1, 60)
    assert "Network is unreachable" in way.health().text
    cable.fault = None
    for n in range(60, 65):
        way.send(b"y", n / 60)
    assert (cable.opened, cable.took) == (2, [b"y"] * 5)
