"""Pixels to slots."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from installation.frame import Levels
from installation.outputs.patch import Universes
from installation.show.model import SlotPatch
from tests.outputs.fakes import garments, packed


def ramp(pixels: int) -> Levels:
    return Levels((np.arange(3 * pixels) % 255 + 1).astype(np.uint8).reshape(-1, 3), np.zeros(1, np.bool_))


def test_a_garment_lands_at_its_slot_and_everything_else_is_zero():
    worn = garments(2, 2)
    universes = Universes(worn, (SlotPatch(1, ((0, 2, 7, 10),)), SlotPatch(0, ((0, 1, 3, 1), (1, 1, 7, 510)))))
    slots = universes.slots(ramp(4))
    assert universes.numbers == (3, 7)
    assert list(slots[0, :3]) == [1, 2, 3]
    assert list(slots[1, 9:15]) == [7, 8, 9, 10, 11, 12]
    assert list(slots[1, 509:512]) == [4, 5, 6]
    assert np.count_nonzero(slots) == 12


def test_a_garment_without_a_patch_is_left_out():
    assert np.count_nonzero(Universes(garments(2, 3), packed(garments(1, 3))).slots(ramp(6))) == 9


def test_no_patch_at_all_makes_no_universe():
    assert Universes(garments(1, 3), ()).slots(ramp(3)).shape == (0, 512)


@given(count=st.integers(1, 12), pixels=st.integers(1, 400))
def test_packed_garments_keep_the_order_of_their_bytes_over_universes(count, pixels):
    worn = garments(count, pixels)
    levels = ramp(count * pixels)
    slots = Universes(worn, packed(worn)).slots(levels)
    assert np.array_equal(slots[:, :510].reshape(-1)[: 3 * count * pixels], levels.slots.reshape(-1))
    assert not slots[:, 510:].any()
