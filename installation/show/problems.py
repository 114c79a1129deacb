"""Problems of a show, in sentences for the person who can mend them: where, what was found, what would do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_SHOWN = 60  # letters of what was found: enough to find it again


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend; line 0 means the file as a whole."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return printable(f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}")


class ShowProblems(Exception):
    """Everything that keeps a show from being loaded, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def printable(text: str) -> str:
    """Show every letter that a terminal could not as a dot."""
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def nearest(name: str, known: Iterable[str]) -> str:
    """Give the end of a sentence about an unknown name: the nearest guess, or nothing where nothing is near."""
    folded = {other.casefold(): other for other in reversed(list(known))}
    guess = difflib.get_close_matches(name.casefold()[:LONGEST_SHOWN], list(folded), n=1, cutoff=0.6)
    return f'; did you mean "{folded[guess[0]]}"?' if guess else ""


def shown(value: object) -> str:
    """Show what was found as a designer would write it, on one line."""
    if isinstance(value, str):
        text = printable(value)
        return f'"{text}"' if len(text) <= LONGEST_SHOWN else f'"{text[:LONGEST_SHOWN]}…"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 2**63:
        return "a number too large for TOML"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a table"
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def whose(raw: Any, path: Sequence[str | int]) -> str:
    """Name the thing that a path leads through: `cue 3.2`, `look "ebb", layer 2`, `[sacn]`, or `the file`."""
    parts: list[str] = []
    node, kind = raw, ""
    for key in path:
        if isinstance(key, str):
            kind = key
            node = node.get(key) if isinstance(node, dict) else None
            if isinstance(node, dict) and not parts and len(path) > 1:
                parts.append(f"[{key}]")
        elif isinstance(node, list) and key < len(node) and isinstance(node[key], dict):
            node = node[key]
            name = node.get("number" if kind == "cue" else "name")
            if isinstance(name, str) and name:
                parts.append(f"cue {name[:20]}" if kind == "cue" else f"{kind} {shown(name)}")
            else:
                parts.append(f"{kind.removesuffix('s')} {key + 1}")
        else:
            break
    return ", ".join(parts) or "the file"
