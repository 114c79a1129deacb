"""The TOML files as a designer writes them: what may stand where, and within which limits.

Only shapes and ranges are checked here; whether names lead anywhere is asked in `check.py`.  The
description of each field says what would do, in the words that a problem shows.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from installation.show.effects import EFFECTS

MOST_WEARERS = 2000  # the largest crowd that the house is drawn for
MOST_PIXELS = 500_000  # of all garments: 2,000 wearers with 250 each
MOST_LAYERS = 32  # of one look: each costs light time at every tick
LARGEST_NUMBER = 1e12  # past every signal, in any unit
MOST_ENGINES = 32  # AR engines: each is told up to 500 messages a second
MOST_ENTRIES = 2000  # of any other list: cues, looks, scenes; more was not written by hand


def _as_expression(value: Any) -> str:
    """Take an expression as text or as a plain number."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER:
        return repr(value)
    raise ValueError("an expression in quotes, or a number, would do")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _fits_source(value: str) -> str:
    if len(value.encode()) > 63:  # 64 bytes with the closing zero: ANSI E1.31, 6.2.2
        raise ValueError("a name of 1 to 63 bytes would do")
    return value


def _network(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise ValueError('an address such as "192.168.1.40" or a network such as "192.168.1.0/24" would do') from None
    return value


def _tables(key: str, most: int = MOST_ENTRIES) -> Any:
    return Field(default_factory=list, max_length=most, description=f"[[{key}]] tables, at most {most}, would do")


OSC_BRANCH = r"^(/[^\x00-\x20#*,/?\[\]{}\x7f-\U0010ffff]+)+$"  # OSC 1.0: printable ASCII without these
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]*$"
IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]*$"
DOTTED = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"

Name = Annotated[
    str,
    Field(min_length=1, max_length=60, pattern=PRINTABLE, description="a name of 1 to 60 letters in quotes would do"),
]
Label = Annotated[
    str | None, Field(max_length=60, pattern=PRINTABLE, description="a name of up to 60 letters in quotes would do")
]
GarmentName = Annotated[
    str,
    Field(
        max_length=60,
        pattern=r"^[a-z0-9_-]+$",
        description="a name of small letters a-z, digits, - and _ would do, since it is part of OSC addresses",
    ),
]
SignalName = Annotated[
    str,
    Field(max_length=60, pattern=DOTTED, description="letters, digits and _, in parts joined by dots, would do"),
]
InputName = Annotated[
    str,
    Field(max_length=60, pattern=IDENTIFIER, description="letters, digits and _ would do"),
]
ParameterName = Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_.-]+$")]
CueNumber = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$",
        description='a decimal number in quotes, such as "3.2", would do',
    ),
]
Expression = Annotated[
    str,
    BeforeValidator(_as_expression),
    Field(
        description="an expression in quotes, or a number, would do",
        json_schema_extra={"type": ["string", "number"]},
    ),
]
# An hour is longer than any fade on a desk.
Seconds = Annotated[float, Field(ge=0, le=3600, description="seconds from 0 to 3600 would do")]
PerhapsSeconds = Annotated[float | None, Field(ge=0, le=3600, description="seconds from 0 to 3600 would do")]
Share = Annotated[float, Field(ge=0, le=1, description="a number from 0 to 1 would do")]
Number = Annotated[float, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER, description="a number would do")]
PerhapsNumber = Annotated[float | None, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER, description="a number would do")]
Unit = Annotated[str, Field(max_length=20, pattern=PRINTABLE, description="a unit in quotes would do")]
Metres = Annotated[float, Field(ge=-1000, le=1000)]
BodyMetres = Annotated[float, Field(ge=-10, le=10)]  # the longest train of a costume
Universe = Annotated[int, Field(ge=1, le=63999, description="a universe from 1 to 63999 would do")]  # ANSI E1.31, 6.2.7
Host = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=r"^[!-~]+$", description="a host name or address in quotes would do"),
]
Port = Annotated[int, Field(ge=1, le=65535, description="a port from 1 to 65535 would do")]
PerhapsPort = Annotated[int, Field(ge=0, le=65535, description="a port from 1 to 65535, or 0 for none, would do")]


class Table(BaseModel):
    """What all tables share: no unknown keys, no guessing of types, finite numbers, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# --- show.toml -----------------------------------------------------------------------------------


class WearerTable(Table):
    """[[wearer]]: a person by stage name, with or without a place in the room."""

    name: Name
    at: Annotated[
        list[Metres] | None,
        Field(min_length=2, max_length=2, description="a place such as [1.5, 0.2], in metres, would do"),
    ] = None
    table: Name | None = None


class RoomTable(Table):
    """[[room]]: a room signal."""

    name: SignalName
    default: Number = 0.0
    low: Number = 0.0
    high: Number = 1.0
    unit: Unit = ""


class InputTable(Table):
    """[[input]]: a number that a device sends; `input.<name>` in expressions."""

    name: InputName
    default: PerhapsNumber = None
    low: PerhapsNumber = None
    high: PerhapsNumber = None


class SignalTable(Table):
    """A signal under [signals], made of others: an expression, or a table of it and what is known of it."""

    model_config = ConfigDict(json_schema_extra={"type": ["object", "string", "number"]})

    value: Expression
    unit: Unit = ""
    low: PerhapsNumber = None
    high: PerhapsNumber = None
    says: Annotated[str, Field(max_length=200, pattern=PRINTABLE, description="a sentence in quotes would do")] = ""

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, given: Any) -> Any:
        """Take an expression alone as the value."""
        return given if isinstance(given, dict) else {"value": _as_expression(given)}


class SafetyTable(Table):
    """[safety]: limits of the show, in seconds."""

    # A second GO within this is a trembling finger; three seconds would be a frozen show.
    go_guard: Annotated[float, Field(ge=0, le=3, description="seconds from 0 to 3 would do")] = 0.4
    # Slower than ten seconds is no panic.
    panic: Annotated[float, Field(ge=0, le=10, description="seconds from 0 to 10 would do")] = 2.0
    blackout: Annotated[float, Field(ge=0, le=10, description="seconds from 0 to 10 would do")] = 0.3


class ShowFile(Table):
    """show.toml."""

    title: Name = "Untitled"
    rate_hz: Annotated[float, Field(ge=1, le=240, description="ticks a second from 1 to 240 would do")] = 60.0
    opening: CueNumber | None = Field(None, description='the number of a cue in quotes, such as "1", would do')
    safe_look: Name = "safe"
    wearer: list[WearerTable] = _tables("wearer", MOST_WEARERS)
    room: list[RoomTable] = _tables("room")
    input: list[InputTable] = _tables("input", 256)
    signals: Annotated[
        dict[SignalName, SignalTable],
        Field(
            max_length=256,
            description="names made of letters, digits and _ would do",
        ),
    ] = {}
    safety: SafetyTable = SafetyTable()


# --- garments.toml -------------------------------------------------------------------------------


class StripTable(Table):
    """[[kind.strip]]: pixels laid evenly along a path."""

    region: Name
    path: Annotated[
        list[Annotated[list[BodyMetres], Field(min_length=3, max_length=3)]],
        Field(
            min_length=1,
            max_length=1000,
            description="a list of points such as [0.1, 0.2, 0.0], in metres and within 10 of the sternum, would do",
        ),
    ]
    # Sixty metres of the densest ribbon on the market, far past what a body carries or a battery feeds.
    pixels: Annotated[int, Field(ge=1, le=10_000, description="a whole number from 1 to 10000 would do")]


class KindTable(Table):
    """[[kind]]: a cut of garment, with its strips of pixels."""

    name: Name
    strip: list[StripTable] = _tables("kind.strip")


class GarmentTable(Table):
    """[[garment]]: one wearer's fixture."""

    name: GarmentName
    wearer: Name
    kind: Name


class GarmentsFile(Table):
    """garments.toml."""

    kind: list[KindTable] = _tables("kind")
    garment: list[GarmentTable] = _tables("garment", 4 * MOST_WEARERS)


# --- looks.toml ----------------------------------------------------------------------------------


def _with_effects(schema: dict[str, Any]) -> None:
    """Let an editor offer the effects, and under each of them its parameters alone."""
    own, parameter = list(schema["properties"]), schema.pop("additionalProperties")
    schema["properties"]["effect"]["enum"] = list(EFFECTS)
    for effect in EFFECTS.values():
        for one in effect.params:
            said = schema["properties"].get(one.name, {}).get("description")
            says = f"{effect.name}: {one.says} ({one.default})"
            schema["properties"][one.name] = {**parameter, "description": f"{said}; {says}" if said else says}
    schema["allOf"] = [
        {
            "if": {"properties": {"effect": {"const": effect.name}}},
            "then": {"propertyNames": {"enum": [*own, *(one.name for one in effect.params)]}},
        }
        for effect in EFFECTS.values()
    ]


class LayerTable(Table):
    """One layer of a look; what it has besides these keys are parameters of its effect."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_with_effects)
    __pydantic_extra__: dict[str, Expression]

    effect: Annotated[str, Field(description="the name of an effect in quotes would do")]
    region: Annotated[
        list[Name],
        BeforeValidator(_as_list),
        Field(
            min_length=1,
            max_length=100,
            description='"all", the name of a region, or a list of names would do',
            json_schema_extra={"type": ["array", "string"]},
        ),
    ] = ["all"]
    color: Annotated[str, Field(description='a colour such as "oklch(0.70 0.12 200)" or "#40c0ff" would do')]
    level: Expression = "1"


class LookTable(Table):
    """[[look]]: what light a cue asks for."""

    name: Name
    floor: Share = 0.0
    layers: list[LayerTable] = Field(
        default_factory=list, max_length=MOST_LAYERS, description=f"a list of layers, at most {MOST_LAYERS}, would do"
    )


class LooksFile(Table):
    """looks.toml."""

    look: list[LookTable] = _tables("look")


# --- cues.toml -----------------------------------------------------------------------------------


class CueTable(Table):
    """[[cue]]: one step of the cue list."""

    number: CueNumber
    name: Label = None
    act: Label = None
    when: Annotated[
        str | None, Field(description='a condition in quotes, such as "heart.rate > 90 for 4s", would do')
    ] = None
    pre_wait: Seconds = 0.0
    fade: Seconds = 3.0  # what a lighting desk gives a cue that says nothing
    curve: Annotated[
        Literal["linear", "ease", "slow", "fast"],
        Field(description='"linear", "ease", "slow" (starts slowly) or "fast" (ends slowly) would do'),
    ] = "linear"
    follow: PerhapsSeconds = None
    hang: PerhapsSeconds = None
    look: Name
    scene: Name | None = Field(None, description="the name of a scene in quotes would do")


class CuesFile(Table):
    """cues.toml."""

    cue: list[CueTable] = _tables("cue")


# --- scenes.toml ---------------------------------------------------------------------------------


class SceneTable(Table):
    """[[scene]]: an AR story state."""

    name: Name
    caption: Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")],
            Annotated[str, Field(max_length=400)],
        ],
        Field(max_length=50, description='texts of up to 400 letters by language, such as caption.en = "…", would do'),
    ] = {}
    parameters: Annotated[
        dict[ParameterName, Expression],
        Field(max_length=100, description="names of letters and digits, each with an expression, would do"),
    ] = {}


class ScenesFile(Table):
    """scenes.toml."""

    scene: list[SceneTable] = _tables("scene")


# --- patch.toml ----------------------------------------------------------------------------------


class SacnTable(Table):
    """[sacn]: where light goes."""

    host: Host = "127.0.0.1"
    port: Port = 5568
    priority: Annotated[int, Field(ge=0, le=200, description="a priority from 0 to 200 would do")] = 100
    source: Annotated[
        str,
        AfterValidator(_fits_source),
        Field(min_length=1, pattern=PRINTABLE, description="a name of 1 to 63 bytes would do"),
    ] = "Nexus"
    universe: Universe = 1


class EngineTable(Table):
    """[[ar.engine]]: one AR engine of several."""

    name: GarmentName
    host: Host = "127.0.0.1"
    port: Port = 9000
    listen: PerhapsPort = 0


class ArTable(Table):
    """[ar]: where AR state goes: to one engine, or to each [[ar.engine]]."""

    host: Host = "127.0.0.1"
    port: Port = 9000
    listen: PerhapsPort = 0
    # A lost trigger is told again after 50 and 150 ms: with 0.1 s engines start together in spite of one loss.
    lead: Annotated[float, Field(ge=0, le=2, description="seconds from 0 to 2 would do")] = 0.1
    engine: list[EngineTable] = _tables("ar.engine", MOST_ENGINES)

    def engines(self) -> list[EngineTable]:
        """Every engine; the table's own address is one where no other is named."""
        return self.engine or [EngineTable(name="ar", host=self.host, port=self.port, listen=self.listen)]


class ControlTable(Table):
    """[control]: where orders come in; query is the port of OSCQuery, 0 for none, announced to the network if asked."""

    host: Host = "127.0.0.1"
    port: Port = 53000
    query: PerhapsPort = 0
    announce: bool = False


class GarmentPatchTable(Table):
    """[[garment]]: a garment at a fixed address."""

    name: GarmentName
    universe: Universe
    slot: Annotated[int, Field(ge=1, le=512, description="a slot from 1 to 512 would do")] = 1


class SensorTable(Table):
    """[[sensor]]: which device carries a wearer's channels."""

    wearer: Name
    port: Annotated[str | None, Field(min_length=1, max_length=400, description="a path in quotes would do")] = None
    serial: Annotated[str | None, Field(min_length=1, max_length=100, description="a serial number would do")] = None
    location: Annotated[str | None, Field(min_length=1, max_length=100, description="a USB location would do")] = None
    device: Annotated[str | None, Field(min_length=1, max_length=100, description="an EmotiBit's id would do")] = None
    host: Host | None = None
    udp: Port | None = None
    bind: Host | None = None
    allow: Annotated[
        list[Annotated[str, AfterValidator(_network)]],
        Field(max_length=64, description='a list such as ["192.168.1.0/24"] would do'),
    ] = []
    wire: Annotated[
        Literal["pulsesensor", "lines", "cyton", "cyton_daisy", "bitalino", "firmata", "pack", "emotibit", "osc"],
        Field(
            description='"pulsesensor", "lines", "cyton", "cyton_daisy", "bitalino", "firmata", "pack", "emotibit" or '
            '"osc" would do'
        ),
    ]
    # From a modem of 1990 to the fastest USB bridges; without it, what the wire format usually has.
    baud: Annotated[int | None, Field(ge=300, le=4_000_000, description="a rate from 300 to 4000000 would do")] = None
    names: Annotated[
        dict[Name, str], Field(max_length=64, description='a table such as { pulse = "ppg" } would do')
    ] = {}
    columns: Annotated[list[str], Field(max_length=64, description='a list such as ["time_ms", "ppg"] would do')] = []
    address: Annotated[
        str | None, Field(max_length=100, pattern=OSC_BRANCH, description='an OSC address such as "/elif" would do')
    ] = None
    slot: Annotated[int | None, Field(ge=0, le=65535, description="a number from 0 to 65535 would do")] = None
    rate_hz: Annotated[float | None, Field(ge=1, le=1000, description="samples a second from 1 to 1000 would do")] = (
        None
    )


class PatchFile(Table):
    """patch.toml."""

    sacn: SacnTable = SacnTable()
    ar: ArTable = ArTable()
    control: ControlTable = ControlTable()
    garment: list[GarmentPatchTable] = _tables("garment", 4 * MOST_WEARERS)
    sensor: list[SensorTable] = _tables("sensor", 4 * MOST_WEARERS)
