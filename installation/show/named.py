"""Whom a person means: a wearer by stage name, or by their place in the show counted from 1."""

from __future__ import annotations

import re

from installation.show.model import Show
from installation.show.problems import nearest


def wearer_named(show: Show, name: str | int) -> int:
    """The number of the wearer who is called `name`: "Elif", "elif", "wearer 3", "wearer3", 3.

    Raises ValueError, with the nearest guess, where there is none.
    """
    names = [wearer.name for wearer in show.wearers]
    if name in names:
        return names.index(str(name))
    folded = [one.casefold() for one in names]
    if str(name).casefold() in folded:
        return folded.index(str(name).casefold())
    counted = re.fullmatch(r"(?:wearer\s*)?(\d{1,6})", str(name).strip(), re.IGNORECASE)
    if counted and 1 <= int(counted[1]) <= len(names):
        return int(counted[1]) - 1
    guess = nearest(str(name), names) or f'; wearers 1 to {len(names)} are there, from "{names[0]}" on'
    raise ValueError(f'nobody in this show is called "{name}"{guess}')
