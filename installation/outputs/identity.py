"""Who we are on the network: a CID that stays, and an epoch that is new with every start."""

from __future__ import annotations

import logging
import os
import platform
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOG = logging.getLogger("installation.out")

NEXUS = uuid.UUID("6f1a1b0e-6a3c-5d53-9d0b-7f6c1e2a9c41")  # drawn once; the namespace of every derived CID
OSC_INT = 0x7FFFFFFF  # an OSC `i` is signed, and engines compare epochs as numbers


@dataclass(frozen=True, slots=True)
class Identity:
    """cid: 16 bytes, the sACN component identifier · epoch: 0..2**31-1, tells AR engines one start from the next."""

    cid: bytes
    epoch: int


def offline_identity(title: str, seed: int) -> Identity:
    """The identity of a run that sends nothing: the same show and seed are the same on every machine."""
    return Identity(uuid.uuid5(NEXUS, f"{title}\n{seed}").bytes, seed & OSC_INT)


def identity(epoch: int, folder: Path | None = None) -> Identity:
    """The identity of this computer: a random CID kept in `folder` between runs.

    epoch: grows from start to start, such as seconds since 2020 · folder: where the CID is kept,
    the user's state folder unless given.  Where nothing can be kept, the CID is made from the
    computer's network address; that is told once and is the same at the next start.
    """
    try:
        cid = _kept_cid((folder or state_folder()) / "cid")
    except (OSError, RuntimeError) as error:  # RuntimeError: the user has no home folder
        cid = uuid.uuid5(NEXUS, f"{uuid.getnode():012x}")
        LOG.warning("the sACN identity can't be kept (%s); it is made from this computer's network address", error)
    return Identity(cid.bytes, epoch & OSC_INT)


def _kept_cid(file: Path) -> uuid.UUID:
    try:
        return uuid.UUID(file.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        pass
    except ValueError:
        LOG.warning("%s holds no UUID; a new one takes its place", file)
    cid = uuid.uuid4()
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"{file.name}.{os.getpid()}")
    half.write_text(f"{cid}\n", encoding="ascii")
    half.replace(file)
    return cid


def state_folder(system: str = platform.system(), environ: Mapping[str, str] = os.environ) -> Path:
    """Where this system's programs keep what outlives a run and is not a setting."""
    if system == "Darwin":
        return Path.home() / "Library" / "Application Support" / "Nexus"
    if system == "Windows":
        local = environ.get("LOCALAPPDATA", "")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "Nexus"
    kept = Path(environ.get("XDG_STATE_HOME", ""))
    return (kept if kept.is_absolute() else Path.home() / ".local" / "state") / "nexus"
