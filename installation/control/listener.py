"""One OSCQuery client on its WebSocket: what it listens to, and what waits for it."""

from __future__ import annotations

import json
import math
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from installation.control.intake import Intake
from installation.control.namespace import READ, Node, Values, now
from installation.control.packet import told
from installation.frame import Frame

EVERY_S = 1 / 30  # between two looks at what is listened to; consoles draw no faster
MOST_LISTENED = 512  # addresses of a client
MOST_WAITING = 64  # answers for a client that does not read


class Listener:
    """Takes commands, and says which packets are due; `put` is called from any thread and never waits."""

    def __init__(self, tree: Mapping[str, Node], intake: Intake) -> None:
        self._tree, self._intake = tree, intake
        self._listened: dict[str, Values | None] = {}  # what was told of each last; never changed, always replaced
        self._waiting: deque[bytes] = deque()
        self._woken = threading.Event()
        self._closed = False

    def command(self, text: str) -> None:
        """LISTEN or IGNORE as JSON.  Raises ValueError, with what is wrong."""
        try:
            asked = json.loads(text)
        except RecursionError as error:
            raise ValueError("its JSON is too deep") from error
        command, path = (asked.get("COMMAND"), asked.get("DATA")) if isinstance(asked, dict) else (None, None)
        node = self._tree.get(path) if isinstance(path, str) else None
        if command == "IGNORE" and node is not None:
            self._listened = {one: last for one, last in self._listened.items() if one != path}
        elif command != "LISTEN":
            raise ValueError("it is neither LISTEN nor IGNORE of an address that is here")
        elif node is None or not node.access & READ:
            raise ValueError("it would listen to what can't be read")
        elif len(self._listened) >= MOST_LISTENED:
            raise ValueError(f"it listens to {MOST_LISTENED} addresses already")
        else:
            self._listened = {**self._listened, node.path: None}
        self._woken.set()

    def put(self, packet: bytes) -> None:
        """An answer that is due at once; where too many wait it is dropped and counted."""
        if len(self._waiting) >= MOST_WAITING:
            self._intake.lost += 1
            return
        self._waiting.append(packet)
        self._woken.set()

    def close(self) -> None:
        """End `packets`."""
        self._closed = True
        self._woken.set()

    def packets(self, frame: Callable[[], Frame | None]) -> Iterator[bytes]:
        """Wait for what is due: answers, and the newest value of every address that is listened to, if it changed."""
        while True:
            self._woken.wait(EVERY_S if self._listened else None)
            self._woken.clear()
            if self._closed:
                return
            while self._waiting:
                yield self._waiting.popleft()
            newest, listened = frame(), self._listened
            for path, last in listened.items():
                values = now(self._tree[path], newest)
                if values is not None and values != last and all(map(_known, values)):
                    listened[path] = values
                    yield told(path, values)


def _known(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
