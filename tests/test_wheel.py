"""The built wheel carries shows and assets, and plays them from any folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.conftest import REPOSITORY


def test_the_wheel_plays_the_shipped_show_and_a_recording_with_the_digests_of_the_checkout(tmp_path: Path) -> None:
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

    def nexus(home: Path, *arguments: str) -> str:
        """The last line that it says, from any folder."""
        start = f"import sys; sys.path.insert(0, {str(home)!r}); "
        code = start + "import installation.cli as cli; sys.exit(cli.main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    homes = (site, REPOSITORY)
    played = [nexus(home, "run", "--offline", "--seconds", "5", "--seed", "3") for home in homes]
    assert played[0] == played[1]
    kept = nexus(REPOSITORY, "run", "--offline", "--seconds", "5", "--seed", "4", "--record", "night.mcap")
    assert [nexus(home, "replay", "night.mcap", "--offline") for home in homes] == [kept, kept]
