"""The rules for every order: what it does to the standing, or the sentence that refuses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from installation.frame import Force, Order, Receipt, RoomSignal
from installation.show.model import Show
from installation.show.named import wearer_named
from installation.show.problems import nearest
from installation.story.fades import INSTANT_S, NO_CUE
from installation.story.standing import MASTER_S, Standing, call_off, take, to_opening, to_safety

Answer = tuple[Standing | None, str]  # None: refused


def obey(show: Show, standing: Standing, order: Order, time_s: float) -> tuple[Standing, Receipt]:
    """The standing after an order, and the receipt for the one who gave it."""
    rule = RULES.get(order.verb)
    if rule is None:
        after, reason = None, f"Refused: nothing is called {order.verb!r}{nearest(order.verb, RULES)}"
    else:
        after, reason = rule(show, standing, order, time_s)
    return after or standing, Receipt(order, after is not None, reason)


def _go(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    refusal = _guarded("GO", show, standing, order, time_s)
    if not refusal and standing.standby == NO_CUE:
        refusal = "GO refused: no cue stands after the last one; BACK, or a cue's own GO, goes on."
    if refusal:
        return None, refusal
    return take(show, standing, standing.standby, time_s), _taken(show, standing, standing.standby)


def _cue(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    refusal = _guarded("GO", show, standing, order, time_s)
    if refusal:
        return None, refusal
    numbers = [cue.number for cue in show.cues]
    if order.target not in numbers:
        return None, f"GO refused: there is no cue {order.target}{nearest(order.target, numbers) or '.'}"
    cue = numbers.index(order.target)
    return take(show, standing, cue, time_s), _taken(show, standing, cue)


def _back(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    refusal = _guarded("BACK", show, standing, order, time_s)
    if refusal:
        return None, refusal
    if standing.coming != NO_CUE:
        return call_off(standing, time_s), f"BACK: {_named(show, standing.coming)} stands by again."
    if standing.current <= 0:
        return None, "BACK refused: no cue stands before this one."
    before = standing.current - 1
    return take(show, standing, before, time_s, at_once=True), f"BACK: {_named(show, before)} fades in."


def _panic(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    after = to_safety(show, standing, time_s)
    if after is standing:
        return after, "PANIC: the safe look holds already."
    hurried = standing.panic_asked
    return (
        after,
        "PANIC: the safe look is here." if hurried else f"PANIC: the safe look is here in {_s(show.safety.panic_s)}.",
    )


def _blackout(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    value = order.value
    if order.target == "toggle":
        value = 0.0 if standing.blackout_asked else 1.0
    if value not in (0.0, 1.0):
        return None, f"BLACKOUT refused: it takes 1 or 0, not {value:g}."
    if value and standing.panic_asked:
        return None, "BLACKOUT refused: PANIC holds the safe look; GO, BACK or a cue leaves it."
    after = standing
    if value != standing.blackout.goal:
        after = replace(standing, blackout=standing.blackout.to(value, time_s, show.safety.blackout_s))
    return after, "BLACKOUT is on; the cues go on beneath." if value else "BLACKOUT is off."


def _master(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    value = order.value
    if order.target == "by" and abs(value) <= 1.0:
        value = min(1.0, max(0.0, standing.master.goal + value))
    if not 0.0 <= value <= 1.0:
        return None, f"MASTER refused: it goes from 0 to 1; {value:g} is outside."
    return replace(standing, master=standing.master.to(value, time_s, MASTER_S)), f"MASTER goes to {100 * value:.0f} %."


def _room(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    name, value = order.target, order.value
    known = {one.name: one for one in show.room}
    if name not in known:
        return None, f"Refused: the room has no signal {name!r}{nearest(name, known) or '.'}"
    low, high = known[name].low, known[name].high
    if not (low <= value <= high and abs(value) < float("inf")):
        return None, f"Refused: {name} goes from {low:g} to {high:g}; {value:g} is outside."
    room = {**standing.room, name: RoomSignal(name, value, time_s)}
    return replace(standing, room=room), f"{name} is {value:g}."


def _reset(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    refusal = _after_panic("RESET", show, standing, time_s)
    if refusal:
        return None, refusal
    return to_opening(show, standing, time_s), "RESET: the show stands at its opening."


def _presence(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    if order.value not in FORCED:
        return None, f"Refused: presence is 0 (auto), 1 (real) or 2 (simulated), not {order.value:g}."
    try:
        wearer = wearer_named(show, order.target)
    except ValueError as nobody:
        return None, f"Refused: {nobody}"
    forced = standing.forced.copy()
    forced[wearer] = order.value
    return replace(standing, forced=forced), f"{show.wearers[wearer].name} {FORCED[order.value]}."


def _sync(show: Show, standing: Standing, order: Order, time_s: float) -> Answer:
    return standing, "The AR state is told now."


FORCED: dict[float, str] = {
    Force.AUTO: "is real or simulated, as their sensors are",
    Force.REAL: "stays real: without a sensor they are held, no twin takes over",
    Force.SIMULATED: "is simulated until told otherwise",
}

RULES: dict[str, Callable[[Show, Standing, Order, float], Answer]] = {
    "go": _go,
    "cue": _cue,
    "back": _back,
    "panic": _panic,
    "blackout": _blackout,
    "master": _master,
    "room": _room,
    "reset": _reset,
    "presence": _presence,
    "sync": _sync,
}


def _guarded(word: str, show: Show, standing: Standing, order: Order, time_s: float) -> str:
    """Why a cue may not be taken now, or "": two GOs too near each other, PANIC, another cue in standby."""
    refusal = _after_panic(word, show, standing, time_s)
    since_s = time_s - standing.gone_s
    if not refusal and since_s < show.safety.go_guard_s - INSTANT_S:
        refusal = f"{word} refused: {since_s:.1f} s after the last one."
    if not refusal and order.expect_standby:
        stands = show.cues[standing.standby].number if standing.standby != NO_CUE else ""
        if order.expect_standby != stands:
            now = f"cue {stands}" if stands else "no cue"
            refusal = f"{word} refused: {now} is in standby, not cue {order.expect_standby}."
    return refusal


def _after_panic(word: str, show: Show, standing: Standing, time_s: float) -> str:
    """Two hands at once: what would leave PANIC is refused just after it, and in the same tick always."""
    since_s = time_s - standing.panicked_s
    if standing.panic_asked and (since_s < show.safety.go_guard_s - INSTANT_S or since_s <= 0.0):
        return f"{word} refused: {since_s:.1f} s after PANIC."
    return ""


def _taken(show: Show, standing: Standing, cue: int) -> str:
    wait_s, fade_s = show.cues[cue].pre_wait_s, show.cues[cue].fade_s
    when = f"fades in over {_s(fade_s)}" if fade_s else "is here"
    after = f" {_s(wait_s)} from now" if wait_s else ""
    passed = f"; {_named(show, standing.coming)} is passed over" if standing.coming not in (NO_CUE, cue) else ""
    return f"GO: {_named(show, cue)} {when}{after}{passed}."


def _named(show: Show, cue: int) -> str:
    number, name = show.cues[cue].number, show.cues[cue].name
    return f"cue {number} ({name})" if name else f"cue {number}"


def _s(seconds: float) -> str:
    return f"{seconds:g} s"
