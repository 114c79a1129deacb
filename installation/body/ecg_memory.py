"""What is remembered of a heart's ECG, by `find_qrs`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

INTERVAL_S = 1.0  # of a heart of which nothing is usual yet
LAST = 8  # beats that tell what is usual (Hamilton and Tompkins 1986)
KEPT = 256  # samples kept to find the R wave among: a quarter of a second
GRID_S, SLOTS = 0.008, 32  # of the slope that is remembered, a quarter of a second: QRS has little above 30 Hz
SHAPE, USUAL = 16, 3  # points of a shape, and shapes that are kept

QRS = np.dtype(
    [
        *((name, "f8") for name in ("began_s", "time_s", "raw", "pole1", "pole2", "wave")),  # the newest, smoothed
        *((name, "f8") for name in ("slope", "hump", "top", "top_s", "lean")),  # the hump under way
        *((name, "f8") for name in ("beat_top_s", "beat_top", "highest")),  # the last beat; highest hump refused since,
        *((name, "f8") for name in ("missed", "missed_s", "missed_beat_s", "missed_lean")),  # and after its T wave
        *((name, "f8") for name in ("like", "missed_like")),
        *((name, "f8") for name in ("interval_s", "typical", "other", "side", "quantum")),  # what is usual
        *((name, "f8") for name in ("seen", "step_s", "change", "usual_change")),  # the newest value as it came
        *((name, "f8", LAST) for name in ("tops", "intervals_s", "others")),  # of the last beats
        *((name, "f8", KEPT) for name in ("kept_s", "kept_wave")),
        ("slots", "f8", SLOTS),
        *((name, "f8", SHAPE) for name in ("shape", "best")),  # of the hump under way: tried, most like a known one
        ("template", "f8", (USUAL, SHAPE)),
        ("met", "f8", USUAL),
        *((name, "?") for name in ("rising", "second", "missed_second")),
        *((name, "i8") for name in ("beats", "kept", "slot", "shapes")),
    ],
    align=True,
)
"""Memory of one heart's ECG.  typical: height of a usual beat; other: of the usual highest hump between beats, as a
share of it; lean, side: -1 where the QRS points down only, 1 up; quantum: the converter's step; change: of value,
from one sample to the next, and usual_change its mean; like, second: of `compare`; met: how often each template was
met, fading; shapes: beats that the templates have learnt from."""


def ecgs(columns: int) -> NDArray[Any]:
    """Memory of `columns` hearts of which nothing is known."""
    memory = np.zeros(columns, QRS)
    for name in ("began_s", "time_s", "beat_top_s", "missed_beat_s"):
        memory[name] = np.nan
    memory["interval_s"] = INTERVAL_S
    return memory
