from __future__ import annotations

import io
import logging
import threading
from contextlib import redirect_stderr
from itertools import pairwise

import pytest

from installation.cli import messages
from installation.cli.messages import told_on_stderr
from installation.clock import RealClock
from installation.sensors.read import Sensors
from installation.show.model import SensorPatch
from tests.sensors.fakes import show_of, tick_at

house = logging.getLogger("installation")  # pytest has taken on what comes to the root
log = logging.getLogger("installation.test")


class Terminal(io.TextIOBase):
    """A stderr that takes nothing until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.asked = threading.Event()
        self.text = ""

    def write(self, text: str) -> int:
        self.asked.set()
        self.let.wait(10.0)
        self.text += text
        return len(text)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_messages_are_told_in_order_and_all_of_them_before_the_end(terminal: Terminal):
    terminal.let.set()
    with redirect_stderr(terminal), told_on_stderr(house):
        for number in range(20):
            log.warning("message %d", number)
        log.info("a detail")
    assert terminal.text.splitlines() == [f"nexus: message {number}" for number in range(20)]
    assert house.handlers == []


def test_a_terminal_that_takes_nothing_delays_no_tick(terminal: Terminal):
    """Devices that are refused are logged where the loop reads them."""
    same = [SensorPatch(0, "pulsesensor", 115200, port=f"/none/{number}") for number in range(50)]
    clock = RealClock()
    with redirect_stderr(terminal), told_on_stderr(house):
        log.warning("the first")
        assert terminal.asked.wait(5.0)
        sensors = Sensors(show_of(1, *same), clock, seed=1)
        times_s = [clock.now_s()]
        for number in range(10):
            sensors.read(tick_at(clock.now_s(), number), None)
            times_s.append(clock.now_s())
        sensors.close()
        assert terminal.text == ""
        assert max(later - sooner for sooner, later in pairwise(times_s)) < 5.0, "it was held up by the terminal"
        terminal.let.set()
    assert terminal.text.count("already comes from") == 49


def test_what_nobody_takes_is_counted_and_told_of_later(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(messages, "HELD", 4)
    with redirect_stderr(terminal), told_on_stderr(house):
        log.warning("the first")
        assert terminal.asked.wait(5.0)
        for number in range(10):
            log.warning("message %d", number)
        terminal.let.set()
    lines = terminal.text.splitlines()
    assert lines[0] == "nexus: the first"
    assert "6 more messages could not be told" in terminal.text


def test_a_terminal_that_never_takes_anything_does_not_hold_up_the_end(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(messages, "FAREWELL_S", 0.05)
    with redirect_stderr(terminal), told_on_stderr(house):
        log.warning("the first")
    assert terminal.text == ""
    terminal.let.set()


def test_where_somebody_has_taken_the_messages_on_they_stay_there(terminal: Terminal):
    theirs = logging.NullHandler()
    house.addHandler(theirs)
    with redirect_stderr(terminal), told_on_stderr(house):
        log.warning("for them")
        assert house.handlers == [theirs]
    house.removeHandler(theirs)
    assert terminal.text == ""
