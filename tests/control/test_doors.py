"""Which doors a patch opens, and what opening them costs."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from installation.clock import OfflineClock
from installation.control.doors import open_doors
from installation.control.orders import Desk
from installation.show.load import load
from tests.conftest import REPOSITORY
from tests.story.fakes import a_show


@pytest.mark.parametrize(("asked", "names"), [(False, ["osc", "osc/tcp"]), (True, ["osc", "osc/tcp", "oscquery"])])
def test_a_patch_opens_the_doors_that_it_asks_for(asked: bool, names: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    show = a_show()
    patch = replace(show.patch, control_host="127.0.0.1", control_port=0, query_port=port if asked else 0)
    doors = open_doors(replace(show, patch=patch), Desk(), OfflineClock())
    assert [door.health()[0].name.split()[0] for door in doors] == names
    for door in doors:
        door.close()


def test_without_oscquery_nothing_of_it_is_loaded() -> None:
    code = "import sys, installation.control.doors; print([m in sys.modules for m in ('websockets', 'zeroconf')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[False, False]"


@pytest.mark.parametrize(
    ("said", "port", "announced"),
    [("", 0, False), ("query = 5678", 5678, False), ("query = 5678\nannounce = true", 5678, True)],
)
def test_oscquery_is_off_unless_a_patch_asks_for_it(tmp_path: Path, said: str, port: int, announced: bool) -> None:
    patch = tmp_path / "venue.toml"
    patch.write_text(f"[control]\n{said}\n", encoding="utf-8")
    show = load(REPOSITORY / "shows" / "collective_feast", patch)
    assert (show.patch.query_port, show.patch.query_announced) == (port, announced)
