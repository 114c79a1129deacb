"""How a recording writes what it holds: its channels, their JSON schemas, and values to JSON and back.

JSON numbers are written with the fewest digits that give back the same double, so every value is exact,
bit for bit; what is not finite stands as text: "nan", "inf", "-inf".
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from installation.frame import Floats, Health, Heard, Ints, Order, PortEvent, Receipt, RoomSignal, Samples, Tick
from installation.record.night import Rows

NUMBER = {"type": "number"}
WHOLE = {"type": "integer"}
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
PERHAPS = {"type": ["number", "string"], "description": 'a number, or "nan", "inf", "-inf"'}


def _list(of: Mapping[str, Any], text: str = "") -> dict[str, Any]:
    return {"type": "array", "items": of} | ({"description": text} if text else {})


ORDER = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("verb", "source", "target", "id", "expect_standby"), TEXT),
        "time_s": NUMBER,
        "value": PERHAPS,
    },
}
ROWS = {
    "tick": _list(WHOLE, "number of the tick that read the row"),
    "column": _list(WHOLE, "w: wearer w's own sensors; N + w: their twin; w from 0, in the order of show.toml"),
    "channel": _list(WHOLE, "place in `channels` of the metadata"),
    "time_s": _list(NUMBER, "of the sample itself"),
    "value": _list(PERHAPS, "in the unit of the device"),
    "gap": _list(WHOLE, "1: rows are missing just before this one"),
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "/ticks": {
        "number": _list(WHOLE),
        "time_s": _list(NUMBER, "scheduled, from the start of the run"),
        "dt_s": _list(NUMBER),
        "dropped": _list(WHOLE, "so far"),
    },
    "/samples": ROWS,
    "/sealed": {
        "wearer": {**WHOLE, "description": "from 0, in the order of show.toml"},
        "number": {**WHOLE, "description": "of this wearer's messages; the nonce"},
        "data": {**TEXT, "contentEncoding": "base64", "description": "rows as /samples, under the wearer's own key"},
    },
    "/orders": {"tick": WHOLE, "order": ORDER},
    "/receipts": {"tick": WHOLE, "order": ORDER, "accepted": FLAG, "reason": TEXT},
    "/room": {"tick": WHOLE, "name": TEXT, "value": PERHAPS, "time_s": NUMBER, "valid": FLAG},
    "/ports": {"tick": WHOLE, "time_s": NUMBER, **dict.fromkeys(("wire", "what", "identity", "reason"), TEXT)},
    "/heard": {
        "tick": WHOLE,
        "time_s": NUMBER,
        "output": {**TEXT, "description": "which engine or node said it"},
        "data": {**TEXT, "contentEncoding": "base64", "description": "the datagram"},
    },
    "/health": {"tick": WHOLE, "name": TEXT, "kind": TEXT, "ok": FLAG, "text": TEXT},
    "/gaps": {"tick": {**WHOLE, "description": "the first one kept again"}, "missing": WHOLE},
}
"""Properties of every channel's messages.  `/ticks` comes last of what belongs to its ticks, and so closes it."""


def schema(topic: str) -> bytes:
    """The JSON schema of a channel's messages."""
    return json.dumps({"type": "object", "properties": SCHEMAS[topic]}, ensure_ascii=False).encode()


def to_json(values: Mapping[str, Any]) -> bytes:
    """A message; every float in it has to be finite."""
    return json.dumps(values, allow_nan=False, separators=(",", ":")).encode()


# --- rows and ticks ------------------------------------------------------------------------------


def rows_to_json(rows: Rows) -> bytes:
    """Rows as `/samples` has them."""
    samples = rows.samples
    return to_json(
        {
            "tick": rows.tick.tolist(),
            "column": samples.column.tolist(),
            "channel": samples.channel.tolist(),
            "time_s": _numbers(samples.time_s),
            "value": _numbers(samples.value),
            "gap": samples.gap.astype(np.uint8).tolist(),
        }
    )


def rows_from_json(data: bytes, channels: Ints) -> Rows:
    """The rows of a message; `channels` gives this program's number of each recorded one.

    Raises ValueError, TypeError, LookupError or OverflowError where the message is none of ours.
    """
    said = json.loads(data)
    tick = np.array(said["tick"], np.int64)
    samples = Samples(
        np.array(said["time_s"], np.float64),
        np.array(said["column"], np.int32),
        channels[np.array(said["channel"], np.intp)],
        np.array(said["value"], np.float64),
        np.array(said["gap"], np.bool_),
    )
    arrays = (tick, samples.time_s, samples.column, samples.channel, samples.value, samples.gap)
    if any(array.shape != (len(tick),) for array in arrays) or (len(tick) and int(np.min(samples.column)) < 0):
        raise ValueError("rows of unequal length")
    return Rows(tick, samples)


def ticks_to_json(ticks: list[Tick]) -> bytes:
    """Ticks as `/ticks` has them."""
    names = ("number", "time_s", "dt_s", "dropped")
    return to_json({name: [getattr(tick, name) for tick in ticks] for name in names})


def ticks_from_json(data: bytes) -> list[Tick]:
    """The ticks of a message; raises as `rows_from_json` does, also where they are no grid."""
    said = json.loads(data)
    grid = zip(said["number"], said["time_s"], said["dt_s"], said["dropped"], strict=True)
    ticks = [Tick(int(number), float(time_s), float(dt_s), int(dropped)) for number, time_s, dt_s, dropped in grid]
    for tick in ticks:
        if not (math.isfinite(tick.time_s) and 0.0 <= tick.dt_s < math.inf and 0 <= tick.dropped <= tick.number):
            raise ValueError(f"{tick} is no tick")
    return ticks


def _numbers(values: Floats) -> list[Any]:
    listed: list[Any] = values.tolist()
    if np.isfinite(values).all():
        return listed
    return [value if math.isfinite(value) else str(value) for value in listed]


# --- orders and events ---------------------------------------------------------------------------


def fields_of(message: bytes) -> tuple[int, dict[str, Any]]:
    """The tick that a message belongs to, and all it says; raises as `rows_from_json` does."""
    said = json.loads(message)
    return int(said["tick"]), said


def order_to_fields(order: Order) -> dict[str, Any]:
    """An order as JSON has it."""
    return _finite(asdict(order))


def order_from_fields(fields: Mapping[str, Any]) -> Order:
    """The order of a message; raises as `rows_from_json` does."""
    texts = {name: str(fields[name]) for name in ("verb", "source", "target", "id", "expect_standby")}
    return Order(time_s=float(fields["time_s"]), value=float(fields["value"]), **texts)


def receipt_to_fields(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON has it."""
    return {"order": order_to_fields(receipt.order), "accepted": receipt.accepted, "reason": receipt.reason}


def signal_to_fields(signal: RoomSignal) -> dict[str, Any]:
    """A room signal as JSON has it."""
    return _finite(asdict(signal))


def event_to_fields(event: PortEvent) -> dict[str, Any]:
    """A port event as JSON has it."""
    return _finite(asdict(event))


def event_from_fields(fields: Mapping[str, Any]) -> PortEvent:
    """The port event of a message; raises as `rows_from_json` does."""
    texts = {name: str(fields[name]) for name in ("wire", "identity", "reason")}
    if fields["what"] not in ("opened", "closed", "missing", "refused"):
        raise ValueError("no port event")
    return PortEvent(time_s=float(fields["time_s"]), what=fields["what"], **texts)


def heard_to_fields(heard: Heard) -> dict[str, Any]:
    """A datagram that came back, as JSON has it."""
    return {"time_s": heard.time_s, "output": heard.output, "data": base64.b64encode(heard.data).decode()}


def heard_from_fields(fields: Mapping[str, Any]) -> Heard:
    """The datagram of a message; raises as `rows_from_json` does."""
    return Heard(float(fields["time_s"]), str(fields["output"]), base64.b64decode(fields["data"]))


def health_to_fields(health: Health, home: str) -> dict[str, Any]:
    """How something did; a path under `home` begins with ~, since a home is often called after its owner."""
    text = health.text.replace(home, "~") if home else health.text
    return {"name": health.name, "kind": health.kind, "ok": health.ok, "text": text}


def sealed_to_json(wearer: int, number: int, data: bytes) -> bytes:
    """A closed message as `/sealed` has it."""
    return to_json({"wearer": wearer, "number": number, "data": base64.b64encode(data).decode()})


def sealed_from_json(message: bytes) -> tuple[int, int, bytes]:
    """wearer, number and data of a closed message; raises as `rows_from_json` does."""
    said = json.loads(message)
    number = int(said["number"])
    if number < 0:
        raise ValueError("messages count from 0")
    return int(said["wearer"]), number, base64.b64decode(said["data"])


def _finite(fields: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        if isinstance(value, float) and not math.isfinite(value):
            fields[name] = str(value)
    return fields
