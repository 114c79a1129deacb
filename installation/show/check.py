"""Whether everything that the files of a show name is there: all problems at once, each in its place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal

from pydantic import BaseModel

from installation.show import colour, expressions, files, grammar, units
from installation.show.effects import EFFECTS
from installation.show.problems import nearest, shown
from installation.show.signals import SIGNALS
from installation.show.sources import Place, Source
from installation.show.venue import check_venue

SHAPES: dict[str, type[BaseModel]] = {
    "show.toml": files.ShowFile,
    "garments.toml": files.GarmentsFile,
    "looks.toml": files.LooksFile,
    "cues.toml": files.CuesFile,
    "scenes.toml": files.ScenesFile,
    "patch.toml": files.PatchFile,
}
"""Every file of a show, and its shape."""


def check(sources: Mapping[str, Source]) -> None:
    """Tell everything that is wrong with a show; `sources` by the names of `SHAPES`."""
    for name, shape in SHAPES.items():
        sources[name].tell_shape(shape)
    show, garments, looks = sources["show.toml"], sources["garments.toml"], sources["looks.toml"]
    scenes, patch = sources["scenes.toml"], sources["patch.toml"]
    names = _signals(show)
    _show(show, looks, sources["cues.toml"])
    _garments(garments, show)
    _looks(looks, garments, names)
    _cues(sources["cues.toml"], looks, scenes, names)
    _scenes(scenes, names)
    check_venue(patch, garments, show)


# --- show.toml -----------------------------------------------------------------------------------


def _signals(show: Source) -> dict[str, str] | None:
    """Check all names of signals and what derived ones are made of; give names with units, or None where unreadable."""
    if not show.whole:
        return None
    taken = {
        **dict.fromkeys(grammar.WORDS, "a word of the language"),
        **dict.fromkeys(expressions.BUILT_IN, "something built in"),
        **{
            name: "a signal of the room" if one.of_room else "a signal of every wearer" for name, one in SIGNALS.items()
        },
    }

    def claim(name: str, place: Place, what: str) -> None:
        if name in taken:
            show.tell(place, f"{what} {shown(name)} has the name of {taken[name]}; another name would do")
        taken.setdefault(name, f"another {what}")

    rooms = dict.fromkeys(show.names("room"), "")
    for place, room in show.each("room", files.RoomTable):
        rooms[room.name] = units.declared(room.unit)
        claim(room.name, (*place, "name"), "room signal")
        _range(show, place, f"room signal {shown(room.name)}", low=room.low, high=room.high, default=room.default)
    for place, one in show.each("input", files.InputTable):
        claim(f"input.{one.name}", (*place, "name"), "input")
        _range(show, place, f"input {shown(one.name)}", **_open(one), default=one.default)
    derived = show.head(files.ShowFile).signals
    for name, signal in derived.items():
        claim(name, ("signals", name), "signal")
        _range(show, ("signals", name), f"signal {shown(name)}", **_open(signal), default=None)
    written = show.raw.get("signals")
    names = expressions.names_known(rooms, show.names("input"), written if isinstance(written, dict) else ())
    right = {
        name: signal.value
        for name, signal in derived.items()
        if _expression(show, ("signals", name), f"signal {shown(name)}", signal.value, names) is not None
    }
    try:
        order = expressions.in_order(right)
    except expressions.RingError as error:
        show.tell(("signals", error.ring[0]), f"signal {shown(error.ring[0])} {error}")
        return names
    for name in order:  # once more, now that the units are known of what each is made of
        unit = units.declared(derived[name].unit)
        owner = f"signal {shown(name)}"
        names[name] = unit or _expression(show, ("signals", name), owner, right[name], names) or ""
        if unit:
            _expression(show, ("signals", name), owner, right[name], names, unit)
    return names


def _open(table: files.InputTable | files.SignalTable) -> dict[str, float]:
    """A range that may be open at either side."""
    low = -math.inf if table.low is None else table.low
    return {"low": low, "high": math.inf if table.high is None else table.high}


def _range(show: Source, place: Place, owner: str, *, low: float, high: float, default: float | None) -> None:
    if not low < high:
        show.tell((*place, "low"), f"{owner} has low = {low:g} and high = {high:g}; a high above its low would do")
    elif default is not None and not low <= default <= high:
        show.tell((*place, "default"), f"{owner} has default = {default:g}; {low:g} to {high:g} would do")


def _show(show: Source, looks: Source, cues: Source) -> None:
    if not show.whole:
        return
    show.tell_twice("wearer")
    show.tell_empty("wearer", 'name = "Elif"')
    head = show.head(files.ShowFile)
    show.tell_unknown(("safe_look",), "safe_look is", head.safe_look, what="look", where=looks)
    if head.opening is not None:
        show.tell_unknown(("opening",), "opening is", head.opening, what="cue", where=cues)


# --- garments.toml -------------------------------------------------------------------------------


def _garments(garments: Source, show: Source) -> None:
    garments.tell_twice("kind")
    garments.tell_twice("garment")
    garments.tell_empty("garment", 'name = "elif", with its wearer and kind')
    pixels: dict[str, int] = {}
    for place, kind in garments.each("kind", files.KindTable):
        pixels[kind.name] = sum(strip.pixels for strip in kind.strip)
        if not kind.strip:
            garments.tell(
                (*place, "strip"), f"kind {shown(kind.name)} has no pixels; a [[kind.strip]] under it would do"
            )
        for index, strip in enumerate(kind.strip):
            if strip.region == "all":
                garments.tell(
                    (*place, "strip", index, "region"),
                    f'kind {shown(kind.name)} calls a region "all", which means every region; another name would do',
                )
    total = 0
    for place, garment in garments.each("garment", files.GarmentTable):
        owner = f"garment {shown(garment.name)}"
        garments.tell_unknown((*place, "wearer"), f"{owner} is worn by", garment.wearer, what="wearer", where=show)
        garments.tell_unknown((*place, "kind"), f"{owner} is of the kind", garment.kind, what="kind", where=garments)
        total += pixels.get(garment.kind, 0)
    if total > files.MOST_PIXELS:
        garments.tell((), f"all garments together have {total} pixels; at most {files.MOST_PIXELS} would do")


# --- looks.toml ----------------------------------------------------------------------------------


def _looks(looks: Source, garments: Source, names: Mapping[str, str] | None) -> None:
    looks.tell_twice("look")
    regions = list(dict.fromkeys(garments.names("kind", "strip", called="region")))
    for place, look in looks.each("look", files.LookTable):
        for index, layer in enumerate(look.layers):
            at = (*place, "layers", index)
            owner = f"look {shown(look.name)}, layer {index + 1}"
            if garments.whole and regions:
                for region in layer.region:
                    if region not in regions and region != "all":
                        guess = nearest(region, (*regions, "all"))
                        looks.tell(
                            (*at, "region"), f"{owner} lights the region {shown(region)}, which no garment has{guess}"
                        )
            try:
                colour.linear_rgb(layer.color)
            except colour.ColourError as error:
                looks.tell((*at, "color"), f"{owner} has color = {shown(layer.color)}; {error}")
            _expression(looks, (*at, "level"), f"{owner}, level", layer.level, names, "%")
            _parameters(looks, at, owner, layer, names)


def _parameters(looks: Source, at: Place, owner: str, layer: files.LayerTable, names: Mapping[str, str] | None) -> None:
    effect = EFFECTS.get(layer.effect)
    if effect is None:
        guess = nearest(layer.effect, EFFECTS) or f"; there are {', '.join(EFFECTS)}"
        looks.tell((*at, "effect"), f"{owner} uses the effect {shown(layer.effect)}, which does not exist{guess}")
    known = {parameter.name: parameter.unit or "%" for parameter in effect.params} if effect else {}
    for name, text in (layer.model_extra or {}).items():
        if effect and name not in known:
            guess = nearest(name, (*known, *files.LayerTable.model_fields))
            looks.tell(
                (*at, name), f"{owner} has {shown(name)}, which the effect {shown(effect.name)} does not take{guess}"
            )
        else:
            _expression(looks, (*at, name), f"{owner}, {name}", text, names, known.get(name, ""))


# --- cues.toml and scenes.toml -------------------------------------------------------------------


def _cues(cues: Source, looks: Source, scenes: Source, names: Mapping[str, str] | None) -> None:
    cues.tell_empty("cue", 'number = "1", with its look')
    numbers: dict[Decimal, str] = {}
    for place, cue in cues.each("cue", files.CueTable):
        owner = f"cue {cue.number}"
        number, highest = Decimal(cue.number), max(numbers, default=Decimal(-1))
        if number in numbers:
            same = "" if cue.number == numbers[number] else f", the first time as {numbers[number]}"
            cues.tell((*place, "number"), f"{owner} is there twice{same}; a number of its own would do")
        elif number < highest:
            found = f"{owner} stands after cue {numbers[highest]}"
            cues.tell((*place, "number"), f"{found}; numbers that rise through the file would do")
        numbers.setdefault(number, cue.number)
        cues.tell_unknown((*place, "look"), f"{owner} asks for the look", cue.look, what="look", where=looks)
        if cue.scene is not None:
            cues.tell_unknown((*place, "scene"), f"{owner} asks for the scene", cue.scene, what="scene", where=scenes)
        if cue.follow is not None and cue.hang is not None:
            cues.tell((*place, "hang"), f"{owner} has both follow and hang; one of them would do")
        if cue.when is not None:
            try:
                condition, _ = grammar.split_when(cue.when)
            except expressions.ExpressionError as error:
                cues.tell((*place, "when"), f"{owner} {error}")
            else:
                _expression(cues, (*place, "when"), owner, condition, names)


def _scenes(scenes: Source, names: Mapping[str, str] | None) -> None:
    scenes.tell_twice("scene")
    for place, scene in scenes.each("scene", files.SceneTable):
        for name, text in scene.parameters.items():
            owner = f"scene {shown(scene.name)}, parameter {shown(name)}"
            _expression(scenes, (*place, "parameters", name), owner, text, names)


def _expression(
    source: Source, place: Place, owner: str, text: str, names: Mapping[str, str] | None, wanted: str = ""
) -> str | None:
    """Tell what is wrong with an expression that is wanted in a unit; give its own unit, None where it is wrong."""
    try:
        unit = expressions.unit_of(text, names)
    except expressions.ExpressionError as error:
        source.tell(place, f"{owner} {error}")
        return None
    if wrong := units.mismatch(unit, wanted):
        source.tell(place, f"{owner} {wrong}")
        return None
    return unit
