"""An hour on which everything goes wrong, in three minutes: twelve wearers, forty faults by chance.

What is asked of every tick: no pixel under its look's floor, no more than three flashes in any second,
and no garment that jumps because a sensor failed (`installation.testing.checks.extra_steps`).
"""

from __future__ import annotations

import math
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from installation.frame import Presence
from installation.testing import Night, order, play, room
from installation.testing.chance import misfortunes
from installation.testing.checks import extra_steps, step_bound
from installation.testing.faults import Fault
from installation.testing.night import calm_night
from tests.conftest import SHOW

PEOPLE, MINUTES, SEED, FAULTS = 12, 3.0, 7, 40
ORDERS = {
    "0:10": order("GO"),
    "0:36": room("pantry.shortage_risk", 0.5),
    "1:03": room("pantry.shortage_risk", 0.7),
    "1:30": room("community.gifts", 0.3),
    "1:57": order("master", value=0.6),
    "2:06": order("master", value=1.0),
    "2:15": room("community.gifts", 0.8),
    "2:16": room("pantry.shortage_risk", 0.2),
    "2:45": order("GO"),
}
BACK_S = 16.0  # a port is looked for every 5 s, a board wakes in 1.2, a heart is believed after four beats, real in 2


@pytest.fixture(scope="module")
def night() -> Night:
    """The night, and beside it, in a process of its own, the same night without the faults."""
    at = misfortunes(FAULTS, people=PEOPLE, minutes=MINUTES, seed=SEED, orders=ORDERS)
    asked = {"people": PEOPLE, "minutes": MINUTES, "seed": SEED, "at": at}
    play(SHOW, minutes=0.01)  # compiles once, not in both processes
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as beside:
        calm = beside.submit(calm_night, SHOW, **asked)
        return play(SHOW, **asked, calm=calm.result)


def troubles(night: Night, wearer: int) -> list[tuple[float, float]]:
    """When the wearer's sensor was in trouble, from when until when; a pulled plug until it is in again."""
    spans: list[tuple[float, float]] = []
    for time_s, what in night.plan:
        if isinstance(what, Fault) and night.wearer(what.wearer) == wearer:
            if what.what == "replug":
                spans = [(start, time_s if end == math.inf else end) for start, end in spans]
            else:
                spans.append((time_s, time_s + what.seconds))
    return spans


def test_the_faults_happen_to_nearly_everyone(night: Night) -> None:
    faults = [what for _, what in night.plan if isinstance(what, Fault) and what.what != "replug"]
    assert len(faults) >= FAULTS
    assert len({fault.wearer for fault in faults}) >= PEOPLE - 2
    assert [number for _, number in night.cues] == ["0.5", "1", "2", "3.1", "3.2", "4.1", "5", "6"]
    assert night.refused == ()


def test_no_pixel_goes_under_its_floor_nothing_flashes_and_no_garment_jumps(night: Night) -> None:
    assert night.violations == ()


def test_the_largest_extra_step_is_under_the_bound_of_a_crossfade(night: Night) -> None:
    assert extra_steps(night).max() <= step_bound(night)


def test_every_sensor_that_came_back_is_real_again(night: Night) -> None:
    for wearer in range(PEOPLE):
        spans = troubles(night, wearer)
        clear = np.ones(night.time_s.size, np.bool_)
        clear[: night.tick(20.0)] = False
        for start, end in spans:
            clear &= ~((night.time_s >= start) & (night.time_s <= end + BACK_S))
        assert clear.any()
        wrong = night.time_s[clear & (night.presence[:, wearer] != Presence.REAL)]
        assert wrong.size == 0, f"wearer {wearer + 1} is not real at {wrong[:3]}, in trouble {spans}"


def test_the_operator_is_told_of_every_port_that_went_away_and_came_back(night: Night) -> None:
    told = [event.what for event in night.events]
    assert told.count("closed") >= 10
    assert told.count("opened") >= told.count("closed")
    assert any("have the same USB serial" in event.reason for event in night.events)
