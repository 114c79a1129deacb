"""How long a person waits: for help, for a verdict on a show, for the first light, for the loop's own light."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.benchmarks.drain import ear, free_port
from tests.benchmarks.processes import REPOSITORY, python, started

RUNS = 5
SHOW = str(REPOSITORY / "shows" / "collective_feast")
ANSWERS_WITHIN_S = 30.0
LIGHT_WITHIN_S = 120.0  # cold, the loop compiles first
UNIVERSE_AT, SLOTS_AT = 113, 126  # of an E1.31 data packet


@dataclass(frozen=True)
class StartUp:
    """Seconds from the start of a fresh process, median of five; cold ones are of one run without a compile cache."""

    help_s: float
    check_s: float
    first_light_s: float
    loop_light_s: float
    first_light_cold_s: float
    loop_light_cold_s: float


def measure() -> StartUp:
    """Start everything several times; one run before them fills the caches of the compiler and the disk."""
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder:
        env = {
            "XDG_STATE_HOME": folder,  # the identity on the network is kept there, not with the user's own
            "PYTHONDONTWRITEBYTECODE": "",  # bytecode is kept, as on any user's machine
        }
        lights(env)
        warm = [lights(env) for _ in range(RUNS)]
        cold = lights({**env, "NUMBA_CACHE_DIR": folder})
    return StartUp(
        help_s=statistics.median(answer_s(env, "--help") for _ in range(RUNS)),
        check_s=statistics.median(answer_s(env, "check", SHOW) for _ in range(RUNS)),
        first_light_s=statistics.median(first_s for first_s, _ in warm),
        loop_light_s=statistics.median(loop_s for _, loop_s in warm),
        first_light_cold_s=cold[0],
        loop_light_cold_s=cold[1],
    )


def answer_s(env: Mapping[str, str], *arguments: str) -> float:
    """From the start of `nexus` with these arguments to its end."""
    start_s = time.perf_counter()
    subprocess.run(
        python("installation", *arguments),
        cwd=REPOSITORY,
        env={**os.environ, **env},
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=ANSWERS_WITHIN_S,
    )
    return time.perf_counter() - start_s


def lights(env: Mapping[str, str]) -> tuple[float, float]:
    """From the start of `nexus run --headless` to its first light, and to the first light that is another.

    The first is the safe look that stands while the house warms up; the second is the loop's.
    """
    with ear() as sock:
        sock.settimeout(0.5)
        here = [f"127.0.0.1:{port}" for port in (sock.getsockname()[1], 9, free_port())]
        command = python("installation", "run", SHOW, "--headless")
        command += ["--sacn", here[0], "--osc", here[1], "--control", here[2]]
        start_s = time.perf_counter()
        with started(command, env) as nexus:
            first_s = 0.0
            light: dict[bytes, bytes] = {}
            while time.perf_counter() - start_s < LIGHT_WITHIN_S and nexus.poll() is None:
                with contextlib.suppress(TimeoutError):
                    packet = sock.recv(2048)
                    arrived_s = time.perf_counter() - start_s
                    if packet[18:22] != b"\0\0\0\4":  # a list of universes
                        continue
                    first_s = first_s or arrived_s
                    universe = packet[UNIVERSE_AT : UNIVERSE_AT + 2]
                    if light.setdefault(universe, packet[SLOTS_AT:]) != packet[SLOTS_AT:]:
                        return first_s, arrived_s
            raise TimeoutError("the light of the loop did not come")
