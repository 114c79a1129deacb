from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from installation.clock import Clock, OfflineClock, RealClock
from installation.frame import CHANNELS, Chunk, PortEvent, Samples
from installation.sensors.devices import Device as Carrier
from installation.sensors.port import Port, Source
from installation.sensors.read import Sensors, Wire
from installation.sensors.stream import Stream
from installation.sensors.timing import Timing
from installation.sensors.wires.pack import Record, encode
from installation.sensors.wires.pulsesensor import PulseSensor
from installation.show.model import SensorPatch
from tests.sensors.fakes import Device, SetClock, show_of, tick_at, wait_for

PPG, EDA = CHANNELS.index("ppg"), CHANNELS.index("eda")
needs_ptys = pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    device = Device(tmp_path / "pulse")
    yield device
    device.unplug()


class House:
    """Sensors of a show on the real clock, and all that they gave."""

    def __init__(self, wearers: int, *patches: SensorPatch, inputs: tuple[str, ...] = ()) -> None:
        self.clock = RealClock()
        self.sensors = Sensors(show_of(wearers, *patches, inputs=inputs), self.clock, seed=1)
        self.rows: list[tuple[float, int, int, float, bool]] = []
        self.events: list[PortEvent] = []

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.sensors.close()

    def read(self) -> None:
        samples, events = self.sensors.read(tick_at(self.clock.now_s()), None)
        self.rows += rows_of(samples)
        self.events += events

    def told(self) -> list[str]:
        self.read()
        return [event.what for event in self.events]

    def of_column(self, column: int) -> list[tuple[int, float]]:
        """Channel and value of a column's rows."""
        self.read()
        return [(channel, value) for _, at, channel, value, _ in self.rows if at == column]


def rows_of(samples: Samples) -> list[tuple[float, int, int, float, bool]]:
    columns = (samples.time_s, samples.column, samples.channel, samples.value, samples.gap)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def pulse(wearer: int, path: Path, **more: object) -> SensorPatch:
    return SensorPatch(wearer, "pulsesensor", 115200, port=str(path), **more)  # type: ignore[arg-type]  # tests' own


def test_without_hardware_every_wearer_has_a_twin_with_every_organ():
    sensors = Sensors(show_of(3), OfflineClock(), seed=1, hardware=False)
    rows = []
    for number in range(601):
        samples, events = sensors.read(tick_at(number / 60, number), None)
        assert events == ()
        rows += rows_of(samples)
    assert {column for _, column, _, _, _ in rows} == {3, 4, 5}
    rates = [sum(of == channel for _, _, of, _, _ in rows) / 30 for channel in range(len(CHANNELS))]
    assert rates == pytest.approx([50, 0, 10, 25, 25, 25, 25], abs=0.3)
    assert not any(gap for *_, gap in rows)
    assert not sensors.patched.any()


def test_the_rows_of_a_tick_stand_by_time_within_each_column_and_channel():
    sensors = Sensors(show_of(5), OfflineClock(), seed=1, hardware=False)
    sensors.read(tick_at(0.0), None)
    samples, _ = sensors.read(tick_at(0.1), None)
    rows = rows_of(samples)
    assert len(rows) == pytest.approx(5 * 16, abs=5)
    for column, channel in product(range(5, 10), (PPG, EDA)):
        times_s = [time_s for time_s, of, at, _, _ in rows if (of, at) == (column, channel)]
        assert len(times_s) in ((5,) if channel == PPG else (1,))
        assert times_s == sorted(times_s)
    assert samples.time_s.dtype == np.float64
    assert samples.column.dtype == np.int32
    assert samples.channel.dtype == np.int32
    assert samples.gap.dtype == np.bool_


@pytest.mark.parametrize("rate_hz", [30, 120])
def test_the_rate_of_the_show_changes_no_row_of_the_twins(rate_hz: int):
    def lived(rate_hz: int) -> list[tuple[float, int, int, float, bool]]:
        sensors = Sensors(show_of(4), OfflineClock(), seed=7, hardware=False)
        rows = []
        for number in range(10 * rate_hz + 1):
            rows += rows_of(sensors.read(tick_at(number / rate_hz, number), None)[0])
        return sorted(rows)

    assert lived(rate_hz) == lived(60)


def test_after_a_long_pause_twins_go_on_from_now():
    sensors = Sensors(show_of(2), OfflineClock(), seed=1, hardware=False)
    sensors.read(tick_at(0.0), None)
    samples, _ = sensors.read(tick_at(3600.0), None)
    assert len(samples.time_s) == pytest.approx(2 * 160, abs=6)
    assert samples.time_s.min() >= 3599.0


def test_hardware_that_is_not_wanted_is_not_opened(tmp_path: Path):
    sensors = Sensors(show_of(1, pulse(0, tmp_path / "none")), OfflineClock(), seed=1, hardware=False)
    assert not sensors.patched.any()
    assert [health.name for health in sensors.health()] == ["twins"]


@needs_ptys
def test_a_device_fills_its_wearers_column_while_the_twin_fills_another(device: Device):
    with House(3, pulse(1, device.path)) as house:
        assert house.sensors.patched.tolist() == [False, True, False]
        wait_for(lambda: house.told() == ["opened"])
        device.send(b"12\r\nS512\r\nS513\r\n")
        wait_for(lambda: house.of_column(1) == [(PPG, 512.0), (PPG, 513.0)])
        wait_for(lambda: len(house.of_column(4)) > 2)
        assert {column for _, column, _, _, _ in house.rows} == {1, 3, 4, 5}


@needs_ptys
def test_inputs_of_the_show_have_numbers_after_the_channels(device: Device):
    patch = SensorPatch(
        0, "lines", 115200, port=str(device.path), names=(("pulse", "ppg"), ("glow", "input.glow"))
    )  # fmt: skip
    with House(1, patch, inputs=("warmth", "glow")) as house:
        wait_for(lambda: house.told() == ["opened"])
        device.send(b"\r\nglow:0.5 pulse:500\r\n")
        wait_for(lambda: house.of_column(0) == [(PPG, 500.0), (len(CHANNELS) + 1, 0.5)])


@needs_ptys
def test_two_wearers_may_share_a_board(device: Device):
    patches = [pulse(w, device.path, names=((letter, "ppg"),)) for w, letter in enumerate("ab")]
    with House(2, *patches) as house:
        wait_for(lambda: house.told() == ["opened"])
        device.send(b"\r\na500\r\nb600\r\n")
        wait_for(lambda: (house.of_column(0), house.of_column(1)) == ([(PPG, 500.0)], [(PPG, 600.0)]))


@needs_ptys
def test_of_two_devices_that_claim_one_channel_the_first_wins_and_the_second_is_told_once(
    device: Device, tmp_path: Path
):
    second = Device(tmp_path / "second")
    with House(1, pulse(0, device.path), pulse(0, second.path)) as house:
        wait_for(lambda: house.told() == ["refused", "opened"])
        assert "w0's ppg already comes from" in house.events[0].reason
        assert house.events[0].identity == str(second.path)
        second.send(b"\r\nS1\r\n")
        device.send(b"\r\nS2\r\n")
        wait_for(lambda: house.of_column(0) == [(PPG, 2.0)])
        assert house.told() == ["refused", "opened"]
        assert [health.ok for health in house.sensors.health()] == [True, False, True]
    second.unplug()


@needs_ptys
def test_a_device_that_comes_back_starts_with_a_whole_line_after_a_gap(device: Device):
    with House(1, pulse(0, device.path)) as house:
        wait_for(lambda: house.told() == ["opened"])
        device.send(b"\r\nS500\r\nS51")
        wait_for(lambda: house.of_column(0) == [(PPG, 500.0)])
        device.unplug()
        wait_for(lambda: house.told() == ["opened", "closed"])
        assert not house.sensors.health()[0].ok
        device.plug()
        wait_for(lambda: house.told() == ["opened", "closed", "opened"])
        device.send(b"2\r\nS600\r\nS601\r\n")
        wait_for(lambda: house.of_column(0) == [(PPG, 500.0), (PPG, 600.0), (PPG, 601.0)])
        assert [gap for _, column, _, _, gap in house.rows if column == 0] == [False, True, False]
        times_s = [time_s for time_s, column, _, _, _ in house.rows if column == 0]
        assert times_s == sorted(times_s)


@needs_ptys
def test_bad_lines_are_counted_and_a_device_that_falls_silent_is_told(device: Device):
    with House(1, pulse(0, device.path)) as house:
        wait_for(lambda: house.told() == ["opened"])
        device.send(b"\r\nrubbish\r\n\xff\xfe\r\nS512\r\n")
        wait_for(lambda: house.of_column(0) == [(PPG, 512.0)])
        now_s = house.clock.now_s()
        house.sensors.read(tick_at(now_s + 1), None)
        health = house.sensors.health()[0]
        assert (health.ok, health.handled, health.lost) == (True, 1, 2)
        house.sensors.read(tick_at(now_s + 5), None)
        health = house.sensors.health()[0]
        assert not health.ok
        assert health.text.startswith("silent for 5.")


class Gateways:
    """Sources that give what a test puts in them."""

    def __init__(self) -> None:
        self.came: dict[str, list[Chunk | PortEvent]] = {}

    def open(self, device: Carrier, clock: Clock) -> Source:
        came = self.came[device.identity] = [PortEvent(0.0, device.name, "opened", device.identity)]

        def take(until_s: float) -> list[Chunk | PortEvent]:
            now, later = ([one for one in came if (one.time_s <= until_s) is due] for due in (True, False))
            came[:] = later
            return now

        nothing = SimpleNamespace(wire=device.name, take=take, stop=lambda: None, close=lambda: None)
        return cast(Source, nothing)


def test_gateways_fill_the_columns_of_all_that_they_carry_and_tell_what_they_lost():
    patches = [
        SensorPatch(wearer, "pack", 115200, serial=f"gateway {wearer % 2}", slot=100 + wearer) for wearer in range(6)
    ]
    gateways, clock = Gateways(), SetClock()
    sensors = Sensors(show_of(7, *patches), clock, seed=1, open_device=gateways.open)
    assert sensors.patched.tolist() == [True] * 6 + [False]
    rows = []
    for tick in range(60):
        now_s = tick / 60
        for number in range(2):
            if tick != 30:  # a packet that never comes
                records = [Record(slot, EDA, [slot + tick], 1 / 60) for slot in range(100 + number, 106, 2)]
                data = encode(number, tick, 500 + now_s, records)
                gateways.came[f"serial gateway {number}"].append(Chunk(now_s, "", data))
        clock.set_s(now_s)
        rows += rows_of(sensors.read(tick_at(now_s, tick), None)[0])
    own = [row for row in rows if row[1] < 7]
    assert len(own) == 59 * 6
    for wearer in range(6):
        values = [value for _, column, channel, value, _ in own if (column, channel) == (wearer, EDA)]
        assert values == [100.0 + wearer + tick for tick in range(60) if tick != 30]
    health = sensors.health()
    names = "w0 and w2 and w4", "w1 and w3 and w5"
    assert [one.name for one in health[:2]] == [f"{who} at serial gateway {n}" for n, who in enumerate(names)]
    assert [one.text for one in health[:2]] == ["177 rows, 1 lost"] * 2


def test_a_device_that_speaks_but_says_nothing_known_is_told_apart_from_a_silent_one():
    opened = PortEvent(1.0, "w0", "opened", "/dev/pulse")
    stream = Stream(0, PulseSensor(PPG), Timing())
    wire = Wire(cast(Port, SimpleNamespace(wire="w0")), [stream], opened, heard_s=9.9, opened_s=1.0)
    assert "nothing known for 9.0 s" in wire.health(10.0).text
    assert wire.health(20.0).text == "silent for 19.0 s"


def test_a_device_that_sends_fewer_rows_than_its_table_says_is_told_until_it_keeps_up_again():
    gateways, clock = Gateways(), SetClock()
    sensors = Sensors(show_of(1, pulse(0, Path("own"))), clock, seed=1, open_device=gateways.open)
    told = []
    for tick in range(60 * 30):
        now_s = tick / 60
        every = 3 if 10 <= now_s < 20 else 1  # from 60 lines a second to 20
        if now_s >= 2.0 and tick % every == 0:  # a board is silent while it starts
            gateways.came["own"].append(Chunk(now_s, "", b"S512\r\n"))
        clock.set_s(now_s)
        sensors.read(tick_at(now_s, tick), None)
        told.append(sensors.health()[0])
    assert [told[60 * at].ok for at in (5, 9, 14, 19, 24, 29)] == [True, True, False, False, True, True]
    assert told[60 * 19].text.startswith("20 rows a second where 50 are due: ")
    turns = sum(one.ok != other.ok for one, other in pairwise(told))
    assert turns == 2


def test_two_speeds_for_one_device_are_refused(tmp_path: Path):
    first = pulse(0, tmp_path / "a", names=(("a", "ppg"),))
    second = SensorPatch(1, "pulsesensor", 9600, port=str(tmp_path / "a"), names=(("b", "ppg"),))
    with House(2, first, second) as house:
        house.read()
        assert house.events[0].what == "refused"
        assert "115200" in house.events[0].reason
        assert house.sensors.patched.tolist() == [True, False]
