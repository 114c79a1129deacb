"""Effects as they are seen: where light is, when it crests, and that it is the same at every rate."""

from __future__ import annotations

import numpy as np
import pytest

from installation.lights.looks import CREST_S, LOOKS
from installation.lights.mix import Mixer
from installation.show.effects import EFFECTS
from installation.show.model import Look
from tests.lights.fakes import NAN, Rows, body, show, story, tick

BEAT_S = 3.0


def _played(effect: str, times_s, level=1.0, *, told_late_s=0.06, beats_s=(BEAT_S,), sizes=(12, 20), **params):
    """Light (T, P, 3) of one effect alone on every pixel; everyone's heart beats at `beats_s`."""
    rows = Rows()
    pixels = np.arange(sum(sizes))
    made = show((Look("look", 0.0, (rows.layer(effect, level, pixels, (0.5, 0.5, 0.5), **params),)),), sizes)
    mixer = Mixer(made)
    waiting = [(beat + told_late_s, beat) for beat in beats_s]
    seen = []
    for t in times_s:
        beat = waiting.pop(0)[1] if waiting and t >= waiting[0][0] - 1e-9 else None
        seen.append(mixer.light(story(rows.values, len(sizes)), body(len(sizes), beat), tick(t)).rgb)
    return np.stack(seen)


def _grid(rate_hz: float, until_s: float):
    return np.arange(int(until_s * rate_hz) + 1) / rate_hz


def test_every_effect_that_shows_may_name_is_played_and_none_else():
    assert list(LOOKS) == list(EFFECTS)
    for name, effect in LOOKS.items():
        assert effect.__name__ == name and effect.__doc__ and "shape" in effect.__doc__


def test_solid_is_level_times_colour_on_every_pixel():
    assert _played("solid", [0.0], 0.4) == pytest.approx(0.2)
    assert not _played("solid", [0.0], NAN).any()
    assert not _played("solid", [0.0], -3.0).any()
    assert _played("solid", [0.0], 40.0) == pytest.approx(0.5)


def test_a_breath_fills_the_garment_from_the_sternum_outward():
    low = _played("breath", [0.0], phase=0.0, depth=0.8)[0, :12, 0]
    half = _played("breath", [0.0], phase=0.25, depth=0.8)[0, :12, 0]
    full = _played("breath", [0.0], phase=0.5, depth=0.8)[0, :12, 0]
    assert low == pytest.approx(0.1) and full == pytest.approx(0.5)
    assert (np.diff(half) < 0).all() and half[0] > 0.4 and half[-1] < 0.25


def test_a_breath_of_which_nothing_is_known_goes_on_calmly_and_apart():
    light = _played("breath", _grid(60, 20), phase=NAN, depth=1.0)[:, [0, 12], 0]
    tops = [np.flatnonzero((np.diff(one)[:-1] > 0) & (np.diff(one)[1:] <= 0)) for one in light.T]
    for top in tops:
        assert np.diff(top) / 60 == pytest.approx(5.0, abs=0.05)
    assert np.corrcoef(light.T)[0, 1] < 0.5


def test_a_breath_that_is_lost_and_found_never_jumps():
    rows = Rows()
    layer = rows.layer("breath", 1.0, np.arange(4), (1.0, 1.0, 1.0), phase=0.0, depth=1.0)
    mixer = Mixer(show((Look("look", 0.0, (layer,)),), (4,)))
    seen = []
    for n in range(1800):
        t = n / 60
        known = 5 < t < 12 or t > 21
        values = [0.0, 0.0, 0.0]
        values[layer.params[0]] = (0.31 * t) % 1.0 if known else NAN
        values[layer.params[1]] = values[layer.level] = 1.0
        seen.append(mixer.light(story(values, 1), body(1), tick(t)).rgb[:, 0])
    assert np.abs(np.diff(seen, axis=0)).max() < 0.05


@pytest.mark.parametrize("late_s", [0.0, 0.05, 0.1, 0.13])
def test_the_crest_comes_a_fixed_time_after_the_true_beat_however_late_it_is_told(late_s: float):
    times_s = _grid(240, 5)
    light = _played("heartbeat", times_s, told_late_s=late_s, speed=2.0, width=0.2)[:, :12, 0]
    for pixel in (0, 5, 11):
        away_s = 0.5 * pixel / 11 / 2.0
        assert times_s[light[:, pixel].argmax()] == pytest.approx(BEAT_S + CREST_S + away_s, abs=1 / 240)
        assert light[:, pixel].max() == pytest.approx(0.5, rel=0.02)
    assert np.diff(light, axis=0).max() < 0.06, "it rises, it does not step"


@pytest.mark.parametrize("late_s", [0.14, 0.2, 0.4])
def test_a_beat_told_too_late_comes_in_as_softly_as_any(late_s: float):
    light = [_played("heartbeat", _grid(240, 5), told_late_s=s, speed=3.0, width=0.4)[:, 0, 0] for s in (0.1, late_s)]
    usual, late = (np.diff(one).max() for one in light)
    assert 0.0 < late < 1.02 * usual, "old news is no jump"
    assert light[1].max() == pytest.approx(light[0].max(), rel=0.02), "but it is seen"


def test_a_new_beat_never_cuts_off_the_glow_of_the_one_before():
    beats_s = tuple(1.0 + 0.34 * k for k in range(12))
    light = _played("heartbeat", _grid(120, 6), beats_s=beats_s, speed=1.0, width=1.0)
    falls = -np.diff(light, axis=0)
    assert falls.max() < 0.5 * 0.02, "the glow fades, it never drops"


def test_shimmer_is_slow_fine_and_never_dark_where_it_is_shallow():
    light = _played("shimmer", _grid(60, 20), sizes=(40,), rate=50.0, depth=0.4)[:, :, 0]
    assert light.min() >= 0.3 - 1e-6 and light.max() <= 0.5 + 1e-6
    assert light.std(axis=1).min() > 0.02, "a grain, not a swell of the whole"
    turns = (np.diff(np.sign(np.diff(light, axis=0)), axis=0) != 0).sum(axis=0)
    assert turns.max() <= 20 * 1.0 + 1, "asked for 50 a second, no pixel turns more than once"


def test_shimmer_goes_on_from_where_it_is_when_its_rate_changes():
    rows = Rows()
    layer = rows.layer("shimmer", 1.0, np.arange(8), (1.0, 1.0, 1.0), rate=0.0, depth=1.0)
    mixer = Mixer(show((Look("look", 0.0, (layer,)),), (8,)))
    seen = []
    for n in range(600):
        rows.values[layer.params[0]] = 0.1 if n < 300 else 0.9
        seen.append(mixer.light(story(rows.values, 1), body(1), tick(1000 + n / 60)).rgb[:, 0])
    assert np.abs(np.diff(seen, axis=0)).max() < 0.05


@pytest.mark.parametrize(
    ("effect", "params"),
    [
        ("solid", {}),
        ("breath", {"phase": NAN, "depth": 0.7}),
        ("heartbeat", {"speed": 3.0, "width": 0.25}),
        ("shimmer", {"rate": 0.3, "depth": 0.8}),
    ],
)
def test_30_60_and_120_hz_show_the_same_look_at_the_same_second(effect: str, params: dict[str, float]):
    told_late_s = 0.1  # on all three grids
    looks = [_played(effect, _grid(hz, 6), told_late_s=told_late_s, **params)[:: hz // 30] for hz in (30, 60, 120)]
    assert looks[1] == pytest.approx(looks[0], abs=1e-5)
    assert looks[2] == pytest.approx(looks[0], abs=1e-5)


@pytest.mark.parametrize("strange", [NAN, float("inf"), float("-inf"), -1e30, 1e30])
def test_strange_parameters_are_held_to_what_an_effect_can_show(strange: float):
    for name, effect in EFFECTS.items():
        params = {parameter.name: strange for parameter in effect.params}
        light = _played(name, _grid(60, 4), **params)
        assert np.isfinite(light).all() and light.min() >= 0 and light.max() <= 1
