"""One backward pass over a few samples: how large the loss's gradient is at each kernel."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from linter.graph import Loss, ModelGraph
from linter.live.rebuild import Rebuilt

LOSSES = {
    "mean_squared_error": "mean_squared_error",
    "mean_absolute_error": "mean_absolute_error",
    "huber": "huber",
    "log_cosh": "log_cosh",
    "binary_crossentropy": "binary_crossentropy",
    "categorical_crossentropy": "categorical_crossentropy",
    "sparse_categorical_crossentropy": "sparse_categorical_crossentropy",
    "poisson": "poisson",
    "kl_divergence": "kl_divergence",
}


def gradients(graph: ModelGraph, rebuilt: Rebuilt, arrays: list[Any], labels: Any) -> tuple[dict[str, float], bool]:
    """Return the root mean square of the gradient by kernel path, and whether a stand-in loss was used.

    The stand-in is the mean of the squared outputs, whose gradient is as large as the outputs are. Nothing is returned
    where the model has several outputs, or the backend cannot differentiate it.
    """
    model = rebuilt.model
    if len(model.outputs) != 1 or not rebuilt.complete:
        return {}, True
    stored = graph.training.losses[0] if graph.training and graph.training.losses else None
    function = _loss(stored, labels, model)
    inputs = [np.nan_to_num(array) if array.dtype.kind == "f" else array for array in arrays]
    kernels = [weight for weight in model.trainable_weights if weight.name.endswith(("kernel", "embeddings"))]
    if not kernels:
        return {}, True
    given = inputs if len(inputs) > 1 else inputs[0]
    values = _differentiate(model, kernels, given, lambda out: _scalar(function, labels, out))
    found = {weight.path: _size(value) for weight, value in zip(kernels, values, strict=True) if value is not None}
    return found, function is None


def _loss(stored: Loss | None, labels: Any, model: Any) -> Any:
    if stored is None or labels is None or stored.name not in LOSSES:
        return None
    shape = model.outputs[0].shape
    sparse = stored.name.startswith("sparse")
    if not sparse and labels.ndim > 1 and tuple(labels.shape[1:]) != tuple(shape[1:]):
        return None
    if not sparse and labels.ndim == 1 and shape[-1] != 1:
        return None
    return getattr(keras.losses, LOSSES[stored.name])


def _scalar(function: Any, labels: Any, out: Any) -> Any:
    if function is None:
        return keras.ops.mean(keras.ops.square(keras.ops.cast(out, "float32")))
    truth = (
        labels.reshape(-1, 1)
        if labels.ndim == 1 and function is not keras.losses.sparse_categorical_crossentropy
        else labels
    )
    return keras.ops.mean(function(keras.ops.convert_to_tensor(truth), out))


def _size(value: Any) -> float:
    array = np.asarray(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(value)), dtype=np.float64)
    return float(np.sqrt(np.mean(np.square(array)))) if array.size else 0.0


def _differentiate(model: Any, kernels: list[Any], inputs: Any, scalar: Any) -> list[Any]:
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = scalar(model(inputs, training=False))
        return list(tape.gradient(loss, [kernel.value for kernel in kernels]))
    if backend == "torch":
        import torch

        loss = scalar(model(inputs, training=False))
        return list(torch.autograd.grad(loss, [kernel.value for kernel in kernels], allow_unused=True))
    if backend == "jax":
        import jax

        fixed = [weight.value for weight in model.non_trainable_variables]
        known = [id(variable) for variable in model.trainable_variables]
        places = [known.index(id(kernel)) for kernel in kernels]
        trained = [weight.value for weight in model.trainable_variables]

        def loss_of(values: list[Any]) -> Any:
            out, _ = model.stateless_call(values, fixed, inputs, training=False)
            return scalar(out)

        found = jax.jit(jax.grad(loss_of))(trained)
        return [found[place] for place in places]
    return [None] * len(kernels)
