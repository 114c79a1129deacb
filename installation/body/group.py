"""Who is in synchrony, in the room and at each table: heart, skin and breath, each against its chance level.

Once a second the newest windows are compared (`group_series`, `group_sums`), and so are surrogates: the
same people, each at another moment of their last minute and a half.  `sync` is the mean over pairs, from just under 0
for strangers to 1; `confidence` is how sure it is that chance alone would give less; `z` says the same in
deviations; `act_z` says it of everything since the act began.  Only confidence and z say anything: two who breathe
at nearly one pace have a high `sync` for a while without knowing of one another.  Of two or three strangers `act_z`
has a deviation of up to 1.5, since a minute of lags holds few that differ: there, believe it from 3 on.

What may be expected: in audiences of concerts heart rate, skin conductance and breath RATE rise and fall
together more than by chance; breath PHASE does not (Tschacher et al., Sci Rep 2023 and 2024, doi
10.1038/s41598-023-41960-2 and s41598-024-67455-2).
Correlations beat chance, phase coherence did not, and heart rate was the most robust (Czepiel et al., Sci Rep
11:22457, 2021; bioRxiv 2024.04.10.588486).  People who sing together do lock in breath phase (Müller and
Lindenberger, PLoS ONE 6:e24893, 2011): it is what guests can steer.  Synchrony here means sharing a course of
time; its cause may as well be one music, one speaker or one climb of stairs.  No study says that it is sympathy.

The work of a second is spread over its ticks and told at its end, then eased in over the next: 1-2 s late, after
windows of 16-30 s.  Same tick grid, same values: same bits.
"""

from __future__ import annotations

import numpy as np

from installation.body.group_chance import POOL, judge, together
from installation.body.group_pairs import LEVELS, find_partners
from installation.body.group_series import BREATH, ENDS, GRID_S, MEASURES, RING, ROUND, series, write
from installation.body.group_sums import PAIR_MEASURES, PAIR_SURROGATES, SEATS, SURROGATES, WIDTH, work
from installation.frame import Floats, Ints, Synchrony

HASTE = 0.8  # of a round, by when its work is done: what is left is for the verdicts
PART = 16  # wearers in one item of work: some 50 µs
BRIDGED = 2  # grid samples that one tick may bring without any being called unknown: a second
KINDS = len(MEASURES)
SYNC, Z, CONFIDENCE, ACT_Z = range(4)


def _ease(old: Floats, new: Floats, along: float) -> Floats:
    """Straight from old to new; what was not known is new at once."""
    return np.asarray(np.where(np.isnan(old), new, old + along * (new - old)))


class Group:
    """Synchrony of `wearers` people at up to `tables` tables, fed once a tick."""

    def __init__(self, wearers: int, tables: int) -> None:
        groups, slots = 1 + tables, 1 + SURROGATES
        self._tables = tables
        self._series = series(wearers)
        self._age = self._series.age.copy()
        self._lags = np.random.default_rng(2010).random((wearers, slots), np.float32)
        self._order, self._group = np.arange(wearers, dtype=np.int32), np.zeros(wearers, np.int32)
        self._alone = wearers <= SEATS
        self._sums, self._tally = np.zeros((2, slots, WIDTH), np.float32), np.zeros((2, slots, 3))
        self._turned, self._place = np.zeros(slots), np.full(2, -1, np.int32)
        self._seats = np.zeros((SEATS, WIDTH + 2), np.float32)  # vector, weight, whose it is
        self._statistic = np.full((KINDS, groups, slots), np.nan, np.float32)
        self._mate = np.full((PAIR_MEASURES, wearers, SEATS), -1, np.int32)
        self._lock = np.zeros((PAIR_MEASURES, wearers, SEATS, 2), np.float32)
        self._null = np.zeros((PAIR_MEASURES, wearers, SEATS, PAIR_SURROGATES), np.float32)
        self._pool, self._pooled = np.zeros((KINDS, groups, POOL), np.float32), np.zeros((KINDS, groups), np.int32)
        self._act_rounds = np.zeros((KINDS, groups), np.int32)
        self._act_sum = np.zeros((KINDS, groups, slots))
        self._old, self._new, self._next = (np.full((KINDS, 4, groups), np.nan) for _ in range(3))
        self._best = np.zeros((wearers, 4))
        self._partner, self._next_partner = (np.full(wearers, -1, np.int32) for _ in range(2))
        self._old_strength, self._strength, self._next_strength = (np.zeros(wearers) for _ in range(3))
        self._instant = np.zeros((groups, 4))
        self._items = KINDS * -(-wearers // PART)
        self._round, self._end, self._begun_s = 0, -1, np.nan  # number, newest grid sample, when it began
        self._done, self._judged, self._paired = self._items, KINDS, wearers  # of this round; all: nothing to do
        self._step: int | None = None
        self._done = self._judged = self._paired = 0
        self._work(np.inf)  # a round of nobody, so that nothing is compiled or loaded in the middle of a show

    def begin_act(self) -> None:
        """Forget the act so far: `act_z` counts from here on."""
        self._act_rounds[:] = 0
        self._act_sum[:] = 0.0

    def feel(
        self,
        time_s: float,
        heart_rate: Floats,
        skin: Floats,
        breath_phase: Floats,
        breath_rate: Floats,
        quality: Floats,
        table: Ints,
    ) -> Synchrony:
        """Take one tick; synchrony at its time.

        heart_rate (N,) 1/min · skin (N,) µS, phasic, or µS/s, slope of the tonic level · breath_phase (N,) 0..1 ·
        breath_rate (N,) 1/min, each NaN where not known · quality (N, 3 or more) of heart, skin, breath, 0..1,
        by which each counts: 0 for what is simulated · table (N,), -1 for none.
        """
        step = int(time_s // GRID_S)
        if self._step is None or step > self._step:
            self._write(step, heart_rate, skin, breath_phase, breath_rate, quality)
            if self._end < 0 or step // ROUND > self._end // ROUND:
                self._work(np.inf)
                self._begin(step, table)
            self._step = step
        along = min(1.0, max(0.0, (time_s - self._begun_s) / (ROUND * GRID_S)))
        self._work(along)
        eased = _ease(self._old, self._new, along)
        strength = _ease(self._old_strength, self._strength, along)
        now, sure = np.empty(1 + self._tables), np.empty(1 + self._tables)
        together(breath_phase, quality[:, BREATH], table, self._instant, now, sure)
        sync, z, confidence, act_z = (eased[:, kind] for kind in (SYNC, Z, CONFIDENCE, ACT_Z))
        return Synchrony(sync, z, confidence, act_z, now, sure, self._partner, strength, self._group)

    def _write(
        self,
        step: int,
        heart_rate: Floats,
        skin: Floats,
        breath_phase: Floats,
        breath_rate: Floats,
        quality: Floats,
    ) -> None:
        """Write the grid samples up to `step`; those that a late tick left out are not known."""
        last = step - 1 if self._step is None else self._step
        s = self._series
        rings = s.value, s.sure, s.weight, s.age, s.quiet
        for missed in range(max(last + 1, step - RING), step + 1):
            known = missed == step or step - last <= BRIDGED
            write(*rings, missed, heart_rate, skin, breath_phase, breath_rate, quality, known)

    def _begin(self, step: int, table: Ints) -> None:
        """Show what the round before has found, and begin the next one at grid sample `step`."""
        self._old, self._new, self._next = self._new, self._next, self._old
        strengths = self._strength, self._next_strength, self._old_strength
        self._old_strength, self._strength, self._next_strength = strengths
        self._partner = self._next_partner.copy()
        self._next_strength[:] = self._strength
        group = np.where((table >= 0) & (table < self._tables), table + 1, 0).astype(np.int32)
        if not np.array_equal(group, self._group):
            self._group, self._order = group, np.argsort(group, kind="stable").astype(np.int32)
            self._alone = int(np.count_nonzero(group == 0)) <= SEATS
            self._statistic[:] = np.nan  # of a table that everyone has left, nothing is known
        self._age[:] = self._series.age
        self._round += 1
        end = step // ROUND * ROUND
        for missed in range(max(self._end + ROUND, end - RING), end, ROUND):
            self._series.weight[:, :, missed // ROUND % ENDS] = 0.0
        self._end, self._begun_s = end, end * GRID_S
        self._done = self._judged = self._paired = 0

    def _work(self, along: float) -> None:
        """Do what is due when so much of the round has passed; all that is left where that is infinite."""
        due = min(self._items, int(np.ceil(min(1.0, along / HASTE) * self._items)))
        s = self._series
        if due > self._done:
            work(
                s.value,
                s.sure,
                s.mean,
                s.scale,
                s.weight,
                self._age,
                self._order,
                self._group,
                self._alone,
                self._lags,
                self._end,
                PART,
                self._done,
                due,
                self._sums,
                self._tally,
                self._turned,
                self._seats,
                self._place,
                self._statistic,
                self._mate,
                self._lock,
                self._null,
            )
            self._done = due
        elif self._done == self._items:
            self._judge()
        while np.isinf(along) and self._paired < self._order.size:
            self._judge()

    def _judge(self) -> None:
        """Give one verdict of the round: on a measure, or at last on who is with whom."""
        m = self._judged
        if m < KINDS:
            statistic, pool, pooled = self._statistic[m], self._pool[m], self._pooled[m]
            judge(statistic, self._round, pool, pooled, self._act_rounds[m], self._act_sum[m], self._next[m])
            self._judged += 1
        elif self._paired < self._order.size:
            self._paired = find_partners(
                self._paired,
                self._order,
                self._group,
                self._mate,
                self._lock,
                self._null,
                LEVELS,
                self._best,
                self._next_partner,
                self._next_strength,
            )
