"""Pieces put together: chains and graphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from linter.build.built import Built, Piece, Tensor, as_object, as_tensor
from linter.build.pieces import add, dense, input
from linter.read.normalise import values

if TYPE_CHECKING:
    import numpy as np


def chain(*pieces: Piece, **compiled: Any) -> Built:
    """Return a Sequential model; keywords compile it: loss="mse", optimizer="adam", learning_rate=0.1.

    Optimizer_config={...}.
    """
    names = _names(pieces)
    listed = [as_object(piece, name) for piece, name in zip(pieces, names, strict=True)]
    return Built(
        {"module": "keras", "class_name": "Sequential", "config": {"name": "model", "layers": listed}},
        _values(pieces, names),
        _compiled(compiled),
    )


def model(inputs: Any, outputs: Any, **compiled: Any) -> Built:
    """Return a functional model from its input pieces to its output tensors."""
    ends = [as_tensor(item) for item in (outputs if isinstance(outputs, list | tuple) else [outputs])]
    starts = [as_tensor(item) for item in (inputs if isinstance(inputs, list | tuple) else [inputs])]
    pieces = _reached([*starts, *ends])
    names = dict(zip(map(id, pieces), _names(pieces), strict=True))

    def history(tensor: Tensor) -> list[Any]:
        return [names[id(tensor.piece)], tensor.call, 0]

    def keras_tensor(tensor: Tensor) -> dict[str, Any]:
        return {
            "class_name": "__keras_tensor__",
            "config": {"shape": None, "dtype": "float32", "keras_history": history(tensor)},
        }

    listed = []
    for piece in pieces:
        stored = as_object(piece, names[id(piece)])
        merging = len(piece.calls[0][0]) > 1 and piece.class_name != "MultiHeadAttention" if piece.calls else False
        calls = [
            ([[keras_tensor(t) for t in args]] if merging else [keras_tensor(t) for t in args], kwargs)
            for args, kwargs in piece.calls
        ]
        stored["inbound_nodes"] = [
            {"args": args, "kwargs": {key: keras_tensor(t) for key, t in kwargs.items()}}
            for args, kwargs in calls
            if args or kwargs
        ]
        listed.append({**stored, "name": names[id(piece)]})
    config = {
        "name": "model",
        "layers": listed,
        "input_layers": [history(t) for t in starts],
        "output_layers": [history(t) for t in ends],
    }
    return Built(
        {"module": "keras", "class_name": "Functional", "config": config},
        _values(pieces, [names[id(p)] for p in pieces]),
        _compiled(compiled),
    )


def _reached(tensors: list[Tensor]) -> list[Piece]:
    """Return the pieces in an order in which each follows what feeds it."""
    found: list[Piece] = []

    def visit(piece: Piece) -> None:
        if any(piece is other for other in found):
            return
        for args, kwargs in piece.calls:
            for tensor in (*args, *kwargs.values()):
                visit(tensor.piece)
        if not any(piece is other for other in found):
            found.append(piece)

    for tensor in tensors:
        visit(tensor.piece)
    return found


def _names(pieces: Any) -> list[str]:
    counter: Counter[str] = Counter()
    out = []
    for piece in pieces:
        stem = values.snake(piece.class_name)
        number = counter[stem]
        counter[stem] += 1
        out.append(piece.config.get("name") or (f"{stem}_{number}" if number else stem))
    return out


def _values(pieces: Any, names: list[str]) -> dict[str, dict[str, np.ndarray]]:
    import numpy as np

    out: dict[str, dict[str, np.ndarray]] = {}
    for piece, name in zip(pieces, names, strict=True):
        if piece.inner is not None:
            out.update({f"{name}/{path}": dict(found) for path, found in piece.inner.values.items()})
        if piece.values:
            part = piece.config.get("layer")
            places = [name]
            if isinstance(part, dict):
                places = (
                    [f"{name}/forward_layer", f"{name}/backward_layer"]
                    if piece.class_name == "Bidirectional"
                    else [f"{name}/{part['config']['name']}"]
                )
            for place in places:
                out[place] = {role: np.asarray(value, dtype=np.float32) for role, value in piece.values.items()}
    return out


def _compiled(given: dict[str, Any]) -> dict[str, Any] | None:
    if not given:
        return None
    optimizer = given.get("optimizer", "Adam")
    config = {"learning_rate": given.get("learning_rate", 0.001), **given.get("optimizer_config", {})}
    return {
        "loss": given.get("loss"),
        "optimizer": {"module": "keras.optimizers", "class_name": optimizer, "config": config},
        **({"metrics": given["metrics"]} if "metrics" in given else {}),
    }


def residual(blocks: int, branch: Callable[[], list[Piece]], width: int = 64) -> Built:
    """Return `blocks` residual blocks, x + branch(x), over an input of `width`, and an output of ten units."""
    start = input(width)
    x = start()
    for _ in range(blocks):
        inner = x
        for piece in branch():
            inner = piece(inner)
        x = add()(x, inner)
    return model(start, dense(10)(x))
