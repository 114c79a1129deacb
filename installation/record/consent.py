"""Whose own samples may be kept: `consent.toml` beside the show, or another file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from installation.show.files import Name, Table
from installation.show.model import Show
from installation.show.problems import Problem, ShowProblems, nearest, shown
from installation.show.sources import Source

FILE = "consent.toml"


class ConsentTable(Table):
    """[[consent]]: what one wearer agreed to, and when."""

    wearer: Name
    given: Annotated[date, Field(description="the day it was given, such as 2026-11-22, would do")]
    record: Annotated[bool, Field(description="true or false would do")]


class ConsentFile(Table):
    """consent.toml."""

    consent: Annotated[
        list[ConsentTable], Field(max_length=2000, description="[[consent]] tables, at most 2000, would do")
    ]


def read_consents(show: Show, file: Path | None = None) -> dict[str, str]:
    """The day on which each wearer agreed to be recorded; raise `ShowProblems` unless all of the file is right.

    file: otherwise `consent.toml` of the show's folder, where there is one; without it nobody agreed.
    """
    path = file or show.folder / FILE
    if file is None and not path.exists():
        return {}
    source = Source(path, str(file or FILE))
    source.tell_shape(ConsentFile)
    names = [wearer.name for wearer in show.wearers]
    found: dict[str, str] = {}
    seen: set[str] = set()
    for place, one in source.each("consent", ConsentTable):
        if one.wearer not in names:
            guess = nearest(one.wearer, names)
            source.tell((*place, "wearer"), f"{shown(one.wearer)} agrees, and there is no such wearer{guess}")
        if one.wearer in seen:
            source.tell((*place, "wearer"), f"{shown(one.wearer)} is there twice; one [[consent]] would do")
        seen.add(one.wearer)
        if one.record:
            found[one.wearer] = one.given.isoformat()
    problems: list[Problem] = source.problems
    if problems:
        raise ShowProblems(problems)
    return found
