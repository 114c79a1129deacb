"""`nexus bench loop`: from byte to light, thirty garments beside LedFx, and start-up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from installation.cli.bench import Row
from tests.benchmarks import garments, ledfx_peer, presence, recording, reflex, startup
from tests.benchmarks.aims import judged

row = partial(judged, "loop")


def rows(_: Path) -> Iterator[Row]:
    """Every figure of the loop, as it is measured; about six minutes, and half a minute more with LedFx."""
    yield from _reflex()
    yield from _garments()
    yield from _start_up()
    yield from recording.rows()
    yield from presence.rows()


def _reflex() -> Iterator[Row]:
    found = reflex.measure()
    if found is None:
        print("loop byte_to_datagram: this system has no pseudo-terminals, so it is not measured", file=sys.stderr)
        return
    yield row("byte_to_datagram_lost", found.lost, "events", aim="<= 0")
    if len(found.total_s):
        p50, p95 = 1000 * np.percentile(found.total_s, (50, 95))
        yield row("byte_to_datagram_p50", p50, "ms", aim="<= 10")
        yield row("byte_to_datagram_p95", p95, "ms", aim="<= 18")
        p50, p95 = 1000 * np.percentile(found.beyond_tick_s, (50, 95))
        yield row("byte_to_datagram_beyond_tick_p50", p50, "ms")
        yield row("byte_to_datagram_beyond_tick_p95", p95, "ms")


def _garments() -> Iterator[Row]:
    name = f"garments_{garments.GARMENTS}x{garments.PIXELS}"
    ours, peer = garments.measure(), ledfx_peer.measure()

    def peers(figure: str) -> dict[str, float]:
        return {} if peer is None else {"ledfx": float(getattr(peer, figure))}

    yield row(f"{name}_rate", ours.rate_hz, "Hz", aim=">= 59.9", beside=peers("rate_hz"))
    yield row(f"{name}_excess_lateness_p99", ours.late_p99_ms - ours.bare_late_p99_ms, "ms", aim="<= 2")
    yield row(f"{name}_lateness_p99", ours.late_p99_ms, "ms", beside={"bare loop": ours.bare_late_p99_ms})
    yield row(f"{name}_work_p50", ours.work_p50_ms, "ms")
    yield row(f"{name}_work_p99", ours.work_p99_ms, "ms")
    yield row(f"{name}_cpu", ours.cpu_percent, "% of a core", aim="<= 15", beside=peers("cpu_percent"))
    yield row(f"{name}_threads", ours.threads, "threads", aim="<= 8", beside=peers("threads"))
    if ours.peak_mb is not None:
        yield row(f"{name}_peak_memory", ours.peak_mb, "MB")
    yield row(f"{name}_full_collections", ours.full_collections, "collections")
    yield row(f"{name}_datagrams", ours.datagrams_per_s, "1/s")


def _start_up() -> Iterator[Row]:
    found = startup.measure()
    yield row("help_s", found.help_s, "s", aim="<= 0.4")
    yield row("check_s", found.check_s, "s", aim="<= 1")
    yield row("first_light_s", found.first_light_s, "s", aim="<= 2")
    yield row("first_loop_light_s", found.loop_light_s, "s")
    yield row("first_light_cold_s", found.first_light_cold_s, "s")
    yield row("first_loop_light_cold_s", found.loop_light_cold_s, "s")
