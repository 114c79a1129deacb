"""The page that teaches it, typed as it stands, by a designer with pytest and a show of their own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

from tests.conftest import REPOSITORY, SHOW

PAGE = REPOSITORY / "docs" / "testing-shows.md"
INSTALLED = any(one.value == "installation.testing.plugin" for one in entry_points(group="pytest11"))


def pytest_in(folder: Path) -> subprocess.CompletedProcess[str]:
    found = [] if INSTALLED else ["-p", "installation.testing.plugin"]
    code = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, "-q", "-p", "no:cacheprovider", *found, str(folder)],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_the_snippet_of_the_page_runs_as_it_stands_and_is_ten_lines(tmp_path: Path) -> None:
    (snippet,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len([line for line in snippet.splitlines() if line.strip()]) <= 10
    shutil.copytree(SHOW, tmp_path / "shows" / "mine")
    (tmp_path / "test_mine.py").write_text(snippet, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = pytest_in(tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_violations_are_told_one_to_a_line_and_a_night_is_played_once(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_mine.py").write_text(
        "FEAST = 'collective_feast'\n"
        "def test_one(play):\n    assert play(FEAST, minutes=0.01) is play(FEAST, minutes=0.01)\n"
        "def test_two():\n    violations = ('0:01.00 elif is dark', '0:02.00 tomo flashes')\n"
        "    assert violations == ()\n",
        "utf-8",
    )
    done = pytest_in(tmp_path)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "2 where none should be:" in done.stdout
    assert re.search(r"^E +0:02\.00 tomo flashes$", done.stdout, re.MULTILINE)
