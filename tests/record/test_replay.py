"""A night played again is the same night, as far as it was kept."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from installation.frame import Order, Presence
from installation.record.read import Night
from installation.record.replay import Marked, ReplayClock, ReplayedDesk, Tape
from installation.show.load import load
from tests.conftest import REPOSITORY, SHOW
from tests.record.fakes import frames, keep_night, nexus

WORN = ("Elif", "Noor", "Sione")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Twelve seconds with orders and two wearers who agreed."""
    file = tmp_path_factory.mktemp("night") / "night.mcap"
    digest, _, _ = keep_night(file, 12.0, worn=WORN[:2], consents=WORN[:2])
    return file, digest


def test_a_minute_with_orders_and_worn_sensors_replays_to_the_same_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "night.mcap"
    digest, _, _ = keep_night(file, 60.0, worn=WORN, consents=WORN)
    assert nexus("replay", file, "--offline") == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == f"digest {digest}"
    assert said.err == "the light is that night's, byte for byte\n"


def test_run_and_replay_agree_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "night.mcap"
    assert nexus("run", "--offline", "--seconds", "5", "--seed", "9", "--record", file) == 0
    digest = capsys.readouterr().out.splitlines()[-1]
    assert nexus("replay", file, "--offline") == 0
    assert capsys.readouterr().out.splitlines()[-1] == digest
    assert re.fullmatch("digest [0-9a-f]{64}", digest)


def test_a_live_run_replays_to_the_same_digest_with_its_warm_up_and_goodbye(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "night.mcap"
    command = [sys.executable, "-m", "installation", "run", "--headless", "--seconds", "6", "--record", str(file)]
    command += ["--sacn", "127.0.0.1:9", "--osc", "127.0.0.1:9", "--control", "127.0.0.1:53985"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=True)
    assert Night(file).run.warm_up_s
    assert nexus("replay", file, "--offline") == 0
    assert capsys.readouterr().out.splitlines()[-1] == done.stdout.splitlines()[-1]


def test_who_was_not_recorded_has_their_twin_stand_in_and_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "night.mcap"
    digest, _, _ = keep_night(file, 3.0, worn=WORN, consents=WORN[:1])
    assert nexus("replay", file, "--offline") == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] != f"digest {digest}"
    assert "Noor was not recorded; their twin stands in" in said.err
    assert "Sione was not recorded; their twin stands in" in said.err
    assert "Elif" not in said.err
    assert "not that night's, since not all of it was kept" in said.err


def test_a_night_cut_anywhere_is_played_as_far_as_it_goes(
    night: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, digest = night
    data = file.read_bytes()
    cut = tmp_path / "night.mcap"
    shutil.copy(f"{file}.keys", f"{cut}.keys")
    for share in (0.4, 0.8):
        cut.write_bytes(data[: int(share * len(data))])
        assert nexus("replay", cut, "--offline") == 0
        said = capsys.readouterr()
        assert said.out.splitlines()[-1] != f"digest {digest}"
        assert "the recording was cut short at" in said.err
        assert "bytes of it can't be read" in said.err


@pytest.mark.parametrize("garbage", [b"", b"no night", b"\x89MCAP0\r\n", bytes(4096)])
def test_a_file_that_is_no_recording_is_refused_in_one_sentence(
    garbage: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "night.mcap"
    file.write_bytes(garbage)
    assert nexus("replay", file, "--offline") == 2
    assert "no recording of a night" in capsys.readouterr().err


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_change_of_the_bytes_makes_the_reading_raise(
    night: tuple[Path, str], tmp_path: Path, data: st.DataObject
) -> None:
    whole = bytearray(night[0].read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(whole) - 1))
        new = data.draw(st.binary(min_size=1, max_size=8))
        whole[place : place + len(new)] = new
    changed = tmp_path / "changed.mcap"
    changed.write_bytes(whole)
    try:
        read = Night(changed)
    except ValueError as told:
        assert "no recording" in str(told)
        return
    steps = list(read.steps(()))
    assert all(np.all(step.samples.column < 2 * len(read.run.wearers)) for step in steps)
    assert all(later.tick.time_s > step.tick.time_s for step, later in pairwise(steps))


def test_from_a_cue_runs_ahead_and_the_digest_stays(
    night: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file, digest = night
    assert nexus("replay", file, "--headless", "--from", "5", "--speed", "20") == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"digest {digest}"
    assert nexus("replay", file, "--offline", "--from", "3.3") == 2
    assert 'did you mean "3.' in capsys.readouterr().err
    assert nexus("replay", file, "--offline", "--from", "6") == 0
    assert "cue 6 was not taken" in capsys.readouterr().err


class Pace:
    """A clock that notes how long it was asked to sleep."""

    def __init__(self) -> None:
        self.time_s = 100.0

    def now_s(self) -> float:
        return self.time_s

    def sleep_s(self, seconds: float) -> None:
        self.time_s += max(0.0, seconds)

    def ticks(self, rate_hz: float) -> Iterator[object]:
        raise NotImplementedError


def test_speed_makes_the_night_shorter_and_hurry_makes_it_nothing(night: tuple[Path, str]) -> None:
    pace = Pace()
    clock = ReplayClock(Tape(Night(night[0]), ()), threading.Event(), pace, 4.0)
    times = []
    for tick in clock.ticks(60.0):
        times.append(pace.time_s - 100.0)
        clock.hurried = tick.time_s >= 8.0
    assert times[240] == pytest.approx(1.0)
    assert times[-1] == pytest.approx(2.0, abs=0.01)


def test_a_replay_that_was_held_up_goes_on_from_now_with_every_tick(night: tuple[Path, str]) -> None:
    pace = Pace()
    clock = ReplayClock(Tape(Night(night[0]), ()), threading.Event(), pace)
    times = []
    for tick in clock.ticks(60.0):
        times.append(pace.time_s)
        if tick.number == 60:
            pace.time_s += 30.0
    assert len(times) == 750
    assert np.diff(times)[61:].min() == pytest.approx(1 / 60)


def test_a_recording_without_an_end_asks_for_the_farewell(night: tuple[Path, str], tmp_path: Path) -> None:
    cut = tmp_path / "night.mcap"
    cut.write_bytes(night[0].read_bytes()[:40_000])
    tape, stop = Tape(Night(cut), ()), threading.Event()
    ticks = ReplayClock(tape, stop).ticks(60.0)
    last = next(tick for tick in ticks if stop.is_set())
    assert tape.night.last is not None
    assert last.number == tape.night.last.number + 1
    assert tape.step is None


def test_panic_is_accepted_in_a_replay(night: tuple[Path, str]) -> None:
    class Hands:
        def __init__(self) -> None:
            self.orders: list[Order] = []

        def put(self, order: Order) -> bool:
            self.orders.append(order)
            return True

        def take(self) -> tuple[Order, ...]:
            return tuple(self.orders)

    tape = Tape(Night(night[0]), ())
    desk = ReplayedDesk(tape, Hands())
    desk.put(Order("panic", "exit", 0.0))
    desk.take()
    assert not desk.touched
    desk.put(Order("panic", "window", 0.0))
    while (step := tape.advance()) is not None and not step.orders:
        pass
    assert [order.verb for order in desk.take()] == ["go", "panic", "panic"]
    assert desk.touched


def test_watchers_see_that_a_real_heart_is_replayed_and_the_light_does_not() -> None:
    class Seen:
        def show(self, frame: object) -> None:
            self.frame = frame

    frame = next(frames(load(SHOW), 0.1))
    frame.body.presence[2] = Presence.REAL
    seen = Seen()
    Marked(seen).show(frame)
    assert seen.frame.body.presence[:, 0].tolist() == [2, 2, 3, 2, 2, 2, 2, 2]  # type: ignore[attr-defined]
    assert frame.body.presence[2, 0] == Presence.REAL
