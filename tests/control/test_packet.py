"""Datagrams: what is read, what is refused, and that nothing hostile gets further."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from installation.control.packet import MOST_BYTES, Message, messages, of_receipt, pong
from installation.frame import Order, Receipt


def osc(address: str, *arguments: object) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return bytes(builder.build().dgram)


def bundle(*parts: bytes, tag: int = 1) -> bytes:
    return b"#bundle\0" + struct.pack(">Q", tag) + b"".join(struct.pack(">i", len(part)) + part for part in parts)


def read(datagram: bytes) -> list[tuple[str, tuple[object, ...]]]:
    return [(message.address, message.arguments) for message in messages(datagram)]


def test_a_message_is_read_with_every_kind_of_argument():
    assert read(osc("/room/risk", 0.5, 3, "two", True, False)) == [("/room/risk", (0.5, 3, "two", True, False))]


def test_a_message_without_a_type_tag_is_read_as_old_senders_write_it():
    assert read(b"/go\0") == [("/go", ())]


def test_bundles_dated_in_the_future_and_within_bundles_act_at_once_and_in_order():
    inner = bundle(osc("/back"), osc("/panic"), tag=2**63)
    assert read(bundle(osc("/go"), inner, osc("/reset"), tag=2**64 - 1)) == [
        (address, ()) for address in ("/go", "/back", "/panic", "/reset")
    ]


def test_a_bundle_that_python_osc_builds_is_read():
    builder = OscBundleBuilder(2_085_978_495.0)  # the last second of NTP's era: 2036
    builder.add_content(OscMessage(osc("/master", 0.5)))
    assert read(builder.build().dgram) == [("/master", (0.5,))]


def test_an_empty_bundle_holds_nothing():
    assert read(bundle()) == []


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"go",
        b"/go",
        b"/g\xff\xfe\0\0\0\0",
        b"/master\0,f\0\0"[:-1],
        b"/master\0" + b",I\0\0",
        b"/master\0" + b"f\0\0\0",
        b"#bundle\0",
        bundle(osc("/go"))[:-2],
        bundle() + struct.pack(">i", -4),
        bundle() + struct.pack(">i", 0),
        bundle() + struct.pack(">i", 2**31 - 1) + osc("/go"),
        bundle(b"what"),
        bundle(bundle(bundle(bundle(bundle(osc("/go")))))),
        osc("/go", *range(9)),
        osc("/go", "x" * MOST_BYTES),
    ],
)
def test_what_is_not_osc_is_refused_and_ends(datagram):
    with pytest.raises(ValueError, match=r"\w"):
        list(messages(datagram))


pieces = st.sampled_from((b"#bundle\0", b"\0\0\0\0\0\0\0\x01", b"\0\0\0\x08", b"\xff\xff\xff\xfc", b"/go\0", b",f\0\0"))


@given(st.binary(max_size=200) | st.lists(pieces | st.binary(max_size=8), max_size=20).map(b"".join))
@example(b"#bundle\0" + b"\0" * 8 + b"\xff\xff\xff\xfc")
@example((b"#bundle\0" + b"\0" * 8 + b"\0\0\x0f\x00") * 200)
def test_any_bytes_are_messages_or_a_sentence(datagram):
    try:
        found = list(messages(datagram))
    except ValueError as refused:
        assert str(refused)
    else:
        assert all(message.address.startswith("/") for message in found)


def test_a_pong_carries_the_arguments_of_its_ping_byte_for_byte():
    (ping,) = messages(osc("/ping", 7, 0.25, "täglich"))
    assert read(pong(ping)) == [("/out/pong", (7, 0.25, "täglich"))]
    assert read(pong(Message("/ping", (), b""))) == [("/out/pong", ())]


def test_a_pong_of_a_number_that_is_not_finite_is_osc_too():
    (ping,) = messages(osc("/ping", math.inf))
    assert read(pong(ping)) == [("/out/pong", (math.inf,))]


def test_a_receipt_says_verb_accepted_and_reason():
    receipt = Receipt(Order("go", "osc 127.0.0.1:9", 0.0), False, "GO refused: 0.3 s after the last one.")
    assert read(of_receipt(receipt)) == [("/out/receipt", ("go", 0, "GO refused: 0.3 s after the last one."))]
