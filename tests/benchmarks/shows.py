"""The shows that are measured, written as TOML into a folder like any designer's show."""

from __future__ import annotations

from pathlib import Path

SAFE = """
[[look]]
name   = "safe"
floor  = 0.05
layers = [{ effect = "solid", region = "all", color = "oklch(0.60 0.10 210)", level = "0.08" }]
"""

PATCH = """
[sacn]
host     = "127.0.0.1"
universe = 1

[ar]
host = "127.0.0.1"
port = 9

[control]
host = "127.0.0.1"
port = 53000
"""


def reflex_show(folder: Path, port: Path) -> Path:
    """One wearer, one garment, one solid effect whose level is what a device on `port` says: `glow:0.43`."""
    _write(
        folder,
        show=_show("Bench: reflex", ["Ada"]) + '[[input]]\nname = "glow"\n',
        garments=_garments(["Ada"], strips=1, pixels=50),
        looks=SAFE
        + """
[[look]]
name   = "glow"
floor  = 0.05
layers = [{ effect = "solid", region = "all", color = "#ffffff", level = "known(input.glow, 0.4)" }]
""",
        cues=_cue("glow"),
        patch=PATCH
        + f"""
[[sensor]]
wearer = "Ada"
port   = "{port.as_posix()}"
wire   = "lines"
baud   = 115200
names  = {{ glow = "input.glow" }}
""",
    )
    return folder


def garments_show(folder: Path, garments: int, pixels: int) -> Path:
    """`garments` simulated wearers, each in `pixels` pixels (a multiple of 3), under one look of three layers."""
    wearers = [f"Guest {number}" for number in range(1, garments + 1)]
    _write(
        folder,
        show=_show(f"Bench: {garments} garments of {pixels} pixels", wearers)
        + '[signals]\npulse = "known(quality.heart, 0)"\n',
        garments=_garments(wearers, strips=3, pixels=pixels // 3),
        looks=SAFE
        + """
[[look]]
name   = "sea"
floor  = 0.04
layers = [
  { effect = "breath", region = "all", color = "oklch(0.62 0.13 165)", level = "0.24", depth = "0.5" },
  { effect = "heartbeat", region = "all", color = "oklch(0.86 0.13 180)", level = "0.60*pulse", speed = "3" },
  { effect = "shimmer", region = "all", color = "oklch(0.80 0.12 90)", level = "0.10", rate = "0.3" },
]
""",
        cues=_cue("sea"),
        patch=PATCH,
    )
    return folder


def _show(title: str, wearers: list[str]) -> str:
    head = f'title = "{title}"\nrate_hz = 60\nopening = "1"\nsafe_look = "safe"\n'
    people = (
        f'[[wearer]]\nname = "{name}"\nat = [{place % 6 - 2.5}, {place // 6 * 1.0}]\n'
        for place, name in enumerate(wearers)
    )
    return head + "".join(people)


def _garments(wearers: list[str], strips: int, pixels: int) -> str:
    regions = ("chest", "belt", "hem")
    kind = '[[kind]]\nname = "sash"\n' + "".join(
        f'[[kind.strip]]\nregion = "{regions[strip]}"\n'
        f"path = [[-0.2, {-0.25 * strip}, 0.1], [0.2, {-0.25 * strip}, 0.1]]\npixels = {pixels}\n"
        for strip in range(strips)
    )
    worn = (f'[[garment]]\nname = "g{i}"\nwearer = "{name}"\nkind = "sash"\n' for i, name in enumerate(wearers))
    return kind + "".join(worn)


def _cue(look: str) -> str:
    return f'[[cue]]\nnumber = "1"\nname = "Measured"\nact = "Bench"\nfade = 0.5\nlook = "{look}"\n'


def _write(folder: Path, **texts: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    texts.setdefault("scenes", "# no AR scenes are told here\n")
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
