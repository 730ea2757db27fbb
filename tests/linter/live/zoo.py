"""Small models of Keras 3, each with one thing in it that a rebuilt model can get wrong, beside the reader's zoo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers as L
from keras import ops

from linter.read.normalise.names import AUGMENTING
from tests.linter.read.test_every_layer import augmenting

Shape = tuple[int | None, ...]
PICTURE, SEQUENCE, ROW = (8, 8, 3), (6, 4), (5,)


def _of(*shapes: Shape, dtype: str = "float32") -> Callable[[Callable[..., Any]], Callable[[], Any]]:
    """Return what turns a function of tensors into a builder of a model."""

    def wrap(function: Callable[..., Any]) -> Callable[[], Any]:
        def build() -> Any:
            given = [keras.Input(shape, dtype=dtype, name=f"given_{i}") for i, shape in enumerate(shapes)]
            return keras.Model(given, function(*given))

        return build

    return wrap


picture, sequence, row = _of(PICTURE), _of(SEQUENCE), _of(ROW)
words = _of((6,), dtype="int32")
two = _of(SEQUENCE, (7, 4))
three = _of(SEQUENCE, (7, 4), (7, 4))


def _decoder(one: Any, other: Any) -> Any:
    states = L.LSTM(5, return_state=True)(one)[1:]
    return L.LSTM(5, return_sequences=True)(other, initial_state=states)


def _shared(one: Any, other: Any) -> Any:
    layer = L.Bidirectional(L.GRU(3))
    return L.Add()([layer(one), layer(other)])


def _several_in_and_out(one: Any, other: Any) -> Any:
    left, right = keras.Input((5,)), keras.Input((4,))
    inner = keras.Model([left, right], [L.Dense(3)(left) + L.Dense(3)(right), L.Dense(2)(left)])
    return inner([one, other])


def _embedded(tensor: Any) -> Any:
    return L.Embedding(3, 4, mask_zero=True)(tensor)


def _self_attention(tensor: Any) -> Any:
    embedded = _embedded(tensor)
    return L.MultiHeadAttention(2, 3)(embedded, embedded)


ACTIVATIONS = [
    "celu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_silu",
    "hard_tanh",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu6",
    "selu",
    "silu",
    "soft_shrink",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparsemax",
    "squareplus",
    "tanh_shrink",
]
MODELS: dict[str, Callable[[], Any]] = {
    "spectral normalisation": picture(lambda x: L.SpectralNormalization(L.Conv2D(4, 3))(x)),
    "normalisation by a number": row(lambda x: L.Normalization(axis=None, mean=2.0, variance=4.0)(x)),
    "normalisation, inverted": row(
        lambda x: L.Normalization(mean=[1.0, 2, 3, 4, 5], variance=[1.0, 4, 9, 1, 1], invert=True)(x)
    ),
    "attention with a key of its own": three(lambda a, b, c: L.MultiHeadAttention(2, 3)(a, value=b, key=c)),
    "causal attention": sequence(lambda x: L.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)),
    "attention and its scores": sequence(
        lambda x: list(L.MultiHeadAttention(2, 3)(x, x, return_attention_scores=True))
    ),
    "masked attention": words(_self_attention),
    "plain attention, causal": sequence(lambda x: L.Attention(use_scale=True)([x, x], use_causal_mask=True)),
    "additive attention": two(lambda a, b: L.AdditiveAttention()([a, b])),
    "states of an LSTM": sequence(lambda x: list(L.LSTM(4, return_state=True, return_sequences=True)(x))),
    "encoder and decoder": two(_decoder),
    "states of both directions": sequence(lambda x: list(L.Bidirectional(L.LSTM(4, return_state=True))(x))),
    "both directions, not merged": sequence(lambda x: L.Bidirectional(L.GRU(4), merge_mode=None)(x)),
    "both directions, masked": words(lambda x: L.Bidirectional(L.LSTM(4))(_embedded(x))),
    "both directions, shared": _of(SEQUENCE, SEQUENCE)(_shared),
    "cells": sequence(lambda x: L.RNN([L.LSTMCell(3), L.GRUCell(4)], return_sequences=True)(x)),
    "masking": sequence(lambda x: L.LSTM(3)(L.Masking()(x))),
    "masked mean": words(lambda x: L.GlobalAveragePooling1D()(_embedded(x))),
    "backwards": sequence(lambda x: L.LSTM(3, go_backwards=True, return_sequences=True)(x)),
    "stateful": lambda: keras.Model(given := keras.Input(batch_shape=(4, 6, 4)), L.LSTM(3, stateful=True)(given)),
    "convolution at each step": _of((4, 8, 8, 3))(lambda x: L.TimeDistributed(L.Conv2D(4, 3, activation="relu"))(x)),
    "last step": sequence(lambda x: L.Dense(3)(x[:, -1, :])),
    "some steps": sequence(lambda x: x[:, 1:4]),
    "one feature": sequence(lambda x: x[..., 0]),
    "numbers on the left": row(lambda x: 1.0 - x / 2.0),
    "number over tensor": row(lambda x: 1.0 / (x * x + 1.0)),
    "power": row(lambda x: x**2),
    "logarithm": row(lambda x: ops.log(ops.sqrt(ops.abs(x)) + 1.0)),
    "batches multiplied": sequence(lambda x: ops.matmul(x, ops.transpose(x, (0, 2, 1)))),
    "mean over two axes": picture(lambda x: ops.mean(x, axis=[1, 2], keepdims=True)),
    "greatest over two axes": picture(lambda x: ops.max(x, axis=(1, 2))),
    "sum over channels": picture(lambda x: ops.sum(x, axis=3)),
    "stacked": row(lambda x: ops.stack([x, 2 * x], axis=1)),
    "split": row(lambda x: ops.split(ops.concatenate([x, -x], axis=-1), 2, axis=-1)),
    "einsum": sequence(lambda x: ops.einsum("bij,bkj->bik", x, x)),
    "cast": words(lambda x: ops.cast(x, "float32") / 2.0),
    "padded": picture(lambda x: ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))),
    "normalised": row(lambda x: ops.normalize(x, axis=-1)),
    "clipped": row(lambda x: ops.clip(x, -0.5, 0.5)),
    "chosen": row(lambda x: ops.where(x > 0, x, 0.1 * x)),
    "repeated": row(lambda x: ops.tile(ops.repeat(x, 2, axis=-1), (1, 2))),
    "variance": row(lambda x: ops.var(x, axis=-1, keepdims=True)),
    "one hot": words(lambda x: ops.one_hot(x, 3)),
    "another axis": sequence(lambda x: ops.expand_dims(x, 1)),
    "leaky function": row(lambda x: ops.leaky_relu(x, 0.4)),
    "gelu both ways": row(lambda x: [ops.gelu(x, approximate=False), ops.gelu(x)]),
    "softmax over steps": sequence(lambda x: ops.softmax(x, axis=1)),
    "functions with settings": row(lambda x: [ops.squareplus(x, b=2), ops.celu(x, 2.0), ops.threshold(x, 0.1, 0.2)]),
    "half gated": _of((6,))(lambda x: ops.glu(x)),
    "several inputs and outputs, nested": _of((5,), (4,))(_several_in_and_out),
    "any length": _of((None, 4))(lambda x: L.GlobalMaxPooling1D()(L.Conv1D(4, 3, activation="relu")(x))),
    "any size": _of((None, None, 3))(lambda x: L.GlobalMaxPooling2D()(L.Conv2D(4, 3, activation="relu")(x))),
    "double": row(lambda x: L.Dense(3, dtype="float64")(x)),
    "root mean square": sequence(lambda x: L.UnitNormalization()(L.RMSNormalization()(x))),
    "adaptive pooling": picture(lambda x: L.AdaptiveAveragePooling2D(2)(x)),
    "pooling": picture(
        lambda x: [
            L.MaxPooling2D(2)(x),
            L.AveragePooling2D(3, padding="same")(x),
            L.GlobalMaxPooling2D(keepdims=True)(x),
        ]
    ),
    "resized": picture(lambda x: L.Cropping2D(1)(L.UpSampling2D(2, interpolation="bilinear")(L.Resizing(6, 6)(x)))),
    "encoded": words(lambda x: L.CategoryEncoding(3, output_mode="multi_hot")(x)),
    "binned": row(lambda x: L.Discretization(bin_boundaries=[0.0, 1.0])(x)),
    "reversible embedding": words(lambda x: L.ReversibleEmbedding(3, 4)(x)),
    "layers of activation": row(
        lambda x: [L.ReLU(6.0, 0.1, 0.2)(x), L.LeakyReLU(0.2)(x), L.ELU(0.5)(x), L.Softmax(axis=1)(x), L.PReLU()(x)]
    ),
    "activations": row(lambda x: [L.Activation(name)(x) for name in ACTIVATIONS]),
    **{name: picture(lambda x, name=name: augmenting(name)(x)) for name in sorted(AUGMENTING - {"Equalization"})},
    "pipeline": picture(lambda x: L.Conv2D(2, 3)(L.Pipeline([L.RandomFlip(), L.Rescaling(0.5)])(x))),
    # Equalization hands on its input itself, of which Keras can make no model
    "low rank": lambda: _low_rank(keras.Model(given := keras.Input((5,)), L.Dense(3)(given))),
}


def _low_rank(model: Any) -> Any:
    model.layers[1].enable_lora(2)
    return model
