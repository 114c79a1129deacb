"""One tick of the story: orders, then what cues take by themselves, then fades, then values.

Priorities: safe look over PANIC over operator over cue.
"""

from __future__ import annotations

from dataclasses import replace

from installation.frame import Body, Floats32, Order, Playing, Receipt, Story, Tick, Waiting
from installation.show.model import Show
from installation.story.fades import INSTANT_S, NO_CUE
from installation.story.orders import obey
from installation.story.signals import environment
from installation.story.standing import Standing, begin, fade_in, opening, take
from installation.story.triggers import NEVER_S, holds, timed_due_s, trigger_due_s, waiting_for
from installation.story.values import evaluate

__all__ = ["Standing", "opening", "tell"]


def tell(show: Show, standing: Standing, body: Body, orders: tuple[Order, ...], tick: Tick) -> tuple[Standing, Story]:
    """Move the story to this tick.

    Conditions are looked at once a tick, after the orders: a room signal that arrives now counts now.
    Every order is answered by one receipt.
    """
    time_s = tick.time_s
    if not standing.begun:
        standing = begin(show, standing, time_s)
    receipts: list[Receipt] = []
    for order in orders:
        standing, receipt = obey(show, standing, order, time_s)
        receipts.append(receipt)
    program, values = evaluate(show.program, environment(show, body, standing.room), standing.program, tick)
    standing = _let_time_pass(show, standing, values, time_s)
    standing = replace(standing, program=program, mix=standing.mix.at(time_s))
    return standing, _story(show, standing, values, tuple(receipts), time_s)


def _let_time_pass(show: Show, standing: Standing, values: Floats32, time_s: float) -> Standing:
    """Everything that has come due by now, in order of its own time: pre-wait, follow, hang, trigger."""
    for _ in range(2 * len(show.cues) + 1):  # a pre-wait and a follow for each cue: the list has an end
        standing = _look(show, standing, values, time_s)
        due_s = _due_s(show, standing)
        if due_s > time_s + INSTANT_S:
            break
        if standing.coming != NO_CUE:
            standing = fade_in(show, standing)
        else:
            standing = take(show, standing, standing.standby, due_s)
    return standing


def _look(show: Show, standing: Standing, values: Floats32, time_s: float) -> Standing:
    """Look at the condition of the cue in standby; it is not counted during a pre-wait or PANIC."""
    trigger = show.cues[standing.standby].when if standing.standby != NO_CUE else None
    if trigger is None:
        return standing
    counted = standing.coming == NO_CUE and not standing.panic_asked
    true = holds(trigger, values)
    watch = standing.watch.look(true, time_s) if counted or not true else replace(standing.watch, since_s=NEVER_S)
    return standing if watch is standing.watch else replace(standing, watch=watch)


def _due_s(show: Show, standing: Standing) -> float:
    """When the next cue moves by itself; a trigger keeps the guard's distance from the last cue."""
    if standing.coming != NO_CUE:
        return standing.coming_s
    if standing.panic_asked or standing.standby == NO_CUE:
        return NEVER_S
    last_s = max(standing.gone_s, standing.current_s)
    due_s = trigger_due_s(show.cues[standing.standby].when, standing.watch)
    due_s = max(due_s, last_s + show.safety.go_guard_s)
    if standing.current != NO_CUE:
        due_s = min(due_s, timed_due_s(show.cues[standing.current], standing.current_s))
    return due_s


def _story(show: Show, standing: Standing, values: Floats32, receipts: tuple[Receipt, ...], time_s: float) -> Story:
    return Story(
        playing=_playing(show, standing, time_s),
        current=standing.current,
        standby=standing.standby,
        act=show.cues[standing.current].act if standing.current != NO_CUE else "",
        scene=_scene(show, standing.current),
        master=standing.master.at(time_s),
        blackout=standing.blackout.at(time_s),
        panic=standing.panic.at(time_s),
        blackout_asked=standing.blackout_asked,
        panic_asked=standing.panic_asked,
        values=values,
        forced=standing.forced,
        waiting=_waiting(show, standing, values, time_s),
        receipts=receipts,
        room=standing.room,
    )


def _playing(show: Show, standing: Standing, time_s: float) -> tuple[Playing, ...]:
    """The mix as the lights read it; the safe look before the first cue is cue -1, and nothing where it is alone."""
    mix = standing.mix
    if all(part.cue == NO_CUE for part in mix.parts):
        return ()
    newest = mix.parts[-1]
    return tuple(
        Playing(
            cue=part.cue,
            look=show.cues[part.cue].look if part.cue != NO_CUE else show.safe_look,
            weight=weight,
            progress=mix.progress(time_s) if part is newest else part.progress,
            elapsed_s=time_s - part.start_s,
        )
        for part, weight in zip(mix.parts, mix.weights(time_s), strict=True)
    )


def _scene(show: Show, current: int) -> int:
    """The scene of the current cue, or of the nearest cue before it that has one: a scene stays until another comes."""
    return next((show.cues[cue].scene for cue in range(current, -1, -1) if show.cues[cue].scene >= 0), -1)


def _waiting(show: Show, standing: Standing, values: Floats32, time_s: float) -> Waiting:
    """What comes next by itself: the end of a pre-wait, a trigger, follow or hang."""
    if standing.coming != NO_CUE:
        cue = show.cues[standing.coming]
        gone_s = cue.pre_wait_s - (standing.coming_s - time_s)
        return Waiting(f"pre-wait of cue {cue.number}", held_s=gone_s, hold_s=cue.pre_wait_s)
    if standing.standby == NO_CUE:
        return Waiting()
    trigger = show.cues[standing.standby].when
    if trigger is not None:
        return waiting_for(trigger, standing.watch, values, time_s)
    if standing.current == NO_CUE or standing.panic_asked:
        return Waiting()
    wait_s = timed_due_s(show.cues[standing.current], 0.0)
    if wait_s == NEVER_S:
        return Waiting()
    follows = f"follows cue {show.cues[standing.current].number}"
    return Waiting(follows, held_s=time_s - standing.current_s, hold_s=wait_s)
