from __future__ import annotations

import numpy as np
import pytest

from installation.frame import CHANNELS, ORGANS, Body, Presence, Samples, unknown_body
from installation.sensors.people import People
from installation.sensors.twins import BLOCK_S, GROUP, ROWS_HZ, SCALE, SENDS, Twins

MANY = 2 * GROUP + 3  # three groups
PPG = CHANNELS.index("ppg")


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


def rows_of(ticks: list[Samples], *channels: int) -> list[tuple[int, float, float, int]]:
    """Rows by column and time, with their values and channels; those of some channels, or all."""
    columns = ([getattr(tick, name) for tick in ticks] for name in ("column", "time_s", "value", "channel"))
    rows = sorted(zip(*(np.concatenate(column).tolist() for column in columns), strict=True))
    return [row for row in rows if not channels or row[3] in channels]


@pytest.mark.parametrize("rate_hz", [30, 120, 7])
def test_the_rate_of_the_ticks_changes_no_row_of_many(rate_hz: int):
    assert rows_of(lived(Twins(MANY, 7), 0, 3, rate_hz)) == rows_of(lived(Twins(MANY, 7), 0, 3, 60))


def test_every_row_is_what_its_person_felt_then_to_a_step_and_comes_with_the_first_tick_after_it():
    ticks, people = lived(Twins(MANY, 7), 0, 3, 60), People(MANY, 7)
    for number, tick in enumerate(ticks):
        assert np.all(tick.time_s <= number / 60)
        assert np.all(tick.time_s > (number - 1) / 60)
    for w in (0, GROUP - 1, GROUP, MANY - 1):
        for number, channel in enumerate(CHANNELS):
            own = [(tick.column == MANY + w) & (tick.channel == number) for tick in ticks]
            time_s, value = (
                np.concatenate([getattr(tick, name)[at] for tick, at in zip(ticks, own, strict=True)])
                for name in ("time_s", "value")
            )
            rate = {one: hz for one, hz, _ in SENDS}.get(channel, 0)
            assert len(time_s) == pytest.approx(3 * rate, abs=1)
            if rate:
                assert np.diff(time_s) == pytest.approx(1 / rate)
                said = people.values(channel, slice(w, w + 1), time_s[None, :])[0]
                assert np.abs(value - said).max() <= 0.51 / SCALE[channel] + 1e-3  # of the noise at another 10 µs


def test_every_byte_of_theirs_is_read_by_a_decoder_that_has_nothing_to_complain_of():
    twins = Twins(MANY, 7)
    rows = sum(len(tick.time_s) for tick in lived(twins, 0, 3, 60))
    assert [(group._decoder.dropped, group._decoder.lost) for group in twins._groups] == [(0, 0)] * 3
    assert rows == twins.handled == pytest.approx(MANY * 3 * ROWS_HZ, rel=0.02)
    assert not any(tick.gap.any() for tick in lived(Twins(3, 7), 0, 3, 60))


def test_no_tick_has_all_the_reading_of_many_to_do():
    twins = Twins(20 * GROUP, 1)
    ahead = []
    for tick in range(120):
        before = [group._next for group in twins._groups]
        twins.read(tick / 60, None)
        ahead.append(sum(group._next != was for group, was in zip(twins._groups, before, strict=True)))
    assert max(ahead[1:]) <= 3


@pytest.mark.parametrize("pause_s", [0.9, 1.1, 30.0, 3600.0])
def test_after_a_pause_rows_from_before_the_last_second_are_left_out_and_the_rest_are_the_same(pause_s: float):
    paused, steady = Twins(MANY, 3), Twins(MANY, 3)
    lived(paused, 0, 2, 60)
    rows = rows_of([paused.read(2 + pause_s, None)])
    first_s = 2.0 if pause_s <= 1 else 1 + pause_s
    steady.read(first_s - 0.5, None)
    due = [row for row in rows_of(lived(steady, first_s - 0.4, 2 + pause_s, 60)) if row[1] > first_s]
    assert [row for row in rows if row[1] > first_s] == due
    assert all(row[1] >= first_s for row in rows)


def test_twins_follow_the_hearts_that_are_felt_within_a_block():
    twins, alone = Twins(MANY, 3), Twins(MANY, 3)
    lived(twins, 0, 5, 60)
    lived(alone, 0, 5, 60)
    follow, steady = (
        rows_of(lived(of, 5 + 1 / 60, 9, 60, body), PPG) for of, body in ((twins, felt(MANY, 120)), (alone, None))
    )
    assert [row[:2] for row in follow] == [row[:2] for row in steady]
    for column in range(MANY, 2 * MANY):
        differ_s = [a[1] for a, b in zip(follow, steady, strict=True) if a[0] == column and a != b]
        assert 5 < differ_s[0] < 5 + 2 * BLOCK_S + 0.5  # the wave is flat for up to half a second
        own = np.array([row[2] for row in follow if row[0] == column and row[1] > 6])
        hz = np.fft.rfftfreq(1024, 1 / 50)
        strength = np.abs(np.fft.rfft(own - own.mean(), 1024)) * ((hz > 0.6) & (hz < 3))  # neither breath nor overtones
        assert hz[strength.argmax()] == pytest.approx(2.0, abs=0.25)


def test_whom_a_twin_follows_does_not_depend_on_how_many_there_are():
    few, many = Twins(3, 3), Twins(MANY, 3)
    of_few = rows_of(lived(few, 0, 4, 60, felt(3, 100)))
    of_many = rows_of(lived(many, 0, 4, 60, felt(MANY, 100)))
    assert [row[1:] for row in of_few] == [row[1:] for row in of_many if row[0] < MANY + 3]


def test_where_nobody_is_there_are_no_rows():
    assert rows_of(lived(Twins(0, 1), 0, 2, 60, felt(0, 70))) == []
