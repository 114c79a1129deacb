from __future__ import annotations

import numpy as np
import pytest

from installation.frame import ORGANS, Body, Presence, Samples, unknown_body
from installation.sensors.people import LINES_HZ, People
from installation.sensors.twins import BLOCK, GROUP, Twins

MANY = 2 * GROUP + 3  # three groups


def felt(wearers: int, heart_rate: float) -> Body:
    """A body in which every heart is the wearer's own."""
    body = unknown_body(wearers, 0)
    body.heart_rate[:] = heart_rate
    body.presence[:, ORGANS.index("heart")] = Presence.REAL
    return body


def lived(twins: Twins, from_s: float, to_s: float, rate_hz: float, body: Body | None = None) -> list[Samples]:
    """What each tick of a while brings."""
    ticks = range(round(from_s * rate_hz), round(to_s * rate_hz) + 1)
    return [twins.read(tick / rate_hz, body) for tick in ticks]


def rows_of(ticks: list[Samples]) -> list[tuple[int, float, float]]:
    """All rows by column and time, with their values."""
    columns = ([getattr(tick, name) for tick in ticks] for name in ("column", "time_s", "value"))
    return sorted(zip(*(np.concatenate(column).tolist() for column in columns), strict=True))


@pytest.mark.parametrize("rate_hz", [30, 120, 7])
def test_the_rate_of_the_ticks_changes_no_row_of_many(rate_hz: int):
    assert rows_of(lived(Twins(MANY, 7), 0, 3, rate_hz)) == rows_of(lived(Twins(MANY, 7), 0, 3, 60))


def test_every_row_is_the_line_that_its_person_sent_and_comes_with_the_first_tick_after_it():
    ticks = lived(Twins(MANY, 7), 0, 3, 60)
    for number, tick in enumerate(ticks):
        assert np.all(tick.time_s <= number / 60)
        assert np.all(tick.time_s > (number - 1) / 60)
    sent = {wire: [] for wire in People(MANY, 7).wires}
    for chunk in People(MANY, 7).live(3.0):
        sent[chunk.wire].append((chunk.time_s, float(chunk.data[1:-2])))
    rows = rows_of(ticks)
    for w, wire in enumerate(sent):
        assert [row[1:] for row in rows if row[0] == MANY + w] == sent[wire][1:]  # the first is dropped unread


def test_no_tick_has_all_the_reading_of_many_to_do():
    twins = Twins(20 * GROUP, 1)
    ahead = []
    for tick in range(120):
        before = [group._next for group in twins._groups]
        twins.read(tick / 60, None)
        ahead.append(sum(group._next != was for group, was in zip(twins._groups, before, strict=True)))
    assert max(ahead[1:]) <= 5


@pytest.mark.parametrize("pause_s", [0.9, 1.1, 30.0, 3600.0])
def test_after_a_pause_rows_from_before_the_last_second_are_left_out_and_the_rest_are_the_same(pause_s: float):
    paused, steady = Twins(MANY, 3), People(MANY, 3)
    lived(paused, 0, 2, 60)
    rows = rows_of([paused.read(2 + pause_s, None)])
    first_s = 2.0 if pause_s <= 1 else 1 + pause_s
    numbers = range(int(first_s * LINES_HZ) - 1, int((2 + pause_s) * LINES_HZ) + 2)
    times_s, data = steady.say(slice(0, MANY), numbers)
    due = [
        (MANY + w, at_s, float(line[1:]))
        for w, (own_s, said) in enumerate(zip(times_s.tolist(), data, strict=True))
        for at_s, line in zip(own_s, said.splitlines(), strict=True)
        if first_s <= at_s <= 2 + pause_s
    ]
    assert rows == due


def test_twins_follow_the_hearts_that_are_felt_within_a_block():
    twins, alone = Twins(MANY, 3), Twins(MANY, 3)
    lived(twins, 0, 5, 60)
    lived(alone, 0, 5, 60)
    follow, steady = (
        rows_of(lived(of, 5 + 1 / 60, 9, 60, body)) for of, body in ((twins, felt(MANY, 120)), (alone, None))
    )
    assert [row[:2] for row in follow] == [row[:2] for row in steady]
    for column in range(MANY, 2 * MANY):
        differ_s = [a[1] for a, b in zip(follow, steady, strict=True) if a[0] == column and a != b]
        assert 5 < differ_s[0] < 5 + (BLOCK + 25) / LINES_HZ  # the wave is flat for up to half a second
        own = np.array([row[2] for row in follow if row[0] == column and row[1] > 6])
        hz = np.fft.rfftfreq(1024, 1 / LINES_HZ)
        strength = np.abs(np.fft.rfft(own - own.mean(), 1024)) * ((hz > 0.6) & (hz < 3))  # neither breath nor overtones
        assert hz[strength.argmax()] == pytest.approx(2.0, abs=0.25)


def test_whom_a_twin_follows_does_not_depend_on_how_many_there_are():
    few, many = Twins(3, 3), Twins(MANY, 3)
    of_few = rows_of(lived(few, 0, 4, 60, felt(3, 100)))
    of_many = rows_of(lived(many, 0, 4, 60, felt(MANY, 100)))
    assert [row[1:] for row in of_few] == [row[1:] for row in of_many if row[0] < MANY + 3]


def test_it_counts_what_it_has_handed_out():
    twins = Twins(3, 1)
    rows = rows_of(lived(twins, 0, 2, 60))
    assert twins.handled == len(rows)
    assert twins.handled == pytest.approx(3 * 2 * LINES_HZ, abs=6)


def test_where_nobody_is_there_are_no_rows():
    assert rows_of(lived(Twins(0, 1), 0, 2, 60, felt(0, 70))) == []
