from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from installation.sensors.devices import share_out
from installation.sensors.wires import WIRES, bitalino, cyton, decoder, pack
from installation.show.files import SensorTable
from installation.show.load import load
from installation.show.model import SensorPatch
from installation.show.wires import FORMATS
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


def test_the_table_has_the_lengths_rates_and_scales_of_the_decoders():
    numbers = {wire: FORMATS[wire].number_bits for wire in WIRES if FORMATS[wire].number_bits}
    told = {"cyton": cyton.NUMBER_BITS, "cyton_daisy": cyton.NUMBER_BITS}
    assert numbers == told | {"bitalino": bitalino.NUMBER_BITS, "pack": pack.NUMBER_BITS}
    assert FORMATS["cyton"].signals[0].rate_hz == 2 * FORMATS["cyton_daisy"].signals[0].rate_hz == cyton.PACKETS_HZ
    assert FORMATS["cyton"].signals[0].scale == pytest.approx(cyton.microvolts())
    assert FORMATS["cyton"].signals[1].scale == pytest.approx(cyton.G_PER_STEP)
    assert FORMATS["bitalino"].signals[0].rate_hz == bitalino.USUAL_HZ
    assert [low for low, _ in FORMATS["bitalino"].rates_hz] == list(bitalino.RATES_HZ)
    assert len(FORMATS["pack"].names) == pack.CHANNELS


@pytest.mark.parametrize("wire", [wire for wire in WIRES if wire != "pulsesensor"])  # a PulseSensor takes no names
def test_a_name_that_is_left_out_passes_the_checker_and_is_no_channel_of_the_device(wire: str, tmp_path: Path):
    first, second = FORMATS[wire].names[:2] or ("pulse", "rest")
    slot = "slot = 1\n" if FORMATS[wire].shared else ""
    asked = f'wire = "{wire}"\n{slot}names = {{ {first} = "ppg", {second} = "-" }}'
    (device, *_), refused = share_out(
        load(write(tmp_path / wire, changed("patch", 'wire = "pulsesensor"', asked))), 0.0
    )
    assert refused == []
    assert device.of == [0]
    assert [of.channels for _, of in device.carries] == ([] if device.crowd else [(0,)])
    assert isinstance(device.greeting, tuple)
