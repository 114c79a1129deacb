"""Programs of other people read our simulated devices: BrainFlow, the maker's BITalino API, pyFirmata2."""

from __future__ import annotations

import sys
import time
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from installation.clock import RealClock
from installation.frame import Floats
from installation.sensors.simulated import simulated
from installation.sensors.wires.bitalino import LAYOUTS
from installation.show.wires import CYTON_G, CYTON_UV
from tests.sensors.simulated_fakes import feel, on_ptys, person

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")

STREAMED_S = 5.6  # of a Cyton: five seconds have to be whole


def begun_s(told: Floats, rate_hz: float, channel: str, scale: float = 1.0, mean_of: int = 1) -> float:
    """When a device began that sent these values of a person's channel; fails where none of the times gives them all.

    mean_of: samples of 250 Hz in each value.
    """

    def off(starts_s: Floats, count: int) -> Floats:
        moments = starts_s[:, None] + np.arange(count) / rate_hz
        values = sum(scale * feel(0, channel, moments - back / 250) for back in range(mean_of)) / mean_of
        return np.asarray(np.square(values - told[:count]).mean(axis=1))

    near_s = np.arange(0.0, 20.0, 0.002)
    start_s = near_s[off(near_s, 100).argmin()]
    for step_s in (1e-3, 1e-4, 1e-5, 1e-6):  # closer and closer
        near_s = start_s + step_s * np.arange(-20, 21)
        start_s = near_s[off(near_s, told.size).argmin()]
    return float(start_s)


def expected(start_s: float, count: int, rate_hz: float, channel: str) -> Floats:
    return feel(0, channel, start_s + np.arange(count) / rate_hz)


@pytest.fixture(scope="module")
def brainflow() -> ModuleType:
    """BrainFlow, without its log."""
    module = pytest.importorskip("brainflow.board_shim", reason="BrainFlow has no wheel for this machine")
    module.BoardShim.disable_board_logger()
    return module


@pytest.fixture(scope="module")
def streams(brainflow: ModuleType) -> dict[bool, Any]:
    """What BrainFlow reads of a Cyton, and of one with a Daisy, at the same time; a row for each thing it tells."""
    ids = {False: brainflow.BoardIds.CYTON_BOARD.value, True: brainflow.BoardIds.CYTON_DAISY_BOARD.value}
    boards = {}
    with on_ptys([simulated("cyton", [person()]), simulated("cyton_daisy", [person()])]) as paths:
        for (daisy, board_id), path in zip(ids.items(), paths, strict=True):
            params = brainflow.BrainFlowInputParams()
            params.serial_port = path
            boards[daisy] = brainflow.BoardShim(board_id, params)
        try:
            for board in boards.values():
                board.prepare_session()
                assert board.config_board("x1060100X") == "Success: Channel set for 1$$$"
            for board in boards.values():
                board.start_stream()
            RealClock().sleep_s(STREAMED_S)
            read = {daisy: np.asarray(board.get_board_data()) for daisy, board in boards.items()}
            for board in boards.values():
                board.stop_stream()
        finally:
            for board in boards.values():
                board.release_session()
    return read


@pytest.mark.parametrize("daisy", [False, True])
def test_brainflow_reads_a_simulated_cyton_and_loses_nothing(
    brainflow: ModuleType, streams: dict[bool, Any], daisy: bool
) -> None:
    board_id = (brainflow.BoardIds.CYTON_DAISY_BOARD if daisy else brainflow.BoardIds.CYTON_BOARD).value
    shim, rate_hz, data = brainflow.BoardShim, 125 if daisy else 250, streams[daisy]
    channels = shim.get_eeg_channels(board_id)
    assert len(channels) == (16 if daisy else 8)
    assert data.shape[1] >= 5 * rate_hz
    numbers = data[shim.get_package_num_channel(board_id)].astype(int)
    assert numbers[0] == 0
    assert set(np.diff(numbers) % 256) == {2 if daisy else 1}
    heart = data[channels[0]]
    mean_of = 2 if daisy else 1
    start_s = begun_s(heart[1:], rate_hz, "ecg", mean_of=mean_of)
    moments = start_s + np.arange(heart.size - 1) / rate_hz
    lived = sum(feel(0, "ecg", moments - back / 250) for back in range(mean_of)) / mean_of
    assert np.abs(heart[1:] - lived).max() <= mean_of * CYTON_UV  # half a step each way, and the start's own error
    assert np.abs(data[channels[1]]).max() == 0.0
    if not daisy:
        axis = data[shim.get_accel_channels(board_id)[0]]
        taken = np.flatnonzero(np.diff(axis)) + 1
        assert np.abs(axis[taken] - feel(0, "acc_x", start_s + (taken - 1) / rate_hz)).max() <= CYTON_G


@pytest.fixture(scope="module")
def bitalino() -> Any:
    """The maker's API, without Bluetooth, and told not to sleep as long before each command as its radio needs."""
    module = pytest.importorskip("bitalino", reason="the maker's API is not installed")
    patched = pytest.MonkeyPatch()
    patched.setattr(module, "time", SimpleNamespace(sleep=lambda _: time.sleep(0.01), time=time.time))
    yield module
    patched.undo()


@pytest.mark.parametrize("inputs", range(1, 7))
def test_the_makers_api_reads_a_simulated_bitalino_in_every_layout(bitalino: Any, inputs: int) -> None:
    wired = {"a1": "ecg", "a2": "ppg", "a3": "eda", "a4": "resp", "a5": "acc_x", "a6": "acc_z"}
    with on_ptys([simulated("bitalino", [person()], wired)]) as (path,):
        host = bitalino.BITalino(path, timeout=3)
        assert host.version() == "BITalino_v5.1"
        assert host.isBitalino2
        host.battery(30)
        idle = host.state()
        assert idle["batteryThreshold"] == 30
        assert len(set(idle["analogChannels"])) == 6
        host.start(1000, list(range(inputs)))
        host.trigger([1, 0])
        data = host.read(400)
        host.stop()
        host.close()
    assert set(np.diff(data[:, 0]) % 16) == {1}
    assert data[-1, 1:5].tolist() == [0, 0, 1, 0]
    shares = {
        "ecg": lambda uv: uv * 1.1 / 3300 + 0.5,
        "ppg": lambda share: share,
        "eda": lambda us: us * 0.132 / 3.3,
        "resp": lambda share: share,
        "acc_x": lambda g: 0.1 * g + 0.5,
        "acc_z": lambda g: 0.1 * g + 0.5,
    }
    heart = data[:, 5].astype(float)
    starts_s = np.arange(0.0, 5.0, 0.0005)
    tried = 1024 * shares["ecg"](feel(0, "ecg", starts_s[:, None] + np.arange(400) / 1000))
    off = np.abs(tried - heart).max(axis=1)
    assert off.min() <= 2.0
    start_s = starts_s[off.argmin()]
    for place, channel in enumerate(list(wired.values())[:inputs]):
        full = 1 << LAYOUTS[inputs - 1].bits[place]
        lived = full * shares[channel](expected(start_s, 400, 1000, channel))
        assert np.abs(data[:, 5 + place] - lived).max() <= 2.5, channel


def test_pyfirmata2_reads_a_simulated_board(monkeypatch: pytest.MonkeyPatch) -> None:
    pyfirmata2 = pytest.importorskip("pyfirmata2")
    monkeypatch.setattr(pyfirmata2.pyfirmata2, "BOARD_SETUP_WAIT_TIME", 1.5)  # of the five seconds for an upload
    heard: list[float] = []
    with on_ptys([simulated("firmata", [person()])]) as (path,):
        board = pyfirmata2.ArduinoMega(path)
        assert board.get_firmata_version() == (2, 5)
        assert board.firmware == "StandardFirmata.ino"
        board.analog[0].register_callback(heard.append)
        board.samplingOn(10)
        board.analog[0].enable_reporting()
        RealClock().sleep_s(1.2)
        board.exit()
    assert len(heard) >= 100
    steps = 1023 * np.array(heard)
    start_s = begun_s(steps, 100.0, "ppg", scale=1023.0)
    assert np.abs(steps - 1023 * expected(start_s, steps.size, 100.0, "ppg")).max() <= 0.6  # and told in four decimals
