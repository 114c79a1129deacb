"""A JSON Schema of every file of a show, made from the models in `files.py`, so that editors complete and check them.

A line `#:schema schema/show.json` at the top of a file leads taplo and Even Better TOML to it.  Whether names lead
anywhere is not said there: `nexus check` does that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from installation.show.check import SHAPES
from installation.show.problems import Problem, ShowProblems

FOLDER = "schema"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(file: str) -> dict[str, Any]:
    """Give the schema of a file of a show, by its name: `show.toml`."""
    made: dict[str, Any] = _plain(SHAPES[file].model_json_schema())
    return {"$schema": DRAFT, **made, "title": f"{file} of a Nexus show"}


def write(show: Path) -> Path:
    """Write all schemas beside the files of a show, over older ones; raise `ShowProblems` where that can't be done."""
    folder = show / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        for file in SHAPES:
            (folder / file.replace(".toml", ".json")).write_text(text(file), "utf-8")
    except OSError as error:
        raise ShowProblems([Problem(folder.as_posix(), 0, f"cannot be written: {error.strerror}")]) from None
    return folder


def text(file: str) -> str:
    """The schema of a file as it is written."""
    return json.dumps(schema(file), indent=1, ensure_ascii=False) + "\n"


def _plain(node: Any) -> Any:
    """Leave out what TOML cannot write, null, and names beside those that are allowed."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _plain(value) for key, value in node.items() if not (key == "default" and value is None)}
    if "anyOf" in made:
        given = [one for one in made.pop("anyOf") if one != {"type": "null"}]
        made = {**given[0], **made} if len(given) == 1 else {**made, "anyOf": given}
    if "patternProperties" in made:
        made["additionalProperties"] = False
    return made
