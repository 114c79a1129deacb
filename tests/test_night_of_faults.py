"""A night on which everything goes wrong: thirty wearers with devices of every wire format, ten minutes, two hundred
faults by chance, recorded.

What is asked of every tick: no pixel under its look's floor, no more than three flashes in any second,
and no garment that jumps because a sensor failed (`installation.testing.checks.extra_steps`).  And then of
the recording: the same night again to the byte, and one wearer forgotten.
"""

from __future__ import annotations

import math
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from installation.frame import Frame, Presence, Samples
from installation.loop import Rooms
from installation.record.read import Night as Recording
from installation.record.recorder import Recorder
from installation.record.seal import keys_file, read_keys
from installation.sensors.people import People
from installation.show.load import load
from installation.testing import Night, order, play, room
from installation.testing.chance import misfortunes
from installation.testing.checks import extra_steps, step_bound
from installation.testing.faults import Fault
from installation.testing.night import calm_night
from installation.testing.patches import PATCHES, dealt
from installation.testing.wires import HEARTS
from tests.conftest import SHOW
from tests.record.fakes import everything, nexus, run_of, values_of

PEOPLE, MINUTES, SEED, FAULTS = 30, 10.0, 7, 200
ORDERS = {
    "0:30": order("GO"),
    "2:00": room("pantry.shortage_risk", 0.5),
    "3:30": room("pantry.shortage_risk", 0.7),
    "5:00": room("community.gifts", 0.3),
    "6:30": order("master", value=0.6),
    "7:00": order("master", value=1.0),
    "7:30": room("community.gifts", 0.8),
    "7:33": room("pantry.shortage_risk", 0.2),
    "9:15": order("GO"),
}
WIRES = (
    *PATCHES,
    "pulsesensor",
    "lines",
    "firmata",
)  # most of them of the cheap formats: a Cyton alone sends 250 a second
BACK_S = 16.0  # a port is looked for every 5 s, a board wakes in 1.2, a heart is believed after four beats, real in 2
FORGOTTEN = 10  # wearer's number from 0: a PulseSensor, of whose rows times are told apart from anybody's
KEPT_S = 12.0  # so much of what the forgotten one sent is kept aside, to be searched for


@dataclass
class Kept:
    """A recorder, and somebody beside it who remembers what one wearer sent."""

    recorder: Recorder
    sent: list[Samples]

    def show(self, frame: Frame) -> None:
        self.recorder.show(frame)
        if frame.tick.time_s < KEPT_S:
            self.sent.append(frame.samples)


@dataclass
class Recorded:
    """The night, the file that it is recorded in, and what everyone sent in its first seconds."""

    night: Night
    file: Path
    sent: list[Samples]


def crowded(folder: Path) -> Path:
    """The shipped show with as many wearers as the night has people, dressed like its own in turn."""
    shutil.copytree(SHOW, folder)
    show = load(folder)
    kinds = {garment.wearer: garment.kind for garment in show.garments}
    with (folder / "show.toml").open("a") as wearers, (folder / "garments.toml").open("a") as garments:
        for guest in range(len(show.wearers), PEOPLE):
            wearers.write(f'\n[[wearer]]\nname = "Guest {guest + 1}"\n')
            kind = kinds[guest % len(show.wearers)]
            garments.write(f'\n[[garment]]\nname = "g{guest + 1}"\nwearer = "Guest {guest + 1}"\nkind = "{kind}"\n')
    return folder


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """The night, and beside it, in a process of its own, the same night without the faults."""
    folder = tmp_path_factory.mktemp("night")
    show, file = crowded(folder / "show"), folder / "night.mcap"
    at = misfortunes(FAULTS, people=PEOPLE, minutes=MINUTES, seed=SEED, orders=ORDERS)
    asked = {"people": PEOPLE, "minutes": MINUTES, "seed": SEED, "at": at, "wires": WIRES}
    kept: list[Kept] = []

    def watch(rooms: Rooms) -> Kept:
        everyone = tuple(wearer.name for wearer in rooms.show.wearers)
        run = run_of(rooms.show, rooms.sensors.patched, everyone, SEED, folder=show)
        kept.append(Kept(Recorder(file, run, waits=True), []))
        return kept[0]

    play(show, people=len(WIRES), minutes=0.01, wires=WIRES)  # compiles once, not in both processes
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as beside:
        calm = beside.submit(calm_night, show, **asked)
        night = play(show, **asked, watch=watch, calm=calm.result)
    kept[0].recorder.close(night.digest)
    return Recorded(night, file, kept[0].sent)


@pytest.fixture(scope="module")
def night(recorded: Recorded) -> Night:
    return recorded.night


def troubles(night: Night, wearer: int) -> list[tuple[float, float]]:
    """When the wearer's sensor was in trouble, from when until when; a pulled plug until it is in again.

    What befalls a gateway befalls all whom it carries.
    """
    together = next(set(shared.wearers) for shared in dealt(PEOPLE, WIRES) if wearer in shared.wearers)
    spans: list[tuple[float, float]] = []
    for time_s, what in night.plan:
        if isinstance(what, Fault) and night.wearer(what.wearer) in together:
            if what.what == "replug":
                spans = [(start, time_s if end == math.inf else end) for start, end in spans]
            else:
                spans.append((time_s, time_s if what.what == "reset" else time_s + what.seconds))
    return spans


def test_the_faults_happen_to_nearly_everyone(night: Night) -> None:
    faults = [what for _, what in night.plan if isinstance(what, Fault) and what.what != "replug"]
    assert len(faults) >= FAULTS
    assert len({fault.wearer for fault in faults}) >= PEOPLE - 2
    assert [number for _, number in night.cues] == ["0.5", "1", "2", "3.1", "3.2", "4.1", "5", "6"]
    assert night.refused == ()
    befallen = {wire for wire, wearers in dealt(PEOPLE, WIRES) if any(troubles(night, wearer) for wearer in wearers)}
    assert befallen == set(WIRES)


def test_no_pixel_goes_under_its_floor_nothing_flashes_and_no_garment_jumps(night: Night) -> None:
    assert night.violations == ()


def test_the_largest_extra_step_is_under_the_bound_of_a_crossfade(night: Night) -> None:
    assert extra_steps(night).max() <= step_bound(night)


def test_every_sensor_that_came_back_is_real_again_unless_its_wearer_walks_dances_or_applauds(night: Night) -> None:
    people = People(PEOPLE, SEED + HEARTS)
    for wearer in range(PEOPLE):
        spans = troubles(night, wearer)
        clear = np.ones(night.time_s.size, np.bool_)
        clear[: night.tick(20.0)] = False
        for start, end in spans:
            clear &= ~((night.time_s >= start) & (night.time_s <= end + BACK_S))
        for up_s in night.time_s[people.is_up(wearer, night.time_s)][::60]:
            clear[night.tick(up_s) : night.tick(min(up_s + BACK_S, MINUTES * 60.0 - 1.0))] = False
        assert clear.any()
        wrong = night.time_s[clear & (night.presence[:, wearer] != Presence.REAL)]
        assert wrong.size == 0, f"wearer {wearer + 1} is not real at {wrong[:3]}, in trouble {spans}"


def test_the_operator_is_told_of_every_port_that_went_away_and_came_back(night: Night) -> None:
    told = [event.what for event in night.events]
    assert told.count("closed") >= 10
    assert told.count("opened") >= told.count("closed")
    assert any("have the same USB serial" in event.reason for event in night.events)


def test_the_recorded_night_is_played_again_to_the_byte_and_one_of_it_can_be_forgotten(
    recorded: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    file, digest = recorded.file, recorded.night.digest
    assert nexus("replay", file, "--offline") == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"digest {digest}"
    sent = values_of(recorded.sent, FORGOTTEN)
    assert len(sent) > 1000
    name = recorded.night.show.wearers[FORGOTTEN].name
    key = read_keys(keys_file(file))[name]
    assert key is not None
    assert nexus("forget", name, file) == 0
    said = everything(file)
    assert not [value for value in sent if value in said]
    assert key not in said
    assert key.hex().encode() not in said
    columns = {column for step in Recording(file).steps(()) for column in step.samples.column.tolist()}
    assert columns == set(range(2 * PEOPLE)) - {FORGOTTEN, PEOPLE + FORGOTTEN}
