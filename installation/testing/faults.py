"""What happens in a night, as values: a fault of one wearer's sensor, or an order from the desk.

Wearers are called by stage name, or by their place in the show: "Elif", "wearer 3", 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal

from installation.control.orders import order_of
from installation.frame import Order

What = Literal["unplug", "replug", "cut", "garbage", "flat", "noise", "lose", "burst", "clone", "reset"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that befalls the sensor of one wearer; seconds: how long, where it ends by itself.

    port: where it is plugged in again, "" for a port of its own · share: of the lines, 0..1.
    """

    what: What
    wearer: str | int
    seconds: float = inf
    port: str = ""
    share: float = 0.0

    def __post_init__(self) -> None:
        if not self.seconds > 0.0:
            raise ValueError(f"{self.what} for {self.seconds} s is none; more than 0 seconds would do")
        if not 0.0 <= self.share <= 1.0:
            raise ValueError(f"a share of {self.share} is none; 0 to 1 would do")

    def __str__(self) -> str:
        who = self.wearer if isinstance(self.wearer, str) else f"wearer {self.wearer}"
        lasts = f" for {self.seconds:g} s" if isfinite(self.seconds) else ""
        return f"{self.what} {who}{lasts}{f' at {self.port}' if self.port else ''}"


def unplug(wearer: str | int) -> Fault:
    """The cable is pulled out, and stays out."""
    return Fault("unplug", wearer)


def replug(wearer: str | int, name: str = "") -> Fault:
    """The cable is plugged in again, now under the port `name`, or another one than before."""
    return Fault("replug", wearer, port=name)


def cut(wearer: str | int, seconds: float = 1.0) -> Fault:
    """The plug slips in the middle of a line, and is back `seconds` later, under the same port."""
    return Fault("cut", wearer, seconds)


def garbage(wearer: str | int, seconds: float) -> Fault:
    """Bytes that mean nothing, as from a board at another speed."""
    return Fault("garbage", wearer, seconds)


def flat(wearer: str | int, seconds: float) -> Fault:
    """Proper lines that always say the same: the sensor came off its board."""
    return Fault("flat", wearer, seconds)


def noise(wearer: str | int, seconds: float) -> Fault:
    """Proper lines with any number: the sensor hangs in the air."""
    return Fault("noise", wearer, seconds)


def lose(wearer: str | int, seconds: float, share: float = 0.3) -> Fault:
    """A share of the lines is lost on the way."""
    return Fault("lose", wearer, seconds, share=share)


def burst(wearer: str | int, seconds: float = 0.5) -> Fault:
    """The bus holds every byte back for so long, then lets all of them go at once."""
    return Fault("burst", wearer, seconds)


def reset(wearer: str | int) -> Fault:
    """The device is switched off and on, or its supply dips: it begins anew, and one that waits to be started waits."""
    return Fault("reset", wearer)


def clone(wearer: str | int, seconds: float = inf) -> Fault:
    """A second device with the same USB serial number is plugged in, and taken out after `seconds`.

    A port that is open does not care; one that has to be found again can't be told from its clone.
    """
    return Fault("clone", wearer, seconds)


def order(verb: str, target: str = "", value: float | None = None, expect_standby: str = "") -> Order:
    """An order from the desk: "GO", "back", "panic", "blackout" (value 1 or 0), "master" (0..1), "cue" (its number).

    Raises ValueError where no desk would take it.
    """
    return order_of(verb.lower(), "test", 0.0, target=target, value=value, expect_standby=expect_standby)


def room(signal: str, value: float) -> Order:
    """The room says that a signal has another value now."""
    return order_of("room", "test", 0.0, target=signal, value=value)
