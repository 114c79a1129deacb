"""The show of a night: as many wearers as are asked for, and a virtual sensor on each of the first."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from installation.show import files
from installation.show.build import build
from installation.show.check import SHAPES
from installation.show.load import load
from installation.show.model import Show
from installation.testing.patches import patches


def night_show(folder: Path, people: int, wires: Sequence[str], patch: Path | None = None) -> Show:
    """The show of `folder`; wearers that it lacks are added, dressed like its own in turn.

    The devices of its patch stay at home: the first `people` wearers have virtual ones, of the `wires` in turn.
    Raises `ShowProblems` where the folder's own files have any.
    """
    load(folder, patch)
    raw = {name: _read(patch if patch and name == "patch.toml" else folder / name) for name in SHAPES}
    wearers = [wearer["name"] for wearer in raw["show.toml"]["wearer"]]
    worn = list(raw["garments.toml"].get("garment", ()))
    for guest in range(len(wearers), people):
        name = f"Guest {guest + 1}"
        raw["show.toml"]["wearer"].append({"name": name})
        for garment in worn:
            if garment["wearer"] == wearers[guest % len(wearers)]:
                raw["garments.toml"]["garment"].append(
                    {**garment, "wearer": name, "name": f"{garment['name']}-{guest + 1}"}
                )
    names = [wearer["name"] for wearer in raw["show.toml"]["wearer"]]
    raw["patch.toml"]["sensor"] = patches(people, wires, names)
    return _built(folder, raw)


def _built(folder: Path, raw: Mapping[str, Any]) -> Show:
    return build(
        folder.resolve(),
        show=files.ShowFile.model_validate(raw["show.toml"]),
        garments=files.GarmentsFile.model_validate(raw["garments.toml"]),
        looks=files.LooksFile.model_validate(raw["looks.toml"]),
        cues=files.CuesFile.model_validate(raw["cues.toml"]),
        scenes=files.ScenesFile.model_validate(raw["scenes.toml"]),
        patch=files.PatchFile.model_validate(raw["patch.toml"]),
    )


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8-sig"))
