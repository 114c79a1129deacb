"""The one table of signal names: what shows, OSC, docs and the checker call the fields of `Body`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.frame import ORGANS, Body


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of bodies: dotted name, unit, range, one sentence, and how to read it from a `Body`.

    It is read as (N,), one number for each wearer, or as a number where it is of the room as a whole (`of_room`).
    """

    name: str
    unit: str
    low: float
    high: float
    says: str
    read: Callable[[Body], NDArray[np.float64] | float]
    of_room: bool = False


def _of_field(field: str) -> Callable[[Body], NDArray[np.float64]]:
    return lambda body: np.asarray(getattr(body, field), dtype=np.float64)


def _of_organ(field: str, organ: int) -> Callable[[Body], NDArray[np.float64]]:
    return lambda body: np.asarray(getattr(body, field)[:, organ], dtype=np.float64)


def _swell(body: Body) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * body.breath_phase)


def _of_group(field: str, measure: int) -> Callable[[Body], float]:
    return lambda body: float(getattr(body.group, field)[measure, 0])


def _of_table(field: str, measure: int) -> Callable[[Body], NDArray[np.float64]]:
    def read(body: Body) -> NDArray[np.float64]:
        own = np.asarray(getattr(body.group, field)[measure][body.group.table], dtype=np.float64)
        return np.where(body.group.table > 0, own, np.nan)

    return read


def _group_signals() -> Iterator[Signal]:
    """Synchrony of the room and of each wearer's own table, each with how sure it is that it is no chance."""
    measures = {
        "heart": "heart rates",
        "skin": "skin responses",
        "breath": "breath phases",
        "breath_rate": "breath rates",
    }
    for measure, (organ, what) in enumerate(measures.items()):
        for place, read, whole in (("group", _of_group, True), ("table", _of_table, False)):
            who = "the room" if whole else "the wearer's table"
            sync, sure = f"{place}.{organ}_sync", f"{place}.{organ}_sure"
            yield Signal(sync, "", -1, 1, f"how alike the {what} of {who} go", read("sync", measure), whole)
            yield Signal(sure, "", 0, 1, f"how sure it is that {sync} is no chance", read("confidence", measure), whole)
            act = f"{place}.{organ}_act"
            yield Signal(
                act, "", -5, 20, f"{sync} since the act began, in deviations from chance", read("act_z", measure), whole
            )
    yield Signal(
        "group.breath_now", "", -1, 1, "how far the room breathes in phase at this instant, 0 by chance",
        lambda body: float(body.group.breath_now[0]), True,
    )  # fmt: skip
    yield Signal(
        "group.breath_now_sure", "", 0, 1, "how sure it is that group.breath_now is no chance",
        lambda body: float(body.group.breath_now_confidence[0]), True,
    )  # fmt: skip
    yield Signal(
        "group.partner", "", 0, 1, "how sure it is that somebody at the table is in step with the wearer",
        lambda body: body.group.strength,
    )  # fmt: skip


BEGIN, END = "<!-- signals: written by installation.show.signals -->", "<!-- end of signals -->"

SIGNALS = {
    signal.name: signal
    for signal in (
        Signal("heart.rate", "1/min", 30, 220, "beats a minute", _of_field("heart_rate")),
        Signal("heart.phase", "turns", 0, 1, "0 at the beat, up to 1 at the next", _of_field("heart_phase")),
        Signal("heart.beat", "", 0, 1, "1 on the tick that announces a beat", _of_field("beat")),
        Signal("heart.interval", "s", 0.27, 2, "from the last beat but one to the last", _of_field("ibi_s")),
        Signal("heart.rmssd", "ms", 0, 200, "short-term variability of the heart", _of_field("rmssd_ms")),
        Signal("heart.rmssd_sure", "", 0, 1, "how far to believe heart.rmssd", _of_field("rmssd_sure")),
        Signal("skin.tonic", "µS", 0, 30, "slow level of skin conductance", _of_field("tonic_us")),
        Signal("skin.phasic", "µS", 0, 5, "fast part of skin conductance", _of_field("phasic_us")),
        Signal("skin.response", "", 0, 1, "1 on the tick that announces a skin response", _of_field("scr")),
        Signal("skin.response_size", "µS", 0, 3, "height of the last skin response", _of_field("scr_amplitude_us")),
        Signal("skin.response_rise", "s", 0, 5, "how long the last skin response rose", _of_field("scr_rise_s")),
        Signal("skin.response_rate", "1/min", 0, 25, "skin responses a minute, of late", _of_field("scr_rate")),
        Signal("skin.arousal", "", 0, 1, "how stirred, against the wearer's own usual", _of_field("arousal")),
        Signal("breath.rate", "1/min", 3, 40, "breaths a minute", _of_field("breath_rate")),
        Signal("breath.phase", "turns", 0, 1, "0 where inhaling starts", _of_field("breath_phase")),
        Signal("breath.depth", "", 0, 1, "depth against the wearer's own usual", _of_field("breath_depth")),
        Signal("breath.swell", "", 0, 1, "0 empty, 1 full, smooth between", _swell),
        Signal("breath.inhaling", "", 0, 1, "1 while inhaling", _of_field("inhaling")),
        Signal("breath.hold", "s", 0, 120, "how long the breath is held, 0 while not", _of_field("breath_hold_s")),
        Signal("motion.energy", "g", 0, 2, "how much the wearer moves", _of_field("motion_g")),
        Signal("motion.cadence", "1/min", 40, 220, "steps or beats a minute of a moving wearer", _of_field("cadence")),
        Signal("motion.stillness", "", 0, 1, "how still, for how long", _of_field("stillness")),
        Signal("motion.raised", "", 0, 1, "1 while an arm is raised", _of_field("raised")),
        Signal("motion.unrest", "", 0, 1, "how far motion spoils the other organs", _of_field("unrest")),
        *_group_signals(),
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
"""Every signal of bodies by name; a show adds its inputs as `input.<name>`, its room and derived signals."""


def described() -> str:
    """The table of signals in `docs/body.md`."""
    rows = [
        f"| `{one.name}` | {one.unit or '–'} | {one.low:g} to {one.high:g} | {one.says} |" for one in SIGNALS.values()
    ]
    return "\n".join((BEGIN, "", "| name | unit | range | what it says |", "|---|---|---|---|", *rows, "", END))


if __name__ == "__main__":
    print(described())
