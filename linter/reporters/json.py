"""The JSON report: every field of `linter.finding`, always present; `class_name` is called `class`.

Pure ASCII. Enums are strings, tuples are lists, mappings are sorted by key, models and findings keep their order. JSON
has no NaN and no infinity: they are the strings "NaN", "Infinity" and "-Infinity" (`linter.schema` reads them back).
A lone surrogate, which strict readers refuse, stands as its visible escape. The published schema is
linter/report.schema.json.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from linter.finding import Report
from linter.reporters.escape import scalar

WIRE_NAMES = {"class_name": "class"}
"""Field of a dataclass -> its name in the report."""


def render(report: Report) -> str:
    """Return the report as one JSON document, ending in a line break."""
    document = {"schema": report.schema, **plain_data(report)}
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def plain_data(value: Any) -> Any:
    """Return a dataclass of the wire format as what JSON has: dicts, lists, strings, numbers, booleans, None."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else _non_finite(value)
    if isinstance(value, str):
        return scalar(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {wire: plain_data(getattr(value, name)) for name, wire in _names(type(value))}
    if isinstance(value, Mapping):
        return dict(sorted((scalar(key), plain_data(item)) for key, item in value.items()))
    if isinstance(value, tuple | list):
        return [plain_data(item) for item in value]
    return value


@cache
def _names(kind: type) -> tuple[tuple[str, str], ...]:
    """Return each field of a dataclass with its name in the report."""
    return tuple((field.name, WIRE_NAMES.get(field.name, field.name)) for field in fields(kind))


def _non_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
