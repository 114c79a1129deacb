"""Pseudo-terminals: serial ports at whose far end are simulated devices.  POSIX alone has them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from installation.clock import Clock
from installation.sensors.simulated import Simulated

READ_BYTES = 4096
HELD = 1 << 16  # bytes that wait for room in the pseudo-terminal, which itself holds 4 kB
LOOKS_HZ = 500.0  # how often every device may say something: USB at full speed is polled each millisecond


def has_ptys() -> bool:
    """Whether this system has pseudo-terminals; Windows has none."""
    return hasattr(os, "openpty")


class Pty:
    """The device's end of a pseudo-terminal; hosts open `path`, or the symlink `link`.

    Nothing here waits: what a host does not fetch is kept up to `HELD`, as in a USB bridge, and then lost; while nobody
    has the port open nothing is kept.
    """

    def __init__(self, link: Path | None = None) -> None:
        import select
        import tty

        self._ours, theirs = os.openpty()
        self.path = os.ttyname(theirs)
        self.link = link
        self._held = b""
        tty.setraw(theirs)
        os.close(theirs)  # so that hang-ups tell whether a host has it open
        os.set_blocking(self._ours, False)
        self._poll = select.poll()
        self._poll.register(self._ours, select.POLLIN)
        self._hung_up = select.POLLHUP
        if link is not None:
            beside = link.with_name(f".{link.name}.new")
            beside.symlink_to(self.path)
            beside.replace(link)

    def __enter__(self) -> Pty:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def opened(self) -> bool:
        """Whether a host has it open."""
        return not any(event & self._hung_up for _, event in self._poll.poll(0))

    def read(self) -> bytes:
        """What a host wrote, b"" for nothing."""
        with contextlib.suppress(OSError):  # nothing there, or no host
            return os.read(self._ours, READ_BYTES)
        return b""

    def write(self, data: bytes) -> None:
        """Send what waits and the data to the host, as much of it as there is room for."""
        self._held = (self._held + data)[:HELD]
        while self._held:
            try:
                self._held = self._held[os.write(self._ours, self._held) :]
            except BlockingIOError:
                return
            except OSError:  # no host
                self._held = b""

    @property
    def waiting(self) -> int:
        """Bytes that wait for a host to fetch others."""
        return len(self._held)

    def forget(self) -> None:
        """Drop what waits: its host is gone."""
        self._held = b""

    def close(self) -> None:
        """Take the port away; a host finds the cable out."""
        if self.link is not None:
            self.link.unlink(missing_ok=True)
        os.close(self._ours)


def serve(
    devices: Sequence[Simulated],
    ptys: Sequence[Pty],
    clock: Clock,
    seconds: float | None,
    stopped: Callable[[], bool],
) -> None:
    """Let every device hear and say what is due, in real time."""
    end_s = float("inf") if seconds is None else clock.now_s() + seconds
    listening = [False] * len(ptys)
    for _ in clock.ticks(LOOKS_HZ):
        now_s = clock.now_s()
        if stopped() or now_s >= end_s:
            return
        for place, (device, pty) in enumerate(zip(devices, ptys, strict=True)):
            if pty.opened != listening[place]:
                listening[place] = not listening[place]
                pty.forget()
                if listening[place]:
                    device.opened(now_s)
            if listening[place] and (data := pty.read()):
                device.hear(data, now_s)
            said = b"".join(data for _, data in device.say(now_s))
            if listening[place]:
                pty.write(said)
