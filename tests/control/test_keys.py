"""Keys: what each orders, and that the terminal is given back as it was."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading

import pytest

from installation.clock import OfflineClock
from installation.control.keys import HELD_S, ORDERS, Keys
from installation.control.orders import Desk


class Board:
    """A keyboard without a terminal."""

    def __init__(self) -> None:
        self.desk, self.clock, self.stop = Desk(), OfflineClock(), threading.Event()
        self.keys = Keys(self.desk, self.clock, self.stop, io.StringIO("  pq"))

    def press(self, keys: str, every_s: float = 1.0) -> list[tuple[str, str, float]]:
        for key in keys:
            self.keys.press(key)
            self.clock.sleep_s(every_s)
        return [(order.verb, order.target, order.value) for order in self.desk.take()]

    def verbs(self, keys: str, every_s: float = 1.0) -> list[str]:
        return [verb for verb, _, _ in self.press(keys, every_s)]


def test_where_stdin_is_no_terminal_nothing_is_read_and_no_thread_runs():
    before = threading.active_count()
    board = Board()
    assert threading.active_count() == before
    assert board.desk.take() == ()
    board.keys.close()


def test_each_key_gives_its_order_in_either_case():
    assert Board().verbs(" \r\nbBpPo") == ["go", "go", "go", "back", "back", "panic", "panic", "blackout"]
    assert Board().press("+=-") == [("master", "by", 0.05), ("master", "by", 0.05), ("master", "by", -0.05)]
    assert Board().press("O") == [("blackout", "toggle", pytest.approx(float("nan"), nan_ok=True))]


def test_other_keys_do_nothing():
    assert Board().press("xyzé0") == []


def test_q_ends_the_show():
    board = Board()
    board.press("q")
    assert board.stop.is_set()


@pytest.mark.parametrize("key", [" ", "b", "o"])
def test_a_key_that_is_held_down_acts_once(key):
    board = Board()
    board.keys.press(key)
    board.clock.sleep_s(0.5)  # what a keyboard waits before it repeats
    assert len(board.press(key * 100, every_s=0.03)) == 1


def test_a_key_that_is_pressed_again_acts_again():
    assert len(Board().press("   ", every_s=HELD_S + 0.1)) == 3


def test_two_panics_in_quick_succession_both_count():
    assert len(Board().press("pp", every_s=0.2)) == 2


def test_a_step_of_the_master_repeats_while_its_key_is_held():
    assert len(Board().press("-" * 10, every_s=0.03)) == 10


def test_the_orders_of_all_keys_are_checked_ones():
    board = Board()
    assert len(board.press("".join(ORDERS))) == len(ORDERS)


CHILD = """
import fcntl, termios, threading
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from installation.clock import RealClock
from installation.control.keys import Keys
from installation.control.orders import Desk
desk, stop = Desk(), threading.Event()
keys = Keys(desk, RealClock(), stop)
print("ready", flush=True)
stop.wait(5)
print("orders", *(order.verb for order in desk.take()), flush=True)
{end}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is POSIX")
@pytest.mark.parametrize("end", ["keys.close()", "pass", "raise SystemExit(3)"])
def test_a_real_terminal_is_read_key_by_key_and_is_given_back_as_it_was(end):
    import select
    import termios

    def text(until: bytes) -> bytes:
        """What the child writes, up to a word or its end."""
        heard = b""
        try:
            while until not in heard and select.select([ours], [], [], 10.0)[0]:
                heard += os.read(ours, 1024)
        except OSError:  # the child is gone
            pass
        return heard

    ours, theirs = os.openpty()
    before = termios.tcgetattr(ours)
    program = [sys.executable, "-c", CHILD.format(end=end)]
    child = subprocess.Popen(program, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    assert b"ready" in text(b"ready")
    assert termios.tcgetattr(ours)[3] != before[3]
    for keys in (b"\x1bOP", b"p", b"good bye, people", b"q"):  # F1 is Escape, O, P: no BLACKOUT and no PANIC
        os.write(ours, keys)
        select.select([], [], [], 0.05)
    assert b"orders panic\r\n" in text(b"panic\r\n")
    text(b"nothing more")
    child.wait(10.0)
    assert termios.tcgetattr(ours) == before
    os.close(ours)
