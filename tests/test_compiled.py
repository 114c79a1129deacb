"""Kernels that were compiled from other files than those that are there now are not used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from installation.compiled import STAMP, forget_stale


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder with two files and a kernel that was compiled from one of them."""
    (tmp_path / "kernel.py").write_text("from room.sizes import SIZE\n")
    (tmp_path / "sizes.py").write_text("SIZE = 3\n")
    (tmp_path / "__pycache__").mkdir()
    forget_stale.__wrapped__(tmp_path)
    (tmp_path / "__pycache__" / "kernel.work-1.py311.nbi").write_text("index")
    (tmp_path / "__pycache__" / "kernel.work-1.py311.1.nbc").write_text("machine code")
    return tmp_path


def kernels(room: Path) -> int:
    forget_stale.__wrapped__(room)
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


def test_where_nothing_can_be_written_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").write_text("no folder")
    forget_stale.__wrapped__(tmp_path)
