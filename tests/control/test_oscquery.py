"""OSCQuery over real sockets on loopback, with an HTTP client and a WebSocket client that are not ours."""

from __future__ import annotations

import contextlib
import http.client
import json
import math
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from installation.clock import OfflineClock
from installation.control.listener import MOST_LISTENED, MOST_WAITING
from installation.control.orders import Desk
from installation.control.oscquery import MOST_CONNECTIONS, PREFIX, OscQuery
from installation.control.packet import MOST_BYTES
from installation.frame import Frame, Order, Receipt, RoomSignal
from tests.control.test_packet import osc
from tests.story.fakes import a_show
from tests.watch import fakes

SHOW = a_show()
OSC_PORT = 53000


def a_frame(master: float = 0.9, **more: Any) -> Frame:
    frame = fakes.frame(of=fakes.show(3))
    room = {"risk": RoomSignal("risk", 0.1, 0.0), "gifts": RoomSignal("gifts", math.nan, 0.0)}
    return replace(frame, story=replace(frame.story, master=master, room=room, **more))


class House:
    """A door, its desk and whoever has called."""

    def __init__(self) -> None:
        self.desk = Desk()
        here = replace(SHOW.patch, control_host="127.0.0.1", query_port=0)
        self.door = OscQuery(replace(SHOW, patch=here), self.desk, OfflineClock(), OSC_PORT)
        self.callers = contextlib.ExitStack()
        self.door.show(a_frame())

    def get(self, url: str, method: str = "GET") -> tuple[int, Any, dict[str, str]]:
        one = http.client.HTTPConnection("127.0.0.1", self.door.port, timeout=2.0)
        one.request(method, url)
        said = one.getresponse()
        body = said.read()
        one.close()
        return said.status, json.loads(body) if body[:1] == b"{" else body, dict(said.headers)

    def call(self, **more: Any) -> ClientConnection:
        url = f"ws://127.0.0.1:{self.door.port}/"
        return self.callers.enter_context(connect(url, open_timeout=2.0, close_timeout=0.5, compression=None, **more))

    def close(self) -> None:
        self.callers.close()
        self.door.close()


@pytest.fixture(scope="module")
def standing() -> Iterator[House]:
    """A house that only answers: shared, since nobody changes it."""
    built = House()
    yield built
    built.close()


@pytest.fixture
def house() -> Iterator[House]:
    built = House()
    yield built
    built.close()


def listen(caller: ClientConnection, path: str, command: str = "LISTEN") -> None:
    caller.send(json.dumps({"COMMAND": command, "DATA": path}))


def heard(caller: ClientConnection, timeout: float = 2.0) -> tuple[object, ...]:
    packet = caller.recv(timeout=timeout)
    assert isinstance(packet, bytes)
    message = OscMessage(packet)
    return (message.address, *message.params)


def source(caller: ClientConnection) -> str:
    return f"{PREFIX}127.0.0.1:{caller.local_address[1]}"


def until(true: Callable[[], bool]) -> None:
    """Wait for another thread, two seconds at most."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it does not come true")


# --- HTTP ---


def test_the_host_says_where_it_is_and_claims_nothing_that_it_does_not_do(standing: House) -> None:
    status, info, headers = standing.get("/?HOST_INFO")
    assert (status, headers["Content-Type"], headers["Access-Control-Allow-Origin"]) == (200, "application/json", "*")
    assert (info["OSC_IP"], info["OSC_PORT"], info["OSC_TRANSPORT"]) == ("127.0.0.1", OSC_PORT, "UDP")
    assert (info["NAME"], info["WS_IP"], info["WS_PORT"]) == (SHOW.title, "127.0.0.1", standing.door.port)
    assert all(info["EXTENSIONS"][name] for name in ("LISTEN", "IGNORE", "VALUE", "RANGE", "UNIT", "CRITICAL"))
    assert not any(info["EXTENSIONS"][name] for name in ("PATH_CHANGED", "PATH_ADDED", "TAGS", "HTML", "OVERLOADS"))
    assert standing.get("/master?HOST_INFO")[1] == info


def test_the_tree_holds_every_order_every_cue_every_signal_and_every_wearer(standing: House) -> None:
    _, tree, _ = standing.get("/")
    assert (tree["FULL_PATH"], tree["DESCRIPTION"], "TYPE" in tree) == ("/", SHOW.title, False)
    assert set(tree["CONTENTS"]) == {
        "go", "back", "panic", "blackout", "master", "cue", "room", "wearer", "ar", "reset", "ping", "out",
    }  # fmt: skip
    assert list(tree["CONTENTS"]["cue"]["CONTENTS"]) == [cue.number for cue in SHOW.cues]
    assert set(tree["CONTENTS"]["room"]["CONTENTS"]) == {"risk", "gifts"}
    assert len(tree["CONTENTS"]["wearer"]["CONTENTS"]) == len(SHOW.wearers)
    assert tree["CONTENTS"]["ar"]["CONTENTS"]["sync"]["FULL_PATH"] == "/ar/sync"
    assert set(tree["CONTENTS"]["out"]["CONTENTS"]["presence"]["CONTENTS"]) == {"1", "2", "3"}


def test_a_node_alone_is_what_it_is_in_the_tree(standing: House) -> None:
    _, tree, _ = standing.get("/")
    assert standing.get("/room")[1] == tree["CONTENTS"]["room"]
    _, master, _ = standing.get("/master#whatever")
    assert master == tree["CONTENTS"]["master"]
    assert (master["TYPE"], master["ACCESS"], master["VALUE"], master["CRITICAL"]) == ("f", 3, [0.9], False)
    assert (master["RANGE"], master["UNIT"]) == ([{"MIN": 0.0, "MAX": 1.0}], ["gain.linear"])
    assert standing.get("/go")[1]["CRITICAL"] is True
    assert "CONTENTS" not in master


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("/master?VALUE", 200, {"VALUE": [0.9]}),
        ("/master?VALUE&RANGE", 200, {"VALUE": [0.9], "RANGE": [{"MIN": 0.0, "MAX": 1.0}]}),
        ("/blackout?TYPE", 200, {"TYPE": "T"}),
        ("/blackout?VALUE", 200, {"VALUE": [False]}),
        ("/room/risk?UNIT", 200, {}),
        ("/room/gifts?RANGE", 200, {"RANGE": [{"MIN": 0.0, "MAX": 10.0}]}),
        ("/room/gifts?VALUE", 200, {"VALUE": [None]}),
        ("/room?TYPE", 200, {}),
        ("/go?ACCESS", 200, {"ACCESS": 2}),
        ("/out/standby?VALUE", 200, {"VALUE": ["3"]}),
        ("/out/presence?VALUE", 200, {"VALUE": [1, 0, 2, 0]}),
        ("/go?VALUE", 204, b""),
        ("/room?VALUE", 204, b""),
        ("/master?TAGS", 400, b""),
        ("/master?nonsense", 400, b""),
        ("/nobody", 404, b""),
        ("/nobody?VALUE", 404, b""),
        ("/master/", 200, None),
        ("/%6daster", 200, None),
        ("//", 404, b""),
    ],
)
def test_attributes_and_errors_are_those_of_the_specification(standing, url, status, said) -> None:
    got = standing.get(url)
    assert got[0] == status
    assert said is None or got[1] == said


def test_the_presence_of_a_wearer_is_one_of_three_words(standing: House) -> None:
    name = next(iter(standing.get("/wearer")[1]["CONTENTS"]))
    node = standing.get(f"/wearer/{name}/presence")[1]
    assert (node["TYPE"], node["VALUE"]) == ("s", ["auto"])
    assert node["RANGE"] == [{"VALS": ["auto", "real", "simulated"]}]


@pytest.mark.parametrize("method", ["POST", "DELETE", "HEAD", "OPTIONS"])
def test_only_get_is_answered(standing: House, method: str) -> None:
    assert standing.get("/master", method)[0] == 405


# --- WebSocket ---


def test_an_order_over_a_websocket_is_an_order_and_its_receipt_comes_back_there_alone(house: House) -> None:
    caller, other = house.call(), house.call()
    caller.send(osc("/master", 0.5))
    caller.send(osc("/ping", 7))
    assert heard(caller) == ("/out/pong", 7)
    (order,) = house.desk.take()
    assert (order.verb, order.value, order.source) == ("master", 0.5, source(caller))
    house.door.answer((Receipt(order, True, "The master is 0.5."), Receipt(Order("go", "keys", 0.0), True, "")))
    assert heard(caller) == ("/out/receipt", "master", 1, "The master is 0.5.")
    with pytest.raises(TimeoutError):
        other.recv(timeout=0.05)


def test_who_listens_is_told_what_is_and_what_changes_and_after_ignore_nothing(house: House) -> None:
    caller = house.call()
    listen(caller, "/master")
    listen(caller, "/blackout")
    assert dict((heard(caller), heard(caller))) == {"/master": pytest.approx(0.9), "/blackout": False}  # type: ignore[arg-type]
    house.door.show(a_frame(0.25))
    assert heard(caller) == ("/master", 0.25)
    house.door.show(a_frame(0.25))
    listen(caller, "/master", "IGNORE")
    caller.send(osc("/ping", 1))
    assert heard(caller) == ("/out/pong", 1)
    house.door.show(a_frame(0.75, blackout_asked=True))
    assert heard(caller) == ("/blackout", True)
    with pytest.raises(TimeoutError):
        caller.recv(timeout=0.1)


def test_what_is_not_known_is_not_told_until_it_is(house: House) -> None:
    caller = house.call()
    listen(caller, "/room/gifts")
    with pytest.raises(TimeoutError):
        caller.recv(timeout=0.1)
    frame = a_frame()
    room = {**frame.story.room, "gifts": RoomSignal("gifts", 4.0, 0.0)}
    house.door.show(replace(frame, story=replace(frame.story, room=room)))
    assert heard(caller) == ("/room/gifts", 4.0)


@pytest.mark.parametrize(
    "said",
    [
        "", "LISTEN", "[" * 4000, "[]", "{}", "null", '{"COMMAND": "LISTEN", "DATA": "/go"}',
        '{"COMMAND": "LISTEN", "DATA": "/nobody"}', '{"COMMAND": "LISTEN", "DATA": ["/master"]}',
        '{"COMMAND": "PATH_CHANGED", "DATA": "/"}', '{"COMMAND": {}, "DATA": {}}',
    ],
)  # fmt: skip
def test_a_command_that_makes_no_sense_is_counted_and_the_conversation_goes_on(house: House, said: str) -> None:
    caller = house.call()
    caller.send(said)
    caller.send(osc("/ping", 1))
    assert heard(caller) == ("/out/pong", 1)
    assert house.door.health()[0].lost == 1


def test_a_page_in_a_browser_gives_no_orders(house: House) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        house.call(origin="https://somebody.example")


def test_a_frame_that_is_too_large_ends_its_connection_and_no_other(house: House) -> None:
    bad, good = house.call(), house.call()
    bad.send(b"/" * (MOST_BYTES + 1))
    with pytest.raises(ConnectionClosed, match="1009"):
        bad.recv(timeout=2.0)
    good.send(osc("/ping", 1))
    assert heard(good) == ("/out/pong", 1)


def test_a_client_that_does_not_read_costs_the_loop_nothing_and_what_waits_is_bounded(house: House) -> None:
    caller = socket.create_connection(("127.0.0.1", house.door.port))
    house.callers.callback(caller.close)
    caller.sendall(
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    until(lambda: len(house.door._listeners) == 1)
    ((name, listener),) = house.door._listeners.items()
    receipt = Receipt(Order("go", name, 0.0), False, "x" * 3000)
    for _ in range(10_000):
        house.door.answer((receipt,))
    assert len(listener._waiting) <= MOST_WAITING
    assert house.door.health()[0].lost > 0


def test_more_connections_than_a_tent_has_are_refused_and_make_room_when_they_go(house: House) -> None:
    silent = [socket.create_connection(("127.0.0.1", house.door.port), timeout=2.0) for _ in range(MOST_CONNECTIONS)]
    extra = socket.create_connection(("127.0.0.1", house.door.port), timeout=2.0)
    house.callers.callback(extra.close)
    assert extra.recv(1) == b""
    for one in silent:
        one.close()
    until(lambda: all(one.fileno() < 0 for one in house.door._gate._inside))  # type: ignore[union-attr]
    assert house.get("/master")[0] == 200


def test_who_listens_to_everything_is_bounded(house: House) -> None:
    caller = house.call()
    until(lambda: len(house.door._listeners) == 1)
    (listener,) = house.door._listeners.values()
    listener._listened = {f"/{n}": None for n in range(MOST_LISTENED)}
    with pytest.raises(ValueError, match="already"):
        listener.command('{"COMMAND": "LISTEN", "DATA": "/master"}')
    listener._listened = {}
    caller.close()


def test_no_bytes_whatever_close_the_door(house: House) -> None:
    words = st.sampled_from(
        (b"GET ", b"/", b"/master", b"?VALUE", b" HTTP/1.1\r\n", b"\r\n", b"Host: x\r\n", b"%", b"\0")
    )
    start = st.sampled_from((b"", b"GET /", b"GET /?"))

    @settings(max_examples=25, deadline=None)
    @given(start, st.lists(words | st.binary(max_size=20), max_size=10).map(b"".join))
    def ask(begin: bytes, rest: bytes) -> None:
        with socket.create_connection(("127.0.0.1", house.door.port), timeout=2.0) as caller:
            caller.sendall(begin + rest)
            caller.shutdown(socket.SHUT_WR)
            try:
                assert b" 500 " not in caller.recv(100)
            except ConnectionError:
                return

    ask()
    assert house.get("/master")[0] == 200


def test_no_frame_whatever_ends_the_conversation_or_orders_what_is_not_finite(house: House) -> None:
    caller = house.call()
    packets = st.sampled_from((osc("/go"), osc("/master", math.inf), osc("/room/risk", 0.5)))
    texts = st.text(st.characters(codec="utf-8"), max_size=60)
    json_values = st.dictionaries(st.sampled_from(("COMMAND", "DATA", "x")), st.none() | st.integers() | texts)

    @settings(max_examples=50, deadline=None)
    @given(st.lists(packets | st.binary(max_size=60) | texts | json_values.map(json.dumps), max_size=4))
    def say(frames: list[bytes | str]) -> None:
        for one in frames:
            caller.send(one)
        for order in house.desk.take():
            assert not math.isinf(order.value)

    say()
    caller.send(osc("/ping", "end"))
    while heard(caller) != ("/out/pong", "end"):
        pass


def test_a_closed_door_hangs_up_and_gives_its_port_back(house: House) -> None:
    caller = house.call()
    listen(caller, "/master")
    heard(caller)
    house.door.close()
    with pytest.raises(ConnectionClosed):
        caller.recv(timeout=2.0)
    patch = replace(SHOW.patch, control_host="127.0.0.1", query_port=house.door.port)
    again = OscQuery(replace(SHOW, patch=patch), house.desk, OfflineClock(), OSC_PORT)
    assert again.health()[0].ok
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a ping finds out there, and takes longer")
def test_a_client_that_reads_nothing_is_hung_up_on_in_the_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.control.gate.UNREAD_S", (0, 50_000))
    caller = house.call(max_queue=1)  # the library stops reading when nobody takes what it read
    until(lambda: len(house.door._listeners) == 1)
    receipt = Receipt(Order("go", source(caller), 0.0), False, "x" * 3000)

    def gone() -> bool:
        for _ in range(MOST_WAITING):
            house.door.answer((receipt,))
        return not house.door._listeners

    until(gone)


def test_an_announcement_that_fails_is_told_to_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(**_: object) -> None:
        raise OSError("no such device")

    monkeypatch.setattr("zeroconf.Zeroconf", no_network)
    monkeypatch.delitem(sys.modules, "installation.control.announce", raising=False)
    here = replace(SHOW.patch, control_host="127.0.0.1", query_port=0, query_announced=True)
    door = OscQuery(replace(SHOW, patch=here), Desk(), OfflineClock(), OSC_PORT)
    until(lambda: door.health()[0].text == "listens; not announced (no such device)")
    assert door.health()[0].ok
    door.close()
