"""Every layer, the same promises: shapes, dtypes, training, masks, saving, and use as `activation=`."""

import inspect

import keras
import numpy as np
import pytest
from keras import ops

import keras_act
from tests.keras_act.backend import BACKEND, array, tensor
from tests.keras_act.contract import ENTRIES
from tests.keras_act.oracle import CASES

POLICIES = {"float32": "float32", "mixed_float16": "float16", "mixed_bfloat16": "bfloat16", "float64": "float64"}
every_layer = pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
shape_keeping = pytest.mark.parametrize("entry", [e for e in ENTRIES if e.keeps_shape], ids=lambda e: e.name)
policies = pytest.mark.parametrize("policy", POLICIES)


def data(entry, batch=2, dtype="float32"):
    """A batch of normal numbers of the entry's shape."""
    return np.random.default_rng(0).normal(size=(batch, *entry.shape)).astype(dtype)


def dtype_of(x):
    return keras.backend.standardize_dtype(x.dtype)


def test_every_layer_is_in_the_contract():
    layers = {c for _, c in inspect.getmembers(keras_act, inspect.isclass) if issubclass(c, keras.layers.Layer)}
    assert {e.layer for e in ENTRIES} == layers


@every_layer
def test_builds_from_shapes_and_from_dynamic_shapes(entry):
    layer = entry()
    layer.build((None, *entry.shape))
    assert layer.built
    assert len(layer.weights) == entry.weights
    output = entry.output or entry.shape
    assert tuple(layer.compute_output_shape((None, *entry.shape))) == (None, *output)
    symbolic = layer(keras.Input(entry.shape))
    assert tuple(symbolic.shape) == (None, *output)
    assert tuple(layer(tensor(data(entry))).shape) == (2, *output)


@every_layer
@policies
def test_dtype_policies(entry, policy):
    layer = entry(dtype=policy)
    y = layer(tensor(data(entry)))
    assert dtype_of(y) == POLICIES[policy] == dtype_of(layer(keras.Input(entry.shape)))
    assert {dtype_of(w) for w in layer.trainable_weights} <= {layer.variable_dtype}
    assert np.isfinite(array(y).astype("float64")).all()


@shape_keeping
@policies
def test_as_activation_instance_it_has_its_hosts_dtype(entry, policy):
    host = keras.layers.Dense(entry.shape[-1], activation=entry(), dtype=policy)
    y = host(tensor(data(entry)))
    assert dtype_of(y) == POLICIES[policy]
    again = keras.layers.Dense.from_config(host.get_config())
    assert dtype_of(again(tensor(data(entry)))) == POLICIES[policy]


@every_layer
@pytest.mark.parametrize("jit", [False, True])
def test_one_training_step(entry, jit):
    if jit and BACKEND == "torch":
        pytest.skip("PyTorch compiles with its own compiler, not with this flag's")
    model = keras.Sequential([keras.Input(entry.shape), keras.layers.Dense(entry.shape[-1]), entry()])
    model.compile("sgd", "mse", jit_compile=jit)
    before = [array(w.value).copy() for w in model.trainable_weights]
    history = model.fit(data(entry), np.ones((2, *(entry.output or entry.shape))), verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    after = [array(w.value).copy() for w in model.trainable_weights]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))


@every_layer
def test_configuration_round_trip(entry):
    layer = entry(name="it")
    again = entry.layer.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert keras.saving.get_registered_name(entry.layer) == f"keras_act>{entry.layer.__name__}"


@every_layer
@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")  # that is what is tested
def test_saved_and_loaded_it_is_bit_equal(entry, suffix, tmp_path):
    model = keras.Sequential([keras.Input(entry.shape), entry()])
    for weight in model.trainable_weights:
        weight.assign(weight + 0.125)
    path = str(tmp_path / f"model.{suffix}")
    model.save(path)
    again = keras.saving.load_model(path)
    x = tensor(data(entry))
    np.testing.assert_array_equal(array(again(x)), array(model(x)))
    assert again.layers[0].get_config() == model.layers[0].get_config()


@shape_keeping
@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_activation_instances_survive_saving(entry, suffix, tmp_path):
    model = keras.Sequential([keras.Input(entry.shape), keras.layers.Dense(entry.shape[-1], activation=entry())])
    for weight in model.trainable_weights:
        weight.assign(weight + 0.125)
    path = str(tmp_path / f"model.{suffix}")
    model.save(path)
    x = tensor(data(entry))
    np.testing.assert_array_equal(array(keras.saving.load_model(path)(x)), array(model(x)))


FUNCTIONS = sorted({c.function for c in CASES} - {keras_act.prelu}, key=lambda f: f.__name__)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_plain_functions_survive_saving(function, suffix, tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation=function)])
    path = str(tmp_path / f"model.{suffix}")
    model.save(path)
    again = keras.saving.load_model(path)
    assert again.layers[0].activation is function
    assert keras.saving.serialize_keras_object(function)["config"] == f"keras_act>{function.__name__}"
    x = tensor(np.random.default_rng(0).normal(size=(5, 3)).astype("float32"))
    np.testing.assert_array_equal(array(again(x)), array(model(x)))


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@policies
def test_plain_functions_as_activation(function, policy):
    y = keras.layers.Dense(4, activation=function, dtype=policy)(tensor(np.ones((2, 3), "float32")))
    assert dtype_of(y) == POLICIES[policy]


@every_layer
def test_clone_and_time_distributed(entry):
    model = keras.Sequential([keras.Input((3, *entry.shape)), keras.layers.TimeDistributed(entry())])
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    x = data(entry, 6).reshape(2, 3, *entry.shape)
    y = array(model(tensor(x)))
    np.testing.assert_array_equal(array(clone(tensor(x))), y)
    plain = entry()
    plain.build((None, *entry.shape))
    plain.set_weights(model.get_weights())
    np.testing.assert_allclose(y[:, 1], array(plain(tensor(x[:, 1]))), rtol=1e-5, atol=1e-6)


@shape_keeping
def test_masks_pass(entry):
    x = np.random.default_rng(0).normal(size=(2, 5, *entry.shape)).astype("float32")
    x[0, 3:] = 0
    masked = keras.layers.Masking()(tensor(x.reshape(2, 5, -1)))
    layer = entry()
    y = layer(masked)
    np.testing.assert_array_equal(array(y._keras_mask), array(masked._keras_mask))


def test_masks_of_layers_that_change_an_axis():
    x, mask = tensor(np.ones((2, 4, 6), "float32")), tensor(np.ones((2, 4), bool))
    for layer in (keras_act.GLU(), keras_act.CReLU(), keras_act.Maxout(), keras_act.MultivariateSoftplus()):
        assert layer.compute_mask(x, mask) is mask
    for layer in (
        keras_act.GLU(axis=1),
        keras_act.CReLU(axis=1),
        keras_act.Maxout(axis=1),
        keras_act.MultivariateSoftplus(axis=1),
    ):
        assert layer.compute_mask(x, mask) is None


@every_layer
def test_symbolic_equals_eager(entry):
    inputs = keras.Input(entry.shape)
    layer = entry()
    model = keras.Model(inputs, layer(inputs))
    x = data(entry)
    np.testing.assert_allclose(array(model(tensor(x))), array(layer(tensor(x))), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_functions_take_symbolic_tensors(case):
    inputs = keras.Input((3,))
    model = keras.Model(inputs, case(inputs))
    x = np.linspace(-2, 2, 6, dtype="float32").reshape(2, 3)
    np.testing.assert_allclose(array(model(tensor(x))), case.value(x.astype(float)), rtol=1e-5, atol=1e-6)


def test_prelu_has_a_slope_per_channel_that_starts_at_a_quarter():
    layer = keras_act.PReLU()
    y = layer(tensor(-np.ones((2, 3, 4), "float32")))
    assert tuple(layer.alpha.shape) == (1, 4)
    np.testing.assert_array_equal(array(y), -0.25)


@pytest.mark.parametrize(
    ("shared", "shape"),
    [
        (None, (1, 1, 5)),
        ((), (3, 4, 5)),
        ([-1], (3, 4, 1)),
        ([3], (3, 4, 1)),
        ([1, 2], (1, 1, 5)),
        ([-2, -3], (1, 1, 5)),
        (-1, (3, 4, 1)),
    ],
)
def test_prelu_shares_the_axes_it_is_told(shared, shape):
    layer = keras_act.PReLU(shared_axes=shared)
    layer.build((None, 3, 4, 5))
    assert tuple(layer.alpha.shape) == shape


def test_prelu_takes_sizes_it_does_not_know():
    layer = keras_act.PReLU()
    layer(keras.Input((None, None, 3)))
    assert tuple(layer.alpha.shape) == (1, 1, 3)
    for sizes in ((2, 4), (5, 1)):
        assert layer(tensor(np.ones((1, *sizes, 3), "float32"))).shape[1:3] == sizes


def test_rrelu_draws_in_training_only():
    layer = keras_act.RReLU(lower=0.2, upper=0.4, seed=1)
    x = tensor(-np.ones((100, 100), "float32"))
    drawn = -array(layer(x, training=True))
    assert drawn.min() >= 0.2
    assert drawn.max() <= 0.4
    assert abs(drawn.mean() - 0.3) < 0.003
    assert abs(drawn.std() - 0.2 / 12**0.5) < 0.003
    assert (array(layer(x, training=True)) != -drawn).mean() > 0.99
    np.testing.assert_allclose(array(layer(x)), -0.3, rtol=1e-6)


def test_maxout_layers_are_a_linear_map_and_maxout():
    x = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
    layer = keras_act.MaxoutDense(4, pieces=2)
    y = array(layer(tensor(x)))
    maps = x @ array(layer.kernel.value) + array(layer.bias.value)
    np.testing.assert_allclose(y, np.maximum(maps[:, ::2], maps[:, 1::2]), rtol=1e-5)


BAD = [
    (keras_act.LeakyReLU, {"negative_slope": -0.1}, "negative_slope=-0.1"),
    (keras_act.LeakyReLU, {"negative_slope": float("nan")}, "negative_slope=nan"),
    (keras_act.RReLU, {"lower": 0.5, "upper": 0.25}, "lower=0.5, upper=0.25"),
    (keras_act.ClippedReLU, {"max_value": 0.0}, "max_value=0.0"),
    (keras_act.ShiftedReLU, {"a": -1.0}, "a=-1.0"),
    (keras_act.ELU, {"alpha": 0.0}, "alpha=0.0"),
    (keras_act.CELU, {"alpha": -1.0}, "alpha=-1.0"),
    (keras_act.Softplus, {"sharpness": 0.0}, "sharpness=0.0"),
    (keras_act.Squareplus, {"b": -1.0}, "b=-1.0"),
    (keras_act.Swish, {"beta": float("inf")}, "beta=inf"),
    (keras_act.Snake, {"frequency": 0.0}, "frequency=0.0"),
    (keras_act.SMU, {"alpha": 2.0}, "alpha=2.0"),
    (keras_act.HardSigmoid, {"slope": 0.0}, "slope=0.0"),
    (keras_act.HardTanh, {"min_value": 2.0}, "min_value=2.0, max_value=1.0"),
    (keras_act.HardShrink, {"lower": 1.0}, "lower=1.0, upper=0.5"),
    (keras_act.SoftShrink, {"upper": None}, "upper=None"),
    (keras_act.Maxout, {"pieces": 0}, "pieces=0"),
    (keras_act.MaxoutDense, {"units": 2.5}, "units=2.5"),
    (keras_act.XIELU, {"alpha_negative": 0.25}, "alpha_negative=0.25"),
]


@pytest.mark.parametrize(("layer", "arguments", "received"), BAD, ids=lambda v: getattr(v, "__name__", ""))
def test_bad_settings_are_named(layer, arguments, received):
    with pytest.raises(ValueError, match=f"Received: .*{received}"):
        layer(**arguments)


@pytest.mark.parametrize(
    ("layer", "received"),
    [
        (keras_act.GLU(), r"shape=\(2, 5\)"),
        (keras_act.Maxout(pieces=2), r"shape=\(2, 5\)"),
        (keras_act.CReLU(axis=3), "axis=3"),
        (keras_act.MultivariateSoftplus(axis=-4), "axis=-4"),
        (keras_act.PReLU(shared_axes=[7]), "axis=7"),
        (keras_act.Swish(learnable=True, axis=2), "axis=2"),
    ],
    ids=lambda v: type(v).__name__,
)
def test_bad_axes_are_named(layer, received):
    with pytest.raises(ValueError, match=received):
        layer(tensor(np.ones((2, 5), "float32")))


def test_prelu_says_which_size_it_needs():
    with pytest.raises(ValueError, match=r"axes \[1\]"):
        keras_act.PReLU(shared_axes=[2]).build((None, None, 3))


def test_a_fixed_hyper_parameter_cannot_be_a_tensor():
    with pytest.raises(ValueError, match="must be a number"):
        keras_act.elu(ops.ones((2,)), alpha=ops.ones((2,)))
