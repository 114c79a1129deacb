"""mDNS: the network is told that OSCQuery and OSC are here, for consoles that look for them."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading

import ifaddr
from zeroconf import InterfaceChoice, ServiceInfo, Zeroconf

LONGEST = 63  # bytes of a name in DNS
EVERYWHERE = ("0.0.0.0", "::")

log = logging.getLogger("installation.osc.in")


class Announcement:
    """Announces on a thread of its own, since asking the network whether a name is free takes a second."""

    def __init__(self, title: str, host: str, query_port: int, osc_port: int) -> None:
        """host: the address that is bound, as a number; only its own network is told."""
        self.trouble = ""
        self._host, self._title = host, title
        self._ports = (("_oscjson._tcp.local.", query_port), ("_osc._udp.local.", osc_port))
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mdns", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take it back."""
        self._closed.set()
        self._thread.join(timeout=3.0)

    def _run(self) -> None:
        try:
            everywhere = self._host in EVERYWHERE
            with Zeroconf(interfaces=InterfaceChoice.Default if everywhere else [self._host]) as zeroconf:
                for kind, port in self._ports:
                    if not self._closed.is_set():
                        zeroconf.register_service(self._service(kind, port), allow_name_change=True)
                self._closed.wait()
                zeroconf.unregister_all_services()
        except Exception as error:  # of a library on a network: whatever it is, orders are heard all the same
            self.trouble = f"not announced ({str(error) or type(error).__name__})"
            log.warning("OSCQuery is %s; consoles find it by its address", self.trouble)

    def _service(self, kind: str, port: int) -> ServiceInfo:
        name = instance(self._title, kind)
        addresses = _own_addresses() if self._host in EVERYWHERE else [self._host]
        server = f"{socket.gethostname().partition('.')[0]}-nexus.local."
        return ServiceInfo(kind, name, port, parsed_addresses=addresses, properties={"txtvers": "1"}, server=server)


def instance(title: str, kind: str) -> str:
    """The name of a service: the show's title, as much of it as DNS holds."""
    room = LONGEST - len(" 99")  # zeroconf numbers what is called alike
    short = title.replace(".", " ").encode()[:room].decode(errors="ignore").strip()
    return f"{short or 'Nexus'}.{kind}"


def _own_addresses() -> list[str]:
    """Every address of this computer that others can reach, or loopback where it has no other."""
    found = [str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4]
    others = [one for one in found if not ipaddress.ip_address(one).is_loopback]
    return others or ["127.0.0.1"]
