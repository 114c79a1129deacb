from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.show.amend import amend, write_whole

PATCH = """\
# The harbour, tonight.
[sacn]
host = "10.0.0.2"   # the node at the bar

[[sensor]]
wearer = "Elif"     # table one
serial = "A1"       # the red board
wire   = "pulsesensor"
baud   = 115200

# Tomo's cable is short.
[[sensor]]
wearer  = "Tomo"
port    = "/dev/ttyACM1"
wire    = "lines"
columns = [
  "time_ms",        # millis()
  "eda",
]

[[garment]]
name = "elif"
universe = 7
slot = 1
"""


def sensors(text: str) -> list[dict[str, object]]:
    return list(tomllib.loads(text)["sensor"])


def test_a_new_sensor_is_added_at_the_end_and_all_else_stays_letter_for_letter():
    text = amend(PATCH, {"wearer": "Amara", "location": "1-1.2", "wire": "pulsesensor"})
    assert text == PATCH + '\n[[sensor]]\nwearer   = "Amara"\nlocation = "1-1.2"\nwire     = "pulsesensor"\n'


def test_a_wearers_sensor_is_changed_in_its_place_and_comments_stay():
    text = amend(PATCH, {"wearer": "Elif", "location": "1-3", "wire": "pulsesensor"})
    assert sensors(text)[0] == {"wearer": "Elif", "location": "1-3", "wire": "pulsesensor"}
    assert 'wearer = "Elif"     # table one\nlocation = "1-3"       # the red board\n' in text
    assert "# Tomo's cable is short.\n[[sensor]]\n" in text
    assert text.endswith(PATCH[PATCH.index("# Tomo's cable") :])


def test_a_sensor_that_gives_another_channel_stays_beside_the_new_one():
    text = amend(PATCH, {"wearer": "Tomo", "serial": "B2", "wire": "pulsesensor"})
    assert [one["wearer"] for one in sensors(text)] == ["Elif", "Tomo", "Tomo"]


def test_a_list_over_several_lines_is_replaced_whole():
    text = amend(PATCH, {"wearer": "Tomo", "serial": "B2", "wire": "lines", "columns": ["eda", "-"]})
    assert sensors(text)[1] == {"wearer": "Tomo", "serial": "B2", "wire": "lines", "columns": ["eda", "-"]}
    assert "millis()" not in text
    assert '[[garment]]\nname = "elif"' in text


def test_a_device_that_was_anothers_is_taken_from_them_with_its_entry():
    text = amend(PATCH, {"wearer": "Amara", "serial": "A1", "wire": "pulsesensor"})
    assert [one["wearer"] for one in sensors(text)] == ["Tomo", "Amara"]
    assert "# Tomo's cable is short." in text


def test_two_wearers_on_two_slots_of_a_gateway_stay_both():
    gateway = {"serial": "G1", "wire": "pack"}
    text = amend(amend("", {"wearer": "Elif", **gateway, "slot": 1}), {"wearer": "Tomo", **gateway, "slot": 2})
    assert [(one["wearer"], one["slot"]) for one in sensors(text)] == [("Elif", 1), ("Tomo", 2)]
    moved = amend(text, {"wearer": "Tomo", **gateway, "slot": 1})
    assert [(one["wearer"], one["slot"]) for one in sensors(moved)] == [("Tomo", 1)]


def test_what_is_as_it_was_changes_nothing():
    same = {"wearer": "Elif", "serial": "A1", "wire": "pulsesensor", "baud": 115200}
    assert amend(PATCH, same) == PATCH


def test_a_table_of_names_goes_with_its_sensor():
    text = PATCH + '\n[[sensor]]\nwearer = "Luz"\nserial = "C3"\nwire = "lines"\n[sensor.names]\npulse = "ppg"\n'
    changed = amend(text, {"wearer": "Luz", "serial": "C3", "wire": "lines", "names": {"pulse": "ppg", "skin": "eda"}})
    assert sensors(changed)[2]["names"] == {"pulse": "ppg", "skin": "eda"}
    taken = amend(text, {"wearer": "Amara", "serial": "C3", "wire": "pulsesensor"})
    assert [(one["wearer"], "names" in one) for one in sensors(taken)[1:]] == [("Tomo", False), ("Amara", False)]


def test_names_are_written_as_toml_writes_them():
    entry = {"wearer": "Amara", "port": "COM3", "wire": "lines", "names": {"pulse": "ppg", "heart rate": "-"}}
    text = amend("", entry)
    assert text.startswith("[[sensor]]\n")
    assert sensors(text) == [entry]


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_name_and_any_serial_number_are_read_again_as_they_were(wearer: str, serial: str):
    text = amend(PATCH, {"wearer": wearer, "serial": serial, "wire": "pulsesensor"})
    assert {"wearer": wearer, "serial": serial, "wire": "pulsesensor"}.items() <= sensors(text)[-1].items() or any(
        one["wearer"] == wearer and one.get("serial") == serial for one in sensors(text)
    )


def test_a_file_that_is_no_toml_is_left_alone():
    with pytest.raises(ValueError, match="Expected"):
        amend("[sacn", {"wearer": "Elif", "serial": "A1", "wire": "pulsesensor"})


def test_a_file_is_replaced_at_once_with_its_mode_and_nothing_is_left_beside_it(tmp_path: Path):
    path = tmp_path / "patch.toml"
    path.write_text("old")
    path.chmod(0o640)
    write_whole(path, "neu ☼\n")
    assert path.read_text(encoding="utf-8") == "neu ☼\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OSError):
        write_whole(tmp_path / "none" / "patch.toml", "text")
