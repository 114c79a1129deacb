"""How soon a dead sensor is noticed, how far the light steps because of it, and how fast nights are played."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from installation.cli.bench import Row
from installation.clock import RealClock
from installation.frame import Floats, Presence
from installation.show.load import find_show
from installation.testing import Night, flat, garbage, noise, order, play, unplug
from installation.testing.chance import misfortunes
from installation.testing.checks import extra_steps, step_bound
from installation.testing.faults import Fault
from installation.testing.night import calm_night
from tests.benchmarks.aims import judged

PEOPLE = 30
FAILURES, MINUTES, SEED = 1000, 10.0, 11
FIRST_S, EVERY_S, LASTS_S = 20.0, 0.37, 20.0  # one sensor after the other, at every moment of a tick and of a beat

KINDS: dict[str, Callable[[int], Fault]] = {
    "silent": unplug,
    "flat": lambda wearer: flat(wearer, LASTS_S),
    "noise": lambda wearer: noise(wearer, LASTS_S),
    "garbage": lambda wearer: garbage(wearer, LASTS_S),
}

row = partial(judged, "loop")


def rows() -> Iterator[Row]:
    """Every figure of presence; some minutes."""
    yield from _noticed()
    yield from _steps_and_speed()


def _noticed() -> Iterator[Row]:
    """From the fault until the operator reads "held", and until the twin begins to take over."""
    for kind, fault in KINDS.items():
        at = {FIRST_S + EVERY_S * wearer: fault(wearer + 1) for wearer in range(PEOPLE)}
        night = play(find_show(), people=PEOPLE, minutes=0.75, seed=SEED, at=at)
        held_s, simulated_s = _until(night, Presence.HELD), _until(night, Presence.SIMULATED)
        yield row(f"{kind}_sensor_noticed_p50", float(np.median(held_s)), "s")
        yield row(f"{kind}_sensor_noticed_p95", float(np.percentile(held_s, 95)), "s")
        yield row(f"{kind}_sensor_simulated_p95", float(np.percentile(simulated_s, 95)), "s")


def _until(night: Night, presence: Presence) -> Floats:
    """(N,) seconds from each wearer's fault until their heart is at least so far from real; to the end where never."""
    waited = []
    for time_s, fault in night.plan:
        assert isinstance(fault, Fault)
        after = night.presence[night.tick(time_s) :, night.wearer(fault.wearer)] >= presence
        waited.append((int(np.argmax(after)) if after.any() else after.size) / night.show.rate_hz)
    return np.array(waited)


def _steps_and_speed() -> Iterator[Row]:
    orders = {"1:00": order("GO"), "2:30": order("cue", "2"), "4:00": order("cue", "5"), "8:00": order("cue", "0.5")}
    at = misfortunes(FAILURES, people=PEOPLE, minutes=MINUTES, seed=SEED, orders=orders)
    clock = RealClock()
    calm = calm_night(find_show(), people=PEOPLE, minutes=MINUTES, seed=SEED, at=at)
    calm_s = clock.now_s()
    night = play(find_show(), people=PEOPLE, minutes=MINUTES, seed=SEED, at=at, calm=calm)
    faulty_s = clock.now_s() - calm_s
    bound = step_bound(night)
    extra = extra_steps(night)
    yield row(f"extra_step_{FAILURES}_failures", float(extra.max()), "of full a tick", aim=f"<= {bound:.5f}")
    yield row("extra_step_ticks_over", float((extra > bound).any(axis=1).sum()), "ticks", aim="<= 0")
    yield row("violations", len(night.violations), "violations", aim="<= 0")
    yield row(f"offline_{PEOPLE}_wearers", 60.0 * MINUTES / calm_s, "times real time")
    yield row(f"offline_{PEOPLE}_wearers_failing", 60.0 * MINUTES / faulty_s, "times real time")
