"""The built wheel carries shows and assets, and plays them from any folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.conftest import REPOSITORY


def test_the_wheel_plays_the_shipped_show_with_the_digest_of_the_checkout(tmp_path: Path) -> None:
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    built = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    wheel = tmp_path / built.stdout.split()[-1]
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    assert (site / "installation" / "_data" / "shows" / "collective_feast" / "cues.toml").is_file()
    assert any((site / "installation" / "_data" / "assets").iterdir())
    digests = []
    for home in (site, REPOSITORY):
        start = f"import sys; sys.path.insert(0, {str(home)!r}); "
        code = start + "import installation.cli as cli; sys.exit(cli.main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, "run", "--offline", "--seconds", "5", "--seed", "3"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        digests.append(done.stdout.splitlines()[-1])
    assert digests[0] == digests[1]
