"""Every value that crosses a stage of the loop, and nothing else.

Letters for shapes: N wearers, M = 2 N columns, P pixels of all garments end to end, E bound
expressions, K sample rows, I inputs that the show declares.  Column `w` carries the bytes of wearer
`w`'s own sensors, column `N + w` those of the wearer's twin.  NaN means "not known".  One stage
writes an array; everyone after it only reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

CHANNELS = ("ppg", "ecg", "eda", "resp", "acc_x", "acc_y", "acc_z")
"""Kinds of sample stream.  A channel number past the last is the show's input `number - len(CHANNELS)`."""

ORGANS = ("heart", "skin", "breath", "motion")
"""Columns of quality, presence and age in `Body`."""


class Presence(IntEnum):
    """Where a value comes from."""

    REAL = 0
    HELD = 1
    SIMULATED = 2
    REPLAYED = 3


class Force(IntEnum):
    """What an operator says of a wearer's presence."""

    AUTO = 0
    REAL = 1
    SIMULATED = 2


@dataclass(frozen=True, slots=True)
class Tick:
    """One step of time on the grid: number, its scheduled time and step in seconds, ticks dropped so far."""

    number: int
    time_s: float
    dt_s: float
    dropped: int = 0


# --- sensors -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of one wire, stamped when the newest of them arrived."""

    time_s: float
    wire: str
    data: bytes


@dataclass(frozen=True, slots=True)
class PortEvent:
    """A port was opened, closed, found missing or refused; `reason` is for the operator's eyes."""

    time_s: float
    wire: str
    what: Literal["opened", "closed", "missing", "refused"]
    identity: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Samples:
    """Decoded rows, in order of time within each column and channel.

    time_s (K,) seconds, of the sample itself · column (K,) · channel (K,), see `CHANNELS` ·
    value (K,) in the unit of the device · gap (K,) True where rows are missing just before this one.
    """

    time_s: Floats
    column: Ints
    channel: Ints
    value: Floats
    gap: Flags


# --- body ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """An organ of a wearer comes from elsewhere from this tick on; `reason` is for the operator's eyes."""

    time_s: float
    wearer: int
    organ: str
    before: Presence
    after: Presence
    reason: str


@dataclass(frozen=True, slots=True)
class Synchrony:
    """Who is in step; G = 1 + tables, the room first; rows heart, skin, breath (phase), breath_rate; NaN: unknown.

    sync (4, G) mean over pairs, 1: all alike · z (4, G) against surrogates · confidence (4, G) 0..1 that it is no
    chance · act_z (4, G) since the act began · breath_now (G,) phase coherence at this instant, 0 by chance, and
    breath_now_confidence (G,) · partner (N,) the wearer at the same table who is most in step, -1: none, and
    strength (N,) 0..1 of it · table (N,) row of each wearer's table in G, 0: none.
    """

    sync: Floats
    z: Floats
    confidence: Floats
    act_z: Floats
    breath_now: Floats
    breath_now_confidence: Floats
    partner: Ints
    strength: Floats
    table: Ints


def unknown_synchrony(wearers: int, tables: int = 0) -> Synchrony:
    """Synchrony of which nothing is known yet."""
    measure, group = np.full((4, 1 + tables), np.nan), np.full(1 + tables, np.nan)
    nobody, none = np.full(wearers, -1, np.int32), np.zeros(wearers, np.int32)
    return Synchrony(measure, measure, measure, measure, group, group, nobody, np.zeros(wearers), none)


@dataclass(frozen=True, slots=True)
class Body:
    """What is known of every wearer at one tick; each array is (N,) unless it says otherwise.

    heart_rate 1/min · heart_phase 0..1, 0 at the beat, never backwards · beat True on the tick that
    announces a beat · beat_time_s its true time on the tick's clock · ibi_s · rmssd_ms and rmssd_sure 0..1, how far
    to believe it · tonic_us, phasic_us µS · scr 1 on the tick that announces a response, scr_amplitude_us and
    scr_rise_s of the last one, scr_rate 1/min · arousal 0..1 · breath_rate 1/min · breath_phase 0..1 from the start of
    inhaling · breath_depth 0..1, 0.5 as usual · inhaling 1 or 0 · breath_hold_s since when the breath is held, 0
    while it is not · motion_g · cadence 1/min · stillness 0..1 · raised 1 while an arm is up · unrest 0..1, how far
    motion spoils the other organs · quality (N, 4) 0..1, presence (N, 4) of `Presence`, age_s (N, 4) seconds since
    the newest sample, in the order of `ORGANS` · inputs (N, I) newest value of each input that the show declares ·
    changes of presence at this tick · group: who is in step.
    """

    heart_rate: Floats
    heart_phase: Floats
    beat: Flags
    beat_time_s: Floats
    ibi_s: Floats
    rmssd_ms: Floats
    rmssd_sure: Floats
    tonic_us: Floats
    phasic_us: Floats
    scr: Floats
    scr_amplitude_us: Floats
    scr_rise_s: Floats
    scr_rate: Floats
    arousal: Floats
    breath_rate: Floats
    breath_phase: Floats
    breath_depth: Floats
    inhaling: Floats
    breath_hold_s: Floats
    motion_g: Floats
    cadence: Floats
    stillness: Floats
    raised: Floats
    unrest: Floats
    quality: Floats
    presence: Bytes
    age_s: Floats
    inputs: Floats
    group: Synchrony
    changes: tuple[PresenceChange, ...] = ()


OTHERWISE = ("beat", "quality", "presence", "age_s", "inputs", "group", "changes")
"""Fields of `Body` that are not (N,) numbers."""


def unknown_body(wearers: int, inputs: int, tables: int = 0) -> Body:
    """A body of which nothing is known yet, for `wearers` people at `tables` tables and `inputs` declared inputs."""
    numbers: dict[str, Any] = {one.name: np.full(wearers, np.nan) for one in fields(Body) if one.name not in OTHERWISE}
    return Body(
        **numbers,
        beat=np.zeros(wearers, np.bool_),
        quality=np.full((wearers, len(ORGANS)), np.nan),
        presence=np.full((wearers, len(ORGANS)), Presence.SIMULATED, np.uint8),
        age_s=np.full((wearers, len(ORGANS)), np.nan),
        inputs=np.full((wearers, inputs), np.nan),
        group=unknown_synchrony(wearers, tables),
    )


# --- control -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoomSignal:
    """A named number that is not of one wearer."""

    name: str
    value: float
    time_s: float
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator, guest, OSC message or key asks for; already checked where it entered.

    verb: go, back, panic, blackout, master, cue (target: its number), room (target: signal), reset,
    presence (target: wearer, value: of `Force`), sync (an AR engine wants to be told all).
    expect_standby: the cue number that the sender saw in standby, or "" where it did not say.
    """

    verb: str
    source: str
    time_s: float
    target: str = ""
    value: float = float("nan")
    id: str = ""
    expect_standby: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to an order; `reason` is a sentence for the person who gave it."""

    order: Order
    accepted: bool
    reason: str = ""


# --- story ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Playing:
    """A cue that still gives light: index of its cue and look, share 0..1 of the mix, progress of its fade."""

    cue: int
    look: int
    weight: float
    progress: float
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the standby cue waits for, as a person would read a scale; NaN where there is no scale."""

    text: str = ""
    value: float = float("nan")
    threshold: float = float("nan")
    held_s: float = 0.0
    hold_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Story:
    """Where the show stands.

    playing: oldest first, weights sum to 1 (empty before the first cue: the safe look alone) ·
    current and standby: cue indices, -1 for none · scene: scene index, -1 for none ·
    master 0..1 · blackout 0..1 and panic 0..1 as they ease; blackout_asked, panic_asked as ordered ·
    values (E, N): every bound expression of the show, in the order the show numbers them ·
    forced (N,) of `Force`: what the operator says of each wearer's presence; (0,) before there are any.
    """

    playing: tuple[Playing, ...]
    current: int
    standby: int
    act: str
    scene: int
    master: float
    blackout: float
    panic: float
    blackout_asked: bool
    panic_asked: bool
    values: Floats32
    waiting: Waiting = Waiting()
    receipts: tuple[Receipt, ...] = ()
    room: Mapping[str, RoomSignal] = field(default_factory=dict)
    forced: Bytes = field(default_factory=lambda: np.zeros(0, np.uint8))


# --- light and AR --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Light:
    """rgb (P, 3) linear, 0..1, before the guard."""

    rgb: Floats32


@dataclass(frozen=True, slots=True)
class Levels:
    """slots (P, 3) uint8, the very bytes of the wire; limiting (G,) True where the guard holds a garment back."""

    slots: Bytes
    limiting: Flags


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that AR engines shall do, told until they acknowledge it: seq is its own number, fade_s its fade.

    what: load (make the scene `name` ready), start (a scene), fire (a cue), blackout (name: "1" or "0").
    """

    what: Literal["load", "start", "fire", "blackout"]
    name: str
    seq: int
    fade_s: float


@dataclass(frozen=True, slots=True)
class SceneState:
    """State of the AR scene: numbered, idempotent, sent again once a second.

    scene: its name, "" for none · seq: number of the newest trigger, of which the state holds what it did · epoch is
    new with every start of the controller · captions by language · parameters by name · asked: an engine wants all
    of it now · triggers: those of this tick, oldest first.
    """

    scene: str
    cue: str
    seq: int
    epoch: int
    elapsed_s: float
    blackout: bool
    captions: Mapping[str, str]
    parameters: Mapping[str, float]
    asked: bool = False
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A datagram that came back on a way out, as it came: `output` is the name of the engine or node that sent it."""

    time_s: float
    output: str
    data: bytes


# --- everything ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Health:
    """How a wire, an output or a watcher does; `text` is a short sentence in the present tense."""

    name: str
    kind: Literal["wire", "output", "watcher"]
    ok: bool
    text: str
    handled: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything true at one tick: what recorder and watchers see."""

    tick: Tick
    events: tuple[PortEvent, ...]
    samples: Samples
    body: Body
    orders: tuple[Order, ...]
    story: Story
    light: Light
    levels: Levels
    scene: SceneState
    health: tuple[Health, ...]
    heard: tuple[Heard, ...] = ()
