"""JSON as the format says and within bounds: what is out of the ordinary comes back as defects (SEC010)."""

from __future__ import annotations

import json
from typing import Any

from linter.graph import Defect
from linter.options import Limits
from linter.read.errors import UnreadableError


def parse(data: bytes, document: str, limits: Limits) -> tuple[Any, list[Defect]]:
    """Return the value of `data` and what is odd about it.

    Raises UnreadableError where it is no JSON within the limits.
    """
    if len(data) > limits.max_json_bytes:
        raise _odd("SEC007", f"{document} has {len(data):,} bytes; at most {limits.max_json_bytes:,} are read")
    defects: list[Defect] = []
    if b"\0" in data[:4] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _odd("SEC010", f"{document} is not UTF-8 text but UTF-16 or UTF-32, which Keras reads and never writes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{document} is not UTF-8 text (byte {error.start}); save the model again") from None
    if text.startswith("﻿") or data.startswith(b"\xef\xbb\xbf"):
        defects.append(Defect("SEC010", f"{document} begins with a byte order mark"))
    value = _decode(text, document, limits, defects)
    _measure(value, document, limits)
    return value, defects


def _odd(code: str, message: str) -> UnreadableError:
    return UnreadableError.because(Defect(code, message, message.split(" ", 1)[0]))


def _decode(text: str, document: str, limits: Limits, defects: list[Defect]) -> Any:
    duplicates: set[str] = set()
    constants: set[str] = set()

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        merged = dict(items)
        if len(merged) != len(items):
            seen: set[str] = set()
            duplicates.update(key for key, _ in items if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return merged

    def constant(name: str) -> float:
        constants.add(name)
        return float(name)

    def real(digits: str) -> float:
        if len(digits) > limits.max_number_length:
            raise _odd("SEC010", f"{document} holds a number of {len(digits):,} digits")
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            constants.add(digits[:20])
        return value

    def integer(digits: str) -> int:
        if len(digits) > limits.max_number_length:
            raise _odd("SEC010", f"{document} holds a number of {len(digits):,} digits")
        return int(digits)

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer, parse_float=real)
    except json.JSONDecodeError as error:
        what = (
            "is empty" if not text.strip() else f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        )
        raise UnreadableError(f"{document} {what}") from None
    except RecursionError:
        raise _odd("SEC010", f"{document} is nested more than {limits.max_json_depth} levels deep") from None
    if duplicates:
        names = ", ".join(repr(key) for key in sorted(duplicates)[:5])
        defects.append(
            Defect("SEC010", f"{document} holds keys twice in one object ({names}): readers differ in which one counts")
        )
    if constants:
        names = ", ".join(sorted(constants))
        defects.append(Defect("SEC010", f"{document} holds {names}, which is not JSON"))
    return value


def _measure(value: Any, document: str, limits: Limits) -> None:
    nodes = 0
    level: list[Any] = [value]
    depth = 0
    while level:
        nodes += len(level)
        depth += 1
        if depth > limits.max_json_depth:
            raise _odd("SEC010", f"{document} is nested more than {limits.max_json_depth} levels deep")
        if nodes > limits.max_json_nodes:
            raise _odd("SEC010", f"{document} holds more than {limits.max_json_nodes:,} values")
        longest, below = 0, []
        for item in level:
            kind = type(item)
            if kind is dict:
                longest = max(longest, *map(len, item)) if item else longest
                below += item.values()
            elif kind is list:
                below += item
            elif kind is str and len(item) > longest:
                longest = len(item)
        _bounded(longest, document, limits)
        level = below


def _bounded(length: int, document: str, limits: Limits) -> None:
    if length > limits.max_string_length:
        raise _odd("SEC010", f"{document} holds a text of {length:,} characters, past the limit `max_string_length`")
