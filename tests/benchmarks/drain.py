"""Loopback sockets that take in whatever arrives, and count it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

BUFFER = 1 << 21  # bytes the kernel keeps while this process does not look
LOOK_UP_S = 0.2  # between two looks at whether the block has ended, while nothing arrives


@dataclass
class Drain:
    """ports: one a socket · counts: datagrams that arrived at each so far."""

    ports: list[int]
    counts: list[int]


def ear() -> socket.socket:
    """A UDP socket on a free loopback port."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    sock.bind(("127.0.0.1", 0))
    return sock


def free_port() -> int:
    """A UDP port of the loopback that nobody holds at this moment."""
    with ear() as sock:
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def draining(sockets: int = 1) -> Iterator[Drain]:
    """Listen on as many free loopback ports, on a thread, until the block ends."""
    with contextlib.ExitStack() as stack:
        ears = [stack.enter_context(ear()) for _ in range(sockets)]
        chosen = stack.enter_context(selectors.DefaultSelector())
        for number, sock in enumerate(ears):
            sock.setblocking(False)
            chosen.register(sock, selectors.EVENT_READ, number)
        drain = Drain([int(sock.getsockname()[1]) for sock in ears], [0] * sockets)
        done = threading.Event()

        def listen() -> None:
            last = False
            while not last:
                last = done.is_set()  # what arrived before the block's end is still taken in
                for key, _ in chosen.select(0.0 if last else LOOK_UP_S):
                    with contextlib.suppress(BlockingIOError):
                        while True:
                            ears[key.data].recv(2048)
                            drain.counts[key.data] += 1

        thread = threading.Thread(target=listen, name="drain")
        thread.start()
        try:
            yield drain
        finally:
            done.set()
            thread.join()
