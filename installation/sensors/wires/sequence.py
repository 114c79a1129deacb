"""Packets counted by the numbers that a device puts on them: which one this is, and how many never came.

    ahead = (number - last) mod 2^bits,   a whole turn where that is 0

A number of few bits turns quickly (BITalino's four bits in 16 ms at 1000 packets a second), so a longer
silence hides whole turns.  They are told from the time that has passed:

    turns = round((elapsed * rate - counted) / 2^bits)   where over `HELD_S` of packets is missing

Less may still be on its way: packets come late and in bursts, so a shorter loss is known up to whole turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

HELD_S = 0.1  # a packet waits no longer than this on its way through bridges, radios and a busy host


def turns(elapsed_s: float, rate_hz: float, counted: int, bits: int) -> int:
    """Whole turns of a number of `bits` that passed unseen while `counted` packets were told; 0 where NaN."""
    missing = elapsed_s * rate_hz - counted
    return round(missing / (1 << bits)) if missing > HELD_S * rate_hz else 0


class Numbers:
    """The packets of one device, counted from its first; `lost` of them never came.

    rate_hz: packets a second, NaN where nobody knows: then no turns are told.
    """

    def __init__(self, bits: int, rate_hz: float = nan) -> None:
        self.lost = 0
        self._bits = bits
        self._rate_hz = rate_hz
        self._index = -1
        self._number = -1  # of the newest packet; none yet
        self._arrival_s = nan

    def take(self, numbers: Sequence[int], arrival_s: float = nan) -> list[int]:
        """The place of each packet that came by `arrival_s`, of all that were sent since the first."""
        turn = 1 << self._bits
        before, known = self._index, self._number >= 0
        places = []
        for number in numbers:
            ahead = 1 if self._number < 0 else (number - self._number - 1) % turn + 1
            self._number = number
            self._index += ahead
            self.lost += ahead - 1
            places.append(self._index)
        if places:
            elapsed_s, self._arrival_s = arrival_s - self._arrival_s, arrival_s
            unseen = turn * turns(elapsed_s, self._rate_hz, self._index - before, self._bits) if known else 0
            if unseen:
                self._index += unseen
                self.lost += unseen
                return [place + unseen for place in places]
        return places

    def restart(self) -> None:
        """The device was opened again, or began anew: what it sent meanwhile is not lost."""
        self._number = -1
        self._arrival_s = nan
