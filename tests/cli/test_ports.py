"""What `nexus ports` tells of the ports of a machine."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console

from installation.cli.columns import Guess
from installation.cli.ears import heard_as, patched_on
from installation.cli.ports import table
from installation.cli.portwatch import PortWatch
from installation.clock import OfflineClock, RealClock
from installation.sensors.find import Answer, Found
from installation.show.load import load
from installation.show.model import SensorPatch, Show
from installation.testing.faults import lose, replug, unplug
from installation.testing.wires import Hub
from tests.conftest import REPOSITORY, SHOW

NEXUS = [sys.executable, "-m", "installation"]
PINS = tuple(f"a{number}" for number in range(16))
PULSE = Answer("pulsesensor", "a PulseSensor", wire="pulsesensor")


@pytest.fixture(scope="module")
def show() -> Show:
    return load(SHOW)


class Machine:
    """A machine with two boards, and what `nexus ports` knows of it."""

    def __init__(self, show: Show, *sensors: SensorPatch, answer: Answer = PULSE) -> None:
        self.clock = OfflineClock()
        self.hub = Hub(2, seed=5, wires=("pulsesensor",))
        self.hub.live(0.0)
        self.asked: list[str] = []
        self.answer = answer
        patched = dataclasses.replace(show, patch=dataclasses.replace(show.patch, sensors=sensors))
        self.watch = PortWatch(
            patched, self.clock, self.listed, self.hub.open_device, ask=self.ask, spawn=lambda work: work()
        )
        self._ticks = self.clock.ticks(30)

    def listed(self) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(device=one.device, serial_number=one.serial_number, location=None, vid=0, description="")
            for one in self.hub.listed()
        ]

    def ask(self, found: Found) -> Answer:
        self.asked.append(found.device)
        return self.answer

    def run(self, seconds: float) -> list[dict[str, object]]:
        for _ in range(round(30 * seconds)):
            self.watch.step(next(self._ticks))
        return [port.row() for port in self.watch.ports.values()]


def test_rate_loss_quality_and_wearer_of_every_port_are_told(show: Show):
    machine = Machine(show, SensorPatch(1, "pulsesensor", 115200, serial="NX0002"))
    one, two = machine.run(14.0)
    assert (one["wearers"], two["wearers"]) == ([], ["Tomo"])
    for row in (one, two):
        assert row["ok"]
        assert row["rate_hz"] == pytest.approx(50.0, abs=1.0)
        assert row["due_hz"] == 50.0
        assert row["quality"][0]["heart"] > 0.6  # type: ignore[index]  # one person
        assert row["lost"] == 0
    assert one["patch_by"] == {"serial": "NX0001"}
    assert machine.asked == ["virtual/ttyACM0", "virtual/ttyACM1"]
    json.dumps([one, two], allow_nan=False)
    machine.watch.close()


def test_a_device_that_sends_too_few_lines_is_told_in_the_loops_words(show: Show):
    machine = Machine(show)
    machine.hub.befall(0, lose(0, 60.0, 0.5), 0.0)
    row = machine.run(14.0)[0]
    assert not row["ok"]
    assert "rows a second where 50 are due" in str(row["health"])
    machine.watch.close()


def test_a_port_that_goes_is_let_go_and_asked_anew_when_it_comes_back(show: Show):
    machine = Machine(show)
    assert len(machine.run(1.0)) == 2
    machine.hub.befall(0, unplug(0), machine.clock.now_s())
    assert len(machine.run(2.0)) == 1
    machine.hub.befall(0, replug(0, "virtual/ttyACM7"), machine.clock.now_s())
    rows = machine.run(4.0)
    assert [row["device"] for row in rows] == ["virtual/ttyACM1", "virtual/ttyACM7"]
    assert machine.asked[-1] == "virtual/ttyACM7"
    assert rows[1]["rows"]
    machine.watch.close()


def test_a_port_in_use_is_asked_again_until_it_is_free(show: Show):
    machine = Machine(show, answer=Answer("in use", "virtual/ttyACM0 is in use by another program"))
    row = machine.run(1.0)[0]
    assert row["kind"] == "in use"
    assert "rows" not in row
    machine.answer = PULSE
    assert machine.run(7.0)[0]["rows"]
    machine.watch.close()


def test_clones_are_no_match_for_a_serial_number_and_paths_follow_symlinks(show: Show, tmp_path: os.PathLike[str]):
    first, second = Found("/dev/a", "", "0001", "1-1"), Found("/dev/b", "", "0001", "1-2")
    sensors = (SensorPatch(0, "pulsesensor", 115200, serial="0001"), SensorPatch(1, "lines", 9600, location="1-2"))
    patched = dataclasses.replace(show, patch=dataclasses.replace(show.patch, sensors=sensors))
    assert patched_on(first, patched, (first, second)) == ()
    assert patched_on(second, patched, (first, second)) == (sensors[1],)
    assert patched_on(first, patched, (first,)) == (sensors[0],)


@pytest.mark.parametrize(
    ("answer", "columns", "names"),
    [
        (PULSE, (), ()),
        (Answer("columns", "", "20,512,-0.3", "lines"), ("1", "2", "3"), ()),
        (Answer("names", "", "pulse:512 skin: 3.1", "lines"), ("pulse", "skin"), ("pulse", "skin")),
        (Answer("firmata", "", wire="firmata"), PINS, PINS),
        (
            Answer("bitalino", "", wire="bitalino"),
            tuple(f"a{n}" for n in range(1, 7)),
            tuple(f"a{n}" for n in range(1, 7)),
        ),
    ],
)
def test_an_unpatched_device_is_heard_with_all_its_columns(
    answer: Answer, columns: tuple[str, ...], names: tuple[str, ...]
):
    heard = heard_as(Found("/dev/a", "", "", ""), answer)
    assert heard is not None
    assert heard.columns == columns
    assert tuple(name for name, _ in heard.sensors[0].names) == names


def test_a_cyton_is_heard_on_all_channels_and_its_own_acceleration():
    heard = heard_as(Found("/dev/a", "", "", ""), Answer("cyton", "", wire="cyton"))
    assert heard is not None
    assert heard.columns == tuple(f"ch{n}" for n in range(1, 9))
    assert heard.sensors[0].names[-1] == ("acc_z", "acc_z")
    assert heard_as(Found("/dev/a", "", "", ""), Answer("silent", "")) is None


def test_the_table_fits_a_terminal_and_shows_foreign_text_as_it_is(show: Show):
    machine = Machine(show, SensorPatch(1, "pulsesensor", 115200, serial="NX0002"))
    rows = machine.run(6.0)
    rows[0] |= {"says": "a [bold]name[/bold]", "columns": [dataclasses.asdict(Guess("2", "ppg", "a pulse"))]}
    paper = StringIO()
    Console(file=paper, width=80).print(table(rows))
    text = paper.getvalue()
    assert all(word in text for word in ("virtual/ttyACM1", "Tomo", "a [bold]name[/bold]", "2: ppg, a pulse", "50"))
    machine.watch.close()


def nexus(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NEXUS, "ports", *arguments],
        cwd=REPOSITORY, input=stdin, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_without_a_terminal_the_ports_are_printed_once_and_json_is_json():
    rows = json.loads(nexus("--json", "--seconds", "0").stdout)
    assert isinstance(rows, list)
    assert all({"device", "kind", "wearers", "patch_by"} <= row.keys() for row in rows)


def test_a_show_that_is_none_is_told():
    done = nexus("no_such_show")
    assert done.returncode == 1
    assert "no_such_show" in done.stderr


def test_a_claim_that_nobody_answers_ends_and_writes_nothing():
    before = (SHOW / "patch.toml").read_bytes()
    done = nexus("--claim", "--yes", str(SHOW))
    assert done.returncode == 1
    assert "the file stays as it is" in done.stdout
    assert (SHOW / "patch.toml").read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_in_a_terminal_the_table_is_live_until_ctrl_c():
    ours, theirs = os.openpty()
    with subprocess.Popen([*NEXUS, "ports"], cwd=REPOSITORY, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        seen, clock = b"", RealClock()
        while b"\x1b[?25l" not in seen or (seen.count(b"nexus ports") < 2 and b"no serial port" not in seen):
            assert clock.now_s() < 60, seen
            seen += os.read(ours, 4096)
        running.send_signal(signal.SIGINT)
        with pytest.raises(OSError):  # the far end is closed
            while os.read(ours, 4096):
                pass
        assert running.wait(20) == 0
    os.close(ours)
