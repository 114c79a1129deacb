from __future__ import annotations

import dataclasses
import signal
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from installation.clock import RealClock
from installation.frame import Order, Presence, PresenceChange, Receipt
from installation.show.model import Show
from installation.watch.feed import ORDERS_A_TICK, Feed
from installation.watch.keeper import Keeper
from tests.watch import fakes

ENTER = """
import socket, sys, time
port, token = sys.stdin.readline().split()
line = socket.create_connection(("127.0.0.1", int(port)))
line.sendall(token.encode())
"""


def until(true: Callable[[], bool], do: Callable[[], object] = lambda: None) -> bool:
    """Whether something becomes true within a few seconds."""
    for _ in range(1000):
        do()
        if true():
            return True
        time.sleep(0.005)
    return False


@contextmanager
def fed(tmp_path: Path, script: str, show: Show | None = None) -> Iterator[tuple[Feed, fakes.Desk, threading.Event]]:
    """A feed whose watcher is a script."""
    path = tmp_path / "watcher.py"
    path.write_text(script)
    desk, stop = fakes.Desk(), threading.Event()
    feed = Feed(show or fakes.show(), RealClock(), desk, stop, (sys.executable, str(path)))
    try:
        yield feed, desk, stop
    finally:
        feed.close()


def test_a_watcher_that_never_reads_costs_frames_and_no_time(tmp_path: Path) -> None:
    show = fakes.show(300)
    with fed(tmp_path, ENTER + "time.sleep(60)", show) as (feed, _, _):
        number = 0

        def one_more() -> float:
            nonlocal number
            number += 1
            frame = fakes.frame(number, show)
            began_s = time.perf_counter()
            feed.show(frame)
            return time.perf_counter() - began_s

        assert until(lambda: feed.sent > 0, one_more)
        took_s = [one_more() for _ in range(600)]
        assert feed.dropped > 100
        assert statistics.median(took_s) < 0.002
        assert sum(took_s) < 2.0


def test_orders_reach_the_desk_and_nothing_else_does(tmp_path: Path) -> None:
    script = (
        ENTER
        + """
import json, struct
def message(kind, **fields):
    header = json.dumps({"kind": kind, "fields": fields, "arrays": []}).encode()
    return struct.pack(">II", 4 + len(header), len(header)) + header
line.sendall(message("order", verb="go", expect_standby="2.5") + message("order", verb="format", value=1))
line.sendall(struct.pack(">II", 9, 5) + b"hello" + message("hello"))
time.sleep(60)
"""
    )
    with fed(tmp_path, script) as (feed, desk, _):
        frames = iter(range(10000))
        assert until(lambda: feed.refused == 2, lambda: feed.show(fakes.frame(next(frames))))
        assert [(order.verb, order.source, order.expect_standby) for order in desk.orders] == [("go", "window", "2.5")]


def test_a_flood_of_orders_is_dropped_and_counted(tmp_path: Path) -> None:
    script = (
        ENTER
        + """
import json, struct
header = json.dumps({"kind": "order", "fields": {"verb": "go"}, "arrays": []}).encode()
line.sendall(200 * (struct.pack(">II", 4 + len(header), len(header)) + header))
time.sleep(60)
"""
    )
    with fed(tmp_path, script) as (feed, desk, _):
        most = 0

        def tick() -> None:
            nonlocal most
            before = len(desk.orders)
            feed.show(fakes.frame(0))
            most = max(most, len(desk.orders) - before)

        assert until(lambda: len(desk.orders) + feed.refused == 200, tick)
        assert most <= ORDERS_A_TICK
        assert feed.refused > 0


def test_a_stream_that_lost_its_step_is_left_and_the_watcher_started_again(tmp_path: Path) -> None:
    with fed(tmp_path, ENTER + "line.sendall(b'\\xff' * 64); time.sleep(60)") as (feed, desk, stop):
        assert until(lambda: not feed.health()[0].ok, lambda: feed.show(fakes.frame(0)))
        assert "opens again" in feed.health()[0].text
        assert not desk.orders and not stop.is_set()


def test_receipts_wait_for_a_frame_that_is_sent(tmp_path: Path) -> None:
    script = (
        ENTER
        + """
data = b""
while b"too soon" not in data:
    data += line.recv(65536)
sys.exit(0)
"""
    )
    with fed(tmp_path, script) as (feed, _, stop):
        feed.answer((Receipt(Order("go", "keys", 0.0), False, "too soon"),))
        numbers = iter(range(10000))
        assert until(stop.is_set, lambda: feed.show(fakes.frame(next(numbers))))


def test_a_change_of_presence_waits_for_a_frame_that_is_sent(tmp_path: Path) -> None:
    script = (
        ENTER
        + """
data = b""
while b"no sample for 1 s" not in data:
    data += line.recv(65536)
sys.exit(0)
"""
    )
    with fed(tmp_path, script) as (feed, _, stop):
        frame = fakes.frame(0)
        change = PresenceChange(0.0, 1, "heart", Presence.REAL, Presence.HELD, "no sample for 1 s")
        feed.show(dataclasses.replace(frame, body=dataclasses.replace(frame.body, changes=(change,))))
        numbers = iter(range(1, 10000))
        assert until(stop.is_set, lambda: feed.show(fakes.frame(next(numbers))))


def test_closing_the_window_ends_the_run(tmp_path: Path) -> None:
    with fed(tmp_path, ENTER + "sys.exit(0)") as (feed, _, stop):
        assert until(stop.is_set, lambda: feed.show(fakes.frame(0)))


def test_a_watcher_that_can_not_open_its_window_says_why(tmp_path: Path) -> None:
    script = (
        ENTER
        + """
import json, struct
header = json.dumps({"kind": "trouble", "fields": {"text": "no video device"}, "arrays": []}).encode()
line.sendall(struct.pack(">II", 4 + len(header), len(header)) + header)
line.recv(1)
sys.exit(1)
"""
    )
    with fed(tmp_path, script) as (feed, _, stop):
        assert until(lambda: not feed.health()[0].ok, lambda: feed.show(fakes.frame(0)))
        assert "no video device" in feed.health()[0].text
        assert not stop.is_set()


@contextmanager
def kept(tmp_path: Path, script: str) -> Iterator[tuple[Keeper, threading.Event]]:
    """A keeper of a script, impatient."""
    path = tmp_path / "watcher.py"
    path.write_text(script)
    left = threading.Event()
    keeper = Keeper((sys.executable, str(path)), RealClock(), left.set, back_off_s=(0.01,))
    try:
        yield keeper, left
    finally:
        keeper.close()


def test_a_watcher_that_dies_is_started_again(tmp_path: Path) -> None:
    with kept(tmp_path, ENTER + "sys.exit(7)") as (keeper, left):
        assert until(lambda: keeper.starts >= 3)
        assert not left.is_set()


def test_a_watcher_whose_user_left_is_not_started_again(tmp_path: Path) -> None:
    with kept(tmp_path, ENTER + "sys.exit(0)") as (keeper, left):
        assert until(left.is_set)
        assert keeper.starts == 1


def test_nobody_without_the_token_is_let_in(tmp_path: Path) -> None:
    script = """
import socket, sys, time
port, token = sys.stdin.readline().split()
for said in (b"x" * len(token), b"", token.encode()[:-1] + b"!"):
    stranger = socket.create_connection(("127.0.0.1", int(port)))
    stranger.sendall(said)
    stranger.shutdown(socket.SHUT_WR)
line = socket.create_connection(("127.0.0.1", int(port)))
line.sendall(token.encode())
time.sleep(60)
"""
    with kept(tmp_path, script) as (keeper, _):
        assert until(lambda: keeper.connection is not None)
        assert keeper.strangers == 3


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system can't stop a process in its tracks")
def test_a_watcher_that_was_stopped_in_its_tracks_does_not_hold_the_end_up(tmp_path: Path) -> None:
    began_s = time.perf_counter()
    with kept(tmp_path, ENTER + "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)") as (keeper, _):
        assert until(lambda: keeper.connection is not None)
    assert time.perf_counter() - began_s < 5.0


def test_a_watcher_that_does_not_exist_is_told_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper((str(tmp_path / "nothing"),), RealClock(), lambda: None, back_off_s=(0.01,))
    try:
        assert until(lambda: not keeper.ok)
    finally:
        keeper.close()
    assert keeper.starts == 0
    assert "the show goes on" in caplog.text
