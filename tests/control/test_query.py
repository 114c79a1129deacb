"""Answers to GETs without a socket: the specification's own examples, and any URL whatever."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.control.dictionary import ADDRESSES, find, order_for
from installation.control.namespace import READ, WRITE, Node, nodes, now, tree
from installation.control.query import EXTENSIONS, answer, host_info
from installation.frame import Force
from installation.show.model import Show
from tests.watch import fakes

# The address space of the specification's examples: /foo, /bar, /baz/qux.
EXAMPLE = tree(
    (
        Node("/", "root node"),
        Node("/foo", "demonstrates a read-only OSC node- single float value ranged 0-100", "f", READ,
             ({"MIN": 0.0, "MAX": 100.0},), value=lambda frame: (0.5,)),
        Node("/bar", "demonstrates a read/write OSC node- two ints with different ranges", "ii", READ | WRITE,
             ({"MIN": 0, "MAX": 50}, {"MIN": 51, "MAX": 100}), value=lambda frame: (4, 51)),
        Node("/baz", "simple container node, with one method- qux"),
        Node("/baz/qux", "read/write OSC node- accepts one of several string-type inputs", "s", READ | WRITE,
             ({"VALS": ["empty", "half-full", "full"]},), value=lambda frame: ("half-full",)),
    )
)  # fmt: skip
QUX = {
    "DESCRIPTION": "read/write OSC node- accepts one of several string-type inputs",
    "FULL_PATH": "/baz/qux",
    "ACCESS": 3,
    "TYPE": "s",
    "VALUE": ["half-full"],
    "RANGE": [{"VALS": ["empty", "half-full", "full"]}],
    "CRITICAL": False,
}
BAZ = {
    "DESCRIPTION": "simple container node, with one method- qux",
    "FULL_PATH": "/baz",
    "ACCESS": 0,
    "CONTENTS": {"qux": QUX},
}
ROOT = {
    "DESCRIPTION": "root node",
    "FULL_PATH": "/",
    "ACCESS": 0,
    "CONTENTS": {
        "foo": {
            "DESCRIPTION": "demonstrates a read-only OSC node- single float value ranged 0-100",
            "FULL_PATH": "/foo",
            "ACCESS": 1,
            "TYPE": "f",
            "VALUE": [0.5],
            "RANGE": [{"MIN": 0.0, "MAX": 100.0}],
            "CRITICAL": False,
        },
        "bar": {
            "DESCRIPTION": "demonstrates a read/write OSC node- two ints with different ranges",
            "FULL_PATH": "/bar",
            "ACCESS": 3,
            "TYPE": "ii",
            "VALUE": [4, 51],
            "RANGE": [{"MIN": 0, "MAX": 50}, {"MIN": 51, "MAX": 100}],
            "CRITICAL": False,
        },
        "baz": BAZ,
    },
}
INFO = host_info("A small feast", "127.0.0.1", 53000, 5678)


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("/", 200, ROOT),
        ("/baz", 200, BAZ),
        ("/foo?VALUE", 200, {"VALUE": [0.5]}),
        ("/baz/qux?RANGE", 200, {"RANGE": QUX["RANGE"]}),
        ("/baz?CONTENTS", 200, {"CONTENTS": {"qux": QUX}}),
        ("/foo?CONTENTS", 200, {}),
        ("/baz?VALUE", 204, None),
        ("/foo?HOST_INFO", 200, INFO),
        ("/foo?GABBAGABBAHEY", 400, None),
        ("/nowhere", 404, None),
    ],
)
def test_the_examples_of_the_specification_are_answered_as_it_says(url: str, status: int, said: Any) -> None:
    got, text = answer(EXAMPLE, url, fakes.frame(), INFO)
    assert got == status
    assert (json.loads(text) if text else None) == said


def test_every_attribute_that_can_be_asked_for_is_either_told_or_said_to_be_missing() -> None:
    for name, told in EXTENSIONS.items():
        if name not in ("LISTEN", "IGNORE"):
            assert (answer(EXAMPLE, f"/foo?{name}", fakes.frame(), INFO)[0] == 200) == told, name


def test_before_the_first_frame_there_is_a_tree_without_values() -> None:
    _, text = answer(EXAMPLE, "/foo", None, INFO)
    assert "VALUE" not in json.loads(text)
    assert answer(EXAMPLE, "/foo?VALUE", None, INFO) == (200, "{}")


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(["/?&=#%[]:@", "foo", "bar", "VALUE", "HOST_INFO"])).map("".join)
)
def test_any_url_is_answered(url: str) -> None:
    status, text = answer(EXAMPLE, url, None, INFO)
    assert status in (200, 204, 400, 404)
    assert bool(text) == (status == 200)


def people(*names: str) -> Show:
    show = fakes.show()
    return replace(show, wearers=tuple(replace(show.wearers[0], name=name) for name in names))


def test_whatever_a_node_that_can_be_written_says_it_takes_is_an_order() -> None:
    show = people("Elif", "Zoë", "a b", "Elif", "x/y", "*", "7", "Tomo")
    samples = {"N": None, "T": True, "f": 0.5, "s": "real"}
    space = tree(nodes(show))
    for node in space.values():
        if node.access & WRITE and node.path != "/ping":
            address, name = find(node.path)
            assert order_for(address, name, (samples[node.type],), "osc", 0.0) is not None  # type: ignore[arg-type]
    assert {one.path for one in ADDRESSES if "<" not in one.path} <= set(space)


def test_a_wearer_whose_name_no_address_can_hold_goes_by_number() -> None:
    space = tree(nodes(people("Elif", "Zoë", "a b", "Tomo", "Tomo", "x/y", "7")))
    assert space["/wearer"].children == tuple(f"/wearer/{name}" for name in ("Elif", "2", "3", "4", "5", "6", "7"))


def test_values_are_those_of_the_frame() -> None:
    show = fakes.show()
    space, frame = tree(nodes(show)), fakes.frame()
    forced = frame.body.presence[:, 0] * 0 + Force.SIMULATED
    frame = replace(frame, story=replace(frame.story, forced=forced, standby=-1))
    values = {path: now(node, frame) for path, node in space.items()}
    assert values["/master"] == (0.9,)
    assert values["/out/cue"] == ("2",)
    assert values["/out/standby"] == ("",)
    assert values["/out/act"] == ("Feast",)
    assert values["/wearer/Tomo/presence"] == ("simulated",)
    assert values["/out/presence/1"] == ("Elif", "real", "real", "real", "real")
    assert values["/go"] is None


def test_every_value_has_as_many_parts_as_its_type_has_tags() -> None:
    frame = fakes.frame()
    for node in tree(nodes(fakes.show())).values():
        values = now(node, frame)
        assert values is None or (len(values) == len(node.type) and not any(map(_strange, values))), node.path
        assert not node.ranges or len(node.ranges) == len(node.type)
        assert not node.units or len(node.units) == len(node.type)


def _strange(value: object) -> bool:
    return type(value) not in (bool, int, float, str) or (isinstance(value, float) and not math.isfinite(value))
