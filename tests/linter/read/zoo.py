"""Small models, each with one thing in it that a reader can get wrong. Every builder takes the Keras to build with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Builder = Callable[[Any], Any]


def _chain(shape: tuple[int | None, ...], *layers: Callable[[Any], Any], dtype: str = "float32") -> Builder:
    """A Sequential model of the layers that the functions make."""
    return lambda k: k.Sequential(
        [k.Input(shape, dtype=dtype, name="given"), *(layer(k) for layer in layers)], name="zoo"
    )


def _same_class_twice(k: Any) -> Any:
    given = k.Input((4,), name="given")
    left = k.layers.Dense(3, name="zulu")(given)
    right = k.layers.Dense(5, name="alpha")(given)
    return k.Model(given, k.layers.Concatenate(name="cat")([right, left]), name="zoo")


def _nested_thrice(k: Any) -> Any:
    inmost = k.Sequential([k.Input((3,), name="a"), k.layers.Dense(3, activation="relu", name="one")], name="inmost")
    middle_input = k.Input((3,), name="b")
    middle = k.Model(middle_input, k.layers.Dense(3, name="two")(inmost(middle_input)), name="middle")
    return k.Sequential([k.Input((3,), name="given"), middle, k.layers.Dense(2, name="three")], name="zoo")


def _called_thrice(k: Any) -> Any:
    inner_input = k.Input((3,), name="a")
    inner = k.Model(inner_input, k.layers.Dense(3, activation="tanh", name="one")(inner_input), name="inner")
    given = k.Input((3,), name="given")
    return k.Model(given, inner(inner(inner(given))), name="zoo")


def _several_outputs(k: Any) -> Any:
    inner_input = k.Input((4,), name="a")
    heads = [k.layers.Dense(3, name="left")(inner_input), k.layers.Dense(2, name="right")(inner_input)]
    inner = k.Model(inner_input, heads, name="inner")
    given = k.Input((4,), name="given")
    left, right = inner(given)
    return k.Model(given, [k.layers.Dense(1, name="on_right")(right), left], name="zoo")


def _states(k: Any) -> Any:
    given = k.Input((5, 4), name="given")
    sequence, hidden, carry = k.layers.LSTM(3, return_sequences=True, return_state=True, name="first")(given)
    decoded = k.layers.LSTM(3, name="second")(sequence, initial_state=[hidden, carry])
    return k.Model(given, [decoded, k.layers.Dense(2, name="on_state")(carry)], name="zoo")


def _both_states(k: Any) -> Any:
    given = k.Input((5, 4), name="given")
    cell = k.layers.GRU(3, return_state=True, name="gru")
    merged, forward, backward = k.layers.Bidirectional(cell, name="two")(given)
    return k.Model(
        given, k.layers.Concatenate(name="cat")([merged, k.layers.Add(name="sum")([forward, backward])]), name="zoo"
    )


def _stacked_cells(k: Any) -> Any:
    cells = [k.layers.LSTMCell(3, name="low"), k.layers.LSTMCell(2, name="high"), k.layers.GRUCell(4, name="top")]
    given = k.Input((5, 4), name="given")
    return k.Model(given, k.layers.RNN(cells, name="stack")(given), name="zoo")


def _time_distributed_model(k: Any) -> Any:
    inner = k.Sequential(name="frame")
    for layer in (
        k.Input((4, 4, 2), name="a"),
        k.layers.Conv2D(3, 2, name="conv"),
        k.layers.BatchNormalization(name="norm"),
        k.layers.Flatten(name="flat"),
        k.layers.Dense(2, activation="relu", name="dense"),
    ):
        inner.add(layer)
    given = k.Input((5, 4, 4, 2), name="given")
    return k.Model(
        given, k.layers.LSTM(3, name="lstm")(k.layers.TimeDistributed(inner, name="each")(given)), name="zoo"
    )


def _frozen(k: Any) -> Any:
    frozen = k.layers.Dense(3, name="frozen")
    norm = k.layers.BatchNormalization(name="norm")
    inner = k.Sequential([k.Input((4,), name="a"), frozen, norm, k.layers.Dense(3, name="free")], name="inner")
    frozen.trainable = False
    return k.Sequential([k.Input((4,), name="given"), inner], name="zoo")


def _frozen_model(k: Any) -> Any:
    norm = k.layers.BatchNormalization(name="norm")
    ends = k.layers.Dense(4, name="one"), k.layers.Dense(4, name="two")
    inner = k.Sequential([k.Input((4,), name="a"), ends[0], norm, ends[1]], name="inner")
    inner.trainable = False
    return k.Sequential([k.Input((4,), name="given"), inner, k.layers.Dense(4, name="head")], name="zoo")


def _merges(k: Any) -> Any:
    one, two = k.Input((4,), name="one"), k.Input((4,), name="two")
    kinds = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
    merged = [getattr(k.layers, kind)(name=kind.lower())([one, two]) for kind in kinds]
    return k.Model(
        [one, two], k.layers.Concatenate(name="cat")([*merged, k.layers.Dot(1, name="dot")([one, two])]), name="zoo"
    )


def _cross_attention(k: Any) -> Any:
    query, memory = k.Input((5, 6), name="query"), k.Input((7, 4), name="memory")
    layer = k.layers.MultiHeadAttention(2, 3, value_dim=5, output_shape=8, name="attend")
    return k.Model([query, memory], layer(query, value=memory, key=memory), name="zoo")


def _simple_attentions(k: Any) -> Any:
    query, memory = k.Input((5, 4), name="query"), k.Input((7, 4), name="memory")
    one = k.layers.Attention(use_scale=True, name="dot")([query, memory])
    return k.Model([query, memory], k.layers.AdditiveAttention(name="additive")([one, memory]), name="zoo")


def _normalization(k: Any) -> Any:
    return k.Sequential(
        [k.Input((4,), name="given"), k.layers.Normalization(name="norm"), k.layers.Dense(2, name="dense")], name="zoo"
    )


def _dict_inputs(k: Any) -> Any:
    given = {"left": k.Input((3,), name="left"), "right": k.Input((2,), name="right")}
    both = k.layers.Concatenate(name="cat")([given["right"], given["left"]])
    outputs = {"small": k.layers.Dense(1, name="one")(both), "large": k.layers.Dense(4, name="two")(both)}
    return k.Model(given, outputs, name="zoo")


def _ops(k: Any) -> Any:
    given = k.Input((4, 6), name="given")
    dense = k.layers.Dense(6, name="dense")(given)
    return k.Model(given, k.layers.Dense(2, name="head")((dense * 2.0 + given)[:, 0] / 3.0), name="zoo")


def _shared_in_two_models(k: Any) -> Any:
    shared = k.layers.Dense(3, name="shared")
    one = k.Sequential([k.Input((3,), name="a"), shared], name="one")
    two = k.Sequential([k.Input((3,), name="b"), shared, k.layers.Dense(2, name="head")], name="two")
    given = k.Input((3,), name="given")
    return k.Model(given, two(one(given)), name="zoo")


def _called(k: Any) -> Any:
    """Keras builds a layer that was given as `activation=` when it is first run."""
    held = k.layers.PReLU(name="prelu")
    model = k.Sequential([k.Input((6,), name="given"), k.layers.Dense(4, activation=held, name="dense")], name="zoo")
    model(np.zeros((1, 6), "float32"))
    return model


BOTH: dict[str, Builder] = {
    "same class twice": _same_class_twice,
    "nested thrice": _nested_thrice,
    "called thrice": _called_thrice,
    "several outputs": _several_outputs,
    "states": _states,
    "states of both directions": _both_states,
    "stacked cells": _stacked_cells,
    "TimeDistributed model": _time_distributed_model,
    "frozen layer inside": _frozen,
    "frozen model": _frozen_model,
    "merges": _merges,
    "cross attention": _cross_attention,
    "simple attentions": _simple_attentions,
    "Normalization": _normalization,
    "dict inputs and outputs": _dict_inputs,
    "operators": _ops,
    "shared in two models": _shared_in_two_models,
    "no scale": _chain((4,), lambda k: k.layers.BatchNormalization(scale=False, name="norm")),
    "no center": _chain((4,), lambda k: k.layers.BatchNormalization(center=False, name="norm")),
    "neither": _chain((4, 4, 3), lambda k: k.layers.BatchNormalization(scale=False, center=False, axis=1, name="norm")),
    "LayerNormalization no center": _chain(
        (4, 3), lambda k: k.layers.LayerNormalization(center=False, axis=[1, 2], name="norm")
    ),
    "GroupNormalization": _chain((4, 6), lambda k: k.layers.GroupNormalization(3, name="norm")),
    "no bias": _chain((4,), lambda k: k.layers.Dense(3, use_bias=False, name="dense")),
    "EinsumDense": _chain(
        (4, 6),
        lambda k: k.layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de", activation="relu", name="dense"),
    ),
    "Conv1D causal": _chain(
        (9, 2), lambda k: k.layers.Conv1D(3, 4, padding="causal", dilation_rate=2, activation="relu", name="conv")
    ),
    "Conv3D": _chain((5, 6, 7, 2), lambda k: k.layers.Conv3D(3, 2, strides=(1, 2, 2), name="conv")),
    "grouped": _chain((8, 8, 4), lambda k: k.layers.Conv2D(6, 3, groups=2, name="conv")),
    "Conv1DTranspose": _chain((5, 2), lambda k: k.layers.Conv1DTranspose(3, 4, strides=3, padding="same", name="conv")),
    "Conv2DTranspose": _chain((5, 5, 2), lambda k: k.layers.Conv2DTranspose(3, (2, 4), strides=3, name="conv")),
    "Conv2DTranspose output_padding": _chain(
        (5, 5, 2), lambda k: k.layers.Conv2DTranspose(3, 4, strides=3, output_padding=1, name="conv")
    ),
    "Conv3DTranspose": _chain((3, 3, 3, 2), lambda k: k.layers.Conv3DTranspose(2, 2, name="conv")),
    "DepthwiseConv1D": _chain((9, 3), lambda k: k.layers.DepthwiseConv1D(3, depth_multiplier=2, name="conv")),
    "SeparableConv1D": _chain((9, 3), lambda k: k.layers.SeparableConv1D(4, 3, use_bias=False, name="conv")),
    "SeparableConv2D": _chain(
        (9, 9, 3),
        lambda k: k.layers.SeparableConv2D(4, 3, depth_multiplier=2, strides=2, activation="relu", name="conv"),
    ),
    "ConvLSTM1D": _chain((3, 6, 2), lambda k: k.layers.ConvLSTM1D(3, 2, return_sequences=True, name="conv")),
    "ConvLSTM2D": _chain((3, 6, 6, 2), lambda k: k.layers.ConvLSTM2D(3, 2, padding="same", name="conv")),
    "Bidirectional ConvLSTM2D": _chain(
        (3, 6, 6, 2), lambda k: k.layers.Bidirectional(k.layers.ConvLSTM2D(3, 2, name="conv"), name="two")
    ),
    "Bidirectional sum": _chain(
        (5, 3), lambda k: k.layers.Bidirectional(k.layers.LSTM(4, name="lstm"), merge_mode="sum", name="two")
    ),
    "Bidirectional two kinds": _chain(
        (5, 3),
        lambda k: k.layers.Bidirectional(
            k.layers.LSTM(4, name="lstm"), backward_layer=k.layers.GRU(4, go_backwards=True, name="gru"), name="two"
        ),
    ),
    "TimeDistributed Bidirectional": _chain(
        (2, 5, 3),
        lambda k: k.layers.TimeDistributed(
            k.layers.Bidirectional(k.layers.LSTM(4, name="lstm"), name="two"), name="each"
        ),
    ),
    "GRU reset_after false": _chain((5, 3), lambda k: k.layers.GRU(4, reset_after=False, name="gru")),
    "GRU no bias": _chain((5, 3), lambda k: k.layers.GRU(4, use_bias=False, return_sequences=True, name="gru")),
    "PReLU": _chain((6, 6, 2), lambda k: k.layers.PReLU(name="prelu")),
    "PReLU as activation": _called,
    "LeakyReLU as activation": _chain(
        (6,), lambda k: k.layers.Dense(4, activation=k.layers.LeakyReLU(name="leaky"), name="dense")
    ),
    "Embedding": _chain(
        (6,),
        lambda k: k.layers.Embedding(7, 3, mask_zero=True, name="embed"),
        lambda k: k.layers.LSTM(2, name="lstm"),
        dtype="int32",
    ),
    "shapes": _chain(
        (9, 7, 2),
        lambda k: k.layers.ZeroPadding2D(((1, 2), (3, 4)), name="pad"),
        lambda k: k.layers.Cropping2D(((0, 1), (1, 0)), name="crop"),
        lambda k: k.layers.UpSampling2D((2, 1), name="up"),
        lambda k: k.layers.AveragePooling2D(3, strides=2, padding="same", name="pool"),
        lambda k: k.layers.SpatialDropout2D(0.3, name="drop"),
        lambda k: k.layers.GaussianNoise(0.1, name="noise"),
        lambda k: k.layers.Permute((3, 1, 2), name="turn"),
        lambda k: k.layers.Reshape((2, -1), name="fold"),
        lambda k: k.layers.GlobalMaxPooling1D(name="top"),
        lambda k: k.layers.RepeatVector(3, name="repeat"),
        lambda k: k.layers.Flatten(name="flat"),
        lambda k: k.layers.Softmax(name="soft"),
    ),
    "preprocessing": _chain(
        (9, 7, 3),
        lambda k: k.layers.Rescaling(1 / 255, name="scale"),
        lambda k: k.layers.RandomFlip(name="flip"),
        lambda k: k.layers.RandomRotation(0.1, name="turn"),
        lambda k: k.layers.Resizing(8, 8, name="size"),
        lambda k: k.layers.CenterCrop(6, 6, name="crop"),
        lambda k: k.layers.Conv2D(2, 3, name="conv"),
    ),
}
"""What both Keras 2 and 3 can build and save as .keras and .h5."""


def _group_query(k: Any) -> Any:
    query, memory = k.Input((5, 6), name="query"), k.Input((7, 6), name="memory")
    return k.Model([query, memory], k.layers.GroupQueryAttention(3, 4, 2, name="attend")(query, memory), name="zoo")


def _functions(k: Any) -> Any:
    given = k.Input((4, 6), name="given")
    x = k.ops.relu(k.layers.Dense(6, name="dense")(given))
    x = k.ops.concatenate([x, k.ops.transpose(given, (0, 1, 2))], axis=-1)
    x = k.ops.reshape(k.ops.mean(x, axis=1), (-1, 3, 4))
    x = k.ops.expand_dims(k.ops.matmul(x, k.ops.ones((4, 2))), -1)
    x = k.ops.squeeze(k.ops.softmax(x, axis=1), axis=-1)
    return k.Model(given, k.layers.Dense(2, name="head")(k.ops.sum(x, axis=2)), name="zoo")


def _masks(k: Any) -> Any:
    """Keras 3 computes a mask by a function of its own, and hands it on by name."""
    given = k.Input((5,), dtype="int32", name="given")
    embedded = k.layers.Embedding(9, 4, mask_zero=True, name="embed")(given)
    both = k.layers.Bidirectional(k.layers.GRU(3, return_sequences=True, name="gru"), name="two")(embedded)
    return k.Model(given, k.layers.Attention(name="attend")([both, both]), name="zoo")


def _elementwise(k: Any) -> Any:
    given = k.Input((4,), name="given")
    left, right = k.ops.split(k.layers.Dense(6, name="dense")(given), 2, axis=-1)
    chosen = k.ops.where(left > 0, left, right * 0.1)
    return k.Model(given, k.ops.maximum(k.ops.sqrt(k.ops.abs(chosen)), 0.5), name="zoo")


def _same_names_inside(k: Any) -> Any:
    one = k.Sequential(
        [k.Input((4,), name="a"), k.layers.Dense(4, name="dense"), k.layers.BatchNormalization(name="norm")], name="one"
    )
    inner_input = k.Input((4,), name="b")
    two = k.Model(
        inner_input,
        k.layers.BatchNormalization(name="norm")(k.layers.Dense(4, name="dense")(one(inner_input))),
        name="two",
    )
    return k.Sequential([k.Input((4,), name="given"), two, k.layers.Dense(4, name="dense")], name="zoo")


def _quantized(mode: str) -> Builder:
    def build(k: Any) -> Any:
        layers = [k.layers.Dense(8, activation="relu", name="dense"), k.layers.Dense(4, use_bias=False, name="bare")]
        model = k.Sequential([k.Input((8,), name="given"), *layers], name="zoo")
        model.quantize(mode)
        return model

    return build


def _quantized_embedding(k: Any) -> Any:
    layers = [
        k.layers.Embedding(9, 4, name="embed"),
        k.layers.EinsumDense("abc,cd->abd", (None, 6), bias_axes="d", name="einsum"),
    ]
    model = k.Sequential([k.Input((5,), dtype="int32", name="given"), *layers], name="zoo")
    model.quantize("int8")
    return model


KERAS_3: dict[str, Builder] = {
    "SpectralNormalization": _chain(
        (6,), lambda k: k.layers.SpectralNormalization(k.layers.Dense(4, name="dense"), name="spectral")
    ),
    "GroupQueryAttention": _group_query,
    "functions": _functions,
    "same names inside": _same_names_inside,
    "masks": _masks,
    "elementwise": _elementwise,
    "Discretization": _chain(
        (3,),
        lambda k: k.layers.Discretization([0.0, 1.0], name="cut"),
        lambda k: k.layers.CategoryEncoding(3, output_mode="multi_hot", name="code"),
        lambda k: k.layers.Dense(2, name="dense"),
    ),
    "RMSNormalization": _chain((4, 3), lambda k: k.layers.RMSNormalization(name="norm")),
    "GLU": _chain((4, 6), lambda k: k.layers.Dense(6, activation="glu", name="dense")),
    "mixed precision": _chain(
        (4,), lambda k: k.layers.Dense(3, dtype="mixed_float16", activation="relu", name="dense")
    ),
    "bfloat16": _chain((4,), lambda k: k.layers.Dense(3, dtype="bfloat16", name="dense")),
    "float16": _chain((4,), lambda k: k.layers.Dense(3, dtype="float16", name="dense")),
    "AugMix": _chain(
        (8, 8, 3), lambda k: k.layers.RandomBrightness(0.1, name="bright"), lambda k: k.layers.Conv2D(2, 3, name="conv")
    ),
    "AdaptiveAveragePooling2D": _chain((8, 8, 3), lambda k: k.layers.AdaptiveAveragePooling2D((2, 4), name="pool")),
    "ReversibleEmbedding": _chain((4,), lambda k: k.layers.ReversibleEmbedding(7, 3, name="embed"), dtype="int32"),
}
"""What only Keras 3 has."""

QUANTIZED: dict[str, Builder] = {
    **{mode: _quantized(mode) for mode in ("int8", "int4", "float8")},
    "int8 embedding": _quantized_embedding,
}
"""Quantized models: `.keras` only."""
