"""Lines of keys in TOML files."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from installation.show.locate import line_of, locate
from tests.conftest import SHOW

LOOKS = '''\
# light
[[look]]   # first
name = "a # no comment [[look]]"
layers = [
  { effect = "solid", level = "1" },   # }
  { effect = "breath",
    level = "2" }, [ 1,
    2 ],
]

[[look]]
name = """
[[look]]
name = "inside a text"
"""
floor = 0.5
caption.en = 'x'
"caption"."t\\u0072" = "y"

[look.extra]
deep = 1

[[look.strip]]
pixels = 1
[[look.strip]]
pixels = 2

[other.table]
key.one.two = { three = 3 }
'''


def test_every_key_table_and_element_has_its_line() -> None:
    lines = locate(LOOKS)
    assert {path: lines[path] for path in lines if path[0] == "look"} == {
        ("look",): 2,
        ("look", 0): 2,
        ("look", 0, "name"): 3,
        ("look", 0, "layers"): 4,
        ("look", 0, "layers", 0): 5,
        ("look", 0, "layers", 0, "effect"): 5,
        ("look", 0, "layers", 0, "level"): 5,
        ("look", 0, "layers", 1): 6,
        ("look", 0, "layers", 1, "effect"): 6,
        ("look", 0, "layers", 1, "level"): 7,
        ("look", 0, "layers", 2): 7,
        ("look", 0, "layers", 2, 0): 7,
        ("look", 0, "layers", 2, 1): 8,
        ("look", 1): 11,
        ("look", 1, "name"): 12,
        ("look", 1, "floor"): 16,
        ("look", 1, "caption"): 17,
        ("look", 1, "caption", "en"): 17,
        ("look", 1, "caption", "tr"): 18,
        ("look", 1, "extra"): 20,
        ("look", 1, "extra", "deep"): 21,
        ("look", 1, "strip"): 23,
        ("look", 1, "strip", 0): 23,
        ("look", 1, "strip", 0, "pixels"): 24,
        ("look", 1, "strip", 1): 25,
        ("look", 1, "strip", 1, "pixels"): 26,
    }
    assert lines["other", "table", "key", "one", "two", "three"] == 29


def test_what_is_not_written_is_on_the_line_of_what_is_around_it() -> None:
    lines = locate(LOOKS)
    assert line_of(lines, ("look", 1, "flor")) == 11
    assert line_of(lines, ("nothing", 3)) == 1
    assert line_of(lines, ()) == 1


def paths(node: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Give every path through what tomllib read."""
    found = {path} if path else set()
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return found.union(*(paths(value, (*path, key)) for key, value in items))


def test_every_path_of_the_shipped_show_is_found() -> None:
    for file in sorted(SHOW.glob("*.toml")):
        text = file.read_text("utf-8")
        assert set(locate(text)) == paths(tomllib.loads(text))


PIECES = st.sampled_from(
    [
        "[[a]]\n",
        "[a.b]\n",
        "[[a.b]]\n",
        "x = 1\n",
        "y.z = 'q#'\n",
        '"k\\"]" = """\n"""\n',
        "l = [1, [2,], {m=3}]\n",
        "# [\n",
        "t = {}\n",
        "u = []\n",
        "d = 1979-05-27 07:32:00\n",
        "v = [\n# ]\n 'a', \"b\\\\\"\n]\n",
        "w = ''''q''''\n",
        "\r\n",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_the_scan_finds_what_tomllib_finds(text: str) -> None:
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(locate(text)) == paths(read)
