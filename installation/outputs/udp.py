"""UDP that never waits: what the network does to a datagram is counted, told once, and tried again."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from installation.frame import Health

FIRST_ANSWER_S = 0.5  # a name of the local network is found within this; a slower one joins the running light
ASK_AGAIN_S = 10.0  # between two questions for a name that was not found
OPEN_AGAIN_S = 1.0  # between two tries of a way that the network refused
WELL_AGAIN_S = 3.0  # networks report a refusal about once a second; three without one are a return
MULTICAST_TTL = 8  # crosses the few routers of a venue, and no more


class Way(Protocol):
    """A way out for datagrams."""

    def send(self, datagram: bytes | memoryview, time_s: float, group: str = "") -> None:
        """Hand a datagram to the network at this time of the run; `group` is its multicast group."""
        ...

    def health(self) -> Health:
        """How this way does; handled and lost count datagrams.  That nobody listens on this machine is no alarm."""
        ...

    def close(self) -> None:
        """Let go of it; nothing is sent any more."""
        ...


class Nowhere:
    """The way out of a run that sends nothing: it only counts."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._handled = 0

    def send(self, datagram: bytes | memoryview, time_s: float, group: str = "") -> None:
        """Count it."""
        self._handled += 1

    def health(self) -> Health:
        """Always well."""
        return Health(self._name, "output", True, "offline: digested, not sent", self._handled)

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where datagrams go: one address, or ("" for it) multicast groups by the computer's own address `interface`."""

    address: str
    interface: str = ""


def find(host: str) -> Place:
    """Ask for the address of a host: IPv4 where it has one, since many nodes speak nothing else.

    "multicast" leaves the interface to the system; "multicast@192.168.1.10" names it by its address.
    Raises OSError or ValueError where there is no such host.
    """
    if is_multicast(host):
        return Place("", host.partition("@")[2])
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    best = min(answers, key=lambda answer: answer[0] != socket.AF_INET)
    return Place(str(best[4][0]))


def is_multicast(host: str) -> bool:
    """Whether every universe goes to its own group instead of one host."""
    return host.partition("@")[0] == "multicast"


def needs_no_answer(host: str) -> bool:
    """Whether the place is known without asking anyone."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return is_multicast(host)
    return True


def socket_to(place: Place, port: int) -> socket.socket:
    """A socket that never blocks, towards a place.  Raises OSError where the network has no way there."""
    out = socket.socket(socket.AF_INET6 if ":" in place.address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        out.setblocking(False)
        if place.address:
            out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)  # a venue's broadcast address is a host too
            out.connect((place.address, port))  # so that a refusal is heard
        else:
            out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, MULTICAST_TTL)
            if place.interface:
                interface = socket.inet_aton(place.interface)
                out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
    except OSError:
        out.close()
        raise
    return out


class Udp:
    """A way to one host; a name is asked for on a thread of its own, every 10 s until it is found."""

    def __init__(
        self,
        name: str,
        log: logging.Logger,
        host: str,
        port: int,
        *,
        ask: Callable[[str], Place] = find,
        connect: Callable[[Place, int], socket.socket] = socket_to,
    ) -> None:
        self._name, self._log, self._host, self._port = name, log, host, port
        self._ask, self._connect = ask, connect
        self._multicast = is_multicast(host)
        self._where = host if self._multicast else f"{host}:{port}"
        self._place: Place | None = None
        self._socket: socket.socket | None = None
        self._handled = self._lost = 0
        self._trouble, self._alarming = "", False
        self._trouble_s = self._shut_until_s = float("-inf")
        self._refused = False
        self._closed, self._answered = threading.Event(), threading.Event()
        if not (needs_no_answer(host) and self._look_up()):
            threading.Thread(target=self._keep_asking, name=f"find {host}", daemon=True).start()

    def wait(self) -> None:
        """Let the first answer come, for half a second at most; only before the first tick."""
        self._answered.wait(FIRST_ANSWER_S)

    @property
    def open_socket(self) -> socket.socket | None:
        """The socket that is open now, for who hears answers on it."""
        return self._socket

    @property
    def address(self) -> str:
        """Where the datagrams go, "" while that is not known."""
        return self._place.address if self._place else ""

    def refused(self) -> None:
        """Whoever hears answers was told, in the sender's place, that a datagram found nobody."""
        self._refused = True

    def send(self, datagram: bytes | memoryview, time_s: float, group: str = "") -> None:
        """Hand a datagram to the network at this time of the run; `group` is its multicast group."""
        if self._socket is None:
            self._open(time_s)
        if self._socket is None:
            self._lost += 1
            return
        if self._refused:
            self._refused = False
            self._nobody(time_s)
        try:
            try:
                self._hand_over(self._socket, datagram, group)
            except ConnectionRefusedError:  # an earlier datagram was; to hear of it clears it, and this one can go
                self._nobody(time_s)
                self._hand_over(self._socket, datagram, group)
        except ConnectionRefusedError:
            self._lost += 1
        except BlockingIOError:
            self._lost += 1
            self._fail(f"the socket to {self._where} is full; some datagrams are left out", time_s)
        except OSError as error:
            self._lost += 1
            self._put_aside(error, time_s)
        else:
            self._handled += 1
            if self._trouble and time_s - self._trouble_s > WELL_AGAIN_S:
                self._trouble = ""
                self._log.warning("%s: %s is well again", self._name, self._where)

    def health(self) -> Health:
        """How this way does; handled and lost count datagrams.  That nobody listens on this machine is no alarm."""
        text = self._trouble or f"to {self._where}"
        if self._trouble and not self._alarming:  # a rehearsal
            text = f"sent to {self._where}, but nobody listens here"
        return Health(self._name, "output", not (self._trouble and self._alarming), text, self._handled, self._lost)

    def close(self) -> None:
        """Stop asking and give the socket back; nothing is sent any more."""
        self._closed.set()
        self._shut(float("inf"))

    def _nobody(self, time_s: float) -> None:
        """An earlier datagram was refused."""
        self._lost += 1
        trouble = f"nobody listens at {self._where}; start what should, or mend the patch"
        self._fail(trouble, time_s, alarming=not self._stays_here())

    def _hand_over(self, out: socket.socket, datagram: bytes | memoryview, group: str) -> None:
        if not self._multicast:
            out.send(datagram)
        elif group:
            out.sendto(datagram, (group, self._port))
        else:
            raise OSError("only universes have multicast groups")

    def _open(self, time_s: float) -> None:
        if time_s < self._shut_until_s:
            return
        if self._place is None:
            if self._answered.is_set():
                again = f"it is asked for again every {ASK_AGAIN_S:.0f} s"
                self._fail(f"the host {self._host!r} is not found, {again}; check its name in the patch", time_s)
            return
        try:
            self._socket = self._connect(self._place, self._port)
        except OSError as error:
            self._put_aside(error, time_s)

    def _put_aside(self, error: OSError, time_s: float) -> None:
        """Leave the way alone for a second: an interface that went away and came back needs a new socket."""
        reason = error.strerror or error
        self._fail(f"{self._where} can't be reached ({reason}); it is tried every second", time_s)
        self._shut(time_s + OPEN_AGAIN_S)

    def _shut(self, until_s: float) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._shut_until_s = until_s

    def _stays_here(self) -> bool:
        """Whether the way ends on this machine: a rehearsal, where nobody need listen."""
        return self._place is not None and not self._multicast and ipaddress.ip_address(self._place.address).is_loopback

    def _fail(self, trouble: str, time_s: float, alarming: bool = True) -> None:
        if not self._trouble:
            self._log.warning("%s: %s", self._name, trouble)
        self._trouble, self._trouble_s, self._alarming = trouble, time_s, alarming

    def _keep_asking(self) -> None:
        while not self._look_up() and not self._closed.wait(ASK_AGAIN_S):
            pass

    def _look_up(self) -> bool:
        try:
            self._place = self._ask(self._host)
        except (OSError, ValueError):  # ValueError: no name server could know such a name
            self._place = None
        self._answered.set()
        return self._place is not None
