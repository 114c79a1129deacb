"""Captures: what was kept comes back, whole or torn, and is played once in a device's place."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.frame import Chunk, PortEvent
from installation.sensors.raw import Head, RawSource, RawWriter, read_head, read_raw

HEAD = Head(115200, "/dev/ttyACM0")


def kept(path: Path, *came: Chunk | PortEvent) -> Path:
    raw = RawWriter(path, HEAD)
    for one in came:
        raw.write(one)
    raw.close()
    return path


def chunk(time_s: float, data: bytes = b"S512\r\n") -> Chunk:
    return Chunk(time_s, "Elif", data)


OPENED = PortEvent(1.0, "Elif", "opened", "/dev/ttyACM0", "it is open")
CLOSED = PortEvent(3.0, "Elif", "closed", "/dev/ttyACM0", "it went away")


def test_what_was_kept_comes_back_with_its_times(tmp_path: Path) -> None:
    path = kept(tmp_path / "a.raw", OPENED, chunk(1.5), chunk(1.75, bytes(range(256))), CLOSED)
    assert read_head(path) == HEAD
    came = list(read_raw(path, "Elif"))
    assert [one for one in came if isinstance(one, Chunk)] == [chunk(1.5), chunk(1.75, bytes(range(256)))]
    assert [(one.time_s, one.what, one.reason) for one in came if isinstance(one, PortEvent)] == [
        (1.0, "opened", "it is open"),
        (3.0, "closed", "it went away"),
    ]


def test_a_capture_is_never_written_over(tmp_path: Path) -> None:
    path = kept(tmp_path / "a.raw", chunk(1.0))
    with pytest.raises(FileExistsError):
        RawWriter(path, HEAD)


def test_a_torn_capture_is_read_up_to_its_last_whole_record(tmp_path: Path) -> None:
    whole = kept(tmp_path / "a.raw", chunk(1.0), chunk(2.0), chunk(3.0)).read_bytes()
    for missing in range(1, 19):
        torn = tmp_path / "torn.raw"
        torn.write_bytes(whole[:-missing])
        assert [one.time_s for one in read_raw(torn, "Elif")] == [1.0, 2.0]


@given(st.binary(max_size=200))
def test_any_bytes_after_the_head_end_the_capture_and_raise_nothing(rubbish: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = kept(Path(folder) / "a.raw", chunk(1.0))
        path.write_bytes(path.read_bytes() + rubbish)
        came = list(read_raw(path, "Elif"))
        assert came[0] == chunk(1.0)
        assert all(one.time_s >= 1.0 for one in came)


@pytest.mark.parametrize("data", [b"", b"S512\r\nS513\r\n", b"nexus raw 1\tbaud=fast\n", b"nexus raw 2\tbaud=9600\n"])
def test_a_file_that_is_no_capture_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "notes.raw"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="is no capture"):
        read_head(path)


def test_a_record_of_a_length_that_no_port_sends_is_the_end(tmp_path: Path) -> None:
    path = kept(tmp_path / "a.raw", chunk(1.0))
    path.write_bytes(path.read_bytes() + struct.pack("<dcI", 2.0, b"b", 2**31) + b"S512\r\n")
    assert len(list(read_raw(path, "Elif"))) == 1


def test_a_capture_plays_from_the_first_tick_in_its_own_time_and_ends_once(tmp_path: Path) -> None:
    path = kept(tmp_path / "a.raw", OPENED, chunk(41.5), chunk(41.6), chunk(42.5))
    source = RawSource("Elif", path)
    first = source.take(10.0)
    assert [one.what for one in first if isinstance(one, PortEvent)] == ["opened"]
    assert [one.time_s for one in first if isinstance(one, Chunk)] == [10.0]
    assert [round(one.time_s, 6) for one in source.take(10.5)] == [10.1]
    chunk_, ended = source.take(12.0)
    assert isinstance(chunk_, Chunk)
    assert isinstance(ended, PortEvent)
    assert ended.what == "closed"
    assert "twin takes over" in ended.reason
    assert source.take(100.0) == []


def test_a_capture_that_says_nothing_of_its_openings_and_closings_is_played_with_words(tmp_path: Path) -> None:
    silent = [
        PortEvent(time_s, "Elif", what, "x") for time_s, what in ((3.0, "closed"), (4.0, "opened"), (6.0, "closed"))
    ]
    source = RawSource("Elif", kept(tmp_path / "a.raw", chunk(1.0), *silent[:2], chunk(5.0), silent[2]))
    source.take(0.0)
    told = [one.reason.removeprefix(str(tmp_path / "a.raw ")) for one in source.take(9.0) if isinstance(one, PortEvent)]
    gone = "has ended, or the device went away"
    assert told == [gone, "was opened", gone]


def test_a_device_that_was_unplugged_in_its_capture_goes_away_and_comes_back(tmp_path: Path) -> None:
    again = PortEvent(4.0, "Elif", "opened", "/dev/ttyACM0", "it is open")
    path = kept(tmp_path / "a.raw", OPENED, chunk(1.0), CLOSED, again, chunk(5.0))
    came = RawSource("Elif", path).take(0.0) + RawSource("Elif", path).take(0.0)
    assert len(came) == 4, "each begins with its own first tick"
    source = RawSource("Elif", path)
    source.take(0.0)
    told = [(one.what, one.time_s) for one in source.take(9.0) if isinstance(one, PortEvent)]
    assert told == [("closed", 2.0), ("opened", 3.0), ("closed", 4.0)]
