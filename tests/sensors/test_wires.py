from __future__ import annotations

from math import nan
from pathlib import Path
from typing import get_args

import pytest

from installation.sensors.devices import share_out
from installation.sensors.wires import WIRES, bitalino, cyton, decoder, pack
from installation.show.files import SensorTable
from installation.show.load import load
from installation.show.model import SensorPatch
from installation.show.wires import BEGIN, END, FORMATS, carried, rows_hz
from tests.conftest import REPOSITORY
from tests.show.fakes import changed, write

CHANNELS = {"ppg": 0}


def test_every_wire_that_a_patch_may_name_has_a_decoder_and_the_other_way_round():
    assert get_args(SensorTable.model_fields["wire"].annotation) == WIRES
    for wire in WIRES:
        if not FORMATS[wire].shared:  # a gateway's decoder is of many wearers, not of one patch
            assert decoder(SensorPatch(0, wire, 115200, port="x"), CHANNELS).feed(b"") == []


def test_an_unknown_wire_is_refused_with_the_names_that_there_are():
    with pytest.raises(ValueError, match="pulsesensor, lines"):
        decoder(SensorPatch(0, "morse", 300, port="x"), CHANNELS)


@pytest.mark.parametrize("wire", [wire for wire in WIRES if FORMATS[wire].names and not FORMATS[wire].shared])
def test_every_channel_of_the_table_is_one_that_its_decoder_gives(wire: str):
    for name in FORMATS[wire].names:
        assert decoder(SensorPatch(0, wire, 115200, port="x", names=((name, "ppg"),)), CHANNELS).channels == (0,)


def test_running_numbers_and_rates_are_those_of_the_makers():
    numbers = {wire: FORMATS[wire].number_bits for wire in WIRES if FORMATS[wire].number_bits}
    assert numbers == {"cyton": 8, "cyton_daisy": 8, "bitalino": 4, "pack": 16, "emotibit": 16}
    assert (cyton.PACKETS_HZ, FORMATS["cyton_daisy"].signals[0].rate_hz) == (250.0, 125.0)
    assert (bitalino.RATES_HZ, bitalino.USUAL_HZ) == ((1, 10, 100, 1000), 1000)
    assert pack.CHANNELS == 16


@pytest.mark.parametrize(
    ("wire", "names", "asked_hz", "due_hz"),
    [
        ("pulsesensor", (), 0.0, 50.0),
        ("cyton", ("ch1", "acc_x"), 0.0, 250.0),
        ("cyton", ("acc_x", "acc_y"), 0.0, 25.0),
        ("cyton_daisy", ("d11",), 0.0, 125.0),
        ("bitalino", ("a1",), 0.0, 1000.0),
        ("bitalino", ("a1",), 10.0, 10.0),
        ("firmata", ("a0", "a1"), 0.0, 50.0),
        ("lines", ("pulse",), 0.0, nan),
        ("pack", (), 0.0, nan),
        ("emotibit", ("PG", "EA"), 0.0, 25.0),
        ("emotibit", ("T1",), 0.0, 7.5),
        ("osc", ("/elif/ppg",), 0.0, nan),
        ("osc", ("/elif/ppg", "/elif/eda"), 100.0, 100.0),
    ],
)
def test_a_device_owes_the_rows_of_its_quickest_channel_that_is_asked_for(
    wire: str, names: tuple[str, ...], asked_hz: float, due_hz: float
):
    assert rows_hz(wire, names, asked_hz) == pytest.approx(due_hz, nan_ok=True)


def test_the_page_for_makers_has_the_table():
    text = (REPOSITORY / "docs" / "hardware.md").read_text("utf-8")
    section = text[text.index(BEGIN) : text.index(END) + len(END)]
    assert section == carried(), "python -m installation.show.wires prints the section as it should be"


@pytest.mark.parametrize("wire", [wire for wire in WIRES if wire != "pulsesensor"])  # a PulseSensor takes no names
def test_a_name_that_is_left_out_passes_the_checker_and_is_no_channel_of_the_device(wire: str, tmp_path: Path):
    first, second = FORMATS[wire].names[:2] or (("/pulse", "/rest") if wire == "osc" else ("pulse", "rest"))
    slot = "slot = 1\n" if wire == "pack" else ""
    way = {"osc": "udp = 9101", "emotibit": 'device = "MD-V5-0000123"'}.get(wire, 'port = "/dev/ttyACM0"')
    asked = f'{way}\nwire = "{wire}"\n{slot}names = {{ "{first}" = "ppg", "{second}" = "-" }}'
    patch = 'port = "/dev/ttyACM0"\nwire = "pulsesensor"'
    (device, *_), refused = share_out(load(write(tmp_path / wire, changed("patch", patch, asked))), 0.0)
    assert refused == []
    assert device.of == [0]
    assert [of.channels for _, of in device.carries] == ([] if device.crowd else [(0,)])
    assert isinstance(device.greeting, tuple)
