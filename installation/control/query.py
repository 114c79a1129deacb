"""OSCQuery: what a GET of an address is answered, as status and JSON; no socket.

After the proposal of Vidvox (2018).  Where it contradicts itself, what clients expect: 204 for the value of what
can't be read, 400 for an attribute that is not told here, 404 for an address that is not there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from installation.control.namespace import READ, Node, Value, now
from installation.frame import Frame

ATTRIBUTES = ("FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "VALUE", "RANGE", "DESCRIPTION", "UNIT", "CRITICAL")
TOLD = ("ACCESS", "VALUE", "RANGE", "DESCRIPTION", "UNIT", "CRITICAL", "LISTEN", "IGNORE")  # the rest is no extension
NOT_TOLD = ("TAGS", "EXTENDED_TYPE", "CLIPMODE", "OVERLOADS", "HTML")
NEVER_SENT = ("PATH_CHANGED", "PATH_RENAMED", "PATH_ADDED", "PATH_REMOVED")  # no show changes while it runs
EXTENSIONS = dict.fromkeys(TOLD, True) | dict.fromkeys((*NOT_TOLD, *NEVER_SENT), False)

Json = dict[str, object]


def host_info(title: str, host: str, osc_port: int, query_port: int) -> Json:
    """Who answers, and where orders go: `host` is the address at which this client has reached us."""
    return {
        "NAME": title,
        "EXTENSIONS": EXTENSIONS,
        "OSC_IP": host,
        "OSC_PORT": osc_port,
        "OSC_TRANSPORT": "UDP",
        "WS_IP": host,
        "WS_PORT": query_port,
    }


def answer(tree: Mapping[str, Node], url: str, frame: Frame | None, info: Json) -> tuple[HTTPStatus, str]:
    """Status and JSON for the path and query of a request; "" where there is nothing to tell."""
    try:
        asked = urlsplit(url if url.startswith("/") and not url.startswith("//") else "")
    except ValueError:
        return HTTPStatus.BAD_REQUEST, ""
    names = [part.partition("=")[0] for part in asked.query.split("&") if part]
    if "HOST_INFO" in names:
        return HTTPStatus.OK, json.dumps(info)
    node = tree.get(unquote(asked.path).rstrip("/") or "/") if asked.path else None
    if node is None:
        return HTTPStatus.NOT_FOUND, ""
    if not set(names) <= set(ATTRIBUTES):
        return HTTPStatus.BAD_REQUEST, ""
    if "VALUE" in names and not node.access & READ:
        return HTTPStatus.NO_CONTENT, ""
    if not names:
        return HTTPStatus.OK, _written(tree, node, frame)
    own = {name: value for name, value in _attributes(node, frame).items() if name in names}
    return HTTPStatus.OK, _with_contents(own, tree, node, frame) if "CONTENTS" in names else json.dumps(own)


def _written(tree: Mapping[str, Node], node: Node, frame: Frame | None) -> str:
    """A node with everything that is known of it and all that is below.

    Piece by piece: while the encoder is at work no other thread is, and a tree of 2,000 wearers would cost two ticks.
    """
    return _with_contents(_attributes(node, frame), tree, node, frame)


def _with_contents(own: Json, tree: Mapping[str, Node], node: Node, frame: Frame | None) -> str:
    if not node.children:
        return json.dumps(own)
    below = ", ".join(
        f"{json.dumps(tree[path].name)}: {_written(tree, tree[path], frame)}" for path in node.children
    )  # fmt: skip
    return f'{json.dumps(own)[:-1]}{", " if own else ""}"CONTENTS": {{{below}}}}}'


def _attributes(node: Node, frame: Frame | None) -> Json:
    """What is known of a node itself."""
    found: Json = {"FULL_PATH": node.path, "ACCESS": node.access}
    if node.description:
        found["DESCRIPTION"] = node.description
    if node.type:
        found["TYPE"] = node.type
        found["CRITICAL"] = node.critical
    values = now(node, frame)
    if values is not None:
        found["VALUE"] = [_json(value) for value in values]
    if node.ranges:
        found["RANGE"] = list(node.ranges)
    if node.units:
        found["UNIT"] = list(node.units)
    return found


def _json(value: Value) -> Value | None:
    """A number that is not finite is not known; JSON has no word for it but null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
