import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from installation.watch.codec import Message, Reader, decode, encode, number

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ARRAYS = st.sampled_from([np.uint8, np.int32, np.float32, np.float64, np.bool_]).flatmap(
    lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
)


@given(st.text(), st.dictionaries(st.text(), PLAIN, max_size=3), st.dictionaries(st.text(), ARRAYS, max_size=3))
def test_a_message_comes_back_as_it_was_sent(
    kind: str, fields: dict[str, object], arrays: dict[str, np.ndarray]
) -> None:
    (back,) = Reader().feed(encode(Message(kind, fields, arrays)))
    assert (back.kind, back.fields) == (kind, fields)
    assert list(back.arrays) == list(arrays)
    for name, values in arrays.items():
        assert back.arrays[name].dtype == values.dtype
        np.testing.assert_array_equal(back.arrays[name], values)


@given(st.lists(st.binary(max_size=64), max_size=8))
def test_no_bytes_make_the_reader_raise(pieces: list[bytes]) -> None:
    reader = Reader(largest=64)
    for piece in pieces:
        reader.feed(piece)


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 255))
def test_a_damaged_message_is_counted_and_the_next_one_is_read(extra: bytes, where: int, value: int) -> None:
    whole = bytearray(encode(Message("news", {"place": [1, 2]}, {"slots": np.arange(9, dtype=np.uint8)})))
    where = 4 + where % (len(whole) - 4)  # behind the length, which alone holds the stream together
    whole[where] = value
    reader = Reader()
    found = reader.feed(bytes(whole) + encode(Message("order", {"verb": "go"})))
    assert found[-1] == Message("order", {"verb": "go"}, {})
    assert reader.bad + len(found) == 2
    assert decode(extra) is None or extra


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20))
def test_a_message_is_whole_however_the_stream_is_cut(cuts: list[int]) -> None:
    data = encode(Message("a", {}, {"x": np.arange(5.0)})) + encode(Message("b"))
    reader, kinds, at = Reader(), [], 0
    for cut in [*cuts, len(data)]:
        kinds += [message.kind for message in reader.feed(data[at : at + cut])]
        at += cut
    assert kinds == ["a", "b"]


def test_a_length_past_the_largest_ends_the_stream_instead_of_filling_the_memory() -> None:
    reader = Reader(largest=1000)
    assert reader.feed(b"\x7f\xff\xff\xff" + b"x" * 100) == ()
    assert reader.broken
    assert reader.feed(encode(Message("order"))) == ()


def test_an_array_that_claims_more_than_was_sent_is_no_message() -> None:
    lie = encode(Message("news", {}, {"slots": np.zeros(4, np.uint8)})).replace(b"[4]", b"[9]")
    reader = Reader()
    assert reader.feed(lie) == ()
    assert reader.bad == 1


NO_NUMBERS: tuple[object, ...] = (None, "1", True, [], 10**400)


def test_what_is_not_a_number_is_nan_and_nan_travels_as_nothing() -> None:
    (back,) = Reader().feed(encode(Message("a", {"x": math.nan, "y": math.inf, "z": np.float32(0.5)})))
    assert back.fields == {"x": None, "y": None, "z": 0.5}
    assert all(math.isnan(number(value)) for value in NO_NUMBERS)
    assert number(3) == 3.0
