"""What an expression is measured in, as far as that is cheap to know; and whatever is wrong with it, found on the way.

A unit is "s", "1/min", "1/s", "turns", "%" … as `signals.py` and the literals of `grammar.py` name them, or "" where
nothing is known of it, which goes with everything: bare numbers, and most products.  Only what can't be meant is
a problem: seconds beside beats a minute, or a share where a time is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from installation.show.functions import FUNCTIONS, OTHER, SAME, Function
from installation.show.grammar import COMPARISONS, UNITS, ExpressionError, Step, parse
from installation.show.problems import nearest, shown

WANTS = {"s": "a time, such as 4s", "1/s": "a number a second, such as 1Hz", "%": "a number from 0 to 1"}


class Part(NamedTuple):
    """A part of an expression: its unit, the letters that it covers, and its value where it is a plain number."""

    unit: str
    start: int
    end: int
    number: float | None = None


def unit_of(text: str, names: Mapping[str, str] | None = None) -> str:
    """Give the unit of an expression; raise `ExpressionError` for anything that is wrong with it.

    names: every name that it may use, and its unit; without them any name will do
    """
    parts: list[Part] = []
    for step in parse(text):
        if step.kind == "number":
            parts.append(Part(step.name, step.position, step.end, step.value))
            continue
        if step.kind == "name":
            parts.append(_name(step, names))
            continue
        given = parts[len(parts) - step.arity :]
        del parts[len(parts) - step.arity :]
        parts.append(_call(text, step, given) if step.kind == "call" else _sign(text, step, given))
    return parts[0].unit


def declared(unit: str) -> str:
    """Give the unit of a signal as this table calls it: somebody who writes "bpm" means 1/min."""
    factor, known = UNITS.get(unit, (0.0, ""))
    return known if factor == 1.0 else unit


def mismatch(unit: str, wanted: str) -> str:
    """Give the end of a sentence about a value that is not in the unit it is wanted in, or "" where it may be."""
    if not unit or not wanted or unit == wanted or (unit, wanted) == ("turns", "%"):  # a phase goes from 0 to 1
        return ""
    return f"takes {WANTS.get(wanted, wanted)}, and this is {_said(unit)}"


def _said(unit: str) -> str:
    return "a share of 1" if unit == "%" else f"in {unit}"


def _name(step: Step, names: Mapping[str, str] | None) -> Part:
    name = step.name
    if names is None or name in names:
        return Part("" if names is None else names[name], step.position, step.end)
    if name in FUNCTIONS:
        raise ExpressionError(
            f'names the function "{name}" without its brackets; it is written {FUNCTIONS[name].form}', step.position
        )
    raise ExpressionError(
        f'listens to "{name}", which no sensor or source provides{nearest(name, names)}', step.position
    )


def _call(text: str, step: Step, given: Sequence[Part]) -> Part:
    function = FUNCTIONS.get(step.name)
    if function is None:
        raise ExpressionError(
            f'calls "{step.name}", which is no function{nearest(step.name, FUNCTIONS)}', step.position
        )
    if not function.takes(step.arity):
        raise ExpressionError(
            f"gives {step.name} {step.arity or 'no'} value{'s' * (step.arity != 1)}; it is written {function.form}",
            step.position,
        )
    units = {"": "", "s": "s", "1/s": "1/s"}
    for group in (SAME, OTHER):
        units[group] = _agreed(
            text, step.name, [part for at, part in enumerate(given) if function.argument(at).unit == group]
        )
    for at, part in enumerate(given):
        wanted = function.argument(at).unit
        if wanted not in (SAME, OTHER) and (wrong := mismatch(part.unit, wanted)):
            raise ExpressionError(
                f"gives {step.name} {_quoted(text, part)} for its {function.argument(at).name}, which {wrong}",
                part.start,
            )
    _fixed(text, function, given)
    if step.name == "curve":
        _rising(text, given[1::2])
    return Part(units[function.gives], step.position, step.end)


def _fixed(text: str, function: Function, given: Sequence[Part]) -> None:
    """Tell of an argument that has to be a plain number and is none, or too large for its room."""
    for at, one in enumerate(function.arguments):
        if not one.fixed:
            continue
        names = [other.name for other in function.arguments]
        written = one.name if at < len(given) else one.default
        part = given[names.index(written)]
        if part.number is None:
            would = "a number would do"
            if written != one.name:
                would += f", or its {one.name} after it: {function.form}"
            raise ExpressionError(f"gives {function.name} {_quoted(text, part)} for its {written}; {would}", part.start)
        if part.number > function.largest:
            would = f"at most {function.largest:g} s would do"
            raise ExpressionError(f"gives {function.name} {_quoted(text, part)} for its {written}; {would}", part.start)


def _rising(text: str, points: Sequence[Part]) -> None:
    """Tell of points of a curve that go back."""
    for before, after in pairwise(points):
        if before.number is not None and after.number is not None and after.number < before.number:
            raise ExpressionError(
                f"gives curve a point at {_quoted(text, after)} after one at {_quoted(text, before)}; points that rise "
                "would do",
                after.start,
            )


def _sign(text: str, step: Step, given: Sequence[Part]) -> Part:
    start, end = min(step.position, given[0].start), given[-1].end
    units = [part.unit for part in given]
    if step.name in ("+", "-", *COMPARISONS):
        unit = _agreed(text, step.name, given)
        return Part("" if step.name in COMPARISONS else unit, start, end)
    if step.name == "negative":
        return Part(units[0], start, end)
    if step.name == "*" and "%" in units:  # a share of something is in its unit; of what is not known, not known
        return Part(units[1] if units[0] == "%" else units[0], start, end)
    if step.name == "/" and units[1] == "%":
        return Part(units[0], start, end)
    return Part("", start, end)


def _agreed(text: str, name: str, parts: Sequence[Part]) -> str:
    """Give the unit that all parts share; raise `ExpressionError` where two have different ones."""
    first: Part | None = None
    for part in parts:
        if not part.unit:
            continue
        if first is None:
            first = part
        elif part.unit != first.unit:
            found = f"{_quoted(text, first)}, {_said(first.unit)}, and {_quoted(text, part)}, {_said(part.unit)}"
            verb = {"+": "adds", "-": "subtracts"}.get(name, "compares" if name in COMPARISONS else f"gives {name}")
            raise ExpressionError(f"{verb} {found}; {_would(first, part)}", part.start)
    return first.unit if first else ""


def _would(first: Part, second: Part) -> str:
    """What would do instead of two units: milliseconds and hertz have a plain way out."""
    for one, other in ((first, second), (second, first)):
        if one.unit == "ms" and other.unit == "s" and other.number is not None:
            return f"the bare number {other.number * 1000:g} would do"
        if one.unit == "1/min" and other.unit == "1/s" and other.number is not None:
            return f"{other.number * 60:g}bpm would do"
    return "one unit, or a bare number, would do"


def _quoted(text: str, part: Part) -> str:
    return shown(text[part.start : part.end])
