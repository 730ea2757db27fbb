"""JSON documents, changed in their values, keys and order."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.hostile.payloads import LAMBDA

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    7,
    255,
    2147483648,
    -9223372036854775808,
    9223372036854775808,
    1e-30,
    1e30,
    0.5,
    -0.5,
    "",
    "x",
    "relu",
    "softmax",
    "linear",
    "../x",
    "a/b",
    "é",
    "\ud800",
    "\x1b[31m",
    "::error::",
    "<b>",
    "x" * 300,
    [],
    {},
    [0],
    [None],
    [1, 2, 3],
    [[]],
    [None, 4],
    [None, None],
    {"a": 1},
    {"class_name": "Dense"},
    {"class_name": "Dense", "config": {}},
    {"class_name": "function", "config": "relu", "module": "builtins", "registered_name": "relu"},
    {"class_name": "__keras_tensor__", "config": {"keras_history": ["dense", 0, 0]}},
    LAMBDA,
    "mse",
    "categorical_crossentropy",
    "float16",
    "mixed_float16",
    {"class_name": "DTypePolicy", "config": {"name": "bfloat16"}},
    {"class_name": "HeNormal", "config": {}},
    {"class_name": "Zeros", "config": {}},
)


def json_value(text: bytes, random: Random, changes: int = 1) -> bytes:
    """Change a value, a key or the order somewhere in a JSON document."""
    document = json.loads(text)
    for _ in range(changes):
        places = list(_places(document))
        holder, key = random.choice(places)
        action = random.randrange(6)
        if action <= 2:
            holder[key] = json.loads(json.dumps(random.choice(VALUES)))  # a copy: it may be changed in turn
        elif action == 3:
            del holder[key]
        elif action == 4:
            other, place = random.choice(places)
            if place in other if isinstance(other, dict) else place < len(other):
                holder[key] = json.loads(json.dumps(other[place]))
        elif isinstance(holder, list):
            holder.insert(random.randrange(len(holder) + 1), json.loads(json.dumps(holder[key])))
        else:
            holder[str(random.choice(("units", "name", "axis", "activation", "layers", "config", key)))] = holder[key]
        if not list(_places(document)):
            break
    return json.dumps(document).encode()


def _places(document: Any) -> Any:
    pending = [document]
    while pending:
        item = pending.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        for key in keys:
            yield item, key
            pending.append(item[key])
