from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.sensors.timing import Timing, under

BURST_S = 0.016  # an FTDI bridge's latency timer


def arrivals(taken_s: np.ndarray, seed: int, jitter_s: float = 0.004) -> np.ndarray:
    """When rows come that wait for the next burst, and then for a busy host; none early, none out of order."""
    rng = np.random.default_rng(seed)
    offset_s = rng.uniform(0, BURST_S)
    bursts_s = offset_s + np.ceil((taken_s - offset_s) / BURST_S) * BURST_S
    return np.maximum.accumulate(bursts_s + rng.exponential(jitter_s / 2, len(taken_s)))


def heard(timing: Timing, arrival_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times and gaps where every read takes what has come within 2 ms."""
    times: list[float] = []
    gaps: list[bool] = []
    first = 0
    while first < len(arrival_s):
        end = int(np.searchsorted(arrival_s, arrival_s[first] + 0.002, side="right"))
        some_times, some_gaps = timing.counted(arrival_s[end - 1], end - first)
        times += some_times
        gaps += some_gaps
        first = end
    return np.array(times), np.array(gaps)


@pytest.mark.parametrize(("rate_hz", "error_s"), [(10, 0.002), (50, 0.001), (100, 0.0015), (500, 0.004)])
@pytest.mark.parametrize("seed", range(4))
def test_rows_that_come_in_bursts_get_the_times_at_which_they_were_taken(rate_hz: float, error_s: float, seed: int):
    taken_s = np.arange(1, 20 * rate_hz) / rate_hz
    times, gaps = heard(Timing(), arrivals(taken_s, seed))
    error = (times - taken_s)[taken_s > 5]
    assert np.std(error) < error_s / 2
    assert np.abs(error - np.median(error)).max() < 2 * error_s
    assert np.median(error) < 0.003
    assert not gaps.any()


def in_whole_bursts(taken_s: np.ndarray, seed: int, jitter_s: float = 0.002) -> np.ndarray:
    """When rows come that a bridge hands over burst by burst, each burst late by the host's own jitter."""
    rng = np.random.default_rng(seed)
    offset_s = rng.uniform(0, BURST_S)
    number = np.ceil((taken_s - offset_s) / BURST_S)
    bursts, which = np.unique(number, return_inverse=True)
    came_s = offset_s + bursts * BURST_S + rng.exponential(jitter_s, len(bursts))
    return np.maximum.accumulate(came_s)[which]


SETTLED_S = 3.0
# The bound is 2 ms where rows are that close together; else what rows and bursts may have in common, and jitter.
BOUNDS = [(1000, 0.002), (500, 0.0022), (250, 0.0045), (50, 0.0055)]


@pytest.mark.parametrize(("rate_hz", "bound_s"), BOUNDS)
@pytest.mark.parametrize("ppm", [-200, 0, 200])
@pytest.mark.parametrize("seed", range(3))
def test_three_seconds_after_the_beginning_no_time_is_off_by_more_than_the_bound(
    rate_hz: float, bound_s: float, ppm: float, seed: int
):
    taken_s = np.arange(1, 20 * rate_hz) / rate_hz * (1 + ppm * 1e-6) + 0.0031 * seed
    times, _ = heard(Timing(rate_hz), in_whole_bursts(taken_s, seed))
    error = times - taken_s
    assert np.abs(error[taken_s > SETTLED_S]).max() < bound_s
    assert np.abs(error).max() < BURST_S + 0.015, "before, it is as late as its burst"


@pytest.mark.parametrize("lost_s", [0.001, 0.003, 0.016, 0.028, 0.1, 1.7])
@pytest.mark.parametrize("seed", range(3))
def test_at_a_thousand_rows_a_second_a_loss_or_a_restart_is_made_up_for_within_two_seconds(lost_s: float, seed: int):
    taken_s = np.arange(1, 25_000) / 1000 * 1.0002
    taken_s = taken_s[(taken_s < 12) | (taken_s > 12 + lost_s)]
    times, _ = heard(Timing(1000), in_whole_bursts(taken_s, seed))
    error = np.abs(times - taken_s)
    settled_s = 12 + lost_s + (0.5 if lost_s < 0.03 else 2.0)  # unseen, it soon shows; after a gap jitter takes longer
    assert error[(taken_s > SETTLED_S) & (taken_s < 12)].max() < 0.002
    assert error[taken_s > 12].max() < 0.03
    assert error[taken_s > settled_s].max() < 0.002 + (0.001 if lost_s < 0.003 else 0.0)


def test_rows_cut_into_reads_of_one_moment_get_the_times_that_they_get_together():
    taken_s = np.arange(1, 10_000) / 1000
    came_s = in_whole_bursts(taken_s, 4)
    whole, cut = Timing(1000), Timing(1000)
    together, apart = [], []
    for came in np.unique(came_s):
        rows = int((came_s == came).sum())
        together += whole.counted(came, rows)[0]
        for some in (rows // 3, rows - rows // 3):
            apart += cut.counted(came, some)[0] if some else []
    off = np.abs(np.array(together) - np.array(apart))[taken_s > SETTLED_S]
    assert np.median(off) < 1e-9
    assert off.max() < 0.001, "but where the line was laid anew between the two"


@pytest.mark.parametrize("declared_hz", [1000.0, float("nan")])
def test_in_the_first_second_rows_of_a_burst_are_as_far_apart_as_is_declared(declared_hz: float):
    times, _ = Timing(declared_hz).counted(5.0, 4)
    assert np.diff(times) == pytest.approx([0.001] * 3 if declared_hz > 0 else [0.02] * 3)


def test_a_host_that_stalls_for_a_tenth_of_a_second_bends_no_times():
    taken_s = np.arange(1, 1000) / 50
    came_s = arrivals(taken_s, 1)
    came_s[(came_s > 12) & (came_s < 12.1)] = 12.1
    times, gaps = heard(Timing(), came_s)
    error = (times - taken_s)[taken_s > 5]
    assert np.abs(error - np.median(error)).max() < 0.002
    assert not gaps.any()


def test_exact_stamps_stay_as_they_are():
    taken_s = 0.013 + np.arange(500) / 50
    times, _ = heard(Timing(), taken_s)
    assert times == pytest.approx(taken_s, abs=1e-9)


def test_before_the_rate_is_known_rows_that_come_together_are_spread_over_the_time_since_the_last():
    timing = Timing()
    assert timing.counted(1.0, 2)[0] == pytest.approx([0.98, 1.0])
    assert timing.counted(1.03, 3)[0] == pytest.approx([1.01, 1.02, 1.03])


@pytest.mark.parametrize(("before_hz", "after_hz"), [(50, 40), (40, 50), (50, 100), (100, 20)])
def test_a_step_of_the_rate_is_learned_within_three_seconds(before_hz: float, after_hz: float):
    taken_s = np.concatenate([np.arange(1, 10 * before_hz) / before_hz, 10 + np.arange(20 * after_hz) / after_hz])
    timing = Timing()
    times, _ = heard(timing, arrivals(taken_s, 1))
    error = times - taken_s
    assert np.abs(error[(taken_s > 10) & (taken_s < 13)]).max() < 0.12
    assert np.abs(error[taken_s > 13]).max() < 0.018
    assert np.abs(error[taken_s > 20]).max() < 0.002
    assert timing.period_s == pytest.approx(1 / after_hz, rel=1e-3)


def test_missing_rows_leave_one_gap_and_the_times_go_on_where_they_should():
    taken_s = np.arange(1, 1000) / 50
    kept = np.ones(len(taken_s), bool)
    kept[500:510] = False
    times, gaps = heard(Timing(), arrivals(taken_s, 2)[kept])
    assert np.flatnonzero(gaps).tolist() == [500]
    error = (times - taken_s[kept])[taken_s[kept] > 5]
    assert np.abs(error).max() < 0.005
    assert np.abs(error[300:]).max() < 0.002


def test_two_rows_lost_unseen_bend_the_times_for_a_second_only():
    taken_s = np.arange(1, 1000) / 50
    kept = np.ones(len(taken_s), bool)
    kept[[500, 600]] = False
    times, _ = heard(Timing(), arrivals(taken_s, 2)[kept])
    error = np.abs(times - taken_s[kept])
    late = taken_s[kept]
    assert error[(late > 5) & (late < 10)].max() < 0.002
    assert error[late > 5].max() < 0.022
    assert error[((late > 11.2) & (late < 12)) | (late > 13.3)].max() < 0.002


def test_no_gap_is_told_before_the_rate_is_known():
    timing = Timing()
    gaps = [timing.counted(time_s, 1)[1] for time_s in (0.0, 0.02, 0.9)]
    assert gaps == [[False], [False], [False]]


def test_the_first_row_after_opening_again_stands_after_a_gap():
    timing = Timing()
    timing.counted(1.0, 1)
    timing.restart()
    assert timing.counted(2.0, 2)[1] == [True, False]


def test_the_devices_own_time_is_followed_through_bursts_and_uneven_rows():
    rng = np.random.default_rng(5)
    taken_s = np.cumsum(rng.uniform(0.01, 0.03, 800))
    came_s = arrivals(taken_s, 5)
    device_s = np.round((taken_s * 1.0001 + 77) * 1000) / 1000  # a crystal 100 ppm fast, in whole milliseconds
    timing = Timing()
    dated = [timing.dated(a, [d]) for a, d in zip(came_s, device_s, strict=True)]
    error = np.array([times[0] for times, _ in dated]) - taken_s
    assert np.abs(error - np.median(error))[taken_s > 5].max() < 0.003
    assert not any(gaps[0] for _, gaps in dated)


def test_a_device_whose_clock_jumps_or_begins_anew_stands_after_a_gap():
    timing = Timing()
    gaps = [timing.dated(a, [d])[1][0] for a, d in ((1.0, 9.0), (1.02, 9.02), (1.5, 9.5), (1.52, 9.52), (2.0, 0.3))]
    assert gaps == [False, False, True, False, True]


def test_the_hull_lies_under_all_points():
    rng = np.random.default_rng(1)
    points = [(float(x), float(t)) for x, t in enumerate(rng.uniform(0, 1, 50))]
    hull = under(points)
    x, t = np.array(hull).T
    assert all(np.interp(px, x, t) <= pt + 1e-12 for px, pt in points)
    assert hull[0] == points[0]
    assert hull[-1] == points[-1]
    assert np.all(np.diff(np.diff(t) / np.diff(x)) > 0)


WAITS_S = st.one_of(st.just(0.0), st.floats(0, 0.05), st.floats(0, 1e4))
DEVICE_S = st.one_of(st.floats(-1e305, 1e305), st.floats(0, 3), st.integers(0, 50).map(lambda ms: ms / 1000))


@given(st.lists(st.tuples(WAITS_S, st.lists(DEVICE_S, min_size=1, max_size=5), st.booleans()), max_size=60))
def test_whatever_comes_times_rise_are_finite_and_none_is_later_than_its_arrival(
    chunks: list[tuple[float, list[float], bool]],
):
    counted, dated = Timing(), Timing()
    arrival_s = 0.0
    given_s: list[list[float]] = [[], []]
    for wait_s, device_s, again in chunks:
        arrival_s += wait_s
        if again:
            counted.restart()
            dated.restart()
        rows = len(device_s)
        for known, (times, gaps) in zip(
            given_s, (counted.counted(arrival_s, rows), dated.dated(arrival_s, device_s)), strict=True
        ):
            assert len(times) == len(gaps) == rows
            assert np.isfinite(times).all()
            assert times[-1] <= arrival_s + 1e-3
            known.extend(times)
    for known in given_s:
        assert all(before <= after for before, after in pairwise(known))
