"""The one table of signal names: what shows, OSC, docs and the checker call the fields of `Body`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.frame import ORGANS, Body


@dataclass(frozen=True, slots=True)
class Signal:
    """A per-wearer signal: dotted name, unit, range, one sentence, and how to read it from a `Body` as (N,)."""

    name: str
    unit: str
    low: float
    high: float
    says: str
    read: Callable[[Body], NDArray[np.float64]]


def _of_field(field: str) -> Callable[[Body], NDArray[np.float64]]:
    return lambda body: np.asarray(getattr(body, field), dtype=np.float64)


def _of_organ(field: str, organ: int) -> Callable[[Body], NDArray[np.float64]]:
    return lambda body: np.asarray(getattr(body, field)[:, organ], dtype=np.float64)


def _swell(body: Body) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * body.breath_phase)


SIGNALS = {
    signal.name: signal
    for signal in (
        Signal("heart.rate", "1/min", 30, 220, "beats a minute", _of_field("heart_rate")),
        Signal("heart.phase", "turns", 0, 1, "0 at the beat, up to 1 at the next", _of_field("heart_phase")),
        Signal("heart.beat", "", 0, 1, "1 on the tick that announces a beat", _of_field("beat")),
        Signal("heart.interval", "s", 0.27, 2, "from the last beat but one to the last", _of_field("ibi_s")),
        Signal("heart.rmssd", "ms", 0, 200, "short-term variability of the heart", _of_field("rmssd_ms")),
        Signal("skin.tonic", "µS", 0, 30, "slow level of skin conductance", _of_field("tonic_us")),
        Signal("skin.phasic", "µS", 0, 5, "fast part of skin conductance", _of_field("phasic_us")),
        Signal("skin.arousal", "", 0, 1, "how stirred, against the wearer's own usual", _of_field("arousal")),
        Signal("breath.rate", "1/min", 3, 40, "breaths a minute", _of_field("breath_rate")),
        Signal("breath.phase", "turns", 0, 1, "0 where inhaling starts", _of_field("breath_phase")),
        Signal("breath.depth", "", 0, 1, "depth against the wearer's own usual", _of_field("breath_depth")),
        Signal("breath.swell", "", 0, 1, "0 empty, 1 full, smooth between", _swell),
        Signal("motion.energy", "g", 0, 2, "how much the wearer moves", _of_field("motion_g")),
        *(
            Signal(f"quality.{organ}", "", 0, 1, f"how far the {organ} can be believed", _of_organ("quality", i))
            for i, organ in enumerate(ORGANS)
        ),
        *(
            Signal(
                f"presence.{organ}",
                "",
                0,
                3,
                f"where the {organ} comes from: 0 real, 1 held, 2 simulated, 3 replayed",
                _of_organ("presence", i),
            )
            for i, organ in enumerate(ORGANS)
        ),
    )
}
"""Every per-wearer signal by name; a show adds its inputs as `input.<name>`, its room and derived signals."""
