"""A recording read as far as it goes, whatever a kill, a full disk or a stranger made of it."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from mcap.exceptions import EndOfFile
from mcap.records import Attachment, Channel, Message, Metadata
from mcap.stream_reader import StreamReader

from installation.frame import Heard, Ints, Order, PortEvent, Samples, Tick
from installation.record.night import Rows, Run, channel_names, join, missing, run_from_text
from installation.record.notation import (
    event_from_fields,
    fields_of,
    heard_from_fields,
    order_from_fields,
    rows_from_json,
    sealed_from_json,
    ticks_from_json,
)
from installation.record.part import MOST_PARTS, part_file
from installation.record.seal import Seal, keys_file, read_keys
from installation.show.check import SHAPES

CUT_SHORT = (EndOfFile, struct.error)  # mcap's own word for an end amid a record, and the one it forgot
LARGEST_RECORD = 64_000_000  # bytes; a quarter of a second of 2,000 wearers has a million


@dataclass(frozen=True, slots=True)
class Step:
    """What entered the loop at one tick."""

    tick: Tick
    samples: Samples
    orders: tuple[Order, ...]
    events: tuple[PortEvent, ...]
    heard: tuple[Heard, ...] = ()


@dataclass(slots=True)
class _Block:
    rows: list[Rows] = field(default_factory=list)
    orders: dict[int, list[Order]] = field(default_factory=dict)
    events: dict[int, list[PortEvent]] = field(default_factory=dict)
    heard: dict[int, list[Heard]] = field(default_factory=dict)


class Night:
    """One recording, opened: `run` is known at once, the rest once `steps` has been gone through.

    kept: the wearers whose own samples can be read · unkept: why they can't, for those who wore sensors ·
    ended: whether the recording was closed as it should be · digest: of the run, or "" · missing: ticks that
    the loop made and the recording lacks · problem: what stopped the reading, or "" · unread_bytes: after what
    could be read · last: the last tick.

    Raises OSError, or ValueError with a sentence where the file is no recording.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.run = self._read_run()
        keys = read_keys(keys_file(file))
        self._seals = {
            self.run.wearers.index(name): Seal(key, self.run.night, name)
            for name in self.run.consents
            if name in self.run.wearers and (key := keys.get(name)) is not None
        }
        self.kept = frozenset(self._seals)
        real = [(w, name) for w, name in enumerate(self.run.wearers) if self.run.patched[w]]
        self.unkept = {name: _why(name, self.run, keys) for w, name in real if w not in self.kept}
        self.ended = False
        self.digest = self.problem = ""
        self.missing = self.unread_bytes = 0
        self.last: Tick | None = None

    def steps(self, inputs: tuple[str, ...]) -> Iterator[Step]:
        """Every tick, in order; `inputs` are those of the show."""
        channels = self._numbers(inputs)
        for number in range(MOST_PARTS):
            path = part_file(self._file, number)
            if number and not path.exists():
                break
            try:
                yield from self._part(path, number, channels)
            except CUT_SHORT:
                break
            except OSError as error:
                self.problem = f"{path.name} can't be read ({error.strerror or error})"
            except Exception as broken:  # three libraries and JSON, each with errors of its own, on bytes of a stranger
                self.problem = f"{path.name} can't be read to its end ({broken or type(broken).__name__})"
            if self.ended or self.problem:
                break

    def _part(self, path: Path, number: int, channels: Ints) -> Iterator[Step]:
        topics: dict[int, str] = {}
        block = _Block()
        for record, self.unread_bytes in _records(path):
            if isinstance(record, Channel):
                topics[record.id] = record.topic
            elif isinstance(record, Metadata) and record.name == "run":
                if (record.metadata.get("night"), record.metadata.get("part")) != (self.run.night, str(number)):
                    raise ValueError("it is a part of another recording")
            elif isinstance(record, Metadata) and record.name == "end":
                self.ended, self.digest = True, record.metadata.get("digest", "")
                return  # what follows is an index
            elif isinstance(record, Message):
                topic = topics.get(record.channel_id, "")
                if topic == "/ticks":
                    yield from self._close(block, ticks_from_json(record.data))
                    block = _Block()
                else:
                    self._add(block, topic, record.data, channels)

    def _add(self, block: _Block, topic: str, data: bytes, channels: Ints) -> None:
        if topic == "/samples":
            block.rows.append(rows_from_json(data, channels))
        elif topic == "/sealed":
            wearer, number, closed = sealed_from_json(data)
            if wearer in self._seals:
                block.rows.append(rows_from_json(self._seals[wearer].open(number, closed), channels))
        elif topic == "/orders":
            tick, fields = fields_of(data)
            block.orders.setdefault(tick, []).append(order_from_fields(fields["order"]))
        elif topic == "/ports":
            tick, fields = fields_of(data)
            block.events.setdefault(tick, []).append(event_from_fields(fields))
        elif topic == "/heard":
            tick, fields = fields_of(data)
            block.heard.setdefault(tick, []).append(heard_from_fields(fields))

    def _close(self, block: _Block, ticks: list[Tick]) -> Iterator[Step]:
        rows = join(block.rows)
        if rows.tick.size and int(rows.samples.column.max()) >= 2 * len(self.run.wearers):
            raise ValueError("a sample is of nobody")
        for tick, samples in zip(ticks, rows.by_tick([tick.number for tick in ticks]), strict=True):
            gap = missing(self.last, tick)
            if gap < 0 or (self.last is not None and tick.time_s <= self.last.time_s):
                raise ValueError(f"tick {tick.number} goes backwards")
            self.missing += gap
            self.last = tick
            orders, events = block.orders.get(tick.number, ()), block.events.get(tick.number, ())
            yield Step(tick, samples, tuple(orders), tuple(events), tuple(block.heard.get(tick.number, ())))

    def _numbers(self, inputs: tuple[str, ...]) -> Ints:
        """This program's number of every recorded channel; one that it does not know is past them all."""
        names = channel_names(inputs)
        return np.array([names.index(name) if name in names else 10**6 for name in self.run.channels], np.int32)

    def _read_run(self) -> Run:
        files: dict[str, bytes] = {}
        try:
            for record, _ in _records(self._file):
                if isinstance(record, Attachment) and record.name in SHAPES:
                    files[record.name] = record.data
                elif isinstance(record, Metadata) and record.name == "run":
                    return run_from_text(record.metadata, files)
                elif isinstance(record, Message):
                    break
        except OSError:
            raise
        except Exception as broken:  # as in `steps`
            raise ValueError(f"{self._file} is no recording of a night, or ends before it began") from broken
        raise ValueError(f"{self._file} is no recording of a night")


def _records(path: Path) -> Iterator[tuple[Any, int]]:
    """Every record, and how many bytes come after it, or after the chunk that it is in."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        for record in StreamReader(file, validate_crcs=True, record_size_limit=LARGEST_RECORD).records:
            yield record, size - file.tell()


def _why(name: str, run: Run, keys: dict[str, bytes | None]) -> str:
    if name not in run.consents:
        return "was not recorded"
    return "was forgotten" if name in keys else "is sealed, and the key is not there"
