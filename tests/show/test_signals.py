"""The one table of signals, and the page that it is printed on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.frame import unknown_body
from installation.show.signals import BEGIN, END, SIGNALS, described

PAGE = Path(__file__).parents[2] / "docs" / "body.md"


def test_the_page_has_the_table_as_the_code_has_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page[page.index(BEGIN) : page.index(END) + len(END)] == described()


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_is_a_number_for_each_wearer_or_one_for_the_room(name: str) -> None:
    value = SIGNALS[name].read(unknown_body(3, 0, 2))
    assert np.shape(value) == (() if SIGNALS[name].of_room else (3,))
    assert SIGNALS[name].low < SIGNALS[name].high


def test_a_wearer_without_a_table_has_no_synchrony_of_one() -> None:
    body = unknown_body(2, 0, 1)
    body.group.sync[0] = [0.2, 0.8]
    body.group.table[:] = [0, 1]
    assert np.isnan(SIGNALS["table.heart_sync"].read(body)[0])
    assert SIGNALS["table.heart_sync"].read(body)[1] == 0.8
    assert SIGNALS["group.heart_sync"].read(body) == 0.2
