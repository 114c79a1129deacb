"""Garments on their universes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from installation.show.slots import Start, last_start, overlaps, pack, runs_from


def test_garments_are_packed_in_order_and_go_on_in_the_next_universe() -> None:
    assert pack([100, 100, 10], {}, 5) == [
        ((0, 100, 5, 1),),
        ((0, 70, 5, 301), (70, 30, 6, 1)),
        ((0, 10, 6, 91),),
    ]


def test_a_garment_larger_than_a_universe_takes_several() -> None:
    assert pack([400], {}, 1) == [((0, 170, 1, 1), (170, 170, 2, 1), (340, 60, 3, 1))]


def test_packed_garments_go_around_those_patched_by_hand() -> None:
    runs = pack([50, 20, 100], {1: Start(1, 101)}, 1)
    assert runs == [((0, 33, 1, 1), (33, 17, 1, 161)), ((0, 20, 1, 101),), ((0, 99, 1, 212), (99, 1, 2, 1))]


def test_a_pixel_is_never_split_at_the_end_of_a_universe() -> None:
    assert runs_from(3, Start(1, 508)) == ((0, 1, 1, 508), (1, 2, 2, 1))


def test_the_last_start_leaves_room_for_the_whole_garment() -> None:
    assert last_start(1) == 510
    assert last_start(52) == 357
    assert last_start(170) == 3
    assert last_start(171) == 510


def test_garments_that_share_a_slot_are_told_once() -> None:
    runs = {0: runs_from(10, Start(1, 1)), 1: runs_from(10, Start(1, 31)), 2: runs_from(200, Start(1, 30))}
    assert list(overlaps(runs)) == [(2, 0, 1, 30)]


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=8),
    st.dictionaries(st.integers(0, 7), st.builds(Start, st.integers(1, 4), st.integers(1, 510)), max_size=3),
    st.integers(1, 3),
)
def test_every_pixel_has_slots_of_its_own(pixels: list[int], by_hand: dict[int, Start], universe: int) -> None:
    by_hand = {garment: start for garment, start in by_hand.items() if garment < len(pixels)}
    runs = pack(pixels, by_hand, universe)
    for count, laid in zip(pixels, runs, strict=True):
        assert sum(run[1] for run in laid) == count
        assert [run[0] for run in laid] == [sum(run[1] for run in laid[:i]) for i in range(len(laid))]
        assert all(slot >= 1 and slot + 3 * many - 1 <= 512 and many > 0 for _, many, _, slot in laid)
    by_themselves = [
        (on, slot + k)
        for g, laid in enumerate(runs)
        if g not in by_hand
        for _, n, on, slot in laid
        for k in range(3 * n)
    ]
    fixed = {(on, slot + k) for g in by_hand for _, n, on, slot in runs[g] for k in range(3 * n)}
    assert len(by_themselves) == len(set(by_themselves))
    assert not fixed.intersection(by_themselves)
