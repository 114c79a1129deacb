"""Skin against events, agreed responses and responses made by hand, beside NeuroKit2 on the same data in the same run.

NeuroKit2 works offline: it sees the whole recording, and filters it both ways.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from installation.body.arousal import skin_now
from installation.body.skin import EDA, feel_skin, skins
from installation.cli.bench import Row
from tests.benchmarks.aims import judged
from tests.benchmarks.recordings import Floats, records
from tests.body.skin_fakes import Felt, feel, matched, responses

row = partial(judged, "body")

BITALINO_US = 25.0 / 4096  # of a 12-bit count: 0..25 µS (the maker's manual)
PEAK_S = (-4.0, 1.5)  # a response is announced before its peak; agreed peaks stand within 1.5 s
EVENT_S = (0.5, 5.0)  # onset after a stimulus (Boucsein 2012: 1-4 s, and the smoothing's blur)
ONSET_S = (-0.75, 1.0)  # onset beside the true one
COLUMNS = 2000


@dataclass
class Peer:
    """What NeuroKit2 finds: onsets, peaks, heights, and the parts of the conductance."""

    onset_s: Floats
    peak_s: Floats
    height_us: Floats
    tonic_us: Floats
    phasic_us: Floats


def neurokit(value: Floats, fs: float) -> Peer | None:
    """NeuroKit2's own pipeline; None where it is not installed or raises."""
    try:
        import neurokit2 as nk
    except ImportError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            signals, info = nk.eda_process(value, sampling_rate=int(fs))
        except Exception:  # it has many ways to refuse a recording
            return None
    found = np.isfinite(np.asarray(info["SCR_Onsets"], np.float64))
    return Peer(
        np.asarray(info["SCR_Onsets"], np.float64)[found] / fs,
        np.asarray(info["SCR_Peaks"], np.float64)[found] / fs,
        np.asarray(info["SCR_Amplitude"], np.float64)[found],
        np.asarray(signals["EDA_Tonic"], np.float64),
        np.asarray(signals["EDA_Phasic"], np.float64),
    )


def rows(recordings: Path) -> Iterator[Row]:
    """Every figure of the skin; about half a minute."""
    yield from _events(recordings)
    yield from _agreed(recordings)
    yield from _nothing(recordings)
    yield from _made()
    yield from _cost()


def _beside(peer: Peer | None, figure: Any) -> Mapping[str, float]:
    return {} if peer is None else {"neurokit2": float(figure(peer))}


def _share(found_s: Floats, true_s: Floats, within_s: tuple[float, float]) -> tuple[float, float]:
    """Recall and precision."""
    hits, _ = matched(found_s, true_s, within_s)
    return hits / max(1, true_s.size), hits / max(1, found_s.size)


def _events(recordings: Path) -> Iterator[Row]:
    for record in records(recordings, "multimodal"):
        if not record.has("eda", "event_on"):
            continue
        time_s, value = record.signal("eda")
        event_s = record.seconds("event_on", "eda")
        felt, peer = feel(time_s, value), neurokit(value, record.rate_hz("eda"))
        yield row(
            f"skin_events_answered {record.name}",
            _share(felt.onsets_s(), event_s, EVENT_S)[0],
            "share",
            beside=_beside(peer, lambda p, e=event_s: _share(p.onset_s, e, EVENT_S)[0]),
        )


def _agreed(recordings: Path) -> Iterator[Row]:
    """Responses that at least two of three published detectors agree on; NeuroKit2 is one of the three."""
    for name, scale in (("multimodal", 1.0), ("bitalino_biosppy", BITALINO_US)):
        for record in records(recordings, name):
            if not record.has("eda", "scr_consensus_t"):
                continue
            time_s, value = record.signal("eda")
            peak_s, fs = record.seconds("scr_consensus_t", "eda"), record.rate_hz("eda")
            felt, peer = feel(time_s, scale * value), neurokit(scale * value, fs)
            ours = _share(felt.said_s(), peak_s, PEAK_S)
            theirs = None if peer is None else _share(peer.peak_s, peak_s, (-1.5, 1.5))
            for k, figure in enumerate(("recall", "precision")):
                beside = {} if theirs is None else {"neurokit2": theirs[k]}
                aim = ">= 0.9" if figure == "recall" else ">= 0.7"
                yield row(f"skin_{figure}_agreed {record.name}", ours[k], "share", aim=aim, beside=beside)
            before_s = [peak_s[np.argmin(np.abs(peak_s - s))] - s for s in felt.said_s()]
            yield row(f"skin_announced_before_peak {record.name}", float(np.median(before_s)), "s")
            yield row(
                f"skin_believed {record.name}",
                float(np.mean(felt["quality"][felt.now_s > 6.0] > 0.5)),
                "share",
                aim=">= 0.9",
            )
    path = recordings / "raw_device_files" / "opensignals_eda_hot_surface.txt"
    if path.is_file():
        value = np.loadtxt(path, comments="#")[:, -1] * 25.0 / 1024
        felt, peer = feel(np.arange(value.size) / 1000.0, value), neurokit(value, 1000.0)
        touch_s = np.array([6.5])  # where the conductance leaves the ground
        yield row(
            "skin_touch_found opensignals_eda_hot_surface",
            _share(felt.onsets_s(), touch_s, (-1.0, 1.0))[0],
            "share",
            aim=">= 1",
            beside=_beside(peer, lambda p: _share(p.onset_s, touch_s, (-1.0, 1.0))[0]),
        )


def _per_min(felt: Felt) -> float:
    """Responses a minute that are announced while the skin is believed."""
    believed = felt["quality"][np.searchsorted(felt.now_s, felt.said_s())] > 0.3
    return float(believed.sum() / (felt.now_s[-1] - felt.now_s[0]) * 60.0)


def _nothing(recordings: Path) -> Iterator[Row]:
    """Where there is no skin there are no responses."""
    for record in records(recordings, "wearable"):
        if record.has("eda"):
            time_s, value = record.signal("eda")
            felt, peer = feel(time_s, value, tick_s=0.25), neurokit(value, record.rate_hz("eda"))
            minutes = time_s[-1] / 60.0
            yield row(
                f"skin_responses_without_contact {record.name}",
                _per_min(felt),
                "1/min",
                aim="<= 0",
                beside=_beside(peer, lambda p, m=minutes: p.onset_s.size / m),
            )
    rng = np.random.default_rng(11)
    time_s = np.arange(0.0, 240.0, 0.1)
    signals = {
        "constant": np.full(time_s.size, 5.0),
        "last_bit": 5.0 + 0.024 * rng.integers(0, 2, time_s.size),
        "noise": 5.0 + rng.normal(0.0, 0.05, time_s.size),
        "slow_drift": 5.0 + 2.0 * np.sin(2 * np.pi * time_s / 120.0) + rng.normal(0.0, 0.003, time_s.size),
    }
    for name, value in signals.items():
        peer = neurokit(value, 10.0)
        yield row(
            f"skin_responses_in_{name}",
            _per_min(feel(time_s, value)),
            "1/min",
            aim="<= 0",
            beside=_beside(peer, lambda p: p.onset_s.size / 4.0),
        )


def _one(fs: float, noise_us: float, seed: int, recovery_s: float) -> tuple[dict[str, float], dict[str, float] | None]:
    """Figures of one recording made by hand, and NeuroKit2's of the same."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(0.0, 240.0, 1.0 / fs)
    onset_s = 6.0 + np.cumsum(rng.uniform(4.0, 14.0, 40))
    onset_s = onset_s[onset_s < 230.0]
    height_us = np.exp(rng.uniform(np.log(0.1), np.log(1.3), onset_s.size))
    tonic = 5.0 + rng.uniform(-0.01, 0.01) * time_s + 0.3 * np.sin(2 * np.pi * time_s / 90.0 + rng.uniform(0, 6))
    phasic = responses(time_s, onset_s, height_us, recovery_s)
    value = tonic + phasic + rng.normal(0.0, noise_us, time_s.size)
    felt = feel(time_s, value)
    late = felt.now_s > 8.0
    ours = _scores(felt.onsets_s(), felt.heights_us(), onset_s, height_us)
    _, waits = matched(felt.said_s(), onset_s, (0.0, 3.0))
    ours["latency"] = float(np.median(waits))
    ours["latency_p95"] = float(np.percentile(waits, 95))
    ours["tonic"] = float(np.abs(felt["tonic_us"] - np.interp(felt.now_s - 0.3, time_s, tonic))[late].mean())
    ours["phasic"] = float(np.abs(felt["phasic_us"] - np.interp(felt.now_s - 0.3, time_s, phasic))[late].mean())
    peer = neurokit(value, fs)
    if peer is None:
        return ours, None
    theirs = _scores(peer.onset_s, peer.height_us, onset_s, height_us)
    theirs["tonic"] = float(np.abs(peer.tonic_us - tonic)[time_s > 8.0].mean())
    theirs["phasic"] = float(np.abs(peer.phasic_us - phasic)[time_s > 8.0].mean())
    return ours, theirs


def _scores(found_s: Floats, height_us: Floats, true_s: Floats, true_us: Floats) -> dict[str, float]:
    recall, precision = _share(found_s, true_s, ONSET_S)
    near = [int(np.argmin(np.abs(true_s - at_s))) for at_s in found_s]
    errors = [
        abs(height - true_us[k]) / true_us[k]
        for at_s, height, k in zip(found_s, height_us, near, strict=True)
        if ONSET_S[0] <= at_s - true_s[k] <= ONSET_S[1]
    ]
    return {"recall": recall, "precision": precision, "height": float(np.median(errors)) if errors else np.nan}


MADE = {
    "recall": ("share", ">= 0.95"),
    "precision": ("share", ">= 0.95"),
    "height": ("share of the height", "<= 0.15"),
    "latency": ("s", "<= 1.2"),
    "latency_p95": ("s", "<= 2"),
    "tonic": ("µS", "<= 0.2"),
    "phasic": ("µS", "<= 0.2"),
}
"""Unit and aim of each figure of responses made by hand."""


def _made() -> Iterator[Row]:
    """Bateman responses of known onset and height, on a level that drifts, in noise, as several devices send them."""
    ours: dict[str, dict[str, float]] = {}
    theirs: dict[str, dict[str, float]] = {}
    for fs, noise_us in ((4.0, 0.004), (15.0, 0.005), (100.0, 0.01), (1000.0, 0.05)):
        for recovery_s in (2.0, 4.0):
            name = f"{fs:g}_hz_recovery_{recovery_s:g}_s"
            ours[name], peer = _one(fs, noise_us, int(fs + recovery_s), recovery_s)
            if peer is not None:
                theirs[name] = peer
    for figure, (unit, aim) in MADE.items():
        high = figure in ("recall", "precision")
        worst = (min if high else max)(ours, key=lambda name: ours[name][figure])
        known = bool(theirs) and figure in next(iter(theirs.values()))
        mean = {"neurokit2": float(np.nanmean([one[figure] for one in theirs.values()]))} if known else {}
        yield row(
            f"skin_made_{figure}_mean",
            float(np.mean([one[figure] for one in ours.values()])),
            unit,
            aim=aim,
            beside=mean,
        )
        beside = {"neurokit2": theirs[worst][figure]} if known and worst in theirs else {}
        yield row(f"skin_made_{figure}_worst {worst}", ours[worst][figure], unit, beside=beside)


def _cost() -> Iterator[Row]:
    """Thousands of skins at ten samples a second, sixty ticks a second."""
    rng = np.random.default_rng(0)
    memory, phase = skins(COLUMNS), rng.random(COLUMNS)
    out = [np.empty(COLUMNS, np.bool_ if k == 2 else np.float64) for k in range(8)]
    felt_s = told_s = 0.0
    samples = 0
    for tick in range(600):
        now_s = tick / 60.0
        who = np.flatnonzero(np.floor(now_s * 10 + phase) != np.floor((now_s - 1 / 60) * 10 + phase)).astype(np.int32)
        time_s = 5.0 + (np.floor(now_s * 10 + phase[who]) - phase[who]) / 10
        value = 3.0 + 0.5 * np.sin(time_s / 2) + rng.normal(0.0, 0.003, who.size)
        channel = np.full(who.size, EDA, np.int32)
        begin_s = time.thread_time()
        feel_skin(memory, time_s, who, channel, value)
        middle_s = time.thread_time()
        skin_now(memory, 5.0 + now_s, *out)
        if tick >= 60:
            felt_s, told_s = felt_s + middle_s - begin_s, told_s + time.thread_time() - middle_s
            samples += who.size
    yield row(f"skin_cost_{COLUMNS}_columns", 1e9 * felt_s / samples, "ns per sample", aim="<= 400")
    yield row(f"skin_cost_tick_{COLUMNS}_columns", 1e9 * told_s / 540 / COLUMNS, "ns per column and tick", aim="<= 50")
