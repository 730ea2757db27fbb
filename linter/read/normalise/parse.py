"""A configuration of any Keras version -> ModelSpec. Reads JSON values only; every shape of malformed input must be
survived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from linter.graph import Activation
from linter.options import Limits
from linter.read.errors import UnreadableError
from linter.read.normalise import calls, names, values
from linter.read.normalise.initializers import initializer
from linter.read.normalise.operations import operation
from linter.read.normalise.sense import senseless
from linter.read.normalise.sequential import build_shape, chained, stated_shape
from linter.read.normalise.spec import Call, LayerSpec, ModelSpec


class Parser:
    """Turns one configuration into a ModelSpec and keeps count of its layers."""

    def __init__(self, limits: Limits) -> None:
        """Count layers against `limits`."""
        self.limits = limits
        self.layers = 0
        self.seen: set[tuple[str, str]] = set()

    def model(self, stored: Any, pointer: str = "", depth: int = 0) -> ModelSpec:
        """Return a model; raises UnreadableError where `stored` is none."""
        if not isinstance(stored, Mapping):
            raise UnreadableError(f"the configuration is {_kind(stored)}, not an object; expected a saved Keras model")
        if depth > self.limits.max_nesting:
            raise UnreadableError(f"models are nested more than {self.limits.max_nesting} levels deep (`max_nesting`)")
        class_name = values.bare_name(stored.get("class_name")) or "Functional"
        config = stored.get("config")
        listed = config if isinstance(config, list) else config.get("layers") if isinstance(config, Mapping) else None
        settings = config if isinstance(config, Mapping) else {}
        name = _text(settings.get("name")) or _text(stored.get("name")) or values.snake(class_name)
        if not isinstance(listed, list):
            return self._opaque(class_name, name, pointer)
        sequential = class_name == "Sequential" or isinstance(config, list) or "output_layers" not in settings
        path = f"{pointer}/config" if isinstance(config, list) else f"{pointer}/config/layers"
        layers = tuple(self.layer(item, f"{path}/{i}", depth) for i, item in enumerate(listed))
        shape = build_shape(stored) or stated_shape(settings.get("build_input_shape"))
        spec = ModelSpec(name, class_name, layers, pointer=pointer, sequential=sequential, build_shape=shape)
        if sequential:
            return chained(spec)
        outputs = settings.get("output_layers")
        ends = calls.references(outputs)
        keys = calls.names(outputs) or tuple(ref.layer for ref in ends)
        return replace(spec, inputs=calls.references(settings.get("input_layers")), outputs=ends, output_names=keys)

    def _opaque(self, class_name: str, name: str, pointer: str) -> ModelSpec:
        reason = (
            "a subclassed model: its file holds weights and constructor arguments, but no layers; "
            "save it as keras.Model(inputs, outputs) to have them judged"
        )
        return ModelSpec(name, class_name, opaque=reason, pointer=pointer)

    def layer(self, stored: Any, pointer: str, depth: int) -> LayerSpec:
        """Return a layer; raises UnreadableError where `stored` is none."""
        self.layers += 1
        if self.layers > self.limits.max_layers:
            most = f"{self.limits.max_layers:,}"
            raise UnreadableError(f"the model has more than {most} layers, which is past the limit `max_layers`")
        if not isinstance(stored, Mapping):
            raise UnreadableError(f"{pointer} is {_kind(stored)}, not a layer")
        class_name = stored.get("class_name")
        if not isinstance(class_name, str):
            raise UnreadableError(f"{pointer}/class_name is {_kind(class_name)}, not a class name")
        config = stored.get("config")
        if isinstance(config, list):  # a nested Sequential of Keras 1 or early 2
            config = {"layers": config}
        if not isinstance(config, Mapping):
            config = {}
        module = stored.get("module") if isinstance(stored.get("module"), str) else None
        op, config = operation(values.bare_name(class_name), module, _registered(stored, class_name), config)
        name = _text(config.get("name")) or _text(stored.get("name")) or f"{values.snake(class_name)}_{self.layers}"
        problem = senseless(config) if op not in ("Unknown", "Lambda") else ""
        layer_key = (name, class_name)
        made = LayerSpec(
            name=name,
            op="Unknown" if problem else op,
            class_name=class_name,
            config=config,
            problem=problem,
            calls=calls.calls(stored.get("inbound_nodes"), op),
            pointer=pointer,
            build_shape=build_shape(stored),
            dtype=values.compute_dtype(config.get("dtype")),
            module=module,
            repeated="shared_object_id" in stored and layer_key in self.seen,
        )
        self.seen.add(layer_key)
        return self._filled(made, stored, depth)

    def _filled(self, layer: LayerSpec, stored: Mapping[str, Any], depth: int) -> LayerSpec:
        """Add what depends on the kind of layer: a nested model, wrapped layers, the fused activation, initializers."""
        config, op = layer.config, layer.op
        if op == "Model":
            return replace(layer, inner=self.model(stored, layer.pointer, depth + 1))
        if op in names.WRAPPERS or op in names.MODELS:
            return self._wrapper(layer, depth)
        if op == "Activation":
            registered = str(stored.get("registered_name") or layer.class_name)
            if layer.activation is None and layer.class_name not in names.ACTIVATION_LAYERS and "activation" in config:
                return replace(layer, activation=_function(config, layer.calls))
            if layer.class_name == "Activation" and values.is_layer(config.get("activation")):
                held = self.layer(config["activation"], f"{layer.pointer}/config/activation", depth)
                return replace(layer, activation=held.activation, activation_layer=held)
            return replace(
                layer, activation=values.activation_layer(values.bare_name(layer.class_name), config, registered)
            )
        translated = _translated(op, config)
        if op in names.FUSED:
            given = config.get("activation")
            inner = self.layer(given, f"{layer.pointer}/config/activation", depth) if _holds_layer(given) else None
            layer = replace(
                layer, activation=inner.activation if inner else values.activation(given), activation_layer=inner
            )
        return replace(layer, config=translated)

    def _wrapper(self, layer: LayerSpec, depth: int) -> LayerSpec:
        parts: dict[str, LayerSpec] = {}
        for key in ("layer", "cell", "backward_layer"):
            held = layer.config.get(key)
            if isinstance(held, Mapping) and isinstance(held.get("class_name"), str):
                parts[key] = self.layer(held, f"{layer.pointer}/config/{key}", depth)
        cells = layer.config.get("cells", layer.config.get("cell"))
        for i, held in enumerate(cells if isinstance(cells, list) else ()):
            parts[f"cell{i}"] = self.layer(held, f"{layer.pointer}/config/cells/{i}", depth)
        return replace(layer, parts=parts)


def parse(stored: Any, limits: Limits) -> ModelSpec:
    """Return the model in `stored`; raises UnreadableError where there is none."""
    spec = Parser(limits).model(stored)
    if not spec.layers and not spec.opaque:
        raise UnreadableError("the model has no layers")
    return spec


def _function(config: Mapping[str, Any], made: tuple[Call, ...]) -> Activation | None:
    """The activation that a function on tensors is, with what it was given beyond the tensor."""
    found = values.activation(config["activation"])
    given = {**config, **(made[0].constants if made else {})}
    slope = given.get("negative_slope", given.get("alpha"))
    if found and isinstance(slope, int | float) and found.name in ("leaky_relu", "relu") and slope:
        return replace(found, name="leaky_relu", parameters={"negative_slope": float(slope)})
    keys = {"axis"} if found and found.name in ("softmax", "log_softmax", "sparsemax", "glu") else TOLD
    told = {key: given[key] for key in keys if isinstance(given.get(key), int | float)}
    return replace(found, parameters={**found.parameters, **told}) if found else None


TOLD = frozenset(("alpha", "approximate", "threshold", "default_value", "b"))
"""Arguments of functions on tensors that change the function."""


def _registered(stored: Mapping[str, Any], class_name: str) -> Any:
    """The registered name: legacy files hold it as the class name."""
    return stored.get("registered_name") or (class_name if ">" in class_name else None)


def _holds_layer(value: Any) -> bool:
    return values.is_layer(value) and value.get("class_name") != "function"


def _translated(op: str, config: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(config)
    for key, value in config.items():
        if key.endswith("_initializer"):
            out[key] = initializer(value)
    if op in names.RECURRENT or op in names.CELLS:
        out["activation"] = values.activation(config.get("activation", "tanh"))
        if "recurrent_activation" in config or op not in ("SimpleRNN", "SimpleRNNCell"):
            out["recurrent_activation"] = values.activation(config.get("recurrent_activation", "sigmoid"))
    return out


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _kind(value: Any) -> str:
    kinds = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "a boolean",
        type(None): "missing",
        int: "a number",
        float: "a number",
    }
    return kinds.get(type(value), type(value).__name__)
