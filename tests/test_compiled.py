"""Kernels that were compiled from other files than those that are there now are not used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from installation import compiled
from installation.compiled import STAMP, fresh_cache


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder with two files and a kernel that was compiled from one of them."""
    folder = tmp_path / "room"
    folder.mkdir()
    (folder / "kernel.py").write_text("from room.sizes import SIZE\n")
    (folder / "sizes.py").write_text("SIZE = 3\n")
    fresh_cache.__wrapped__(folder)
    (folder / "__pycache__" / "kernel.work-1.py311.nbi").write_text("index")
    (folder / "__pycache__" / "kernel.work-1.py311.1.nbc").write_text("machine code")
    return folder


def kernels(room: Path) -> int:
    assert fresh_cache.__wrapped__(room) == ""
    return len(list((room / "__pycache__").glob("*.nb?")))


def test_kernels_stay_while_no_file_changes(room: Path) -> None:
    assert kernels(room) == 2
    assert (room / "__pycache__" / STAMP).is_file()


def test_a_constant_that_changes_in_a_neighbour_s_file_costs_the_kernels(room: Path) -> None:
    (room / "sizes.py").write_text("SIZE = 4\n")
    os.utime(room / "sizes.py", ns=(1, 1))
    assert kernels(room) == 0


def test_a_new_neighbour_costs_the_kernels(room: Path) -> None:
    (room / "more.py").write_text("")
    assert kernels(room) == 0


def test_where_nothing_can_be_written_the_user_s_own_folder_is_taken_one_for_each_state_of_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "ELSEWHERE", str(tmp_path / "cache"))
    folder = tmp_path / "wheel"
    folder.mkdir()
    (folder / "__pycache__").write_text("no folder")
    before = fresh_cache.__wrapped__(folder)
    assert before is not None and Path(before).is_dir()
    assert fresh_cache.__wrapped__(folder) == before
    (folder / "more.py").write_text("")
    assert fresh_cache.__wrapped__(folder) != before


def test_where_the_user_has_no_place_either_nothing_is_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(compiled, "ELSEWHERE", str(tmp_path / "file"))
    (tmp_path / "__pycache__").write_text("no folder")
    assert fresh_cache.__wrapped__(tmp_path) is None
