"""People are alive within what adults are like, the same however they are asked, in step where they are told to be."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from installation.body.features import Bodies
from installation.frame import CHANNELS, ORGANS, Body, Presence, Samples, Tick, unknown_body
from installation.sensors.people import ADC_MAX, FELT_S, LINES_HZ, SYSTOLE_S, People
from installation.sensors.twins import Twins

ALL = slice(None)


def at(people: int, from_s: float, to_s: float, rate_hz: float) -> np.ndarray:
    """Times of an even rate for each person."""
    return np.tile(np.arange(round(from_s * rate_hz), round(to_s * rate_hz)) / rate_hz, (people, 1))


def body_of(wearers: int, presence: Presence = Presence.REAL, **known: object) -> Body:
    """A body of which only some is known, all of it real or all of it not."""
    body = dataclasses.replace(unknown_body(wearers, 0), presence=np.full((wearers, len(ORGANS)), presence, np.uint8))
    for name, value in known.items():
        getattr(body, name)[:] = value
    return body


def felt(wearers: int, seconds: float, seed: int = 3, every: int = 1, **more: object) -> list[Body]:
    """What the house feels of twins, tick by tick; kept are every so many."""
    twins = Twins(wearers, seed, People(wearers, seed, **more))  # type: ignore[arg-type]  # tests' own
    bodies = Bodies(wearers, 0, np.zeros(wearers, np.bool_), np.zeros(wearers, np.int32))
    kept = []
    for number in range(round(seconds * 60)):
        tick = Tick(number, number / 60, 1 / 60)
        body = bodies.feel(twins.read(tick.time_s, None), tick)
        if number % every == 0:
            kept.append(body)
    return kept


# --- the same night -------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_moment_is_the_same_whoever_asks_for_it_and_in_whatever_order(channel: str):
    time_s = at(4, 3000.0, 3002.0, 50)
    whole = People(4, seed=3).values(channel, ALL, time_s)
    assert np.array_equal(People(53, seed=3).values(channel, slice(0, 4), time_s), whole)
    people = People(4, seed=3)
    late = people.values(channel, slice(2, 3), time_s[2:3, 60:])
    early = people.values(channel, slice(2, 3), time_s[2:3, :60])
    assert np.array_equal(np.hstack((early, late)), whole[2:3])
    assert np.isfinite(whole).all()


def test_another_seed_or_another_number_is_another_person():
    time_s = at(2, 0.0, 5.0, 50)
    here, there = (People(2, seed).values("ppg", ALL, time_s) for seed in (3, 4))
    assert len({one.tobytes() for one in (*here, *there)}) == 4


def test_a_channel_that_nobody_lives_is_told():
    with pytest.raises(KeyError):
        People(1, 1).values("input.glow", ALL, at(1, 0.0, 1.0, 10))


@pytest.mark.parametrize("rate_hz", [60, 7])
def test_how_often_people_are_asked_changes_no_line_and_no_stamp(rate_hz: int):
    people, steady = People(3, seed=3), People(3, seed=3).live(10.0)
    asked = [chunk for tick in range(10 * rate_hz + 1) for chunk in people.live(tick / rate_hz)]
    for wire in people.wires:
        assert [c for c in asked if c.wire == wire] == [c for c in steady if c.wire == wire]
        assert sum(c.wire == wire for c in steady) == 10 * LINES_HZ
    assert all(chunk.data == b"S%d\r\n" % int(chunk.data[1:-2]) for chunk in steady)
    assert all(100 < int(chunk.data[1:-2]) < ADC_MAX for chunk in steady)


# --- the heart ------------------------------------------------------------------------------------


def test_hearts_vary_as_those_of_resting_adults_do():
    """Nunan et al., PACE 33:1407, 2010, five minutes of healthy adults: SDNN 32 to 93 ms, RMSSD 19 to 75 ms.

    Ours also rise and dance.
    """
    people = People(60, seed=1)
    ibi_s = [np.diff(people.beats(w, 300.0)) for w in range(60)]
    rate = np.array([60 / one.mean() for one in ibi_s])
    sdnn_ms = np.array([1000 * one.std() for one in ibi_s])
    rmssd_ms = np.array([1000 * np.sqrt(np.mean(np.diff(one) ** 2)) for one in ibi_s])
    assert 52 < rate.min() < rate.max() < 105
    assert 32 < np.median(sdnn_ms) < 93
    assert 19 < np.median(rmssd_ms) < 75
    assert rmssd_ms.min() > 8
    assert rmssd_ms.max() < 90


def test_the_spectrum_of_a_heart_has_its_mayer_wave_its_breath_and_one_over_f_below():
    people, power = People(30, seed=2), []
    grid_s = np.arange(0.0, 1200.0, 0.25)
    for w in range(30):
        beats_s = people.beats(w, 1210.0)
        rate = np.interp(grid_s, beats_s[1:], 1 / np.diff(beats_s))
        power.append(np.abs(np.fft.rfft((rate / rate.mean() - 1) * np.hanning(grid_s.size))) ** 2)
    hz, mean = np.fft.rfftfreq(grid_s.size, 0.25), np.mean(power, axis=0)

    def band(low: float, high: float) -> float:
        return float(mean[(hz >= low) & (hz < high)].mean())

    assert band(0.09, 0.11) > 3 * band(0.06, 0.08), "the Mayer wave, Julien 2006"
    assert band(0.19, 0.31) > 3 * band(0.12, 0.17), "the breath, Task Force 1996"
    assert band(0.19, 0.31) > 5 * band(0.36, 0.45)
    lows = 0.00125 * 2.0 ** np.arange(6)
    slope = np.polyfit(np.log2(lows), np.log2([band(low, 2 * low) for low in lows]), 1)[0]
    assert -2.0 < slope < -0.8, "1/f, Kobayashi and Musha 1982; a little steeper, by the moods"


def test_the_heart_hurries_while_the_lungs_fill():
    people = People(12, seed=5)
    for w in range(12):
        beats_s, breaths_s = people.beats(w, 240.0), people.breaths(w, 245.0)
        middle_s, rate = 0.5 * (beats_s[1:] + beats_s[:-1]), 1 / np.diff(beats_s)
        kept = (middle_s > breaths_s[0]) & (middle_s < breaths_s[-1])
        turn = np.interp(middle_s[kept], breaths_s, np.arange(breaths_s.size)) % 1.0
        slow = np.convolve(rate, np.ones(15) / 15, "same")[kept]
        fastest = np.angle(np.sum((rate[kept] - slow) * np.exp(2j * np.pi * turn))) / (2 * np.pi)
        assert 0.2 < fastest % 1.0 < 0.5


def test_the_pulse_rises_in_100_to_150_ms_and_has_a_dicrotic_notch():
    people = People(1, seed=2)
    time_s = at(1, 0.0, 120.0, 50)
    signal, since_s = people.values("ppg", ALL, time_s)[0], np.linspace(0, 0.8, 81)
    wave = np.mean([np.interp(beat + since_s, time_s[0], signal) for beat in people.beats(0, 119.0)], axis=0)
    wave = (wave - wave.min()) / np.ptp(wave)
    crest = int(wave.argmax())
    assert since_s[crest] == pytest.approx(SYSTOLE_S, abs=0.015)
    foot = int(np.flatnonzero(wave[:crest] < 0.05)[-1])
    assert 0.09 <= since_s[crest] - since_s[foot] <= 0.15
    notch = crest + int(wave[crest : crest + 20].argmin())
    assert wave[notch] + 0.02 < wave[notch:].max() < 0.7


@pytest.mark.parametrize("channel", ["ppg", "ecg"])
def test_our_own_body_finds_the_beats_where_they_truly_are_and_believes_them(channel: str):
    people, rate_hz = People(8, seed=11), 50 if channel == "ppg" else 250
    times_s = at(8, 0.0, 60.0, rate_hz)
    values = people.values(channel, ALL, times_s)
    bodies, found_s, quality = Bodies(8, 0, np.zeros(8, np.bool_)), [[] for _ in range(8)], []
    for number in range(60 * 60):
        tick = Tick(number, number / 60, 1 / 60)
        rows = (times_s > tick.time_s - tick.dt_s) & (times_s <= tick.time_s)
        w, _ = np.nonzero(rows)
        samples = Samples(
            times_s[rows], (8 + w).astype(np.int32), np.full(w.size, CHANNELS.index(channel), np.int32), values[rows],
            np.zeros(w.size, np.bool_),
        )  # fmt: skip
        body = bodies.feel(samples, tick)
        for one in np.flatnonzero(body.beat):
            found_s[one].append(body.beat_time_s[one])
        if tick.time_s > 20:
            quality.append(body.quality[:, 0])
    later_s = FELT_S if channel == "ppg" else 0.0
    for w in range(8):
        true_s = people.beats(w, 59.0) + later_s
        true_s = true_s[(true_s > 10) & (true_s < 58)]
        off_s = np.array([np.array(found_s[w])[np.abs(np.array(found_s[w]) - one).argmin()] - one for one in true_s])
        assert np.mean(np.abs(off_s - np.median(off_s)) < 0.025) > 0.97
        assert abs(np.median(off_s)) < 0.03
    assert np.median(quality) > 0.8


@pytest.mark.parametrize("channel", ["ppg", "ecg"])
def test_neurokit_finds_the_same_beats(channel: str):
    nk = pytest.importorskip("neurokit2", reason="neurokit2 is one of the bench's libraries, and not installed")
    people = People(4, seed=7)
    values = people.values(channel, ALL, at(4, 0.0, 60.0, 250))
    later_s = SYSTOLE_S if channel == "ppg" else 0.0
    for w in range(4):
        if channel == "ppg":
            found = nk.ppg_findpeaks(nk.ppg_clean(values[w], sampling_rate=250), sampling_rate=250)["PPG_Peaks"]
        else:
            found = nk.ecg_peaks(nk.ecg_clean(values[w], sampling_rate=250), sampling_rate=250)[1]["ECG_R_Peaks"]
        true_s = people.beats(w, 58.0) + later_s
        true_s = true_s[(true_s > 2) & (true_s < 57)]
        off_s = [np.abs(np.asarray(found) / 250 - one).min() for one in true_s]
        assert np.mean(np.array(off_s) < 0.05) > 0.95


# --- breath, skin, motion -------------------------------------------------------------------------


def test_people_breathe_twelve_to_eighteen_times_a_minute_and_sigh_now_and_then():
    people = People(60, seed=4)
    rate = np.array([len(people.breaths(w, 600.0)) / 10 for w in range(60)])
    assert 11 < rate.min() < rate.max() < 20
    assert 13 < rate.mean() < 17
    spread = [np.diff(people.breaths(w, 600.0)) for w in range(60)]
    assert 0.03 < np.median([one.std() / one.mean() for one in spread]) < 0.25, "Tobin 1988"
    sighs = np.mean([len(people.sighs(w, 600.0)) for w in range(60)]) / 2
    assert 0.8 < sighs < 4, "in five minutes; Li 2016, Vlemincx 2010"


def test_a_sigh_is_twice_as_deep_as_the_breaths_around_it():
    people = People(6, seed=4)
    time_s = at(6, 0.0, 600.0, 25)
    belt = people.values("resp", ALL, time_s)
    deep = []
    for w in range(6):
        breaths_s = people.breaths(w, 600.0)
        depth = np.array([np.ptp(belt[w, int(a * 25) : int(b * 25)]) for a, b in pairwise(breaths_s)])
        deep += (depth[np.isin(breaths_s[:-1], people.sighs(w, 600.0))] / np.median(depth)).tolist()
    assert len(deep) > 5
    assert min(deep) > 1.3
    assert np.mean(deep) > 1.8


def test_a_skin_response_rises_in_one_to_three_seconds_and_falls_more_slowly():
    people = People(20, seed=6)
    rises_s, halves_s = [], []
    for w in range(20):
        onsets_s, heights = people.responses(w, 600.0)
        gaps_s = np.diff(onsets_s, append=600.0), np.diff(onsets_s, prepend=-99.0)
        for onset_s, height in zip(onsets_s[(gaps_s[0] > 15) & (gaps_s[1] > 20)], heights, strict=False):
            assert 0.05 < height < 3.0, "Boucsein 2012"
            course = people.values("eda", slice(w, w + 1), onset_s + np.arange(0.0, 12.0, 0.05)[None, :])[0]
            course -= course[0]
            top = int(course.argmax())
            rises_s.append(0.05 * top)
            after = np.flatnonzero(course[top:] < 0.5 * course[top])
            halves_s.append(0.05 * after[0] if after.size else np.inf)
    assert len(rises_s) > 10
    assert 0.8 < np.median(rises_s) < 3.0
    assert 1.5 < np.median(halves_s) < 10.0


def test_skin_answers_more_often_in_ones_own_scene_and_within_what_is_human():
    people = People(40, seed=6)
    rate = np.array([len(people.responses(w, 1800.0)[0]) / 30 for w in range(40)])
    assert 1 < rate.min() < rate.max() < 12
    busiest = [np.histogram(people.responses(w, 1800.0)[0], 30)[0].max() for w in range(40)]
    assert 6 < np.median(busiest) <= 20, "Boucsein 2012"


def test_most_sit_while_some_walk_or_dance_and_gravity_stays_one():
    people = People(100, seed=8)
    time_s = at(100, 0.0, 720.0, 10)
    total = np.sqrt(sum(people.values(axis, ALL, time_s) ** 2 for axis in ("acc_x", "acc_y", "acc_z")))
    swing = np.abs(total - 1).reshape(100, 72, -1).max(axis=2)
    assert np.median(total) == pytest.approx(1.0, abs=0.03)
    assert 0.03 < (swing > 0.2).mean() < 0.3
    assert ((swing > 0.2).any(axis=1)).mean() > 0.8, "of an act everyone has a scene"
    up = np.array([people.is_up(w, time_s[w]) for w in range(100)]).reshape(100, 72, -1)
    assert not (swing > 0.2)[~up.any(axis=2)].any()
    assert (swing > 0.15)[up.all(axis=2)].mean() > 0.9


# --- the crowd, the room, the wearer --------------------------------------------------------------


def coherence(people: People, number: int) -> float:
    """How far breaths are in phase over five minutes, without what chance gives."""
    grid_s = np.arange(60.0, 360.0, 2.0)
    turns = [np.interp(grid_s, (b := people.breaths(w, 365.0)), np.arange(b.size)) for w in range(number)]
    return float((number * np.mean(np.abs(np.exp(2j * np.pi * np.array(turns)).mean(axis=0)) ** 2) - 1) / (number - 1))


def test_the_dial_brings_breaths_into_phase_and_at_nothing_leaves_them_to_chance():
    rising = [coherence(People(16, 9, synchrony=dial), 16) for dial in (0.0, 0.6, 0.8)]
    assert abs(rising[0]) < 0.15
    assert rising[0] + 0.05 < rising[1] < rising[2]
    assert rising[2] > 0.4


def test_who_is_in_another_circle_stays_out_of_step():
    circle = [0] * 6 + [1] * 6
    apart, alone = People(12, 9, synchrony=[1.0] * 6 + [0.0] * 6, circle=circle), People(12, 9)
    time_s = at(6, 0.0, 30.0, 10)
    assert np.array_equal(apart.values("resp", slice(6, 12), time_s), alone.values("resp", slice(6, 12), time_s))
    assert not np.array_equal(apart.values("resp", slice(0, 6), time_s), alone.values("resp", slice(0, 6), time_s))


def test_stirring_is_caught_from_others():
    def together(dial: float) -> float:
        slots = [np.histogram(People(20, 5, dial).responses(w, 1800.0)[0], 600, (0, 1800))[0] for w in range(20)]
        return float(np.var(np.sum(slots, axis=0)) / np.mean(np.sum(slots, axis=0)))

    assert together(0.8) > 1.5 * together(0.0)


def test_the_house_reads_the_dial_as_synchrony_and_its_absence_as_chance():
    names = ["heart", "skin", "breath", "breath_rate"]
    sure = {}
    for dial in (0.0, 0.8):
        last = felt(8, 300.0, seed=3, every=600, synchrony=dial)[9:]
        sure[dial] = dict(zip(names, np.nanmedian([body.group.confidence[:, 0] for body in last], axis=0), strict=True))
        now = np.nanmean([body.group.breath_now[0] for body in last])
        assert (now > 0.4) == (dial > 0)
    assert all(sure[0.0][name] < 0.9 for name in names)
    assert all(sure[0.8][name] > 0.95 for name in ("heart", "breath", "breath_rate"))
    assert sure[0.8]["skin"] > sure[0.0]["skin"] + 0.1


def test_a_roused_room_has_quicker_hearts_and_livelier_skins_from_then_on_without_a_jump():
    people, calm = People(20, seed=3), People(20, seed=3)
    time_s = at(20, 0.0, 100.0, 50)
    people.rouse(1.0, 100.0)
    assert np.array_equal(people.values("eda", ALL, time_s), calm.values("eda", ALL, time_s))
    assert max(
        abs(people.values("ppg", ALL, np.full((20, 1), 100.0)) - calm.values("ppg", ALL, np.full((20, 1), 100.0)))
    )
    responses = [np.sum(of.responses(w, 400.0)[0] > 100) for w in range(20) for of in (people, calm)]
    assert sum(responses[0::2]) > 1.5 * sum(responses[1::2])
    gained = [np.sum(people.beats(w, 160.0) > 100) / np.sum(calm.beats(w, 160.0) > 100) for w in range(20)]
    assert np.mean(gained) == pytest.approx(1.15, abs=0.03)


def test_a_twin_falls_into_step_with_the_heart_and_the_breath_it_follows():
    people = People(3, 4)
    for block in range(120):
        now_s = 0.4 * block
        phases = {"heart_phase": (1.1 * now_s) % 1, "breath_phase": (0.25 * now_s) % 1}
        people.follow(body_of(3, heart_rate=66.0, breath_rate=15.0, **phases), now_s)
    signal, later_s = people.values("ppg", ALL, at(3, 47.0, 48.5, 200)), np.arange(47.0, 48.5, 1 / 200)
    belt = people.values("resp", ALL, at(3, 40.0, 48.0, 50))
    for w in range(3):
        slope = np.convolve(np.diff(signal[w]), np.ones(9), "valid")  # over 45 ms: a step of noise is no pulse
        apart = 1.1 * (later_s[4 + slope.argmax()] + 0.5 / 200)
        assert abs(apart - round(apart)) < 0.07
        turn = np.exp(2j * np.pi * 0.25 * np.arange(40.0, 48.0, 1 / 50))
        fullest = np.angle(np.sum((belt[w] - belt[w].mean()) * turn)) / (2 * np.pi)
        assert 0.2 < fullest % 1.0 < 0.65, "as full as after somewhat less than half a breath"


def test_a_twins_skin_drifts_to_the_level_of_its_wearer_no_faster_than_skin_does():
    people = People(2, 4)
    levels = []
    for block in range(900):
        people.follow(body_of(2, tonic_us=9.0), 0.4 * block)
        levels.append(people.values("eda", ALL, np.full((2, 1), 0.4 * block + 0.39))[:, 0])
    assert np.min(levels[-60:], axis=0) == pytest.approx(9.0, abs=0.5)


def test_a_twin_is_as_restless_as_its_wearer_and_calms_down_when_nobody_is_felt():
    people, still = People(1, 4), People(1, 4)
    for block in range(50):
        people.follow(body_of(1, motion_g=0.5, cadence=110.0), 0.4 * block)

    def swing(of: People, from_s: float) -> float:
        return float(of.values("acc_y", ALL, at(1, from_s, from_s + 4, 50)).std())

    assert swing(people, 18.0) > 0.2 > 10 * swing(still, 18.0)
    assert swing(people, 60.0) < 0.1


def test_only_those_who_are_asked_follow_and_nobody_follows_what_is_itself_simulated():
    time_s = at(3, 20.0, 24.0, 50)
    alone = People(3, seed=3).values("ppg", ALL, time_s)
    people = People(3, seed=3)
    people.follow(body_of(3, heart_rate=120.0), 20.0, slice(1, 2))
    now = people.values("ppg", ALL, time_s)
    assert [np.array_equal(a, b) for a, b in zip(now, alone, strict=True)] == [True, False, True]
    people = People(3, seed=3)
    people.follow(body_of(3, Presence.SIMULATED, heart_rate=120.0, breath_rate=9.0, tonic_us=3.0, motion_g=1.0), 20.0)
    assert np.array_equal(people.values("ppg", ALL, time_s), alone)
