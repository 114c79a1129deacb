"""The reference firmware, run on a simulated ATmega328P and read by the house."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from installation.clock import RealClock
from installation.frame import CHANNELS
from installation.sensors.read import Sensors
from installation.sensors.wires.pack import Pack
from installation.show.model import SensorPatch
from tests.conftest import REPOSITORY
from tests.sensors.fakes import show_of, tick_at, wait_for

FIRMWARE = REPOSITORY / "assets" / "firmware" / "nexus_pack"
SIMULATOR = Path("/usr/include/simavr/sim_avr.h")
PPG, EDA, RESP = (CHANNELS.index(name) for name in ("ppg", "eda", "resp"))

pytestmark = pytest.mark.skipif(
    not (shutil.which("avr-gcc") and shutil.which("cc") and SIMULATOR.exists()), reason="no AVR compiler and simulator"
)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The words that run the board, but for the seconds."""
    folder = tmp_path_factory.mktemp("avr")
    cross = ["avr-gcc", "-mmcu=atmega328p", "-DF_CPU=16000000UL", "-Os", "-Wall", "-Wextra", "-Werror", "-x", "c++"]
    subprocess.run([*cross, FIRMWARE / "nexus_pack.ino", "-o", folder / "firmware"], check=True)
    harness = Path(__file__).with_name("avr.c")
    subprocess.run(["cc", "-Wall", "-Werror", harness, "-o", folder / "avr", "-lsimavr", "-lelf"], check=True)
    return [str(folder / "avr"), str(folder / "firmware")]


def steps(source: int, conversion: np.ndarray) -> np.ndarray:
    """What the converter gives for the voltages of `avr.c`."""
    return (500 * (source + 1) + 5 * (conversion % 200)) * 1023 / 5000


def test_the_firmware_samples_evenly_and_sends_sound_packs(board: list[str]):
    sent = subprocess.run([*board, "5"], capture_output=True, check=True).stdout
    pack = Pack()
    pack.add(1, 0, {0: PPG, 2: EDA, 3: RESP})
    packed_s = pack.packets(sent)
    rows = pack.rows(packed_s)
    assert (pack.dropped, pack.lost) == (0, 0)
    assert np.diff(packed_s) == pytest.approx(0.05, abs=1e-9)
    for source, channel in ((0, PPG), (1, EDA), (2, RESP)):
        mine = rows.channel == channel
        expected = steps(source, np.arange(mine.sum()))
        if channel == EDA:  # the skin over 100 kΩ, in µS
            expected = 10 * expected / (1023 - expected)
        assert mine.sum() >= 490
        assert rows.value[mine] == pytest.approx(expected, abs=0.05 if channel == EDA else 1.0)
        assert np.diff(rows.time_s[mine]) == pytest.approx(0.01, abs=1e-9)
    assert not rows.gap.any()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_a_wearer_with_the_firmware_on_a_port_is_read_as_any_other(board: list[str]):
    ours, theirs = os.openpty()
    clock = RealClock()
    patch = SensorPatch(0, "pack", 115200, port=os.ttyname(theirs), slot=1)
    sensors = Sensors(show_of(1, patch), clock, seed=1)
    rows: list[tuple[int, float]] = []
    told: list[str] = []

    def read() -> None:
        samples, events = sensors.read(tick_at(clock.now_s()), None)
        told.extend(event.what for event in events)
        mine = zip(samples.column.tolist(), samples.channel.tolist(), samples.value.tolist(), strict=True)
        rows.extend((channel, value) for column, channel, value in mine if column == 0)

    def happened(count: int) -> bool:
        read()
        return told == ["opened"] and len(rows) >= count

    try:
        wait_for(lambda: happened(0))
        subprocess.run([*board, "2"], stdout=ours, check=True)
        wait_for(lambda: happened(3 * 190))
        pulse = np.array([value for channel, value in rows if channel == PPG])
        assert pulse == pytest.approx(steps(0, np.arange(len(pulse))), abs=1.0)
        assert {channel for channel, _ in rows} == {PPG, EDA, RESP}
    finally:
        sensors.close()
        os.close(ours)
        os.close(theirs)
