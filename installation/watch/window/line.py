"""The line to the controller: frames in, orders out, neither ever waited for."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from installation.watch.codec import Message, Reader, encode
from installation.watch.news import Answer, News, read_news
from installation.watch.programme import Programme, read_programme

READ_AT_ONCE = 1 << 20  # bytes
MOST_UNSENT = 1 << 16  # bytes of orders that wait for a stuck controller; more would be acted on too late


@dataclass(frozen=True, slots=True)
class Heard:
    """What came over the line between two pictures, oldest first."""

    news: tuple[News, ...] = ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The receipts of all of them."""
        return tuple(answer for one in self.news for answer in one.receipts)


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

    def heard(self) -> Heard:
        """What came since the last call."""
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

    def _read(self, messages: list[Message]) -> Heard:
        news: list[News] = []
        for message in messages:
            if message.kind == "hello":
                self.programme = read_programme(message)
            elif message.kind == "news":
                news.append(read_news(message))
        return Heard(tuple(news))

    def _flush(self) -> None:
        while self._unsent and not self.lost:
            try:
                del self._unsent[: self._socket.send(self._unsent)]
            except BlockingIOError:
                return
            except OSError:
                self.lost = True
