"""OSC over TCP, at the control address beside UDP: orders in, their receipts back on the same connection."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading

from installation.clock import Clock
from installation.control.framing import Framing
from installation.control.intake import Intake
from installation.control.orders import Desk
from installation.control.packet import MOST_BYTES, of_receipt
from installation.control.port import WAKE_S, Port
from installation.control.told import PresenceTold
from installation.frame import Frame, Health, Receipt
from installation.show.model import Show

PREFIX = "osc/tcp "  # of the source of an order; the rest is the sender's address
MOST_LINES = 16  # connections of a tent
SILENT_S = 20.0  # a connection that was silent for this long makes room for another
MOST_WAITING = 65536  # bytes for a peer that does not read; who lets more wait is hung up on


class Line:
    """One connection.  `send` is called from any thread and never waits."""

    def __init__(self, connection: socket.socket, source: str, now_s: float) -> None:
        self.source, self.spoke_s, self.console, self.broken = source, now_s, False, False
        self.connection, self.framing = connection, Framing()
        self.waiting = bytearray()
        self._lock = threading.Lock()  # held for a send that never waits, and for nothing else

    def send(self, packet: bytes) -> None:
        """Send a packet, or keep it until the peer reads."""
        with self._lock:
            self.waiting += self.framing.wrap(packet)
            self._flush()
            self.broken |= len(self.waiting) > MOST_WAITING

    def understood(self) -> None:
        """From now on it is a console, and is told of presence."""
        self.console = True

    def flush(self) -> None:
        """Send what waits."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        try:
            while self.waiting and not self.broken:
                del self.waiting[: self.connection.send(self.waiting)]
        except BlockingIOError:
            return
        except OSError:
            self.broken = True


class OscTcp:
    """Listens for connections at the show's control address."""

    def __init__(self, show: Show, desk: Desk, clock: Clock) -> None:
        self._clock = clock
        self._intake = Intake(desk, clock)
        self._presence = PresenceTold(show)
        self._lines: dict[str, Line] = {}  # by source; changed by the thread alone
        patch = show.patch
        self._port = Port("osc/tcp", patch.control_host, patch.control_port, socket.SOCK_STREAM, self._serve)
        self._port.start()

    @property
    def port(self) -> int:
        """The port where it really listens, once it does."""
        return self._port.port

    def answer(self, receipts: tuple[Receipt, ...]) -> None:
        """Tell the senders of orders what became of them; never waits."""
        for receipt in receipts:
            line = self._lines.get(receipt.order.source)
            if line is not None:
                line.send(of_receipt(receipt))

    def show(self, frame: Frame) -> None:
        """Tell everyone who was understood of presence; never waits."""
        lines = [line for line in tuple(self._lines.values()) if line.console]
        packet = self._presence.due(frame) if lines else b""
        if packet:
            for line in lines:
                line.send(packet)

    def health(self) -> tuple[Health, ...]:
        """How the port does, for the operator's eyes."""
        return self._port.health(self._intake)

    def close(self) -> None:
        """Hang up on everybody and give the port back."""
        self._port.close()

    # --- the thread ---

    def _serve(self, listening: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(listening, selectors.EVENT_READ)
            try:
                while not self._port.closed.is_set():
                    for key, events in selector.select(WAKE_S):
                        if key.fileobj is listening:
                            self._accept(listening, selector)
                        elif events & selectors.EVENT_READ:
                            self._read(key.data)
                    self._look_after(selector)
            finally:
                for line in tuple(self._lines.values()):
                    self._hang_up(line, selector)

    def _accept(self, listening: socket.socket, selector: selectors.BaseSelector) -> None:
        try:
            connection, peer = listening.accept()
        except (BlockingIOError, ConnectionError):  # gone before it was taken
            return
        except OSError:  # no file left for it: who is here stays, and the next try is not at once
            self._port.closed.wait(WAKE_S)
            return
        if len(self._lines) >= MOST_LINES:
            quiet = min(self._lines.values(), key=lambda line: line.spoke_s)
            if self._clock.now_s() - quiet.spoke_s <= SILENT_S:
                self._intake.leave_out(f"{PREFIX}{peer[0]}:{peer[1]}", f"{MOST_LINES} connections are open already")
                connection.close()
                return
            self._hang_up(quiet, selector)
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = Line(connection, f"{PREFIX}{peer[0]}:{peer[1]}", self._clock.now_s())
        selector.register(connection, selectors.EVENT_READ, line)
        self._lines[line.source] = line

    def _read(self, line: Line) -> None:
        try:
            data = line.connection.recv(MOST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        line.broken |= not data
        try:
            packets = line.framing.feed(data)
        except ValueError as error:
            self._intake.leave_out(line.source, str(error))
            line.broken = True
            return
        for packet in packets:
            try:
                self._intake.hear(line.framing.unwrap(packet), line.source, line.send, line.understood)
            except ValueError as error:
                self._intake.leave_out(line.source, str(error))
        line.spoke_s = self._clock.now_s() if packets else line.spoke_s

    def _look_after(self, selector: selectors.BaseSelector) -> None:
        """Send what waits; hang up where nobody reads or nobody is."""
        for line in tuple(self._lines.values()):
            line.flush()
            if line.broken:
                self._hang_up(line, selector)
                continue
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.waiting else 0)
            if selector.get_key(line.connection).events != wanted:
                selector.modify(line.connection, wanted, line)

    def _hang_up(self, line: Line, selector: selectors.BaseSelector) -> None:
        del self._lines[line.source]
        with contextlib.suppress(KeyError, ValueError):
            selector.unregister(line.connection)
        line.broken = True
        line.connection.close()
