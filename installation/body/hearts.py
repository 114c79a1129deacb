"""The hearts of all columns: pulses found and judged, the sensor that leads, and the rhythm that its beats keep."""

from __future__ import annotations

import numpy as np

from installation.body.ecg import find_qrs
from installation.body.ecg_memory import ecgs
from installation.body.ecg_quality import ecg_qualities, ecg_quality_now, judge_ecg
from installation.body.heart import PULSE, find_beats, hearts
from installation.body.quality import judge, qualities, quality_now
from installation.body.rhythm import follow_beats, keep_time, rhythms
from installation.body.source import lead, leave_others_out, leave_waves_out, sources
from installation.frame import Floats, Samples, Tick


class Hearts:
    """Memory of M hearts, and what this tick's samples said of them.

    pulse, pulse_quality (K,): what each sample brought, and how far that was to be believed · rhythm (M,) ·
    leader (M,) the channel that each is felt from ·
    beat_s (M,) the newest beat of this tick, NaN where none came; believed (M,) whether it is.
    """

    def __init__(self, columns: int) -> None:
        self._hearts, self._qualities, self.rhythm = hearts(columns), qualities(columns), rhythms(columns)
        self._ecgs, self._ecg_qualities, self.leader = ecgs(columns), ecg_qualities(columns), sources(columns)
        self.pulse, self.pulse_quality = np.empty(0, PULSE), np.empty(0)
        self._pulse, self._pulse_quality = np.empty(columns, PULSE), np.empty(columns)
        self.beat_s, self.believed = np.empty(columns), np.empty(columns, np.bool_)
        self._trusted = np.empty(columns, np.bool_)
        self._ppg, self._ppg_age_s, self._ecg, self._ecg_age_s = (np.empty(columns) for _ in range(4))

    def find(self, samples: Samples, tick: Tick, quality: Floats, age_s: Floats) -> None:
        """Take the samples: find and judge every pulse; quality and age_s (M,) of hearts, written."""
        rows, now_s = samples.time_s.size, tick.time_s
        if rows > self._pulse.size:
            self._pulse, self._pulse_quality = np.empty(2 * rows, PULSE), np.empty(2 * rows)
        self.pulse, self.pulse_quality = self._pulse[:rows], self._pulse_quality[:rows]
        time_s, column, channel, value = samples.time_s, samples.column, samples.channel, samples.value
        find_beats(self._hearts, time_s, column, channel, value, self.pulse)
        judge(self._qualities, time_s, column, self.pulse, self.pulse_quality)
        quality_now(self._qualities, now_s, self._ppg, self._ppg_age_s)
        find_qrs(self._ecgs, time_s, column, channel, value, self.pulse)
        judge_ecg(self._ecg_qualities, time_s, column, channel, self.pulse, self.pulse_quality)
        ecg_quality_now(self._ecg_qualities, now_s, self._ecg, self._ecg_age_s)
        leave_waves_out(channel, self.pulse)
        lead(self.leader, self._ppg, self._ppg_age_s, self._ecg, self._ecg_age_s, quality, age_s)

    def follow(self, samples: Samples, tick: Tick) -> None:
        """Let the rhythms follow the beats of the leading sensors, and move to this tick."""
        leave_others_out(self.leader, samples.column, samples.channel, self.pulse)
        follow_beats(
            self.rhythm, samples.column, self.pulse, self.pulse_quality, tick.time_s, self.beat_s, self._trusted
        )
        keep_time(self.rhythm, self.beat_s, self._trusted, tick.time_s, tick.dt_s, self.believed)
