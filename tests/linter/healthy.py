"""Healthy models, untrained, as good practice builds them: the linter has to be quiet on each."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers as L
from keras import ops

Maker = Callable[[], keras.Model]
APPLICATIONS = (
    *("MobileNet", "MobileNetV3Small", "MobileNetV3Large", "EfficientNetB0"),
    *("ResNet50", "DenseNet121", "Xception", "VGG16"),
)


def application(name: str) -> Maker:
    """A model of keras.applications."""
    return lambda: getattr(keras.applications, name)(weights=None)


def transformer() -> keras.Model:
    """A small encoder that classifies texts."""
    tokens = keras.Input((32,), dtype="int32")
    places = L.Embedding(32, 64)(ops.arange(32))
    x = L.Embedding(1000, 64)(tokens) + places
    for _ in range(3):
        normal = L.LayerNormalization()(x)
        x = L.Add()([x, L.Dropout(0.1)(L.MultiHeadAttention(4, 16)(normal, normal))])
        normal = L.LayerNormalization()(x)
        x = L.Add()([x, L.Dense(64)(L.Dense(256, activation="gelu")(normal))])
    x = L.GlobalAveragePooling1D()(L.LayerNormalization()(x))
    return compiled(keras.Model(tokens, L.Dense(5, activation="softmax")(x)), "sparse_categorical_crossentropy")


def autoencoder() -> keras.Model:
    """A convolutional autoencoder of images in [0, 1]."""
    image = x = keras.Input((32, 32, 3))
    for filters in (16, 32):
        x = L.Conv2D(filters, 3, strides=2, padding="same", activation="relu", kernel_initializer="he_normal")(x)
    x = L.Dense(32)(L.Flatten()(x))
    x = L.Dense(8 * 8 * 32, activation="relu", kernel_initializer="he_normal")(x)
    x = L.Reshape((8, 8, 32))(x)
    for filters in (32, 16):
        x = L.Conv2DTranspose(filters, 3, strides=2, padding="same", activation="relu")(x)
    return compiled(keras.Model(image, L.Conv2D(3, 3, padding="same", activation="sigmoid")(x)), "binary_crossentropy")


def linear_autoencoder() -> keras.Model:
    """Principal components: a bottleneck without any activation."""
    image = keras.Input((784,))
    return compiled(keras.Model(image, L.Dense(784)(L.Dense(16)(image))), "mse")


def generator() -> keras.Model:
    """The generator of a GAN."""
    noise = keras.Input((100,))
    x = L.LeakyReLU(negative_slope=0.2)(L.BatchNormalization()(L.Dense(4 * 4 * 128, use_bias=False)(noise)))
    x = L.Reshape((4, 4, 128))(x)
    for filters in (64, 32):
        x = L.Conv2DTranspose(filters, 5, strides=2, padding="same", use_bias=False)(x)
        x = L.LeakyReLU(negative_slope=0.2)(L.BatchNormalization()(x))
    return keras.Model(noise, L.Conv2DTranspose(3, 5, strides=2, padding="same", activation="tanh")(x))


def mixture_of_experts() -> keras.Model:
    """Four experts, weighted by a gate."""
    inputs = keras.Input((20,))
    gate = L.Dense(4, activation="softmax")(inputs)
    experts = [L.Dense(16)(L.Dense(32, activation="gelu")(inputs)) for _ in range(4)]
    mixed = ops.einsum("be,ebd->bd", gate, ops.stack(experts))
    return compiled(keras.Model(inputs, L.Dense(1)(L.LayerNormalization()(mixed))), "mse")


def attention_pooling() -> keras.Model:
    """A sequence, summed up with learnt weights."""
    series = keras.Input((50, 8))
    states = L.Bidirectional(L.LSTM(16, return_sequences=True))(series)
    scores = L.Dense(1)(L.Dense(16, activation="tanh")(states))
    weights = L.Softmax(axis=1)(scores)
    summed = ops.sum(states * weights, axis=1)
    return compiled(keras.Model(series, L.Dense(1, activation="sigmoid")(summed)), "binary_crossentropy")


def detector_head() -> keras.Model:
    """The heads of a one-stage detector: class biases that say how rare objects are, no activation on boxes."""
    features = keras.Input((16, 16, 64))
    start = keras.initializers.Constant(-4.595)

    def tower(x: keras.KerasTensor) -> keras.KerasTensor:
        for _ in range(2):
            x = L.ReLU()(L.GroupNormalization(8)(L.Conv2D(64, 3, padding="same", use_bias=False)(x)))
        return x

    scores = L.Conv2D(9 * 4, 3, padding="same", bias_initializer=start)(tower(features))
    boxes = L.Conv2D(9 * 4, 3, padding="same")(tower(features))
    scores = L.Activation("sigmoid")(L.Reshape((-1, 4))(scores))
    return keras.Model(features, L.Concatenate()([scores, L.Reshape((-1, 4))(boxes)]))


def zero_initialised_residuals() -> keras.Model:
    """Residual blocks that start as the identity: the last scale, or the last kernel, is zero."""
    image = keras.Input((32, 32, 3))
    x = L.ReLU()(L.BatchNormalization()(L.Conv2D(32, 3, padding="same", use_bias=False)(image)))
    for _ in range(3):
        y = L.ReLU()(L.BatchNormalization()(L.Conv2D(32, 3, padding="same", use_bias=False)(x)))
        y = L.BatchNormalization(gamma_initializer="zeros")(L.Conv2D(32, 3, padding="same", use_bias=False)(y))
        x = L.ReLU()(L.Add()([x, y]))
    for _ in range(2):
        y = L.Conv2D(32, 3, padding="same", activation="relu", kernel_initializer="he_normal")(
            L.LayerNormalization()(x)
        )
        x = L.Add()([x, L.Conv2D(32, 1, kernel_initializer="zeros")(y)])
    x = L.GlobalAveragePooling2D()(x)
    return compiled(keras.Model(image, L.Dense(10, activation="softmax")(x)), "categorical_crossentropy")


def self_normalising() -> keras.Model:
    """SELU as its paper has it."""
    inputs = x = keras.Input((20,))
    for _ in range(8):
        x = L.AlphaDropout(0.05)(L.Dense(128, activation="selu", kernel_initializer="lecun_normal")(x))
    return compiled(keras.Model(inputs, L.Dense(1)(x)), "mse")


def two_heads() -> keras.Model:
    """One trunk, a class and a number."""
    inputs = keras.Input((20,))
    trunk = L.Dense(64, activation="relu", kernel_initializer="he_normal")(inputs)
    kind = L.Dense(3, activation="softmax", name="kind")(trunk)
    size = L.Dense(1, name="size")(trunk)
    model = keras.Model(inputs, [kind, size])
    model.compile("adam", ["sparse_categorical_crossentropy", "huber"])
    return model


def compiled(model: keras.Model, loss: str) -> keras.Model:
    """The model with Adam and a loss."""
    model.compile(keras.optimizers.Adam(1e-3), loss)
    return model


HEALTHY: dict[str, Maker] = {
    **{name: application(name) for name in APPLICATIONS},
    **{
        made.__name__: made
        for made in (
            *(transformer, autoencoder, linear_autoencoder, generator, mixture_of_experts, attention_pooling),
            *(detector_head, zero_initialised_residuals, self_normalising, two_heads),
        )
    },
}
