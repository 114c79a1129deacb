from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from installation.cli.claim import Spot, Walk, entry_of, write
from installation.cli.columns import Guess
from installation.cli.ears import heard_as
from installation.cli.portwatch import PortWatch, Watched
from installation.cli.touch import HOLD_S, Touch
from installation.clock import OfflineClock
from installation.sensors.find import Answer, Found
from installation.show.load import load
from installation.show.model import SensorPatch, Show
from installation.testing.faults import noise
from installation.testing.wires import Hub
from tests.conftest import SHOW

PEOPLE = 4


@pytest.fixture
def show() -> Show:
    whole = load(SHOW)
    return dataclasses.replace(whole, wearers=whole.wearers[:PEOPLE])


class Tent:
    """Boards on a virtual hub, untouched until the script says otherwise, and a person who types.

    serials: what each board tells of itself, "" for nothing · touched: by wearer, which board is touched once they are
    asked, or what is typed instead.
    """

    def __init__(self, show: Show, touched: dict[str, int | str], serials: list[str] | None = None) -> None:
        self.clock = OfflineClock()
        self.hub = Hub(PEOPLE, seed=5, wires=("pulsesensor",))
        self.said: list[str] = []
        self._touched = touched
        self._serials = serials or [f"NX{board}" for board in range(PEOPLE)]
        self._typed: list[str] = []
        self.hub.live(0.0)
        for board in range(PEOPLE):
            self.hub.befall(board, noise(board, 1e9), 0.0)
        self.watch = PortWatch(
            show, self.clock, self.listed, self.hub.open_device,
            ask=lambda found: Answer("pulsesensor", "a PulseSensor", wire="pulsesensor"), spawn=lambda work: work(),
        )  # fmt: skip
        self.walk = Walk(show, self.watch, self.clock.ticks(30), self.hear, self.say, lambda: False)

    def listed(self) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(
                device=one.device, serial_number=self._serials[n], location=f"1-{n}", vid=0x1A86, description=""
            )
            for n, one in enumerate(self.hub.listed())
        ]

    def say(self, text: str) -> None:
        self.said.append(text)
        for wearer, touched in self._touched.items():
            if text.startswith(f"touch the sensor of {wearer} "):
                if isinstance(touched, str):
                    self._typed.append(touched)
                else:
                    self.hub.befall(touched, noise(touched, 1e-6), self.clock.now_s() + 1.0)

    def hear(self) -> str | None:
        assert self.clock.now_s() < 120, "the sensor is not recognised"
        return self._typed.pop() if self._typed else None


def test_each_wearers_sensor_is_the_one_that_is_touched(show: Show):
    tent = Tent(show, {"Elif": 2, "Tomo": 0, "Amara": "", "Luz": 3})
    assert tent.walk.through() == [
        {"wearer": "Elif", "serial": "NX2", "wire": "pulsesensor"},
        {"wearer": "Tomo", "serial": "NX0", "wire": "pulsesensor"},
        {"wearer": "Luz", "serial": "NX3", "wire": "pulsesensor"},
    ]
    assert tent.clock.now_s() < 60
    tent.watch.close()


def test_clones_with_one_serial_number_are_patched_by_their_place(show: Show):
    tent = Tent(show, {"Elif": 1, "Tomo": 3, "Amara": 0, "Luz": "q"}, serials=["0001", "0001", "955", ""])
    entries = tent.walk.through()
    assert [(key, value) for entry in entries for key, value in entry.items() if key in ("serial", "location")] == [
        ("location", "1-1"),
        ("location", "1-3"),
        ("location", "1-0"),
    ]
    row = next(iter(tent.watch.ports.values())).row()
    assert row["clones"] == ["virtual/ttyACM1"]
    tent.watch.close()


def test_a_sensor_can_be_named_by_its_number_and_q_ends(show: Show):
    tent = Tent(show, {"Elif": "2", "Tomo": "q"})
    assert [entry["serial"] for entry in tent.walk.through()] == ["NX1"]
    tent.watch.close()


def test_a_number_that_is_none_or_taken_is_told_of(show: Show):
    tent = Tent(show, {"Elif": "1", "Tomo": "1"})
    tent.walk._ended = lambda typed: any("no sensor that is free" in said for said in tent.said)  # type: ignore[method-assign]  # the person goes home
    assert len(tent.walk.through()) == 1
    assert "1 is no sensor that is free; a number from the list would do" in tent.said
    tent.watch.close()


def touched(*steps: dict[str, float]) -> list[tuple[str, ...]]:
    """What is told when hearts are seen so once a second."""
    touch = Touch[str]()
    return [touch.look(float(second), hearts) for second, hearts in enumerate(steps)]


def test_a_touch_is_a_heart_that_was_not_there_and_stays():
    assert HOLD_S <= 2.0
    assert touched({"a": 0.0, "b": 0.9}, {"a": 0.7, "b": 0.9}, {"a": 0.8, "b": 0.9}, {"a": 0.9, "b": 0.9}) == [
        (), (), (), ("a",)
    ]  # fmt: skip


def test_a_passing_hand_is_no_touch():
    assert touched({"a": 0.0}, {"a": 0.7}, {"a": 0.5}, {"a": 0.7}, {"a": 0.2}) == [()] * 5


def test_two_that_are_touched_at_once_are_both_told():
    assert touched({"a": 0.0, "b": 0.0}, {"a": 0.7, "b": 0.0}, {"a": 0.7, "b": 0.7}, {"a": 0.7, "b": 0.7})[-1] == (
        "a",
        "b",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in SHOW.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text())
    return tmp_path


def tell(folder: Path, entries: list[dict[str, object]], agreed: Callable[[], bool] = lambda: True) -> tuple[int, str]:
    said: list[str] = []
    code = write(folder, folder / "patch.toml", entries, said.append, agreed)  # type: ignore[arg-type]  # dicts made by hand
    return code, "\n".join(said)


def test_what_was_claimed_is_shown_and_written_and_the_show_loads_with_it(folder: Path):
    before = (folder / "patch.toml").read_text()
    code, said = tell(folder, [{"wearer": "Elif", "serial": "955", "wire": "pulsesensor"}])
    after = (folder / "patch.toml").read_text()
    assert code == 0
    assert '+wearer = "Elif"' in said
    assert after.startswith(before)
    assert tomllib.loads(after)["sensor"] == [{"wearer": "Elif", "serial": "955", "wire": "pulsesensor"}]
    assert [patch.serial for patch in load(folder).patch.sensors] == ["955"]
    assert tell(folder, [{"wearer": "Elif", "serial": "955", "wire": "pulsesensor"}])[1].endswith("says so already")


def test_a_file_with_the_line_ends_of_windows_keeps_them(folder: Path):
    path = folder / "patch.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert tell(folder, [{"wearer": "Elif", "serial": "955", "wire": "pulsesensor"}])[0] == 0
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n") > 10


def test_a_symlink_to_the_venues_file_stays_one(folder: Path):
    path = folder / "patch.toml"
    venue = path.rename(folder / "harbour.toml")
    path.symlink_to(venue)
    assert tell(folder, [{"wearer": "Elif", "serial": "955", "wire": "pulsesensor"}])[0] == 0
    assert path.is_symlink()
    assert "955" in venue.read_text()


def test_without_a_yes_and_with_a_problem_the_file_stays_as_it_is(folder: Path):
    before = (folder / "patch.toml").read_text()
    assert tell(folder, [{"wearer": "Elif", "serial": "955", "wire": "pulsesensor"}], lambda: False)[0] == 1
    code, said = tell(folder, [{"wearer": "Elof", "serial": "955", "wire": "pulsesensor"}])
    assert code == 1
    assert "patch.toml:" in said
    assert "Elif" in said, "the nearest guess"
    assert "nexus-claim-" not in said
    assert tell(folder, [])[0] == 1
    assert (folder / "patch.toml").read_text() == before


def test_a_patch_that_another_show_began_keeps_its_own_names(show: Show):
    """A port that is patched already is moved to whoever touches it, with the wire that the patch says."""
    own = SensorPatch(1, "lines", 9600, serial="NX0", names=(("pulse", "ppg"),))
    patched = dataclasses.replace(show, patch=dataclasses.replace(show.patch, sensors=(own,)))
    tent = Tent(patched, {"Elif": "1", "Tomo": "q"})
    (entry,) = tent.walk.through()
    assert entry == {"wearer": "Elif", "serial": "NX0", "wire": "lines", "baud": 9600, "names": {"pulse": "ppg"}}
    port = tent.watch.ports[Found("virtual/ttyACM0", "CH340 bridge: Nano clones, ESP32 boards", "NX0", "1-0", 0x1A86)]
    assert port.wearers == ("Tomo",)
    assert str(Spot(port, 0)) == "virtual/ttyACM0"
    assert entry_of("Luz", port, 0) == {**entry, "wearer": "Luz"}
    tent.watch.close()


@pytest.mark.parametrize(
    ("answer", "guesses", "entry"),
    [
        (
            Answer("columns", "", "20371,512,7", "lines", 9600),
            [("1", "time_ms"), ("2", "ppg"), ("3", "-")],
            {"baud": 9600, "columns": ["time_ms", "ppg", "-"]},
        ),
        (Answer("names", "", "pulse:512 x:7", "lines"), [("pulse", "ppg"), ("x", "-")], {"names": {"pulse": "ppg"}}),
        (
            Answer("cyton", "", wire="cyton"),
            [("ch1", "ecg"), ("ch2", "-")],
            {"names": {"ch1": "ecg", "acc_x": "acc_x", "acc_y": "acc_y", "acc_z": "acc_z"}},
        ),
        (Answer("firmata", "", wire="firmata", baud=57600), [("a0", "eda")], {"names": {"a0": "eda"}}),
    ],
)
def test_what_columns_were_learnt_is_declared_in_the_patch(
    answer: Answer, guesses: list[tuple[str, str]], entry: dict[str, object], folder: Path
):
    found = Found("/dev/ttyUSB0", "", "955", "1-1")
    port = Watched(found, (), (), answer, heard=heard_as(found, answer))
    told = tuple(Guess(column, channel, "") for column, channel in guesses)
    port.ear = SimpleNamespace(guesses=lambda: told)  # type: ignore[assignment]  # an ear made by hand
    patched = entry_of("Elif", port, 0)
    assert patched == {"wearer": "Elif", "serial": "955", "wire": answer.wire, **entry}
    assert tell(folder, [dict(patched)])[0] == 0


def test_a_device_of_which_nothing_was_learnt_is_not_patched():
    found = Found("/dev/ttyUSB0", "", "955", "1-1")
    answer = Answer("columns", "", "20371,512", "lines")
    for told in ((), (Guess("1", "time_ms", ""), Guess("2", "-", ""))):
        port = Watched(found, (), (), answer, heard=heard_as(found, answer))
        port.ear = SimpleNamespace(guesses=lambda told=told: told)  # type: ignore[assignment]  # as above
        assert entry_of("Elif", port, 0) is None
