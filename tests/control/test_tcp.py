"""OSC over TCP: independent clients, both framings, hostile bytes, peers that do not read."""

from __future__ import annotations

import math
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pythonosc import slip
from pythonosc.osc_message import OscMessage
from pythonosc.osc_tcp_server import MODE_1_0, MODE_1_1
from pythonosc.tcp_client import SimpleTCPClient

from installation.clock import OfflineClock
from installation.control.framing import LONGEST, Framing
from installation.control.orders import Desk
from installation.control.packet import MOST_BYTES
from installation.control.tcp import MOST_LINES, MOST_WAITING, PREFIX, SILENT_S, OscTcp
from installation.frame import Order, Receipt
from tests.control.test_packet import bundle, osc
from tests.story.fakes import a_show
from tests.watch import fakes


class House:
    """A door, its desk and whoever has called."""

    def __init__(self) -> None:
        self.desk, self.clock = Desk(), OfflineClock()
        show = a_show()
        here = replace(show.patch, control_host="127.0.0.1", control_port=0)
        self.door = OscTcp(replace(show, patch=here), self.desk, self.clock)
        self.callers: list[socket.socket] = []

    def call(self) -> socket.socket:
        caller = socket.create_connection(("127.0.0.1", self.door.port), timeout=2.0)
        self.callers.append(caller)
        return caller

    def close(self) -> None:
        for caller in self.callers:
            caller.close()
        self.door.close()


@pytest.fixture
def house() -> Iterator[House]:
    built = House()
    yield built
    built.close()


def source(caller: socket.socket) -> str:
    return f"{PREFIX}127.0.0.1:{caller.getsockname()[1]}"


def heard(caller: socket.socket, count: int = 1) -> list[tuple[object, ...]]:
    """The next messages of a SLIP peer."""
    data = b""
    while data.count(slip.END) < 2 * count:
        more = caller.recv(4096)
        assert more, "hung up"
        data += more
    packets = [OscMessage(slip.decode(part)) for part in data.split(slip.END) if part]
    return [(one.address, *one.params) for one in packets]


def until(true: Callable[[], bool]) -> None:
    """Wait for another thread, two seconds at most."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it does not come true")


@pytest.mark.parametrize("mode", [MODE_1_0, MODE_1_1])
def test_python_osc_s_client_orders_and_is_answered_on_its_own_connection(house, mode):
    client = SimpleTCPClient("127.0.0.1", house.door.port, mode=mode, timeout=2.0)
    house.callers.append(client.socket)
    client.send_message("/master", 0.25)
    client.send_message("/ping", "settled")
    (pong,) = client.receive()[:1] if mode == MODE_1_0 else [part for part in client.receive() if part]
    assert OscMessage(pong).params == ["settled"]
    (order,) = house.desk.take()
    assert (order.verb, order.value, order.source) == ("master", 0.25, source(client.socket))
    house.door.answer((Receipt(order, True, "The master is 0.25."), Receipt(Order("go", "keys", 0.0), True, "")))
    (receipt,) = client.receive()[:1] if mode == MODE_1_0 else [part for part in client.receive() if part]
    assert OscMessage(receipt).address == "/out/receipt"
    assert OscMessage(receipt).params == ["master", 1, "The master is 0.25."]


@pytest.mark.skipif(shutil.which("oscsend") is None, reason="liblo-tools are not installed")
def test_liblo_s_oscsend_orders_over_tcp(house):
    subprocess.run(["oscsend", f"osc.tcp://127.0.0.1:{house.door.port}", "/room/risk", "f", "0.5"], check=True)
    orders: list[Order] = []
    until(lambda: bool(orders.extend(house.desk.take()) or orders))
    assert [(order.verb, order.target, order.value) for order in orders] == [("room", "risk", 0.5)]


def test_what_is_refused_at_the_edge_is_answered_on_the_same_connection(house):
    one, other = house.call(), house.call()
    one.sendall(slip.encode(osc("/gooo")))
    assert heard(one)[0][-1] == "Refused: nothing listens at /gooo; did you mean /go?"
    other.sendall(slip.encode(osc("/ping")))
    assert heard(other) == [("/out/pong",)]


def test_packets_in_pieces_and_in_one_piece_are_the_same_orders(house):
    stream = b"".join(map(slip.encode, (osc("/go"), bundle(osc("/back"), osc("/panic")), osc("/ping"))))
    caller = house.call()
    for byte in stream:
        caller.send(bytes((byte,)))
    caller.sendall(stream)
    assert heard(caller, 2) == [("/out/pong",)] * 2
    assert [order.verb for order in house.desk.take()] == ["go", "back", "panic"] * 2


def test_a_torn_packet_is_left_out_and_the_next_one_counts(house):
    caller = house.call()
    caller.sendall(slip.encode(osc("/panic"))[:-4] + b"\xdb\xc0" + b"x" * 100_000 + slip.encode(osc("/ping")))
    assert heard(caller) == [("/out/pong",)]
    assert house.desk.take() == ()
    assert house.door.health()[0].lost == 2


def test_a_length_that_makes_no_sense_ends_the_connection_and_no_other(house):
    bad, good = house.call(), house.call()
    bad.sendall(b"\0\xff\xff\xff" + osc("/go"))
    assert bad.recv(1) == b""
    good.sendall(slip.encode(osc("/ping")))
    assert heard(good) == [("/out/pong",)]


def test_more_connections_than_a_tent_has_are_refused_until_one_has_long_been_silent(house):
    callers = [house.call() for _ in range(MOST_LINES)]
    for caller in callers:
        caller.sendall(slip.encode(osc("/ping")))
        assert heard(caller) == [("/out/pong",)]
    assert house.call().recv(1) == b""
    house.clock.sleep_s(SILENT_S + 1.0)
    for caller in callers[1:]:
        caller.sendall(slip.encode(osc("/ping")))
        assert heard(caller) == [("/out/pong",)]
    late = house.call()
    late.sendall(slip.encode(osc("/ping")))
    assert heard(late) == [("/out/pong",)]
    assert callers[0].recv(1) == b""


def test_a_peer_that_does_not_read_is_hung_up_on_and_the_loop_never_waits(house):
    caller = house.call()
    caller.sendall(slip.encode(osc("/ping")))
    heard(caller)
    receipt = Receipt(Order("go", source(caller), 0.0), False, "x" * 3000)
    line = next(iter(house.door._lines.values()))
    for _ in range(20_000):  # 60 MB, more than any kernel keeps
        house.door.answer((receipt,))
        if line.broken:
            break
    until(lambda: not house.door._lines)
    assert len(line.waiting) < MOST_WAITING + 10_000


def test_whoever_was_understood_is_told_of_presence_and_nobody_else(house):
    console, silent = house.call(), house.call()
    console.sendall(slip.encode(osc("/ping")))
    heard(console)
    house.door.show(fakes.frame(of=fakes.show(3)))
    assert console.recv(20)[1:9] == b"#bundle\0"
    silent.setblocking(False)
    with pytest.raises(BlockingIOError):
        silent.recv(1)


def test_a_peer_that_is_gone_leaves_its_place(house):
    caller = house.call()
    caller.sendall(slip.encode(osc("/ping")))
    heard(caller)
    caller.close()
    until(lambda: not house.door._lines)


def test_a_closed_door_gives_its_port_back(house):
    house.call()
    show = a_show()
    patch = replace(show.patch, control_host="127.0.0.1", control_port=house.door.port)
    house.door.close()
    again = OscTcp(replace(show, patch=patch), house.desk, house.clock)
    assert again.health()[0].ok
    again.close()


pieces = st.sampled_from((b"\xc0", b"\xdb", b"\xdb\xdc", b"\xdb\xdd", b"\0\0\0\x08", osc("/go"), osc("/master", 0.5)))


@given(st.lists(pieces | st.binary(max_size=40), max_size=12))
@example([b"\xc0" + b"x" * (4 * LONGEST)] * 3)
@example([b"\0\0\x10\0" + b"x" * 3000] * 3)
def test_any_stream_is_packets_or_a_sentence_and_what_is_kept_is_bounded(stream):
    framing = Framing()
    for data in stream:
        try:
            packets = framing.feed(data)
        except ValueError as refused:
            assert str(refused)
            return
        assert len(framing._rest) <= LONGEST + MOST_BYTES
        for packet in packets:
            assert len(packet) <= LONGEST + 1
            try:
                assert isinstance(framing.unwrap(packet), bytes)
            except ValueError as refused:
                assert str(refused)


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=5), st.booleans(), st.integers(1, 7))
def test_what_is_wrapped_comes_out_again_however_it_is_cut(packets, lengths, step):
    sender, receiver = Framing(), Framing()
    sender._lengths = lengths
    stream = b"".join(map(sender.wrap, packets))
    cut = [stream[at : at + step] for at in range(0, len(stream), step)]
    assert [receiver.unwrap(packet) for piece in cut for packet in receiver.feed(piece)] == packets


def test_no_stream_whatever_closes_the_door_or_orders_what_is_not_finite(house):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(pieces | st.binary(max_size=40), max_size=8).map(b"".join))
    def hear(stream: bytes) -> None:
        with socket.create_connection(("127.0.0.1", house.door.port), timeout=2.0) as caller:
            caller.sendall(stream)
        for order in house.desk.take():
            assert not math.isinf(order.value)

    hear()
    caller = house.call()
    until(lambda: len(house.door._lines) <= 1)
    caller.sendall(slip.encode(osc("/ping")))
    assert heard(caller) == [("/out/pong",)]
    assert house.door.health()[0].ok
