from __future__ import annotations

import shutil
import subprocess
import sys
import zlib
from math import nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.frame import CHANNELS, Chunk, Samples
from installation.sensors.devices import share_out
from installation.sensors.stream import Crowd
from installation.sensors.timing import Timing
from installation.sensors.wires.pack import CHANNELS as CODES
from installation.sensors.wires.pack import HEAD_BYTES, LONGEST, SPENT, Pack, Record, encode
from installation.show.model import SensorPatch
from tests.conftest import REPOSITORY
from tests.sensors.fakes import show_of
from tests.sensors.faults import faulty, pieces

USUAL = dict(enumerate(range(7)))

Rows = list[tuple[float, int, int, float, bool]]


def rows_of(samples: Samples) -> Rows:
    columns = (samples.time_s, samples.column, samples.channel, samples.value, samples.gap)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def pack_of(*slots: int) -> Pack:
    """A decoder that has these slots in the columns 0, 1, …"""
    pack = Pack()
    for column, slot in enumerate(slots):
        pack.add(slot, column, USUAL)
    return pack


def read(pack: Pack, data: bytes) -> Rows:
    """Its rows on the gateway's own clock."""
    return rows_of(pack.rows(pack.packets(data)))


def test_a_packet_is_laid_out_as_the_page_for_makers_says():
    packet = encode(2, 0x0304, 1.0, [Record(0x0102, 2, [0.5, -0.001], 0.02, exponent=-3, age_s=0.007)])
    assert packet[:14].hex() == "4e58" + "01" + "02" + "0c00" + "f3ff" + "0403" + "40420f00"
    assert packet[14:26].hex() == "0201" + "02" + "02" + "fd" + "07" + "d007" + "f401" + "ffff"
    assert packet[26:] == zlib.crc32(packet[:26]).to_bytes(4, "little")


def test_samples_get_their_wearers_column_their_unit_and_their_own_time():
    pack = pack_of(300, 7)
    data = encode(1, 0, 2.0, [Record(7, 2, [3.1, 3.2], 0.1, -3, age_s=0.005), Record(300, 0, [512.0], 0.02)])
    rows = read(pack, data)
    assert [row[1:] for row in rows] == [
        (1, 2, pytest.approx(3.1), False),
        (1, 2, pytest.approx(3.2), False),
        (0, 0, 512.0, False),
    ]
    assert [row[0] for row in rows] == pytest.approx([1.895, 1.995, 2.0])


def test_floats_are_taken_as_they_are_and_those_that_are_no_numbers_are_left_out():
    data = encode(1, 0, 2.0, [Record(0, 1, [1.5e9, nan, float("inf"), -0.125], 0.02, None)])
    assert [(round(time_s, 6), value) for time_s, _, _, value, _ in read(pack_of(0), data)] == [
        (1.94, 1.5e9),
        (2.0, -0.125),
    ]


def test_slots_and_channels_that_nobody_asked_for_are_read_past():
    pack = Pack()
    pack.add(1, 0, {0: 0, 9: 7})
    data = encode(1, 0, 0.0, [Record(w, c, [1.0], 0.02) for w in (0, 1, 65535) for c in (0, 1, 9, 15, 255)])
    assert [row[1:3] for row in read(pack, data)] == [(0, 0), (0, 7)]
    assert pack.dropped == 0


def test_missing_samples_leave_a_gap_and_lost_packets_are_counted():
    pack = pack_of(0)
    data = b"".join(encode(1, number, number * 0.02, [Record(0, 0, [1.0], 0.02)]) for number in (0, 1, 2, 6, 7))
    assert [row[4] for row in read(pack, data)] == [False, False, False, True, False]
    assert pack.lost == 3


def test_time_goes_on_when_the_gateways_clock_has_turned():
    pack = pack_of(0)
    turn_s = 2**32 * 1e-6
    near = [encode(1, number, turn_s + (number - 2) * 0.02, []) for number in range(4)]
    assert np.diff(pack.packets(b"".join(near))) == pytest.approx(0.02)


def test_a_gateway_that_starts_anew_has_lost_nothing():
    pack = pack_of(0)
    pack.packets(encode(1, 500, 900.0, []))
    assert pack.packets(encode(1, 0, 0.5, [])) == [0.5]
    assert pack.lost == 0


def test_samples_rise_in_time_though_ages_are_rounded():
    pack = pack_of(0)
    data = [
        encode(1, number, number * 0.01, [Record(0, 0, [1.0, 2.0], 0.005, age_s=number % 2 * 0.009)])
        for number in range(50)
    ]
    times_s = [row[0] for row in read(pack, b"".join(data))]
    assert np.diff(times_s).min() > 0


def test_a_wrong_length_does_not_hold_up_what_follows():
    packets = [encode(1, number, 0.0, [Record(0, 0, [1.0], 0.02)]) for number in range(3)]
    wrong = bytearray(packets[1])
    wrong[5] = 0x0F
    pack = pack_of(0)
    assert len(pack.packets(packets[0] + bytes(wrong) + packets[2])) == 2
    assert (pack.dropped, pack.lost) == (1, 1)


def test_a_record_that_does_not_fit_its_packet_ends_it_and_is_counted():
    whole = encode(1, 0, 0.0, [Record(0, 0, [1.0], 0.02), Record(0, 1, [1.0], 0.02)])[:-4]
    body = bytearray(whole)
    body[HEAD_BYTES + 10 + 3] = 100
    pack = pack_of(0)
    assert len(read(pack, bytes(body) + zlib.crc32(body).to_bytes(4, "little"))) == 1
    assert pack.dropped == 1


def test_after_the_port_was_opened_again_every_channel_stands_after_a_gap():
    pack = pack_of(0)
    read(pack, encode(1, 0, 1.0, [Record(0, 0, [1.0], 0.02)]) + b"NX")
    pack.restart()
    rows = read(pack, encode(1, 9, 1.02, [Record(0, 0, [1.0], 0.02)]))
    assert [(row[0], row[4]) for row in rows] == [(pytest.approx(1.02), True)]
    assert (pack.dropped, pack.lost) == (0, 0)


def test_a_crowd_gets_the_houses_time():
    crowd = Crowd(pack_of(4, 5), Timing())
    parts: list[Samples] = []
    for number in range(200):
        records = [Record(slot, 0, [float(number)] * 2, 0.01) for slot in (4, 5)]
        data = encode(1, number, 77.0 + 0.02 * number, records)
        crowd.take(Chunk(5.0 + 0.02 * number + 0.003 * (number % 3), "w", data), [], parts)
    times_s = np.concatenate([part.time_s[part.column == 1] for part in parts])
    assert np.diff(times_s)[100:] == pytest.approx(0.01, abs=1e-4)
    assert times_s[-1] == pytest.approx(5.0 + 0.02 * 199, abs=2e-3)
    assert crowd.handled == 800


def test_packets_of_one_moment_have_one_time_though_they_come_in_several_chunks():
    crowd = Crowd(pack_of(*range(6)), Timing())
    parts: list[Samples] = []
    number = 0
    for turn in range(100):
        data = b""
        for slot in range(6):
            data += encode(1, number, 3.0 + 0.02 * turn, [Record(slot, 0, [1.0], 0.02)])
            number += 1
        for first, past in ((0, 50), (50, 90), (90, len(data))):
            crowd.take(Chunk(0.02 * turn + 0.001 * past, "w", data[first:past]), [], parts)
    times_s = np.concatenate([part.time_s for part in parts]).reshape(100, 6)
    assert np.ptp(times_s, axis=1).max() < 1e-9
    assert np.diff(times_s[60:, 0]) == pytest.approx(0.02, abs=1e-3)


def packed(wearer: int, slot: int, **more: object) -> SensorPatch:
    return SensorPatch(wearer, "pack", 2_000_000, port="gateway", slot=slot, **more)  # type: ignore[arg-type]


def test_many_wearers_are_patched_to_one_gateway_by_their_slots():
    show = show_of(5, *(packed(wearer, 100 + wearer) for wearer in range(5)))
    (device,), refused = share_out(show, 0.0)
    assert refused == []
    assert device.name == "5 wearers at gateway"
    assert device.crowd is not None
    rows = read(device.crowd, encode(1, 0, 0.0, [Record(103, 1, [2.0], 0.02)]))
    assert rows == [(0.0, 3, CHANNELS.index("ecg"), 2.0, False)]


def test_a_wearer_may_have_some_channels_from_a_gateway_and_others_from_a_device_of_their_own():
    pulse = SensorPatch(0, "pulsesensor", 115200, port="own")
    names = (("ch2", "eda"), ("ch9", "input.glow"))
    devices, refused = share_out(show_of(1, packed(0, 1, names=names), pulse, inputs=("glow",)), 0.0)
    assert len(devices) == 2
    assert refused == []
    _, refused = share_out(show_of(1, packed(0, 1), pulse), 0.0)
    assert "ppg already comes from gateway" in refused[0].reason


def test_one_device_with_two_wires_is_refused():
    other = SensorPatch(1, "pulsesensor", 2_000_000, port="gateway")
    _, refused = share_out(show_of(2, packed(0, 1), other), 0.0)
    assert "patched as pack already" in refused[0].reason


MAIN = """
#include <stdio.h>
void usb_write(const uint8_t *data, uint16_t length) { fwrite(data, 1, length, stdout); }
uint32_t now_us(void) { static uint32_t us; return us += 20000; }
int main(void) {
  for (int n = 0; n < 100; n++) {
    for (int wearer = 0; wearer < 20; wearer++) {
      int16_t samples[2] = {n, -n - wearer};
      pack_add(wearer, 2, samples, 2, -3, 2000);
    }
    pack_send();
  }
}
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is here")
def test_the_firmware_on_the_page_for_makers_is_the_one_that_is_kept_and_makes_packets_that_are_read(tmp_path: Path):
    page = (REPOSITORY / "docs" / "hardware.md").read_text("utf-8")
    kept = (REPOSITORY / "assets" / "firmware" / "nexus_pack" / "pack.h").read_text("utf-8")
    assert page.split("```c\n")[1].split("```")[0] == kept
    (tmp_path / "gateway.c").write_text(kept + MAIN)
    subprocess.run(["cc", "-Wall", "-Werror", "-o", "gateway", "gateway.c"], cwd=tmp_path, check=True)
    sent = subprocess.run([tmp_path / "gateway"], capture_output=True, check=True).stdout
    pack = pack_of(*range(20))
    rows = read(pack, sent)
    assert [row[1:4] for row in rows] == [
        (wearer, 2, pytest.approx(value / 1000))
        for n in range(100)
        for wearer in range(20)
        for value in (n, -n - wearer)
    ]
    assert (pack.dropped, pack.lost) == (0, 0)
    assert rows[-1][0] == pytest.approx(2.0)


FIRST_PACKET = """
from installation.sensors.wires import pack
gateway = pack.Pack()
gateway.add(0, 0, {0: 0})
kernels = pack._find, pack._unpack
before = [len(kernel.signatures) for kernel in kernels]
gateway.rows(gateway.packets(pack.encode(1, 7, 1.0, [pack.Record(0, 0, [1.0], 0.02)])))
print(before, [len(kernel.signatures) for kernel in kernels], gateway.lost, gateway.dropped)
"""


def test_the_kernels_are_there_before_the_first_packet_comes():
    told = subprocess.run(
        [sys.executable, "-c", FIRST_PACKET], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert told.stdout == "[1, 1] [1, 1] 0 0\n"


def heads(length: int, count: int) -> bytes:
    """Heads of packets of `length`, back to back: each looks right, and none is."""
    return (b"NX\x01\x01" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little") + bytes(6)) * count


def test_heads_that_look_right_back_to_back_are_tried_until_their_crcs_are_spent_and_then_skipped_whole():
    packet = encode(1, 5, 0.0, [Record(0, 0, [1.0], 0.02)])
    few, many = SPENT // LONGEST - 1, 2 * SPENT // LONGEST
    for heads_before, found in ((few, 1), (many, 0)):
        pack = pack_of(0)
        within = heads(LONGEST, heads_before) + packet + bytes(LONGEST)
        assert len(pack.packets(within)) == found
        assert len(pack.packets(bytes(LONGEST) + packet)) == 1, "what follows is found again"


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_faults_cost_no_packet_but_those_that_they_hit(seed: int):
    packets = [
        encode(1, n, n * 0.02, [Record(0, 0, [float(n), 1.0], 0.01), Record(0, 1, [1.0], 0.1)]) for n in range(20_000)
    ]
    stream = faulty(packets, 1000, seed)
    pack = pack_of(0)
    came = [int(value) for _, _, channel, value, _ in read(pack, stream.data) if channel == 0][::2]
    assert stream.lost_beyond(len(packets), came) == []
    assert pack.lost == len(packets) - len(came)


RECORDS = st.builds(
    Record,
    st.integers(0, 3),
    st.integers(0, CODES),
    st.lists(st.integers(-(2**15), 2**15 - 1).map(float), min_size=1, max_size=5),
    st.sampled_from([0.0, 0.02, 0.25]),
    st.sampled_from([0, None]),
    st.sampled_from([0.0, 0.2]),
)
PACKETS = st.builds(
    encode, st.integers(0, 255), st.integers(0, 65535), st.floats(0, 1e4), st.lists(RECORDS, max_size=4)
)
SPENDING = heads(1000, 2 * SPENT // 1000) + bytes(1000)
PIECES = st.one_of(
    st.binary(max_size=60), PACKETS, PACKETS.map(lambda packet: packet[:-1]), st.sampled_from([b"NX\x01NX", SPENDING])
)


@settings(deadline=None)
@given(st.lists(RECORDS, max_size=6), st.integers(0, 65535))
def test_what_is_encoded_is_decoded(records: list[Record], number: int):
    rows = read(pack_of(0, 1, 2, 3), encode(1, number, 1.0, records))
    assert [row[1:4] for row in rows] == [
        (one.wearer, one.channel, value) for one in records if one.channel < 7 for value in one.values
    ]


@settings(deadline=None)
@given(st.lists(PIECES, max_size=8).map(b"".join), st.lists(st.integers(0, 40), max_size=60))
def test_any_bytes_cut_anywhere_give_the_same_rows(data: bytes, cuts: list[int]):
    whole, cut = pack_of(0, 1, 2), pack_of(0, 1, 2)
    rows = [row for piece in pieces(data, cuts) for row in read(cut, piece)]
    assert rows == read(whole, data)
    assert (cut.dropped, cut.lost) == (whole.dropped, whole.lost)
