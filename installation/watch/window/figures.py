"""Soft dark figures: a body made of rounded limbs, told as cover and as how much light its cloth gives back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

HALF_WIDTH_M, TOP_M, BOTTOM_M = 0.62, 0.60, -1.30  # around the sternum, arms and all
FINEST_PX_PER_M = 130.0  # a soft figure needs no more; larger ones are enlarged
SOFT_M = 0.012  # from cloth to air
FADING_M = 0.45  # the lowest part of a robe goes over into the dark of the floor
ROUND_M = 0.15  # how deep under its outline a body faces the viewer
OUTLINE = 0.40  # of the light that the middle of the body gives back


def figure(px_per_m: float, arms_m: float, seed: int) -> tuple[Field, Field]:
    """Cover 0..1 and albedo 0..1 of one figure, (height, width) around its sternum.

    `arms_m`: how far from the middle the sleeves hang · `seed`: who it is; no two people stand alike.
    """
    who = np.random.default_rng(seed)
    lean, turn, flare = who.uniform(-0.012, 0.012), who.uniform(-0.02, 0.02), who.uniform(0.0, 0.045)
    left, right = who.uniform(-0.03, 0.03, 2)
    step = 1.0 / px_per_m
    x, y = np.meshgrid(
        np.arange(-HALF_WIDTH_M, HALF_WIDTH_M, step, dtype=np.float32),
        np.arange(TOP_M, BOTTOM_M, -step, dtype=np.float32),
    )
    body = _limb(x, y, (-0.150, 0.130, 0.062), (0.150, 0.130, 0.062))
    body = _joined(body, _limb(x, y, (0.0, 0.05, 0.155), (lean, -0.24, 0.118)), 0.07)
    body = _joined(body, _limb(x, y, (0.0, 0.17, 0.062), (turn * 0.6, 0.30, 0.050)), 0.07)
    skirt = _limb(x, y, (lean, -0.26, 0.116), (lean, -0.46, 0.168))
    hem = _limb(x, y, (lean, -0.46, 0.168), (lean * 2, -1.30, 0.190 + flare))
    body = _joined(body, np.minimum(skirt, hem), 0.06)
    for side, swing in ((-1, left), (1, right)):
        elbow = (side * arms_m * 0.95, -0.15 + swing, 0.046)
        hand = (side * (arms_m + swing * 0.4), -0.44 + swing, 0.034)
        arm = np.minimum(_limb(x, y, (side * 0.170, 0.118, 0.060), elbow), _limb(x, y, elbow, hand))
        body = _joined(body, arm, 0.035)
    head = (np.hypot((x - turn) / 0.080, (y - 0.395) / 0.112) - 1.0) * 0.09
    body = _joined(body, head.astype(np.float32), 0.03)
    cover = _smooth(-body / SOFT_M)
    cover *= np.clip((y - BOTTOM_M) / FADING_M, 0.0, 1.0) ** 0.7
    facing = np.sqrt(np.clip(-body / ROUND_M, 0.0, 1.0))
    drape = np.sin(x * (58 + 20 * flare) + 3 * np.sin(y * 2.1 + seed))
    folds = 1.0 - 0.10 * np.clip(-y * 1.6, 0.0, 1.0) * (0.5 + 0.5 * drape)
    return cover, ((OUTLINE + (1 - OUTLINE) * facing) * folds).astype(np.float32)


def _limb(x: Field, y: Field, one: tuple[float, float, float], other: tuple[float, float, float]) -> Field:
    """Distance in metres to a limb from `one` to `other` (x, y, radius), negative inside."""
    along_x, along_y = other[0] - one[0], other[1] - one[1]
    share = ((x - one[0]) * along_x + (y - one[1]) * along_y) / max(along_x**2 + along_y**2, 1e-9)
    share = np.clip(share, 0.0, 1.0)
    radius = one[2] + (other[2] - one[2]) * share
    distance: Field = (np.hypot(x - one[0] - along_x * share, y - one[1] - along_y * share) - radius).astype(np.float32)
    return distance


def _joined(one: Field, other: Field, soft_m: float) -> Field:
    """Both shapes as one, the crease between them filled.  Source: Inigo Quilez, smooth minimum (polynomial)."""
    share = np.clip(0.5 + 0.5 * (other - one) / soft_m, 0.0, 1.0)
    both: Field = (other + (one - other) * share - soft_m * share * (1.0 - share)).astype(np.float32)
    return both


def _smooth(value: Field) -> Field:
    share = np.clip(value * 0.5 + 0.5, 0.0, 1.0)
    smooth: Field = (share * share * (3.0 - 2.0 * share)).astype(np.float32)
    return smooth
