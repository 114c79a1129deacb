"""Sensors written into a patch.toml that a person wrote: their comments, their order and all else stay as they are."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from installation.show.locate import locate

IDENTITY = ("port", "serial", "location")
OURS = (*IDENTITY, "wire", "baud", "names", "columns", "slot", "rate_hz")  # keys that a sensor is described by
Entry = Mapping[str, Any]

_HEADER = re.compile(r"\s*\[(?!\s*sensor\s*\.)")  # [sensor.names] belongs to the sensor above it
_COMMENT = re.compile(r"""^(?:[^#"']|"(?:[^"\\]|\\.)*"|'[^']*')*?(\s*#.*)$""")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def amend(text: str, entry: Entry) -> str:
    """The text of a patch with one sensor more, or with the wearer's old one changed.

    entry: keys of `[[sensor]]` as they stand in the file.  What another wearer had on the same device is taken out:
    a device is on whoever touched it.  The wearer's other sensors stay, unless they give the same channels.

    Raises ValueError where the text is not TOML.
    """
    sensors: list[dict[str, Any]] = tomllib.loads(text).get("sensor", [])
    old = next((n for n, one in enumerate(sensors) if one.get("wearer") == entry["wearer"] and _meet(one, entry)), None)
    moved = [n for n, one in enumerate(sensors) if n != old and _same_device(one, entry)]
    lines = text.splitlines(keepends=True)
    blocks = _blocks(text, len(sensors), len(lines))
    for number in sorted([*moved, *([] if old is None else [old])], reverse=True):
        first, past = blocks[number]
        lines[first:past] = _changed(lines[first:past], sensors[number], entry) if number == old else []
    if old is None:
        lines += _new("".join(lines), entry)
    amended = "".join(lines)
    tomllib.loads(amended)
    return amended


def write_whole(path: Path, text: str) -> None:
    """Put a text in the place of a file, at once: whoever reads it meanwhile reads the old one or the new one."""
    path = path.resolve()  # a symlink stays one
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):  # a new file, or a disk without modes
            Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _meet(one: Entry, other: Entry) -> bool:
    """Whether two sensors of a wearer are on one device or give the same channel; a pulse sensor gives ppg."""
    return _same_device(one, other) or bool(_channels(one) & _channels(other))


def _channels(entry: Entry) -> set[str]:
    names, columns = entry.get("names", {}), entry.get("columns", ())
    given = set(names.values() if isinstance(names, Mapping) else ()) | set(columns)
    return given - {"-", "time_ms"} if given else {"ppg"}


def _same_device(one: Entry, other: Entry) -> bool:
    """Whether two sensors are on one device, and on one slot of it."""
    same = any(one.get(key) is not None and one.get(key) == other.get(key) for key in IDENTITY)
    return same and one.get("slot") == other.get("slot")


def _blocks(text: str, sensors: int, lines: int) -> list[tuple[int, int]]:
    """Lines (first, past) of each [[sensor]], without the blanks and comments before what follows."""
    written = text.splitlines()
    places = locate(text)
    heads = sorted({line - 1 for line in places.values() if _HEADER.match(written[line - 1])})
    blocks = []
    for number in range(sensors):
        first = places[("sensor", number)] - 1
        past = next((head for head in heads if head > first), lines)
        blocks.append((first, _end(written, first, past)))
    return blocks


def _changed(block: list[str], old: Entry, entry: Entry) -> list[str]:
    """The lines of a sensor with the keys of `entry`; comments behind keys that stay are kept, and lone ones too."""
    left = {key: entry[key] for key in OURS if key in entry}
    identity = next(key for key in IDENTITY if key in entry)
    text = "".join(block)
    starts = sorted((line - 1, str(path[2])) for path, line in locate(text).items() if len(path) == 3)
    changed, at, last = list[str](), 0, 1
    for (first, key), (following, _) in zip(starts, [*starts[1:], (len(block), "")], strict=True):
        past = _end(block, first, following)
        changed += block[at:first]
        at = past
        new = identity if key in IDENTITY else key
        if key not in OURS or (new in left and old.get(new) == left[new]):
            left.pop(new, None)
            changed += block[first:past]
        elif new in left:
            changed.append(_line(new, left.pop(new), _comment(block[past - 1])))
        last = len(changed)
    changed[last:last] = [_line(key, value) for key, value in left.items()]
    return changed + block[at:]


def _end(lines: Sequence[str], first: int, past: int) -> int:
    """Where something ends that begins at a line: before the blanks and comments above what follows."""
    while past > first + 1 and (not lines[past - 1].strip() or lines[past - 1].lstrip().startswith("#")):
        past -= 1
    return past


def _comment(line: str) -> str:
    found = _COMMENT.match(line.rstrip("\r\n"))
    return found[1] if found else ""


def _new(text: str, entry: Entry) -> list[str]:
    """A sensor's lines, to stand at the end of a file."""
    keys = ["wearer", *(key for key in OURS if key in entry)]
    begin = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    width = max(map(len, keys))
    return [f"{begin}[[sensor]]\n", *(_line(key, entry[key], width=width) for key in keys)]


def _line(key: str, value: Any, comment: str = "", width: int = 0) -> str:
    return f"{key:<{width}} = {_toml(value)}{comment}\n"


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        pairs = [f"{key if _BARE.fullmatch(key) else _toml(key)} = {_toml(one)}" for key, one in value.items()]
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
