"""Every door that the show's patch asks for."""

from __future__ import annotations

from installation.clock import Clock
from installation.control.orders import Desk
from installation.control.osc import OscIn
from installation.control.tcp import OscTcp
from installation.show.model import Show


def open_doors(show: Show, desk: Desk, clock: Clock) -> tuple[OscIn | OscTcp, ...]:
    """OSC over UDP and over TCP."""
    return OscIn(show, desk, clock), OscTcp(show, desk, clock)
