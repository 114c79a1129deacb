"""The pytest plug-in: `play` as a fixture, and violations told one to a line.  pytest finds it by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from installation.testing.night import Night

MOST_TOLD = 20  # of a night's violations: the first say what is wrong


@pytest.fixture(scope="session")
def play(pytestconfig: pytest.Config) -> Callable[..., Night]:
    """`installation.testing.play`; shows are found from pytest's root folder, a night is played once a session."""
    from installation.testing.night import play as play_night

    played: dict[str, Night] = {}

    def play_once(show: str | Path, **asked: Any) -> Night:
        beside = pytestconfig.rootpath / show
        found = beside if beside.is_dir() else show
        key = repr((str(found), sorted(asked.items())))
        if key not in played:
            played[key] = play_night(found, **asked)
        return played[key]

    return play_once


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Violations, or reasons of refusal, held against `()`: each on a line of its own."""
    if op != "==" or not (isinstance(left, tuple) and isinstance(right, tuple) and not right):
        return None
    if not all(isinstance(one, str) for one in left):
        return None
    more = [f"… and {len(left) - MOST_TOLD} more"] if len(left) > MOST_TOLD else []
    return [f"{len(left)} where none should be:", *left[:MOST_TOLD], *more]
