"""Regularizers and constraints: what acts on a variable in training only. Made anew from an allow-list of Keras's own.

Nothing but numbers is taken from the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

PENALTIES = ("L1", "L2", "L1L2", "OrthogonalRegularizer")
CONSTRAINTS = ("MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm")
OLDER = {
    "l1": "L1",
    "l2": "L2",
    "l1l2": "L1L2",
    "l1_l2": "L1L2",
    "WeightRegularizer": "L1L2",
    "ActivityRegularizer": "L1L2",
    "L1L2Regularizer": "L1L2",
    "max_norm": "MaxNorm",
    "maxnorm": "MaxNorm",
    "min_max_norm": "MinMaxNorm",
    "nonneg": "NonNeg",
    "non_neg": "NonNeg",
    "unitnorm": "UnitNorm",
    "unit_norm": "UnitNorm",
}
"""Names of Keras 1 and 2, and short ones."""
NUMBERS = {"m": "max_value"}
"""Arguments by their names of Keras 1."""
MODES = ("rows", "columns")
"""Of the orthogonal regularizer, the one argument that is no number."""


def is_penalty(key: str) -> bool:
    """Whether a layer's setting is a regularizer or a constraint."""
    return key.endswith(("_regularizer", "_constraint"))


def penalty(key: str, value: Any) -> Any:
    """Return Keras's regularizer or constraint; None where the file has none, or one that is not Keras's own."""
    name, given = _told(value)
    known, where = (CONSTRAINTS, keras.constraints) if key.endswith("_constraint") else (PENALTIES, keras.regularizers)
    if name not in known:
        return None
    made = getattr(where, name)
    try:
        return made(**given)
    except (TypeError, ValueError):  # arguments of no version of Keras
        return None


def _told(value: Any) -> tuple[str, dict[str, Any]]:
    """Return the class as today's Keras calls it, and its numbers."""
    if isinstance(value, str):
        return OLDER.get(value, value), {}
    if not isinstance(value, Mapping):
        return "", {}
    name = str(value.get("class_name") or value.get("name"))
    config = value.get("config") if "class_name" in value else value
    given = config.items() if isinstance(config, Mapping) else ()
    numbers: dict[str, Any] = {NUMBERS.get(str(key), str(key)): number for key, number in given if _is_number(number)}
    modes = {key: mode for key, mode in given if key == "mode" and mode in MODES}
    return OLDER.get(name, name), {**numbers, **modes}


def _is_number(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_number, value))
    return isinstance(value, int | float) and not isinstance(value, bool)
