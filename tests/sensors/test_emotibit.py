from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.clock import RealClock
from installation.frame import CHANNELS, Chunk, Floats, PortEvent
from installation.sensors.emotibit import EVERYBODY, HELLO_PORT, LOST_S, Dialogue, EmotiBitLink, Said
from installation.sensors.read import Sensors
from installation.sensors.scattered import Row, Scattered
from installation.sensors.simulated.emotibit import DROPPED_S, EmotiBitDevice, Sent
from installation.sensors.wires.emotibit import EmotiBit, Line, decode, encode, payload
from installation.show.model import SensorPatch
from tests.sensors.fakes import show_of, tick_at, wait_for

PPG, EDA = CHANNELS.index("ppg"), CHANNELS.index("eda")
KINDS = {"PG": PPG, "EA": EDA}
HOST, DEVICE = ("10.0.0.1", 9), ("10.0.0.7", HELLO_PORT)
EXAMPLE = b"531473,17298,3,PI,1,100,112870,112866,112867\n"


def times_as_values(channel: str, time_s: Floats) -> Floats:
    """Somebody whose pulse is the time, 4000 steps for 4 s: a row's value tells when it was taken."""
    return time_s / 4 if channel == "ppg" else time_s * 0 + 3.25


def heard(stream: Scattered, chunks: list[tuple[float, bytes]]) -> list[Row]:
    into: list[Row] = []
    for time_s, data in chunks:
        stream.take(Chunk(time_s, "w", data), into, [])
    return into


def linked(device: EmotiBitDevice, time_s: float) -> None:
    device.hear(encode(Line(0, 1, "EC", ("CP", "7", "DP", "9"))), HOST, time_s)


def talk(device: EmotiBitDevice, seconds: float, delay_s: float = 0.003, seed: int = 1) -> list[tuple[float, bytes]]:
    """What a linked device sends, as a Wi-Fi brings it: late by up to 40 ms more, in order."""
    rng = np.random.default_rng(seed)
    linked(device, 0.0)
    came: list[tuple[float, bytes]] = []
    newest_s = 0.0
    for step in range(round(seconds * 2)):
        now_s = step / 2
        answers = device.hear(encode(Line(0, step, "PN", ("DP", "9"))), HOST, now_s)
        for sent in sorted([*answers, *device.say(now_s + 0.4999)], key=lambda one: one.time_s):
            newest_s = max(newest_s, sent.time_s + delay_s + rng.exponential(0.01))
            came.append((newest_s, sent.data))
    return came


def test_the_makers_example_is_read_and_written():
    line = decode(EXAMPLE.strip())
    assert line == Line(531473, 17298, "PI", ("112870", "112866", "112867"))
    assert encode(line) == EXAMPLE
    readings = EmotiBit({"PI": 0}).feed(EXAMPLE)
    assert [reading.values for reading in readings] == [((0, 112870.0),), ((0, 112866.0),), ((0, 112867.0),)]
    assert [reading.device_s for reading in readings] == pytest.approx([531.393, 531.433, 531.473])


@pytest.mark.parametrize(
    "line",
    [
        *(b"1,2,3", b"1,2,3,PI,1,100,1,2", b"x,2,1,PI,1,100,1", b"1,2,1,P,1,100,1", b"1,2,1,PI,1,100,\x19", b"\xff"),
        *(b"1,2,1,PI,1,100,nan", b"1,70000000,1,PI,1,100,1", b"1,2,1,PI,1,100,1e999"),
    ],
)
def test_a_line_that_is_none_is_counted_and_the_next_is_read(line: bytes):
    wire = EmotiBit({"PI": 0})
    assert wire.feed(line + b"\n") == []
    assert len(wire.feed(EXAMPLE)) == 3
    assert wire.dropped == 1


def test_lost_lines_are_counted_by_their_numbers_and_late_ones_are_left_out():
    wire = EmotiBit({"PG": 0})
    numbers = [65534, 65535, 1, 0, 1, 4]
    for at, number in enumerate(numbers):
        wire.feed(encode(Line(1000 + 100 * at, number, "PG", ("7",))))
    assert (wire.lost, wire.dropped) == (1 + 2, 2)


def test_a_device_that_begins_anew_loses_nothing():
    wire = EmotiBit({"PG": 0})
    wire.feed(encode(Line(90_000, 700, "PG", ("7",))))
    assert len(wire.feed(encode(Line(40, 0, "PG", ("7",))))) == 1
    assert wire.lost == 0


@pytest.mark.parametrize("ppg_hz", [25.0, 100.0])
@pytest.mark.parametrize("ppm", [-200.0, 200.0])
def test_every_value_gets_the_time_at_which_it_was_taken(ppg_hz: float, ppm: float):
    device = EmotiBitDevice("a", times_as_values, ppm=ppm, ppg_hz=ppg_hz)
    wire = EmotiBit(KINDS)
    rows = heard(Scattered(wire, [0, 0]), talk(device, 30.0))
    pulse = np.array([(time_s, (value - 20_000) / 1000) for time_s, _, channel, value, _ in rows if channel == PPG])
    off_s = (pulse[:, 0] - pulse[:, 1])[pulse[:, 1] > 5]
    assert len(off_s) > 20 * ppg_hz
    assert 0.0 < np.median(off_s) < 0.008, "the quickest way through the air"
    assert np.abs(off_s - np.median(off_s)).max() < 0.005
    assert sum(gap for *_, gap in rows) == 0
    assert wire.lost == wire.dropped == 0
    assert [value for _, _, channel, value, _ in rows if channel == EDA][-1] == 3.25


def test_rows_of_each_channel_rise_and_a_loss_stands_as_a_gap():
    came = talk(EmotiBitDevice("a", times_as_values), 20.0)
    kept = [one for at, one in enumerate(came) if not 100 <= at < 110]
    wire = EmotiBit(KINDS)
    rows = heard(Scattered(wire, [0, 0]), kept)
    for channel in (PPG, EDA):
        times = np.array([time_s for time_s, _, of, *_ in rows if of == channel])
        assert np.all(np.diff(times) > 0)
        assert sum(gap for _, _, of, _, gap in rows if of == channel) == 1
    assert wire.lost > 30


def test_however_its_bytes_are_cut_the_rows_are_the_same():
    data = b"".join(data for _, data in talk(EmotiBitDevice("a", times_as_values), 3.0))
    whole = EmotiBit(KINDS).feed(data)
    wire = EmotiBit(KINDS)
    assert [reading for at in range(0, len(data), 7) for reading in wire.feed(data[at : at + 7])] == whole


@given(st.lists(st.one_of(st.binary(max_size=40), st.just(EXAMPLE)), max_size=8))
def test_any_bytes_are_survived(pieces: list[bytes]):
    stream = Scattered(EmotiBit({"PI": 0}), [0])
    rows = heard(stream, [(float(at), piece) for at, piece in enumerate(pieces)])
    assert all(np.isfinite(time_s) and np.isfinite(value) for time_s, _, _, value, _ in rows)
    device = EmotiBitDevice("a", times_as_values)
    dialogue = Dialogue("a", "", (9, 7))
    for piece in pieces:
        device.hear(piece, HOST, 0.0)
        dialogue.hear_hello(piece, DEVICE, 0.0)
        dialogue.hear_data(piece, DEVICE, 0.0)


# --- the dialogue ---


def kinds(said: list[Said] | list[Sent]) -> list[str]:
    return [line.kind for one in said for line in map(decode, one.data.splitlines()) if line]


def test_a_device_is_greeted_linked_pinged_and_told_the_time():
    device, dialogue = EmotiBitDevice("MD-1", times_as_values), Dialogue("MD-1", "", (9, 7))
    hello = dialogue.due(0.0)
    assert (kinds(hello), hello[0].to) == (["HE"], (EVERYBODY, HELLO_PORT))
    (answer,) = device.hear(hello[0].data, HOST, 0.0)
    (connect,) = dialogue.hear_hello(answer.data, DEVICE, 0.0)
    assert device.hear(connect.data, HOST, 0.0) == []
    assert device.control == (HOST[0], 7)
    ping = dialogue.due(0.01)
    assert kinds(ping) == ["PN"]
    assert kinds(device.hear(ping[0].data, HOST, 0.01)) == ["PO"]
    first, asks, *_ = device.say(0.25)
    assert dialogue.hear_data(first.data, DEVICE, 0.1) == []
    assert dialogue.linked
    assert kinds([asks]) == ["RD"]
    for answer_to in dialogue.hear_data(asks.data, DEVICE, 0.1) or []:
        device.hear(answer_to.data, HOST, 0.1)
    assert device.synced == ["TL", "TU", "AK"]


def test_hellos_become_rarer_until_the_device_answers_and_a_silent_one_is_greeted_again():
    dialogue = Dialogue("MD-1", "", (9, 7))
    said_s = [at / 10 for at in range(300) if kinds(dialogue.due(at / 10))]
    assert np.diff(said_s).round(1).tolist() == [1.0, 2.0, 4.0, 5.0, 5.0, 5.0, 5.0]
    device = EmotiBitDevice("MD-1", times_as_values)
    dialogue.hear_hello(device.hear(encode(Line(0, 1, "HE")), HOST, 0.0)[0].data, DEVICE, 30.0)
    dialogue.hear_data(EXAMPLE, DEVICE, 30.1)
    assert "HE" not in kinds(dialogue.due(30.1 + LOST_S))
    assert "HE" in kinds(dialogue.due(30.2 + LOST_S))
    assert not dialogue.linked


def test_another_device_a_stranger_and_one_that_is_taken_are_not_linked():
    dialogue = Dialogue("MD-1", "", (9, 7))
    other, taken = EmotiBitDevice("MD-2", times_as_values), EmotiBitDevice("MD-1", times_as_values)
    linked(taken, 0.0)
    hello = encode(Line(0, 1, "HE"))
    assert dialogue.hear_hello(other.hear(hello, HOST, 0.0)[0].data, DEVICE, 0.0) == []
    assert dialogue.missing().endswith("there are: MD-2")
    assert Dialogue("MD-1", "", (8, 7)).hear_hello(taken.hear(hello, HOST, 0.0)[0].data, DEVICE, 0.0) == []
    assert dialogue.hear_data(EXAMPLE, DEVICE, 0.0) is None
    assert not dialogue.linked


def test_a_device_drops_a_host_that_does_not_ping():
    device = EmotiBitDevice("MD-1", times_as_values)
    linked(device, 0.0)
    assert device.say(DROPPED_S + 5)[-1].time_s == pytest.approx(DROPPED_S, abs=0.11)
    assert device.control is None


# --- over loopback ---


class OnLoopback:
    """Simulated devices, each at an address of its own, on a thread."""

    def __init__(self, *devices: EmotiBitDevice, port: int = 0) -> None:
        self.clock = RealClock()
        self.devices = {f"127.0.0.{at + 2}": device for at, device in enumerate(devices)}
        self.quiet = False
        self._stop = threading.Event()
        self._closing = contextlib.ExitStack()
        self._doors = {
            (host, door): self._closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            for host in self.devices
            for door in ("hello", "data")
        }
        try:
            for (host, what), door in self._doors.items():
                door.bind((host, port if what == "hello" else 0))
                door.setblocking(False)
        except OSError:
            self._closing.close()
            raise
        self.ask = [door.getsockname() for (_, what), door in self._doors.items() if what == "hello"]
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> OnLoopback:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._closing.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            ready = select.select(list(self._doors.values()), [], [], 0.01)[0]
            for (host, _), door in self._doors.items():
                device, now_s = self.devices[host], self.clock.now_s()
                sent = list(device.hear(*door.recvfrom(4096), now_s)) if door in ready else []
                for one in [] if self.quiet else [*sent, *device.say(now_s)]:
                    self._doors[host, one.door].sendto(one.data, one.to)


@pytest.fixture
def two() -> Iterator[OnLoopback]:
    try:
        with OnLoopback(*(EmotiBitDevice(f"MD-{at}", times_as_values) for at in (1, 2))) as devices:
            yield devices
    except OSError:
        pytest.skip("this system has one loopback address only")


def test_two_devices_are_told_apart_by_their_ids_and_one_that_goes_away_is_linked_again(two: OnLoopback):
    links = [EmotiBitLink(f"w{at}", f"EmotiBit MD-{at}", two.clock, device=f"MD-{at}", ask=two.ask) for at in (1, 2)]
    rows: list[list[Row]] = [[], []]
    events: list[list[str]] = [[], []]
    streams = [Scattered(EmotiBit(KINDS), [0, 0]) for _ in links]

    def read() -> None:
        for at, link in enumerate(links):
            for came in link.take(two.clock.now_s()):
                if isinstance(came, PortEvent):
                    events[at].append(came.what)
                else:
                    streams[at].take(came, rows[at], [])

    def both(count: int) -> bool:
        read()
        return all(len(some) > count for some in rows)

    try:
        wait_for(lambda: both(20), 5.0)
        assert events == [["opened"], ["opened"]]
        assert {row[2] for some in rows for row in some} == {PPG, EDA}
        assert all(stream.decoder.lost == 0 for stream in streams)
        two.quiet = True
        wait_for(lambda: both(0) and all(some[-1] == "closed" for some in events), LOST_S + 4.0)
        for device in two.devices.values():
            device.reset(two.clock.now_s())
        two.quiet = False
        so_many = max(map(len, rows))
        wait_for(lambda: both(so_many + 20), 15.0)
        assert [some[-1] for some in events] == ["opened", "opened"]
    finally:
        for link in links:
            link.close()


def test_a_patched_device_fills_its_wearers_column_with_what_it_usually_has():
    names = (("PG", "ppg"), ("EA", "eda"))
    patch = SensorPatch(0, "emotibit", 0, host="127.0.0.2", names=names)
    try:
        devices = OnLoopback(EmotiBitDevice("MD-1", times_as_values), port=HELLO_PORT)
    except OSError:
        pytest.skip("this system has one loopback address only, or an EmotiBit's port is taken")
    with devices:
        clock = devices.clock
        sensors = Sensors(show_of(1, patch), clock, seed=1)
        rows: set[tuple[int, bool]] = set()

        def filled() -> bool:
            samples, _ = sensors.read(tick_at(clock.now_s()), None)
            mine = samples.column == 0
            rows.update(zip(samples.channel[mine].tolist(), (samples.value[mine] == 3.25).tolist(), strict=True))
            return len(rows) == 2

        try:
            wait_for(filled, 5.0)
            assert rows == {(PPG, False), (EDA, True)}
            health = sensors.health()[0]
            assert (health.name, health.ok) == ("w0 at EmotiBit at 127.0.0.2", True)
        finally:
            sensors.close()


def test_a_device_whose_data_do_not_come_is_told_apart_from_one_that_is_not_there():
    dialogue = Dialogue("MD-1", "", (9, 7))
    assert "switch it on" in dialogue.missing()
    answer = EmotiBitDevice("MD-1", times_as_values).hear(encode(Line(0, 1, "HE")), HOST, 0.0)[0]
    dialogue.hear_hello(answer.data.rstrip() + b"\r\n", DEVICE, 0.0)
    assert "firewall" in dialogue.missing()


def test_a_device_that_does_not_answer_is_told_with_those_that_do(two: OnLoopback):
    link = EmotiBitLink("w", "EmotiBit MD-9", two.clock, device="MD-9", ask=two.ask)
    events: list[Chunk | PortEvent] = []
    try:
        wait_for(lambda: bool(events.extend(link.take(two.clock.now_s())) or events), 5.0)
    finally:
        link.close()
    (event,) = events
    assert isinstance(event, PortEvent)
    assert event.what == "missing"
    assert event.reason.endswith("there are: MD-1, MD-2")


def test_values_are_written_as_the_device_writes_them():
    assert payload(112870.0, -0.25, 3.0) == ("112870", "-0.25", "3")
