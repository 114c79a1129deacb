"""sACN, the streaming of DMX over a network (ANSI E1.31-2018): packets and their timing, no socket.

Offsets, vectors and manners: E1.31-2018 and the libraries of ETC and OLA, which follow it.
"""

from __future__ import annotations

import math
import struct

from installation.frame import Bytes

PORT = 5568
DISCOVERY_UNIVERSE = 64214  # reserved for the lists of universes
SEQUENCE_AT, OPTIONS_AT, SLOTS_AT = 111, 112, 126  # bytes of a data packet
PACKET = SLOTS_AT + 512  # bytes: all slots of a universe
TERMINATED = 0x40  # option: the stream ends with this packet

PACKETS_PER_CHANGE = 4  # the change and three more, since any one of them may be lost (ETC sends as many)
KEEP_ALIVE_S = 0.8  # between packets of a universe that stands still; the standard's window is 0.8 to 1.0
DISCOVERY_S = 10.0  # between two lists of universes
UNIVERSES_PER_PAGE = 512  # of a discovery packet
JITTER_S = 1e-6  # ticks lie on a grid: a sum of floats must not cost a whole tick


Datagram = tuple[str, memoryview]
"""Its multicast group, its bytes."""


def group(universe: int) -> str:
    """The multicast group of a universe."""
    return f"239.255.{universe >> 8}.{universe & 0xFF}"


def data_packet(cid: bytes, source: str, priority: int, universe: int) -> bytes:
    """A data packet of 512 slots at 0, its sequence number 0."""
    return b"".join(
        (
            _root(cid, 4, PACKET),
            struct.pack(">HI", 0x7000 | PACKET - 38, 2),
            _name(source),
            struct.pack(">BHBBH", priority, 0, 0, 0, universe),  # priority, no sync, sequence, options, universe
            struct.pack(">HBBHHH", 0x7000 | PACKET - 115, 2, 0xA1, 0, 1, 513),
            bytes(513),  # START code 0: levels
        )
    )


def discovery_packets(cid: bytes, source: str, universes: tuple[int, ...]) -> tuple[bytes, ...]:
    """The list of our universes, in pages of 512; nothing where there are none."""
    numbers = sorted(universes)
    pages = [numbers[i : i + UNIVERSES_PER_PAGE] for i in range(0, len(numbers), UNIVERSES_PER_PAGE)]
    return tuple(
        b"".join(
            (
                _root(cid, 8, 120 + 2 * len(page)),
                struct.pack(">HI", 0x7000 | 82 + 2 * len(page), 2),
                _name(source),
                bytes(4),
                struct.pack(">HIBB", 0x7000 | 8 + 2 * len(page), 1, number, len(pages) - 1),
                struct.pack(f">{len(page)}H", *page),
            )
        )
        for number, page in enumerate(pages)
    )


def _root(cid: bytes, vector: int, length: int) -> bytes:
    return struct.pack(">HH12sHI16s", 0x0010, 0, b"ASC-E1.17", 0x7000 | length - 16, vector, cid)


def _name(source: str) -> bytes:
    """The source's name in 64 bytes, the last of them 0; cut where it is longer, never inside a letter."""
    text = source.replace("\0", "").encode("utf-8", "replace")[:63]
    return text.decode("utf-8", "ignore").encode("utf-8").ljust(64, b"\0")


class Source:
    """One sACN source: its packets stand prepared, and it remembers what every universe was sent last.

    A universe is sent while it changes, three more times after that, then every 0.8 s; the list of
    universes goes out at the start and every 10 s.  Datagrams come with their multicast group, and
    are valid until the next call.
    """

    def __init__(self, cid: bytes, source: str, priority: int, universes: tuple[int, ...]) -> None:
        self._packets = [bytearray(data_packet(cid, source, priority, universe)) for universe in universes]
        for packet in self._packets:
            packet[SEQUENCE_AT] = 255  # the first packet's number is 0
        self._datagrams = [(group(one), memoryview(at)) for one, at in zip(universes, self._packets, strict=True)]
        self._held = [bytes(512) for _ in universes]  # the slots that stand in the packets
        self._left = [PACKETS_PER_CHANGE for _ in universes]
        self._sent_s = [-math.inf for _ in universes]
        pages = discovery_packets(cid, source, universes)
        self._discovery = [(group(DISCOVERY_UNIVERSE), memoryview(page)) for page in pages]
        self._discovered_s = -math.inf

    def due(self, slots: Bytes, time_s: float) -> list[Datagram]:
        """What is to be sent now of slots (U, 512): in order of the universes."""
        datagrams = []
        light, quiet_s = slots.tobytes(), time_s - KEEP_ALIVE_S + JITTER_S
        for row, packet in enumerate(self._packets):
            now = light[512 * row : 512 * row + 512]
            if now != self._held[row]:
                self._held[row] = packet[SLOTS_AT:] = now
                self._left[row] = PACKETS_PER_CHANGE
            if self._left[row] or self._sent_s[row] <= quiet_s:
                self._left[row] = max(0, self._left[row] - 1)
                self._sent_s[row] = time_s
                packet[SEQUENCE_AT] = (packet[SEQUENCE_AT] + 1) % 256
                datagrams.append(self._datagrams[row])
        if time_s - self._discovered_s >= DISCOVERY_S - JITTER_S:
            self._discovered_s = time_s
            datagrams += self._discovery
        return datagrams

    def terminate(self) -> list[Datagram]:
        """One round of terminated packets, for every universe that was ever sent; three rounds end a stream."""
        datagrams = []
        for row, packet in enumerate(self._packets):
            if self._sent_s[row] > -math.inf:
                packet[OPTIONS_AT] |= TERMINATED
                packet[SEQUENCE_AT] = (packet[SEQUENCE_AT] + 1) % 256
                datagrams.append(self._datagrams[row])
        return datagrams
