"""The state of the AR scene: numbered, complete, the same for an engine that joins late; and what changes it."""

from __future__ import annotations

from math import isfinite
from typing import Literal

from installation.frame import Floats32, SceneState, Story, Tick, Trigger
from installation.show.model import Show


class Scenes:
    """Tells the scene of each tick; remembers its number, when it began, and parameters that were known.

    A scene that starts, a cue that is taken, BLACKOUT and the scene of the standby cue, to be loaded, are triggers,
    each with a number of its own.  PANIC is none: the light goes to the safe look, the AR story waits.  epoch: new
    with every start of the controller.
    """

    def __init__(self, show: Show, epoch: int) -> None:
        self._show = show
        self._epoch = epoch
        self._captions = tuple(dict(scene.captions) for scene in show.scenes)
        self._known: dict[int, float] = {}
        self._scene = self._cue = self._loaded = -1
        self._blackout = False
        self._began_s: float | None = None
        self._seq = 0

    def tell(self, story: Story, tick: Tick) -> SceneState:
        """The state at this tick; every number in it is finite."""
        if self._began_s is None or story.scene != self._scene:
            self._began_s = tick.time_s
        triggers = tuple(self._changes(story))
        scene = self._show.scenes[story.scene] if story.scene >= 0 else None
        return SceneState(
            scene=self._name(story.scene),
            cue=self._show.cues[story.current].number if story.current >= 0 else "",
            seq=self._seq,
            epoch=self._epoch,
            elapsed_s=tick.time_s - self._began_s,
            blackout=story.blackout_asked,
            captions=self._captions[story.scene] if scene else {},
            asked=any(receipt.order.verb == "sync" for receipt in story.receipts),
            parameters={name: self._mean(row, story.values) for name, row in scene.parameters} if scene else {},
            triggers=triggers,
        )

    def _changes(self, story: Story) -> list[Trigger]:
        """What changed since the last tick, as triggers."""
        triggers = []
        cue = self._show.cues[story.current] if story.current >= 0 else None
        fade_s = cue.fade_s if cue else 0.0
        if story.scene != self._scene:
            self._scene = self._loaded = story.scene
            triggers.append(self._trigger("start", self._name(story.scene), fade_s))
        if story.current != self._cue:
            self._cue = story.current
            triggers.append(self._trigger("fire", cue.number if cue else "", fade_s))
        if story.blackout_asked != self._blackout:
            self._blackout = story.blackout_asked
            name = str(int(story.blackout_asked))
            triggers.append(self._trigger("blackout", name, self._show.safety.blackout_s))
        coming = self._show.cues[story.standby].scene if story.standby >= 0 else -1
        if coming >= 0 and coming not in (self._scene, self._loaded):
            self._loaded = coming
            triggers.append(self._trigger("load", self._name(coming), 0.0))
        return triggers

    def _trigger(self, what: Literal["load", "start", "fire", "blackout"], name: str, fade_s: float) -> Trigger:
        self._seq += 1
        return Trigger(what, name, self._seq, fade_s)

    def _name(self, scene: int) -> str:
        return self._show.scenes[scene].name if scene >= 0 else ""

    def _mean(self, row: int, values: Floats32) -> float:
        """Mean over the wearers of whom the value is known; the last known one otherwise, 0 before the first."""
        known = [value for value in values[row].tolist() if isfinite(value)]
        if known:
            self._known[row] = sum(known) / len(known)
        return self._known.get(row, 0.0)
