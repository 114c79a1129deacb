"""The scenery: what gives light back, air and water and cloth, painted once; and who stands before whom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pygame
from numpy.typing import NDArray

from installation.watch.programme import Programme
from installation.watch.window.figures import FINEST_PX_PER_M, HALF_WIDTH_M, TOP_M, figure
from installation.watch.window.room import Room

Field = NDArray[np.float32]

AIR, FLOOR = 0.50, 0.62  # what the air and the water give back, of what white cloth would
NARROW_M, WIDE_M = 0.27, 0.34  # how far from the middle of a body its arms may hang


class Cover(NamedTuple):
    """Where a figure lies on the stage, and how much of each place there it covers, 0..1."""

    rows: slice
    columns: slice
    share: Field


def painted(programme: Programme, place: Room) -> tuple[Field, list[Cover]]:
    """What gives light back, (height, width) 0..1, and each wearer's cover with the place where it lies."""
    height, width = place.height, place.width
    albedo = _backdrop(place)
    covers: dict[int, Cover] = {}
    for wearer in place.order:
        px_per_m = float(place.px_per_m[wearer])
        fine = min(px_per_m, FINEST_PX_PER_M)
        cover, cloth = figure(fine, _arms_m(programme, wearer), wearer)
        if px_per_m > fine:
            size = (round(cover.shape[1] * px_per_m / fine), round(cover.shape[0] * px_per_m / fine))
            cover, cloth = _enlarged(cover, size), _enlarged(cloth, size)
        x, y = place.sternum(wearer)
        left, top = round(x - HALF_WIDTH_M * px_per_m), round(y - TOP_M * px_per_m)
        rows = slice(max(top, 0), min(top + cover.shape[0], height))
        columns = slice(max(left, 0), min(left + cover.shape[1], width))
        inside = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
        under = albedo[rows, columns]
        under += (cloth[inside] - under) * cover[inside]
        covers[wearer] = Cover(rows, columns, cover[inside])
    return albedo, [covers[w] for w in range(len(programme.wearers))]


def _backdrop(place: Room) -> Field:
    """Air above, still water below: haze in slow clouds, ripples that narrow towards the horizon."""
    noise = np.random.default_rng(11)
    height, width = place.height, place.width
    y = np.arange(height, dtype=np.float32)[:, None]
    clouds = _enlarged(noise.random((7, 11), np.float32), (width, height))
    clouds = 0.6 * clouds + 0.4 * _enlarged(noise.random((19, 29), np.float32), (width, height))
    depth = np.clip((y - place.horizon) / (height - place.horizon), 0.0, 1.0)
    ripples = _ripples(noise, depth[:, 0], width)
    floor = np.clip((depth - 0.02) * 14.0, 0.0, 1.0)
    air, water = AIR * (0.88 + 0.24 * clouds), FLOOR * (1 + 1.1 * (ripples - 0.5))
    back: Field = (air + (water - air) * floor).astype(np.float32)
    return back


def _ripples(noise: np.random.Generator, depth: Field, width: int) -> Field:
    """Small waves 0..1 on water seen at a low angle; those too fine for the screen, far away, fade out."""
    out = np.full((len(depth), width), 0.5, np.float32)
    x = np.linspace(-1.0, 1.0, width, dtype=np.float32)[None, :]
    away = (1.0 / np.maximum(depth, 0.03))[:, None]
    rows = max(float((depth > 0).sum()), 1.0)
    for across in np.geomspace(24.0, 150.0, 10):
        along, start = noise.uniform(-9.0, 9.0), noise.uniform(0, 6.28)
        fine = np.clip(1.4 - across * away**2 / rows * 1.4, 0.0, 1.0)
        out += (0.08 * fine * np.sin(across * away + along * x * away + start)).astype(np.float32)
    return out


def _arms_m(programme: Programme, wearer: int) -> float:
    """How far the sleeves hang from the middle: where the garment has pixels on them, there."""
    sides = [0.0]
    for g in programme.garments:
        if g.wearer == wearer:
            body = programme.position_m[g.first : g.first + g.pixels]
            low = body[(body[:, 1] < 0.05) & (body[:, 1] > -0.45)]
            sides.append(float(np.abs(low[:, 0]).max(initial=0.0)))
    return min(max(*sides, NARROW_M), WIDE_M)


def seen_share(programme: Programme, place: Room, covers: list[Cover]) -> Field:
    """How much of each pixel (P,) is not hidden behind somebody nearer."""
    seen = np.ones(len(place.pixel), np.float32)
    column, row = np.rint(place.pixel).astype(int).T
    rank = {wearer: i for i, wearer in enumerate(place.order)}
    for g in programme.garments:
        mine = np.arange(g.first, g.first + g.pixels)
        for wearer, (rows, columns, share) in enumerate(covers):
            if rank[wearer] <= rank[g.wearer]:
                continue
            r, c = row[mine] - rows.start, column[mine] - columns.start
            inside = (r >= 0) & (r < share.shape[0]) & (c >= 0) & (c < share.shape[1])
            seen[mine[inside]] *= 1.0 - share[r[inside], c[inside]]
    return seen


def _enlarged(field: Field, size: tuple[int, int]) -> Field:
    surface = pygame.transform.smoothscale(gray(field), size)
    return pygame.surfarray.array3d(surface)[:, :, 0].T.astype(np.float32) / 255.0


def gray(field: Field) -> pygame.Surface:
    shades = np.clip(field.T * 255.0 + 0.5, 0, 255).astype(np.uint8)
    return pygame.surfarray.make_surface(np.repeat(shades[:, :, None], 3, axis=2))
