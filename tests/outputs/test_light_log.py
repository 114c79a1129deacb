"""The light log, read back by numpy."""

from __future__ import annotations

import numpy as np
import pytest

from installation.frame import Levels
from installation.outputs.light_log import FIRST_BLOCK, LightLog
from tests.outputs.fakes import garments, levels, show, tick


def logged(file, ticks: int, **limits):
    of = show(garments(2, 3))
    log = LightLog(file, of, **limits)
    for n in range(ticks):
        slots = np.full((6, 3), n % 251, np.uint8)
        slots[3:] += 1
        log.write(Levels(slots, np.zeros(2, np.bool_)), tick(n))
    return log


@pytest.mark.parametrize("ticks", [0, 1, FIRST_BLOCK, FIRST_BLOCK + 1, 4 * FIRST_BLOCK])
def test_every_tick_is_there_and_in_its_place(tmp_path, ticks):
    logged(tmp_path / "night.npz", ticks).close()
    with np.load(tmp_path / "night.npz") as log:
        assert set(log) == {"title", "rate_hz", "garments", "time_s", "tick", "levels/garment_1", "levels/garment_2"}
        assert (str(log["title"]), float(log["rate_hz"])) == ("Test", 60.0)
        assert list(log["garments"]) == ["garment_1", "garment_2"]
        assert (log["time_s"].dtype, log["tick"].dtype) == (np.float64, np.int64)
        assert np.array_equal(log["time_s"], np.arange(ticks) / 60)
        assert np.array_equal(log["tick"], np.arange(ticks))
        second = log["levels/garment_2"]
        assert (second.dtype, second.shape) == (np.uint8, (ticks, 3, 3))
        assert np.array_equal(second[:, 1, 2], np.arange(ticks) % 251 + 1)
        assert np.array_equal(log["levels/garment_1"][:, 2, 0], np.arange(ticks) % 251)


def test_the_same_light_makes_the_same_file(tmp_path):
    logged(tmp_path / "a.npz", 50).close()
    logged(tmp_path / "b.npz", 50).close()
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_nothing_but_the_file_is_left(tmp_path):
    log = logged(tmp_path / "night.npz", 3)
    assert list(tmp_path.iterdir()) == []
    log.close()
    log.close()
    assert [file.name for file in tmp_path.iterdir()] == ["night.npz"]


def test_an_unwritable_path_is_told_at_the_start_and_once(tmp_path, caplog):
    log = logged(tmp_path / "nowhere" / "night.npz", 100)
    log.close()
    assert len(caplog.records) == 1
    assert not log.health().ok
    assert "can't be written" in log.health().text


def test_a_folder_that_goes_away_during_the_night_leaves_no_half_file(tmp_path, caplog):
    (tmp_path / "stick").mkdir()
    log = logged(tmp_path / "stick" / "night.npz", 5)
    (tmp_path / "stick").rmdir()
    log.close()
    assert len(caplog.records) == 1
    assert not log.health().ok


def test_a_full_log_keeps_what_it_has_and_the_light_goes_on(tmp_path, caplog):
    log = logged(tmp_path / "night.npz", 1000, limit_bytes=10 * (18 + 16))
    log.close()
    assert len(caplog.records) == 1
    with np.load(tmp_path / "night.npz") as kept:
        assert len(kept["tick"]) == 10


def test_a_log_of_a_show_without_pixels_holds_its_times(tmp_path):
    of = show(garments(0, 0))
    log = LightLog(tmp_path / "night.npz", of)
    log.write(levels(of), tick(0))
    log.close()
    with np.load(tmp_path / "night.npz") as kept:
        assert list(kept["tick"]) == [0]
