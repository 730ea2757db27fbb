"""Initializers: fans counted by Keras itself, variances measured, signals through depth, models saved and loaded."""

import doctest
import importlib
import math
import re

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_act
from keras_act import initializers
from keras_act.gains import gain
from keras_act.initializers.layout import layout_of
from keras_act.initializers.slots import slots_of
from tests.bench import show_born_dead

# PyTorch's arrays under NumPy 2, inside Keras's convert_to_numpy
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def numpy_of(x):
    return np.asarray(ops.convert_to_numpy(x), np.float64)


def variance_is(values, expected, deviations=5.0):
    """Whether the sample variance agrees, given that draws are independent and no heavier-tailed than normal."""
    values = np.asarray(values, np.float64)
    assert abs((values**2).mean() / expected - 1) < deviations * math.sqrt(2 / values.size)


# layer, shape of one sample, position of an interior input and output (per axis)
COUNTED = {
    "dense": (layers.Dense(7), (5,)),
    "conv": (layers.Conv2D(6, 3, padding="same"), (12, 12, 4)),
    "conv1d": (layers.Conv1D(6, 5, padding="same"), (24, 4)),
    "grouped": (layers.Conv2D(6, 3, padding="same", groups=2), (12, 12, 4)),
    "strided": (layers.Conv2D(6, 4, padding="same", strides=2), (32, 32, 4)),
    "depthwise": (layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2), (12, 12, 4)),
    "transposed": (layers.Conv2DTranspose(6, 3, padding="same"), (12, 12, 4)),
    "transposed, strided": (layers.Conv2DTranspose(6, 4, padding="same", strides=2), (12, 12, 4)),
    "transposed 1d": (layers.Conv1DTranspose(6, 6, padding="same", strides=3), (12, 4)),
    "einsum": (layers.EinsumDense("abc,cde->abde", (3, 2, 6)), (3, 5)),
    "einsum, two summed": (layers.EinsumDense("abcd,cde->abe", (3, 6)), (3, 5, 2)),
    "einsum, copies": (layers.EinsumDense("abc,bcd->abd", (3, 6)), (3, 5)),
}


@pytest.mark.parametrize("name", COUNTED)
def test_fans_are_what_keras_itself_sums(name):
    """With a kernel of ones, an output is its fan_in, and an input of 1 adds its fan_out to the sum of outputs."""
    kind, shape = COUNTED[name]
    layer = kind.__class__.from_config(kind.get_config())
    layer.build((None, *shape))
    (slot,) = slots_of(layer)
    slot.kernel.assign(ops.ones(slot.layout.shape))
    if slot.bias is not None:
        slot.bias.assign(ops.zeros(slot.bias.shape))
    y = numpy_of(layer(np.ones((1, *shape), "float32")))[0]
    window = tuple(slice(4, -4) if n >= 12 else slice(None) for n in y.shape)
    assert slot.layout.fan_in == pytest.approx(y[window].mean())
    places = list(np.ndindex(*(4 if n >= 12 else n for n in shape)))
    x = np.zeros((len(places), *shape), "float32")
    for sample, place in zip(x, places, strict=True):
        sample[tuple(at + (4 if n >= 12 else 0) for at, n in zip(place, shape, strict=True))] = 1.0
    outputs = numpy_of(layer(x)).reshape(len(places), -1).sum(axis=1)
    assert slot.layout.fan_out == pytest.approx(np.mean(outputs))


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
def test_he_reaches_the_variance_of_its_formula(name, mode):
    kind, shape = COUNTED[name]
    config = {**kind.get_config()}
    slot_layer = kind.__class__.from_config(config)
    slot_layer.build((None, *shape))
    layout = slots_of(slot_layer)[0].layout
    he = initializers.He("leaky_relu", negative_slope=0.5, mode=mode)
    draws = np.stack([numpy_of(he.fill(layout)).ravel() for _ in range(400)])
    fan = layout.fan_in if mode == "fan_in" else layout.fan_out
    variance_is(draws, 2 / (1 + 0.25) / fan)


SHAPED = [
    (initializers.He("linear", layer="depthwise_conv"), (3, 3, 256, 1), 1 / 9),
    (initializers.He("relu", layer="depthwise_conv"), (3, 3, 256, 1), 2 / 9),
    (initializers.He("relu", layer="conv_transpose"), (3, 3, 32, 256), 2 / (9 * 256)),
    (initializers.He("relu", layer="conv_transpose", strides=2), (4, 4, 32, 256), 2 / (4 * 256)),
    (initializers.He("relu", mode="fan_out", layer="conv", strides=(2, 2)), (4, 4, 32, 64), 2 / (4 * 64)),
    (initializers.He("linear", layer="embedding"), (1000, 16), 1.0),
    (initializers.He("tanh"), (200, 300), 1 / (200 * 0.394294490397841)),
    (initializers.He("tanh", mode="fan_out"), (200, 300), 1 / (300 * 0.464402902448268)),
    (initializers.He("tanh", mode="fan_avg"), (200, 300), 2 / (200 * 0.394294490397841 + 300 * 0.464402902448268)),
    (initializers.He(keras_act.Squareplus(b=0.25)), (200, 300), 1 / (200 * 0.5625)),
    (initializers.He("relu", input_axes=[0], output_axes=[1, 2]), (64, 8, 32), 2 / 64),
    (initializers.Glorot(), (200, 300), 2 / 500),
    (initializers.Glorot(layer="depthwise_conv"), (3, 3, 256, 2), 2 / (9 + 18)),
    (initializers.Glorot(layer="lstm"), (200, 400), 2 / (200 + 100)),
    (initializers.LeCun(layer="gru"), (200, 300), 1 / 200),
    (initializers.FanInUniform(), (200, 300), 1 / 600),
]


@pytest.mark.parametrize(("initializer", "shape", "variance"), SHAPED)
@pytest.mark.parametrize("distribution", ["truncated_normal", "untruncated_normal", "uniform"])
def test_variance_and_support(initializer, shape, variance, distribution):
    if isinstance(initializer, initializers.FanInUniform) and distribution != "uniform":
        pytest.skip("FanInUniform is uniform")
    initializer = type(initializer).from_config({**initializer.get_config(), "distribution": distribution})
    values = np.concatenate([numpy_of(initializer(shape)).ravel() for _ in range(1 + 40_000 // math.prod(shape))])
    variance_is(values, variance)
    assert abs(values.mean()) < 5 * math.sqrt(variance / values.size)
    farthest = np.abs(values).max() / math.sqrt(variance)
    low, high = {"truncated_normal": (2.2, 2.2741), "untruncated_normal": (3.5, 7), "uniform": (1.72, 1.7321)}[
        distribution
    ]
    assert low < farthest < high


def test_uniform_bound_is_one_over_root_fan():
    assert np.abs(numpy_of(initializers.FanInUniform()((400, 300)))).max() == pytest.approx(1 / 20, rel=1e-3)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda k: layers.DepthwiseConv2D(5, padding="valid", depthwise_initializer=k("depthwise_conv")), (24, 24, 64)),
        (lambda k: layers.Conv2DTranspose(4, 4, strides=2, kernel_initializer=k("conv_transpose", 2)), (16, 16, 64)),
    ],
    ids=["depthwise", "transposed"],
)
def test_depthwise_and_transposed_layers_keep_the_signal_where_keras_does_not(layer, shape):
    x = np.random.default_rng(0).standard_normal((8, *shape)).astype("float32")

    def moment(initializer):
        y = numpy_of(layer(initializer)(x))
        return (y[:, 4:-4, 4:-4] ** 2).mean()

    assert moment(lambda kind, stride=1: initializers.He("linear", layer=kind, strides=stride)) == pytest.approx(
        1, abs=0.1
    )
    assert not 0.5 < moment(lambda *_: keras.initializers.LecunNormal()) < 2


def test_einsum_and_attention_tell_the_axes_by_themselves():
    if tuple(map(int, keras.__version__.split(".")[:2])) < (3, 15):
        pytest.skip("Keras before 3.15 does not tell initializers their axes")
    dense = layers.EinsumDense("abc,cde->abde", (None, 16, 32), kernel_initializer=initializers.He("relu"))
    dense.build((None, 3, 64))
    variance_is(numpy_of(dense.kernel), 2 / 64)
    attention = layers.MultiHeadAttention(8, 16, kernel_initializer=initializers.He("linear"))
    attention.build((None, 5, 64), (None, 5, 64))
    kernels = [numpy_of(d.kernel) for d in (attention.query_dense, attention.key_dense, attention.value_dense)]
    for kernel in kernels:
        variance_is(kernel, 1 / 64)
    assert not np.array_equal(kernels[0], kernels[1])
    variance_is(numpy_of(attention.output_dense.kernel), 1 / 128)


def test_unseeded_instances_draw_anew_and_seeded_ones_repeat():
    he = initializers.He("relu")
    assert not np.array_equal(numpy_of(he((4, 4))), numpy_of(he((4, 4))))
    fixed = initializers.He("relu", seed=7)
    assert np.array_equal(numpy_of(fixed((4, 4))), numpy_of(fixed((4, 4))))
    keras.utils.set_random_seed(3)
    first = numpy_of(he((4, 4)))
    keras.utils.set_random_seed(3)
    assert np.array_equal(first, numpy_of(he((4, 4))))


ALL = [
    initializers.He("gelu"),
    initializers.He(keras_act.mish, mode="fan_out", seed=3),
    initializers.He(keras_act.Squareplus(b=1.0), layer="dense", distribution="uniform"),
    initializers.He("leaky_relu", negative_slope=0.1, seed=keras.random.SeedGenerator(4)),
    initializers.Glorot("untruncated_normal"),
    initializers.LeCun(),
    initializers.FanInUniform(),
    initializers.Orthogonal("tanh"),
    initializers.Orthogonal(gain=0.5, seed=2),
]


@pytest.mark.parametrize("initializer", ALL, ids=lambda i: type(i).__name__)
def test_models_with_them_are_saved_and_loaded(initializer, tmp_path):
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, kernel_initializer=initializer, bias_initializer=initializers.SmallBias())]
    )
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    for old, new in zip(model.weights, again.weights, strict=True):
        assert np.array_equal(numpy_of(old), numpy_of(new))
    new = again.layers[0].kernel_initializer
    assert type(new) is type(initializer)
    before, after = initializer.get_config(), new.get_config()
    assert before.keys() == after.keys()
    if isinstance(initializer, initializers.He):
        assert new.gain == initializer.gain
    assert isinstance(again.layers[0].bias_initializer, initializers.SmallBias)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_dtypes(dtype):
    for initializer in ALL:
        values = initializer((64, 32), dtype=dtype)
        assert keras.backend.standardize_dtype(values.dtype) == dtype
        assert np.isfinite(numpy_of(ops.cast(values, "float32"))).all()
    for initializer, shape in (
        (initializers.IRNN(), (8, 32)),
        (initializers.SmallBias(), (8,)),
        (initializers.DeltaOrthogonal(), (3, 2, 4)),
    ):
        assert keras.backend.standardize_dtype(initializer(shape, dtype=dtype).dtype) == dtype


def gram(matrix):
    return matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T


def test_orthogonal_layouts():
    def check(matrix, scale=1.0):
        assert gram(matrix) == pytest.approx(scale * np.eye(min(matrix.shape)), abs=1e-5)

    check(numpy_of(initializers.Orthogonal("relu")((64, 16))), 2.0)
    check(numpy_of(initializers.Orthogonal(gain=3.0)((16, 64))), 9.0)
    check(numpy_of(initializers.Orthogonal()((3, 3, 8, 16))).reshape(72, 16))
    transposed = numpy_of(initializers.Orthogonal(layer="conv_transpose")((3, 3, 16, 8)))
    check(transposed.transpose(0, 1, 3, 2).reshape(72, 16))
    depthwise = numpy_of(initializers.Orthogonal(layer="depthwise_conv")((3, 3, 5, 2)))
    for channel in range(5):
        check(depthwise[:, :, channel].reshape(9, 2))
    assert not np.allclose(depthwise[:, :, 0], depthwise[:, :, 1])
    gates = numpy_of(initializers.Orthogonal(layer="lstm")((8, 32)))
    for gate in range(4):
        check(gates[:, 8 * gate : 8 * gate + 8])
    grouped = numpy_of(initializers.Orthogonal(layer="conv", groups=2)((1, 1, 8, 8))).reshape(8, 8)
    check(grouped[:, :4])
    check(grouped[:, 4:])


def test_orthogonal_matrices_are_uniform():
    """Mean 0 and equal variance of every entry: QR without fixing the signs would fail on the diagonal."""
    q = np.stack([numpy_of(initializers.Orthogonal()((3, 3))) for _ in range(500)])
    assert np.abs(q.mean(axis=0)).max() < 5 / math.sqrt(3 * 500)
    assert (q**2).mean(axis=0) == pytest.approx(np.full((3, 3), 1 / 3), abs=0.08)


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_delta_orthogonal_is_an_isometry(size):
    kernel = initializers.DeltaOrthogonal(gain=2.0)((size, size, 4, 6))
    conv = layers.Conv2D(6, size, padding="same", use_bias=False)
    conv.build((None, 9, 9, 4))
    conv.kernel.assign(kernel)
    x = np.random.default_rng(0).standard_normal((2, 9, 9, 4)).astype("float32")
    y = numpy_of(conv(x))
    assert np.linalg.norm(y, axis=-1) == pytest.approx(2 * np.linalg.norm(x, axis=-1), rel=1e-4)


def test_irnn_copies_its_state_in_every_kind_of_cell():
    assert np.array_equal(numpy_of(initializers.IRNN()((3, 3))), np.eye(3))
    assert np.array_equal(numpy_of(initializers.IRNN(0.5)((3, 12))), np.tile(0.5 * np.eye(3), 4))
    assert np.array_equal(numpy_of(initializers.IRNN()((3, 9))), np.tile(np.eye(3), 3))
    one = numpy_of(initializers.IRNN(gates=["forget"])((3, 12)))
    assert np.array_equal(one, np.hstack([np.zeros((3, 3)), np.eye(3), np.zeros((3, 6))]))
    rnn = layers.SimpleRNN(3, activation="relu", kernel_initializer="zeros", recurrent_initializer=initializers.IRNN())
    state = np.array([[1.0, 2.0, 3.0]], "float32")
    assert np.array_equal(numpy_of(rnn(np.zeros((1, 50, 2), "float32"), initial_state=state)), state)


def test_irnn_gates_are_in_the_order_of_keras():
    """A gate's block of the LSTM kernel moves exactly that gate: with it alone, the cell follows the equations."""
    for gate, place in (("input", 0), ("forget", 1), ("candidate", 2), ("output", 3)):
        lstm = layers.LSTM(
            2, kernel_initializer="zeros", unit_forget_bias=False, recurrent_initializer=initializers.IRNN(gates=[gate])
        )
        h, c = np.array([[0.3, -0.8]]), np.array([[0.5, 0.9]])
        out = numpy_of(lstm(np.zeros((1, 1, 1), "float32"), initial_state=[h.astype("float32"), c.astype("float32")]))
        z = [np.zeros_like(h)] * 4
        z[place] = h
        sigmoid = [1 / (1 + np.exp(-v)) for v in z]
        cell = sigmoid[1] * c + sigmoid[0] * np.tanh(z[2])
        assert out == pytest.approx(sigmoid[3] * np.tanh(cell), rel=1e-5)


def test_rai_has_the_moments_of_its_definition():
    layer = layers.Dense(200_000, activation="relu")
    layer.build((None, 4))
    assert initializers.rai_(layer, seed=1) is layer
    both = np.vstack([numpy_of(layer.kernel), numpy_of(layer.bias)[None]])
    sigma2 = (math.sqrt(1 + 8 / (9 * math.pi)) - 2 * math.sqrt(2) / (3 * math.sqrt(math.pi))) ** 2
    assert math.sqrt(sigma2) == pytest.approx(0.6007, abs=5e-5)  # the paper prints 0.6007
    assert both.mean() == pytest.approx((2 / 3) / 5, abs=3e-3)  # one of 5 entries has the mean of Beta(2, 1)
    assert (both**2).mean() == pytest.approx((4 * sigma2 / 4 + 1 / 2) / 5, rel=0.01)
    rows = (both**2).mean(axis=1)
    assert rows == pytest.approx(np.full(5, rows.mean()), rel=0.03)  # any entry may be the chosen one, the bias too


def test_rai_and_small_biases_save_networks_from_being_born_dead(monkeypatch):
    """Lu et al. prove bounds for symmetric kernels and zero biases; the others must lie well below."""
    monkeypatch.setattr(show_born_dead, "NETWORKS", 4000)
    keras.utils.set_random_seed(0)
    for width in (2, 4):
        lower, upper = show_born_dead.bounds(width)
        error = 4 * math.sqrt(0.25 / 4000)
        he, bias, rai = (show_born_dead.share_dead(kind, width) for kind in ("he", "bias", "rai"))
        assert lower - error < he < upper + error
        assert rai + error < bias < he / 1.5


@pytest.mark.parametrize(
    "layer",
    [layers.Conv2D(6, 3, groups=2), layers.DepthwiseConv2D(3, depth_multiplier=2), layers.Conv2DTranspose(6, 3)],
)
def test_rai_fills_convolutions(layer):
    layer.build((None, 8, 8, 4))
    initializers.rai_(layer, seed=1)
    assert np.count_nonzero(numpy_of(layer.bias)) == layer.bias.shape[0]
    assert np.count_nonzero(numpy_of(layer.kernel)) == math.prod(layer.kernel.shape)


def plain(activation, depth, width, first="linear", mode="fan_in"):
    """Pre-activation second moments of a plain net, layer by layer, on 64 samples of N(0, 1)."""
    x = ops.convert_to_tensor(np.random.default_rng(0).standard_normal((64, width)).astype("float32"))
    hidden, feeding = initializers.He(activation, mode=mode), initializers.He(first)
    act, moments = keras.activations.get(activation), []
    for layer in range(depth):
        x = ops.matmul(x, (hidden if layer else feeding)((width, width)))
        moments.append(float(ops.mean(ops.square(x))))
        x = act(x)
    return moments


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "selu", "tanh"])
def test_fifty_layers_keep_the_second_moment(activation):
    keras.utils.set_random_seed(0)
    median = np.median([plain(activation, 50, 512) for _ in range(5)], axis=0)
    assert ((median > 0.5) & (median < 2)).all()


def test_unstable_gains_fail_in_depth_and_lsuv_does_not():
    keras.utils.set_random_seed(0)
    assert gain("silu").unstable
    last = [plain("silu", 50, 128)[-1] for _ in range(5)]
    assert not all(0.5 < moment < 2 for moment in last)
    model = keras.Sequential([keras.Input((128,)), *(layers.Dense(128, "silu") for _ in range(50))])
    data = np.random.default_rng(1).standard_normal((256, 128)).astype("float32")
    done = initializers.lsuv_(model, data, seed=0)
    assert [scaling.layer for scaling in done] == [layer.name for layer in model.layers]
    z = data
    for layer in model.layers:
        pre = numpy_of(ops.matmul(z, layer.kernel) + layer.bias)
        assert pre.std() == pytest.approx(1, rel=1e-3)
        z = layer(z)


def test_lsuv_leaves_activations_as_they_were_and_the_model_can_be_saved(tmp_path):
    class Sub(keras.Model):
        def __init__(self):
            super().__init__()
            self.one = layers.Dense(8, activation=layers.PReLU())
            self.two = layers.Dense(4)

        def call(self, x):
            return self.two(self.one(x))

    model = Sub()
    data = np.random.default_rng(1).standard_normal((64, 5)).astype("float32") * 100
    model(data)
    before = model.one.activation
    done = initializers.lsuv_(model, data)
    assert model.one.activation is before
    assert model.two.activation is keras.activations.linear
    assert [s.layer for s in done] == [model.one.name, model.two.name]
    assert done[0].before > 10
    model.save_weights(tmp_path / "sub.weights.h5")
    kept = initializers.lsuv_(model, data, orthogonal=False)
    assert [s.factor for s in kept] == pytest.approx([1, 1], rel=1e-3)


def test_lsuv_counts_biases_and_refuses_those_that_are_too_wide():
    model = keras.Sequential(
        [keras.Input((6, 6, 3)), layers.Conv2D(8, 3, bias_initializer=keras.initializers.RandomNormal(stddev=0.5))]
    )
    data = np.random.default_rng(1).standard_normal((64, 6, 6, 3)).astype("float32")
    initializers.lsuv_(model, data, target=2.0)
    assert numpy_of(model(data)).std() == pytest.approx(2, rel=1e-3)
    with pytest.raises(ValueError, match=r"cannot reach a deviation of 0\.01"):
        initializers.lsuv_(model, data, target=0.01)


def branching():
    """A model with most kinds of layers, and what feeds each of its kernels."""
    x = keras.Input((16, 16, 8))
    y = layers.Conv2D(16, 3, activation="gelu", padding="same", groups=2, name="grouped")(x)
    y = layers.DepthwiseConv2D(3, padding="same", name="depthwise")(y)
    y = keras_act.Mish()(layers.BatchNormalization()(y))
    z = layers.SeparableConv2D(16, 3, padding="same", activation=keras_act.Squareplus(b=0.25), name="separable")(y)
    a = layers.Conv2DTranspose(8, 4, strides=2, padding="same", activation="relu", name="up")(layers.Add()([y, z]))
    b = layers.Conv2DTranspose(4, 4, strides=2, padding="same", activation="tanh", name="up2")(z)
    y = layers.GlobalAveragePooling2D()(layers.Concatenate()([a, b]))
    inner = [
        keras.Input((12,)),
        layers.Dense(20, "selu", name="in1"),
        layers.Dropout(0.1),
        layers.Dense(20, name="in2"),
    ]
    y = layers.LeakyReLU(0.1)(keras.Sequential(inner)(y))
    y = layers.Reshape((4, 10))(ops.relu(layers.Dense(40, name="wide")(y)))
    y = layers.MultiHeadAttention(2, 8, name="attention")(y, y)
    y = layers.EinsumDense("abc,cd->abd", (4, 6), activation=keras_act.swish, name="einsum")(y)
    y = layers.Activation("linear")(y)
    y = layers.TimeDistributed(layers.Dense(6, "relu6", name="timed"))(y)
    y = layers.LSTM(7, name="lstm")(keras_act.MaxoutDense(5, name="maxout")(y))
    return keras.Model(x, layers.Dense(2, name="last")(layers.Dense(3, "softmax", name="soft")(y)))


def test_initialize_finds_what_feeds_each_kernel():
    model = branching()
    plan = initializers.initialize_(model, seed=1)
    relu_tanh = (8 * 0.5 + 4 * gain("tanh").power) / 12
    expected = {
        "grouped/kernel": ("linear", 36, 1.0),
        "depthwise/kernel": ("gelu", 9, gain("gelu").power),
        "separable/depthwise_kernel": ("mish", 9, gain("mish").power),
        "separable/pointwise_kernel": ("linear", 16, 1.0),
        "up/kernel": ("linear", 64, 1.0),
        "up2/kernel": ("squareplus(b=0.25)", 64, 0.5625),
        "in1/kernel": ("relu + tanh", 12, relu_tanh),
        "in2/kernel": ("selu", 20, 1.0),
        "wide/kernel": ("leaky_relu(negative_slope=0.1)", 20, 0.505),
        "attention/query/kernel": ("relu", 10, 0.5),
        "attention/key/kernel": ("relu", 10, 0.5),
        "attention/value/kernel": ("relu", 10, 0.5),
        "attention/attention_output/kernel": ("linear", 16, 1.0),
        "einsum/kernel": ("linear", 10, 1.0),
        "timed/kernel": ("swish", 6, gain("silu").power),
        "maxout/kernel": ("relu6", 6, gain("relu6").power),
        "soft/kernel": ("linear", 7, 1.0),
        "last/kernel": ("linear", 3, 1.0),
    }
    found = {
        "/".join(c.kernel.split("/")[-3:]) if "attention" in c.kernel else "/".join(c.kernel.split("/")[-2:]): c
        for c in plan.choices
    }
    assert set(found) == set(expected)
    for kernel, (fed_by, fan, power) in expected.items():
        choice = found[kernel]
        assert (choice.fed_by, choice.fan) == (fed_by, fan)
        assert choice.deviation == pytest.approx(1 / math.sqrt(fan * power))
    assert set(plan.left) == {"batch_normalization", "lstm"} or len(plan.left) == 2
    assert "left as they were" in str(plan)
    variance_is(numpy_of(model.get_layer("wide").kernel), 1 / (20 * 0.505))


def test_initialize_repeats_with_a_seed_and_needs_a_graph():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(8, "relu")])
    initializers.initialize_(model, seed=5)
    first = [numpy_of(w) for w in model.weights]
    initializers.initialize_(model, mode="fan_out", distribution="uniform")
    initializers.initialize_(model, seed=5)
    assert all(np.array_equal(a, numpy_of(b)) for a, b in zip(first, model.weights, strict=True))
    shared = layers.Dense(4, "relu")
    x = keras.Input((4,))
    (choice,) = initializers.initialize_(keras.Model(x, shared(shared(x)))).choices
    assert choice.fed_by == "linear and relu"
    assert choice.deviation == pytest.approx(1 / math.sqrt(4 * 0.75))
    with pytest.raises(ValueError, match="Sequential"):
        initializers.initialize_(keras.Sequential([layers.Dense(3)]))


def unbuilt_rai():
    initializers.rai_(layers.Dense(3))


def biasless_rai():
    layer = layers.Dense(3, use_bias=False)
    layer.build((None, 2))
    initializers.rai_(layer)


def small_model():
    return keras.Sequential([keras.Input((2,)), layers.Dense(3)])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initializers.He("rulu"), "'rulu'"),
        (lambda: initializers.He("relu", mode="fan"), "mode='fan'"),
        (lambda: initializers.He("relu", distribution="cauchy"), "distribution='cauchy'"),
        (lambda: initializers.He("relu", negative_slope=-0.1), "negative_slope=-0.1"),
        (lambda: initializers.He("relu", negative_slope=math.nan), "negative_slope=nan"),
        (lambda: initializers.He("tanh", negative_slope=0.1), "activation='tanh'"),
        (lambda: initializers.He("relu", layer="fancy"), "layer='fancy'"),
        (lambda: initializers.He("relu", groups=0), "groups=0"),
        (lambda: initializers.He("relu", strides=(2, 0)), "strides=(2, 0)"),
        (lambda: initializers.He("relu", layer="depthwise_conv")((3, 3)), "(3, 3)"),
        (lambda: initializers.He("relu", layer="lstm")((3, 13)), "(3, 13)"),
        (lambda: initializers.He("relu", input_axes=[5], output_axes=[0])((3, 4)), "(5,)"),
        (lambda: initializers.He("relu", seed="one"), "one"),
        (lambda: initializers.He(lambda x: 0.0 * x), "no signal passes"),
        (lambda: initializers.SmallBias(-1.0), "value=-1.0"),
        (lambda: initializers.SmallBias(math.inf), "value=inf"),
        (lambda: initializers.Orthogonal(gain=0.0), "gain=0.0"),
        (lambda: initializers.Orthogonal()((3,)), "shape=(3,)"),
        (lambda: initializers.DeltaOrthogonal()((3, 3, 8, 4)), "shape=(3, 3, 8, 4)"),
        (lambda: initializers.IRNN(math.nan), "scale=nan"),
        (lambda: initializers.IRNN(gates=["remember"]), "gates=['remember']"),
        (lambda: initializers.IRNN(gates=["forget"])((3, 9)), "gates=['forget']"),
        (lambda: initializers.IRNN()((3, 7)), "shape=(3, 7)"),
        (unbuilt_rai, "not built"),
        (biasless_rai, "Dense"),
        (lambda: initializers.lsuv_(small_model(), np.ones((2, 2)), target=0.0), "target=0.0"),
        (lambda: initializers.lsuv_(small_model(), np.full((2, 2), np.nan)), "not finite"),
        (lambda: initializers.initialize_(small_model(), mode="in"), "mode='in'"),
    ],
)
def test_bad_input_is_refused_with_what_was_received(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_layout_of_a_vector():
    assert layout_of((5,)).fan_in == 5


MODULES = ("bias", "he", "initialize", "irnn", "lsuv", "orthogonal", "rai", "scaling")


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_the_docs(name):
    module = importlib.import_module(f"keras_act.initializers.{name}")
    found = doctest.testmod(module, extraglobs={"keras": keras, "layout_of": layout_of}, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 0
    assert found.failed == 0
