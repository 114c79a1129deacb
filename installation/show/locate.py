"""On which line of a TOML file a key stands: tomllib forgets it, and a problem needs it.

The text has already been read by tomllib, so that it is known to be right; this scan only follows its
brackets, strings and keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]

DEEPEST = 64  # keys and brackets within one another; the files of a show need six

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}\n#]*")


def locate(text: str) -> dict[Path, int]:
    """Give the line, from 1, of every key, table and list element, by its path: `("cue", 3, "look")`.

    Raises RecursionError where brackets are nested deeper than any file of a show.
    """
    return _Scan(text).lines


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """Give the line of a path, or of the nearest thing around it that is written; 1 where nothing is."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scan:
    """One walk through the text, from its first letter to its last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.newest: dict[Path, int] = {}  # index of the newest element of each [[list]]
        self.counted_to = 0
        self.line = 1
        table: Path = ()
        self._skip()
        while self.at < len(text):
            if text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
            self._skip()

    def _header(self) -> Path:
        several = self.text.startswith("[[", self.at)
        self.at += 2 if several else 1
        line = self._line()
        keys = self._keys()
        self.at += 2 if several else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self._inside((*path, key))
            self.lines.setdefault(path, line)
        path = (*path, keys[-1])
        self.lines.setdefault(path, line)
        if several:
            self.newest[path] = self.newest.get(path, -1) + 1
            path = self._inside(path)
            self.lines[path] = line
        return path

    def _inside(self, path: Path) -> Path:
        return (*path, self.newest[path]) if path in self.newest else path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        if len(path) > DEEPEST:
            raise RecursionError
        self._skip()
        if self.text.startswith("[", self.at):
            self._list(path)
        elif self.text.startswith("{", self.at):
            self._table(path)
        elif match := _STRING.match(self.text, self.at) or _PLAIN.match(self.text, self.at):
            self.at = match.end()

    def _list(self, path: Path) -> None:
        index = 0
        while not self._closed("]"):
            self.lines[(*path, index)] = self._line()
            self._value((*path, index))
            index += 1

    def _table(self, path: Path) -> None:
        while not self._closed("}"):
            self._pair(path)

    def _closed(self, mark: str) -> bool:
        """Step over an opening bracket or a comma, and tell whether the closing one follows."""
        self._skip()
        if not self.text.startswith(mark, self.at):
            self.at += 1
            self._skip()
        if self.text.startswith(mark, self.at) or self.at >= len(self.text):
            self.at += 1
            return True
        return False

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip()
            if match := _STRING.match(self.text, self.at):
                keys.append(tomllib.loads(f"key = {match[0]}")["key"])
            elif match := _BARE_KEY.match(self.text, self.at):
                keys.append(match[0])
            if match:
                self.at = match.end()
            self._skip()
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _skip(self) -> None:
        if match := _BLANK.match(self.text, self.at):
            self.at = match.end()

    def _line(self) -> int:
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.line
