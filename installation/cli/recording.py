"""What `nexus run --record` adds to a run: what is kept, and a recorder among the watchers."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from installation import __version__
from installation.frame import Flags
from installation.outputs.identity import Identity
from installation.record.consent import read_consents
from installation.record.night import ADDRESSES, Run, channel_names
from installation.show.check import SHAPES
from installation.show.model import Show

if TYPE_CHECKING:
    from installation.loop import Rooms  # brings numba, which first light does not wait for


@dataclasses.dataclass(frozen=True, slots=True)
class Keeping:
    """What a run was asked to keep: where, of whom, and the show's files as they were loaded."""

    file: Path
    consents: Mapping[str, str]
    files: Mapping[str, bytes]


def keeping(show: Show, asked: argparse.Namespace) -> Keeping | None:
    """What is to be kept.

    Raises ShowProblems where the consents are not in order, ValueError where a file is gone or --record is missing.
    """
    if asked.record is None:
        if asked.consent is not None:
            raise ValueError("--consent says whose own samples --record may keep; --record FILE.mcap is missing")
        return None
    paths = {name: show.folder / name for name in SHAPES}
    if asked.patch is not None:
        paths["patch.toml"] = asked.patch
    try:
        files = {name: path.read_bytes() for name, path in paths.items()}
    except OSError as error:
        raise ValueError(f"{error.filename} went away while it was read ({error.strerror})") from error
    return Keeping(asked.record, read_consents(show, asked.consent), files)


@contextlib.contextmanager
def recorded(
    rooms: Rooms, kept: Keeping | None, asked: argparse.Namespace, who: Identity, warm_up_s: tuple[float, ...] = ()
) -> Iterator[Rooms]:
    """The rooms with a recorder looking on, where one is asked for; at the end it gets the run's digest."""
    if kept is None:
        yield rooms
        return
    from installation.record.recorder import Recorder

    run = describe(rooms.show, kept, rooms.sensors.patched, who, asked.seed, asked.offline, warm_up_s)
    recorder = Recorder(kept.file, run, waits=asked.offline)
    digest = ""
    try:
        yield dataclasses.replace(rooms, doors=(*rooms.doors, recorder), watchers=(*rooms.watchers, recorder))
        digest = rooms.outputs.digest()
    finally:
        recorder.close(digest)


def describe(
    show: Show,
    kept: Keeping,
    patched: Flags,
    who: Identity,
    seed: int,
    offline: bool,
    warm_up_s: tuple[float, ...] = (),
) -> Run:
    """What is true of the whole run; a consent counts only where its wearer has a sensor."""
    wearers = tuple(wearer.name for wearer in show.wearers)
    real = {name for name, own in zip(wearers, patched.tolist(), strict=True) if own}
    return Run(
        night=secrets.token_hex(8),
        version=__version__,
        title=show.title,
        rate_hz=show.rate_hz,
        seed=seed,
        offline=offline,
        cid=who.cid,
        epoch=who.epoch,
        wearers=wearers,
        channels=tuple(channel_names(show.inputs)),
        patched=tuple(patched.tolist()),
        consents={name: day for name, day in kept.consents.items() if name in real},
        addresses={name: getattr(show.patch, name) for name in ADDRESSES},
        engines=tuple(dataclasses.astuple(engine) for engine in show.patch.engines),
        warm_up_s=warm_up_s,
        files=kept.files,
    )
