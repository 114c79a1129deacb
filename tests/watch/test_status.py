from __future__ import annotations

import dataclasses
import io
import math
import time

import pytest
from rich.console import Console

from installation.frame import Frame, Health, Order, Presence, PresenceChange, Receipt, Tick
from installation.watch.rate import Rate
from installation.watch.status import REFUSED_S, Refused, Status, change_lines, has_screen, status_lines
from tests.watch import fakes


def test_the_line_tells_rate_people_cue_and_standby() -> None:
    line = status_lines(fakes.show(), fakes.frame(9), 59.94)[0].plain
    for words in (
        "59.9 Hz",
        "1 of 2 alive",
        "● 1",
        "○ 1 of 2 simulated",
        "Feast · 2 The table 60 %",
        "standby 2.5",
        "master 90 %",
    ):
        assert words in line
    assert "dropped" not in line
    assert line.count("simulated") == 1


def test_every_problem_has_a_line_of_its_own_the_most_urgent_first() -> None:
    health = (
        Health("/dev/ttyACM0", "wire", False, "is gone; Tomo's twin carries on"),
        Health("sACN", "output", False, "10.0.0.9 does not answer"),
        Health("AR", "output", True, "to 127.0.0.1:9000"),
    )
    lines = [line.plain for line in status_lines(fakes.show(), fakes.frame(9, health=health), math.nan)[1:]]
    assert lines == ["▲ sACN: 10.0.0.9 does not answer", "▲ /dev/ttyACM0: is gone; Tomo's twin carries on"]


def test_panic_and_blackout_are_said() -> None:
    frame = fakes.frame(9)
    frame = dataclasses.replace(
        frame, story=dataclasses.replace(frame.story, panic_asked=True, blackout_asked=True, current=-1, standby=-1)
    )
    line = status_lines(fakes.show(), frame, 60.0)[0].plain
    assert line.startswith("PANIC: the safe look holds  BLACKOUT  master 90 %  60.0 Hz")


@pytest.mark.parametrize("width", [30, 60, 80])
def test_a_narrow_terminal_has_more_lines_and_loses_neither_panic_nor_blackout(width: int) -> None:
    frame = fakes.frame(9, health=(Health("sACN", "output", True, "to 10.0.0.9:5568"),))
    story = dataclasses.replace(frame.story, panic_asked=True, blackout_asked=True)
    frame = dataclasses.replace(frame, story=story, tick=dataclasses.replace(frame.tick, dropped=12345))
    whole = status_lines(fakes.show(), frame, 60.0)[0].plain
    lines = [line.plain for line in status_lines(fakes.show(), frame, 60.0, width=width)]
    assert "  ".join(lines) == whole and 2 <= len(lines) <= 3
    assert lines[0].startswith("PANIC") and "BLACKOUT" in "".join(line[:width] for line in lines)
    if width == 80:
        assert all(len(line) <= width for line in lines)


def test_at_eighty_columns_a_calm_show_is_told_whole() -> None:
    frame = fakes.frame(9, health=(Health("sACN", "output", True, ""), Health("AR", "output", True, "")))
    lines = status_lines(fakes.show(), frame, 60.0, width=80)
    assert len(lines) == 2 and all(len(line.plain) <= 80 for line in lines)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("to 10.0.0.9:5568", "to 10.0.0.9:9000"), "2 outputs well"),
        (
            ("to 10.0.0.9:5568", "sent to 127.0.0.1:9000, but nobody listens here"),
            "1 output well  AR sent, but nobody listens here",
        ),
        (("nobody listens here", "nobody listens here"), "sACN and AR sent, but nobody listens here"),
    ],
)
def test_an_output_that_nobody_hears_is_not_called_well(texts: tuple[str, str], said: str) -> None:
    health = tuple(Health(name, "output", True, text) for name, text in zip(("sACN", "AR"), texts, strict=True))
    assert status_lines(fakes.show(), fakes.frame(9, health=health), 60.0)[0].plain.endswith(f"simulated  {said}")


def refusing(number: int, source: str, accepted: bool = False) -> Frame:
    receipt = Receipt(Order("go", source, 0.0), accepted, f"GO refused: {number}.")
    return fakes.frame(number, receipts=(receipt,))


def test_a_key_that_was_refused_is_told_for_some_seconds_and_other_hands_and_acceptances_are_not() -> None:
    last = Refused().after(refusing(60, "keys"))
    for other in (fakes.frame(70), refusing(80, "osc 10.0.0.4:9000"), refusing(90, "keys", accepted=True)):
        last = last.after(other)
    assert last.reason_at(1.0) == last.reason_at(1.0 + REFUSED_S - 0.1) == "GO refused: 60."
    assert last.reason_at(1.0 + REFUSED_S) == "" == last.reason_at(0.5)
    assert last.after(refusing(120, "keys")).reason_at(2.0) == "GO refused: 120."


def test_the_status_says_why_a_key_was_refused_under_its_line() -> None:
    said = io.StringIO()
    status = Status(fakes.show(), Console(file=said, force_terminal=True, width=80))
    status.show(refusing(60, "keys"))
    status.show(fakes.frame(61))
    deadline = time.monotonic() + 5.0
    while "GO refused: 60." not in said.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    status.close()
    assert "GO refused: 60." in said.getvalue()


def test_dropped_ticks_lower_the_rate_that_is_told() -> None:
    rate = Rate()
    assert math.isnan(rate.at(Tick(0, 0.0, 1 / 60, 0)))
    assert rate.at(Tick(60, 1.0, 1 / 60, 0)) == pytest.approx(60.0)
    assert rate.at(Tick(90, 1.5, 1 / 60, 0)) == pytest.approx(60.0), "only after a second is it counted again"
    assert rate.at(Tick(120, 2.0, 1 / 60, 15)) == pytest.approx(45.0)


def test_a_status_that_was_never_shown_a_frame_ends_in_silence() -> None:
    said = io.StringIO()
    for terminal in (True, False):
        status = Status(fakes.show(), Console(file=said, force_terminal=terminal, width=80))
        status.close()
    assert "Hz" not in said.getvalue()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True), ({"DISPLAY": ""}, False)],
)
def test_a_screen_is_there_where_linux_says_so(variables: dict[str, str], expected: bool) -> None:
    assert has_screen("linux", variables) is expected


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_have_a_screen_unless_a_machine_builds_there(system: str) -> None:
    assert has_screen(system, {})
    assert not has_screen(system, {"CI": "true"})


def test_who_changed_is_said_with_the_reason_and_a_crowd_is_summed_up() -> None:
    one = PresenceChange(3.0, 0, "heart", Presence.REAL, Presence.HELD, "no sample for 1 s")
    name = fakes.show().wearers[0].name
    assert change_lines(fakes.show(), [one]) == [f"{name}'s heart is held: no sample for 1 s"]
    many = change_lines(fakes.show(), [one] * 30)
    assert len(many) == 9
    assert many[-1] == "and 22 more changes of presence"


def test_changes_of_presence_are_logged_by_the_status_and_not_by_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    status = Status(fakes.show(), Console(file=io.StringIO(), force_terminal=True, width=80))
    frame = fakes.frame(9)
    one = PresenceChange(3.0, 0, "heart", Presence.REAL, Presence.HELD, "no sample for 1 s")
    status.show(dataclasses.replace(frame, body=dataclasses.replace(frame.body, changes=(one,))))
    deadline = time.monotonic() + 5.0
    while not caplog.records and time.monotonic() < deadline:
        time.sleep(0.01)
    status.close()
    assert [record.name for record in caplog.records] == ["installation.presence"]
