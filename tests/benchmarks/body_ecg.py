"""ECG beats beside libraries that see the whole record at once: on recordings, in noise, in time, and on no heart."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from installation.body.ecg import ECG, find_qrs
from installation.body.ecg_memory import ecgs
from installation.body.heart import PULSE
from installation.cli.bench import Row
from installation.frame import Floats
from tests.benchmarks.aims import judged
from tests.benchmarks.ecg_calibration import AS_IS, calibration, weighed
from tests.benchmarks.recordings import Record, records
from tests.body.ecg_fakes import f1, hear, hits

SNR_DB = (24, 18, 12, 6, 0, -3, -6)  # of MIT-BIH's noise stress test; under 0 for the quality alone
NOISY_S = 300.0  # of each record, at each level of noise
WINDOW_S = 8.0  # of heart rate (Charlton 2022)
NORMAL_S = 0.03  # nearer than this to a marked PVC, a beat is that PVC
QUIET_S = 120.0  # of what is no heart

Finder = Callable[[Floats, float], Floats]
row = partial(judged, "body")


def rows(recordings: Path) -> Iterator[Row]:
    """Figures of the ECG; about a minute."""
    people = [record for record in records(recordings, "ecg_mitbih") if record.has("ecg", "ref_beats")]
    peers = _peers()
    if people:
        yield from _found(people, peers)
        yield from _in_noise(people, {name: find for name, find in peers.items() if name == "neurokit2"})
    for record in records(recordings, "ecg_quality"):
        if record.has("ref_r_onset"):
            yield from _in_time(record)
    yield from _no_heart()
    yield from _cost()


def _found(people: list[Record], peers: Mapping[str, Finder]) -> Iterator[Row]:
    scores: dict[str, list[float]] = {name: [] for name in ("nexus", *peers)}
    pace: dict[str, list[float]] = {name: [] for name in ("nexus", *peers)}
    jitter_ms, announced_ms, right, believed = [], [], [], []
    for record in people:
        time_s, value = record.signal("ecg")
        reference_s = record.seconds("ref_beats", "ecg")
        heard, _ = hear(time_s, value)
        found = {"nexus": heard.beat_s, **{name: find(value, record.rate_hz("ecg")) for name, find in peers.items()}}
        for name, beats_s in found.items():
            scores[name].append(f1(beats_s, reference_s))
            pace[name].append(_rate_error(beats_s, reference_s, time_s[-1]))
        wide_s = record.seconds("ref_pvc", "ecg").ravel() if record.has("ref_pvc") else np.empty(0)
        normal_s = reference_s[np.abs(reference_s[:, None] - wide_s).min(axis=1, initial=np.inf) > NORMAL_S]
        jitter_ms.append(1000 * hits(heard.beat_s, normal_s, 0.05).std())
        announced_ms.append(1000 * np.median(heard.known_s - heard.beat_s))
        near = np.abs(heard.beat_s[:, None] - reference_s).min(axis=1) <= 0.15
        right.append(near[heard.quality >= 0.5].mean())
        believed.append((heard.quality >= 0.5).mean())
    worst = {name: min(values) for name, values in scores.items()}
    name = people[int(np.argmin(scores["nexus"]))].name
    mine = "nexus"
    yield row("ecg_f1_mean", float(np.mean(scores[mine])), "%", aim=">= 99.7", beside=_means(scores))
    yield row(f"ecg_f1_worst_{name}", worst[mine], "%", aim=">= 99", beside={k: worst[k] for k in peers})
    yield row("ecg_rate_8s_mae", float(np.mean(pace[mine])), "1/min", beside=_means(pace))
    yield row("ecg_r_jitter_normal_beats", float(np.median(jitter_ms)), "ms", aim="<= 3")
    yield row("ecg_r_jitter_normal_beats_worst", max(jitter_ms), "ms")
    yield row("ecg_announced_after_r_median", max(announced_ms), "ms", aim="<= 60")
    yield row("ecg_believed_beats", 100 * float(np.mean(believed)), "%")
    yield row("ecg_believed_beats_right", 100 * float(np.mean(right)), "%")


def _in_noise(people: list[Record], peers: Mapping[str, Finder]) -> Iterator[Row]:
    cases = {
        record.name: [weighed(*record.signal("ecg"), record.seconds("ref_beats", "ecg"), AS_IS)] for record in people
    }
    for snr_db in SNR_DB:
        scores: dict[str, list[float]] = {name: [] for name in ("nexus", *peers)}
        for seed, record in enumerate(people):
            fs = record.rate_hz("ecg")
            time_s, value = (of[: int(NOISY_S * fs)] for of in record.signal("ecg"))
            reference_s = record.seconds("ref_beats", "ecg")
            reference_s = reference_s[reference_s < time_s[-1]]
            power = _qrs_power(value, reference_s, fs) / 10 ** (snr_db / 10)
            noisy = value + np.sqrt(power) * wearers_noise(time_s.size, fs, seed)
            cases[record.name].append(weighed(time_s, noisy, reference_s))
            if snr_db < 0:
                continue
            found = {"nexus": hear(time_s, noisy)[0].beat_s, **{n: find(noisy, fs) for n, find in peers.items()}}
            for name, beats_s in found.items():
                scores[name].append(f1(beats_s, reference_s))
        if snr_db >= 0:
            beside = _means(scores)
            aim = f">= {beside['neurokit2']:.6g}" if "neurokit2" in beside else ""
            yield row(f"ecg_f1_noise_{snr_db}_db", float(np.mean(scores["nexus"])), "%", aim=aim, beside=beside)
    yield from calibration(people, cases)


def _in_time(record: Record) -> Iterator[Row]:
    """R waves of a clean ECG against the crests of the same at its full rate."""
    time_s, value = record.signal("ecg")
    true_s = []
    for onset_s in record.seconds("ref_r_onset", "ecg"):
        near = (time_s > onset_s - 0.02) & (time_s < onset_s + 0.1)
        true_s.append(time_s[near][np.argmax(value[near])])
    for fs in (1000, 250, 125, 50):
        slow_s = np.arange(0.0, time_s[-1], 1.0 / fs)
        errors_s = hits(hear(slow_s, np.interp(slow_s, time_s, value))[0].beat_s, np.array(true_s))
        yield row(f"ecg_r_jitter_clean_{fs}_hz", 1000 * errors_s.std(), "ms", aim="<= 3")


def _no_heart() -> Iterator[Row]:
    """Beats that are believed where there is no heart: the most of any sample rate from 20 to 1000 Hz."""
    counts: dict[str, list[float]] = {}
    for fs in (20, 50, 100, 125, 250, 500, 1000):
        rng = np.random.default_rng(fs)
        time_s = np.arange(0.0, QUIET_S, 1.0 / fs)
        mains, noise = np.sin(2 * np.pi * 50.02 * time_s), rng.normal(size=time_s.size)
        drift = np.sin(2 * np.pi * 0.1 * time_s)
        inputs = {
            "constant": np.full(time_s.size, 512.0),
            "white_noise": noise,
            "mains": np.round(300 * mains),
            "off_body": np.round(2048 + 400 * drift + 50 * mains + 5 * noise),
            "saturated": np.clip(np.round(2048 + 40000 * mains), 0, 4095),
        }
        for name, value in inputs.items():
            counts.setdefault(name, []).append((hear(time_s, value)[0].quality >= 0.5).sum())
    for name, values in counts.items():
        yield row(f"ecg_believed_beats_of_{name}", max(values), "beats in 2 min", aim="<= 0")


def _cost() -> Iterator[Row]:
    rng = np.random.default_rng(1)
    size, columns = 250_000, 1000
    column = np.tile(np.arange(columns, dtype=np.int32), size // columns)
    time_s = np.repeat(np.arange(size // columns) / 250.0, columns)
    value, channel, pulses = rng.normal(size=size), np.full(size, ECG, np.int32), np.zeros(size, PULSE)
    memory = ecgs(columns)
    began_s = time.perf_counter()
    find_qrs(memory, time_s, column, channel, value, pulses)
    yield row("ecg_cost", 1e9 * (time.perf_counter() - began_s) / size, "ns a sample", aim="<= 400")


def wearers_noise(size: int, fs: float, seed: int) -> Floats:
    """Noise of people who wear electrodes, of power 1: electrode motion most, then wander, then muscle.

    Motion: steps twice a second that relax in 0.3 s, and a rumble of 1-6 Hz; wander: under 0.3 Hz; muscle:
    20-100 Hz, in bursts.
    """
    from scipy.signal import lfilter

    rng = np.random.default_rng(seed)

    def low(value: Floats, hertz: float) -> Floats:
        keep = np.exp(-2 * np.pi * hertz / fs)
        return np.asarray(lfilter([1 - keep], [1, -keep], value))

    def unit(value: Floats) -> Floats:
        return np.asarray(value / value.std())

    steps, count = np.zeros(size), rng.poisson(2.0 * size / fs)
    steps[rng.integers(0, size, count)] = rng.standard_t(3, count)
    rumble = low(low(rng.normal(size=size), 6.0), 6.0)
    motion = unit(low(low(low(steps, 0.5), 8.0), 8.0)) + 0.7 * unit(rumble - low(rumble, 1.0))
    white = rng.normal(size=size)
    muscle = (low(white, 100.0) - low(white, 20.0)) * np.abs(low(low(rng.normal(size=size), 0.3), 0.3))
    wander = low(low(rng.normal(size=size), 0.3), 0.3)
    return unit(unit(motion) + 0.35 * unit(muscle) + 0.6 * unit(wander))


def _qrs_power(value: Floats, beats_s: Floats, fs: float) -> float:
    """Power of QRS: an eighth of the squared height from lowest to highest, as in MIT-BIH's noise stress test."""
    heights = [np.ptp(value[max(0, int((beat - 0.05) * fs)) : int((beat + 0.05) * fs)]) for beat in beats_s[2:300]]
    cut = len(heights) // 20
    return float(np.mean(np.sort(heights)[cut : len(heights) - cut]) ** 2 / 8)


def _rate_error(beats_s: Floats, reference_s: Floats, end_s: float) -> float:
    """Mean absolute error of heart rate over windows of 8 s that have two beats at least, in 1/min."""
    errors = []
    for start_s in np.arange(0.0, end_s - WINDOW_S, WINDOW_S):
        rates = []
        for times_s in (beats_s, reference_s):
            inside = times_s[(times_s >= start_s) & (times_s < start_s + WINDOW_S)]
            rates.append(60.0 / np.diff(inside).mean() if inside.size > 1 else np.nan)
        errors.append(abs(rates[0] - rates[1]))
    return float(np.nanmean(errors))


def _means(scores: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: float(np.mean(values)) for name, values in scores.items() if name != "nexus"}


def _peers() -> dict[str, Finder]:
    """Libraries that are installed, each a function of a whole record and its rate: R waves in s."""
    found: dict[str, Finder] = {}
    with contextlib.suppress(ImportError):
        import neurokit2

        def neurokit(value: Floats, fs: float) -> Floats:
            _, info = neurokit2.ecg_peaks(neurokit2.ecg_clean(value, int(fs)), int(fs))
            return np.asarray(info["ECG_R_Peaks"]) / fs

        found["neurokit2"] = _quietly(neurokit)
    with contextlib.suppress(ImportError):
        from wfdb.processing import xqrs_detect

        found["xqrs"] = _quietly(lambda value, fs: np.asarray(xqrs_detect(value, fs, verbose=False)) / fs)
    with contextlib.suppress(ImportError):
        from biosppy.signals.ecg import ecg as biosppy_ecg

        found["biosppy"] = _quietly(lambda value, fs: np.asarray(biosppy_ecg(value, fs, show=False)["rpeaks"]) / fs)
    return found


def _quietly(find: Finder) -> Finder:
    def quiet(value: Floats, fs: float) -> Floats:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return find(value, fs)

    return quiet
