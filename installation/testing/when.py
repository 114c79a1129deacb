"""Times of a night as people write them: "2:00", "0:07.5", "1:02:03", or plain seconds."""

from __future__ import annotations

import re

_TIME = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6}(?:\.\d*)?)")


def seconds_of(when: str | float) -> float:
    """Seconds since the night began; ValueError where `when` is no time."""
    if isinstance(when, str):
        found = _TIME.fullmatch(when.strip())
        if not found or (found[2] and float(found[3]) >= 60.0):
            raise ValueError(f'"{when}" is no time of a night; "2:00", "0:07.5" or seconds would do')
        return 3600.0 * int(found[1] or 0) + 60.0 * int(found[2] or 0) + float(found[3])
    if not 0.0 <= when < float("inf"):
        raise ValueError(f'{when} is no time of a night; seconds from 0 up, or "2:00", would do')
    return float(when)


def written(time_s: float) -> str:
    """The time as people write it, to the hundredth: 2:07.53."""
    minutes, hundredths = divmod(round(100 * time_s), 6000)
    return f"{minutes}:{hundredths // 100:02d}.{hundredths % 100:02d}"
