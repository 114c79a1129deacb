"""Peers of the heart: whole records at once, looking ahead, each library as its manual shows it; {}: none is there."""

from __future__ import annotations

import warnings

import numpy as np

from tests.benchmarks.recordings import Floats


def pulse_beats(fs: int, ppg: Floats) -> dict[str, Floats]:
    """Beat times in s of one PPG by every peer that is installed."""
    found: dict[str, Floats] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, of in (("neurokit2", _neurokit2), ("heartpy", _heartpy), ("biosppy", _biosppy)):
            try:
                found[name] = np.asarray(of(fs, ppg), np.float64)
            except ImportError:
                continue
            except Exception:  # a peer that gives up on a record has found no beat in it
                found[name] = np.zeros(0)
    return found


def _neurokit2(fs: int, ppg: Floats) -> Floats:
    import neurokit2

    clean = neurokit2.ppg_clean(ppg, sampling_rate=fs)
    return np.asarray(neurokit2.ppg_findpeaks(clean, sampling_rate=fs)["PPG_Peaks"]) / fs


def _heartpy(fs: int, ppg: Floats) -> Floats:
    import heartpy

    band = heartpy.filter_signal(ppg, [0.7, 3.5], sample_rate=fs, order=3, filtertype="bandpass")
    seen, _ = heartpy.process(band, fs)
    return np.asarray(seen["peaklist"])[np.asarray(seen["binary_peaklist"]) == 1] / fs


def _biosppy(fs: int, ppg: Floats) -> Floats:
    from biosppy.signals import ppg as biosppy_ppg

    return np.asarray(biosppy_ppg.ppg(ppg, fs, show=False)["peaks"]) / fs


def corrected(beat_s: Floats) -> dict[str, Floats]:
    """Beats after the artefact correction of NeuroKit2 (Lipponen and Tarvainen 2019), looking ahead."""
    try:
        import neurokit2
    except ImportError:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, peaks = neurokit2.signal_fixpeaks(np.round(1000 * beat_s).astype(int), sampling_rate=1000, method="kubios")
    return {"neurokit2": np.asarray(peaks) / 1000}
