"""What pydantic finds wrong, in the house's words: whose it is, what was found, what would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from installation.show.problems import nearest, shown, whose


def sentence(model: type[BaseModel], raw: Any, error: Any) -> str:
    """Say one of pydantic's errors in the house's words; `raw` is what `model` was made from."""
    place = [key for key in error["loc"] if key != "[key]"]
    key = next((key for key in reversed(place) if isinstance(key, str)), "")
    owner = whose(raw, place)
    within, would = _described(model, place)
    if error["type"] == "extra_forbidden":
        return f'{owner} has "{key}", which means nothing there{nearest(key, within.model_fields)}'
    if error["type"] == "value_error":
        would = str(error["ctx"]["error"])
    elif error["type"] in ("model_type", "dict_type") and isinstance(place[-1], int):
        return f"{key} {place[-1] + 1} is {shown(error['input'])}; a table would do"
    if error["type"] == "missing":
        return f'{owner} has no "{key}"; {would}'
    if error["loc"][-1] == "[key]":
        return f"{owner} has the name {shown(error['input'])}; {would}"
    return f"{owner} has {key} = {shown(error['input'])}; {would}"


def _described(model: type[BaseModel], place: Sequence[str | int]) -> tuple[type[BaseModel], str]:
    """Give the table that a path ends in, and what would do at its end."""
    would = "something else would do"
    for index, key in enumerate(place):
        field = model.model_fields.get(key) if isinstance(key, str) else None
        if field is not None:
            would = field.description or "a table would do"
            inner = _table_of(field.annotation)
            if inner is not None and index + 1 < len(place):
                model = inner
    return model, would


def _table_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner
    return None
