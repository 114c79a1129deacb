"""Every expression of a show, computed once a tick in one compiled pass, operation by operation over all wearers.

What is of the room is one number and computed once.  Nothing is compiled for a show: its table of operations (`Code`)
is carried out by kernels that every show shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from installation.compiled import compiled
from installation.frame import Floats, Floats32, Ints, Tick
from installation.show.expressions import BUILT_IN, Program
from installation.show.functions import OPERATIONS
from installation.story.crowds import FRACTION, LEAST, MEAN, MOST, RANK, of_all, place
from installation.story.memory import change, climb, count_up, follow, keep, look_back, offsets, settle, shares
from installation.story.shaping import one, three, two

GIVE, SMOOTH, STEADY, ATTACK_RELEASE, HOLD, RATE, DELAY, SINCE, RAMP = (
    OPERATIONS.index(name)
    for name in ("give", "smooth", "steady", "attack_release", "hold", "rate", "delay", "since", "ramp")
)


class State(NamedTuple):
    """What the next tick needs; it may be asked again for the same tick, but not once a later one was computed.

    memory, spare (S, N or 1): what functions of time remember, NaN where nothing is known yet, and room for what they
    will · cells (H,), first (D + 1,), times_s (T,): the rings of delays end to end, where each begins, times of ticks ·
    number: of ticks so far · table (R, N), room (Q,): where values are computed; what stands still is there
    once and for all, and nothing else in them outlives its tick · scratch (4, N).
    """

    memory: Floats
    spare: Floats
    cells: Floats32
    first: Ints
    times_s: Floats
    number: int
    table: Floats
    room: Floats
    scratch: Floats


def fresh(program: Program, wearers: int) -> State:
    """The state of a program that has just begun."""
    code = program.code
    first = offsets(code.rings, wearers)
    state = State(
        memory=np.full((code.memory, max(wearers, 1)), np.nan),
        spare=np.full((code.memory, max(wearers, 1)), np.nan),
        cells=np.full(first[-1], np.nan, np.float32),
        first=first,
        times_s=np.full(max(code.rings[:, 0], default=1), np.nan),
        number=0,
        table=np.full((code.rows, wearers), np.nan),
        room=code.room.copy(),
        scratch=np.empty((4, max(wearers, 1))),
    )
    _set(state, dict(code.loads), {"wearer": np.arange(1, wearers + 1), "wearers": wearers})
    _carry_out(program, code.operations[: code.still], state, np.empty((0, wearers), np.float32), 0.0)
    return state


def evaluate(program: Program, env: Mapping[str, Any], state: State, tick: Tick) -> tuple[State, Floats32]:
    """Compute every expression at one tick.

    env: (N,) of each wearer's signal, a number of the room's; a missing name is not known.
    Returns the new state and (E, N) float32; NaN where not known, never infinite.
    """
    code = program.code
    _set(state, {name: at for name, at in code.loads if name not in BUILT_IN}, env)
    _set(state, {name: at for name, at in code.loads if name == "time"}, {"time": tick.time_s})
    state.times_s[state.number % state.times_s.size] = tick.time_s
    bound = np.empty((code.expressions, state.table.shape[1]), np.float32)
    _carry_out(program, code.operations[code.still :], state, bound, tick.dt_s)
    return state._replace(memory=state.spare, spare=state.memory, number=state.number + 1), bound


def _set(state: State, loads: Mapping[str, int], env: Mapping[str, Any]) -> None:
    for name, at in loads.items():
        if at >= 0:
            state.table[at] = env.get(name, np.nan)
        else:
            state.room[~at] = env.get(name, np.nan)


def _carry_out(program: Program, operations: Ints, state: State, bound: Floats32, dt_s: float) -> None:
    _compute(
        operations, state.table, state.room, state.scratch, bound, state.memory, state.spare, dt_s,
        program.code.rings, state.cells, state.first, state.times_s, state.number,
    )  # fmt: skip


@compiled
def _compute(
    operations: Ints, table: Floats, room: Floats, scratch: Floats, bound: Floats32, was: Floats, now: Floats,
    dt_s: float, rings: Ints, cells: Floats32, first: Ints, times_s: Floats, number: int,
) -> None:  # fmt: skip
    """Carry out operations (O, 7), in order; see `Code` for them and their places, `State` for the rest."""
    wearers = table.shape[1]
    for o in range(operations.shape[0]):
        operation, arity, ra, rb, rc, result, at = operations[o]
        if operation == GIVE:
            _give(_argument(ra, table, room, scratch[0, :wearers]), bound[result])
            continue
        if LEAST <= operation <= MOST or MEAN <= operation <= FRACTION:
            room[~result] = of_all(operation, _argument(ra, table, room, scratch[0, :wearers]))
            continue
        n = wearers if result >= 0 else 1
        out = table[result] if result >= 0 else room[~result : ~result + 1]
        a = _argument(ra, table, room, scratch[0, :n])
        b = _argument(rb, table, room, scratch[1, :n]) if arity > 1 else a
        c = _argument(rc, table, room, scratch[2, :n]) if arity > 2 else a
        if operation == SMOOTH:
            share = scratch[2, :n]
            shares(dt_s, b, rb < 0, share)
            follow(a, share, share, was, now, at, out)
        elif operation == ATTACK_RELEASE:
            rise = scratch[3, :n]
            shares(dt_s, b, rb < 0, rise)
            shares(dt_s, c, rc < 0, scratch[1, :n])
            follow(a, rise, scratch[1, :n], was, now, at, out)
        elif operation == STEADY:
            settle(a, b, c, was, now, at, out, dt_s)
        elif operation == HOLD:
            keep(a, b, was, now, at, out, dt_s)
        elif operation == RATE:
            change(a, was, now, at, out, dt_s)
        elif operation == SINCE:
            count_up(a, was, now, at, out, dt_s)
        elif operation == RAMP:
            climb(a, b, c, was, now, at, out, dt_s)
        elif operation == DELAY:
            ring = cells[first[at] : first[at + 1]].reshape(rings[at, 0], wearers if rings[at, 1] else 1)
            look_back(a, b, c[0] if n else 0.0, ring, times_s, number, rb < 0, out)
        elif operation == RANK:
            place(a, out)
        elif arity == 1:
            one(operation, a, out)
        elif arity == 2:
            two(operation, a, b, out)
        else:
            three(operation, a, b, c, out)


@compiled
def _argument(at: int, table: Floats, room: Floats, spread: Floats) -> Floats:
    """The numbers that stand at a place, one for each wearer; a number of the room is spread out for them."""
    if at >= 0:
        row: Floats = table[at]
        return row
    spread[:] = room[~at]
    return spread


@compiled
def _give(values: Floats, bound: Floats32) -> None:
    """Write the values of an expression (N,); infinite ones are not known."""
    for w in range(bound.size):
        value = np.float32(values[w])
        bound[w] = value if abs(value) < np.float32(np.inf) else np.float32(np.nan)
