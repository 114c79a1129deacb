"""Whatever anybody orders, at whatever rate, with whatever ticks lost: what must always be true of a story."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.frame import Order, Story
from installation.show.model import Show
from installation.story.fades import LEAVE_S, MOST_PLAYING
from tests.story.fakes import Cues, Operator, a_show, order

STEEPEST = 2.0  # of all curves: slow and fast
FADES_S = (2.0, 1.0, 0.5, 3.0, 1.5, 4.0)

numbers = st.one_of(
    st.sampled_from((0.0, 1.0, 0.3, -0.05, math.nan, math.inf, -math.inf)), st.floats(allow_nan=True, width=32)
)
orders = st.one_of(
    st.sampled_from((order("go"), order("back"), order("panic"), order("reset"), order("blackout", "toggle"))),
    st.builds(order, st.sampled_from(("blackout", "master")), st.sampled_from(("", "by", "toggle", "x")), numbers),
    st.builds(order, st.just("room"), st.sampled_from(("risk", "gifts", "nobody")), numbers),
    st.builds(order, st.just("cue"), st.sampled_from(("1", "2", "3", "4", "5", "6", "7", "")), numbers),
    st.builds(lambda expect: order("go", expect=expect), st.sampled_from(("1", "4", "9"))),
    st.builds(order, st.text(max_size=8), st.text(max_size=8), numbers),
)
steps = st.lists(st.tuples(st.lists(orders, max_size=3), st.integers(0, 25)), max_size=25)


def stirring_show() -> Show:
    cues = Cues()
    cues.add("1", fade=FADES_S[0], look=1, follow_s=5.0)
    cues.add("2", fade=FADES_S[1], look=2, when="risk > 0.5", hold=0.2, curve="ease")
    cues.add("3", fade=FADES_S[2], look=3, pre_wait_s=0.3, curve="slow")
    cues.add("4", fade=FADES_S[3], look=4, hang_s=0.1, scene=0)
    cues.add("5", fade=FADES_S[4], look=5, when="gifts > 2 or risk < 0.05", curve="fast")
    cues.add("6", fade=FADES_S[5], look=6)
    return a_show(cues, opening="1")


SHOW = stirring_show()


def share_of_light(story: Story) -> dict[int, float]:
    """How much of the light each cue gives; -1 is the safe look, of the story's beginning or of PANIC."""
    light = {playing.cue: (1.0 - story.panic) * playing.weight for playing in story.playing}
    light[-1] = light.get(-1, 0.0) + (story.panic if story.playing else 1.0)
    return light


def largest_step(dt_s: float) -> float:
    """No curve is steeper than twice its mean; two fades may move the same share at once: a cue's and PANIC's."""
    return STEEPEST * dt_s * (1.0 / min(FADES_S) + 1.0 / min(FADES_S)) + dt_s / LEAVE_S + 1e-6


@settings(max_examples=40, deadline=None)
@given(steps)
def test_shares_sum_to_one_nothing_jumps_and_every_order_has_its_receipt(script: list[tuple[list[Order], int]]):
    operator = Operator(SHOW)
    before, hurried = operator.story, False
    for given_orders, pause in script:
        for story in (operator.tick(*given_orders), *(operator.tick() for _ in range(pause))):
            if story.receipts or given_orders:
                assert tuple(receipt.order for receipt in story.receipts) in (tuple(given_orders), ())
            assert all(receipt.reason for receipt in story.receipts)
            weights = [playing.weight for playing in story.playing]
            assert not weights or sum(weights) == pytest.approx(1.0, abs=1e-6)
            assert all(0.0 <= weight <= 1.0 for weight in weights)
            assert len(weights) <= MOST_PLAYING
            assert len({playing.cue for playing in story.playing}) == len(weights)
            assert all(0.0 <= playing.progress <= 1.0 for playing in story.playing)
            assert all(playing.elapsed_s >= -1e-9 for playing in story.playing)
            assert -1 <= story.standby < len(SHOW.cues)
            assert -1 <= story.current < len(SHOW.cues)
            for level in (story.master, story.blackout, story.panic):
                assert 0.0 <= level <= 1.0
            hurried = any(receipt.reason == "PANIC: the safe look is here." for receipt in story.receipts)
            if not hurried:
                now, then = share_of_light(story), share_of_light(before)
                moved = max(abs(now.get(cue, 0.0) - then.get(cue, 0.0)) for cue in now | then)
                assert moved <= largest_step(1 / 60)
            before = story


@settings(max_examples=15, deadline=None)
@given(steps)
def test_after_any_story_panic_reaches_the_safe_look_within_its_time(script: list[tuple[list[Order], int]]):
    operator = Operator(SHOW)
    for given_orders, pause in script:
        operator.tick(*given_orders)
        operator.wait(pause / 60)
    operator.say("panic")
    story = operator.wait(SHOW.safety.panic_s)
    assert (story.panic, story.blackout, story.panic_asked) == (1.0, 0.0, True)


@settings(max_examples=15, deadline=None)
@given(steps)
def test_the_same_orders_tell_the_same_story(script: list[tuple[list[Order], int]]):
    told: list[list[object]] = [[], []]
    for stories in told:
        operator = Operator(SHOW)
        for given_orders, pause in script:
            story = operator.tick(*given_orders, lost=pause)
            stories.append((story.playing, story.standby, story.master, story.panic, story.waiting.text))
    assert told[0] == told[1]


SCRIPT = ((1.0, "go", ""), (2.5, "back", ""), (3.5, "cue", "4"), (9.0, "panic", ""), (12.0, "go", ""))


def test_the_same_show_stands_at_the_same_cue_at_the_same_second_at_every_rate():
    told = {rate_hz: _seconds(rate_hz) for rate_hz in (30.0, 60.0, 120.0)}
    for slow, middle, fast in zip(*told.values(), strict=True):
        assert slow[:3] == middle[:3] == fast[:3]
        assert slow[3] == pytest.approx(middle[3])
        assert slow[3] == pytest.approx(fast[3])


def _seconds(rate_hz: float) -> list[tuple[int, int, list[int], list[float]]]:
    """Where the show stands at every full second of a scripted evening."""
    operator = Operator(SHOW, rate_hz)
    told = []
    for number in range(1, round(20 * rate_hz) + 1):
        now = [order(verb, target) for at_s, verb, target in SCRIPT if number == round(at_s * rate_hz)]
        story = operator.tick(*now)
        assert all(receipt.accepted for receipt in story.receipts)
        if number % round(rate_hz) == 0:
            playing = [one.cue for one in story.playing]
            told.append((story.current, story.standby, playing, [story.panic, *(one.weight for one in story.playing)]))
    return told


def test_a_second_of_lost_ticks_in_mid_fade_lands_in_the_same_place():
    steady, stalled = Operator(SHOW), Operator(SHOW)
    for operator in (steady, stalled):
        operator.wait(0.5)
        operator.say("go")
        operator.wait(0.2)
    steady.wait(1.0)
    stalled.tick(lost=59)
    assert steady.number == stalled.number
    assert [one.cue for one in stalled.story.playing] == [one.cue for one in steady.story.playing]
    assert [one.weight for one in stalled.story.playing] == pytest.approx([one.weight for one in steady.story.playing])
