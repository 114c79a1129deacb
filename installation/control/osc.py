"""OSC in: a socket on a thread of its own, orders to the desk, an answer to every sender."""

from __future__ import annotations

import ipaddress
import logging
import select
import socket
import threading

from installation.clock import Clock
from installation.control.dictionary import find, order_for
from installation.control.orders import Desk
from installation.control.packet import MOST_BYTES, Message, messages, of_receipt, pong, receipt_message
from installation.control.told import PresenceTold
from installation.frame import Frame, Health, Receipt
from installation.show.model import Show

PREFIX = "osc "  # of the source of an order; the rest is the sender's address
AGAIN_S = 2.0  # between two tries of a port that is taken
WAKE_S = 0.1  # how soon the thread sees that it shall close
FIRST_S = 0.5  # the port is open within this, or the show begins without it
MOST_ANSWERS = 64  # in one tick: a flood is answered in part, the light does not wait for it
CONSOLE_S = 20.0  # who was understood within this is a console, and is told of presence; two lost pings are no end
MOST_CONSOLES = 16  # of a tent
SILENT_S = 5.0  # a console that spoke within this never makes room for another: a scanner can't push the desk out
OUR_OWN = "/out"  # what Nexus itself sends, of which nothing is answered

Peer = tuple[str, int]

log = logging.getLogger("installation.osc.in")


class OscIn:
    """Listens at the show's control address; a port that is taken is told once and tried again.

    host, port: where it really listens, once it does.
    """

    def __init__(self, show: Show, desk: Desk, clock: Clock) -> None:
        self.host, self.port = show.patch.control_host, show.patch.control_port
        self._desk, self._clock = desk, clock
        self._handled = self._lost = 0
        self._presence = PresenceTold(show)
        self._consoles: dict[Peer, float] = {}  # when each spoke last; never changed, always replaced
        self._trouble = ""
        self._told = False
        self._socket: socket.socket | None = None
        self._closed, self._tried = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, name="osc in", daemon=True)
        self._thread.start()
        self._tried.wait(FIRST_S)

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
        text = self._trouble or ("listens" if not self._lost else f"listens; {self._lost} messages are left out")
        name = f"osc {self.host}:{self.port}"
        return (Health(name, "wire", not self._trouble, text, handled=self._handled, lost=self._lost),)

    def close(self) -> None:
        """Stop listening and give the port back."""
        self._closed.set()
        self._thread.join(timeout=1.0)

    # --- the thread ---

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                with opened(self.host, self.port) as port:
                    self.port = port.getsockname()[1]
                    self._socket = port
                    self._back()
                    self._tried.set()
                    self._receive(port)
            except (OSError, UnicodeError) as error:  # UnicodeError: a name that no name server could know
                self._tell(error)
                self._tried.set()
                self._closed.wait(AGAIN_S)
            finally:
                self._socket = None

    def _receive(self, port: socket.socket) -> None:
        while not self._closed.is_set():
            try:
                datagram, sender = port.recvfrom(MOST_BYTES + 1)
            except BlockingIOError:
                select.select([port], [], [], WAKE_S)
                continue
            except ConnectionError:  # Windows: an answer found nobody
                continue
            except OSError as error:
                if getattr(error, "winerror", 0) != 10040:  # Windows: a datagram longer than asked for
                    raise
                self._leave_out(sender=("an unknown sender", 0), why="it is too long for an order")
                continue
            self.hear(datagram, (sender[0], sender[1]))

    def hear(self, datagram: bytes, sender: Peer) -> None:
        """Take one datagram, whatever is in it."""
        try:
            for message in tuple(messages(datagram)):  # half a bundle is no order at all
                self._take(message, sender)
        except ValueError as error:
            self._leave_out(sender, str(error))

    def _take(self, message: Message, sender: Peer) -> None:
        if message.address == OUR_OWN or message.address.startswith(OUR_OWN + "/"):
            self._leave_out(sender, "it is an answer, no order")
            return
        verb = message.address[:80]
        try:
            address, name = find(message.address)
            if not address.verb:
                self._handled += 1
                self._understood(sender)
                self._send(pong(message), sender)
                return
            verb = address.verb
            source = f"{PREFIX}{sender[0]}:{sender[1]}"
            order = order_for(address, name, message.arguments, source, self._clock.now_s())
        except (LookupError, ValueError) as refused:
            self._leave_out(sender, str(refused))
            self._send(receipt_message(verb, False, str(refused)), sender)
            return
        self._handled += 1
        self._understood(sender)
        if order is not None and not self._desk.put(order):
            self._lost += 1
            self._send(receipt_message(verb, False, "Refused: too many orders come at once."), sender)

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

    def _leave_out(self, sender: Peer, why: str) -> None:
        self._lost += 1
        if not self._told:
            self._told = True
            log.warning("%s:%d sends what is no order: %s (told once, counted from here on)", *sender, why)

    def _tell(self, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        trouble = f"can't listen ({reason}); free the port or change [control] in patch.toml"
        if not self._trouble:
            log.warning("osc %s:%d %s; it is tried every %g s", self.host, self.port, trouble, AGAIN_S)
        self._trouble = trouble

    def _back(self) -> None:
        if self._trouble:
            self._trouble = ""
            log.warning("osc %s:%d listens again", self.host, self.port)
        elif not _is_loopback(self.host):
            log.warning("osc %s:%d takes orders from anybody on that network", self.host, self.port)


def opened(host: str, port: int) -> socket.socket:
    """A bound socket that never waits; IPv4 where the host has it.  Raises OSError where there is none."""
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = min(found, key=lambda answer: answer[0] != socket.AF_INET)
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows lets another program share a port unless told
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
