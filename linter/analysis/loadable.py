"""What in a stored configuration keeps today's Keras from loading it: tried with Keras 3.15 on files of Keras 1 to 3.

Only formats and spellings count here; foreign classes, Lambdas and damaged weights have rules of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from linter.analysis import documents
from linter.analysis.documents import Stored
from linter.rule import Subject

GONE = frozenset(
    (
        *("ThresholdedReLU", "LocallyConnected1D", "LocallyConnected2D", "RandomHeight", "RandomWidth", "CuDNNLSTM"),
        *("CuDNNGRU", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "Merge", "Highway", "MaxoutDense"),
        *("TimeDistributedDense", "Convolution1D", "Convolution2D", "Convolution3D", "AtrousConvolution1D"),
        *("AtrousConvolution2D", "AtrousConv1D", "AtrousConv2D", "Deconvolution2D", "Deconvolution3D"),
        *("SeparableConvolution2D", "ParametricSoftplus", "SReLU", "SyncBatchNormalization", "BatchNormalizationV1"),
    )
)
"""Layers that Keras 1 or 2 had and Keras 3 has not, or not under this name."""

GROUPED = ("groups",)
SEPARABLE = ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint")
RANDOM = ("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness")
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
REFUSED: Mapping[str, tuple[str, ...]] = {
    **{f"Conv{n}DTranspose": GROUPED for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": GROUPED for n in (1, 2)},
    **{f"SeparableConv{n}D": SEPARABLE for n in (1, 2)},
    **{f"SpatialDropout{n}D": ("trainable", "noise_shape") for n in (1, 2, 3)},
    **dict.fromkeys(RECURRENT, ("time_major",)),
    **dict.fromkeys((*RANDOM, "RandomCrop"), ("rng_type",)),
    "MultiHeadAttention": ("query_shape", "key_shape", "value_shape", "softmax_robust_masking"),
}
"""Arguments that Keras 2 wrote and the layer's constructor of today does not take."""

KERAS_1 = frozenset(
    (
        *("output_dim", "nb_filter", "nb_row", "nb_col", "init", "inner_init", "inner_activation", "border_mode"),
        *("subsample", "W_regularizer", "b_regularizer", "W_constraint", "b_constraint", "dim_ordering", "p", "bias"),
    )
)
"""Names of arguments that Keras 2 renamed."""


TYPED = frozenset(("Cast", "Cumprod", "Cumsum", "MultiHot", "OneHot", "OnesLike", "Prod", "SaturateCast", "ZerosLike"))
"""Functions on tensors that have a dtype, as layers do."""


class Obstacle(NamedTuple):
    """One reason why a file does not load; `layer` is the layer's path where it is a layer's."""

    reason: str
    pointer: str = ""
    layer: str = ""


def obstacles(model: Subject) -> tuple[Obstacle, ...]:
    """Return every reason found, in the order of the file."""
    graph = model.graph
    if graph.format == "saved_model":
        return (Obstacle("Keras 3 reads no SavedModel folders"),)
    if graph.format not in ("h5", "keras"):
        return ()
    paths = {node.pointer: node.layer for node in graph.nodes if node.pointer}
    found: list[Obstacle] = []
    for item in documents.of(model):
        if item.document in ("config.json", "model_config") and item.class_name and "config" in item.value:
            reasons = _in_both(item) + (_in_h5(item) if graph.format == "h5" else _in_archive(item))
            found += [Obstacle(reason, item.pointer, paths.get(item.pointer, "")) for reason in reasons]
    return tuple(found)


def _in_both(item: Stored) -> list[str]:
    name, config = item.bare_name, item.config
    if name in GONE:
        return [f"{name} is no layer of Keras 3"]
    refused = [key for key in REFUSED.get(name, ()) if key in config]
    return [f"{name} no longer takes {', '.join(refused)}"] if refused else []


def _in_h5(item: Stored) -> list[str]:
    """What the loader of legacy HDF5 stumbles over."""
    config = item.value.get("config")
    if isinstance(config, list):
        return [f"a {item.class_name} stored as a list of layers, as before Keras 2.2.4"]
    if _is_function(item):
        return [f"the operation {item.class_name} has no name in HDF5 files"]
    if item.bare_name == "Attention" and item.config.get("score_mode") in ("dot", "concat"):
        return ["Attention's score_mode is taken for a function"] if item.config["score_mode"] == "dot" else []
    old = sorted(KERAS_1 & item.config.keys()) if item.bare_name not in ("Embedding", "Lambda") else []
    if old and "name" in item.config and "dtype" not in item.config:  # which Keras 1 never wrote
        return [f"{item.class_name} with arguments of Keras 1 ({', '.join(old[:3])})"]
    return ["a nested model is read at a call that was not stored"] if _shifted(item.config) else []


def _is_function(item: Stored) -> bool:
    """Whether a layer of Keras 3 is a function on tensors, which is not trained; a Softmax is taken for the layer."""
    calls = item.value.get("inbound_nodes")
    modern = isinstance(calls, list) and any(isinstance(call, Mapping) for call in calls)
    if not modern or item.bare_name in ("InputLayer", "Softmax"):
        return False
    return item.bare_name in TYPED or not {"trainable", "dtype", "layers"} & item.config.keys()


def _in_archive(item: Stored) -> list[str]:
    """What the loader of `.keras` archives stumbles over in those that Keras 2.15 wrote."""
    if item.module is not None and ".engine." in item.module:
        return [f"{item.class_name} is stored under the module {item.module} of Keras 2"]
    if item.bare_name != "InputLayer" and "batch_input_shape" in item.config:
        return [f"{item.class_name} no longer takes batch_input_shape"]
    if item.bare_name == "BatchNormalization" and isinstance(item.config.get("axis"), list):
        return ["BatchNormalization no longer takes its axis as a list"]
    return []


def _shifted(config: Mapping[str, Any]) -> bool:
    """Whether a functional model of Keras 2 refers to calls of a nested model that are not stored, or to later ones.

    Where a model's outputs are named, a nested functional model counts one call more, which Keras takes off.
    """
    listed = config.get("layers")
    layers = [layer for layer in listed if isinstance(layer, Mapping)] if isinstance(listed, list) else []
    named = {layer["name"]: layer for layer in layers if isinstance(layer.get("name"), str)}
    used: list[tuple[str, int]] = []
    for layer in layers:
        for call, node in enumerate(_calls(layer)):
            references = list(_references(node))
            used += references
            if any(name == layer.get("name") and index >= call for name, index in references):
                return True
    for name, index in _references(config.get("output_layers")):
        functional = name in named and named[name].get("class_name") in ("Functional", "Model")
        used.append((name, index - functional))
    return any(name in named and index >= max(1, len(_calls(named[name]))) for name, index in used)


def _calls(layer: Mapping[str, Any]) -> list[Any]:
    stored = layer.get("inbound_nodes")
    return stored if isinstance(stored, list) else []


def _references(value: Any) -> Iterator[tuple[str, int]]:
    """Yield the [name, call, tensor, ...] lists of Keras 2 at any depth."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            if len(item) >= 3 and isinstance(item[0], str) and isinstance(item[1], int):
                yield item[0], item[1]
            pending.extend(item)
