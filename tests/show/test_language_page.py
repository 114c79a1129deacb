"""The page on the show language: its tables are those of the code, and its lines give what they say."""

from __future__ import annotations

import re

import numpy as np
import pytest

from installation.frame import Tick
from installation.show.expressions import BUILT_IN, Program
from installation.show.functions import BEGIN, END, FUNCTIONS, OPERATIONS, described
from installation.show.grammar import UNITS
from installation.story.values import evaluate, fresh
from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "language.md").read_text("utf-8")
HEARTS = np.array([60.0, 72.0, 90.0, np.nan])
LINES = [
    tuple(part.strip() for part in line.split("#"))
    for block in re.findall(r"^```expressions\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]


def test_the_page_has_the_functions_as_the_code_has_them() -> None:
    assert PAGE[PAGE.index(BEGIN) : PAGE.index(END) + len(END)] == described(), "python -m installation.show.functions"


@pytest.mark.parametrize(("text", "said"), LINES)
def test_a_line_of_the_page_gives_what_it_says(text: str, said: str) -> None:
    program = Program([text])
    _, values = evaluate(program, {"heart.rate": HEARTS}, fresh(program, 4), Tick(0, 0.0, 1 / 60))
    wanted = [np.nan if one == "unknown" else float(one) for one in said.split(", ")]
    np.testing.assert_allclose(values[0], np.broadcast_to(wanted, (4,)), atol=5e-4)


def test_the_page_names_every_unit_and_every_name_that_is_built_in() -> None:
    assert len(LINES) > 20
    assert all(re.search(rf"`[0-9.]+{unit}`", PAGE) for unit in UNITS)
    assert all(f"`{name}`" in PAGE for name in BUILT_IN)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_in_the_table_with_all_that_it_needs(name: str) -> None:
    one = FUNCTIONS[name]
    names = [argument.name for argument in one.arguments]
    assert len(set(names)) == len(names) and 0 < one.fewest <= one.most and one.takes(one.fewest)
    assert all(argument.default in (*names, "1", "1Hz", "") for argument in one.arguments)
    assert name in OPERATIONS and one.group and one.says[-1] not in ".;"
