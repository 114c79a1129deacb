"""A measured figure held against its aim."""

from __future__ import annotations

import operator
from collections.abc import Mapping

from installation.cli.bench import Row

HOLDS = {"<=": operator.le, ">=": operator.ge}


def judged(
    bench: str, figure: str, value: float, unit: str, *, aim: str = "", beside: Mapping[str, float] | None = None
) -> Row:
    """The row of `figure`; `aim` is `<= number` or `>= number`, and "" where there is none."""
    met = None
    if aim:
        sign, number = aim.split()
        met = bool(HOLDS[sign](value, float(number)))
    return Row(bench, figure, float(value), unit, aim, met, beside or {})
