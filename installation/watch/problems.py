"""What is wrong, in the order in which a hand is needed, and in one sentence each."""

from __future__ import annotations

from collections.abc import Iterable

from installation.frame import Health


def problems(health: Iterable[Health]) -> list[tuple[str, str]]:
    """A colour's name and a sentence for everything that does not do well, the most urgent first.

    A lost output darkens somebody and needs a hand now; for a lost wire the twin carries on.
    """
    wrong = [one for one in health if not one.ok]
    wrong.sort(key=lambda one: one.kind != "output")
    return [("coral" if one.kind == "output" else "ember", _sentence(one)) for one in wrong]


def _sentence(one: Health) -> str:
    return one.text if one.kind == "watcher" else f"{one.name}: {one.text}"
