"""LedFx on the same work: thirty garments of 150 pixels, its plainest moving effect, its own 60 frames a second.

LedFx comes with the optional extra `bench`.  It is started offline in an empty folder, driven over
its REST API, and watched through /proc; each garment is a DDP device on a loopback port of its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.drain import draining
from tests.benchmarks.garments import GARMENTS, PIXELS, RATE_HZ
from tests.benchmarks.processes import python, started

READY_WITHIN_S = 60.0
SETTLE_S, WATCH_S = 5.0, 15.0


@dataclass(frozen=True)
class Peer:
    """Frames a second that arrived for a garment, processor in % of one core, threads."""

    rate_hz: float
    cpu_percent: float
    threads: int


def measure() -> Peer | None:
    """Run LedFx on our work; None where it is not installed or the system has no /proc."""
    if importlib.util.find_spec("ledfx") is None or not Path("/proc/self/stat").exists():
        return None
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder, draining(GARMENTS) as drain:
        port = _free_tcp_port()
        command = python("ledfx", "--offline", "--no-tray", "--host", "127.0.0.1", "-p", str(port), "-c", folder)
        with started(command, {"HOME": folder}) as ledfx:
            base = f"http://127.0.0.1:{port}/api"
            _wait_for(f"{base}/info")
            for number, ddp_port in enumerate(drain.ports):
                _dress(base, f"garment {number + 1}", ddp_port)
            time.sleep(SETTLE_S)
            start_s, cpu_start_s, count = time.perf_counter(), _cpu_s(ledfx.pid), sum(drain.counts)
            time.sleep(WATCH_S)
            seconds = time.perf_counter() - start_s
            return Peer(
                rate_hz=(sum(drain.counts) - count) / seconds / GARMENTS,
                cpu_percent=100 * (_cpu_s(ledfx.pid) - cpu_start_s) / seconds,
                threads=len(list(Path(f"/proc/{ledfx.pid}/task").iterdir())),
            )


def _dress(base: str, name: str, ddp_port: int) -> None:
    config = {
        "name": name,
        "ip_address": "127.0.0.1",
        "port": ddp_port,
        "pixel_count": PIXELS,
        "refresh_rate": int(RATE_HZ),
    }
    made = _ask(f"{base}/devices", {"type": "ddp", "config": config})
    virtual = made["device"]["id"]  # LedFx makes one of the same name with each device
    _ask(f"{base}/virtuals/{virtual}/effects", {"type": "rainbow", "config": {}})


def _ask(url: str, what: dict[str, Any] | None = None) -> dict[str, Any]:
    data = None if what is None else json.dumps(what).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    if found.get("status") == "failed":
        raise RuntimeError(f"LedFx refuses {what}: {found}")
    return found


def _wait_for(url: str) -> None:
    deadline_s = time.perf_counter() + READY_WITHIN_S
    while True:
        try:
            _ask(url)
            return
        except OSError:
            if time.perf_counter() > deadline_s:
                raise
            time.sleep(0.2)


def _free_tcp_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _cpu_s(pid: int) -> float:
    """Processor time of a process, its threads included; fields 14 and 15 of /proc/<pid>/stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
