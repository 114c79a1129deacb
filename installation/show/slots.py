"""Where every garment's pixels live on the universes: by hand where the patch says so, packed elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

PIXELS_PER_UNIVERSE = 170  # three slots each; the last two of the 512 slots stay empty
LAST_UNIVERSE = 63999  # ANSI E1.31, 6.2.7

Run = tuple[int, int, int, int]
"""First pixel of the garment, pixels, universe, slot."""


class Start(NamedTuple):
    """Where the patch puts a garment by hand."""

    universe: int
    slot: int


def last_start(pixels: int) -> int:
    """Give the last slot from which a garment fits its universe; one larger than a universe may start anywhere."""
    return 512 - 3 * (pixels if pixels <= PIXELS_PER_UNIVERSE else 1) + 1


def runs_from(pixels: int, start: Start) -> tuple[Run, ...]:
    """Lay pixels from a slot on, universe after universe, never splitting a pixel."""
    runs: list[Run] = []
    universe, slot = start
    done = 0
    while done < pixels:
        fits = min(pixels - done, (512 - slot + 1) // 3)
        if fits > 0:
            runs.append((done, fits, universe, slot))
            done += fits
        universe, slot = universe + 1, 1
    return tuple(runs)


def pack(pixels: Sequence[int], by_hand: Mapping[int, Start], universe: int) -> list[tuple[Run, ...]]:
    """Give the runs of every garment: by hand where patched, the others in order from `universe` on, around these.

    Runs may end past `LAST_UNIVERSE`, and those by hand may overlap: the caller asks.
    """
    runs: list[tuple[Run, ...]] = [()] * len(pixels)
    taken: dict[int, list[tuple[int, int]]] = {}
    for garment, start in by_hand.items():
        runs[garment] = runs_from(pixels[garment], start)
        for _, count, on, slot in runs[garment]:
            taken.setdefault(on, []).append((slot, slot + 3 * count))
    gaps = _gaps(taken, universe)
    universe, slot, room = next(gaps)
    for garment, count in enumerate(pixels):
        if garment in by_hand:
            continue
        laid: list[Run] = []
        done = 0
        while done < count:
            if room == 0:
                universe, slot, room = next(gaps)
            fits = min(count - done, room)
            laid.append((done, fits, universe, slot))
            done, slot, room = done + fits, slot + 3 * fits, room - fits
        runs[garment] = tuple(laid)
    return runs


def overlaps(runs: Mapping[int, Sequence[Run]]) -> Iterator[tuple[int, int, int, int]]:
    """Give garments that share slots, once each: the later, the other, and the universe and slot where it begins."""
    spans = sorted(
        (universe, slot, slot + 3 * count, garment)
        for garment, laid in runs.items()
        for _, count, universe, slot in laid
    )
    told: set[int] = set()
    on, end, longest = 0, 0, -1
    for universe, slot, after, garment in spans:
        if universe == on and slot < end:
            later, other = max(garment, longest), min(garment, longest)
            if later not in told:
                yield later, other, universe, slot
            told.add(later)
        if universe != on or after > end:
            on, end, longest = universe, after, garment


def _gaps(taken: Mapping[int, list[tuple[int, int]]], universe: int) -> Iterator[tuple[int, int, int]]:
    """Give free stretches, without end: universe, first slot, pixels that fit."""
    end = 3 * PIXELS_PER_UNIVERSE + 1
    while True:
        slot = 1
        for first, after in sorted(taken.get(universe, ())):
            if (fits := (min(first, end) - slot) // 3) > 0:
                yield universe, slot, fits
            slot = max(slot, after)
        if (fits := (end - slot) // 3) > 0:
            yield universe, slot, fits
        universe += 1
