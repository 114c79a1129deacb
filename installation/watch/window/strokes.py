"""Strokes: the lines of one trace, in the colour of where the signal came from at the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from installation.frame import ORGANS, Floats, Floats32, Presence
from installation.watch.window.catalogue import Entry
from installation.watch.window.palette import PRESENCE_COLORS, mixed
from installation.watch.window.pen import Box, Pen
from installation.watch.window.scopes import Scopes
from installation.watch.window.trails import Trails
from installation.watch.window.wave import middle_and_edges, wave

COLUMN, COARSE = 2.0, 4.0  # units of a column of a trace; of one among many
FEW = 12  # wearers whose lines can still be told apart; more are a band and their mean
FINE = 4.0  # units: what rises less within a column is a slope, what rises more a step
ALONE, AMONG, BAND = 0.85, 0.55, 0.12  # how strongly a line is drawn, one among others, and the room that many take


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What one trace shows: times_s (T,), values (T, K), and presence (T, K) of `Presence` where it is of an organ."""

    times_s: Floats
    values: Floats32
    presence: Floats32 | None = None
    organ: int = -1


def series(entry: Entry, scopes: Scopes, trails: Trails) -> Series:
    """The trail of a signal: of the wearer that is watched, of all, or of the room."""
    number = scopes.entries.index(entry)
    if entry.of_room:
        times_s, values = trails.room(number - sum(not one.of_room for one in scopes.entries))
        return Series(times_s, values[:, None])
    who = slice(None) if scopes.wearer < 0 else slice(scopes.wearer, scopes.wearer + 1)
    times_s, values = trails.wearers(number, who)
    if entry.organ < 0:
        return Series(times_s, values)
    names = [one.name for one in scopes.entries]
    _, presence = trails.wearers(names.index(f"presence.{ORGANS[entry.organ]}"), who)
    return Series(times_s, values, presence, entry.organ)


def draw_strokes(pen: Pen, plot: Box, told: Series, now_s: float, scale: tuple[float, float]) -> None:
    """Draw the lines into a box whose bottom and top mean `scale`."""
    left, top, width, height = plot
    low, high = scale
    many = told.values.shape[1]
    columns = max(2, int(width / (COLUMN if many == 1 else COARSE)))

    def places(values: Floats32) -> Iterator[list[tuple[float, float]]]:
        for line in wave(told.times_s, values, now_s, columns, fine=FINE / height * (high - low)):
            up = np.clip((line[:, 1] - low) / (high - low), 0.0, 1.0)
            x, y = left + width * line[:, 0], top + height * (1.0 - up)
            yield list(zip(x.tolist(), y.tolist(), strict=True))

    if many > FEW:
        mean, lowest, highest = middle_and_edges(told.values)
        for below, above in zip(places(lowest), places(highest), strict=True):
            pen.area([*below, *reversed(above)], mixed("trench", "foam", BAND))
        for line in places(mean):
            pen.curve(line, mixed("trench", "foam", ALONE))
        return
    for column in range(many):
        for tint, values in _tinted(told, column):
            for line in places(values):
                pen.curve(line, mixed("trench", tint, ALONE if many == 1 else AMONG))


def _tinted(told: Series, column: int) -> Iterator[tuple[str, Floats32]]:
    """One wearer's values once for each presence they had, and its colour; what is of no organ has that of words."""
    values = told.values[:, column]
    if told.presence is None:
        yield "foam", values
        return
    presence = told.presence[:, column]
    if presence.size and (presence == presence[-1]).all():  # as it mostly is
        yield _tint(Presence(int(presence[-1])), told.organ), values
        return
    for one in Presence:
        had = presence == one
        if had.any():
            had[1:] |= had[:-1]  # the line goes on to where the next begins
            yield _tint(one, told.organ), np.where(had, values, np.float32(np.nan))


def _tint(presence: Presence, organ: int) -> str:
    if presence == Presence.REAL and organ == ORGANS.index("heart"):
        return "jelly"
    return PRESENCE_COLORS[presence]
