"""Cuts a stream of bytes into packets of one length that carry a running number, wherever the chunks break.

The packet after a good one is taken at once where its number goes on.  Any other is taken once the packet
behind it bears it out.  Where no packet begins, the search goes on at the very next byte, within what was
taken for a packet: a bad, missing or added byte costs the packet that it hits, and no other.

The least evidence that is believed, out of step: two sound packets with numbers one apart.
"""

from __future__ import annotations

from collections.abc import Callable

FEW = 16  # a share of a turn; a number that a fault made up is hardly ever so near

Sound = Callable[[bytes, int], bool]
"""Whether the bytes from a place on look like a packet; that many are there."""

Number = Callable[[bytes, int], int]
"""The running number of the packet at a place."""


class PacketCutter:
    """Packets of `size` bytes from a stream, with a running number of `bits`.

    firm: that it looks sound is evidence enough of a packet behind a good one (a checksum of four bits is not).
    `bad` counts packets' worth of bytes that were none, from the first good packet after opening on: before it
    a device may greet, and the port is opened in the middle of a packet.
    """

    def __init__(self, size: int, bits: int, sound: Sound, number: Number, firm: bool) -> None:
        self.bad = 0
        self._size = size
        self._turn = 1 << bits
        self._sound = sound
        self._number = number
        self._firm = firm
        self.restart()

    def restart(self) -> None:
        """Drop what was begun: the next bytes come from a port just opened."""
        self._rest = b""
        self._expected = -1  # number of the next packet, where one was seen
        self._skipped = -1  # bytes since the last good packet, -1 before the first

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Number and bytes of each packet that `data` completes."""
        whole, size = self._rest + data, self._size
        packets = []
        at = 0
        while at + size <= len(whole):
            number = self._number(whole, at) if self._sound(whole, at) else -1
            if number >= 0 and not (self._skipped == 0 and number == self._expected):
                if at + 2 * size > len(whole):
                    break
                number = self._borne_out(whole, at, number)
            if number >= 0:
                packets.append((number, whole[at : at + size]))
                self._expected = (number + 1) % self._turn
                self._skipped = 0
                at += size
            else:
                at += 1
                if self._skipped >= 0:
                    self.bad += self._skipped % size == 0
                    self._skipped += 1
        self._rest = whole[at:]
        return packets

    def _borne_out(self, whole: bytes, at: int, number: int) -> int:
        """The number of a packet out of turn as the one behind it tells; -1 where that says it is none."""
        behind = at + self._size
        in_step = self._skipped == 0
        if self._sound(whole, behind):
            after = self._number(whole, behind)
            if after == (number + 1) % self._turn:
                return number
            if in_step and after == (self._expected + 1) % self._turn:
                return self._expected  # nothing is missing: its number was hit
            if in_step and self._firm and self._soon(self._expected, number) and self._soon(number, after):
                return number  # some are missing before it, and some behind it
        return self._expected if in_step and self._firm else -1  # whatever is missing shows at the next pair

    def _soon(self, number: int, after: int) -> bool:
        """Whether a number comes so soon after another that few packets are missing between them."""
        return (after - number) % self._turn <= self._turn // FEW
