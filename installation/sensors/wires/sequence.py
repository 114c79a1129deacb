"""Packets counted by the numbers that a device puts on them: which one this is, and how many never came.

    ahead = (number - last) mod 2^bits,   a whole turn where that is 0

A number of few bits turns quickly (BITalino's four bits in 16 ms at 1000 packets a second), so a longer
silence hides whole turns.  They are told from how late the newest packet seems to be, against the least that
packets were late lately:

    late  = arrival - place / rate
    turns = round((late - least) * rate / 2^bits)   where it is over `HELD_S`

Less may be the way that packets take, in bursts and through a busy host: a shorter loss is known up to whole
turns.  A host that stalls for longer, and then reads what came meanwhile in parts, is taken for such a loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

OFF = 0.02  # by which a device's rate may be off: the least lateness rises so fast, by an eighth of a turn at most
HELD_S = 0.1  # a packet waits no longer than this on its way through bridges, radios and a busy host


def turns(late_s: float, rate_hz: float, bits: int) -> int:
    """Whole turns of a number of `bits` that passed unseen where a packet seems to be so late; 0 where that is NaN."""
    return round(late_s * rate_hz / (1 << bits)) if late_s > HELD_S and rate_hz > 0 else 0


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
        self._arrival_s = self._least_s = nan

    def take(self, numbers: Sequence[int], arrival_s: float = nan) -> list[int]:
        """The place of each packet that came by `arrival_s`, of all that were sent since the first."""
        turn = 1 << self._bits
        places = []
        for number in numbers:
            ahead = 1 if self._number < 0 else (number - self._number - 1) % turn + 1
            self._number = number
            self._index += ahead
            self.lost += ahead - 1
            places.append(self._index)
        if places:
            unseen = turn * self._turns(arrival_s)
            if unseen:
                self._index += unseen
                self.lost += unseen
                return [place + unseen for place in places]
        return places

    def restart(self) -> None:
        """The device was opened again, or began anew: what it sent meanwhile is not lost."""
        self._number = -1
        self._arrival_s = self._least_s = nan

    def _turns(self, arrival_s: float) -> int:
        """Whole turns before the newest packet, which came at `arrival_s`."""
        late_s = arrival_s - self._index / self._rate_hz
        off_s = min(OFF * (arrival_s - self._arrival_s), (1 << self._bits) / self._rate_hz / 8)
        least_s = self._least_s + off_s
        missed = turns(late_s - least_s, self._rate_hz, self._bits)
        late_s -= missed * (1 << self._bits) / self._rate_hz
        self._arrival_s = arrival_s
        self._least_s = late_s if not late_s > least_s else least_s
        return missed
