"""Who we are between runs."""

from __future__ import annotations

import uuid
from pathlib import Path

from installation.outputs.identity import identity, offline_identity, state_folder


def test_the_cid_is_kept_between_runs_and_the_epoch_is_not(tmp_path):
    first = identity(100, tmp_path / "deep" / "state")
    again = identity(101, tmp_path / "deep" / "state")
    assert first.cid == again.cid
    assert (first.epoch, again.epoch) == (100, 101)
    assert uuid.UUID(bytes=first.cid).version == 4


def test_two_computers_have_two_cids(tmp_path):
    assert identity(1, tmp_path / "a").cid != identity(1, tmp_path / "b").cid


def test_a_spoilt_file_is_replaced_and_told(tmp_path, caplog):
    (tmp_path / "cid").write_bytes(b"\xff half a uu")
    spoilt = identity(1, tmp_path)
    assert len(caplog.records) == 1
    assert identity(2, tmp_path).cid == spoilt.cid
    assert len(caplog.records) == 1


def test_where_nothing_can_be_kept_the_cid_comes_from_the_computer_and_is_told_once(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    first = identity(1, tmp_path / "file")
    assert len(caplog.records) == 1
    assert identity(2, tmp_path / "file").cid == first.cid


def test_an_epoch_is_always_a_positive_osc_integer(tmp_path):
    assert identity(2**40 + 5, tmp_path).epoch == 5
    assert offline_identity("Feast", -1).epoch == 2**31 - 1


def test_offline_the_same_show_and_seed_are_the_same_everywhere():
    assert offline_identity("Feast", 1) == offline_identity("Feast", 1)
    assert offline_identity("Feast", 1).cid.hex() == "1422a24392555729b2fafc4ee3a0d1a5"
    assert len({offline_identity(title, seed).cid for title in ("Feast", "Fast") for seed in (1, 2)}) == 4


def test_every_system_keeps_it_where_its_programs_keep_such_things(tmp_path):
    absolute = str(tmp_path)
    assert state_folder("Linux", {"XDG_STATE_HOME": absolute}) == tmp_path / "nexus"
    assert state_folder("Linux", {"XDG_STATE_HOME": "relative"}) == Path.home() / ".local" / "state" / "nexus"
    assert state_folder("Windows", {"LOCALAPPDATA": absolute}) == tmp_path / "Nexus"
    assert state_folder("Darwin", {}) == Path.home() / "Library" / "Application Support" / "Nexus"
