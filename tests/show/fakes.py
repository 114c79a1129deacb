"""A small show as texts, which a test may change and write into a folder."""

from __future__ import annotations

from pathlib import Path

SMALL = {
    "show": """\
title = "Small"
opening = "1"
safe_look = "safe"

[[wearer]]
name = "Elif"
at = [1.0, 2.0]

[[wearer]]
name = "Şölen 2"

[[room]]
name = "pantry.shortage_risk"
default = 0.1

[[input]]
name = "glow"
default = 0.5
low = 0
high = 1

[signals]
tension = "smooth(pantry.shortage_risk, 3s)"
""",
    "garments": """\
[[kind]]
name = "sash"

[[kind.strip]]
region = "chest"
path = [[0, 0, 0], [3, 4, 0]]
pixels = 6

[[kind.strip]]
region = "hem"
path = [[0, 0, 1]]
pixels = 2

[[garment]]
name = "elif"
wearer = "Elif"
kind = "sash"

[[garment]]
name = "other-1"
wearer = "Şölen 2"
kind = "sash"
""",
    "looks": """\
[[look]]
name = "safe"
floor = 0.05
layers = [
  { effect = "solid", color = "#102030", level = 0.08 },
]

[[look]]
name = "ebb"
layers = [
  { effect = "breath", region = "all", color = "oklch(0.5 0.1 220)", level = "0.5*breath.swell" },
  { effect = "heartbeat", region = ["chest"], color = "#ff0000", level = "1 - tension", speed = 2 },
]
""",
    "cues": """\
[[cue]]
number = "1"
name = "Open"
act = "First"
look = "ebb"
scene = "shore"

[[cue]]
number = "1.5"
look = "ebb"
when = "pantry.shortage_risk > 60% for 4s"
fade = 6
curve = "ease"
follow = 9.0

[[cue]]
number = "2"
act = "Second"
look = "safe"
when = "input.glow > 0.5 and tension > 0"
""",
    "scenes": """\
[[scene]]
name = "shore"
caption.en = "The tide is out."
caption.tr = "Deniz çekilmiş."
parameters = { tide = "0.2", tension = "tension" }
""",
    "patch": """\
[sacn]
host = "127.0.0.1"

[[garment]]
name = "other-1"
universe = 1
slot = 10

[[sensor]]
wearer = "Elif"
port = "/dev/ttyACM0"
wire = "pulsesensor"

[[sensor]]
wearer = "Elif"
serial = "95530343834351A0B1C2"
wire = "lines"
baud = 9600
names = { light = "input.glow" }
columns = ["time_ms", "-", "eda"]
""",
}
"""Everything that a show may have, in as few lines as it takes."""


def write(folder: Path, texts: dict[str, str]) -> Path:
    """Write the files of a show."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8", newline="")
    return folder


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """Give the small show with one change."""
    assert SMALL[file].count(old) >= 1, old
    return SMALL | {file: SMALL[file].replace(old, new, 1)}
