from __future__ import annotations

import socket
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from installation.clock import RealClock
from installation.frame import CHANNELS, Chunk, PortEvent
from installation.sensors.door import FLOOD_S, HEADER_BYTES, MOST_BYTES_S, Budget, Door
from installation.sensors.read import Sensors
from installation.sensors.scattered import Row, Scattered
from installation.sensors.wires import pack
from installation.sensors.wires.osc import MOST_BYTES, Osc, bundle, encode, framed
from installation.show.model import SensorPatch
from tests.sensors.fakes import show_of, tick_at, wait_for

PPG, ACC_X, ACC_Y = CHANNELS.index("ppg"), CHANNELS.index("acc_x"), CHANNELS.index("acc_y")
LOOPBACK = "127.0.0.1"


def door_of(names: dict[str, int], column: int = 0) -> Osc:
    osc = Osc()
    osc.add(column, names)
    return osc


def heard(osc: Osc, datagrams: list[tuple[float, bytes]], declared_hz: float = float("nan")) -> list[Row]:
    stream = Scattered(osc, osc.columns, declared_hz)
    into: list[Row] = []
    for time_s, datagram in datagrams:
        stream.take(Chunk(time_s, "w", framed(datagram)), into, [])
    return into


def values(rows: list[Row]) -> list[tuple[int, int, float]]:
    return [(column, channel, value) for _, column, channel, value, _ in rows]


def test_messages_of_several_wearers_go_to_their_columns_and_all_others_are_read_past():
    osc = door_of({"/elif/ppg": PPG})
    osc.add(1, {"/tomo/ppg": PPG, "/tomo/acc[0]": ACC_X, "/tomo/acc[2]": ACC_Y})
    said = [
        encode("/elif/ppg", [1.5]),
        encode("/tomo/acc", [1, 2, 3]),
        encode("/nobody", [9]),
        encode("/tomo/ppg", [4]),
    ]
    rows = heard(osc, [(float(at), datagram) for at, datagram in enumerate(said)])
    assert values(rows) == [(0, PPG, 1.5), (1, ACC_X, 1.0), (1, ACC_Y, 3.0), (1, PPG, 4.0)]
    assert osc.dropped == 0


def test_what_another_programs_builder_writes_is_read():
    message = OscMessageBuilder("/a")
    for value, kind in ((1, "i"), (2.5, "f"), (3.5, "d"), (True, "T")):
        message.add_arg(value, kind)
    whole = OscBundleBuilder(1_700_000_000.25)
    whole.add_content(message.build())
    rows = heard(door_of({"/a": PPG}), [(5.0, message.build().dgram), (5.1, whole.build().dgram)])
    assert [value for _, _, value in values(rows)] == [1.0, 2.5, 3.5, 1.0] * 2


def test_several_values_in_a_message_follow_one_another():
    rows = heard(door_of({"/EmotiBit/0/PPG:GRN": PPG}), [(1.0, encode("/EmotiBit/0/PPG:GRN", [1, 2, 3]))], 25.0)
    assert [time_s for time_s, *_ in rows] == pytest.approx([0.92, 0.96, 1.0])


@pytest.mark.parametrize("offset_s", [3.9e9, 0.5])
def test_a_bundles_time_tag_tells_when_its_values_were_taken_whatever_the_senders_clock_says(offset_s: float):
    rng = np.random.default_rng(2)
    taken_s = np.arange(1, 1000) / 50
    came_s = np.maximum.accumulate(taken_s + 0.002 + rng.exponential(0.01, len(taken_s)))
    said = [
        (came, bundle([encode("/ppg", [taken])], taken + offset_s))
        for taken, came in zip(taken_s.tolist(), came_s.tolist(), strict=True)
    ]
    times_s = np.array([time_s for time_s, *_ in heard(door_of({"/ppg": PPG}), said)])
    off_s = (times_s - taken_s)[taken_s > 3]
    assert 0 < np.median(off_s) < 0.006
    assert np.abs(off_s - np.median(off_s)).max() < 0.005


def test_a_senders_clock_that_is_set_anew_leaves_one_gap():
    def said(at: int) -> tuple[float, bytes]:
        return at / 50, bundle([encode("/ppg", [at])], at / 50 + (1000 if at < 100 else 9))

    rows = heard(door_of({"/ppg": PPG}), [said(at) for at in range(200)])
    assert [value for *_, value, gap in rows if gap] == [100.0]
    assert np.all(np.diff([time_s for time_s, *_ in rows]) > 0)


@pytest.mark.parametrize(
    "datagram",
    [
        b"ppg",
        b"/ppg",
        b"/ppg\0\0\0\0,f\0\0\1",
        b"/ppg\0\0\0\0,s\0\0abc\0",
        b"/ppg\0\0\0\0,\0\0\0",
        encode("/ppg", [float("nan")]),
        encode("/ppg", [1.0, float("inf")]),
        encode("/ppg", [0.0] * 100),
        b"#bundle\0" + bytes(8) + struct.pack(">i", -4),
        b"#bundle\0" + bytes(8) + struct.pack(">i", 400) + b"/ppg",
        bundle([bundle([bundle([bundle([bundle([encode("/ppg", [1.0])])])])])]),
    ],
)
def test_what_is_no_number_of_a_sensor_is_counted_and_the_next_is_read(datagram: bytes):
    osc = door_of({"/ppg": PPG})
    assert heard(osc, [(0.0, datagram)]) == []
    assert osc.dropped == 1
    assert values(heard(osc, [(1.0, encode("/ppg", [7.0]))])) == [(0, PPG, 7.0)]


def test_a_message_with_fewer_arguments_than_are_asked_for_is_counted():
    osc = door_of({"/acc[0]": ACC_X, "/acc[1]": ACC_Y})
    assert heard(osc, [(0.0, encode("/acc", [1.0]))]) == []
    assert osc.dropped == 1


PIECES = st.one_of(
    st.binary(max_size=40),
    st.floats(width=32).map(lambda value: framed(encode("/ppg", [value]))),
    st.binary(max_size=30).map(lambda tail: framed(b"/ppg\0\0\0\0,f" + tail)),
    st.tuples(st.binary(min_size=8, max_size=8), st.binary(max_size=30)).map(
        lambda parts: framed(b"#bundle\0" + parts[0] + framed(encode("/ppg", [1.0])) + parts[1])
    ),
)


@given(st.lists(PIECES, max_size=8), st.integers(1, 9))
def test_any_bytes_are_survived_and_the_rows_are_finite_and_rise(pieces: list[bytes], size: int):
    osc = door_of({"/ppg": PPG})
    stream, into = Scattered(osc, osc.columns), list[Row]()
    for at, piece in enumerate(pieces):
        stream.take(Chunk(at * 0.1, "w", piece), into, [])
    assert all(np.isfinite(row[0]) and np.isfinite(row[3]) for row in into)
    assert np.all(np.diff([row[0] for row in into]) > 0)


def test_however_datagrams_are_cut_the_readings_are_the_same():
    data = b"".join(framed(bundle([encode("/ppg", [at])], at + 1.0)) for at in range(50))
    whole = door_of({"/ppg": PPG}).feed(data)
    osc = door_of({"/ppg": PPG})
    assert [one for at in range(0, len(data), 5) for one in osc.feed(data[at : at + 5])] == whole
    assert len(whole) == 50


# --- the door ---


class Outside:
    """Somebody who sends to a door."""

    def __init__(self, door: Door) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._door = door

    def say(self, datagram: bytes) -> None:
        self._socket.sendto(datagram, (LOOPBACK, self._door.port))

    def close(self) -> None:
        self._socket.close()


def opened_door(clock: RealClock, allow: tuple[str, ...] = (), framing: bool = True) -> tuple[Door, list[PortEvent]]:
    door = Door("w", "udp 0", (LOOPBACK, 0), clock, allow, framing)
    events: list[PortEvent] = []
    wait_for(lambda: bool(events.extend(e for e in door.take(clock.now_s()) if isinstance(e, PortEvent)) or events))
    return door, events


def test_a_datagram_becomes_a_chunk_with_the_time_of_its_coming():
    clock = RealClock()
    door, events = opened_door(clock)
    outside = Outside(door)
    try:
        assert [event.what for event in events] == ["opened"]
        before_s = clock.now_s()
        outside.say(b"/ppg")
        came: list[Chunk | PortEvent] = []
        wait_for(lambda: bool(came.extend(door.take(clock.now_s())) or came))
        (chunk,) = came
        assert isinstance(chunk, Chunk)
        assert chunk.data == framed(b"/ppg")
        assert before_s <= chunk.time_s <= clock.now_s()
    finally:
        outside.close()
        door.close()


def test_a_port_that_is_taken_is_told_with_what_would_do_and_opened_when_it_is_free():
    clock = RealClock()
    first, _ = opened_door(clock)
    second = Door("w", f"udp {first.port}", (LOOPBACK, first.port), clock)
    events: list[PortEvent] = []

    def told() -> list[str]:
        events.extend(e for e in second.take(clock.now_s()) if isinstance(e, PortEvent))
        return [event.what for event in events]

    try:
        wait_for(lambda: told() == ["refused"])
        assert "in use by another program" in events[0].reason
        first.close()
        wait_for(lambda: told() == ["refused", "opened"])
    finally:
        second.close()
        first.close()


def test_who_is_not_allowed_is_not_heard(caplog: pytest.LogCaptureFixture):
    door, _ = opened_door(RealClock(), allow=("10.0.0.0/8",))
    try:
        for _ in range(3):
            door.hear(b"/ppg", "192.168.1.9", 1.0)
        door.hear(b"/ppg", "10.1.2.3", 1.0)
        assert len(door.take(1.0)) == 1
        assert sum("192.168.1.9 may not send" in record.getMessage() for record in caplog.records) == 1
    finally:
        door.close()


def test_a_flood_is_left_out_and_told_once_until_it_is_over():
    door, _ = opened_door(RealClock())
    try:
        datagram = bytes(MOST_BYTES)
        for _ in range(2 * MOST_BYTES_S // MOST_BYTES):
            door.hear(datagram, LOOPBACK, 5.0)
        came = door.take(1e9)
        chunks = [one for one in came if isinstance(one, Chunk)]
        assert len(chunks) == MOST_BYTES_S // (MOST_BYTES + HEADER_BYTES)
        assert [one.what for one in came if isinstance(one, PortEvent)] == ["refused"]
        door.hear(b"/ppg", LOOPBACK, 5.0 + FLOOD_S + 0.1)
        assert [one.what for one in door.take(1e9) if isinstance(one, PortEvent)] == ["opened"]
    finally:
        door.close()


def test_a_datagram_that_is_too_long_is_left_out_and_told_once(caplog: pytest.LogCaptureFixture):
    door, _ = opened_door(RealClock())
    try:
        for _ in range(3):
            door.hear(bytes(MOST_BYTES + 1), LOOPBACK, 5.0)
        assert door.take(1e9) == []
        assert sum("is left out" in record.getMessage() for record in caplog.records) == 1
    finally:
        door.close()


def test_a_budget_grows_back_to_a_seconds_worth():
    budget = Budget()
    assert budget.take(MOST_BYTES_S, 100.0)
    assert not budget.take(1, 100.0)
    assert budget.take(MOST_BYTES_S // 2, 100.5)
    assert not budget.take(MOST_BYTES_S + 1, 1000.0)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def test_sensors_at_doors_fill_their_wearers_columns_beside_a_gateways():
    clock = RealClock()
    osc_port, pack_port = free_port(), free_port()
    patches = (
        SensorPatch(0, "osc", 0, udp=osc_port, bind=LOOPBACK, names=(("/elif/ppg", "ppg"),)),
        SensorPatch(1, "osc", 0, udp=osc_port, bind=LOOPBACK, names=(("/tomo/ppg", "ppg"),)),
        SensorPatch(2, "pack", 115200, udp=pack_port, bind=LOOPBACK, slot=7),
    )
    sensors = Sensors(show_of(3, *patches), clock, seed=1)
    rows: list[tuple[int, float]] = []

    def read() -> bool:
        samples, _ = sensors.read(tick_at(clock.now_s()), None)
        told = zip(samples.column.tolist(), samples.value.tolist(), strict=True)
        rows.extend((column, value) for column, value in told if column < 3)
        return {column for column, _ in rows} == {0, 1, 2}

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside:

        def say_and_read() -> bool:
            outside.sendto(encode("/elif/ppg", [1.0]), (LOOPBACK, osc_port))
            outside.sendto(bundle([encode("/tomo/ppg", [2.0])]), (LOOPBACK, osc_port))
            record = pack.Record(7, 0, [3.0], 0.02)
            outside.sendto(pack.encode(1, 0, 1.0, [record]), (LOOPBACK, pack_port))
            return read()

        try:
            wait_for(say_and_read)
            assert set(rows) == {(0, 1.0), (1, 2.0), (2, 3.0)}
            assert [health.name for health in sensors.health()][:2] == [
                f"w0 and w1 at udp {osc_port}",
                f"w2 at udp {pack_port}",
            ]
        finally:
            sensors.close()
