"""The one table of OSC addresses that Nexus hears: what becomes of a message, and what the docs say of it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from installation.control.orders import order_of
from installation.frame import Force, Order

PATTERN = frozenset("*?[]{}")  # of OSC address patterns; one message is one order here
Argument = int | float | str | bool | None

BEGIN = "<!-- what Nexus hears: written by installation.control.dictionary -->"
END = "<!-- end of what Nexus hears -->"


@dataclass(frozen=True, slots=True)
class Address:
    """One address: parts with `<…>` for a name, what it takes, the verb of its order, one sentence.

    takes: "button" acts without an argument, on a text or on a number, except 0, the release ·
    "switch" is 1 or 0 · "number" · "force" is auto, real or simulated, or 0, 1, 2 · "anything".
    """

    path: str
    takes: str
    verb: str
    says: str


ADDRESSES = (
    Address("/go", "button", "go", "GO: take the cue in standby; a text is the cue number that must be in standby."),
    Address("/back", "button", "back", "BACK: take the cue before the current one; it stands by."),
    Address("/panic", "button", "panic", "PANIC: fade to the safe look; again within that time, at once."),
    Address("/blackout", "switch", "blackout", "BLACKOUT: 1 darkens, 0 releases; cues go on beneath."),
    Address("/master", "number", "master", "The grand master, 0 to 1."),
    Address("/cue/<number>/go", "button", "cue", "GO of one cue, wherever it stands."),
    Address("/room/<name>", "number", "room", "Set a signal of the room, within the range that the show declares."),
    Address(
        "/wearer/<name>/presence",
        "force",
        "presence",
        "Whose body is shown, whatever the sensors say: real, simulated, or auto again; a name, or a number from 1.",
    ),
    Address(
        "/ar/sync",
        "button",
        "sync",
        "The AR state is told in full at once, at most four times a second, to where it always goes.",
    ),
    Address("/reset", "button", "reset", "Return to the opening state, by fading."),
    Address("/ping", "anything", "", "Answered with `/out/pong` and the same arguments."),
)

PLAIN = {one.path: one for one in ADDRESSES if "<" not in one.path}
NAMED = [(one.path.split("<")[0], one.path.split(">")[1], one) for one in ADDRESSES if "<" in one.path]

ARGUMENTS = {
    "button": "none, `s` or a number",
    "switch": "`i` `f` `T` `F`",
    "number": "`f` or `i`",
    "force": "`s` or `i`",
    "anything": "up to 8",
}


def find(path: str) -> tuple[Address, str]:
    """The address in the table, and the name that stands for its `<…>`.

    Raises LookupError, with a sentence for the sender, where there is none.
    """
    if not PATTERN.isdisjoint(path):
        raise LookupError("Refused: an address with * ? [ ] { } is no order; one message is one order.")
    if path in PLAIN:
        return PLAIN[path], ""
    for before, after, address in NAMED:
        name = path[len(before) : len(path) - len(after)]
        if name and "/" not in name and path == before + name + after:
            return address, name
    guess = difflib.get_close_matches(path[:80], [address.path for address in ADDRESSES], n=1)
    hint = f"; did you mean {guess[0]}?" if guess else "; docs/osc.md lists them all."
    raise LookupError(f"Refused: nothing listens at {path[:80]}{hint}")


def order_for(address: Address, name: str, arguments: Sequence[Argument], source: str, time_s: float) -> Order | None:
    """The order that a message gives; None for the release of a button.

    Raises ValueError, with a sentence for the sender, where the arguments are of no use.
    """
    return TAKES[address.takes](address, name, arguments, source, time_s)


def _button(address: Address, name: str, arguments: Sequence[Argument], source: str, time_s: float) -> Order | None:
    first = arguments[0] if arguments else None
    if isinstance(first, str):
        return order_of(address.verb, source, time_s, target=name, expect_standby=first)
    if isinstance(first, float) and not math.isfinite(first):
        raise ValueError(f"Refused: {address.path} takes a number that is finite.")
    if first is not None and not first:
        return None
    return order_of(address.verb, source, time_s, target=name)


def _switch(address: Address, name: str, arguments: Sequence[Argument], source: str, time_s: float) -> Order | None:
    if not arguments:
        raise ValueError(f"Refused: {address.path} takes 1 or 0.")
    return order_of(address.verb, source, time_s, target=name, value=_number(address, arguments))


def _level(address: Address, name: str, arguments: Sequence[Argument], source: str, time_s: float) -> Order | None:
    return order_of(address.verb, source, time_s, target=name, value=_number(address, arguments))


def _force(address: Address, name: str, arguments: Sequence[Argument], source: str, time_s: float) -> Order | None:
    first = arguments[0] if arguments else None
    words = {force.name.lower(): float(force) for force in Force}
    value = words.get(first.lower()) if isinstance(first, str) else _number(address, arguments)
    if value is None:
        raise ValueError(f"Refused: {address.path} takes {', '.join(words)}, or 0, 1, 2.")
    return order_of(address.verb, source, time_s, target=name, value=value)


def _number(address: Address, arguments: Sequence[Argument]) -> float:
    first = arguments[0] if arguments else None
    if not isinstance(first, int | float) or not math.isfinite(first):
        raise ValueError(f"Refused: {address.path} takes a number.")
    return float(first)


TAKES: dict[str, Callable[[Address, str, Sequence[Argument], str, float], Order | None]] = {
    "button": _button,
    "switch": _switch,
    "number": _level,
    "force": _force,
}


def heard() -> str:
    """The section "What Nexus hears" of `docs/osc.md`, made from the table."""
    rows = [f"| `{one.path}` | {ARGUMENTS[one.takes]} | {one.says} |" for one in ADDRESSES]
    return "\n".join(
        (
            BEGIN,
            "",
            "## What Nexus hears",
            "",
            "At `[control]` in `patch.toml` (127.0.0.1:53000 unless the venue says otherwise): over UDP, and over TCP,",
            "with SLIP (OSC 1.1, double END, as QLab) or a length before each packet (OSC 1.0, as liblo and Eos).",
            "",
            "| address | arguments | what it does |",
            "|---|---|---|",
            *rows,
            "",
            "- Every order is answered to its sender: `/out/receipt s verb i accepted s reason`.  `accepted` is 1 or",
            "  0, `reason` a sentence.  Of a fader's messages in one tick only the newest counts and is answered.",
            "- A button is pressed by a message without an argument or with a number; the number 0 is its release and",
            "  does nothing, so that a push button of TouchOSC or Open Stage Control works as it is.",
            "- A bundle's messages act at once, whatever its time tag says: what is dated in the future is not held.",
            "- One message is one order: an address with `* ? [ ] { }` is refused.",
            "- Numbers that are not finite are refused, and so is what lies outside a range.",
            "- Whoever has sent a `/ping` or an order that was understood within 20 s is told of presence, up to 16",
            "  consoles: `/out/presence i i i i`, how many hearts are real, held, simulated, replayed, once a second",
            "  and at every change; and in words `/out/presence/<number> s name s heart s skin s breath s motion`,",
            "  whoever changed at once, all again in turn: within a second for 32 wearers, N / 32 s for N.  They come",
            "  as bundles of at most 1400 bytes, one a tick; what does not fit follows in the next.",
            "- Over TCP answers come on the connection of the order, and whoever was understood on it is told of",
            "  presence as long as it stands.  There are 16 connections; for one more, one that was silent for 20 s",
            "  makes room.  Who lets 64 kB wait unread is hung up on.",
            "- Nothing under `/out` is ever answered, so that two controllers can't talk in a ring.",
            "",
            END,
        )
    )


if __name__ == "__main__":
    print(heard())
