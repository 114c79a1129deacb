"""Whatever stands in the files of a show, it loads or says why."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from installation.show.load import load
from installation.show.model import Show
from installation.show.problems import ShowProblems
from tests.show.fakes import SMALL

LINES = [line for text in SMALL.values() for line in text.splitlines()]
NUMBERS = ["1", "-1", "nan", "1e400", "true", "0x10", "9" * 5000, "9" * 400, "0x" + "f" * 5000, "1979-05-27"]
TEXTS = ['""', '"\\u0000"', '"all"', '"1.5"', "'''\n'''", '"1 + heart.rate"', '"("', '"no_such(1)"']
TABLES = ["[]", "[[]]", "{}", "[{}]", "[1, {a = 2}]", '{ name = "x" }']
VALUES = st.sampled_from([*NUMBERS, *TEXTS, *TABLES])


def loads_or_says_why(texts: Mapping[str, str | bytes]) -> None:
    with tempfile.TemporaryDirectory() as place:
        for name, text in texts.items():
            data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
            (Path(place) / f"{name}.toml").write_bytes(data)
        try:
            assert isinstance(load(Path(place)), Show)
        except ShowProblems as error:
            assert error.problems
            assert all(str(problem).isprintable() for problem in error.problems)


@st.composite
def altered(draw: st.DrawFn) -> dict[str, str]:
    """Draw the small show with a few of its lines lost, doubled, moved, cut, or given another value."""
    texts = dict(SMALL)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(texts)))
        lines = texts[name].split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["lose", "double", "foreign", "cut", "value", "junk"]))
        if how == "lose":
            del lines[at]
        elif how == "double":
            lines.insert(draw(st.integers(0, len(lines))), lines[at])
        elif how == "foreign":
            lines.insert(at, draw(st.sampled_from(LINES)))
        elif how == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
        elif how == "value":
            lines[at] = lines[at].split("=")[0] + "= " + draw(VALUES)
        else:
            lines.insert(at, draw(st.text(max_size=20)))
        texts[name] = "\n".join(lines)
    return texts


@settings(deadline=None, max_examples=100)
@given(altered())
def test_an_altered_show_loads_or_says_why(texts: dict[str, str]) -> None:
    loads_or_says_why(texts)


@settings(deadline=None)
@given(st.sampled_from(sorted(SMALL)), st.binary(max_size=200) | st.text(max_size=200))
def test_any_text_in_any_file_loads_or_says_why(name: str, text: str | bytes) -> None:
    loads_or_says_why({**SMALL, name: text})


def test_every_file_cut_anywhere_loads_or_says_why() -> None:
    cuts = random.Random(1)
    for name, text in SMALL.items():
        for _ in range(15):
            loads_or_says_why({**SMALL, name: text[: cuts.randrange(len(text))]})
