"""The OSC address space of a show as OSCQuery tells it: every address that is heard, and what can be read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from installation.control.dictionary import ADDRESSES, PATTERN, Address
from installation.control.orders import LEVELS
from installation.control.told import HEART, WORDS
from installation.frame import ORGANS, Force, Frame, Presence
from installation.show.model import Show

TYPES = {"button": "N", "switch": "T", "number": "f", "force": "s", "anything": "N"}  # as OSCQuery names them
READ, WRITE = 1, 2  # bits of ACCESS

Value = float | int | str | bool
Values = Sequence[Value]
Told = Callable[[Frame], Values]


@dataclass(frozen=True, slots=True)
class Node:
    """One address.  type: OSC type tags, "" for a container · ranges, units: one for each tag · value: as it is now.

    critical: it should come over TCP, since a lost one would be missed.
    """

    path: str
    description: str = ""
    type: str = ""
    access: int = 0
    ranges: tuple[Mapping[str, object], ...] = ()
    units: tuple[str, ...] = ()
    critical: bool = False
    value: Told | None = None
    children: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.path.rpartition("/")[2]


def tree(nodes: Iterable[Node]) -> dict[str, Node]:
    """Nodes by address, with the containers above them, "/" the topmost."""
    found = {"/": Node("/")} | {node.path: node for node in nodes}
    below: dict[str, dict[str, None]] = {}
    for path in found:
        parts = path.strip("/").split("/")
        for deep in range(len(parts) if path != "/" else 0):
            above, child = "/" + "/".join(parts[:deep]), "/" + "/".join(parts[: deep + 1])
            below.setdefault(above, {})[child] = None
    return {
        path: replace(found.get(path, Node(path)), children=tuple(below.get(path, ()))) for path in {**found, **below}
    }


def nodes(show: Show) -> list[Node]:
    """Everything that the show hears and tells."""
    return [
        Node("/", show.title),
        *(node for address in ADDRESSES for node in _heard(show, address)),
        *_told(show),
    ]


def now(node: Node, frame: Frame | None) -> Values | None:
    """The value of a node at a frame; None where there is none to read."""
    return node.value(frame) if node.value is not None and frame is not None else None


def _heard(show: Show, address: Address) -> list[Node]:
    """The nodes of an address of the table: one, or one for each name that may stand in it."""
    plain = Node(
        address.path,
        address.says,
        TYPES[address.takes],
        WRITE,
        critical=bool(address.verb) and address.verb not in LEVELS,
    )

    def named(name: str, says: str = "", **more: object) -> Node:
        path = address.path.replace("<number>", name).replace("<name>", name)
        return replace(plain, path=path, description=says or address.says, **more)  # type: ignore[arg-type]

    match address.verb:
        case "blackout":
            return [replace(plain, access=READ | WRITE, value=lambda frame: (frame.story.blackout_asked,))]
        case "master":
            ranges = ({"MIN": 0.0, "MAX": 1.0},)
            return [
                replace(
                    plain,
                    access=READ | WRITE,
                    ranges=ranges,
                    units=("gain.linear",),
                    value=lambda frame: (frame.story.master,),
                )
            ]
        case "cue":
            return [named(cue.number, f"GO of cue {cue.number}, {cue.name}.") for cue in show.cues]
        case "room":
            return [
                named(
                    one.name,
                    access=READ | WRITE,
                    ranges=({"MIN": one.low, "MAX": one.high},),
                    units=(one.unit,) if one.unit else (),
                    value=_room(one.name),
                )
                for one in show.room
            ]
        case "presence":
            words = ({"VALS": [force.name.lower() for force in Force]},)
            return [
                named(
                    name,
                    f"Whose body is shown for {wearer.name}: their own, their twin's, or automatic.",
                    access=READ | WRITE,
                    ranges=words,
                    value=_forced(number),
                )
                for number, (wearer, name) in enumerate(zip(show.wearers, _names(show), strict=True))
            ]
    return [plain]


def _told(show: Show) -> list[Node]:
    """What can be read and listened to, and is not heard."""
    numbers = [""] + [cue.number for cue in show.cues]  # -1, none, is the first
    return [
        Node("/out/cue", "Number of the cue that was taken last.", "s", READ, value=_cue(numbers, "current")),
        Node("/out/standby", "Number of the cue in standby.", "s", READ, value=_cue(numbers, "standby")),
        Node("/out/act", "The act.", "s", READ, value=lambda frame: (frame.story.act,)),
        Node("/out/presence", "How many hearts are real, held, simulated, replayed.", "iiii", READ, value=_counts),
        *(
            Node(
                f"/out/presence/{number + 1}",
                f"Presence of {wearer.name}: name, {', '.join(ORGANS)}.",
                "s" * (1 + len(ORGANS)),
                READ,
                value=_presence(number, wearer.name),
            )
            for number, wearer in enumerate(show.wearers)
        ),
    ]


def _names(show: Show) -> list[str]:
    """What stands for each wearer in an address: the name where OSC can hold it and nobody shares it, or a number."""
    often = Counter(wearer.name for wearer in show.wearers)
    return [
        wearer.name if often[wearer.name] == 1 and _fits(wearer.name) else str(number)
        for number, wearer in enumerate(show.wearers, 1)
    ]


def _fits(name: str) -> bool:
    """Whether an address can hold a name: printable ASCII without what OSC keeps for itself, and no number."""
    barred = PATTERN | set(" #,/")
    return name.isascii() and name.isprintable() and barred.isdisjoint(name) and name != "" and not name.isdigit()


def _room(name: str) -> Told:
    return lambda frame: (frame.story.room[name].value if name in frame.story.room else math.nan,)


def _forced(wearer: int) -> Told:
    def told(frame: Frame) -> Values:
        forced = frame.story.forced
        return (Force(int(forced[wearer]) if wearer < len(forced) else Force.AUTO).name.lower(),)

    return told


def _cue(numbers: list[str], which: str) -> Told:
    return lambda frame: (numbers[getattr(frame.story, which) + 1],)


def _counts(frame: Frame) -> Values:
    return tuple(np.bincount(frame.body.presence[:, HEART], minlength=len(Presence)).tolist())


def _presence(wearer: int, name: str) -> Told:
    return lambda frame: (name, *(WORDS[organ] for organ in frame.body.presence[wearer].tolist()))
