"""What the docs say can be typed: their commands run, their show snippets load, their links lead somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installation.cli import parser
from installation.show.load import load
from tests.conftest import REPOSITORY, SHOW

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(language: str) -> list[tuple[str, str]]:
    return [
        (page.name, text)
        for page in PAGES
        for found, text in BLOCK.findall(page.read_text("utf-8"))
        if found == language
    ]


def _commands() -> list[list[str]]:
    lines = [line.split(" #")[0].strip() for _, text in _blocks("sh") for line in text.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("nexus ")]


def test_every_command_in_the_docs_is_understood_by_the_command_line() -> None:
    commands = _commands()
    assert len(commands) >= 6
    for words in commands:
        parser().parse_args(words)


def test_every_command_that_ends_by_itself_runs(tmp_path: Path) -> None:
    run = {tuple(words) for words in _commands() if words[0] in ("check", "new") or "--offline" in words}
    assert run
    for words in sorted(run):
        shows = tmp_path / "shows"
        if not shows.exists():
            shutil.copytree(REPOSITORY / "shows", shows)
        done = subprocess.run(
            [sys.executable, "-m", "installation", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)


@pytest.mark.parametrize(("page", "text"), _blocks("toml"))
def test_every_snippet_of_a_show_loads_when_it_is_added_to_the_shipped_show(
    page: str, text: str, tmp_path: Path
) -> None:
    file = re.match(r"# (\w+\.toml)\n", text)
    assert file, f"{page}: a toml block starts with the name of its file"
    show = tmp_path / "show"
    shutil.copytree(SHOW, show)
    target = show / file[1]
    before = target.read_text("utf-8")
    for table in re.findall(r"^\[(\w+)\]$", text, re.MULTILINE):  # a table that is there already is gone on with
        if f"\n[{table}]\n" in before:
            text = text.replace(f"[{table}]\n", "")
            before = before.replace(f"\n[{table}]\n", f"\n[{table}]\n{text.split(chr(10), 1)[1]}\n")
            text = ""
    target.write_text(before + "\n" + text, "utf-8")
    load(show)


def test_every_link_between_pages_leads_to_a_file() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
