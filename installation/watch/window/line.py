"""The line to the controller: the newest frame in, orders out, neither ever waited for."""

from __future__ import annotations

import socket

from installation.watch.codec import Message, Reader, encode
from installation.watch.news import News, read_news
from installation.watch.programme import Programme, read_programme

READ_AT_ONCE = 1 << 20  # bytes
MOST_UNSENT = 1 << 16  # bytes of orders that wait for a stuck controller; more would be acted on too late


class Line:
    """One connection to the controller; `lost` once it is gone."""

    def __init__(self, port: int, token: str) -> None:
        self.lost = False
        self.programme: Programme | None = None
        self._reader = Reader()
        self._unsent = bytearray()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=2.0)
        self._socket.sendall(token.encode())
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def newest(self) -> tuple[News | None, tuple[tuple[str, bool, str], ...]]:
        """The newest frame since the last call, if any, and the receipts of all of them."""
        messages: list[Message] = []
        while not self.lost:
            try:
                data = self._socket.recv(READ_AT_ONCE)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            messages += self._reader.feed(data)
            self.lost = not data or self._reader.broken
        self._flush()
        return self._read(messages)

    def send(self, message: Message) -> None:
        """Give an order."""
        if len(self._unsent) < MOST_UNSENT:
            self._unsent += encode(message)
        self._flush()

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def _read(self, messages: list[Message]) -> tuple[News | None, tuple[tuple[str, bool, str], ...]]:
        newest: News | None = None
        receipts: list[tuple[str, bool, str]] = []
        for message in messages:
            if message.kind == "hello":
                self.programme = read_programme(message)
            elif message.kind == "news":
                newest = read_news(message)
                receipts += newest.receipts
        return newest, tuple(receipts)

    def _flush(self) -> None:
        while self._unsent and not self.lost:
            try:
                del self._unsent[: self._socket.send(self._unsent)]
            except BlockingIOError:
                return
            except OSError:
                self.lost = True
