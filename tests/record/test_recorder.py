"""The recorder never holds up the loop, and what it wrote can be read."""

from __future__ import annotations

import errno
import io
import json
import logging
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from mcap.reader import make_reader

from installation.clock import OfflineClock
from installation.record.night import Run
from installation.record.part import Parts, open_new
from installation.record.read import Night
from installation.record.recorder import QUEUE_TICKS, Recorder
from installation.show.load import load
from tests.conftest import REPOSITORY, SHOW
from tests.record.fakes import Worn, frames, keep_night, nexus, run_of


def shown_run(seed: int = 3) -> Run:
    show = load(SHOW)
    return run_of(show, Worn(show, OfflineClock(), seed, ()).patched)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Twelve seconds with orders and one wearer who agreed."""
    file = tmp_path_factory.mktemp("night") / "night.mcap"
    digest, _, _ = keep_night(file, 12.0, worn=("Elif",), consents=("Elif",))
    return file, digest


def test_other_programs_see_schemas_channels_and_messages_in_order(night: tuple[Path, str]) -> None:
    file, _ = night
    with file.open("rb") as data:
        reader = make_reader(data, validate_crcs=True)
        summary = reader.get_summary()
        assert summary is not None
        topics = {channel.topic: channel for channel in summary.channels.values()}
        assert {"/ticks", "/samples", "/sealed", "/orders", "/receipts", "/room", "/ports", "/health"} <= set(topics)
        assert {channel.message_encoding for channel in topics.values()} == {"json"}
        for each in summary.schemas.values():
            assert each.encoding == "jsonschema"
            assert json.loads(each.data)["type"] == "object"
        numbers: list[int] = []
        verbs = []
        for schema, channel, message in reader.iter_messages():
            said = json.loads(message.data)
            assert schema is not None
            assert set(said) == set(json.loads(schema.data)["properties"])
            numbers += said["number"] if channel.topic == "/ticks" else []
            verbs += [said["order"]["verb"]] if channel.topic == "/orders" else []
        assert numbers == list(range(750))
        assert verbs[:3] == ["go", "room", "go"]
        assert {one.name for one in reader.iter_attachments()} == {path.name for path in SHOW.glob("*.toml")}


def test_every_sample_that_may_be_kept_comes_back_bit_for_bit(tmp_path: Path) -> None:
    file = tmp_path / "night.mcap"
    _, sensors, _ = keep_night(file, 3.0, worn=("Elif", "Noor"), consents=("Elif", "Noor"))
    steps = list(Night(file).steps(()))
    assert len(steps) == len(sensors.rows)
    for step, sensed in zip(steps, sensors.rows, strict=True):
        for name in ("time_s", "column", "channel", "value", "gap"):
            assert getattr(step.samples, name).tobytes() == getattr(sensed, name).tobytes()
    assert [event.wire for event in steps[3].events] == ["Elif at /dev/pulse"]


def test_a_name_that_is_taken_is_left_alone_and_the_next_one_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "night.mcap"
    file.write_bytes(b"an older night")
    keep_night(file, 0.2)
    assert file.read_bytes() == b"an older night"
    assert Night(tmp_path / "night-2.mcap").run.wearers[0] == "Elif"
    assert "night-2.mcap" in caplog.text


class FullDisk(io.BufferedWriter):
    """A file on a disk with so many bytes left."""

    def __init__(self, file: Path, room: int) -> None:
        super().__init__(io.FileIO(file, "xb"))
        self._room = room

    def flush(self) -> None:
        if self.tell() > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().flush()


@pytest.mark.parametrize("room", [0, 40_000])
def test_a_full_disk_ends_the_recording_once_and_the_light_goes_on(
    room: int, night: tuple[Path, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "night.mcap"
    with caplog.at_level(logging.WARNING, "installation.record"):
        digest, _, recorder = keep_night(
            file, 12.0, worn=("Elif",), consents=("Elif",), open_file=lambda path: FullDisk(path, room)
        )
    assert digest == night[1]
    assert len(caplog.records) == 1
    assert "No space left" in caplog.text
    (health,) = recorder.health()
    assert not health.ok
    assert "No space left" in health.text
    if room:
        read = Night(file)
        assert 50 < len(list(read.steps(()))) < 700
        assert (read.ended, read.missing, read.digest) == (False, 0, "")
    else:
        assert not file.stat().st_size


def test_a_folder_that_is_not_there_is_told_and_the_light_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert nexus("run", "--offline", "--seconds", "1", "--record", tmp_path / "nowhere" / "night.mcap") == 0
    assert capsys.readouterr().out.startswith("digest ")
    assert "night.mcap can't be written" in caplog.text


def test_a_disk_that_stands_still_holds_nothing_up_and_the_gap_is_marked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slow = threading.Event()

    def stuck(file: Path) -> BinaryIO:
        slow.wait(20.0)
        return open_new(file)

    file = tmp_path / "night.mcap"
    recorder = Recorder(file, shown_run(), open_file=stuck)
    one = list(frames(load(SHOW), 25.0))
    with caplog.at_level(logging.WARNING, "installation.record"):
        before_s = time.perf_counter()
        for frame in one[:-60]:
            recorder.show(frame)
        took_s = time.perf_counter() - before_s
    lost = len(one) - 60 - QUEUE_TICKS
    assert took_s / len(one) < 0.0003
    assert len(caplog.records) == 1
    (health,) = recorder.health()
    assert (health.ok, health.lost) == (False, lost)
    slow.set()
    while recorder.health()[0].handled < QUEUE_TICKS - 15:
        time.sleep(0.01)
    for frame in one[-60:]:
        recorder.show(frame)
    recorder.close()
    assert recorder.health()[0].ok
    assert "keeps up again" in caplog.text
    night = Night(file)
    steps = list(night.steps(()))
    assert (len(steps), night.missing) == (QUEUE_TICKS + 60, lost)


def test_a_recording_in_parts_is_one_night(night: tuple[Path, str], tmp_path: Path) -> None:
    show = load(SHOW)
    whole, _ = night
    run = Night(whole).run
    parts = Parts(tmp_path / "long.mcap", run, most_bytes=50_000)
    with whole.open("rb") as data:
        for _, channel, message in make_reader(data).iter_messages(log_time_order=False):
            parts.add(channel.topic, message.log_time / 1e9, message.data)
            if channel.topic == "/ticks":
                parts.flush(0.0)
                parts.turn(message.log_time / 1e9)
    parts.close({})
    assert (tmp_path / "long.1.mcap").exists()
    read = Night(tmp_path / "long.mcap")
    assert len(list(read.steps(show.inputs))) == 750
    assert read.ended
    assert not read.missing
    (tmp_path / "long.1.mcap").unlink()
    (tmp_path / "long.1.mcap").write_bytes(whole.read_bytes())
    torn = Night(tmp_path / "long.mcap")
    assert list(torn.steps(()))
    assert "another recording" in torn.problem


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_run_has_lost_at_most_half_a_second(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "night.mcap"
    command = [sys.executable, "-m", "tests.record.keeper", str(file)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        last_s = 0.0
        for line in running.stdout:
            last_s = float(line)
            if last_s >= 2.6:
                running.send_signal(signal.SIGKILL)
                break
        last_s = float(([*running.stdout] or [last_s])[-1])
    night = Night(file)
    kept = [step.tick.time_s for step in night.steps(())]
    assert not night.ended
    assert last_s - kept[-1] <= 0.5
    assert np.diff(kept).min() > 0
    assert nexus("replay", file, "--offline") == 0
    assert "cut short" in capsys.readouterr().err
