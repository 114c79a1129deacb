"""OSC bytes, read back by python-osc."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.parsing.osc_types import IMMEDIATELY

from installation.outputs.osc import DATAGRAM, SILENT, TEXT, Stream, bundles, message, packed, part, plain, real

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=600)


@given(st.lists(letters, max_size=30))
def test_bundles_keep_every_message_in_order_and_fit_one_frame(texts):
    datagrams = list(bundles([message("/ar/caption", "s", plain(text)) for text in texts]))
    assert all(len(datagram) <= DATAGRAM for datagram in datagrams)
    read = [OscBundle(datagram) for datagram in datagrams]
    assert all(bundle.timestamp == IMMEDIATELY for bundle in read)
    assert [content.params[0] for bundle in read for content in bundle] == [plain(text) for text in texts]


def test_few_messages_share_one_bundle():
    assert len(list(bundles([message("/a", "f", 1.0)] * 50))) == 1
    assert list(bundles([])) == []


@given(letters)
def test_a_text_is_cut_between_letters_and_holds_no_nul(text):
    shown = plain(text)
    assert "\0" not in shown
    assert len(shown.encode()) <= TEXT
    assert text.replace("\0", "").startswith(shown)


def test_what_osc_reserves_never_stands_in_an_address():
    assert part("tide #1 [in/out]") == "tide__1__in_out_"


@given(st.floats(width=64))
def test_no_number_that_is_not_finite_ever_leaves(value):
    (read,) = struct.unpack(">f", packed("f")(real(value)))
    assert read == (np.float32(value) if abs(value) <= 3.4e38 else -1.0)


def test_a_stream_writes_what_python_osc_would_write():
    stream = Stream(["/ar/wearer/1/heart"], "fffi")
    rows = [packed("fffi")(61.5, 0.25, 1.0, 2)]
    assert stream.changed(rows, 9) == [message("/ar/wearer/1/heart", "fffi", 61.5, 0.25, 1.0, 2)]


def rows(*values: float) -> list[bytes]:
    return [packed("f")(value) for value in values]


def addresses(messages: list[bytes]) -> list[str]:
    return [OscMessage(content).address for content in messages]


def test_a_stream_tells_the_first_value_even_if_it_is_zero_and_then_only_changes():
    stream = Stream(["/a", "/b"], "f")
    assert addresses(stream.changed(rows(0.0, 0.0), 9)) == ["/a", "/b"]
    assert stream.changed(rows(0.0, 0.0), 9) == []
    assert addresses(stream.changed(rows(0.0, 1.0), 9)) == ["/b"]
    assert addresses(stream.all(rows(0.0, 1.0))) == ["/a", "/b"]


def test_a_row_with_nothing_to_say_is_silent():
    stream = Stream(["/a", "/b"], "f")
    words = [SILENT, *rows(2.0)]
    assert addresses(stream.changed(words, 9)) == ["/b"]
    assert addresses(stream.all(words)) == ["/b"]


def test_a_crowded_stream_lets_those_speak_that_waited_longest():
    stream = Stream([f"/{n}" for n in range(5)], "f")
    spoke = [addresses(stream.changed(rows(*[float(n)] * 5), 2)) for n in range(5)]
    assert spoke == [["/0", "/1"], ["/2", "/3"], ["/0", "/4"], ["/1", "/2"], ["/0", "/3"]]
