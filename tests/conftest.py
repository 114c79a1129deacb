"""What every test may ask for: the shipped show, the folder of recordings, an isolated state folder."""

from __future__ import annotations

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
SHOW = REPOSITORY / "shows" / "collective_feast"


@pytest.fixture(autouse=True)
def own_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the identity that this machine keeps between runs."""
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "state"))


@pytest.fixture
def recordings() -> Path:
    """The folder of annotated recordings beside the checkout, where it is present."""
    folder = REPOSITORY.parent / "shared" / "recordings"
    if not folder.is_dir():
        pytest.skip("the annotated recordings are not beside this checkout")
    return folder
