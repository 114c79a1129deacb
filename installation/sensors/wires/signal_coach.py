"""Lines of PulseSensor's senders of 2026, which speak to its page "Signal Coach" over Web Serial.

    20371,512                                      milliseconds, signal
    512,75,800,0                                   signal, rate, interval, beat
    {"signal":512,"timestampMs":20371}             signal, sample, raw or value; timestampMs, timestamp or time
    PSWS,1,LIVE,7,20371,512,75,800,0,90,OK         number, milliseconds, signal, rate, interval, beat, quality, state
    PSWS,2, … ,550,300,700,87,0,1,1                with threshold, least, most, battery, charging, linked, locked

Source: WorldFamousElectronics/PulseSensorPlayground, docs/signal-coach/pulse-webserial-protocol.mjs.
"""

from __future__ import annotations

import json
import re
from math import isnan, nan
from typing import cast

_TIMED = re.compile(rb"(\d{1,10})[ \t]*,[ \t]*(\d{1,5})")
_FOUR = re.compile(rb"(\d{1,5})[ \t]*,[ \t]*(\d{1,3})[ \t]*,[ \t]*\d{1,5}[ \t]*,[ \t]*[01]")
_PSWS = re.compile(
    rb"PSWS,(?:1|2),(?:LIVE|SIM),\d{1,10},(\d{1,10}),(\d{1,5}),\d{1,3},\d{1,5},[01],\d{1,3},[A-Z0-9_]+(.*)"
)
_MORE = re.compile(rb"(?:,\d{1,5}){3},-?\d{1,3}(?:,[01]){3}")
NAMES = ("signal", "sample", "raw", "value"), ("timestampMs", "timestamp", "time")


def read(line: bytes) -> tuple[int, float] | None:
    """The signal of a line, and the board's seconds, NaN where it tells none; None for any other line."""
    if found := _TIMED.fullmatch(line):
        return int(found[2]), int(found[1]) / 1000
    if found := _FOUR.fullmatch(line):
        return int(found[1]), nan
    if line.startswith(b"PSWS,"):
        found = _PSWS.fullmatch(line)
        if found and (bool(found[3]) == (line[5:6] == b"2")) and (not found[3] or _MORE.fullmatch(found[3])):
            return int(found[2]), int(found[1]) / 1000
    elif line.startswith(b"{"):
        return _object(line)
    return None


def _object(line: bytes) -> tuple[int, float] | None:
    """The signal of a line of JSON, which may be anything."""
    try:
        says = json.loads(line)
    except (ValueError, RecursionError):
        return None
    signal, time_ms = (
        next((number for name in names if (number := _number(says.get(name))) >= 0), nan) for names in NAMES
    )
    return None if isnan(signal) else (round(signal), time_ms / 1000)


def _number(value: object) -> float:
    """The number that a board may tell; -1 where it is none: a truth, NaN, infinity."""
    told = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1 << 31
    return float(cast(float, value)) if told else -1.0
