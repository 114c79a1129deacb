"""A night's misfortunes by chance: the same for the same seed."""

from __future__ import annotations

import numpy as np

from installation.frame import Order
from installation.testing.faults import Fault, burst, clone, cut, flat, garbage, lose, noise, replug, reset, unplug

SETTLED_S = 20.0  # before the first: every heart has been found by then, and every twin's
LONGEST_S = 20.0  # of one misfortune
SHORTEST_S = 0.3
KINDS = ("unplug", "cut", "garbage", "flat", "noise", "lose", "burst", "clone", "reset")


def misfortunes(
    count: int, *, people: int, minutes: float, seed: int, orders: dict[str | float, Order] | None = None
) -> dict[str | float, tuple[Fault | Order, ...]]:
    """A plan for `play` with `count` faults of every kind, over everyone and the whole night, besides the `orders`.

    A pulled plug goes in again, under another port; a clone comes just before a plug slips.  Every one
    of them is over some time before the night is.
    """
    rng = np.random.default_rng([seed, count, people])
    last_s = 60.0 * minutes - 2 * LONGEST_S
    if last_s <= SETTLED_S:
        raise ValueError(f"{minutes} minutes are too short for misfortunes; one and a half would do")
    plan: dict[str | float, tuple[Fault | Order, ...]] = {when: (one,) for when, one in (orders or {}).items()}
    for number in range(count):
        time_s = float(rng.uniform(SETTLED_S, last_s))
        seconds = float(np.exp(rng.uniform(np.log(SHORTEST_S), np.log(LONGEST_S))))
        who = int(rng.integers(people)) + 1
        for after_s, fault in _misfortune(KINDS[number % len(KINDS)], who, round(seconds, 2)):
            at_s = round(time_s + after_s, 3)
            plan[at_s] = (*plan.get(at_s, ()), fault)
    return plan


def _misfortune(kind: str, who: int, seconds: float) -> tuple[tuple[float, Fault], ...]:
    match kind:
        case "unplug":
            return (0.0, unplug(who)), (seconds, replug(who))
        case "clone":
            return (0.0, clone(who, seconds)), (0.1, cut(who, 0.5))
        case "cut":
            return ((0.0, cut(who, seconds)),)
        case "garbage":
            return ((0.0, garbage(who, seconds)),)
        case "flat":
            return ((0.0, flat(who, seconds)),)
        case "noise":
            return ((0.0, noise(who, seconds)),)
        case "lose":
            return ((0.0, lose(who, seconds)),)
        case "reset":
            return ((0.0, reset(who)),)
        case _:
            return ((0.0, burst(who, min(seconds, 3.0))),)
