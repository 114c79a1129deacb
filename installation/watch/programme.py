"""What a watcher is told once, at the start: everything of a show that stands still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from installation.frame import Floats32, Ints
from installation.show.effects import EFFECTS
from installation.show.model import Garment, Geometry, Layer, Look, RoomSignalDef, Show, Wearer
from installation.watch.codec import Message, number


@dataclass(frozen=True, slots=True)
class CueLine:
    """One line of the cue list; `when` is the text of its trigger, or ""."""

    number: str
    name: str
    act: str
    look: int
    fade_s: float
    when: str


@dataclass(frozen=True, slots=True)
class LayerLine:
    """One layer as its designer wrote it; `wearers` are those whose garments it lights."""

    effect: str
    region: str
    level: str
    params: tuple[tuple[str, str], ...]
    wearers: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """The static part of a show: who wears what, where every pixel is, the cue list, the looks' own words.

    looks: name and layers · position_m (P, 3), see `Geometry` · region (P,) index into `regions` ·
    room, inputs: the signals that the show declares besides those of the table.
    """

    title: str
    rate_hz: float
    go_guard_s: float
    wearers: tuple[Wearer, ...]
    garments: tuple[Garment, ...]
    cues: tuple[CueLine, ...]
    looks: tuple[tuple[str, tuple[LayerLine, ...]], ...]
    safe_look: int
    position_m: Floats32
    region: Ints
    regions: tuple[str, ...]
    room: tuple[RoomSignalDef, ...]
    inputs: tuple[str, ...]


def programme(show: Show) -> Message:
    """The first message that a watcher gets."""
    texts, geometry = show.program.texts, show.geometry
    return Message(
        "hello",
        {
            "title": show.title,
            "rate_hz": show.rate_hz,
            "go_guard_s": show.safety.go_guard_s,
            "wearers": [(wearer.name, *wearer.at) for wearer in show.wearers],
            "garments": [(g.name, g.wearer, g.kind, g.first, g.pixels) for g in show.garments],
            "cues": [
                (cue.number, cue.name, cue.act, cue.look, cue.fade_s, cue.when.text if cue.when else "")
                for cue in show.cues
            ],
            "looks": [
                (look.name, [_layer_words(layer, texts, geometry) for layer in look.layers]) for look in show.looks
            ],
            "safe_look": show.safe_look,
            "regions": geometry.regions,
            "room": [(one.name, one.default, one.low, one.high, one.unit) for one in show.room],
            "inputs": show.inputs,
        },
        {"position_m": geometry.position_m.astype(np.float32), "region": geometry.region.astype(np.int32)},
    )


def read_programme(message: Message) -> Programme:
    """The programme in a `hello`.  Raises KeyError, TypeError or ValueError where it is none."""
    fields: Any = message.fields
    return Programme(
        title=fields["title"],
        rate_hz=fields["rate_hz"],
        go_guard_s=fields["go_guard_s"],
        wearers=tuple(Wearer(name, (x, z)) for name, x, z in fields["wearers"]),
        garments=tuple(Garment(*row) for row in fields["garments"]),
        cues=tuple(CueLine(*row) for row in fields["cues"]),
        looks=tuple(
            (
                name,
                tuple(
                    LayerLine(effect, region, level, tuple((p, text) for p, text in params), frozenset(wearers))
                    for effect, region, level, params, wearers in layers
                ),
            )
            for name, layers in fields["looks"]
        ),
        safe_look=fields["safe_look"],
        position_m=message.arrays["position_m"].astype(np.float32),
        region=message.arrays["region"].astype(np.int32),
        regions=tuple(fields["regions"]),
        room=tuple(
            RoomSignalDef(name, number(default), number(low), number(high), unit)
            for name, default, low, high, unit in fields["room"]
        ),
        inputs=tuple(fields["inputs"]),
    )


def layer_rows(look: Look) -> list[int]:
    """Rows of `Story.values` where the levels of a look's layers are found."""
    return [layer.level for layer in look.layers]


def _layer_words(layer: Layer, texts: tuple[str, ...], geometry: Geometry) -> tuple[object, ...]:
    names = [parameter.name for parameter in EFFECTS[layer.effect].params]
    params = [(name, texts[row]) for name, row in zip(names, layer.params, strict=True)]
    lit = np.unique(geometry.region[layer.pixels])
    everything = len(layer.pixels) == len(geometry.region)
    region = "all" if everything else " + ".join(geometry.regions[i] for i in lit)
    wearers = [int(wearer) for wearer in np.unique(geometry.wearer[layer.pixels])]
    return layer.effect, region, texts[layer.level], params, wearers
