"""One file of a show as it was read: its tables, the line of every key, and what is wrong with it."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from installation.show import locate
from installation.show.problems import Problem, nearest, shown
from installation.show.sentences import sentence

LARGEST_FILE = 4_000_000  # bytes; a show of two thousand wearers has a tenth of it

Place = tuple[str | int, ...]
"""Where something stands in a file: `("cue", 3, "look")`."""

T = TypeVar("T", bound=BaseModel)


class Source:
    """A file, read or not: `whole` is True where its TOML could be read."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.whole = False
        self.raw: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self._lines: dict[Place, int] = {}
        self._misshapen: set[Place] = set()
        self._names: dict[tuple[str, ...], list[str]] = {}
        try:
            self._read(path)
        except _UnreadableError as error:
            self.problems.append(Problem(name, error.line, str(error)))

    def tell(self, place: Place, text: str) -> None:
        """Add a problem at the line of a place, unless what stands there has the wrong shape anyway."""
        if place not in self._misshapen:
            self.problems.append(Problem(self.name, locate.line_of(self._lines, place), text))

    def tell_shape(self, model: type[BaseModel]) -> None:
        """Tell everything that is wrong with the shape of the file."""
        for error in _errors(model, self.raw) if self.whole else ():
            self.tell(_place(error), sentence(model, self.raw, error))
            self._misshapen.add(_place(error))

    def tell_empty(self, key: str, example: str) -> None:
        """Tell of a list that needs at least one table and has none."""
        if self.whole and not self.raw.get(key):
            self.tell((key,), f"the file has no [[{key}]]; at least one, such as {example}, would do")

    def tell_twice(self, key: str) -> None:
        """Tell of every name that a list has twice."""
        seen: set[str] = set()
        for place, item in self._items(key):
            name = item.get("name")
            if isinstance(name, str):
                if name in seen:
                    self.tell((*place, "name"), f"{key} {shown(name)} is there twice; another name would do")
                seen.add(name)

    def tell_unknown(self, place: Place, begin: str, name: str, *, what: str, where: Source) -> None:
        """Tell of a name that leads nowhere, unless the file that it leads to could not be read."""
        names = where.names(what, called="number" if what == "cue" else "name")
        if where.whole and name not in names:
            self.tell(place, f"{begin} {shown(name)}, and there is no such {what}{nearest(name, names)}")

    def names(self, *keys: str, called: str = "name") -> list[str]:
        """Give the name of every [[table]], also of those that have other problems."""
        if (*keys, called) not in self._names:
            given = (item.get(called) for _, item in self._items(*keys))
            self._names[*keys, called] = [name for name in given if isinstance(name, str)]
        return self._names[*keys, called]

    def head(self, model: type[T]) -> T:
        """Give the keys of the file that are no lists; those with problems as if they were not written."""
        given = {key: value for key, value in self.raw.items() if not _is_list_of_tables(model, key)}
        return _mended(model, given) or model()

    def each(self, key: str, model: type[T]) -> Iterator[tuple[Place, T]]:
        """Give the place and content of every [[table]] that can be understood."""
        for place, item in self._items(key):
            table = _mended(model, item)
            if table is not None:
                yield place, table

    def _items(self, key: str, *inner: str) -> Iterator[tuple[Place, dict[str, Any]]]:
        found = list(_tables((key,), self.raw))
        for under in inner:
            found = [one for place, item in found for one in _tables((*place, under), item)]
        yield from found

    def _read(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            raise _UnreadableError("is missing") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise _UnreadableError(f"cannot be read: {reason}") from None
        if len(data) > LARGEST_FILE:
            raise _UnreadableError(f"is larger than {LARGEST_FILE // 1_000_000} MB, which is no file of a show")
        if not data.strip():
            raise _UnreadableError("is empty; it may not have been saved to its end")
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise _UnreadableError("has bytes that are not UTF-8; save it as UTF-8", line) from None
        try:
            raw = tomllib.loads(text)
            self._lines = locate.locate(text)
        except RecursionError:
            raise _UnreadableError("has brackets nested too deep") from None
        except ValueError as error:  # tomllib's own error is one; so is that of a number of a million digits
            raise _UnreadableError(*_said(str(error), text)) from None
        self.raw, self.whole = raw, True


class _UnreadableError(Exception):
    """Why a file cannot be read, and the line of it, 0 for the whole."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


def _said(message: str, text: str) -> tuple[str, int]:
    """Give tomllib's message in the house's words, and its line."""
    if "at end of document" in message:
        return "ends in the middle of something; it may not have been saved to its end", text.rstrip().count("\n") + 1
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL)
    if match is None:
        return f"is not TOML: {_lowered(message)}", 0
    return f"is not TOML at letter {match[3]}: {_lowered(match[1])}", int(match[2])


def _lowered(message: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in message[:1].lower() + message[1:200])


def _tables(place: Place, raw: dict[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    given = raw.get(str(place[-1]))
    for index, item in enumerate(given if isinstance(given, list) else ()):
        if isinstance(item, dict):
            yield (*place, index), item


def _errors(model: type[BaseModel], raw: Any) -> list[Any]:
    try:
        model.model_validate(raw)
    except ValidationError as error:
        return list(error.errors(include_url=False))
    return []


def _place(error: Any) -> Place:
    return tuple(key for key in error["loc"] if key != "[key]")


def _mended(model: type[T], raw: dict[str, Any]) -> T | None:
    """Validate a table, leaving out keys that have problems; None where it needs them."""
    errors = _errors(model, raw)
    if errors:
        raw = _without(raw, [_place(error) for error in errors])
    return None if errors and _errors(model, raw) else model.model_validate(raw)


def _without(raw: dict[str, Any], places: Iterable[Place]) -> dict[str, Any]:
    left = copy.deepcopy(raw)
    for place in places:
        node: Any = left
        for key in place[:-1]:
            try:
                node = node[key]
            except (LookupError, TypeError):  # taken away already, with something around it
                break
        else:
            if isinstance(node, dict):
                node.pop(place[-1], None)
    return left


def _is_list_of_tables(model: type[BaseModel], key: str) -> bool:
    field = model.model_fields.get(key)
    return field is not None and getattr(field.annotation, "__origin__", None) is list
