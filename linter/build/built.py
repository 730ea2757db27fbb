"""What a model in the making is: pieces that can be called, and the configuration and values that come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linter.graph import ModelGraph, Weight
from linter.observation import Observation
from linter.options import Limits
from linter.read.bound import Bound
from linter.read.normalise import assemble, values
from linter.read.normalise.parse import parse
from linter.read.weights import LoadedWeight
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np

ROLES = frozenset(
    [
        "kernel",
        "bias",
        "recurrent_kernel",
        "depthwise_kernel",
        "pointwise_kernel",
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
        "embeddings",
        "alpha",
        "mean",
        "variance",
        "scale",
    ]
)


@dataclass(frozen=True)
class Tensor:
    """What a piece returns when it is called."""

    piece: Piece
    call: int


@dataclass
class Piece:
    """A layer to be."""

    class_name: str
    config: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[tuple[Tensor, ...], dict[str, Tensor]]] = field(default_factory=list)
    inner: Built | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __call__(self, *tensors: Any, **named: Any) -> Tensor:
        """Apply the layer; an `input` piece stands for its tensor."""
        given = tuple(as_tensor(item) for item in tensors), {key: as_tensor(item) for key, item in named.items()}
        self.calls.append(given)
        return Tensor(self, len(self.calls) - 1)


@dataclass(frozen=True)
class Built:
    """A model's stored configuration and the values of its variables by layer path and role."""

    config: Mapping[str, Any]
    values: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    compiled: Mapping[str, Any] | None = None
    observation: Observation | None = None

    def subject(self) -> Subject:
        """Return what a rule is given."""
        return Subject(self.graph(), observation=self.observation)

    def graph(self) -> ModelGraph:
        """Return the model as the readers would."""
        limits = Limits()
        stored = {**self.config, "compile_config": self.compiled}
        bound = Bound(
            {path: {role: _weight(role, array) for role, array in found.items()} for path, found in self.values.items()}
        )
        return assemble.graph(
            parse(stored, limits),
            bound,
            stored,
            {"config.json": stored},
            "keras",
            "3.15.1",
            limits,
            weightless=not self.values,
        )


def _weight(role: str, array: np.ndarray) -> Weight:
    return LoadedWeight(role, array.shape, str(array.dtype.str), lambda: array)


def as_tensor(item: Any) -> Tensor:
    return (
        item()
        if isinstance(item, Piece) and item.class_name == "InputLayer" and not item.calls
        else Tensor(item, 0)
        if isinstance(item, Piece)
        else item
    )


def layer(class_name: str, /, *args: Any, **config: Any) -> Piece:
    """Return any layer: its class name, its configuration, and arrays for its variables."""
    arrays = {
        key: config.pop(key)
        for key in list(config)
        if key in ROLES and not isinstance(config[key], str | bool | int | float)
    }
    return Piece(class_name, {key: as_stored(value) for key, value in config.items()}, arrays)


def as_stored(value: Any) -> Any:
    """Return what Keras stores for an argument: pieces become objects, tuples lists."""
    if isinstance(value, Piece):
        return as_object(value, value.config.get("name") or values.snake(value.class_name))
    if isinstance(value, tuple | list):
        return [as_stored(item) for item in value]
    return value


def as_object(piece: Piece, name: str) -> dict[str, Any]:
    if piece.inner is not None:
        config = dict(piece.inner.config["config"])
        return {"module": "keras", **piece.inner.config, "config": {**config, "name": name}}
    stored = {
        "module": "keras.layers",
        "class_name": piece.class_name,
        "config": {"name": name, **piece.config},
        "registered_name": None,
        **piece.extra,
    }
    return {key: value for key, value in stored.items() if key != "module" or value is not None}
