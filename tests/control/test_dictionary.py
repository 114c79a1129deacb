"""The table of addresses: what a message orders, and that the docs say the same."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.control.dictionary import ADDRESSES, ARGUMENTS, BEGIN, END, TAKES, find, heard, order_for
from installation.control.orders import VERBS
from installation.frame import Order

DOCS = Path(__file__).parents[2] / "docs" / "osc.md"


def order(path: str, *arguments: object) -> Order | None:
    address, name = find(path)
    return order_for(address, name, arguments, "osc", 1.0)  # type: ignore[arg-type]  # hostile on purpose


def said(path: str, *arguments: object) -> tuple[str, str, float | None, str]:
    one = order(path, *arguments)
    assert one is not None
    return one.verb, one.target, None if math.isnan(one.value) else one.value, one.expect_standby


def test_every_address_gives_its_order():
    assert said("/go") == ("go", "", None, "")
    assert said("/go", "3.1") == ("go", "", None, "3.1")
    assert said("/back") == ("back", "", None, "")
    assert said("/panic") == ("panic", "", None, "")
    assert said("/blackout", 1) == ("blackout", "", 1.0, "")
    assert said("/blackout", 0.0) == ("blackout", "", 0.0, "")
    assert said("/blackout", True) == ("blackout", "", 1.0, "")
    assert said("/blackout", False) == ("blackout", "", 0.0, "")
    assert said("/master", 0.25) == ("master", "", 0.25, "")
    assert said("/cue/3.1/go") == ("cue", "3.1", None, "")
    assert said("/room/pantry.shortage_risk", 0.7) == ("room", "pantry.shortage_risk", 0.7, "")
    assert said("/wearer/Elif/presence", "simulated") == ("presence", "Elif", 2.0, "")
    assert said("/wearer/3/presence", 1) == ("presence", "3", 1.0, "")
    assert said("/ar/sync") == ("sync", "", None, "")
    assert said("/reset") == ("reset", "", None, "")


@pytest.mark.parametrize("path", ["/go", "/back", "/panic", "/reset", "/cue/2/go"])
def test_a_button_acts_when_it_is_pressed_and_not_when_it_is_let_go(path):
    assert order(path, 1.0) is not None
    assert order(path, 1) is not None
    assert order(path, 0.0) is None
    assert order(path, 0) is None
    assert order(path, False) is None


@pytest.mark.parametrize("path", ["/blackout", "/master", "/room/risk", "/wearer/Elif/presence"])
@pytest.mark.parametrize("arguments", [(), ("1",), (None,), (math.nan,), (math.inf,)])
def test_a_level_without_a_number_is_refused(path, arguments):
    with pytest.raises(ValueError, match="Refused: "):
        order(path, *arguments)


@pytest.mark.parametrize("path", ["/g?", "/cue/*/go", "/{go,back}", "/room/[a-z]", "/go}"])
def test_an_address_with_a_pattern_is_refused(path):
    with pytest.raises(LookupError, match="one message is one order"):
        find(path)


@pytest.mark.parametrize("path", ["/", "", "/cue//go", "/cue/1", "/cue/1/2/go", "/room/", "/go/", "//go", "/GO"])
def test_an_address_that_is_not_in_the_table_is_refused(path):
    with pytest.raises(LookupError, match="nothing listens"):
        find(path)


def test_a_misspelt_address_gets_the_nearest_guess():
    with pytest.raises(LookupError, match=r"nothing listens at /bakc; did you mean /back\?"):
        find("/bakc")


@given(
    st.sampled_from([one.path for one in ADDRESSES if one.verb]),
    st.text(max_size=100),
    st.lists(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=100), max_size=3),
)
def test_whatever_a_message_holds_it_is_an_order_a_release_or_a_sentence(path, name, arguments):
    path = path.replace("<number>", name).replace("<name>", name)
    try:
        given_order = order(path, *arguments)
    except (LookupError, ValueError) as refused:
        assert str(refused).startswith("Refused: ")
    else:
        assert given_order is None or given_order.verb in VERBS


def test_every_row_of_the_table_is_understood():
    assert {one.takes for one in ADDRESSES} <= set(ARGUMENTS)
    assert all(one.takes in TAKES for one in ADDRESSES if one.verb)
    assert {one.verb for one in ADDRESSES} - {""} == set(VERBS)


def test_the_docs_say_what_the_table_says():
    text = DOCS.read_text(encoding="utf-8")
    section = text[text.index(BEGIN) : text.index(END) + len(END)]
    assert section == heard(), "python -m installation.control.dictionary prints the section as it should be"
