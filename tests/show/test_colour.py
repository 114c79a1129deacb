"""Colours to linear light."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.show.colour import ColourError, linear_rgb, oklch_to_linear


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#000000", (0.0, 0.0, 0.0)),
        ("#ffffff", (1.0, 1.0, 1.0)),
        ("#808080", (0.2158605, 0.2158605, 0.2158605)),
        ("#FF0a00", (1.0, 0.0030353, 0.0)),
        ("oklch(1 0 0)", (1.0, 1.0, 1.0)),
        ("oklch(0.5 0 120)", (0.125, 0.125, 0.125)),
        ("oklch(50% 0, 120deg)", (0.125, 0.125, 0.125)),
        ("oklch(0.62796 0.25768 29.234)", (1.0, 0.0, 0.0)),  # sRGB red, by Ottosson's own numbers
        ("oklch(0.45201 0.31321 264.052)", (0.0, 0.0, 1.0)),
        ("oklch(0.45201 0.31321 -95.948)", (0.0, 0.0, 1.0)),
    ],
)
def test_written_colours_are_linear_light(text: str, expected: tuple[float, float, float]) -> None:
    assert linear_rgb(text) == pytest.approx(expected, abs=2e-4)


def test_a_colour_that_no_led_can_give_loses_chroma_alone() -> None:
    red, green, blue = linear_rgb("oklch(0.8 0.4 150)")
    long = 0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue
    medium = 0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue
    short = 0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue
    long, medium, short = math.cbrt(long), math.cbrt(medium), math.cbrt(short)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    assert lightness == pytest.approx(0.8, abs=1e-4)
    assert math.degrees(math.atan2(b, a)) == pytest.approx(150, abs=0.1)
    assert 0.15 < math.hypot(a, b) < 0.4
    assert min(red, green, blue) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("teal", '"oklch(0.70 0.12 200)" or "#40c0ff" would do'),
        ("#fff", '"oklch(0.70 0.12 200)" or "#40c0ff" would do'),
        ("oklch(0.7 0.1)", '"oklch(0.70 0.12 200)" or "#40c0ff" would do'),
        ("oklch(70 0.1 20)", "a lightness from 0 to 1 would do, the first number of oklch"),
        ("oklch(0.7 12 20)", "a chroma from 0 to 0.5 would do, the second number of oklch"),
        ("oklch(0.7 0.1 700)", "a hue from 0 to 360 would do, the third number of oklch"),
    ],
)
def test_a_wrong_colour_says_what_would_do(text: str, said: str) -> None:
    with pytest.raises(ColourError) as error:
        linear_rgb(text)
    assert str(error.value) == said


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(-360, 360))
def test_every_colour_is_light_that_leds_can_give(lightness: float, chroma: float, hue: float) -> None:
    assert all(0 <= channel <= 1 for channel in linear_rgb(f"oklch({lightness:.6f} {chroma:.6f} {hue:.6f})"))


@given(st.text(max_size=40) | st.text("oklch(.0123456789 %-,)#", max_size=30))
def test_any_text_is_a_colour_or_an_error(text: str) -> None:
    try:
        assert all(0 <= channel <= 1 for channel in linear_rgb(text))
    except ColourError as error:
        assert "would do" in str(error)


def test_grey_has_three_equal_channels() -> None:
    assert oklch_to_linear(0.3, 0, 77) == pytest.approx((0.027, 0.027, 0.027), abs=1e-6)
