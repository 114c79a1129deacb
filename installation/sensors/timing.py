"""When each row was taken, told from when its bytes came.

Rows leave a device evenly, or with the device's own time, but come late and in bursts: USB bridges hold
bytes for up to 16 ms, radios longer.  Nothing ever comes early.  So the times of a stream are the line

    time(x) = t0 + slope * x        x: the row's number, or the device's own seconds

that lies under all arrivals of the last `WINDOW_S` and as close to them as it can: the edge of their
lower convex hull over the middle of the window.

Errors, in bursts of 16 ms with a busy host's jitter and a crystal 200 ppm off, three seconds after the beginning:

    1,000 rows a second   1.1 ms
      500                 2.1 ms
      250 and 50        5 ms, mostly a constant

Rows wait for the bridge, and where its bursts and the rows keep step nobody can tell for how long the quickest
does: less than a row's period, and less than what both have in common (of 20 and 16 ms: 4).  In the first second
times are as the arrivals.  Rows lost unseen bend them, by their own number of periods, until the line is laid
anew: 0.3 s at 1,000 rows a second, up to a second at 50.  Where a loss shows as a gap the line goes on in step.
What was lost of packets that carry numbers bends nothing: their decoders give them times by their number.

Source: Moon, Skelly, Towsley, "Estimation and removal of clock skew from network delay
measurements", INFOCOM 1999 (the line); Andrew's monotone chain (the hull).
"""

from __future__ import annotations

from collections import deque
from math import inf, isfinite, nan
from operator import ge

WINDOW_S = 8.0  # long enough to meet rows that came at once, short enough to follow a crystal that warms up
BUCKET_S = 0.25  # how often the line is laid anew, and asked whether it still holds; fifteen of a bridge's bursts
LEARN_S = 1.0  # of arrivals, before a rate is believed
HELD_S = 0.1  # a row waits no longer than this on its way; what seems to have is out of step
GAP_PERIODS = 2.5  # between two rows: one at least is missing
GAPS_RUNNING = 3  # more in a row are no gaps, but a slower rate
BURST_S = 0.03  # a USB bridge's 16 ms and a busy host's scheduler: late, but not missing
OFF_PERIODS = 0.75  # all arrivals of a bucket this far off the line: rows were lost, or the rate has changed
OFF_S, OFF_MOST_PERIODS = 0.005, 2.5  # and more than jitter leaves of a bucket's quickest arrival: this, or these
OFF_RUNNING = 3  # more buckets in a row are off because the rate is another
GUESS_S = 0.02  # between rows that come together before the rate is known, where none is declared: PulseSensor's
LEAST_S = 1e-6  # time never stands still

Point = tuple[float, float]


def under(points: list[Point]) -> list[Point]:
    """The lower convex hull of points (x, time) in rising order of x, from left to right."""
    hull: list[Point] = []
    for point in points:
        x, t = point
        while len(hull) > 1:
            x0, t0 = hull[-2]
            x1, t1 = hull[-1]
            if (x1 - x0) * (t - t0) > (t1 - t0) * (x - x0):
                break
            hull.pop()
        hull.append(point)
    return hull


class Floor:
    """The line under the arrivals of one stream.

    slope: seconds for each unit of x, NaN until it is known; 1 from the beginning where x is
    the device's own seconds · within: share by which it may become another.
    """

    def __init__(self, slope: float = nan, within: float = inf) -> None:
        self.slope = slope
        self._within = within
        self._first_slope = slope
        self._x: float = 0.0
        self._t: float = 0.0
        self._edge_ends_x = -inf  # of the hull's edge that the line lies along; it begins at _x
        self._fresh = True
        self._newest_x = -inf
        self._off = 0
        self._bucket: list[Point] = []
        self._bucket_ends_s = 0.0
        self._hulls: deque[list[Point]] = deque(maxlen=round(WINDOW_S / BUCKET_S))

    def at(self, x: float) -> float:
        """The time of `x` on the line; NaN until its slope is known."""
        return self._t + self.slope * (x - self._x)

    def add(self, x: float, arrival_s: float, period_s: float) -> None:
        """Take in that `x` came at `arrival_s`; `period_s` between rows is the measure of what is far off."""
        if x <= self._newest_x:
            return
        self._newest_x = x
        if self._fresh:
            self._fresh = False
            self._bucket_ends_s = arrival_s + BUCKET_S
            self._lower(x, arrival_s)
        elif arrival_s < self.at(x):
            self._lower(x, arrival_s)
        self._bucket.append((x, arrival_s))
        if arrival_s >= self._bucket_ends_s:
            self._close(arrival_s, period_s)

    def missed(self, x: float, arrival_s: float) -> None:
        """Rows are missing before `x`: a new line, with the slope and in step with the rows of the old one."""
        late_s = arrival_s - self.at(x)
        self._bucket.clear()
        self._hulls.clear()
        self._bucket_ends_s = arrival_s + BUCKET_S
        self._lower(x, arrival_s - (late_s % self.slope if late_s > 0 else 0.0))

    def _close(self, arrival_s: float, period_s: float) -> None:
        """End a bucket: see whether the line still holds, and lay it anew."""
        hull = under(self._bucket)
        off_s = min((t - self.at(x) for x, t in hull), default=0.0)
        if off_s > max(OFF_PERIODS * period_s, min(OFF_S, OFF_MOST_PERIODS * period_s)):
            self._hulls.clear()
            self._lower(*min(hull, key=lambda point: point[1] - self.at(point[0])))
            self._off += 1
            if self._off >= OFF_RUNNING:  # rows lost once are made up for; this is another rate
                self.slope = self._first_slope
        else:
            self._off = 0
        self._hulls.append(hull)
        self._bucket.clear()
        self._bucket_ends_s = arrival_s + BUCKET_S
        self._lay()

    def _lower(self, x: float, t: float) -> None:
        """Move the line to a point, until it is laid anew."""
        self._x, self._t = x, t
        self._edge_ends_x = -inf

    def _lay(self) -> None:
        """Lay the line along the hull's edge over the middle, once there is enough of it; mostly it lies there."""
        (first_x, first_t), (last_x, last_t) = self._hulls[0][0], self._hulls[-1][-1]
        middle = (first_x + last_x) / 2
        if last_t - first_t < LEARN_S or (first_x <= self._x and middle <= self._edge_ends_x):
            return
        hull = under([point for part in self._hulls for point in part])
        right = next(i for i, (x, _) in enumerate(hull) if x >= middle)
        (x0, t0), (x1, t1) = hull[right - 1], hull[right]
        if t1 <= t0:
            return
        slope = (t1 - t0) / (x1 - x0)
        if abs(slope / self._first_slope - 1) > self._within:
            first = self._first_slope
            self.slope = slope = first * (1 + self._within if slope > first else 1 - self._within)
            self._lower(*min(hull, key=lambda point: point[1] - slope * point[0]))
        else:
            self.slope, self._x, self._t, self._edge_ends_x = slope, x0, t0, x1


class Timing:
    """Times of the rows of one stream, rising, none after its arrival; a gap where rows are missing before one.

    declared_hz: rows a second that the device is said to send, NaN where nobody says; believed until they are learned.
    """

    def __init__(self, declared_hz: float = nan) -> None:
        self._floor = Floor()
        self._guess_s = 1 / declared_hz if declared_hz > 0 else GUESS_S
        self._rows = 0
        self._device_s = nan  # the device's own clock at its newest row
        self._step_s = nan  # between two rows, once it is known
        self._arrival_s = nan
        self._newest_s = -inf  # of all times given
        self._gap = False
        self._gaps_running = 0

    @property
    def period_s(self) -> float:
        """Seconds between two rows, NaN until they are known."""
        return self._step_s

    def restart(self) -> None:
        """The device was opened again: the next row stands after a gap, and all is learned anew."""
        self._floor = Floor()
        self._arrival_s = self._device_s = self._step_s = nan
        self._gap = True

    def counted(self, arrival_s: float, rows: int) -> tuple[list[float], list[bool]]:
        """Times and gaps of `rows` rows whose newest came at `arrival_s`, told from their number."""
        floor, period_s = self._floor, self._step_s
        late_s = arrival_s - self._arrival_s - rows * period_s
        gap = late_s > max((GAP_PERIODS - 1) * period_s, BURST_S)
        self._gaps_running = self._gaps_running + 1 if gap else 0
        self._arrival_s = arrival_s
        self._rows += rows
        if self._gaps_running > GAPS_RUNNING:
            floor = self._floor = Floor()
        elif gap:
            floor.missed(self._rows, arrival_s)
        floor.add(self._rows, arrival_s, period_s)
        self._step_s = period_s = floor.slope
        if isfinite(period_s):
            newest_s = min(max(floor.at(self._rows), arrival_s - HELD_S), arrival_s)
            times = _evenly(newest_s, period_s, rows)
        else:
            times = _spread(max(self._newest_s, arrival_s - self._guess_s * rows), arrival_s, rows)
        gaps = [gap or self._gap] + [False] * (rows - 1)
        self._gap = False
        return self._rising(times), gaps

    def dated(self, arrival_s: float, device_s: list[float]) -> tuple[list[float], list[bool]]:
        """Times and gaps of rows whose newest came at `arrival_s`, told from the device's own seconds."""
        gaps = []
        for now_s in device_s:
            step_s = now_s - self._device_s
            if 0 <= step_s < WINDOW_S:
                gaps.append(self._gap or step_s > GAP_PERIODS * self._step_s)
                if step_s > 0:
                    usual_s = self._step_s if isfinite(self._step_s) else step_s
                    self._step_s = usual_s + 0.1 * (min(step_s, GAP_PERIODS * usual_s) - usual_s)
            else:  # its clock began, or began anew
                gaps.append(self._gap or isfinite(self._device_s))
                self._floor = Floor(1.0)
            self._gap = False
            self._device_s = now_s
        floor = self._floor
        floor.add(self._device_s, arrival_s, self._step_s)
        newest_s = min(max(floor.at(self._device_s), arrival_s - HELD_S), arrival_s)
        return self._rising([newest_s - floor.slope * (self._device_s - now_s) for now_s in device_s]), gaps

    def _rising(self, times: list[float]) -> list[float]:
        """`times`, made to rise from the newest given before."""
        newest_s = max(times[-1], self._newest_s + LEAST_S * len(times))
        if times[0] <= self._newest_s or (len(times) > 1 and any(map(ge, times, times[1:]))):
            begin_s = max(self._newest_s, newest_s - self._guess_s * len(times))
            times = _spread(begin_s, newest_s, len(times))
        self._newest_s = newest_s
        return times


def _spread(begin_s: float, end_s: float, rows: int) -> list[float]:
    """`rows` times, evenly from after `begin_s` to `end_s`."""
    return _evenly(end_s, (end_s - begin_s) / rows, rows)


def _evenly(newest_s: float, step_s: float, rows: int) -> list[float]:
    """`rows` times, `step_s` apart up to `newest_s`; mostly it is one."""
    return [newest_s] if rows == 1 else [newest_s - step_s * back for back in range(rows - 1, -1, -1)]
