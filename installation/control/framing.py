"""Packets on a stream: SLIP with END before and after (OSC 1.1, as QLab), or a length before each (OSC 1.0, as liblo).

Which of the two a peer speaks its first byte tells: a length below 16 MB begins with 0, no SLIP packet does.
"""

from __future__ import annotations

from pythonosc import slip

from installation.control.packet import MOST_BYTES

LONGEST = 2 * MOST_BYTES  # of a packet on the wire, where every byte is escaped
END = slip.END[0]


class Framing:
    """Cuts what one peer sends into packets, and wraps what it is sent alike; keeps one packet at most."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._lengths: bool | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that are complete by now, as `unwrap` takes them.

        Raises ValueError where a length makes no sense: nobody knows where the next packet begins.
        """
        if self._lengths is None and data:
            self._lengths = data[0] == 0
        return self._by_length(data) if self._lengths else self._by_end(data)

    def unwrap(self, packet: bytes) -> bytes:
        """A packet without its escapes.  Raises ValueError where they make no sense."""
        if self._lengths:
            return packet
        try:
            return bytes(slip.decode(packet))
        except slip.ProtocolError as broken:
            raise ValueError("its SLIP escapes are broken, or it is too long") from broken

    def wrap(self, packet: bytes) -> bytes:
        """A packet as this peer understands it."""
        return len(packet).to_bytes(4, "big") + packet if self._lengths else bytes(slip.encode(packet))

    def _by_end(self, data: bytes) -> list[bytes]:
        first, *others = data.split(slip.END)
        parts = [bytes(self._rest) + first, *others]
        self._rest = bytearray(parts.pop()[: LONGEST + 1])  # what is longer is refused when its end comes
        return [part[: LONGEST + 1] for part in parts if part]

    def _by_length(self, data: bytes) -> list[bytes]:
        self._rest += data
        packets = []
        while len(self._rest) >= 4:
            size = int.from_bytes(self._rest[:4], "big")
            if not 0 < size <= MOST_BYTES:
                raise ValueError(f"a packet claims {size} bytes")
            if len(self._rest) < 4 + size:
                break
            packets.append(bytes(self._rest[4 : 4 + size]))
            del self._rest[: 4 + size]
        return packets
