"""Shapes of a wearer's QRS: how like a hump is to what its beats have been, so that artefact is told from a beat.

Three shapes are kept, for a heart may have ventricular beats besides its usual ones, and the third is for whatever
comes once: a shape replaces the one that was met least of late, so that a minute of artefact does not drive out
the wearer's own.  A shape counts as the heart's when it was met twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.body.ecg_memory import GRID_S, USUAL
from installation.body.template import learn, likeness, read_shape
from installation.compiled import compiled

BEFORE_S = 0.144  # the top of a hump, so far before: all of a QRS but its last wave, as it comes through the filter
LAG_S, LAGS = 0.008, 1  # noise moves the top by about so much, this many times to either side
SAME = 0.8  # correlation from which on two shapes are one
LEARNS = 8  # beats in which a shape follows its wearer
FADES = 0.98  # what remains of a shape's count from beat to beat: half of it in 34 beats
TWICE = 1.9  # the count of a shape that was met twice of late
FEW = 3  # beats until every shape that was met counts as the heart's own


@compiled
def compare(s: Any) -> None:
    """Find how like the hump under way is to the shapes of the heart, -1..1, into `like`; 1 while there are none.

    `second` is whether it is most like a shape of the heart that is not its most usual one.
    """
    s.like = -1.0 if s.shapes > 0 else 1.0
    least = TWICE if s.shapes >= FEW else 1.0
    nearest = 0
    for lag in range(-LAGS, LAGS + 1):
        at_s = s.top_s + lag * LAG_S
        if not read_shape(s.slots, GRID_S, at_s - BEFORE_S, min(at_s, s.slot * GRID_S), s.shape):
            continue
        if lag == 0 and s.shapes == 0:
            s.best[:] = s.shape
        for k in range(USUAL):
            alike = likeness(s.shape, s.template[k])
            if s.met[k] >= least and alike > s.like:
                s.like, nearest = alike, k
                s.best[:] = s.shape
    s.second = s.met[nearest] >= TWICE and nearest != np.argmax(s.met)


@compiled
def learn_beat(s: Any) -> None:
    """Let the shapes learn from the hump that was compared last: it was a beat."""
    nearest, alike = 0, -1.0
    for k in range(USUAL):
        match = likeness(s.best, s.template[k])
        if match > alike:
            nearest, alike = k, match
        s.met[k] *= FADES
    if alike <= SAME:
        nearest = int(np.argmin(s.met))
        s.met[nearest] = 0.0
        s.template[nearest] = 0.0
    s.shapes += 1
    s.met[nearest] += 1.0
    learn(s.template[nearest], s.best, 1.0 / min(s.met[nearest], LEARNS))


@compiled
def forget_shapes(s: Any) -> None:
    """Know no shape any more."""
    s.shapes = 0
    s.met[:] = 0.0
    s.template[:] = 0.0
