"""What AR engines say back, decoded; no socket.

/ar/ack i seq · /ar/ready s scene i seq · /ar/pong i n f t_sender f t_engine · /ar/sync
/ar/heartbeat i n s scene i seq f fps · /ar/error s code s text
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

MOST_BYTES = 1472  # of a datagram: what an Ethernet frame holds; engines answer in a few dozen
MOST_MESSAGES = 32  # of one datagram


@dataclass(frozen=True, slots=True)
class Answer:
    """One message of an engine: what (ack, ready, pong, heartbeat, error, sync) and what it says of it.

    number: seq of an ack and of ready, n of a pong and of a heartbeat · text: the scene, or the error · seq, fps: of a
    heartbeat · time_s: of a pong, on the engine's clock.
    """

    what: str
    number: int = -1
    text: str = ""
    seq: int = -1
    fps: float = math.nan
    time_s: float = math.nan


def answers(data: bytes) -> Iterator[Answer]:
    """Every answer of a datagram; what is none is left out."""
    for told in _messages(data):
        values = [value for value in told.params if isinstance(value, (str, int, float))]
        numbers = [value for value in values if not isinstance(value, str) and math.isfinite(value)]
        texts = [value for value in values if isinstance(value, str)]
        match told.address, len(numbers), len(texts):
            case "/ar/ack", 1 | 2, 0:  # some say the epoch as well
                yield Answer("ack", int(numbers[0]))
            case "/ar/ready", 1 | 2, 1:
                yield Answer("ready", int(numbers[0]), texts[0])
            case "/ar/pong", 2 | 3, 0:  # some leave out what they were told
                yield Answer("pong", int(numbers[0]), time_s=float(numbers[-1]))
            case "/ar/heartbeat", 2 | 3, 1:
                fps = float(numbers[2]) if len(numbers) == 3 else math.nan
                yield Answer("heartbeat", int(numbers[0]), texts[0], int(numbers[1]), fps)
            case "/ar/error", _, 1 | 2:
                yield Answer("error", text=": ".join(texts)[:200])
            case "/ar/sync", _, _:
                yield Answer("sync")


def _messages(data: bytes) -> list[OscMessage]:
    """The messages of a datagram, also of nested bundles; none where it is no OSC."""
    if len(data) > MOST_BYTES:
        return []
    try:
        if not data.startswith(b"#bundle\0"):
            return [OscMessage(data)]
        found: list[OscMessage] = []
        left: list[OscMessage | OscBundle] = list(OscBundle(data))
        while left and len(found) < MOST_MESSAGES:
            one = left.pop(0)
            if isinstance(one, OscBundle):
                left = list(one) + left
            else:
                found.append(one)
        return found
    except Exception:  # python-osc raises errors of its own, struct's and others, on bytes of a stranger
        return []
