"""OLA as an independent receiver of our sACN, in a private network namespace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest

from installation.outputs.identity import offline_identity

ROOM = Path(__file__).with_name("ola_room.py")


def why_not() -> str:
    """Why OLA can't be asked here, or nothing."""
    missing = [name for name in ("olad", "ola_patch", "ola_recorder", "unshare", "ip") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} not installed (Debian: ola, util-linux, iproute2)"
    if os.geteuid() != 0:
        return "only root can make a network namespace here"
    trial = "ip link add light type veth peer name far"
    made = subprocess.run(["unshare", "-n", *trial.split()], capture_output=True, text=True, timeout=5, check=False)
    return f"no private network can be made: {made.stderr.strip()}" if made.returncode else ""


def test_ola_reads_every_level_in_order_and_hears_the_stream_end():
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with tempfile.TemporaryDirectory() as folder:  # olad runs as nobody, who may not enter pytest's own folder
        run = subprocess.run(
            ["unshare", "-n", sys.executable, str(ROOM), folder],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOM.parents[2])},
        )
    assert run.returncode == 0, run.stderr
    heard = json.loads(run.stdout)
    light = [frame.split(",") for frame in heard["frames"]]
    assert [int(frame[0]) for frame in light] == list(range(60))
    assert all(frame[:24] == 24 * [frame[0]] and set(frame[24:]) <= {"0"} for frame in light)
    cid = uuid.UUID(bytes=offline_identity("Test", 1).cid)
    assert f"Added new E1.31 source: {cid}" in heard["log"]
    assert f"CID {cid} sent a termination for universe 1" in heard["log"]
