"""The recorder: looks at every frame, and keeps what entered the loop, on a thread of its own.

The loop only lays a tick's values into a queue.  Every quarter of a second they are written and flushed.
Whatever happens to the disk is told once, ends the recording, and touches nothing else.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

from installation.clock import Clock, RealClock
from installation.frame import Frame, Health, Receipt
from installation.record.night import Run
from installation.record.notes import Kept, Notes
from installation.record.part import Opener, Parts, free_name, open_new
from installation.record.seal import Seal, draw_keys, keys_file, write_keys

BLOCK_S = 0.25  # of the show, written and flushed together: what a kill may take, and a tick or two
QUEUE_TICKS = 1200  # twenty seconds at 60 Hz: longer than a card takes to come to its senses
LEAVE_S = 10.0  # after the goodbye, for what still waits to be written
BREATH_S = 1e-6  # after each message: the interpreter goes to the loop, if that waits for it
WAIT_S = 0.005  # between two looks whether there is room again, on the offline clock
POLL_S = 0.2  # how soon a loop that stands still has its last ticks written

log = logging.getLogger("installation.record")


class Recorder:
    """A watcher that writes a recording of `run` to `file`, or to the nearest name that is free.

    waits: True on the offline clock, where the loop is faster than any disk and may wait for one.
    """

    def __init__(
        self, file: Path, run: Run, *, waits: bool = False, open_file: Opener = open_new, clock: Clock | None = None
    ) -> None:
        self._file = free_name(file)
        self._run, self._waits, self._open_file = run, waits, open_file
        self._clock = clock or RealClock()
        self._queue: queue.SimpleQueue[Kept | None] = queue.SimpleQueue()  # no lock that the loop could wait for
        self._ticks = self._lost = 0
        self._trouble = ""
        self._stopped = threading.Event()
        self._end: dict[str, str] = {}
        if self._file != file:
            log.warning("%s is there already; this run is recorded in %s", file, self._file)
        if run.absent:
            log.warning(
                "%s: no consent to record; their own samples are not kept, and their twins will stand in",
                _listed(run.absent),
            )
        self._thread = threading.Thread(target=self._run_thread, name="recorder", daemon=True)
        self._thread.start()

    def show(self, frame: Frame) -> None:
        """Lay one tick's values into the queue."""
        if self._stopped.is_set():
            return
        while self._waits and self._queue.qsize() >= QUEUE_TICKS and not self._stopped.is_set():
            self._clock.sleep_s(WAIT_S)
        if self._queue.qsize() >= QUEUE_TICKS:
            self._leave_out()
            return
        if self._trouble and self._queue.qsize() < QUEUE_TICKS // 2:
            self._go_on()
        story = frame.story
        self._queue.put(
            Kept(
                frame.tick,
                frame.samples,
                frame.events,
                frame.orders,
                story.receipts,
                story.room,
                frame.health,
                frame.heard,
            )
        )

    def answer(self, receipts: tuple[Receipt, ...]) -> None:
        """Nothing: receipts come with the frame."""

    def health(self) -> tuple[Health, ...]:
        """Whether the night is kept; handled and lost count ticks."""
        left_out = f", {self._lost} ticks left out" if self._lost else ""
        text = self._trouble or f"to {self._file.name}{left_out}"
        return (Health("recording", "watcher", not self._trouble, text, self._ticks, self._lost),)

    def close(self, digest: str = "") -> None:
        """Write what is left, and the digest of the run where it came to its end."""
        self._end = {"digest": digest, "ticks": str(self._ticks), "lost": str(self._lost)}
        self._queue.put(None)
        self._thread.join(LEAVE_S)

    def _leave_out(self) -> None:
        self._lost += 1
        if not self._trouble:
            self._trouble = "the disk is too slow for the recording; ticks are left out of it"
            log.warning("%s: %s, and the light goes on", self._file, self._trouble)

    def _go_on(self) -> None:
        if not self._stopped.is_set():
            self._trouble = ""
            log.warning("%s: the disk keeps up again; %d ticks are left out", self._file, self._lost)

    def _run_thread(self) -> None:
        parts: Parts | None = None
        try:
            keys = draw_keys(list(self._run.consents))
            if keys:
                write_keys(keys_file(self._file), keys)
            notes = Notes(self._run, {name: Seal(key, self._run.night, name) for name, key in keys.items()}, _home())
            parts = Parts(self._file, self._run, self._open_file)
            for block in self._blocks():
                for topic, time_s, message in notes.messages(block):
                    parts.add(topic, time_s, message)
                    if not self._waits:
                        self._clock.sleep_s(BREATH_S)
                parts.flush(self._clock.now_s())
                parts.turn(block[-1].tick.time_s)
                self._ticks += len(block)
            self._end["ticks"] = str(self._ticks)
            parts.close(self._end)
        except OSError as error:
            kept = "nothing is kept" if parts is None or not self._ticks else "what is there stays readable"
            self._stop(parts, f"{self._file} can't be written ({error.strerror or error}); {kept}")
        except Exception:
            log.exception("%s: the recorder failed", self._file)
            self._stop(parts, f"the recorder failed; {self._file} ends here")
        finally:
            self._stopped.set()

    def _stop(self, parts: Parts | None, trouble: str) -> None:
        self._stopped.set()
        self._trouble = trouble
        log.warning("the recording stops: %s; the light goes on", trouble)
        if parts is not None:
            parts.abandon()

    def _blocks(self) -> Iterator[list[Kept]]:
        """Ticks of a quarter of a second, or as many as a loop made that now stands still."""
        block: list[Kept] = []
        while True:
            try:
                kept = self._queue.get(timeout=POLL_S)
            except queue.Empty:
                if block:
                    yield block
                    block = []
                continue
            if kept is None:
                if block:
                    yield block
                return
            block.append(kept)
            if kept.tick.time_s - block[0].tick.time_s + kept.tick.dt_s >= BLOCK_S:
                yield block
                block = []


def _home() -> str:
    try:
        return str(Path.home())
    except RuntimeError:  # the user has none
        return ""


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
