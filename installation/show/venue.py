"""Whether a venue's patch fits the show: garments on their universes, sensors on their wearers."""

from __future__ import annotations

from installation.frame import CHANNELS
from installation.show import files, slots
from installation.show.problems import nearest, shown
from installation.show.reach import check_osc, found_by, same_door
from installation.show.sources import Place, Source
from installation.show.wires import FORMATS, LEFT_OUT


def check_venue(patch: Source, garments: Source, show: Source) -> None:
    """Tell everything that a patch names and the show does not have, and whatever is claimed twice."""
    _engines(patch)
    _garments(patch, garments)
    _sensors(patch, show)


def _engines(patch: Source) -> None:
    """Tell of AR engines that share a name, an address, or the port that hears them."""
    taken: dict[str, str] = {}
    for index, engine in enumerate(patch.head(files.PatchFile).ar.engine):
        owner = f"AR engine {index + 1}"
        claims = {"name": f"name {shown(engine.name)}", "port": f"address {engine.host}:{engine.port}"}
        if engine.listen:
            claims["listen"] = f"listening port {engine.listen}"
        for key, claim in claims.items():
            if (first := taken.setdefault(claim, owner)) != owner:
                patch.tell(("ar", "engine", index, key), f"{owner} has the {claim}, as {first} has; another would do")


def _garments(patch: Source, garments: Source) -> None:
    kinds = {kind.name: sum(strip.pixels for strip in kind.strip) for _, kind in garments.each("kind", files.KindTable)}
    sewn = {one.name: kinds.get(one.kind, 0) for _, one in garments.each("garment", files.GarmentTable)}
    if sum(sewn.values()) > files.MOST_PIXELS:
        return  # told where they are sewn
    names = list(sewn)
    places: dict[int, Place] = {}
    by_hand: dict[int, slots.Start] = {}
    for place, one in patch.each("garment", files.GarmentPatchTable):
        patch.tell_unknown((*place, "name"), "the patch has", one.name, what="garment", where=garments)
        if not (pixels := sewn.get(one.name, 0)):
            continue
        last = slots.last_start(pixels)
        if names.index(one.name) in by_hand:
            patch.tell((*place, "name"), f"garment {shown(one.name)} is patched twice; one address would do")
        elif one.slot > last:
            found = (
                f"garment {shown(one.name)} of {pixels} pixels overflows universe {one.universe} from slot {one.slot}"
            )
            patch.tell((*place, "slot"), f"{found}; slot {last} or lower would do")
        else:
            by_hand[names.index(one.name)] = slots.Start(one.universe, one.slot)
            places[names.index(one.name)] = place
    first = patch.head(files.PatchFile).sacn.universe
    runs = slots.pack(list(sewn.values()), by_hand, first)
    for later, other, universe, slot in slots.overlaps({garment: runs[garment] for garment in by_hand}):
        shared = f"shares universe {universe}, slot {slot}, with {shown(names[other])}"
        patch.tell((*places[later], "slot"), f"garment {shown(names[later])} {shared}; another address would do")
    for garment, laid in enumerate(runs):
        if laid and laid[-1][2] > slots.LAST_UNIVERSE:
            place = (*places[garment], "universe") if garment in places else ("sacn", "universe")
            patch.tell(place, f"garment {shown(names[garment])} goes past universe {slots.LAST_UNIVERSE}, the last one")


def _sensors(patch: Source, show: Source) -> None:
    devices: dict[tuple[str, str | int], tuple[str, files.SensorTable]] = {}
    slots_taken: dict[tuple[str, str | int, int | None], str] = {}
    claimed: dict[tuple[str, str], str] = {}
    for place, sensor in patch.each("sensor", files.SensorTable):
        owner = f"sensor {int(place[1]) + 1}"
        patch.tell_unknown((*place, "wearer"), f"{owner} is on", sensor.wearer, what="wearer", where=show)
        for key, value in found_by(patch, place, sensor):
            first, other = devices.setdefault((key, value), (owner, sensor))
            taken = slots_taken.setdefault((key, value, sensor.slot), owner)
            if other is sensor:
                continue
            if other.wire != sensor.wire or not FORMATS[sensor.wire].shared:
                patch.tell((*place, key), f"{owner} has {key} = {shown(value)}, as {first} has; one would do")
            elif (baud := _baud(sensor)) != _baud(other):
                speeds = f"{owner} has {baud} baud at {shown(value)}, {first} has {_baud(other)}"
                patch.tell((*place, "baud" if sensor.baud else key), f"{speeds}; one speed would do")
            elif not same_door(sensor, other):
                door = f"{owner} has another bind or allow for {key} = {value} than {first}"
                patch.tell((*place, key), f"{door}; the same for both would do")
            elif sensor.slot is not None and taken != owner:
                same = f"{owner} has slot = {sensor.slot}, as {taken} has"
                patch.tell((*place, "slot"), f"{same}; a slot of its own would do")
        for channel in _channels(patch, place, sensor, show):
            claim = (sensor.wearer, channel)
            if claim in claimed:
                twice = f"{owner} gives {channel} of {shown(sensor.wearer)}, as {claimed[claim]} does"
                patch.tell((*place, "wearer"), f"{twice}; one would do")
            claimed.setdefault(claim, owner)


def _channels(patch: Source, place: Place, sensor: files.SensorTable, show: Source) -> list[str]:
    """Give the channels that a sensor sends, telling of those that do not exist."""
    owner = f"sensor {int(place[1]) + 1}"
    _options(patch, place, sensor, owner)
    if sensor.wire == "pulsesensor":
        for key in ("names", "columns"):
            if getattr(sensor, key):
                patch.tell((*place, key), f'{owner} has {key}, which only the wire "lines" takes')
        return ["ppg"]
    wire = FORMATS[sensor.wire]
    if sensor.wire == "osc" and not check_osc(patch, place, sensor):
        return []
    if not sensor.names and (wire.shared or wire.usual):
        return [channel for _, channel in wire.usual] or list(CHANNELS)
    if not sensor.names and not sensor.columns:
        what = "names that say" if wire.names else "names or columns that say"
        patch.tell((*place, "wire"), f"{owner} has the wire {shown(sensor.wire)}; {what} what it sends would do")
    for name in sensor.names if wire.names else ():
        if name not in wire.names:
            guess = nearest(name, wire.names) or f"; there are {', '.join(wire.names)}"
            patch.tell(
                (*place, "names", name), f"{owner} names {shown(name)}, which {sensor.wire} does not have{guess}"
            )
    columns = {index: name for index, name in enumerate(sensor.columns) if name not in ("time_ms", LEFT_OUT)}
    sent: dict[Place, str] = {("names", key): name for key, name in sensor.names.items() if name != LEFT_OUT}
    sent |= {("columns", index): name for index, name in columns.items()}
    known = (*CHANNELS, *(f"input.{name}" for name in show.names("input")))
    for where, name in sent.items():
        if name not in known and (show.whole or not name.startswith("input.")):
            guess = nearest(name, known) or f"; there are {', '.join(known)}"
            patch.tell((*place, *where), f"{owner} gives {shown(name)}, which is no channel or input{guess}")
    for key in ("names", "columns"):
        written = [name for where, name in sent.items() if where[0] == key]
        for name in dict.fromkeys(written):
            if written.count(name) > 1:
                patch.tell((*place, key), f"{owner} has {written.count(name)} {key} for {name}; one would do")
    if not sent and (sensor.names or sensor.columns):
        nothing = f"{owner} sends nothing that anybody reads; a channel or an input would do"
        patch.tell((*place, "names" if sensor.names else "columns"), nothing)
    apart = [[name for name in sensor.names if ("names", name) in sent and name in names] for names in wire.apart]
    if sum(map(bool, apart)) > 1:
        both = " and ".join(", ".join(some) for some in apart if some)
        patch.tell((*place, "names"), f"{owner} names {both}, which {sensor.wire} never sends at once; one would do")
    return list(dict.fromkeys(sent.values()))


def _baud(sensor: files.SensorTable) -> int:
    """Its speed, as it will be opened."""
    return sensor.baud or FORMATS[sensor.wire].baud


def _options(patch: Source, place: Place, sensor: files.SensorTable, owner: str) -> None:
    """Tell of what a sensor's wire format does not take, or lacks."""
    wire = FORMATS[sensor.wire]
    if sensor.columns and (wire.names or wire.shared):
        patch.tell((*place, "columns"), f'{owner} has columns, which only the wire "lines" takes')
    if sensor.wire == "pack" and sensor.slot is None:
        patch.tell((*place, "wire"), f"{owner} has the wire {shown(sensor.wire)}; the slot of its wearer would do")
    if sensor.slot is not None and sensor.wire != "pack":
        patch.tell((*place, "slot"), f'{owner} has a slot, which only the wire "pack" takes')
    if sensor.rate_hz is not None and not wire.rates_hz:
        patch.tell((*place, "rate_hz"), f"{owner} has rate_hz, which {sensor.wire} does not take")
    elif sensor.rate_hz is not None and not any(low <= sensor.rate_hz <= high for low, high in wire.rates_hz):
        would = ", ".join(f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in wire.rates_hz)
        patch.tell((*place, "rate_hz"), f"{owner} has rate_hz = {sensor.rate_hz:g}; {would} would do")
