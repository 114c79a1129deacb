"""The schemas that editors get: what they accept, what they refuse, and that the written ones are those of the code."""

from __future__ import annotations

import tomllib
from typing import Any

import jsonschema
import pytest

from installation.show.check import SHAPES
from installation.show.problems import ShowProblems
from installation.show.schema import schema, text, write
from tests.conftest import REPOSITORY, SHOW
from tests.show.fakes import SMALL

READERS = {file: jsonschema.Draft202012Validator(schema(file)) for file in SHAPES}


def accepted(file: str, toml: str) -> bool:
    return bool(READERS[file].is_valid(tomllib.loads(toml)))


@pytest.mark.parametrize("file", SHAPES)
def test_every_file_that_loads_is_accepted(file: str) -> None:
    assert accepted(file, SMALL[file.removesuffix(".toml")])
    for folder in (SHOW, REPOSITORY / "assets" / "new_show"):
        READERS[file].validate(tomllib.loads((folder / file).read_text("utf-8")))


@pytest.mark.parametrize("file", SHAPES)
def test_a_schema_is_one_and_the_shipped_one_is_that_of_the_code(file: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(file))
    name = file.replace(".toml", ".json")
    assert (SHOW / "schema" / name).read_text("utf-8") == text(file), "nexus check --schema writes them anew"
    for folder in (SHOW, REPOSITORY / "assets" / "new_show"):
        assert (folder / file).read_text("utf-8").startswith(f"#:schema schema/{name}\n")


WRONG: list[tuple[str, str]] = [
    ("show.toml", "titel = 'x'"),
    ("show.toml", "rate_hz = 'fast'"),
    ("show.toml", "rate_hz = 0"),
    ("show.toml", "[signals]\ncalm = true"),
    ("show.toml", "[signals]\ncalm = { low = 0 }"),
    ("show.toml", "[signals]\n'a b' = 1"),
    ("show.toml", "[[wearer]]\nat = [1, 2]"),
    ("show.toml", "[[wearer]]\nname = 'Elif'\nat = [1, 2, 3]"),
    ("garments.toml", "[[garment]]\nname = 'Elif'\nwearer = 'Elif'\nkind = 'sash'"),
    ("garments.toml", "[[kind]]\nname = 'a'\n[[kind.strip]]\nregion = 'b'\npath = [[0, 0]]\npixels = 3"),
    ("looks.toml", "[[look]]\nname = 'a'\nfloor = 2"),
    ("looks.toml", "[[look]]\nname = 'a'\nlayers = [{ effect = 'solit', color = '#ffffff' }]"),
    ("looks.toml", "[[look]]\nname = 'a'\nlayers = [{ effect = 'solid', color = '#ffffff', depth = '1' }]"),
    ("looks.toml", "[[look]]\nname = 'a'\nlayers = [{ effect = 'breath', color = '#ffffff', depth = [1] }]"),
    ("cues.toml", "[[cue]]\nnumber = 1\nlook = 'a'"),
    ("cues.toml", "[[cue]]\nnumber = '1'\nlook = 'a'\ncurve = 'steep'"),
    ("cues.toml", "[[cue]]\nnumber = '1'\nlook = 'a'\nfade = -1"),
    ("scenes.toml", "[[scene]]\nname = 'a'\ncaption.english = 'b'"),
    ("scenes.toml", "[[scene]]\nname = 'a'\nparameters = { tide = true }"),
    ("patch.toml", "[sacn]\nuniverse = 64000"),
    ("patch.toml", "[[sensor]]\nwearer = 'Elif'\nwire = 'wireless'"),
]


@pytest.mark.parametrize(("file", "toml"), WRONG)
def test_what_the_models_refuse_is_refused_by_the_schema(file: str, toml: str) -> None:
    assert not accepted(file, toml)


@pytest.mark.parametrize(
    "toml",
    [
        "[signals]\na = 1\nb = 'heart.rate'\nc = { value = 'a', unit = 's', low = 0, high = 2, says = 'c' }",
        "[[room]]\nname = 'a.b'\ndefault = 3\nhigh = 4.5",
    ],
)
def test_what_may_be_written_in_more_than_one_way_is_accepted_in_each(toml: str) -> None:
    assert accepted("show.toml", toml)


def test_schemas_are_written_over_older_ones_or_it_is_said_why_not(tmp_path: Any) -> None:
    assert write(tmp_path) == tmp_path / "schema"
    (tmp_path / "schema" / "show.json").write_text("old")
    write(tmp_path)
    assert (tmp_path / "schema" / "show.json").read_text("utf-8") == text("show.toml")
    (tmp_path / "file").write_text("")
    with pytest.raises(ShowProblems, match="schema: cannot be written: Not a directory"):
        write(tmp_path / "file")
