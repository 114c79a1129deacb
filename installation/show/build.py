"""From checked files to the show that runs: names become numbers, paths become pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from installation.frame import CHANNELS, Floats
from installation.show import files, grammar, model, slots
from installation.show.colour import linear_rgb
from installation.show.effects import EFFECTS
from installation.show.expressions import Input, Program
from installation.show.reach import LOOPBACK, osc_name
from installation.show.wires import FORMATS, LEFT_OUT

ELBOW_ROOM_M = 0.9  # between wearers who have no place of their own: people in a row, not touching


class Numbers:
    """Expression texts as they are met; the same text has the same number."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def of(self, text: str) -> int:
        """Give the number of a text."""
        return self.texts.setdefault(text.strip(), len(self.texts))


def build(
    folder: Path,
    *,
    show: files.ShowFile,
    garments: files.GarmentsFile,
    looks: files.LooksFile,
    cues: files.CuesFile,
    scenes: files.ScenesFile,
    patch: files.PatchFile,
) -> model.Show:
    """Freeze a show whose files have no problems."""
    numbers = Numbers()
    wearers = _wearers(show)
    sewn = _garments(garments, [wearer.name for wearer in wearers])
    geometry = _geometry(garments, sewn)
    light = tuple(_look(look, geometry, numbers) for look in looks.look)
    stories = tuple(_scene(scene, numbers) for scene in scenes.scene)
    steps = _cues(cues, [look.name for look in light], [scene.name for scene in stories], numbers)
    inputs = tuple(_input(one) for one in show.input)
    signals = tuple(_signal(name, one) for name, one in show.signals.items())
    return model.Show(
        folder=folder,
        title=show.title,
        rate_hz=show.rate_hz,
        wearers=wearers,
        garments=sewn,
        geometry=geometry,
        looks=light,
        safe_look=[look.name for look in light].index(show.safe_look),
        cues=steps,
        opening=-1 if show.opening is None else [cue.number for cue in steps].index(show.opening),
        scenes=stories,
        room=tuple(model.RoomSignalDef(one.name, one.default, one.low, one.high, one.unit) for one in show.room),
        inputs=tuple(one.name for one in show.input),
        program=Program(
            numbers.texts,
            [one.name for one in show.room],
            inputs,
            {one.name: one.text for one in signals},
            {one.name: (one.low, one.high) for one in signals},
            show.rate_hz,
        ),
        safety=model.Safety(show.safety.go_guard, show.safety.panic, show.safety.blackout),
        patch=_patch(patch, sewn, [wearer.name for wearer in wearers]),
        signals=signals,
    )


def even(path: Floats, pixels: int) -> Floats:
    """Lay pixels along a path (points, 3), evenly by its length, both ends included; one alone lies in the middle."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.linspace(0.0, along[-1], pixels) if pixels > 1 else np.array([along[-1] / 2])
    return np.stack([np.interp(at, along, path[:, axis]) for axis in range(3)], axis=1)


def _wearers(show: files.ShowFile) -> tuple[model.Wearer, ...]:
    left = -ELBOW_ROOM_M * (len(show.wearer) - 1) / 2
    return tuple(
        model.Wearer(
            one.name, (one.at[0], one.at[1]) if one.at else (left + ELBOW_ROOM_M * index, 0.0), one.table or ""
        )
        for index, one in enumerate(show.wearer)
    )


def _garments(garments: files.GarmentsFile, wearers: Sequence[str]) -> tuple[model.Garment, ...]:
    pixels = {kind.name: sum(strip.pixels for strip in kind.strip) for kind in garments.kind}
    sewn: list[model.Garment] = []
    first = 0
    for one in garments.garment:
        sewn.append(model.Garment(one.name, wearers.index(one.wearer), one.kind, first, pixels[one.kind]))
        first += pixels[one.kind]
    return tuple(sewn)


def _geometry(garments: files.GarmentsFile, sewn: Iterable[model.Garment]) -> model.Geometry:
    regions = tuple(dict.fromkeys(strip.region for kind in garments.kind for strip in kind.strip))
    position = {
        kind.name: np.concatenate([even(np.array(strip.path, dtype=np.float64), strip.pixels) for strip in kind.strip])
        for kind in garments.kind
    }
    region = {
        kind.name: np.concatenate([np.full(strip.pixels, regions.index(strip.region)) for strip in kind.strip])
        for kind in garments.kind
    }
    sewn = tuple(sewn)
    counts = [garment.pixels for garment in sewn]
    return model.Geometry(
        position_m=np.concatenate([position[garment.kind] for garment in sewn]).astype(np.float32),
        garment=np.repeat(np.arange(len(sewn), dtype=np.int32), counts),
        wearer=np.repeat(np.array([garment.wearer for garment in sewn], dtype=np.int32), counts),
        region=np.concatenate([region[garment.kind] for garment in sewn]).astype(np.int32),
        regions=regions,
    )


def _look(look: files.LookTable, geometry: model.Geometry, numbers: Numbers) -> model.Look:
    return model.Look(look.name, look.floor, tuple(_layer(layer, geometry, numbers) for layer in look.layers))


def _layer(layer: files.LayerTable, geometry: model.Geometry, numbers: Numbers) -> model.Layer:
    if "all" in layer.region:
        lit = np.ones(len(geometry.region), dtype=np.bool_)
    else:
        lit = np.isin(geometry.region, [geometry.regions.index(name) for name in layer.region])
    given = layer.model_extra or {}
    return model.Layer(
        effect=layer.effect,
        pixels=np.flatnonzero(lit).astype(np.int32),
        color=linear_rgb(layer.color),
        level=numbers.of(layer.level),
        params=tuple(numbers.of(given.get(one.name, one.default)) for one in EFFECTS[layer.effect].params),
    )


def _scene(scene: files.SceneTable, numbers: Numbers) -> model.Scene:
    parameters = tuple((name, numbers.of(text)) for name, text in scene.parameters.items())
    return model.Scene(scene.name, tuple(scene.caption.items()), parameters)


def _cues(cues: files.CuesFile, looks: Sequence[str], scenes: Sequence[str], numbers: Numbers) -> tuple[model.Cue, ...]:
    steps: list[model.Cue] = []
    act = ""
    for cue in cues.cue:
        act = act if cue.act is None else cue.act
        steps.append(
            model.Cue(
                number=cue.number,
                name=cue.name or "",
                act=act,
                fade_s=cue.fade,
                curve=cue.curve,
                look=looks.index(cue.look),
                scene=-1 if cue.scene is None else scenes.index(cue.scene),
                when=None if cue.when is None else _trigger(cue.when, numbers),
                pre_wait_s=cue.pre_wait,
                follow_s=cue.follow,
                hang_s=cue.hang,
            )
        )
    return tuple(steps)


def _trigger(when: str, numbers: Numbers) -> model.Trigger:
    condition, hold_s = grammar.split_when(when)
    compared = grammar.sides(condition)
    left, right = (-1, -1) if compared is None else (numbers.of(compared[0]), numbers.of(compared[1]))
    return model.Trigger(when, numbers.of(condition), hold_s, left, right)


def _signal(name: str, one: files.SignalTable) -> model.SignalDef:
    low = -math.inf if one.low is None else one.low
    high = math.inf if one.high is None else one.high
    return model.SignalDef(name, one.value, one.unit, low, high, one.says)


def _input(one: files.InputTable) -> Input:
    given = {key: value for key in ("default", "low", "high") if (value := getattr(one, key)) is not None}
    return Input(one.name, **given)


def _patch(patch: files.PatchFile, sewn: Sequence[model.Garment], wearers: Sequence[str]) -> model.Patch:
    names = [garment.name for garment in sewn]
    by_hand = {names.index(one.name): slots.Start(one.universe, one.slot) for one in patch.garment}
    runs = slots.pack([garment.pixels for garment in sewn], by_hand, patch.sacn.universe)
    return model.Patch(
        sacn_host=patch.sacn.host,
        sacn_port=patch.sacn.port,
        sacn_priority=patch.sacn.priority,
        sacn_source=patch.sacn.source,
        slots=tuple(model.SlotPatch(garment, laid) for garment, laid in enumerate(runs)),
        engines=tuple(model.Engine(one.name, one.host, one.port, one.listen) for one in patch.ar.engines()),
        ar_lead_s=patch.ar.lead,
        control_host=patch.control.host,
        control_port=patch.control.port,
        query_port=patch.control.query,
        query_announced=patch.control.announce,
        sensors=tuple(
            model.SensorPatch(
                wearer=wearers.index(one.wearer),
                wire=one.wire,
                baud=one.baud or FORMATS[one.wire].baud,
                port=one.port or "",
                serial=one.serial or "",
                location=one.location or "",
                columns=tuple(one.columns),
                names=_names(one),
                slot=-1 if one.slot is None else one.slot,
                rate_hz=one.rate_hz or 0.0,
                udp=one.udp or 0,
                bind=one.bind or (LOOPBACK if one.udp else ""),
                allow=tuple(one.allow),
                device=one.device or "",
                host=one.host or "",
            )
            for one in patch.sensor
        ),
    )


def _names(one: files.SensorTable) -> tuple[tuple[str, str], ...]:
    """The names of a sensor, without those that nobody reads, unless they too are switched on by it."""
    if one.wire == "osc":
        names = one.names or dict(zip(CHANNELS, CHANNELS, strict=True))
        return tuple((osc_name(one.address, name), to) for name, to in names.items() if to != LEFT_OUT)
    if not one.names:
        return FORMATS[one.wire].usual
    switched = FORMATS[one.wire].switched
    return tuple((name, channel) for name, channel in one.names.items() if switched or channel != LEFT_OUT)
