"""A Keras model in memory, of Keras 3 or 2, through the same normaliser as a file.

Keras is never imported: whoever holds such a model has imported it. Only the object's own methods and the serialiser of
its own Keras are used.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from linter.graph import ModelGraph, Weight
from linter.options import Limits
from linter.read import low_rank
from linter.read.bind_names import place
from linter.read.bound import Bound
from linter.read.errors import UnreadableError
from linter.read.normalise import assemble
from linter.read.normalise.parse import parse
from linter.read.normalise.spec import LayerSpec, ModelSpec
from linter.read.slots import listing
from linter.read.weights import LoadedWeight

if TYPE_CHECKING:
    import numpy as np

ROOTS = ("keras", "tf_keras")
Handles = dict[int, Weight]


def keras_of(model: object) -> ModuleType | None:
    """Return the Keras that the class of `model` comes from; None where it is no Keras model."""
    for base in type(model).__mro__:
        root = base.__module__.partition(".")[0]
        if root in ROOTS and base.__name__ == "Model":
            return sys.modules.get(root)
    return None


def read(model: Any, limits: Limits) -> ModelGraph:
    """Return the graph of a Keras model; raises UnreadableError where `model` is none or cannot be serialised."""
    keras = keras_of(model)
    if keras is None:
        kind = f"{type(model).__module__}.{type(model).__qualname__}"
        raise UnreadableError(f"received an object of type {kind}; expected a path, a file's bytes or a keras.Model")
    config = _config(keras, model)
    spec = parse(config, limits)
    bound = Bound()
    _bind(spec, model, "", bound, {})
    bound.iterations = _iterations(model)
    return assemble.graph(spec, bound, config, {}, "memory", str(getattr(keras, "__version__", "")), limits)


def _config(keras: ModuleType, model: Any) -> Any:
    """Return what would be written as config.json."""
    try:
        stored = keras.saving.serialize_keras_object(model)
        compiled = stored.get("compile_config")
        if compiled and model.optimizer is not None and "optimizer" not in compiled:  # lost by an earlier save as .h5
            stored["compile_config"] = {**compiled, "optimizer": keras.saving.serialize_keras_object(model.optimizer)}
        return json.loads(json.dumps(stored, default=_plain))
    except Exception as error:  # any code of the model's own classes may run here
        first = str(error).strip().partition("\n")[0]
        raise UnreadableError(
            f"the model cannot be serialised ({type(error).__name__}: {first}); its layers need `get_config`"
        ) from None


def _plain(value: Any) -> Any:
    """Return a NumPy scalar, a TensorShape or the like as JSON has it."""
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, Iterable):
        return list(value)
    return str(value)


def _bind(spec: ModelSpec, model: Any, prefix: str, bound: Bound, known: Handles) -> None:
    """Bind the layers of a model by their names, nested models one by one."""
    held = {layer.name: layer for layer in getattr(model, "layers", ())}
    if spec.opaque:
        bound.surplus += [weight for _, weight in _handles(model, known)]
        return
    for layer in spec.layers:
        if layer.name in held:
            _bind_layer(layer, held[layer.name], f"{prefix}{layer.name}", bound, known)


def _bind_layer(layer: LayerSpec, held: Any, path: str, bound: Bound, known: Handles) -> None:
    if layer.inner is not None and not layer.inner.opaque:
        _bind(layer.inner, held, f"{path}/", bound, known)
        return
    slots = listing(layer, path)
    place(slots, _handles(held, known), bound)
    low_rank.merge(slots.layers, bound)


def _handles(layer: Any, known: Handles) -> list[tuple[str, Weight]]:
    """Return a layer's variables, trained ones first; a variable that is met twice gives the same handle."""
    variables = [*layer.trainable_weights, *layer.non_trainable_weights]
    return [(_name(v), known.setdefault(id(v), _weight(v))) for v in variables]


def _name(variable: Any) -> str:
    return str(getattr(variable, "path", None) or variable.name)


def _weight(variable: Any) -> Weight:
    stored = variable.dtype
    name = stored if isinstance(stored, str) else stored.name
    shape = tuple(int(size) for size in variable.shape)
    return LoadedWeight(_name(variable), shape, _code(name), _loader(variable, name))


def _code(name: str) -> str:
    import numpy as np

    return "bfloat16" if name == "bfloat16" else np.dtype(name).str


def _loader(variable: Any, name: str) -> Callable[[], np.ndarray]:
    def load() -> np.ndarray:
        import numpy as np

        values = np.ascontiguousarray(variable.numpy())
        return values.view("<u2") if name == "bfloat16" else values

    return load


def _iterations(model: Any) -> int | None:
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    try:
        return None if iterations is None else int(iterations)
    except (TypeError, ValueError):
        return None
