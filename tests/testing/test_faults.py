"""Faults and orders as values, and the times at which they happen."""

from __future__ import annotations

import pytest

from installation.testing import burst, clone, cut, flat, garbage, lose, noise, order, replug, room, unplug
from installation.testing.chance import misfortunes
from installation.testing.when import seconds_of, written


@pytest.mark.parametrize(
    ("when", "seconds"), [("2:00", 120.0), ("0:07.5", 7.5), ("1:02:03", 3723.0), ("9", 9.0), (4, 4.0), (0.25, 0.25)]
)
def test_a_time_of_a_night_is_read_as_people_write_it(when: str | float, seconds: float) -> None:
    assert seconds_of(when) == seconds


@pytest.mark.parametrize("when", ["", "two", "2:75", "-1", "1:2:3:4", -1.0, float("nan"), float("inf")])
def test_what_is_no_time_is_told_with_what_would_do(when: str | float) -> None:
    with pytest.raises(ValueError, match="would do"):
        seconds_of(when)


def test_a_time_is_written_to_the_hundredth() -> None:
    assert [written(time_s) for time_s in (0.0, 59.999, 127.534)] == ["0:00.00", "1:00.00", "2:07.53"]


def test_every_fault_says_what_befalls_whom() -> None:
    faults = [unplug("Elif"), replug(3, "COM7"), cut(3), garbage("Elif", 2), flat(1, 0.5), noise(1, 4), clone(2)]
    assert [str(fault) for fault in (*faults, lose(1, 3), burst(1))] == [
        "unplug Elif",
        "replug wearer 3 at COM7",
        "cut wearer 3 for 1 s",
        "garbage Elif for 2 s",
        "flat wearer 1 for 0.5 s",
        "noise wearer 1 for 4 s",
        "clone wearer 2",
        "lose wearer 1 for 3 s",
        "burst wearer 1 for 0.5 s",
    ]


def test_a_fault_or_an_order_that_is_none_is_refused() -> None:
    for wrong in (lambda: garbage(1, 0), lambda: lose(1, 1, 2.0), lambda: order("jump"), lambda: room("x", 1e999)):
        with pytest.raises(ValueError, match=r"would do|Refused"):
            wrong()
    assert order("GO").verb == "go"


def test_misfortunes_are_the_same_for_the_same_seed_and_all_kinds_of_them_come() -> None:
    one = misfortunes(45, people=5, minutes=4, seed=3)
    assert one == misfortunes(45, people=5, minutes=4, seed=3)
    assert one != misfortunes(45, people=5, minutes=4, seed=4)
    kinds = [fault.what for happening in one.values() for fault in happening]  # type: ignore[union-attr]  # no orders
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "unplug": 5, "replug": 5, "cut": 10, "garbage": 5, "flat": 5, "noise": 5, "lose": 5, "burst": 5, "clone": 5,
        "reset": 5,
    }  # fmt: skip
