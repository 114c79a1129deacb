"""One person out of a night: their key is thrown away, and what it closed is noise from then on."""

from __future__ import annotations

from pathlib import Path

from installation.record.read import Night
from installation.record.seal import keys_file, read_keys, throw_away
from installation.show.problems import nearest, shown


def forget(wearer: str, file: Path) -> str:
    """Throw away the key of `wearer` in the recording `file`; a sentence that says what was done.

    Raises ValueError with a sentence where nothing could be done, OSError where the disk refuses.
    """
    night = Night(file)
    if wearer not in night.run.wearers:
        raise ValueError(f"nobody called {shown(wearer)} is in {file}{nearest(wearer, night.run.wearers)}")
    if wearer not in night.run.consents:
        return f"{file} holds no samples of {wearer}'s own; there is nothing to forget."
    sidecar = keys_file(file)
    keys = read_keys(sidecar)
    if wearer not in keys:
        raise ValueError(f"{sidecar} with {wearer}'s key is not there; forget them where it lies")
    if keys[wearer] is None:
        return f"{wearer} is forgotten in {file} already."
    throw_away(sidecar, wearer)
    if read_keys(sidecar).get(wearer) is not None:
        raise ValueError(f"the key of {wearer} is still in {sidecar}; delete that file")
    return (
        f"{wearer} is forgotten: their key in {sidecar} is overwritten, and their samples in {file} "
        f"can't be read again. If copies of {sidecar.name} were made, delete those too."
    )
