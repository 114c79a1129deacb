"""The mixer: shares, safe look, floor, master, blackout; and nothing strange gets out of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from installation.lights.mix import Mixer
from installation.show.model import Look
from tests.lights.fakes import NAN, Rows, body, show, story, tick

PIXELS = np.arange(32)
RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def _two_looks(floor: float = 0.0, first_level: float = 0.8):
    """Look 0 red, look 1 blue and safe."""
    rows = Rows()
    looks = (
        Look("red", floor, (rows.layer("solid", first_level, PIXELS, RED),)),
        Look("safe", 0.05, (rows.layer("solid", 0.1, PIXELS, BLUE),)),
    )
    return Mixer(show(looks)), rows


def _light(mixer: Mixer, told) -> np.ndarray:
    return mixer.light(told, body(), tick(0.0)).rgb


def test_a_crossfade_mixes_linear_light_by_weight():
    mixer, rows = _two_looks()
    rgb = _light(mixer, story(rows.values, looks=((0, 0.25), (1, 0.75))))
    assert rgb[:, 0] == pytest.approx(0.2) and rgb[:, 2] == pytest.approx(0.075)


def test_before_the_first_cue_the_safe_look_stands_alone():
    mixer, rows = _two_looks()
    rgb = _light(mixer, story(rows.values, looks=()))
    assert rgb == pytest.approx(np.tile([0, 0, 0.1], (32, 1)))


def test_panic_takes_everything_to_the_safe_look():
    mixer, rows = _two_looks()
    assert _light(mixer, story(rows.values, panic=0.5))[0] == pytest.approx([0.4, 0, 0.05])
    assert _light(mixer, story(rows.values, panic=1.0))[0] == pytest.approx([0, 0, 0.1])


def test_master_dims_but_never_under_the_floor():
    mixer, rows = _two_looks(floor=0.2)
    assert _light(mixer, story(rows.values, master=0.5))[0] == pytest.approx([0.4, 0, 0])
    assert _light(mixer, story(rows.values, master=0.0))[0] == pytest.approx([0.2, 0, 0])


def test_blackout_alone_goes_to_darkness():
    mixer, rows = _two_looks(floor=0.2)
    assert _light(mixer, story(rows.values, blackout=0.5))[0] == pytest.approx([0.4, 0, 0])
    assert not _light(mixer, story(rows.values, blackout=1.0)).any()


def test_the_floor_lifts_every_pixel_and_keeps_the_looks_colour_where_there_is_none():
    mixer, rows = _two_looks(floor=0.2, first_level=0.0)
    assert _light(mixer, story(rows.values))[0] == pytest.approx([0.2, 0, 0])
    half = _light(mixer, story(rows.values, looks=((0, 0.5), (1, 0.5))))
    assert half.max(axis=1) == pytest.approx((0.2 + 13 / 255) / 2)


def test_the_floor_holds_on_the_bytes_too():
    for floor in (0.03, 0.04, 0.05):
        mixer, rows = _two_looks(floor=floor, first_level=0.0)
        bytes_ = np.floor(255 * _light(mixer, story(rows.values)) + 0.5)
        assert bytes_.max(axis=1).min() >= 255 * floor


def test_the_floor_never_makes_a_step_in_a_fade_to_black():
    rows = Rows()
    ground = rows.layer("solid", 0.0, PIXELS, RED)
    over = rows.layer("solid", 0.0, PIXELS, BLUE)
    mixer = Mixer(show((Look("look", 0.2, (ground, over)),)))
    seen = []
    for level in np.linspace(0.3, 0.0, 200):
        rows.values[over.level] = level
        seen.append(_light(mixer, story(rows.values))[0])
    assert np.abs(np.diff(seen, axis=0)).max() < 0.01
    assert np.max(seen, axis=1).min() == pytest.approx(0.2, abs=1e-6)


def test_light_that_is_too_bright_keeps_its_hue():
    rows = Rows()
    layers = tuple(rows.layer("solid", 1.0, PIXELS, (1.0, 0.5, 0.25)) for _ in range(3))
    mixer = Mixer(show((Look("look", 0.0, layers),)))
    assert _light(mixer, story(rows.values))[0] == pytest.approx([1.0, 0.5, 0.25])


def test_each_wearer_has_their_own_level():
    mixer, _ = _two_looks()
    values = np.array([[0.2, 0.9], [0.1, 0.1]])
    rgb = _light(mixer, story(values))
    assert rgb[:12, 0] == pytest.approx(0.2) and rgb[12:, 0] == pytest.approx(0.9)


def test_a_garment_without_pixels_and_a_look_without_layers_are_welcome():
    mixer = Mixer(show((Look("empty", 0.1, ()),), sizes=(0, 3)))
    assert _light(mixer, story(np.zeros((0, 2)))) == pytest.approx(26 / 255)


_strange = st.floats(allow_nan=True, allow_infinity=True, width=32)


@settings(max_examples=60, deadline=None)
@given(
    values=arrays(np.float32, (7, 2), elements=_strange),
    master=_strange,
    blackout=_strange,
    panic=_strange,
    weight=_strange,
    beat_s=_strange,
)
def test_whatever_comes_in_light_is_finite_and_within_0_to_1(values, master, blackout, panic, weight, beat_s):
    rows = Rows()
    layers = (
        rows.layer("breath", 0.0, PIXELS, phase=0.0, depth=0.0),
        rows.layer("heartbeat", 0.0, PIXELS, speed=0.0, width=0.0),
        rows.layer("shimmer", 0.0, PIXELS, rate=0.0, depth=0.0),
    )
    mixer = Mixer(show((Look("look", 0.05, layers),)))
    told = story(np.resize(values, (len(rows.values), 2)), looks=((0, weight),))
    told = replace(told, master=master, blackout=blackout, panic=panic)
    for n in range(4):
        rgb = mixer.light(told, body(beat_s=beat_s), tick(n / 60)).rgb
        assert rgb.dtype == np.float32 and np.isfinite(rgb).all()
        assert rgb.min() >= 0.0 and rgb.max() <= 1.0


def test_unknown_levels_give_no_light_of_their_own():
    mixer, _ = _two_looks(floor=0.1)
    assert _light(mixer, story([NAN, NAN]))[0] == pytest.approx([26 / 255, 0, 0])
