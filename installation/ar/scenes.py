"""The state of the AR scene: numbered, complete, the same for an engine that joins late."""

from __future__ import annotations

from math import isfinite

from installation.frame import Floats32, SceneState, Story, Tick
from installation.show.model import Show


class Scenes:
    """Tells the scene of each tick; remembers its number, when it began, and parameters that were known.

    The number rises by one where scene, cue or BLACKOUT change.  PANIC changes none of them: the light
    goes to the safe look, the AR story waits.  epoch: new with every start of the controller.
    """

    def __init__(self, show: Show, epoch: int) -> None:
        self._show = show
        self._epoch = epoch
        self._captions = tuple(dict(scene.captions) for scene in show.scenes)
        self._known: dict[int, float] = {}
        self._scene = -1
        self._began_s: float | None = None
        self._state = ("", "", False)
        self._seq = 0

    def tell(self, story: Story, tick: Tick) -> SceneState:
        """The state at this tick; every number in it is finite."""
        if self._began_s is None or story.scene != self._scene:
            self._scene, self._began_s = story.scene, tick.time_s
        scene = self._show.scenes[story.scene] if story.scene >= 0 else None
        cue = self._show.cues[story.current].number if story.current >= 0 else ""
        state = (scene.name if scene else "", cue, story.blackout_asked)
        if state != self._state:
            self._state = state
            self._seq += 1
        return SceneState(
            *state[:2],
            seq=self._seq,
            epoch=self._epoch,
            elapsed_s=tick.time_s - self._began_s,
            blackout=story.blackout_asked,
            captions=self._captions[story.scene] if scene else {},
            asked=any(receipt.order.verb == "sync" for receipt in story.receipts),
            parameters={name: self._mean(row, story.values) for name, row in scene.parameters} if scene else {},
        )

    def _mean(self, row: int, values: Floats32) -> float:
        """Mean over the wearers of whom the value is known; the last known one otherwise, 0 before the first."""
        known = [value for value in values[row].tolist() if isfinite(value)]
        if known:
            self._known[row] = sum(known) / len(known)
        return self._known.get(row, 0.0)
