"""From a folder to a show: what a designer's files become."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from installation.frame import CHANNELS, Tick
from installation.show.build import even
from installation.show.effects import EFFECTS
from installation.show.expressions import Program
from installation.show.load import find_show, load, shipped
from installation.show.model import RoomSignalDef, SensorPatch, Show, SignalDef, Trigger, Wearer
from installation.show.problems import ShowProblems
from installation.story.values import evaluate, fresh
from tests.conftest import REPOSITORY, SHOW
from tests.show.fakes import SMALL, changed, write


@pytest.fixture
def small(tmp_path: Path) -> Show:
    return load(write(tmp_path / "small", SMALL))


def test_the_shipped_show_has_no_problem() -> None:
    show = load(find_show())
    assert show.folder == SHOW.resolve()
    assert [len(show.wearers), len(show.garments), len(show.geometry.garment)] == [8, 8, 419]
    assert [cue.number for cue in show.cues] == ["0.5", "1", "2", "3.1", "3.2", "4.1", "5", "6"]
    assert [cue.act for cue in show.cues][3:5] == ["Crisis", "Crisis"]
    assert show.looks[show.safe_look].name == "safe"
    assert show.opening == 0


def test_the_shipped_show_computes_all_its_expressions_without_a_wearer_known() -> None:
    show = load(find_show())
    room = {one.name: one.default for one in show.room}
    _, values = evaluate(show.program, room, fresh(show.program, len(show.wearers)), Tick(0, 0.0, 1 / 60))
    assert values.shape == (len(show.program), 8)
    levels = [values[layer.level] for look in show.looks for layer in look.layers]
    assert np.isfinite(levels).all()


def test_wearers_without_a_place_stand_in_a_row(small: Show) -> None:
    assert small.wearers == (Wearer("Elif", (1.0, 2.0)), Wearer("Şölen 2", (0.45, 0.0)))


def test_garments_lie_end_to_end(small: Show) -> None:
    assert [(one.name, one.wearer, one.first, one.pixels) for one in small.garments] == [
        ("elif", 0, 0, 8),
        ("other-1", 1, 8, 8),
    ]
    assert small.geometry.regions == ("chest", "hem")
    np.testing.assert_array_equal(small.geometry.region, [0] * 6 + [1] * 2 + [0] * 6 + [1] * 2)
    np.testing.assert_array_equal(small.geometry.garment, [0] * 8 + [1] * 8)
    np.testing.assert_array_equal(small.geometry.wearer, [0] * 8 + [1] * 8)
    assert small.geometry.position_m.dtype == np.float32


def test_pixels_are_even_along_the_path_both_ends_included() -> None:
    bent = np.array([[0.0, 0, 0], [3, 0, 0], [3, 1, 0]])
    np.testing.assert_allclose(even(bent, 5), [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0], [3, 1, 0]])
    np.testing.assert_allclose(even(bent, 1), [[2, 0, 0]])
    np.testing.assert_allclose(even(np.array([[1.0, 2, 3]]), 2), [[1, 2, 3], [1, 2, 3]])


def test_layers_take_the_defaults_of_their_effect(small: Show) -> None:
    solid, (breath, heartbeat) = small.looks[0].layers[0], small.looks[1].layers
    text = small.program.texts
    assert (text[solid.level], solid.params) == ("0.08", ())
    assert [text[number] for number in breath.params] == ["breath.phase", "1"]
    assert [text[number] for number in heartbeat.params] == ["2", "0.25"]
    assert list(heartbeat.pixels) == [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13]
    assert list(breath.pixels) == list(solid.pixels) == list(range(16))
    assert heartbeat.color == (1.0, 0.0, 0.0)


def test_cues_carry_their_act_over_and_know_the_sides_of_a_plain_comparison(small: Show) -> None:
    first, second, third = small.cues
    text = small.program.texts
    assert [first.act, second.act, third.act] == ["First", "First", "Second"]
    assert [first.scene, second.scene, first.look, third.look] == [0, -1, 1, 0]
    assert (second.fade_s, second.curve, second.follow_s, second.hang_s, second.pre_wait_s) == (6, "ease", 9, None, 0)
    assert isinstance(second.when, Trigger) and isinstance(third.when, Trigger)
    assert (second.when.hold_s, text[second.when.condition]) == (4.0, "pantry.shortage_risk > 60%")
    assert (text[second.when.left], text[second.when.right]) == ("pantry.shortage_risk", "60%")
    assert (third.when.left, third.when.right, third.when.hold_s) == (-1, -1, 0.0)


def test_scenes_room_and_inputs_are_as_written(small: Show) -> None:
    scene = small.scenes[0]
    assert dict(scene.captions) == {"en": "The tide is out.", "tr": "Deniz çekilmiş."}
    assert [(name, small.program.texts[number]) for name, number in scene.parameters] == [
        ("tide", "0.2"),
        ("tension", "tension"),
    ]
    assert small.room == (RoomSignalDef("pantry.shortage_risk", 0.1, 0.0, 1.0, ""),)
    assert small.inputs == ("glow",)
    assert small.safety.go_guard_s == 0.4


def test_the_patch_packs_the_garments_around_those_at_fixed_addresses(small: Show) -> None:
    assert [one.runs for one in small.patch.slots] == [((0, 3, 1, 1), (3, 5, 1, 34)), ((0, 8, 1, 10),)]
    assert small.patch.sensors == (
        SensorPatch(0, "pulsesensor", 115200, port="/dev/ttyACM0"),
        SensorPatch(
            0,
            "lines",
            9600,
            serial="95530343834351A0B1C2",
            columns=("time_ms", "-", "eda"),
            names=(("light", "input.glow"),),
        ),
    )


def test_another_venue_brings_its_own_patch(tmp_path: Path) -> None:
    folder = write(tmp_path / "small", SMALL)
    (folder / "patch.toml").unlink()
    venue = tmp_path / "harbour.toml"
    venue.write_text("[sacn]\nuniverse = 40\npriority = 90\n")
    patch = load(folder, venue).patch
    assert (patch.slots[0].runs, patch.sacn_priority) == (((0, 8, 40, 1),), 90)


def test_delays_that_are_too_much_all_together_are_a_problem_of_the_show(tmp_path: Path) -> None:
    more = "".join(f'late{n} = "delay(heart.rate + {n}, 10s)"\n' for n in range(7))
    with pytest.raises(ShowProblems) as error:
        load(write(tmp_path, SMALL | {"show": SMALL["show"] + more, "looks": SMALL["looks"] + LATE}))
    assert str(error.value).endswith(
        "show.toml: the show delays wearers' signals by more than 60 s, all delays together; shorter ones would do"
    )


def test_a_derived_signal_is_held_to_its_range_and_keeps_what_its_designer_says(tmp_path: Path) -> None:
    more = 'calm = { value = "3*pantry.shortage_risk", unit = "bpm", low = 0, high = 2, says = "how calm" }\n'
    show = load(write(tmp_path, changed("cues", "tension > 0", "calm > 0") | {"show": SMALL["show"] + more}))
    assert show.signals[1] == SignalDef("calm", "3*pantry.shortage_risk", "bpm", 0.0, 2.0, "how calm")
    assert show.signals[0] == SignalDef("tension", "smooth(pantry.shortage_risk, 3s)", "", -np.inf, np.inf, "")
    program = Program(["calm"], ["x"], signals={"calm": "3*x"}, ranges={"calm": (0.0, 2.0)})
    for x, held in ((0.5, 1.5), (0.9, 2.0), (-1.0, 0.0), (np.nan, np.nan)):
        _, values = evaluate(program, {"x": x}, fresh(program, 1), Tick(0, 0.0, 1 / 60))
        np.testing.assert_equal(values[0, 0], np.float32(held))


LATE = (
    "[[look]]\nname = 'late'\nlayers = [\n"
    + "".join(f"  {{ effect = 'solid', color = '#ffffff', level = 'late{n}/100bpm' }},\n" for n in range(7))
    + "]\n"
)


def test_without_an_opening_the_show_waits_in_the_safe_look(tmp_path: Path) -> None:
    assert load(write(tmp_path, changed("show", 'opening = "1"\n', ""))).opening == -1


def test_a_file_saved_by_windows_is_the_same_show(tmp_path: Path) -> None:
    texts = {name: "\ufeff" + text.replace("\n", "\r\n") for name, text in SMALL.items()}
    assert load(write(tmp_path, texts)).title == "Small"


def test_a_show_is_found_by_its_path_or_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_show() == find_show("collective_feast") == SHOW.resolve()
    folder = write(tmp_path / "mine", SMALL)
    assert find_show("mine") == Path("mine")
    assert find_show(str(folder)) == folder
    assert find_show("no/such/place") == Path("no/such/place")
    assert "collective_feast" in shipped()
    with pytest.raises(ShowProblems) as error:
        find_show("colective_feast")
    assert str(error.value) == (
        'colective_feast: is neither a folder here nor a shipped show; did you mean "collective_feast"?'
    )


def test_every_default_of_every_effect_is_an_expression() -> None:
    texts = [parameter.default for effect in EFFECTS.values() for parameter in effect.params]
    assert len(Program(texts)) == len(texts) > 0


def test_loading_needs_neither_compiled_kernels_nor_a_window() -> None:
    asked = "import sys, installation.show.load; print({'numba', 'pygame'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", asked], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_devices_of_every_wire_are_patched_with_their_usual_speed_and_their_options(tmp_path: Path) -> None:
    folder = write(tmp_path / "small", SMALL)
    (folder / "patch.toml").write_text(EVERY_WIRE)
    first, second = 0, 1
    assert load(folder).patch.sensors == (
        SensorPatch(first, "cyton_daisy", 115200, port="a", names=(("ch16", "ecg"), ("acc_x", "acc_x"))),
        SensorPatch(first, "bitalino", 115200, port="b", names=(("a1", "-"), ("a2", "eda")), rate_hz=100.0),
        SensorPatch(first, "firmata", 57600, port="c", names=(("a0", "ppg"),)),
        SensorPatch(first, "pack", 115200, port="d", names=(("ch3", "resp"), ("ch9", "input.glow")), slot=7),
        SensorPatch(second, "pack", 115200, port="d", slot=8),
    )


def test_sensors_of_the_network_are_patched_with_loopback_whole_addresses_and_what_they_usually_have(
    tmp_path: Path,
) -> None:
    folder = write(tmp_path / "small", SMALL)
    (folder / "patch.toml").write_text(BY_NETWORK)
    usual = (("PG", "ppg"), ("EA", "eda"), ("AX", "acc_x"), ("AY", "acc_y"), ("AZ", "acc_z"))
    by_name = tuple((f"/two/{channel}", channel) for channel in CHANNELS)
    here = "127.0.0.1"
    assert load(folder).patch.sensors == (
        SensorPatch(0, "emotibit", 0, device="MD-V5-1", names=usual),
        SensorPatch(0, "osc", 0, udp=9, bind=here, names=(("/one/r[2]", "resp"), ("/g", "input.glow")), rate_hz=25.0),
        SensorPatch(1, "osc", 0, udp=9, bind=here, names=by_name),
        SensorPatch(0, "pack", 115200, udp=10, bind="0.0.0.0", allow=("10.0.0.0/8",), slot=7, names=(("ch1", "ecg"),)),
    )


BY_NETWORK = """\
[[sensor]]
wearer = "Elif"
device = "MD-V5-1"
wire   = "emotibit"

[[sensor]]
wearer  = "Elif"
udp     = 9
wire    = "osc"
address = "/one"
names   = { "r[2]" = "resp", "/g" = "input.glow", "/h" = "-" }
rate_hz = 25.0

[[sensor]]
wearer  = "Şölen 2"
udp     = 9
wire    = "osc"
address = "/two"

[[sensor]]
wearer = "Elif"
udp    = 10
bind   = "0.0.0.0"
allow  = ["10.0.0.0/8"]
wire   = "pack"
slot   = 7
names  = { ch1 = "ecg" }
"""

EVERY_WIRE = """\
[[sensor]]
wearer = "Elif"
port   = "a"
wire   = "cyton_daisy"
names  = { ch16 = "ecg", acc_x = "acc_x" }

[[sensor]]
wearer  = "Elif"
port    = "b"
wire    = "bitalino"
names   = { a1 = "-", a2 = "eda" }
rate_hz = 100.0

[[sensor]]
wearer = "Elif"
port   = "c"
wire   = "firmata"
names  = { a0 = "ppg" }

[[sensor]]
wearer = "Elif"
port   = "d"
wire   = "pack"
slot   = 7
names  = { ch3 = "resp", ch9 = "input.glow" }

[[sensor]]
wearer = "Şölen 2"
port   = "d"
wire   = "pack"
slot   = 8
"""
