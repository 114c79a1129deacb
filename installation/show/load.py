"""From a folder of TOML to a show that runs, or all of its problems at once."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import installation
from installation.show import files
from installation.show.build import build
from installation.show.check import SHAPES, check
from installation.show.grammar import ExpressionError
from installation.show.model import Show
from installation.show.problems import Problem, ShowProblems, nearest
from installation.show.sources import Source

SHIPPED = "collective_feast"


def load(folder: Path, patch: Path | None = None) -> Show:
    """Load a show, with another venue's patch where one is given; raise `ShowProblems` unless all of it is right."""
    place = _as_typed(folder)
    if not folder.exists():
        raise ShowProblems([Problem(place, 0, "is missing; a folder with " + ", ".join(SHAPES) + " would do")])
    if not folder.is_dir():
        raise ShowProblems([Problem(place, 0, "is not a folder; the folder of a show would do")])
    paths = {name: folder / name for name in SHAPES}
    if patch is not None:
        paths["patch.toml"] = patch
    sources = {name: Source(path, _as_typed(path)) for name, path in paths.items()}
    check(sources)
    problems = list(itertools.chain.from_iterable(source.problems for source in sources.values()))
    if problems:
        raise ShowProblems(problems)
    try:
        return _built(folder, sources)
    except ExpressionError as error:  # nothing is wrong with any of them; all together they are too much
        raise ShowProblems([Problem(sources["show.toml"].name, 0, f"the show {error}")]) from None


def _built(folder: Path, sources: Mapping[str, Source]) -> Show:
    return build(
        folder.resolve(),
        show=files.ShowFile.model_validate(sources["show.toml"].raw),
        garments=files.GarmentsFile.model_validate(sources["garments.toml"].raw),
        looks=files.LooksFile.model_validate(sources["looks.toml"].raw),
        cues=files.CuesFile.model_validate(sources["cues.toml"].raw),
        scenes=files.ScenesFile.model_validate(sources["scenes.toml"].raw),
        patch=files.PatchFile.model_validate(sources["patch.toml"].raw),
    )


def find_show(name: str | None = None) -> Path:
    """Give the folder of a show by its path or, where it is shipped, by its name; raise `ShowProblems` for neither."""
    wanted = name or SHIPPED
    if name and Path(name).exists():
        return Path(name)
    known = shipped()
    if wanted in known:
        return known[wanted]
    if len(Path(wanted).parts) > 1:
        return Path(wanted)
    guess = nearest(wanted, known) or f"; shipped are {', '.join(known) or 'none'}"
    raise ShowProblems([Problem(wanted, 0, f"is neither a folder here nor a shipped show{guess}")])


def shipped() -> dict[str, Path]:
    """Give the shows that came with the program: inside a wheel, or beside the package in a checkout."""
    package = Path(installation.__file__).resolve().parent
    for shelf in (package / "_data" / "shows", package.parent / "shows"):
        if shelf.is_dir():
            return {path.name: path for path in sorted(shelf.iterdir()) if (path / "show.toml").is_file()}
    return {}


def _as_typed(path: Path) -> str:
    """Show a path from where the user stands, where it lies there."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path).as_posix()
