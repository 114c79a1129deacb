"""Variability of a minute from annotated beats, ectopic ones among them, against what the annotations say is normal.

Normal is what the sinus node sets off (Task Force of ESC and NASPE, Circulation 93:1043, 1996).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from installation.body.heart import BEAT, PULSE
from installation.body.rhythm import SPAN_S, follow_beats, rhythms
from installation.cli.bench import Row
from installation.frame import Flags, Floats
from tests.benchmarks.aims import judged
from tests.benchmarks.heart_peers import corrected
from tests.benchmarks.recordings import Record, records

EVERY_S = 15.0
LONGEST = 8000  # beats of a record
FEWEST = 20  # pairs of normal intervals until the reference itself means something
SURE = 0.5
ATRIAL = {
    "mitbih_100": (
        *(2044, 66792, 74986, 99579, 128085, 170719, 279576, 305709, 307745, 312825, 317785, 319223, 346804, 351481),
        *(377081, 397335, 421994, 422818, 433841, 436149, 442623, 444705, 454651, 458168, 496712, 520982, 562812),
        *(566259, 567379, 574429, 579448, 593068, 629171),
    )
}
"""Samples of the beats that MIT-BIH's annotators call atrial premature (A); our files of it keep the ventricular ones
only.  Of its records here no other has any."""

row = partial(judged, "body")


def rows(recordings: Path) -> Iterator[Row]:
    """RMSSD of the day-long ECGs and of MIT-BIH: each record, then each set."""
    for name in ("rr_longterm", "ecg_mitbih"):
        yield from _set(name, records(recordings, name))


def _annotated(record: Record) -> tuple[Floats, Flags]:
    """Beats of a record in s, and which of them are normal."""
    if record.has("beats", "symbol"):
        return record.seconds("beats", "beats")[:LONGEST], np.asarray(record.arrays["symbol"][:LONGEST] == ord("N"))
    early = np.concatenate([record.arrays["ref_pvc"], ATRIAL.get(record.name, ())])
    return record.seconds("ref_beats", "ecg"), ~np.isin(record.arrays["ref_beats"], early)


def felt(beat_s: Floats) -> tuple[Floats, Floats]:
    """RMSSD in ms and how sure it is, after each beat."""
    memory, pulses = rhythms(1), np.zeros(beat_s.size, PULSE)
    pulses["verdict"], pulses["beat_s"] = BEAT, beat_s
    column, good = np.zeros(1, np.int32), np.ones(1)
    newest_s, trusted = np.empty(1), np.empty(1, "?")
    rmssd_ms, sure = np.empty(beat_s.size), np.empty(beat_s.size)
    for k in range(beat_s.size):
        follow_beats(memory, column, pulses[k : k + 1], good, beat_s[k], newest_s, trusted)
        rmssd_ms[k], sure[k] = memory["rmssd_ms"][0], memory["rmssd_sure"][0]
    return rmssd_ms, sure


def _of_normal(beat_s: Floats, normal: Flags, end_s: Floats) -> Floats:
    """RMSSD in ms of the minute before each end, of intervals from normal beat to normal beat; NaN: too few."""
    found = np.full(end_s.size, np.nan)
    interval_s = np.diff(beat_s)
    sound = normal[1:] & normal[:-1] & (interval_s < 2.0)
    change, pair, at_s = np.diff(interval_s), sound[1:] & sound[:-1], beat_s[2:]
    for k, end in enumerate(end_s):
        here = slice(np.searchsorted(at_s, end - SPAN_S), np.searchsorted(at_s, end, "right"))
        if pair[here].sum() >= FEWEST:
            found[k] = 1000 * np.sqrt(np.mean(change[here][pair[here]] ** 2))
    return found


def _set(name: str, group: list[Record]) -> Iterator[Row]:
    errors, beside, shares = [], [], []
    for record in group:
        if not (record.has("beats", "symbol") or record.has("ref_beats", "ref_pvc")):
            continue
        beat_s, normal = _annotated(record)
        end_s = np.arange(beat_s[0] + SPAN_S, beat_s[-1], EVERY_S)
        true = _of_normal(beat_s, normal, end_s)
        rmssd_ms, sure = felt(beat_s)
        at = np.searchsorted(beat_s, end_s, "right") - 1
        known = np.isfinite(true)
        good = known & np.isfinite(rmssd_ms[at]) & (sure[at] >= SURE)
        errors.append(np.abs(rmssd_ms[at] - true)[good])
        shares.append(good.sum() / max(1, known.sum()))
        peers = {}
        for peer, mended_s in corrected(beat_s).items():
            of_peer = _of_normal(mended_s, np.ones(mended_s.size, np.bool_), end_s)
            peers[peer] = np.abs(of_peer - true)[good & np.isfinite(of_peer)]
        beside.append(peers)
        seen = {peer: round(float(np.median(error)), 2) for peer, error in peers.items()}
        yield row(f"{record.name}_rmssd_error_median", np.median(errors[-1]), "ms", aim="<= 5", beside=seen)
        yield row(f"{record.name}_rmssd_sure_share", 100 * shares[-1], "% of windows")
    if errors:
        seen = {peer: round(float(np.median(np.concatenate([of[peer] for of in beside]))), 2) for peer in beside[0]}
        yield row(f"{name}_rmssd_error_median", np.median(np.concatenate(errors)), "ms", aim="<= 5", beside=seen)
        yield row(f"{name}_rmssd_error_p90", np.percentile(np.concatenate(errors), 90), "ms")
        yield row(f"{name}_rmssd_sure_share", 100 * np.mean(shares), "% of windows")
