"""OSC over UDP: datagrams in on a thread of its own, an answer to every sender, presence to every console."""

from __future__ import annotations

import select
import socket

from installation.clock import Clock
from installation.control.intake import Intake
from installation.control.orders import Desk
from installation.control.packet import MOST_BYTES, of_receipt
from installation.control.port import WAKE_S, Port
from installation.control.told import PresenceTold
from installation.frame import Frame, Health, Receipt
from installation.show.model import Show

PREFIX = "osc "  # of the source of an order; the rest is the sender's address
MOST_ANSWERS = 64  # in one tick: a flood is answered in part, the light does not wait for it
CONSOLE_S = 20.0  # who was understood within this is a console, and is told of presence; two lost pings are no end
MOST_CONSOLES = 16  # of a tent
SILENT_S = 5.0  # a console that spoke within this never makes room for another: a scanner can't push the desk out

Peer = tuple[str, int]


class OscIn:
    """Listens for datagrams at the show's control address."""

    def __init__(self, show: Show, desk: Desk, clock: Clock) -> None:
        self._clock = clock
        self._intake = Intake(desk, clock)
        self._presence = PresenceTold(show)
        self._consoles: dict[Peer, float] = {}  # when each spoke last; never changed, always replaced
        self._socket: socket.socket | None = None
        patch = show.patch
        self._port = Port("osc", patch.control_host, patch.control_port, socket.SOCK_DGRAM, self._serve)
        self._port.start()

    @property
    def port(self) -> int:
        """The port where it really listens, once it does."""
        return self._port.port

    def answer(self, receipts: tuple[Receipt, ...]) -> None:
        """Tell the senders of orders what became of them; never waits."""
        mine = [receipt for receipt in receipts if receipt.order.source.startswith(PREFIX)]
        for receipt in mine[:MOST_ANSWERS]:
            host, _, port = receipt.order.source[len(PREFIX) :].rpartition(":")
            self._send(of_receipt(receipt), (host, int(port)))

    def show(self, frame: Frame) -> None:
        """Tell every console of presence; never waits."""
        datagram = self._presence.due(frame)
        if datagram:
            now_s = self._clock.now_s()
            for peer in [peer for peer, spoke_s in self._consoles.items() if now_s - spoke_s < CONSOLE_S]:
                self._send(datagram, peer)

    def health(self) -> tuple[Health, ...]:
        """How the port does, for the operator's eyes."""
        return self._port.health(self._intake)

    def close(self) -> None:
        """Stop listening and give the port back."""
        self._port.close()

    # --- the thread ---

    def _serve(self, port: socket.socket) -> None:
        self._socket = port
        try:
            while not self._port.closed.is_set():
                self._receive(port)
        finally:
            self._socket = None

    def _receive(self, port: socket.socket) -> None:
        try:
            datagram, sender = port.recvfrom(MOST_BYTES + 1)
        except BlockingIOError:
            select.select([port], [], [], WAKE_S)
        except ConnectionError:  # Windows: an answer found nobody
            return
        except OSError as error:
            if getattr(error, "winerror", 0) != 10040:  # Windows: a datagram longer than asked for
                raise
            self._intake.leave_out("an unknown sender", "it is too long for an order")
        else:
            self.hear(datagram, (sender[0], sender[1]))

    def hear(self, datagram: bytes, sender: Peer) -> None:
        """Take one datagram, whatever is in it."""
        source = f"{PREFIX}{sender[0]}:{sender[1]}"
        self._intake.hear(
            datagram, source, lambda answer: self._send(answer, sender), lambda: self._understood(sender)
        )  # fmt: skip

    def _understood(self, sender: Peer) -> None:
        """Take the sender for a console; where there are too many, instead of the one that is silent the longest."""
        now_s = self._clock.now_s()
        others = [(peer, spoke_s) for peer, spoke_s in self._consoles.items() if peer != sender]
        if len(others) >= MOST_CONSOLES:
            if now_s - others[0][1] <= SILENT_S:
                return
            del others[0]
        self._consoles = {**dict(others), sender: now_s}

    def _send(self, datagram: bytes, peer: Peer) -> None:
        port = self._socket
        if port is None:
            return
        try:
            port.sendto(datagram, peer)
        except (OSError, ValueError, OverflowError):  # who does not listen is not answered
            return
