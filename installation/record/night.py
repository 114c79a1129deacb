"""The values of a recording: what is true of a whole run, and the samples of several ticks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.frame import CHANNELS, Flags, Samples, Tick

ADDRESSES = ("sacn_host", "sacn_port", "control_host", "control_port")
"""Of the patch, what the command line may have changed."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is true of a whole run.

    night: 16 hex digits, others for every recording · cid, epoch: who sent · wearers: stage names · channels: of
    samples, by number · patched: whose own sensors the venue had · consents: stage name to the day it was given, of
    those whose own samples are kept · addresses: of the patch, as the run used them · engines: name, host, port and
    listening port of every AR engine · warm_up_s: when the safe look was sent before the first tick · files: the
    show's own, by name.
    """

    night: str
    version: str
    title: str
    rate_hz: float
    seed: int
    offline: bool
    cid: bytes
    epoch: int
    wearers: tuple[str, ...]
    channels: tuple[str, ...]
    patched: tuple[bool, ...]
    consents: Mapping[str, str]
    addresses: Mapping[str, str | int]
    engines: tuple[tuple[str, str, int, int], ...]
    warm_up_s: tuple[float, ...]
    files: Mapping[str, bytes]

    @property
    def absent(self) -> tuple[str, ...]:
        """Who wore sensors and is not kept."""
        return tuple(
            name for name, real in zip(self.wearers, self.patched, strict=True) if real and name not in self.consents
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """Samples of several ticks: tick (K,) says which one read each row."""

    tick: NDArray[np.int64]
    samples: Samples

    def only(self, which: Flags) -> Rows:
        """Some of the rows."""
        return Rows(self.tick[which], _each(self.samples, which))

    def by_tick(self, numbers: list[int]) -> list[Samples]:
        """The samples of each tick, in the order of the loop's: column, channel, time."""
        order = np.lexsort((self.samples.time_s, self.samples.channel, self.samples.column, self.tick))
        tick, ordered = self.tick[order], _each(self.samples, order)
        first, last = np.searchsorted(tick, numbers), np.searchsorted(tick, numbers, side="right")
        return [_each(ordered, slice(a, b)) for a, b in zip(first.tolist(), last.tolist(), strict=True)]


def _each(samples: Samples, which: Any) -> Samples:
    return Samples(
        samples.time_s[which],
        samples.column[which],
        samples.channel[which],
        samples.value[which],
        samples.gap[which],
    )


def join(rows: list[Rows]) -> Rows:
    """Rows one after the other."""
    if not rows:
        return Rows(np.empty(0, np.int64), Samples(*(np.empty(0, t) for t in ("f8", "i4", "i4", "f8", "?"))))
    parts = [one.samples for one in rows]
    return Rows(
        np.concatenate([one.tick for one in rows]),
        Samples(
            np.concatenate([one.time_s for one in parts]),
            np.concatenate([one.column for one in parts]),
            np.concatenate([one.channel for one in parts]),
            np.concatenate([one.value for one in parts]),
            np.concatenate([one.gap for one in parts]),
        ),
    )


def missing(before: Tick | None, tick: Tick) -> int:
    """How many ticks the loop made between these two; dropped ones were never made."""
    last = -1 if before is None else before.number - before.dropped
    return tick.number - tick.dropped - last - 1


def channel_names(inputs: tuple[str, ...]) -> list[str]:
    """Every channel by its number, in a show with these inputs."""
    return [*CHANNELS, *(f"input.{name}" for name in inputs)]


def run_to_text(run: Run) -> dict[str, str]:
    """What is true of the run, as MCAP's metadata have it: texts by name."""

    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    return {
        "night": run.night,
        "version": run.version,
        "title": run.title,
        "rate_hz": repr(run.rate_hz),
        "seed": str(run.seed),
        "offline": text(run.offline),
        "cid": run.cid.hex(),
        "epoch": str(run.epoch),
        "wearers": text(run.wearers),
        "channels": text(run.channels),
        "patched": text(run.patched),
        "consents": text(dict(run.consents)),
        "addresses": text(dict(run.addresses)),
        "engines": text(run.engines),
        "warm_up_s": text(run.warm_up_s),
    }


def run_from_text(said: Mapping[str, str], files: Mapping[str, bytes]) -> Run:
    """The run of a recording; raises ValueError, TypeError or LookupError where it is none of ours."""
    wearers = tuple(str(name) for name in json.loads(said["wearers"]))
    patched = tuple(bool(real) for real in json.loads(said["patched"]))
    if len(wearers) != len(patched) or int(said["seed"]) < 0 or len(bytes.fromhex(said["cid"])) != 16:
        raise ValueError("wearers, seed or CID are none of ours")
    return Run(
        night=said["night"],
        version=said["version"],
        title=said["title"],
        rate_hz=float(said["rate_hz"]),
        seed=int(said["seed"]),
        offline=bool(json.loads(said["offline"])),
        cid=bytes.fromhex(said["cid"]),
        epoch=int(said["epoch"]),
        wearers=wearers,
        channels=tuple(str(name) for name in json.loads(said["channels"])),
        patched=patched,
        consents={str(name): str(day) for name, day in json.loads(said["consents"]).items()},
        addresses=_addresses(json.loads(said["addresses"])),
        engines=tuple((str(n), str(h), int(p), int(ear)) for n, h, p, ear in json.loads(said["engines"])),
        warm_up_s=tuple(float(time_s) for time_s in json.loads(said["warm_up_s"])),
        files=files,
    )


def _addresses(said: Mapping[str, Any]) -> dict[str, str | int]:
    return {name: int(said[name]) if name.endswith("port") else str(said[name]) for name in ADDRESSES}
