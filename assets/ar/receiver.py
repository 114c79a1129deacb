"""A receiver of Nexus's AR story for makers, in Python: pip install python-osc, then python receiver.py [PORT].

It does all that an engine has to do, and prints what it would show.  Read docs/ar.md beside it.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import time

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

HEARTBEAT_S = 1.0
PICTURE_S = 1 / 60

Answer = tuple[str, str, list[object]]
"""Address, types and values."""


class Receiver:
    """What is shown, and how new it is: a trigger or a state that is not newer than `seq` changes nothing."""

    def __init__(self) -> None:
        self.epoch = self.seq = -1
        self.scene = ""
        self.coming: tuple[float, str] | None = None  # second of our own clock, and the scene that starts then

    def take(self, said: OscMessage, now_s: float) -> list[Answer]:
        """Do what a message asks for, and give what is to be answered."""
        values = list(said.params)
        match said.address:
            case "/ar/scene/start":
                name, seq, epoch, start_at, _fade_s = values
                if self.newer(epoch, seq):
                    self.coming = (max(now_s, start_at), name)
                return [("/ar/ack", "i", [seq])]
            case "/ar/cue/fire":
                name, seq, epoch, _fade_s = values
                if self.newer(epoch, seq):
                    print(f"cue: {name}", flush=True)
                return [("/ar/ack", "i", [seq])]
            case "/ar/blackout":
                on, seq, epoch = values
                if self.newer(epoch, seq):
                    print(f"blackout: {on}", flush=True)
                return [("/ar/ack", "i", [seq])]
            case "/ar/scene/load":
                name, seq, epoch = values
                self.newer(epoch, seq)
                return [("/ar/ready", "si", [name, seq])]
            case "/ar/state":
                epoch, scene, _cue, seq, _elapsed_s, _blackout = values
                if self.newer(epoch, seq):
                    self.coming = (now_s, scene)
            case "/ar/ping":
                return [("/ar/pong", "iff", [values[0], values[1], now_s])]
            case "/ar/caption":
                print(f"caption: {values[0]} {values[1]}", flush=True)
        return []  # /ar/param/…, /ar/garment/…, /ar/wearer/… are numbers to draw with

    def newer(self, epoch: int, seq: int) -> bool:
        """Whether a number is news; another epoch is another start of the controller."""
        news = epoch != self.epoch or seq > self.seq
        if news:
            self.epoch, self.seq = epoch, seq
        return news

    def look(self, now_s: float) -> None:
        """Once a picture: start what is due."""
        if self.coming and now_s >= self.coming[0]:
            self.scene, self.coming = self.coming[1], None
            print(f"scene: {self.scene}", flush=True)


def said(datagram: bytes) -> list[OscMessage]:
    """The messages of a datagram."""
    if datagram.startswith(b"#bundle"):
        return [one for one in OscBundle(datagram) if isinstance(one, OscMessage)]
    return [OscMessage(datagram)]


def written(address: str, kinds: str, values: list[object]) -> bytes:
    """An answer as a datagram."""
    builder = OscMessageBuilder(address=address)
    for kind, value in zip(kinds, values, strict=True):
        builder.add_arg(value, kind)
    return builder.build().dgram


def main(port: int) -> None:
    """Listen until Ctrl-C."""
    began_s = time.monotonic()  # seconds since the start are small: a 32-bit float holds them well for hours
    receiver, controller, beats, beat_s = Receiver(), None, 0, 0.0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", port))
        line.settimeout(PICTURE_S)
        while True:
            with contextlib.suppress(TimeoutError, ConnectionError):
                datagram, controller = line.recvfrom(2048)
                for message in said(datagram):
                    for answer in receiver.take(message, time.monotonic() - began_s):
                        line.sendto(written(*answer), controller)
            now_s = time.monotonic() - began_s
            receiver.look(now_s)
            if controller and now_s - beat_s >= HEARTBEAT_S:
                beats, beat_s = beats + 1, now_s
                beat = [beats, receiver.scene, receiver.seq, 1 / PICTURE_S]
                with contextlib.suppress(ConnectionError):
                    line.sendto(written("/ar/heartbeat", "isif", beat), controller)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 9000)
