"""The OSC door, over a real socket on loopback."""

from __future__ import annotations

import math
import socket
import struct
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage

from installation.clock import OfflineClock
from installation.control.orders import MOST_WAITING, Desk
from installation.control.osc import OscIn
from installation.frame import Order, Receipt
from tests.control.test_packet import bundle, osc
from tests.story.fakes import a_show


class Remote:
    """Somebody with an OSC tool."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(2.0)
        self.socket.connect(("127.0.0.1", port))

    @property
    def source(self) -> str:
        return f"osc 127.0.0.1:{self.socket.getsockname()[1]}"

    def send(self, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self.socket.send(datagram)

    def hear(self) -> tuple[object, ...]:
        message = OscMessage(self.socket.recv(4096))
        return (message.address, *message.params)

    def settle(self) -> None:
        """All that was sent before has been read once this is answered."""
        self.send(osc("/ping", "settled"))
        while self.hear() != ("/out/pong", "settled"):
            pass


class House:
    """A door and its desk."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.show = a_show()
        self.door = OscIn(self.show, self.desk, OfflineClock())
        self.remote = Remote(self.door.port)

    def close(self) -> None:
        self.remote.socket.close()
        self.door.close()


@pytest.fixture
def house() -> Iterator[House]:
    built = House()
    yield built
    built.close()


def test_messages_become_orders_in_their_order_with_the_sender_as_source(house):
    house.remote.send(osc("/go"), osc("/cue/3/go"), bundle(osc("/master", 0.5), osc("/panic"), tag=2**63))
    house.remote.settle()
    orders = house.desk.take()
    assert [(order.verb, order.target) for order in orders] == [("go", ""), ("cue", "3"), ("master", ""), ("panic", "")]
    assert {order.source for order in orders} == {house.remote.source}


def test_a_ping_is_answered_to_its_sender_alone(house):
    other = Remote(house.door.port)
    other.send(osc("/ping", 42))
    assert other.hear() == ("/out/pong", 42)
    other.socket.close()


def test_a_receipt_goes_to_the_sender_of_its_order_and_to_nobody_else(house):
    other = Remote(house.door.port)
    mine = Receipt(Order("go", house.remote.source, 0.0), False, "GO refused: 0.3 s after the last one.")
    theirs = Receipt(Order("back", other.source, 0.0), True, "BACK: cue 1 fades in.")
    keys = Receipt(Order("go", "keys", 0.0), True, "GO: cue 2 fades in.")
    house.door.answer((mine, keys, theirs))
    assert house.remote.hear() == ("/out/receipt", "go", 0, "GO refused: 0.3 s after the last one.")
    assert other.hear() == ("/out/receipt", "back", 1, "BACK: cue 1 fades in.")
    other.socket.close()


def test_what_is_refused_at_the_edge_is_answered_with_the_reason(house):
    house.remote.send(osc("/master", float("nan")))
    assert house.remote.hear() == ("/out/receipt", "master", 0, "Refused: /master takes a number.")
    house.remote.send(osc("/gooo"))
    address, verb, accepted, reason = house.remote.hear()
    assert (address, verb, accepted) == ("/out/receipt", "/gooo", 0)
    assert reason == "Refused: nothing listens at /gooo; did you mean /go?"
    house.remote.send(osc("/cue/*/go"))
    assert "one message is one order" in str(house.remote.hear()[-1])
    assert house.desk.take() == ()


def test_garbage_is_counted_told_once_and_the_door_stays_open(house, caplog):
    house.remote.send(b"", b"\xff\xfe", b"/go", b"#bundle\0" + b"\0" * 8 + struct.pack(">i", -4), b"/" * 60_000)
    house.remote.send(osc("/go"))
    house.remote.settle()
    assert [order.verb for order in house.desk.take()] == ["go"]
    (health,) = house.door.health()
    assert (health.ok, health.lost, health.handled) == (True, 5, 2)
    assert health.text == "listens; 5 messages are left out"
    assert len([record for record in caplog.records if record.name == "installation.osc.in"]) == 1


def test_no_datagram_whatever_closes_the_door_or_orders_what_is_not_finite():
    house = House()
    texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=90)  # OSC texts end at a NUL
    kinds = st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.floats(width=32) | texts
    words = st.sampled_from(("go", "cue", "room", "1", "risk", "master", "ping", "out", "", "*", "é"))
    paths = st.lists(words, max_size=4).map(lambda parts: "/" + "/".join(parts))
    whole = st.builds(lambda path, values: osc(path, *values), paths, st.lists(kinds, max_size=3))
    torn = st.builds(lambda datagram, end: datagram[:end], whole, st.integers(0, 60))

    @settings(max_examples=100, deadline=None)
    @given(st.lists(whole | torn | st.binary(max_size=40), max_size=4), st.booleans())
    def hear(parts: list[bytes], bundled: bool) -> None:
        for datagram in (bundle(*parts),) if bundled else parts:
            house.door.hear(datagram, ("127.0.0.1", 9))
        for order in house.desk.take():
            assert not math.isinf(order.value)
            assert order.verb not in ("master", "room", "blackout") or math.isfinite(order.value)

    hear()
    assert house.door.health()[0].ok
    house.close()


def test_half_a_bundle_orders_nothing(house):
    house.remote.send(bundle(osc("/go"), b"what"))
    house.remote.settle()
    assert house.desk.take() == ()


def test_an_answer_of_another_controller_is_never_answered(house):
    house.remote.send(osc("/out/receipt", "go", 1, ""), osc("/out/pong"), osc("/out"))
    house.remote.send(osc("/ping", "end"))
    assert house.remote.hear() == ("/out/pong", "end")
    assert house.door.health()[0].lost == 3


def test_a_flood_is_bounded_the_newest_level_wins_and_panic_gets_through(house):
    for number in range(3000):
        house.door.hear(osc("/master", number / 3000), ("127.0.0.1", 9))
        house.door.hear(osc("/go"), ("127.0.0.1", 9))
    house.door.hear(osc("/panic"), ("127.0.0.1", 9))
    orders = house.desk.take()
    assert len(orders) == MOST_WAITING + 1
    assert [order.value for order in orders if order.verb == "master"] == [pytest.approx(2999 / 3000)]
    assert orders[-1].verb == "panic"


def test_a_port_that_is_taken_is_told_once_and_the_show_goes_on(house, caplog):
    show = replace(house.show, patch=replace(house.show.patch, control_port=house.door.port))
    second = OscIn(show, Desk(), OfflineClock())
    (health,) = second.health()
    assert not health.ok
    assert health.text.startswith("can't listen (")
    assert health.text.endswith("); free the port or change [control] in patch.toml")
    second.answer((Receipt(Order("go", house.remote.source, 0.0), True, "yes"),))
    second.close()
    assert len([record for record in caplog.records if record.name == "installation.osc.in"]) == 1


def test_an_address_that_is_not_of_this_computer_is_told_and_the_show_goes_on(house):
    show = replace(house.show, patch=replace(house.show.patch, control_host="203.0.113.7"))
    door = OscIn(show, Desk(), OfflineClock())
    assert not door.health()[0].ok
    door.close()


def test_a_closed_door_gives_its_port_back(house):
    show = replace(house.show, patch=replace(house.show.patch, control_port=house.door.port))
    house.door.close()
    again = OscIn(show, house.desk, OfflineClock())
    assert again.health()[0].ok
    again.close()
