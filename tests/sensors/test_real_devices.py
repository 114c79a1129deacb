"""What real devices sent, at the speed at which they sent it, through pseudo-terminals: nothing of it is lost."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from installation.clock import RealClock
from installation.frame import CHANNELS, Floats
from installation.sensors.read import Sensors
from installation.sensors.simulated import Said
from installation.sensors.wires import bitalino, cyton, lines
from installation.show.model import SensorPatch
from installation.show.wires import CYTON_G, CYTON_UV
from tests.sensors.fakes import show_of
from tests.sensors.simulated_fakes import on_ptys

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")

PLAYED_S = 3.0  # of every recording
GREETED_S = 1.5  # ports are open, and every device is told to start, by then


@dataclass
class Recording:
    """What a device sent, as a device: packets at the times at which it sent them, from `GREETED_S` on."""

    packets: Sequence[bytes]
    due_s: Floats
    opened_s: float = np.inf
    sent: int = 0

    def opened(self, time_s: float) -> None:
        self.opened_s = time_s + GREETED_S

    def reset(self, time_s: float) -> None: ...

    def hear(self, data: bytes, time_s: float) -> None: ...

    def say(self, until_s: float) -> list[Said]:
        said = []
        while self.sent < len(self.packets) and self.opened_s + self.due_s[self.sent] <= until_s:
            said.append((self.opened_s + float(self.due_s[self.sent]), self.packets[self.sent]))
            self.sent += 1
        return said


def text_of(folder: Path, name: str) -> list[str]:
    file = folder / "raw_device_files" / name
    if not file.exists():
        pytest.skip(f"no {name}")
    return file.read_text().splitlines()


def opensignals(folder: Path, name: str, rate_hz: int) -> np.ndarray:
    """The rows of a file of OpenSignals that fit into the time."""
    rows = [line.split() for line in text_of(folder, name)[3:]]
    return np.array(rows[: int(PLAYED_S * rate_hz)], int)


def test_recordings_of_real_devices_are_read_at_real_speed_and_nothing_is_lost(recordings: Path) -> None:
    told = [line.split(",") for line in text_of(recordings, "openbci_gui_v6_excerpt.txt") if line[:1].isdigit()]
    volts = np.array([[float(field) for field in row[1:9]] for row in told])
    axes = np.array([[float(field) for field in row[9:12]] for row in told])
    arrived_s = np.array([float(row[22]) for row in told]) / 1000
    count = int(np.searchsorted(arrived_s, arrived_s[0] + PLAYED_S))
    packets = [
        cyton.encode(
            int(row[0]), np.rint(uv / CYTON_UV).astype(int).tolist(), np.rint(g / CYTON_G).astype(int).tolist()
        )
        for row, uv, g in zip(told[:count], volts, axes, strict=False)
    ]
    skin = opensignals(recordings, "opensignals_eda_hot_surface.txt", 1000)
    pulse = opensignals(recordings, "opensignals_bvp_sample.txt", 1000)
    heart = opensignals(recordings, "opensignals_ecg_sample.txt", 200)
    devices = [
        Recording(packets, arrived_s[:count] - arrived_s[0]),
        Recording([bitalino.encode(row[0], [row[-1]]) for row in skin.tolist()], np.arange(len(skin)) / 1000),
        Recording([b"%d\r\n" % row[-1] for row in pulse.tolist()], np.arange(len(pulse)) / 1000),
        Recording([lines.encode_columns(row) for row in heart.tolist()], np.arange(len(heart)) / 200),
    ]
    with on_ptys(devices) as (first, second, third, fourth):
        show = show_of(
            4,
            SensorPatch(0, "cyton", 115200, port=first, names=(("ch1", "ecg"), ("acc_z", "acc_z"))),
            SensorPatch(1, "bitalino", 115200, port=second, names=(("a3", "eda"),)),
            SensorPatch(2, "pulsesensor", 115200, port=third),
            SensorPatch(3, "lines", 115200, port=fourth, columns=("-", "-", "ecg")),
        )
        clock = RealClock()
        sensors = Sensors(show, clock, 1)
        parts = []
        for tick in clock.ticks(60.0):
            parts.append(sensors.read(tick, None)[0])
            if all(device.sent == len(device.packets) for device in devices) or tick.time_s > 4 * PLAYED_S:
                break
        clock.sleep_s(0.3)
        parts.append(sensors.read(tick, None)[0])
        lost = [one.lost for one in sensors.health()]
        sensors.close()

    def read(column: int, channel: str) -> Floats:
        mine = [(part.column == column) & (part.channel == CHANNELS.index(channel)) for part in parts]
        return np.concatenate([part.value[some] for part, some in zip(parts, mine, strict=True)])

    assert np.abs(read(0, "ecg") - volts[:count, 0]).max() <= 0.0112  # half a step
    moved = axes[:count].any(axis=1)
    assert np.abs(read(0, "acc_z") - axes[:count][moved, 2]).max() < 1e-4
    assert read(1, "eda") == pytest.approx(skin[:, -1] * 25 / 1024)
    assert read(2, "ppg").tolist() == pulse[1:, -1].tolist()  # the first line after opening is dropped unread
    assert read(3, "ecg").tolist() == heart[1:, -1].tolist()
    assert lost == [0] * 5
