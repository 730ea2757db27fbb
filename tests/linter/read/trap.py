"""One model with everything in it that a reader can trip over, built by Keras 3 and by Keras 2 from the same lines,
with the same weights.

`build(keras)` and `build(tf_keras)` give it; `fill` sets weights that depend on nothing but each layer's path; `truth`
says which they are.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np

FORMATS = ("keras_3.keras", "keras_3.h5", "keras_2.keras", "keras_2.h5", "keras_2_saved_model")


def build(k: Any) -> Any:
    """Return the compiled model, made by the Keras `k`."""
    image = k.Input((8, 8, 3), name="image")
    words = k.Input((6,), dtype="int32", name="words")
    shared = k.layers.Dense(5, activation="tanh", name="shared")
    seen = _picture(k)(image)
    read = _text(k, words)
    encoder = _encoder(k)
    one, two = encoder(shared(seen)), encoder(shared(read))
    both = k.layers.Concatenate(name="both")([one, two])
    gated = k.layers.Multiply(name="gated")([both, k.layers.Dense(8, activation="sigmoid", name="gate")(both)])
    label = k.layers.Dense(3, activation="softmax", name="label")(gated)
    score = k.layers.Dense(1, name="score")(k.layers.Dropout(0.2, name="drop")(gated))
    model = k.Model([image, words], [label, score], name="trap")
    model.compile(optimizer="adam", loss={"label": "categorical_crossentropy", "score": "mse"})
    return model


def _picture(k: Any) -> Any:
    """A Sequential with a Functional in it: convolutions of every kind."""
    inner_input = k.Input((8, 8, 6), name="inner_input")
    x = k.layers.SeparableConv2D(4, 3, padding="same", activation="relu", name="separable")(inner_input)
    y = k.layers.BatchNormalization(scale=False, name="norm_1")(
        k.layers.Conv2D(4, 1, use_bias=False, name="conv")(inner_input)
    )
    inner = k.Model(inner_input, k.layers.Add(name="add")([x, y]), name="residual")
    return k.Sequential(
        [
            k.Input((8, 8, 3), name="picture_input"),
            k.layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, name="depthwise"),
            k.layers.BatchNormalization(name="norm"),
            inner,
            k.layers.Conv2DTranspose(2, 3, strides=2, name="up"),
            k.layers.PReLU(shared_axes=[1, 2], name="prelu"),
            k.layers.MaxPooling2D(4, name="pool"),
            k.layers.Flatten(name="flat"),
            k.layers.Dense(4, activation="relu", name="dense"),
        ],
        name="picture",
    )


def _text(k: Any, words: Any) -> Any:
    x = k.layers.Embedding(11, 6, name="embed")(words)
    x = k.layers.MultiHeadAttention(2, 3, name="attend")(x, x)
    x = k.layers.LayerNormalization(name="layer_norm")(x)
    x = k.layers.TimeDistributed(k.layers.Dense(6, activation="elu", name="each"), name="distributed")(x)
    x = k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True, name="lstm"), name="both_ways")(x)
    x = k.layers.RNN(k.layers.GRUCell(5, name="cell"), return_sequences=True, name="loop")(x)
    x = k.layers.GRU(4, return_sequences=True, name="gru")(x)
    return k.layers.SimpleRNN(4, name="simple")(x)


def _encoder(k: Any) -> Any:
    """A Functional model that is called twice, with a Sequential in it whose layers have names used elsewhere too."""
    code = k.Input((5,), name="code")
    hidden = k.Sequential(
        [
            k.Input((5,), name="hidden_input"),
            k.layers.Dense(6, activation="relu", name="dense"),
            k.layers.Dense(4, name="dense_1"),
        ],
        name="hidden",
    )(code)
    skip = k.layers.Dense(4, use_bias=False, name="skip")(code)
    return k.Model(code, k.layers.Add(name="add")([hidden, skip]), name="encoder")


def leaves(model: Any, prefix: str = "") -> dict[str, Any]:
    """Return the layers that have weights and are no models, by path."""
    found: dict[str, Any] = {}
    for layer in model.layers:
        held = getattr(layer, "layer", None)
        if hasattr(layer, "layers"):
            found.update(leaves(layer, f"{prefix}{layer.name}/"))
        elif hasattr(held, "layers"):  # TimeDistributed over a model
            found.update(leaves(held, f"{prefix}{layer.name}/{held.name}/"))
        elif layer.get_weights():
            found[f"{prefix}{layer.name}"] = layer
    return found


def fill(model: Any) -> Any:
    """Give every layer weights drawn from a generator that is seeded by its path; variances positive."""
    for path, layer in leaves(model).items():
        draw = np.random.default_rng(zlib.crc32(path.encode()))
        layer.set_weights([draw.uniform(0.1, 1.0, value.shape).astype(value.dtype) for value in layer.get_weights()])
    return model


def truth(model: Any) -> dict[str, list[np.ndarray]]:
    """Return the weights by path, as the Keras that made the model hands them out."""
    return {path: layer.get_weights() for path, layer in leaves(model).items()}


def save(model: Any, folder: Path, name: str) -> Path:
    """Save `model` under one of FORMATS."""
    path = folder / name
    if name.endswith("saved_model"):
        model.save(str(path), save_format="tf")
    else:
        model.save(str(path))
    return path
