"""The one way from a packet to the desk, whatever brought it: datagram, stream or WebSocket."""

from __future__ import annotations

import logging
from collections.abc import Callable

from installation.clock import Clock
from installation.control.dictionary import find, order_for
from installation.control.orders import Desk
from installation.control.packet import Message, messages, pong, receipt_message

OUR_OWN = "/out"  # what Nexus itself sends, of which nothing is answered

Reply = Callable[[bytes], None]
Note = Callable[[], None]

log = logging.getLogger("installation.osc.in")


class Intake:
    """Takes the packets of one door; handled and lost count messages."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.handled = self.lost = 0
        self._desk, self._clock = desk, clock
        self._told = False

    @property
    def text(self) -> str:
        """How it does, for the operator's eyes."""
        return "listens" if not self.lost else f"listens; {self.lost} messages are left out"

    def hear(self, packet: bytes, source: str, reply: Reply, understood: Note = lambda: None) -> None:
        """Take one packet, whatever is in it.

        source: of the orders.  What is refused here, and a ping, is answered by `reply`, which never waits;
        `understood` is called before for every message that makes sense.
        """
        try:
            for message in tuple(messages(packet)):  # half a bundle is no order at all
                self._take(message, source, reply, understood)
        except ValueError as error:
            self.leave_out(source, str(error))

    def leave_out(self, source: str, why: str) -> None:
        """Count what is no order; the first is told."""
        self.lost += 1
        if not self._told:
            self._told = True
            log.warning("%s sends what is no order: %s (told once, counted from here on)", source, why)

    def _take(self, message: Message, source: str, reply: Reply, understood: Note) -> None:
        if message.address == OUR_OWN or message.address.startswith(OUR_OWN + "/"):
            self.leave_out(source, "it is an answer, no order")
            return
        verb = message.address[:80]
        try:
            address, name = find(message.address)
            if not address.verb:
                self.handled += 1
                understood()
                reply(pong(message))
                return
            verb = address.verb
            order = order_for(address, name, message.arguments, source, self._clock.now_s())
        except (LookupError, ValueError) as refused:
            self.leave_out(source, str(refused))
            reply(receipt_message(verb, False, str(refused)))
            return
        self.handled += 1
        understood()
        if order is not None and not self._desk.put(order):
            self.lost += 1
            reply(receipt_message(verb, False, "Refused: too many orders come at once."))
