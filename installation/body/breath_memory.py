"""What is remembered of one wearer's breathing, by whatever it is felt."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

KNOWN = 3  # breaths make something usual: the median outvotes a sigh or a cough
RECENT = 8  # breaths of which the median is usual: half a minute at rest
CYCLES = 6  # from crest to crest and from trough to trough, of which the median is the pace
CRESTS = 32  # half a minute of the fastest breath has 22
PACE_S = 4.0  # of a breath until the wearer's own is known: 15 per minute
INHALING = 0.42  # of a cycle until the wearer's own share is known: at rest, Tobin et al., Chest 84:202, 1983

BREATH = np.dtype(
    [
        # what a tick looks at, side by side
        *((name, "f8") for name in ("time_s", "wave_s", "before_s", "still_s")),
        *((name, "f8") for name in ("rate", "phase", "error", "adrift", "trust", "pace_s", "beat_s", "angle")),
        *((name, "f8") for name in ("along", "across", "usual", "range", "full", "share", "missed", "power")),
        *((name, "i8") for name in ("breaths", "crests", "cycles")),
        # the newest sample, and the cell under way
        *((name, "f8") for name in ("raw", "quantum", "cell", "area", "covered_s")),
        # the cells, smoothed; the turn to come, and the last one
        *((name, "f8") for name in ("began_s", "mean", "pole", "wave", "ground", "high", "low")),
        *((name, "f8") for name in ("turn", "turn_s", "before", "found_s", "trough_s")),
        *((name, "f8") for name in ("still_high", "still_low", "path", "ways", "swings")),
        *((name, "?") for name in ("rising", "fair", "late", "leapt")),
        # the last breaths
        ("height", "f8", RECENT),
        ("cycle_s", "f8", CYCLES),
        ("crest_s", "f8", CRESTS),
    ],
    align=True,
)
"""Memory of one wearer's breathing; NaN: not known.

rate per minute · phase in turns, as shown, error, what it lacks, and adrift, how much it lacked over the last breath
· trust 0..1 in the last breaths · pace_s of a breath, beat_s of a turn of the oscillator · angle of the breath at
wave_s, the middle of the newest cell, in turns from full · along, across, ground: the oscillator · usual, the height
of a breath, range, that of the oscillation over minutes · full, the phase where the chest is full · share of a cycle
that is inhaling · missed, power: what the oscillator missed and had, squared · crests in a row, no silence between
them · still_s since when the wave stands still · path, ways, swings: of the wave since the last turn, and on average
between turns, with all its ripples and without · fair: the last swing was no faint one · late: there was none for
long · leapt: the newest sample was left out.
"""


def breaths(columns: int) -> NDArray[Any]:
    """Memory of the breathing of `columns` wearers of whom nothing is known."""
    memory = np.zeros(columns, BREATH)
    for name in ("time_s", "trough_s", "rate", "phase"):
        memory[name] = np.nan
    memory["pace_s"] = memory["beat_s"] = PACE_S
    memory["full"], memory["share"] = 0.5, INHALING
    return memory
