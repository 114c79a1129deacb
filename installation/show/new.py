"""A new show: a copy of the small one that teaches the language by its comments, under a name of its own."""

from __future__ import annotations

import re
from pathlib import Path

import installation
from installation.show import schema
from installation.show.check import SHAPES
from installation.show.load import shipped
from installation.show.problems import Problem, ShowProblems, shown

NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
TITLE = 'title     = "New show"'


def make(place: Path) -> Path:
    """Make a new folder with all files of a show; raise `ShowProblems` where that can't be done, and write nothing."""
    name = place.name
    if not NAME.fullmatch(name):
        raise _problem(place, f"{shown(name)} is no name for a show; {_like(name)} would do")
    if name in shipped():
        raise _problem(place, "is the name of a shipped show; another name would do")
    if place.exists() or place.is_symlink():
        raise _problem(place, "is there already, and nothing of it is touched; another name would do")
    texts = {file: (_template() / file).read_text("utf-8") for file in SHAPES}
    title = re.sub(r"[_-]+", " ", name).strip().capitalize()
    texts["show.toml"] = texts["show.toml"].replace(TITLE, TITLE.replace("New show", title))
    try:
        place.mkdir(parents=True)
        for file, text in texts.items():
            (place / file).write_text(text, "utf-8")
    except OSError as error:
        raise _problem(place, f"cannot be made: {error.strerror}") from None
    schema.write(place)
    return place


def _template() -> Path:
    """The folder of the small show: inside a wheel, or beside the package in a checkout."""
    package = Path(installation.__file__).resolve().parent
    places = [shelf / "new_show" for shelf in (package / "_data" / "assets", package.parent / "assets")]
    return next((place for place in places if place.is_dir()), places[-1])


def _like(name: str) -> str:
    """A name that would do, as near as can be."""
    plain = re.sub(r"[^a-z0-9_-]+", "_", name.casefold()).strip("_-0123456789")[:60]
    return f'"{plain}"' if NAME.fullmatch(plain) else "small letters a-z, digits, - and _, such as harvest_moon,"


def _problem(place: Path, text: str) -> ShowProblems:
    return ShowProblems([Problem(place.as_posix(), 0, text)])
