"""Which device carries whose channels, as the venue's patch has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from installation.frame import CHANNELS, PortEvent
from installation.sensors.identity import Lister, finder
from installation.sensors.wires import Decoder, decoder, greeting
from installation.show.model import SensorPatch, Show
from installation.show.wires import FORMATS, rows_hz

if TYPE_CHECKING:
    from installation.sensors.wires.emotibit import EmotiBit
    from installation.sensors.wires.osc import Osc
    from installation.sensors.wires.pack import Pack


NAMED = 3  # more names are no name


@dataclass(slots=True)
class Device:
    """A patched device: identity is its path, or what else finds it: `serial <number>`, `udp <port>` and the like.

    of: wearers whose sensor is on it, wearers: their names · carries: (wearer, decoder) of each, or crowd: the
    decoder of all, where it is a gateway or a door · due_hz: rows a second of all wearers together, NaN where its
    maker decides.
    """

    identity: str
    patch: SensorPatch
    wearers: list[str] = field(default_factory=list)
    of: list[int] = field(default_factory=list)
    carries: list[tuple[int, Decoder | EmotiBit]] = field(default_factory=list)
    crowd: Pack | Osc | None = None
    due_hz: float = 0.0

    @property
    def name(self) -> str:
        """What the operator reads."""
        if len(self.wearers) > NAMED:
            return f"{len(self.wearers)} wearers at {self.identity}"
        return f"{' and '.join(self.wearers)} at {self.identity}"

    @property
    def baud(self) -> int:
        """Bits a second."""
        return self.patch.baud

    @property
    def declared_hz(self) -> float:
        """Rows a second of each of its wearers, as its wire format's table or the patch says; NaN where none does."""
        return rows_hz(self.patch.wire, [name for name, _ in self.patch.names], self.patch.rate_hz)

    @property
    def greeting(self) -> tuple[bytes, ...]:
        """The commands that start it."""
        return greeting(self.patch)

    def finder(self, lister: Lister | None) -> Callable[[], str]:
        """How to find its path, anew each time."""
        return finder(self.patch.port, self.patch.serial, self.patch.location, lister)


def share_out(show: Show, now_s: float) -> tuple[list[Device], list[PortEvent]]:
    """The devices of the patch, and a refusal for each that claims what an earlier one carries."""
    channels = {name: number for number, name in enumerate(CHANNELS)}
    channels |= {f"input.{name}": len(CHANNELS) + number for number, name in enumerate(show.inputs)}
    names = {number: name for name, number in channels.items()}
    devices: dict[str, Device] = {}
    carrier: dict[tuple[int, int], str] = {}
    refused = []
    for patch in show.patch.sensors:
        wearer = show.wearers[patch.wearer].name
        identity = identity_of(patch)
        wire = None if FORMATS[patch.wire].shared else decoder(patch, channels)
        carried = _carried(patch, channels) if wire is None else {}
        claims = [(patch.wearer, channel) for channel in (wire.channels if wire else carried.values())]
        taken = next((claim for claim in claims if claim in carrier), None)
        device = devices.get(identity) or Device(identity, patch)
        if taken is not None:
            reason = f"{wearer}'s {names[taken[1]]} already comes from {carrier[taken]}"
            reason += ": take one of the two out of patch.toml"
        elif device.baud != patch.baud:
            reason = f"{identity} is patched at {device.baud} baud already: give it one speed in patch.toml"
        elif device.patch.wire != patch.wire:
            reason = f"{identity} is patched as {device.patch.wire} already: give it one wire in patch.toml"
        else:
            carrier |= dict.fromkeys(claims, identity)
            device.wearers.append(wearer)
            device.of.append(patch.wearer)
            device.due_hz += rows_hz(patch.wire, [name for name, _ in patch.names], device.patch.rate_hz)
            if wire is None:
                _add(device, patch, carried, channels)
            else:
                device.carries.append((patch.wearer, wire))
            devices[identity] = device
            continue
        refused.append(PortEvent(now_s, f"{wearer} at {identity}", "refused", identity, reason))
    return list(devices.values()), refused


def identity_of(patch: SensorPatch) -> str:
    """What finds a patched device, as the operator reads it."""
    if patch.port:
        return patch.port
    ways = (("serial", patch.serial), ("location", patch.location), ("udp", patch.udp), ("EmotiBit", patch.device))
    return next((f"{way} {value}" for way, value in ways if value), f"EmotiBit at {patch.host}")


def _add(device: Device, patch: SensorPatch, carried: Mapping[int, int], channels: Mapping[str, int]) -> None:
    """Let a device that carries many carry one more."""
    if patch.wire == "osc":
        from installation.sensors.wires.osc import Osc

        osc = device.crowd if isinstance(device.crowd, Osc) else Osc()
        osc.add(patch.wearer, {name: channels[channel] for name, channel in patch.names})
        device.crowd = osc
    else:
        from installation.sensors.wires.pack import Pack  # only where there is one: its kernels cost start-up time

        pack = device.crowd if isinstance(device.crowd, Pack) else Pack()
        pack.add(patch.slot, patch.wearer, carried)
        device.crowd = pack


def _carried(patch: SensorPatch, channels: Mapping[str, int]) -> dict[int, int]:
    """Channel numbers by channel of the pack: as `names` says, { ch7 = "input.glow" }, or the usual seven; of OSC
    by place."""
    if patch.wire == "osc":
        return {place: channels[channel] for place, (_, channel) in enumerate(patch.names)}
    if not patch.names:
        return {code: channels[name] for code, name in enumerate(CHANNELS)}
    return {int(name.removeprefix("ch")): channels[channel] for name, channel in patch.names}
