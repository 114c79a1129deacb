"""A show as the running program sees it: checked, numbered and frozen.

`load.py` makes it from the folder's TOML; nothing here knows about files.  Everything that a file
names is an index here, and every expression text is a number: the row of `Story.values` where the
story stage leaves its value each tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.show.expressions import Program


@dataclass(frozen=True, slots=True)
class Wearer:
    """A person by stage name; `at` is their place in the room in metres (x to the right, z away from the viewer).

    table: who sits together, "" for nobody in particular.
    """

    name: str
    at: tuple[float, float]
    table: str = ""


@dataclass(frozen=True, slots=True)
class Garment:
    """One wearer's fixture: pixels `first` to `first + pixels` of all garments end to end."""

    name: str
    wearer: int
    kind: str
    first: int
    pixels: int


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """Where every pixel is, all garments end to end.

    position_m (P, 3): body coordinates in metres, origin at the sternum, x to the viewer's right,
    y up, z towards the viewer · garment, wearer, region (P,) indices · regions: names of the regions.
    """

    position_m: NDArray[np.float32]
    garment: NDArray[np.int32]
    wearer: NDArray[np.int32]
    region: NDArray[np.int32]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One effect over some pixels: colour in linear light, level and parameters as expression numbers.

    pixels (K,): which of the P pixels · params: in the order of the effect's declaration in `effects.py`.
    """

    effect: str
    pixels: NDArray[np.int32]
    color: tuple[float, float, float]
    level: int
    params: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What light a cue asks for; no pixel of a worn garment goes under `floor` (its brightest slot, 0..1)."""

    name: str
    floor: float
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """`when` of a cue: its condition held for `hold_s` seconds takes it, once it is in standby.

    left and right are the expression numbers of the two sides of a plain comparison, -1 otherwise.
    """

    text: str
    condition: int
    hold_s: float
    left: int = -1
    right: int = -1


@dataclass(frozen=True, slots=True)
class Cue:
    """One step of the cue list; times in seconds, `follow_s` from GO, `hang_s` from the end of the fade."""

    number: str
    name: str
    act: str
    fade_s: float
    curve: str
    look: int
    scene: int
    when: Trigger | None = None
    pre_wait_s: float = 0.0
    follow_s: float | None = None
    hang_s: float | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """An AR story state: captions by language and parameters as (name, expression number)."""

    name: str
    captions: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class RoomSignalDef:
    """A room signal that the show declares, with its range and the value it has until somebody says otherwise."""

    name: str
    default: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class SignalDef:
    """A signal that the show makes of others: its expression, and what its designer says of it."""

    name: str
    text: str
    unit: str
    low: float
    high: float
    says: str


@dataclass(frozen=True, slots=True)
class SensorPatch:
    """Which device carries a wearer's channels.

    One of these finds it: port (path or symlink), serial (USB serial number), location (USB location), udp (port of
    this machine that it sends to, at the address `bind`, from one of the networks `allow`, all where there is none),
    device (id of an EmotiBit), host (address of one).
    wire: name of the wire format · columns: for CSV, a channel name, `time_ms` or `-` for each field ·
    names: which channel each name, channel or OSC address
    of the device is · slot: number of the wearer on a gateway, -1 where
    there is none · rate_hz: samples a second that the device is asked for, 0 for its usual.
    """

    wearer: int
    wire: str
    baud: int
    port: str = ""
    serial: str = ""
    location: str = ""
    columns: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    slot: int = -1
    rate_hz: float = 0.0
    udp: int = 0
    bind: str = ""
    allow: tuple[str, ...] = ()
    device: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class SlotPatch:
    """Where a garment's slots start: universe 1..63999 and slot 1..512, in runs that never split a pixel.

    runs: (first pixel of the garment, pixels, universe, slot), in order.
    """

    garment: int
    runs: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """An AR engine: where its OSC goes, and which port hears it; listen 0: the port that speaks to it."""

    name: str
    host: str
    port: int
    listen: int = 0


@dataclass(frozen=True, slots=True)
class Patch:
    """This venue's hardware: where light, AR state and orders go and come from.

    ar_lead_s: how long after its trigger a scene starts on every engine whose clock is known · query_port: of
    OSCQuery at the control host, 0 for none, and whether mDNS announces it.
    """

    sacn_host: str
    sacn_port: int
    sacn_priority: int
    sacn_source: str
    slots: tuple[SlotPatch, ...]
    engines: tuple[Engine, ...]
    ar_lead_s: float
    control_host: str
    control_port: int
    sensors: tuple[SensorPatch, ...]
    query_port: int = 0
    query_announced: bool = False


@dataclass(frozen=True, slots=True)
class Safety:
    """Limits of the show: seconds between two GOs, of the fade to the safe look, of the blackout's fade."""

    go_guard_s: float
    panic_s: float
    blackout_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Show:
    """A whole show, frozen.  `opening` is the cue taken at the start (-1: wait in the safe look)."""

    folder: Path
    title: str
    rate_hz: float
    wearers: tuple[Wearer, ...]
    garments: tuple[Garment, ...]
    geometry: Geometry
    looks: tuple[Look, ...]
    safe_look: int
    cues: tuple[Cue, ...]
    opening: int
    scenes: tuple[Scene, ...]
    room: tuple[RoomSignalDef, ...]
    inputs: tuple[str, ...]
    program: Program
    safety: Safety
    patch: Patch
    signals: tuple[SignalDef, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables, in the order of their first guests."""
        return tuple(dict.fromkeys(wearer.table for wearer in self.wearers if wearer.table))
