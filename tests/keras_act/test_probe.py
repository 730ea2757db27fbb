"""The probe against NumPy over all activations, on planted dead units, and on data of every form."""

import gc
import math
import weakref

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as L

import keras_act
from keras_act.probe import Probe, Statistics, Target, observe

# PyTorch's arrays under NumPy 2, inside Keras's convert_to_numpy
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
BACKEND = keras.backend.backend()


def normal(*shape, seed=0, scale=1.0):
    return (np.random.default_rng(seed).normal(size=shape) * scale).astype("float32")


def plain(function, units=1, **options):
    """A model that is one activation: its inputs are the pre-activations."""
    return keras.Sequential([keras.Input((units,)), L.Activation(function, name="act")], **options)


def kill(layer, units):
    """Makes units of a Dense or Conv layer dead for every input near unit scale."""
    bias = np.zeros(layer.bias.shape, "float32")
    bias[units] = -1e3
    layer.bias.assign(bias)


# ---------------------------------------------------------------- against NumPy


def convolutional():
    """A conv net with fused activations, and a twin with the same weights that gives all outputs of activations."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((9, 8, 2)),
            L.Conv2D(5, 3, padding="same", activation="relu", name="first"),
            L.Conv2D(6, 3, strides=2, activation="tanh", name="second"),
            L.Flatten(),
            L.Dense(7, activation="relu", name="third"),
            L.Dense(3, activation="softmax"),
        ]
    )
    x = keras.Input((9, 8, 2))
    first = L.Conv2D(5, 3, padding="same")(x)
    second = L.Conv2D(6, 3, strides=2)(keras.ops.maximum(first, 0.0))
    third = L.Dense(7)(L.Flatten()(keras.ops.tanh(second)))
    twin = keras.Model(x, [first, second, third])
    hidden = [model.layers[at] for at in (0, 1, 3)]
    for mine, other in zip(hidden, [one for one in twin.layers if one.weights], strict=True):
        other.set_weights(mine.get_weights())
    return model, twin


@pytest.fixture(scope="module")
def conv():
    model, twin = convolutional()
    data = normal(50, 9, 8, 2)
    pre = [np.asarray(keras.ops.convert_to_numpy(z), dtype=np.float64) for z in twin(data)]
    return model, data, dict(zip(("first", "second", "third"), pre, strict=True))


@pytest.mark.parametrize("batch_size", [7, 50])
def test_equals_numpy_over_all_activations(conv, batch_size):
    model, data, pre = conv
    seen = observe(model, data, "full", batch_size=batch_size)
    assert list(seen) == ["first", "second", "third"]
    for name, z in pre.items():
        y = np.tanh(z) if name == "second" else np.maximum(z, 0)
        fires = 1 - np.tanh(z) ** 2 > 1e-3 if name == "second" else z > 0
        axes, inner = tuple(range(z.ndim - 1)), tuple(range(1, z.ndim - 1))
        layer = seen[name]
        assert (layer.samples, layer.positions) == (50, z[..., 0].size)
        np.testing.assert_array_equal(layer.fired_positions, fires.sum(axes))
        np.testing.assert_array_equal(layer.fired_samples, fires.any(inner).sum(0))
        np.testing.assert_allclose(layer.gradient_zero, 1 - fires.mean(axes), atol=1e-12)
        scale = np.maximum(abs(y.mean(axes)), y.std(axes))
        for got, wanted in (
            (layer.mean, y.mean(axes)),
            (np.sqrt(layer.variance), y.std(axes)),
            (layer.minimum, y.min(axes)),
            (layer.maximum, y.max(axes)),
        ):
            assert np.all(abs(got - wanted) <= 2e-6 * np.maximum(scale, abs(wanted)))  # the model runs in float32
        absolute = abs(y).mean(axes)
        np.testing.assert_allclose(layer.activity, absolute / absolute.mean(), rtol=1e-5)


@pytest.mark.parametrize(("mean", "spread"), [(1e3, 1.0), (0.0, 1.0), (-50.0, 1e-3), (3.0, 100.0)])
def test_moments_to_a_millionth(mean, spread):
    z = (mean + spread * normal(3000, 40, 2).astype(np.float64)).astype("float32")
    model = keras.Sequential([keras.Input((40, 2)), L.Activation(keras.activations.leaky_relu, name="act")])
    layer = observe(model, z, "full", batch_size=512)["act"]
    y = np.where(z > 0, z, np.float32(0.2) * z).astype("float32").astype(np.float64)
    tolerance = 1e-6 * np.maximum(abs(y.mean((0, 1))), y.std((0, 1)))
    assert np.all(abs(layer.mean - y.mean((0, 1))) <= tolerance)
    assert np.all(abs(np.sqrt(layer.variance) - y.std((0, 1))) <= tolerance)


SLOPES = {  # f' in closed form, and whether the function is zero on an interval
    "relu": (lambda z: float(z > 0), True),
    "relu6": (lambda z: float(z > 0), True),  # at 6 and above it is not zero: it fires there
    "hard_silu": (lambda z: float(z > -3), True),
    "soft_shrink": (lambda z: float(abs(z) > 0.5), True),
    "leaky_relu": (lambda z: 1.0, False),
    "sigmoid": (lambda z: math.exp(-abs(z)) / (1 + math.exp(-abs(z))) ** 2, False),
    "tanh": (lambda z: 1 - math.tanh(z) ** 2, False),
    "elu": (lambda z: math.exp(min(z, 0)), False),
    "softplus": (lambda z: 1 / (1 + math.exp(-z)), False),
    "gelu": (lambda z: 0.5 * math.erfc(-z / 2**0.5) + z * math.exp(-z * z / 2) / (2 * math.pi) ** 0.5, False),
}


@pytest.mark.parametrize("threshold", [1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize("name", SLOPES)
def test_fires_where_the_slope_is_above_the_threshold(name, threshold):
    slope, exact = SLOPES[name]
    z = np.arange(-300, 301, dtype="float32")[:, None] / 16 + 1 / 64
    steep = np.array([abs(slope(float(value))) for value in z[:, 0]])
    flat = steep <= (0 if exact else threshold)
    tails = np.logical_and.accumulate(flat) | np.logical_and.accumulate(flat[::-1])[::-1]
    wanted = ~(flat if exact else tails)
    sure = np.ones(len(z), bool) if exact else abs(np.log(np.maximum(steep, 1e-30) / threshold)) > 0.02
    seen = observe(plain(getattr(keras.activations, name)), z[sure], threshold=threshold)["act"]
    assert seen.fired_samples.tolist() == [int(wanted[sure].sum())]


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        ("relu", lambda z: np.zeros_like(z, bool)),
        ("gelu", lambda z: np.zeros_like(z, bool)),
        ("relu6", lambda z: z >= 6),
        ("hard_sigmoid", lambda z: abs(z) >= 3),
        ("tanh", lambda z: 1 - np.tanh(z) ** 2 <= 1e-3),
        ("sigmoid", lambda z: np.exp(-abs(z)) / (1 + np.exp(-abs(z))) ** 2 <= 1e-3),
        ("elu", lambda z: np.exp(z) <= 1e-3),
        (keras_act.hard_tanh, lambda z: abs(z) >= 1),
    ],
)
def test_saturation(function, wanted):
    z = np.linspace(-12, 12, 400, dtype="float32")[:, None]
    layer = observe(plain(function), z, "full")["act"]
    assert layer.saturation[0] == pytest.approx(wanted(z.astype(np.float64)).mean(), abs=1e-12)


@pytest.mark.parametrize("masking", [False, True])
@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        ("relu", lambda z: z <= 0),
        ("relu6", lambda z: (z <= 0) | (z >= 6)),
        ("hard_sigmoid", lambda z: abs(z) >= 3),
        (keras_act.hard_tanh, lambda z: abs(z) >= 1),
        ("tanh", lambda z: 1 - np.tanh(z) ** 2 <= 1e-3),
        ("soft_shrink", lambda z: abs(z) <= 0.5),
    ],
)
def test_where_no_gradient_passes(function, wanted, masking):
    z = 5 * normal(50, 7, 3)
    z[::4, 4:] = 9 if masking else z[::4, 4:]
    layers = [L.Masking(mask_value=9)] * masking + [L.Activation(function, name="act")]
    layer = observe(keras.Sequential([keras.Input((7, 3)), *layers]), z, "full", batch_size=16)["act"]
    valid = z.reshape(-1, 3)[(z != 9).all(-1).ravel()].astype(np.float64)
    assert layer.positions == len(valid)
    np.testing.assert_allclose(layer.gradient_zero, wanted(valid).mean(0), atol=1e-12)


# ---------------------------------------------------------------- merging


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(0, 2**31))
def test_any_split_of_the_data_gives_the_same(conv, sizes, seed):
    model, data, _ = conv
    order = np.random.default_rng(seed).permutation(len(data))
    cuts = np.cumsum(sizes)[np.cumsum(sizes) < len(data)]
    tolerance = 2e-6 if BACKEND == "jax" else 1e-6  # JAX adds up in float32
    same(observe(model, np.split(data[order], cuts), "full"), observe(model, data, "full"), tolerance)


def test_merge_is_associative(conv):
    model, data, _ = conv
    a, b, c = (observe(model, data[part], "full") for part in (slice(0, 3), slice(3, 20), slice(20, 50)))
    same(a.merge(b).merge(c), a.merge(b.merge(c)), 1e-12)
    same(a.merge(b).merge(c), observe(model, data, "full"), 1e-6)
    assert a.merge(b).samples == 20


def same(one: Statistics, other: Statistics, tolerance: float):
    assert list(one) == list(other)
    assert one.samples == other.samples
    for name, layer in one.items():
        twin = other[name]
        assert (layer.samples, layer.positions) == (twin.samples, twin.positions)
        np.testing.assert_array_equal(layer.fired_samples, twin.fired_samples)
        np.testing.assert_array_equal(layer.fired_positions, twin.fired_positions)
        np.testing.assert_array_equal(layer.saturation, twin.saturation)
        scale = np.maximum(abs(twin.mean), np.sqrt(twin.variance)) + 1e-30
        assert np.all(abs(layer.mean - twin.mean) <= tolerance * scale)
        assert np.all(abs(np.sqrt(layer.variance) - np.sqrt(twin.variance)) <= tolerance * scale)


def test_what_cannot_be_merged(conv):
    model, data, _ = conv
    firing, full = observe(model, data), observe(model, data, "full")
    with pytest.raises(ValueError, match="cannot merge full"):
        firing.merge(full)
    with pytest.raises(ValueError, match="same layers"):
        firing.merge(observe(model, data, layers=["first"]))
    with pytest.raises(ValueError, match='statistics="full"'):
        _ = firing["first"].mean


# ---------------------------------------------------------------- planted dead units


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = L.Dense(8, activation="relu", name="hidden")
        self.act = L.ReLU(name="act")

    def call(self, inputs):
        return self.act(self.hidden(inputs) - 0.001)


def nested():
    inner = keras.Sequential([keras.Input((6,)), L.Dense(8, activation="relu", name="hidden")], name="encoder")
    x = keras.Input((6,))
    return keras.Model(x, L.Dense(2)(inner(x))), inner.layers[0], "encoder/hidden"


def shared():
    hidden = L.Dense(8, activation="relu", name="hidden")
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    return keras.Model([a, b], hidden(a) + hidden(b)), hidden, "hidden"


def normalised():
    hidden = L.Dense(8, name="hidden")
    model = keras.Sequential([keras.Input((6,)), hidden, L.BatchNormalization(), L.ReLU(name="act"), L.Dense(2)])
    return model, hidden, "act"


def operation():
    hidden, x = L.Dense(8, name="hidden"), keras.Input((6,))
    y = keras.ops.relu(hidden(x))
    return keras.Model(x, y), hidden, y._keras_history.operation.name


def timed():
    hidden = L.Dense(8, activation="relu", name="hidden")
    model = keras.Sequential([keras.Input((None, 6)), L.TimeDistributed(hidden, name="timed")])
    return model, hidden, "timed"


def timed_model():
    inner = keras.Sequential([keras.Input((6,)), L.Dense(8, activation="gelu", name="hidden")], name="inner")
    model = keras.Sequential([keras.Input((4, 6)), L.TimeDistributed(inner, name="timed")])
    return model, inner.layers[0], "timed/inner/hidden"


def with_activation(activation):
    def build():
        hidden = L.Dense(8, activation=activation() if isinstance(activation, type) else activation, name="hidden")
        return keras.Sequential([keras.Input((6,)), hidden, L.Dense(2)]), hidden, "hidden"

    return build


def followed_by(layer):
    def build():
        hidden = L.Conv2D(8, 3, name="hidden")
        return keras.Sequential([keras.Input((6, 6, 2)), hidden, layer(name="act")]), hidden, "act"

    return build


PLANTED = {
    "fused": with_activation("relu"),
    "gelu": with_activation("gelu"),
    "prelu_as_activation": with_activation(L.PReLU),
    "ours_as_activation": with_activation(keras_act.SiLU),
    "our_function": with_activation(keras_act.mish),
    "learnt_swish": with_activation(lambda *a, swish=None: keras_act.swish(*a)),
    "keras_relu": followed_by(L.ReLU),
    "keras_prelu_per_position": followed_by(L.PReLU),
    "our_relu6": followed_by(keras_act.ReLU6),
    "our_relu_squared": followed_by(keras_act.ReLUSquared),
    "nested": nested,
    "shared": shared,
    "normalised": normalised,
    "operation": operation,
    "timed": timed,
    "timed_model": timed_model,
}


@pytest.mark.parametrize("case", PLANTED)
def test_planted_dead_units_and_no_others(case):
    keras.utils.set_random_seed(5)
    model, hidden, name = PLANTED[case]()
    shapes = [tuple(size or 5 for size in tensor.shape[1:]) for tensor in model.inputs]
    data = [normal(200, *shape, seed=at) for at, shape in enumerate(shapes)]
    data = data if len(data) > 1 else data[0]
    assert observe(model, data)[name].silent.tolist() == []
    kill(hidden, [1, 6])
    assert observe(model, data).silent == {name: [1, 6]}


def test_a_subclassed_model():
    model = Subclassed()
    data = normal(100, 6)
    assert set(observe(model, data)) == {"hidden", "act"}
    kill(model.hidden, [0])
    assert observe(model, data).silent == {"hidden": [0], "act": [0]}


def test_a_shared_layer_counts_once_per_sample():
    model, hidden, name = shared()
    hidden.set_weights([np.zeros((6, 8), "float32"), np.ones(8, "float32")])
    layer = observe(model, {"a": normal(30, 6), "b": normal(30, 6)})[name]
    assert (layer.samples, layer.positions) == (30, 60)
    assert layer.fired_samples.tolist() == [30] * 8
    assert layer.fired_positions.tolist() == [60] * 8


def test_a_learnt_slope_is_read_anew():
    act = keras_act.PReLU(name="act")
    model = keras.Sequential([keras.Input((3,)), act])
    data = -np.ones((10, 3), "float32")
    assert observe(model, data)["act"].fired_samples.tolist() == [10, 10, 10]
    (alpha,) = act.get_weights()
    act.set_weights([np.reshape([0.0, 0.1, 0.0], alpha.shape)])
    assert observe(model, data)["act"].fired_samples.tolist() == [0, 10, 0]


def test_channels_first():
    conv = L.Conv2D(4, 1, data_format="channels_first")
    model = keras.Sequential([keras.Input((3, 5, 5)), conv, L.ReLU(name="act")])
    if BACKEND == "tensorflow":
        pytest.skip("TensorFlow has no channels-first convolution on the CPU")
    kill(conv, [2])
    seen = observe(model, normal(20, 3, 5, 5))
    assert (seen["act"].units, seen["act"].positions) == (4, 20 * 25)
    assert seen.silent == {"act": [2]}


def test_several_kinds_are_named_when_left_out():
    x = keras.Input((4, 6))
    y = L.LSTM(5, name="lstm", return_sequences=True)(x)
    y = L.SimpleRNN(5, activation="relu", name="simple")(y)
    seen = observe(keras.Model(x, L.Dense(3, activation="softmax", name="head")(y)), normal(10, 4, 6))
    assert list(seen) == ["simple"]
    assert set(seen.skipped) == {"lstm", "head"}
    assert "recurrent loop" in seen.summary()


# ---------------------------------------------------------------- masks


def masked(layer):
    tokens = np.array([[1, 2, 3, 0, 0], [4, 0, 0, 0, 0], [0, 0, 0, 0, 0], [5, 1, 2, 3, 4]])
    model = keras.Sequential([keras.Input((5,)), L.Embedding(6, 3, mask_zero=True, name="e"), layer])
    embedded = keras.ops.convert_to_numpy(model.get_layer("e").embeddings)[tokens]
    return model, tokens, embedded


@pytest.mark.parametrize("timed", [False, True])
def test_masked_positions_do_not_count(timed):
    dense = L.Dense(4, activation="relu", name="hidden", bias_initializer=keras.initializers.Constant(0.01))
    model, tokens, embedded = masked(L.TimeDistributed(dense, name="timed") if timed else dense)
    seen = observe(model, tokens, "full")["timed" if timed else "hidden"]
    kernel, bias = dense.get_weights()
    y, valid = np.maximum(embedded @ kernel + bias, 0), tokens != 0
    assert (seen.samples, seen.positions) == (3, int(valid.sum()))
    np.testing.assert_array_equal(seen.fired_positions, (y[valid] > 0).sum(0))
    np.testing.assert_array_equal(seen.fired_samples, ((y > 0) & valid[..., None]).any(1).sum(0))
    np.testing.assert_allclose(seen.mean, y[valid].mean(0), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(seen.variance, y[valid].var(0), rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(seen.maximum, y[valid].max(0), rtol=1e-6)
    np.testing.assert_allclose(seen.minimum, y[valid].min(0), rtol=1e-6)


# ---------------------------------------------------------------- data


class Batches(keras.utils.PyDataset):
    def __init__(self, data):
        super().__init__()
        self.data = data

    def __len__(self):
        return 3

    def __getitem__(self, at):
        return self.data[at * 4 : at * 4 + 4], np.zeros(4)


def forms(data):
    yield "list of batches", [data[:5], data[5:]]
    yield "generator", (data[i : i + 3] for i in range(0, 12, 3))
    yield "with labels", [(data[:5], np.zeros(5)), (data[5:], np.zeros(7), np.ones(7))]
    yield "array with labels", (data, np.zeros(12))
    yield "dict", {"x": data}
    yield "PyDataset", Batches(data)
    yield "lists, as a DataLoader gives", [[data[:5], np.zeros(5)], [data[5:], np.zeros(7)]]
    yield "float64", data.astype("float64")


def named():
    keras.utils.set_random_seed(1)
    x = keras.Input((6,), name="x")
    return keras.Model(x, L.Dense(4, activation="relu", name="hidden")(x))


def test_data_of_any_form():
    model, data = named(), normal(12, 6)
    wanted = observe(model, data, "full")
    for name, form in forms(data):
        seen = observe(model, form, "full")
        assert seen.samples == 12, name
        same(seen, wanted, 1e-6)


def test_a_tensorflow_dataset():
    tf = pytest.importorskip("tensorflow")
    model, data = named(), normal(12, 6)
    same(observe(model, tf.data.Dataset.from_tensor_slices(data).batch(5), "full"), observe(model, data, "full"), 1e-6)


def test_a_torch_data_loader():
    torch = pytest.importorskip("torch")
    model, data = named(), normal(12, 6)
    pairs = torch.utils.data.TensorDataset(torch.tensor(data), torch.zeros(12))
    same(observe(model, torch.utils.data.DataLoader(pairs, batch_size=5), "full"), observe(model, data, "full"), 1e-6)


def test_max_samples_stops_a_stream_without_end():
    def endless():
        while True:
            yield normal(8, 6)

    assert observe(named(), endless(), max_samples=20)["hidden"].samples == 20


def test_batches_do_not_pile_up():
    alive, most = set(), 0

    class Noted(np.ndarray):  # plain arrays cannot be referred to weakly
        pass

    def stream():
        nonlocal most
        for at in range(12):  # each collection looks at all that is loaded
            batch = normal(16, 6, seed=at).view(Noted)
            alive.add(at)
            weakref.finalize(batch, alive.discard, at)
            yield batch
            del batch
            gc.collect()
            most = max(most, len(alive))

    assert observe(named(), stream())["hidden"].samples == 192
    assert 1 <= most <= 4


def test_progress_and_summary(capsys):
    seen = observe(named(), normal(70, 6), progress=True)
    assert "3/3" in capsys.readouterr().out
    header, row = seen.summary().splitlines()[1:3]
    assert "never fired" in header
    assert row.split()[:2] == ["hidden", "4"]
    assert str(seen) == seen.summary()
    assert seen["hidden"].bound == pytest.approx(1 - 0.05 ** (1 / 70))
    assert seen["hidden"].bound == pytest.approx(3 / 70, rel=0.03)


# ---------------------------------------------------------------- the model stays as it was


def test_the_model_is_not_touched(tmp_path):
    model, data = named(), normal(12, 6)
    before = model.predict(data, verbose=0)
    observe(model, data, "full")
    hidden = model.get_layer("hidden")
    assert hidden.activation is keras.activations.relu
    assert len(model.weights) == 2
    assert "call" not in vars(hidden)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(data, verbose=0), before)
    model.compile("sgd", "mse")
    model.fit(data, np.zeros((12, 4)), verbose=0)
    same(observe(model, data, "full"), Probe(model, "full").observe(data), 1e-12)


def test_a_changed_activation_is_noticed():
    model, data = named(), -np.ones((5, 6), "float32")
    hidden = model.get_layer("hidden")
    hidden.set_weights([np.eye(6, 4, dtype="float32"), np.zeros(4, "float32")])
    assert observe(model, data).silent == {"hidden": [0, 1, 2, 3]}
    hidden.activation = keras.activations.leaky_relu
    assert observe(model, data).silent == {}


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_dtype_policies(policy):
    if policy == "float64" and BACKEND == "jax":
        pytest.skip("JAX runs in float32 unless told otherwise")
    model = keras.Sequential([keras.Input((3000, 4)), L.Dense(4, activation="relu", name="hidden", dtype=policy)])
    model.layers[0].set_weights([np.eye(4), np.zeros(4)])
    data = normal(5, 3000, 4)
    layer = observe(model, data, "full")["hidden"]
    assert layer.fired_positions.tolist() == (data > 0).sum((0, 1)).tolist()
    np.testing.assert_allclose(layer.mean, np.maximum(data, 0).mean((0, 1)), rtol=1e-3)


def test_nan_fires_nowhere():
    model = named()
    model.get_layer("hidden").activation = keras.activations.gelu  # TensorFlow's relu makes 0 of a NaN
    kernel, bias = model.get_layer("hidden").get_weights()
    kernel[:, 2] = np.nan
    bias[:] = 100
    model.get_layer("hidden").set_weights([kernel, bias])
    seen = observe(model, normal(10, 6), "full")["hidden"]
    assert seen.fired_samples.tolist() == [10, 10, 0, 10]
    assert np.isnan(seen.mean).tolist() == [False, False, True, False]


# ---------------------------------------------------------------- chosen tensors


def test_chosen_tensors_of_a_functional_model():
    keras.utils.set_random_seed(2)
    x = keras.Input((5, 6))
    z = L.Dense(4, name="z")(x)
    y = keras.activations.gelu(z)
    targets = {"after": Target(y, z, keras.activations.gelu), "before": Target(z), "flat": Target(x, axis=1)}
    data = normal(40, 5, 6)
    seen = Probe.from_tensors(x, targets, "full").observe(data)
    pre = keras.ops.convert_to_numpy(keras.Model(x, z)(data)).astype(np.float64)
    np.testing.assert_allclose(seen["before"].mean, pre.mean((0, 1)), atol=1e-6)
    np.testing.assert_allclose(seen["before"].variance, pre.var((0, 1)), rtol=1e-5)
    assert seen["before"].fired_positions.tolist() == [200] * 4
    assert seen["after"].fired_positions.tolist() == (pre > -3.81).sum((0, 1)).tolist()
    assert seen["flat"].units == 5
    np.testing.assert_allclose(seen["flat"].maximum, data.max((0, 2)))
    with pytest.raises(ValueError, match="at least one tensor"):
        Probe.from_tensors(x, {})


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"statistics": "all"}, "'all'"),
        ({"threshold": 0.0}, "0.0"),
        ({"batch_size": 0}, "batch_size.*0"),
        ({"max_samples": -1}, "max_samples.*-1"),
        ({"layers": ["nope"]}, "hidden.*'nope'"),
        ({"layers": "hidden"}, "the string 'hidden'"),
        ({"data": 3}, "3 of type int"),
        ({"data": "file.npy"}, "file.npy"),
        ({"data": []}, "at least one sample"),
        ({"data": np.zeros((0, 6))}, "at least 1"),
        ({"data": np.zeros((4, 5))}, r"\(samples, \*\(6,\)\).*\(4, 5\)"),
        ({"data": {"y": np.zeros((4, 6))}}, "without \\['x'\\]"),
        ({"data": np.array([[None] * 6])}, "Python objects"),
        ({"data": [np.full((2, 6), np.nan)]}, "12 NaN or infinite values in batch 0"),
        ({"data": np.full((2, 6), np.inf)}, "12 NaN"),
        ({"data": (1, 2, 3, 4)}, "tuple"),
        ({"model": "model"}, "keras.Model.*str"),
    ],
)
def test_bad_input(change, message):
    arguments = {"model": named(), "data": normal(4, 6), **change}
    with pytest.raises(ValueError, match=message):
        observe(**arguments)


def test_inputs_of_unequal_length():
    model, _, _ = shared()
    with pytest.raises(ValueError, match="same number of samples"):
        observe(model, [normal(3, 6), normal(4, 6)])
    with pytest.raises(ValueError, match=r"2 inputs\. Received 1"):
        observe(model, [normal(3, 6)])
