from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from installation.frame import ORGANS, Body, Chunk, Presence
from installation.sensors.people import ADC_MAX, FELT_S, LINES_HZ, SYSTOLE_S, People


def body_of(heart_rate: list[float], presence: Presence) -> Body:
    """A body of which only the heart is known."""
    wearers = len(heart_rate)
    unknown = np.full(wearers, np.nan)
    fields = {field.name: unknown for field in dataclasses.fields(Body)}
    fields |= {"heart_rate": np.array(heart_rate), "presence": np.full((wearers, len(ORGANS)), presence, np.uint8)}
    return Body(**fields)


def lines(chunks: list[Chunk], wire: str) -> tuple[np.ndarray, np.ndarray]:
    """Stamps and signals of one twin."""
    own = [chunk for chunk in chunks if chunk.wire == wire]
    return np.array([chunk.time_s for chunk in own]), np.array([int(chunk.data[1:-2]) for chunk in own])


def crests(time_s: np.ndarray, signal: np.ndarray) -> np.ndarray:
    """Times of the systolic crests, by parabola over the highest within 0.4 s."""
    around = np.lib.stride_tricks.sliding_window_view(signal, 41).max(axis=1)
    at = np.flatnonzero(signal[20:-20] == around) + 20
    at = at[np.diff(at, prepend=-99) > 8]
    y0, y1, y2 = signal[at - 1], signal[at], signal[at + 1]
    return time_s[at] + 0.5 * (y0 - y2) / np.minimum(y0 - 2 * y1 + y2, -1) / LINES_HZ


@pytest.fixture(scope="module")
def minute() -> list[Chunk]:
    return People(6, seed=3).live(60.0)


@pytest.mark.parametrize("rate_hz", [60, 30, 7])
def test_how_often_people_are_asked_changes_no_byte_and_no_stamp(rate_hz: int, minute: list[Chunk]):
    people = People(6, seed=3)
    asked = [chunk for tick in range(60 * rate_hz + 1) for chunk in people.live(tick / rate_hz)]
    for wire in people.wires:
        assert [c for c in asked if c.wire == wire] == [c for c in minute if c.wire == wire]


def test_a_person_is_the_same_however_many_there_are(minute: list[Chunk]):
    many = People(53, seed=3).live(10.0)
    for wire in ("twin:0", "twin:5"):
        assert [c for c in many if c.wire == wire] == [c for c in minute if c.wire == wire and c.time_s <= 10.0]


def test_another_seed_or_another_number_is_another_person():
    here, there = People(2, seed=3).live(5.0), People(2, seed=4).live(5.0)
    said = [lines(chunks, wire)[1].tolist() for chunks in (here, there) for wire in ("twin:0", "twin:1")]
    assert len({tuple(one) for one in said}) == 4


def test_fifty_lines_a_second_of_ten_bits_each_stamped_with_its_own_time(minute: list[Chunk]):
    for wire in People(6, seed=3).wires:
        time_s, signal = lines(minute, wire)
        assert len(time_s) == 60 * LINES_HZ
        assert np.diff(time_s) == pytest.approx(1 / LINES_HZ)
        assert signal.min() > 100
        assert signal.max() < ADC_MAX
    assert all(chunk.data == b"S%d\r\n" % int(chunk.data[1:-2]) for chunk in minute)


def test_hearts_at_rest_beat_58_to_92_times_a_minute_and_never_quite_evenly():
    people = People(40, seed=1)
    for wearer in range(40):
        ibi_s = np.diff(people.beats(wearer, 60.0))
        assert 56 < 60 / ibi_s.mean() < 94
        rmssd_ms = 1000 * np.sqrt(np.mean(np.diff(ibi_s) ** 2))
        assert 8 < rmssd_ms < 90  # resting adults, Nunan et al., PACE 33:1407, 2010: 19 to 75


def test_every_beat_has_its_crest_after_the_same_time(minute: list[Chunk]):
    people = People(6, seed=3)
    for wearer, wire in enumerate(people.wires):
        expected_s = people.beats(wearer, 60.0) + SYSTOLE_S
        expected_s = expected_s[(expected_s > 1) & (expected_s < 59)]
        found_s = crests(*lines(minute, wire))
        nearest_s = found_s[np.abs(found_s[:, None] - expected_s).argmin(axis=0)]
        assert np.abs(nearest_s - expected_s).max() < 0.02
        assert abs(len(found_s) - len(people.beats(wearer, 60.0))) <= 2


def test_the_pulse_rises_in_100_to_150_ms_and_has_a_dicrotic_notch():
    people = People(1, seed=2)
    time_s, signal = lines(people.live(120.0), "twin:0")
    beats_s = people.beats(0, 119.0)
    since_s = np.linspace(0, 0.6, 61)
    wave = np.mean([np.interp(beat + since_s, time_s, signal) for beat in beats_s], axis=0)
    wave = (wave - wave.min()) / np.ptp(wave)
    crest = int(wave.argmax())
    foot = int(np.flatnonzero(wave[:crest] < 0.05)[-1])
    assert 0.09 <= since_s[crest] - since_s[foot] <= 0.15
    notch = crest + int(wave[crest : crest + 20].argmin())
    assert wave[notch] + 0.02 < wave[notch:].max() < 0.6


def test_lines_said_many_at_once_or_one_by_one_by_all_or_by_some_are_the_same(minute: list[Chunk]):
    people = People(6, seed=3)
    said = {wire: [] for wire in people.wires}
    for first in range(0, 3000, 7):
        for who in (slice(0, 2), slice(2, 6)):
            times_s, data = people.say(who, range(first, min(first + 7, 3000)))
            for wire, at_s, lines_of in zip(people.wires[who], times_s, data, strict=True):
                said[wire] += [Chunk(*row) for row in zip(at_s, [wire] * 7, lines_of.splitlines(True), strict=False)]
    for wire in people.wires:
        assert said[wire] == [c for c in minute if c.wire == wire]


def test_a_twin_takes_over_the_rate_of_a_heart_that_is_felt_without_a_jump():
    people = People(2, seed=3)
    before, _ = people._phase(20.0)
    people.follow(body_of([120.0, np.nan], Presence.REAL), 20.0)
    after, rate_hz = people._phase(20.0)
    assert after == pytest.approx(before, abs=1e-9)
    assert rate_hz[0] == pytest.approx(2.0, rel=0.12)
    assert rate_hz[1] < 1.7


def test_a_twin_falls_into_step_with_the_heart_it_follows():
    people = People(3, 4)
    body = dataclasses.replace(body_of([66.0, 66.0, 66.0], Presence.REAL), heart_phase=np.empty(3))
    for block in range(60):
        time_s = 0.32 * block
        body.heart_phase[:] = (1.1 * time_s) % 1.0
        people.follow(body, time_s)
        phase, _ = people._phase(time_s)
        apart = phase[:, 0] - 1.1 * (time_s + FELT_S)
        apart -= np.rint(apart)
        if block == 0:
            assert np.abs(apart).max() > 0.2
    assert np.abs(apart).max() < 0.12, "breathing alone keeps it from being exactly there"


def test_only_those_that_are_asked_follow():
    people, alone = People(3, seed=3), People(3, seed=3)
    people.follow(body_of([120.0, 120.0, 120.0], Presence.REAL), 20.0, slice(1, 2))
    assert [
        one == other
        for one, other in zip(
            people.say(slice(0, 3), range(1000, 1100))[1], alone.say(slice(0, 3), range(1000, 1100))[1], strict=True
        )
    ] == [True, False, True]


def test_a_twin_follows_no_heart_that_is_itself_simulated():
    people, alone = People(2, seed=3), People(2, seed=3)
    people.live(20.0)
    alone.live(20.0)
    people.follow(body_of([120.0, 120.0], Presence.SIMULATED), 20.0)
    assert people.live(21.0) == alone.live(21.0)
