"""The beat finder of PulseSensor Playground, which gives the numbers that its boards print beside the signal.

It fires on noise and knows no quality: nothing of ours believes it.

Source: WorldFamousElectronics/PulseSensorPlayground, src/PulseSensor.cpp: the algorithm, in words.
"""

from __future__ import annotations

THRESHOLD, MIDDLE = 550, 512  # of ten bits, before the first beat
IBI_MS = 600  # before the first beat
DEAF_MS, LOST_MS = 250, 2500  # after a beat; without one
MEAN_OF = 10  # intervals of a rate


class BeatFinder:
    """The rate, the interval and whether a beat has just come, sample by sample."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget every beat."""
        self.rate, self.ibi_ms = 0, IBI_MS
        self._intervals: list[int] = []
        self._threshold, self._peak, self._trough = THRESHOLD, MIDDLE, MIDDLE
        self._since_ms = 0.0
        self._up, self._first = False, True

    def take(self, signal: int, step_ms: float) -> bool:
        """Take a sample that came `step_ms` after the last; True at a beat."""
        self._since_ms += step_ms
        deaf = self._since_ms <= 0.6 * self.ibi_ms
        beat = False
        if signal < self._threshold and not deaf:
            self._trough = min(self._trough, signal)
        elif signal > self._threshold:
            self._peak = max(self._peak, signal)
        if signal > self._threshold and not self._up and not deaf and self._since_ms > DEAF_MS:
            beat = self._beat()
        if signal < self._threshold and self._up:
            self._up = False
            self._threshold = self._trough + (self._peak - self._trough) // 2
            self._peak = self._trough = self._threshold
        if self._since_ms > LOST_MS:
            self.restart()
        return beat

    def _beat(self) -> bool:
        self._up = True
        self.ibi_ms, self._since_ms = round(self._since_ms), 0.0
        if self._first:  # the interval before it began at nothing
            self._first = False
            return False
        self._intervals = [*(self._intervals or [self.ibi_ms] * MEAN_OF), self.ibi_ms][-MEAN_OF:]
        self.rate = min(240, 60_000 * MEAN_OF // max(1, sum(self._intervals)))
        return True
