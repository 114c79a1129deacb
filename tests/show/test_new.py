"""A new show: it works as it stands, and nothing that is there is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.cli import main
from installation.show.check import SHAPES
from installation.show.functions import FUNCTIONS
from installation.show.load import load
from installation.show.new import make
from installation.show.problems import ShowProblems
from installation.testing import play, room


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_new_show_has_its_name_checks_and_brings_its_schemas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "shows/harvest_moon"]) == 0
    assert capsys.readouterr().out.startswith("made shows/harvest_moon: six files")
    place = Path("shows/harvest_moon")
    assert {path.name for path in place.iterdir()} == {*SHAPES, "schema"}
    assert load(place).title == "Harvest moon"
    assert main(["check", str(place), "--names", "--schema"]) == 0
    said = capsys.readouterr().out
    assert "Harvest moon: no problems" in said
    assert "heart.rate" in said and "how much of the room is calm" in said and "seconds since the start" in said


def test_a_new_show_plays_a_night_through_all_its_cues_without_a_violation() -> None:
    night = play(make(Path("mine")), minutes=0.4, seed=2, at={"0:14": room("applause", 0.9)})
    assert night.violations == ()
    assert [cue for _, cue in night.cues] == ["1", "2", "3"]
    assert night.light.max() > 0.05


def test_a_new_show_teaches_by_comments_in_every_file() -> None:
    place = make(Path("mine"))
    for file in SHAPES:
        lines = (place / file).read_text("utf-8").splitlines()
        assert lines[0] == f"#:schema schema/{file.removesuffix('.toml')}.json"
        assert lines[1].startswith("# ")
    used = "".join((place / file).read_text("utf-8") for file in SHAPES)
    assert sum(f"{name}(" in used for name in FUNCTIONS) >= 7


@pytest.mark.parametrize("name", ["My Show", "3rd", "şölen", "..", ".", "", "a/..", "-x", "con.toml", "x" * 61])
def test_a_name_that_would_not_do_makes_nothing(name: str) -> None:
    with pytest.raises(ShowProblems, match=r"is no name for a show; .* would do"):
        make(Path(name))
    assert not list(Path().iterdir())


def test_a_name_that_is_nearly_right_is_mended() -> None:
    with pytest.raises(ShowProblems) as error:
        make(Path("My Show!"))
    assert str(error.value) == 'My Show!: "My Show!" is no name for a show; "my_show" would do'


@pytest.mark.parametrize("what", ["folder", "file", "link"])
def test_what_is_there_already_is_not_touched(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    place = Path("mine")
    if what == "folder":
        place.mkdir()
    elif what == "file":
        place.write_text("kept")
    else:
        place.symlink_to("nowhere")
    assert main(["new", "mine"]) == 1
    assert capsys.readouterr().out == "mine: is there already, and nothing of it is touched; another name would do\n"
    assert place.is_symlink() or place.read_text() == "kept" if what != "folder" else not list(place.iterdir())


def test_a_new_show_does_not_hide_a_shipped_one() -> None:
    with pytest.raises(ShowProblems, match="is the name of a shipped show"):
        make(Path("collective_feast"))


def test_where_nothing_can_be_written_it_is_said_why() -> None:
    Path("file").write_text("")
    with pytest.raises(ShowProblems, match="file/mine: cannot be made: Not a directory"):
        make(Path("file/mine"))
