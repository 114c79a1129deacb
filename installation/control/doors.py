"""Every door that the show's patch asks for."""

from __future__ import annotations

from typing import Protocol

from installation.clock import Clock
from installation.control.orders import Desk
from installation.control.osc import OscIn
from installation.control.tcp import OscTcp
from installation.frame import Frame, Health, Receipt
from installation.show.model import Show


class ControlDoor(Protocol):
    """Where orders come in over a network: a door and a watcher of the loop."""

    def answer(self, receipts: tuple[Receipt, ...]) -> None:
        """Tell the senders of orders what became of them; never waits."""
        ...

    def show(self, frame: Frame) -> None:
        """Take the finished frame; never waits."""
        ...

    def health(self) -> tuple[Health, ...]:
        """How the port does."""
        ...

    def close(self) -> None:
        """Give the port back."""
        ...


def open_doors(show: Show, desk: Desk, clock: Clock) -> tuple[ControlDoor, ...]:
    """OSC over UDP and over TCP, and OSCQuery where the patch names a port for it."""
    udp = OscIn(show, desk, clock)
    doors: tuple[ControlDoor, ...] = (udp, OscTcp(show, desk, clock))
    if show.patch.query_port:
        from installation.control.oscquery import OscQuery  # 30 ms of a library that few venues ask for

        doors += (OscQuery(show, desk, clock, udp.port),)
    return doors
