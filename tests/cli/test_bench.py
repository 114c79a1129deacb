"""`nexus bench`: rows, exits and messages; nothing is measured here."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from installation.cli import main
from installation.cli.bench import Row, names
from tests.benchmarks.aims import judged
from tests.benchmarks.drain import draining
from tests.benchmarks.page import misses, write
from tests.benchmarks.processes import started
from tests.benchmarks.reflex import phases, reflexes
from tests.conftest import REPOSITORY

TINY = """
from installation.cli.bench import Row

def rows(recordings):
    yield Row("tiny", "speed", 3.14159265, "Hz", ">= 3", True, {"peer": 2})
    yield Row("tiny", "weight", 12, "kg", "<= 10", False)
"""


def _elsewhere(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`nexus` from a bare copy of the package in `folder`."""
    ignored = shutil.ignore_patterns("__pycache__", "window")
    shutil.copytree(REPOSITORY / "installation", folder / "installation", ignore=ignored)
    command = [sys.executable, "-m", "installation", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=20, check=False)


def test_a_row_prints_every_key_of_the_json_contract() -> None:
    row = Row("loop", "byte_to_datagram_p95", 17.20004, "ms", "<= 18", True, {"qlcplus": 41})
    assert row.as_json() == {
        "bench": "loop",
        "figure": "byte_to_datagram_p95",
        "value": 17.2,
        "unit": "ms",
        "aim": "<= 18",
        "met": True,
        "beside": {"qlcplus": 41},
    }


def test_a_row_without_an_aim_is_neither_met_nor_missed() -> None:
    row = judged("loop", "peak_memory", np.float64(210.0), "MB").as_json()
    assert (row["aim"], row["met"], row["beside"]) == (None, None, {})


@pytest.mark.parametrize(
    ("value", "aim", "met"), [(18.0, "<= 18", True), (18.1, "<= 18", False), (59.8, ">= 59.9", False)]
)
def test_an_aim_is_met_up_to_its_very_edge(value: float, aim: str, met: bool) -> None:
    assert judged("loop", "figure", value, "ms", aim=aim).met is met


def test_the_loop_has_a_benchmark() -> None:
    assert "loop" in names()


def test_an_unknown_benchmark_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "lopp"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "lopp" in told.err and "loop" in told.err


def test_without_a_checkout_the_command_says_that_it_needs_one(tmp_path: Path) -> None:
    done = _elsewhere(tmp_path, "bench")
    assert done.returncode == 2
    assert "checkout" in done.stderr and done.stdout == ""


def test_json_is_all_that_comes_out_and_a_missed_aim_shows_in_the_exit_code(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "benchmarks"
    folder.mkdir(parents=True)
    (folder / "bench_tiny.py").write_text(TINY)
    done = _elsewhere(tmp_path, "bench", "tiny", "--json")
    rows = json.loads(done.stdout)
    assert [row["figure"] for row in rows] == ["speed", "weight"]
    assert rows[0]["value"] == 3.1416
    assert done.returncode == 1


def test_what_is_measured_can_be_written_as_data_a_page_and_a_plot(tmp_path: Path) -> None:
    rows = [
        Row("body", "beats", 99.8, "%", ">= 99.6", True, {"peer": 99.0}),
        Row("body", "cost", 30.0, "%  of a core", "<= 20", False),
        Row("body", "seen", 3.0, "records"),
    ]
    data, page, plot = write(rows, tmp_path, "body")
    assert [row["figure"] for row in json.loads(data.read_text())] == ["beats", "cost", "seen"]
    assert "| `beats` | 99.8 | % | >= 99.6 | yes | 99 |" in page.read_text()
    assert "| `cost` | 30 | %  of a core | <= 20 | **no** |  |" in page.read_text()
    assert plot.read_text().count("<title>") == 3, "ours twice, the peer once; what has no aim is not drawn"


def test_a_figure_is_drawn_as_its_share_of_what_the_aim_allows() -> None:
    assert misses(99.8, Row("b", "f", 0, "%", ">= 99.6")) == pytest.approx(0.5)
    assert misses(30.0, Row("b", "f", 0, "ms", "<= 20")) == pytest.approx(1.5)
    assert misses(3.0, Row("b", "f", 0, "ms", "<= 0")) is None
    assert misses(3.0, Row("b", "f", 0, "ms")) is None


def test_the_wait_for_the_tick_ends_at_the_first_one_after_the_byte() -> None:
    due_s = np.array([0.00, 0.10, 0.20, 0.30])
    found = reflexes(np.array([0.04, 0.09, 0.15]), np.array([0.102, 0.203, np.nan]), due_s)
    assert found.total_s == pytest.approx([0.062, 0.113])
    assert found.beyond_tick_s == pytest.approx([0.002, 0.103])  # the second byte came too late for its tick
    assert found.lost == 1


def test_the_bytes_are_written_at_every_phase_of_the_grid_equally_often() -> None:
    assert np.histogram(phases(300), bins=30, range=(0, 1))[0].tolist() == [10] * 30


def test_a_drain_counts_what_arrives_at_each_of_its_ports() -> None:
    with draining(2) as drain, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for port, times in zip(drain.ports, (1, 3), strict=True):
            for _ in range(times):
                sender.sendto(b"light", ("127.0.0.1", port))
    assert drain.counts == [1, 3]


def test_a_measured_process_that_fails_tells_its_last_words() -> None:
    with (
        pytest.raises(RuntimeError, match="the oven is cold"),
        started([sys.executable, "-c", "exit('the oven is cold')"]) as it,
    ):
        it.communicate(timeout=20)
        raise ValueError("no answer")


def test_a_measured_process_is_ended_with_its_block() -> None:
    with started([sys.executable, "-c", "import time; time.sleep(60)"]) as it:
        assert it.poll() is None
    assert it.returncode
