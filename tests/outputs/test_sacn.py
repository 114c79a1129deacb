"""E1.31 packets byte for byte, and when they are sent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacn.messages.data_packet import DataPacket
from sacn.messages.universe_discovery import UniverseDiscoveryPacket

from installation.outputs.sacn import Source, data_packet, discovery_packets, group

CID = bytes(range(16))
# Of the standard's table, with the source "bench": root layer, framing layer, DMP layer, START code.
GOLDEN = (
    "001000004153432d45312e3137000000726e00000004000102030405060708090a0b0c0d0e0f"
    "72580000000262656e6368" + 59 * "00" + "64000000000001"
    "720b02a1000000010201" + "00" + 512 * "00"
)
OPTIONS, SEQUENCE = 112, 111


def black(universes: int = 1) -> np.ndarray:
    return np.zeros((universes, 512), np.uint8)


def sent(source: Source, slots: np.ndarray, ticks: range, rate_hz: float = 60.0) -> list[int]:
    """Ticks at which data packets left."""
    return [n for n in ticks if any(len(packet) == 638 for _, packet in source.due(slots, n / rate_hz))]


def test_a_data_packet_is_the_golden_one():
    assert data_packet(CID, "bench", 100, 1).hex() == GOLDEN


@given(
    cid=st.binary(min_size=16, max_size=16),
    name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=15),
    numbers=st.tuples(st.integers(0, 200), st.integers(1, 63999)),
    slots=st.binary(min_size=512, max_size=512),
    before=st.integers(0, 6),
)
def test_an_independent_library_reads_and_writes_the_same_bytes(cid, name, numbers, slots, before):
    priority, universe = numbers
    source = Source(cid, name, priority, (universe,))
    for second in range(before):
        source.due(black(), float(second))
    ((_, packet), *_) = source.due(np.frombuffer(slots, np.uint8).reshape(1, 512), float(before))
    read = DataPacket.make_data_packet(tuple(packet))
    assert (read.cid, read.sourceName, read.priority, read.universe) == (tuple(cid), name, priority, universe)
    assert bytes(read.dmxData) == slots
    assert read.sequence == before
    assert bytes(read.getBytes()) == bytes(packet)


@pytest.mark.parametrize("count", [1, 27, 512, 513, 1100])
def test_an_independent_library_makes_the_same_universe_list(count):
    universes = tuple(range(7, 7 + count))
    theirs = UniverseDiscoveryPacket.make_multiple_uni_disc_packets(tuple(CID), "bench", list(universes))
    assert [page.hex() for page in discovery_packets(CID, "bench", universes)] == [
        bytes(page.getBytes()).hex() for page in theirs
    ]


def test_no_universe_makes_no_packet_and_no_list():
    assert Source(CID, "bench", 100, ()).due(black(0), 0.0) == []


def test_a_long_source_name_is_cut_before_a_letter_that_does_not_fit():
    name = data_packet(CID, "ş" * 40, 100, 1)[44:108]
    assert name == ("ş" * 31).encode() + b"\0\0"


def test_a_universe_at_rest_is_sent_three_more_times_and_then_every_eight_tenths_of_a_second():
    source = Source(CID, "bench", 100, (1,))
    assert sent(source, black(), range(150)) == [0, 1, 2, 3, 51, 99, 147]


def test_a_changing_universe_is_sent_at_every_tick():
    source = Source(CID, "bench", 100, (1,))
    for n in range(30):
        assert sent(source, black() + np.uint8(n + 1), range(n, n + 1)) == [n]
    assert sent(source, black() + np.uint8(30), range(30, 90)) == [30, 31, 32, 80]


def test_only_the_universe_that_changed_is_sent():
    source = Source(CID, "bench", 100, (1, 9))
    sent(source, black(2), range(10))
    changed = black(2)
    changed[1, 511] = 1
    assert [where for where, _ in source.due(changed, 10 / 60)] == [group(9)]


def test_sequence_numbers_run_per_universe_and_wrap_after_255():
    source = Source(CID, "bench", 100, (1, 2))
    numbers = [[], []]
    for n in range(520):
        slots = black(2)
        slots[0] = n % 2
        for where, packet in source.due(slots, n / 60):
            if len(packet) == 638:
                numbers[where == group(2)].append(packet[SEQUENCE])
    assert numbers[0] == [n % 256 for n in range(520)]
    assert numbers[1] == list(range(len(numbers[1])))


def test_the_universe_list_goes_out_at_the_start_and_every_ten_seconds():
    source = Source(CID, "bench", 100, (1,))
    listed = [n for n in range(1300) if any(w == "239.255.250.214" for w, _ in source.due(black(), n / 60))]
    assert listed == [0, 600, 1200]


def test_a_terminated_packet_says_so_and_holds_the_last_levels():
    source = Source(CID, "bench", 100, (5, 6))
    source.due(black(2) + np.uint8(33), 0.0)
    for sequence in (1, 2, 3):
        packets = source.terminate()
        assert [where for where, _ in packets] == [group(5), group(6)]
        assert all((packet[OPTIONS], packet[SEQUENCE], packet[637]) == (0x40, sequence, 33) for _, packet in packets)


def test_what_was_never_sent_is_not_terminated():
    assert Source(CID, "bench", 100, (5, 6)).terminate() == []


def test_the_group_of_a_universe_is_its_number_in_two_bytes():
    assert (group(1), group(256), group(63999)) == ("239.255.0.1", "239.255.1.0", "239.255.249.255")
