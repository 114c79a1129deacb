"""The hearts of all columns: pulses found and judged, and the rhythm that their beats keep."""

from __future__ import annotations

import numpy as np

from installation.body.heart import PULSE, find_beats, hearts
from installation.body.quality import judge, qualities, quality_now
from installation.body.rhythm import follow_beats, keep_time, rhythms
from installation.frame import Floats, Samples, Tick


class Hearts:
    """Memory of M hearts, and what this tick's samples said of them.

    pulse, pulse_quality (K,): what each sample brought, and how far that was to be believed · rhythm (M,) ·
    beat_s (M,) the newest beat of this tick, NaN where none came; believed (M,) whether it is.
    """

    def __init__(self, columns: int) -> None:
        self._hearts, self._qualities, self.rhythm = hearts(columns), qualities(columns), rhythms(columns)
        self.pulse, self.pulse_quality = np.empty(0, PULSE), np.empty(0)
        self._pulse, self._pulse_quality = np.empty(columns, PULSE), np.empty(columns)
        self.beat_s, self.believed = np.empty(columns), np.empty(columns, np.bool_)
        self._trusted = np.empty(columns, np.bool_)

    def feel(self, samples: Samples, tick: Tick, quality: Floats, age_s: Floats) -> None:
        """Take the samples and move every rhythm to this tick; quality and age_s (M,) of hearts, written."""
        rows = samples.time_s.size
        if rows > self._pulse.size:
            self._pulse, self._pulse_quality = np.empty(2 * rows, PULSE), np.empty(2 * rows)
        pulse, sure = self._pulse[:rows], self._pulse_quality[:rows]
        self.pulse, self.pulse_quality = pulse, sure
        find_beats(self._hearts, samples.time_s, samples.column, samples.channel, samples.value, pulse)
        judge(self._qualities, samples.time_s, samples.column, pulse, sure)
        follow_beats(self.rhythm, samples.column, pulse, sure, tick.time_s, self.beat_s, self._trusted)
        keep_time(self.rhythm, self.beat_s, self._trusted, tick.time_s, tick.dt_s, self.believed)
        quality_now(self._qualities, tick.time_s, quality, age_s)
