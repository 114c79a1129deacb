"""mDNS on loopback, looked for by an independent browser of the library."""

from __future__ import annotations

import threading

import pytest
from zeroconf import ServiceBrowser, ServiceListener, Zeroconf

from installation.control.announce import LONGEST, Announcement, instance

KIND = "_oscjson._tcp.local."


class Seen(ServiceListener):
    """Notes what comes and goes."""

    def __init__(self) -> None:
        self.came, self.went = threading.Event(), threading.Event()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        if "feast" in name:
            self.came.set()

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Nothing of it."""

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        if "feast" in name:
            self.went.set()


def test_a_browser_finds_the_port_and_sees_it_go() -> None:
    seen = Seen()
    with Zeroconf(interfaces=["127.0.0.1"]) as looking:
        browser = ServiceBrowser(looking, KIND, seen)
        here = Announcement("A small feast", "127.0.0.1", 5678, 53000)
        assert seen.came.wait(5.0)
        info = looking.get_service_info(KIND, f"A small feast.{KIND}", 3000)
        assert info is not None
        assert (info.port, info.parsed_addresses()) == (5678, ["127.0.0.1"])
        here.close()
        assert not here.trouble
        assert seen.went.wait(5.0)
        browser.cancel()


def test_an_announcement_that_fails_is_told_and_ends_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(**_: object) -> None:
        raise OSError("no such device")

    monkeypatch.setattr("installation.control.announce.Zeroconf", no_network)
    here = Announcement("A small feast", "127.0.0.1", 5678, 53000)
    here._thread.join(5.0)
    assert here.trouble == "not announced (no such device)"
    assert "consoles find it by its address" in caplog.text
    here.close()


@pytest.mark.parametrize("title", ["", "x" * 200, "ä" * 100, "a.b.c", "."])
def test_any_title_gives_a_name_that_dns_holds(title: str) -> None:
    label = instance(title, KIND).removesuffix("." + KIND)
    assert 0 < len(label.encode()) <= LONGEST
    assert "." not in label
