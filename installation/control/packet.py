"""OSC 1.0 datagrams to messages, and back: checked before python-osc decodes them, no socket.

A bundle is walked here and not by python-osc, whose walk does not end where a part claims a negative
size, and which holds back what is dated in the future.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageError
from pythonosc.parsing.osc_types import ParseError, get_int, get_string, write_float, write_int, write_string

from installation.frame import Receipt

MOST_BYTES = 4096  # of a datagram; orders are short, and several tools in the field have this limit
MOST_DEEP = 4  # bundles within bundles; nobody needs more than one
MOST_ARGUMENTS = 8
KNOWN_TAGS = frozenset("ifsTFhdN")
BUNDLE = b"#bundle\0"
RECEIPT = write_string("/out/receipt") + write_string(",sis")  # written by parts: twenty times as fast as a builder
HEADER = len(BUNDLE) + 8  # with its time tag, which is not read

Argument = int | float | str | bool | None


@dataclass(frozen=True, slots=True)
class Message:
    """An OSC message: address, arguments, and its bytes after the address."""

    address: str
    arguments: tuple[Argument, ...]
    tail: bytes


def messages(datagram: bytes, deep: int = 0) -> Iterator[Message]:
    """The messages of a datagram in their order, those of bundles as if they stood alone.

    Raises ValueError, with what is wrong, at the first part that is not OSC.
    """
    if len(datagram) > MOST_BYTES:
        raise ValueError(f"{len(datagram)} bytes are too many for an order")
    if datagram.startswith(b"/"):
        yield _message(datagram)
    elif datagram.startswith(BUNDLE) and len(datagram) >= HEADER:
        if deep >= MOST_DEEP:
            raise ValueError("bundles stand too deep within bundles")
        yield from _parts(datagram, deep + 1)
    else:
        raise ValueError("it begins neither with / nor with #bundle")


def _parts(bundle: bytes, deep: int) -> Iterator[Message]:
    at = HEADER
    while at < len(bundle):
        try:
            size, at = get_int(bundle, at)
        except ParseError as error:
            raise ValueError("a bundle ends in the middle of a size") from error
        if size <= 0 or at + size > len(bundle):
            raise ValueError(f"a part of a bundle claims {size} bytes")
        yield from messages(bundle[at : at + size], deep)
        at += size


def _message(datagram: bytes) -> Message:
    try:
        address, at = get_string(datagram, 0)
        tags = get_string(datagram, at)[0] if at < len(datagram) else ","
        if not tags.startswith(",") or not KNOWN_TAGS.issuperset(tags[1:]) or len(tags) - 1 > MOST_ARGUMENTS:
            raise ValueError(f"no order has arguments of the kind {tags[: MOST_ARGUMENTS + 2]!r}")
        return Message(address, tuple(OscMessage(datagram).params), datagram[at:])
    except (ParseError, MessageError, UnicodeDecodeError) as error:
        raise ValueError("it ends before its arguments do, or its text is not UTF-8") from error


def told(address: str, values: Iterable[float | int | str | bool]) -> bytes:
    """A message with the tags of its values: T and F, i, f, s."""
    tags, tail = ",", b""
    for value in values:
        if isinstance(value, bool):
            tags += "T" if value else "F"
        elif isinstance(value, int):
            tags, tail = tags + "i", tail + write_int(value)
        elif isinstance(value, float):
            tags, tail = tags + "f", tail + write_float(value)
        else:
            tags, tail = tags + "s", tail + write_string(value)
    return write_string(address) + write_string(tags) + tail


def pong(ping: Message) -> bytes:
    """`/out/pong` with the arguments of the ping, byte for byte."""
    return write_string("/out/pong") + (ping.tail or write_string(","))


def receipt_message(verb: str, accepted: bool, reason: str) -> bytes:
    """`/out/receipt s verb i accepted s reason`."""
    return RECEIPT + write_string(verb) + write_int(int(accepted)) + write_string(reason)


def of_receipt(receipt: Receipt) -> bytes:
    """The message that answers an order."""
    return receipt_message(receipt.order.verb, receipt.accepted, receipt.reason)
