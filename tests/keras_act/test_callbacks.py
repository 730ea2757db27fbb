"""The callbacks in real training: what they log, what they restart, and what they leave as it was."""

import keras
import numpy as np
import pytest
from keras import layers as L

import keras_act
from keras_act import RecycleDeadUnits, UnitHealth

# PyTorch's arrays under NumPy 2, inside Keras's convert_to_numpy
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
DEAD = [1, 5]


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def array(variable):
    return np.array(keras.ops.convert_to_numpy(variable))


def kill(layer, units=DEAD):
    bias = array(layer.bias)
    bias[units] = -1e3
    layer.bias.assign(bias)


def dense(optimizer="adam", activation="relu"):
    keras.utils.set_random_seed(4)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            L.Dense(16, activation=activation, name="first"),
            L.Dense(8, activation="tanh", name="second"),
            L.Dense(1, name="last"),
        ]
    )
    model.compile(optimizer, "mse")
    return model


DATA, LABELS = normal(64, 6), normal(64, 1, seed=1)


def fit(model, *callbacks, epochs=1, **options):
    return model.fit(DATA, LABELS, epochs=epochs, verbose=0, callbacks=list(callbacks), **options).history


# ---------------------------------------------------------------- UnitHealth


def test_health_is_logged():
    model = dense()
    kill(model.get_layer("first"))
    health = UnitHealth(DATA)
    history = fit(model, health, epochs=3)
    assert history["dead_units"] == pytest.approx([2 / 24] * 3)
    assert history["dead_units/first"] == pytest.approx([2 / 16] * 3)
    assert history["dead_units/second"] == [0.0] * 3
    assert list(health.history) == [0, 1, 2]
    assert health.statistics["first"].silent.tolist() == DEAD
    assert "first" in health.summary()


def test_health_every_other_epoch():
    health = UnitHealth(DATA, every=2, layers=["first"])
    history = fit(dense(), health, epochs=4)
    assert list(health.history) == [0, 2]
    assert len(history["dead_units"]) == 4
    assert list(health.statistics) == ["first"]


def read_back(folder):
    """What TensorBoard itself reads in a folder: tag to the values by step."""
    needed = "what TensorBoard shows is written by TensorFlow and read back by TensorBoard: both must be installed"
    pytest.importorskip("tensorflow", reason=needed)
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason=needed)
    from tensorboard.util.tensor_util import make_ndarray

    board = events.EventAccumulator(str(folder), size_guidance={events.TENSORS: 0}).Reload()
    return {tag: {e.step: make_ndarray(e.tensor_proto) for e in board.Tensors(tag)} for tag in board.Tags()["tensors"]}


@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorboard")
def test_health_on_tensorboard(tmp_path):
    read_back(tmp_path)  # else skipped
    model = dense()
    kill(model.get_layer("first"))
    history = fit(model, UnitHealth(DATA, every=2, log_dir=str(tmp_path)), epochs=3)
    board = read_back(tmp_path)
    assert set(board) == {"dead_units"} | {
        f"{k}/{n}" for k in ("dead_units", "firing_rate") for n in ("first", "second")
    }
    assert all(list(values) == [0, 2] for values in board.values())
    for name, share in (("dead_units", 2 / 24), ("dead_units/first", 2 / 16), ("dead_units/second", 0)):
        assert [float(value) for value in board[name].values()] == pytest.approx([share] * 2)
        assert history[name] == pytest.approx([share] * 3)
    left, right, count = board["firing_rate/first"][2].T  # buckets
    assert count.sum() == 16
    assert count[(left <= 0) & (right > 0)].sum() >= len(DEAD)
    assert (left >= 0).all()
    assert (right <= 1).all()


@pytest.mark.parametrize(("limit", "epochs"), [(0.05, 1), (0.5, 3)])
def test_health_stops_training(limit, epochs, capsys):
    model = dense()
    kill(model.get_layer("first"))
    assert len(fit(model, UnitHealth(DATA, limit=limit), epochs=3)["loss"]) == epochs
    assert ("8.3% of the units are dead" in capsys.readouterr().out) == (epochs == 1)


def test_health_without_tensorboard(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="'runs'"):
        UnitHealth(DATA, log_dir="runs")


def test_health_prints(capsys):
    health = UnitHealth(DATA, verbose=1)
    assert "nothing observed" in health.summary()
    fit(dense(), health)
    assert "never fired" in capsys.readouterr().out


# ---------------------------------------------------------------- RecycleDeadUnits


def test_recycling_restarts_the_dead_and_nothing_else():
    model = dense()
    fit(model)  # fills the optimizer's state
    first, second = model.get_layer("first"), model.get_layer("second")
    kill(first)
    before = {name: array(v) for name, v in (("in", first.kernel), ("bias", first.bias), ("out", second.kernel))}
    outputs = model.predict(DATA, verbose=0)
    recycle = RecycleDeadUnits(DATA, seed=0)
    recycle.set_model(model)
    (done,) = recycle.recycle()
    assert (done.layer, done.units, done.total) == ("first", (1, 5), 16)
    alive = [unit for unit in range(16) if unit not in DEAD]
    np.testing.assert_array_equal(array(first.kernel)[:, alive], before["in"][:, alive])
    np.testing.assert_array_equal(array(first.bias)[alive], before["bias"][alive])
    np.testing.assert_array_equal(array(second.kernel)[alive], before["out"][alive])
    assert np.all(array(first.kernel)[:, DEAD] != before["in"][:, DEAD])
    limit = np.sqrt(6 / (6 + 16))  # the layer's own initializer: Glorot uniform, fans 6 and 16
    assert 0.3 * limit < abs(array(first.kernel)[:, DEAD]).max() <= limit
    assert array(first.bias)[DEAD].tolist() == [0, 0]
    assert not array(second.kernel)[DEAD].any()
    np.testing.assert_array_equal(model.predict(DATA, verbose=0), outputs)  # the function is what it was
    assert recycle.recycle() == []  # they fire now
    assert recycle.history == [done]


@pytest.mark.parametrize(
    ("optimizer", "start"),
    [
        (lambda: keras.optimizers.Adam(amsgrad=True), 0.0),
        (lambda: keras.optimizers.SGD(momentum=0.9), 0.0),
        (lambda: keras.optimizers.RMSprop(momentum=0.5, centered=True), 0.0),
        (lambda: keras.optimizers.Adagrad(initial_accumulator_value=0.25), 0.25),
    ],
)
def test_recycling_resets_what_the_optimizer_remembers(optimizer, start):
    model = dense(optimizer())
    fit(model)
    first, second = model.get_layer("first"), model.get_layer("second")
    states = [
        (state, axis)
        for weight, axis in ((first.kernel, 1), (first.bias, 0), (second.kernel, 0))
        for state in model.optimizer.variables
        if weight.path.replace("/", "_") in state.path and state.shape == weight.shape
    ]
    assert len(states) >= 3
    rng = np.random.default_rng(0)
    for state, _ in states:
        state.assign(rng.uniform(1, 2, size=state.shape))
    kill(first)
    before = [array(state) for state, _ in states]
    recycle = RecycleDeadUnits(DATA)
    recycle.set_model(model)
    recycle.recycle()
    alive = [unit for unit in range(16) if unit not in DEAD]
    for (state, axis), old in zip(states, before, strict=True):
        np.testing.assert_array_equal(np.take(array(state), alive, axis), np.take(old, alive, axis))
        assert np.all(np.take(array(state), DEAD, axis) == np.float32(start)), state.path


def test_recycled_units_learn_again():
    model = dense()
    kill(model.get_layer("first"))
    recycle = RecycleDeadUnits(DATA, seed=3)
    history = fit(model, recycle, epochs=4)
    assert history["recycled_units"] == [2, 0, 0, 0]
    assert np.all(abs(array(model.get_layer("second").kernel)[DEAD]).max(axis=1) > 0)


def test_each_restart_draws_other_values():
    model = dense()
    drawn = []
    for _ in range(2):
        kill(model.get_layer("first"))
        recycle = RecycleDeadUnits(DATA, seed=len(drawn))
        recycle.set_model(model)
        recycle.recycle()
        drawn.append(array(model.get_layer("first").kernel)[:, DEAD])
    assert not np.any(drawn[0] == drawn[1])


def convolutional():
    keras.utils.set_random_seed(6)
    inner = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Conv2D(8, 3, name="conv"),
            L.BatchNormalization(name="norm"),
            L.ReLU(name="act"),
            L.MaxPooling2D(),
            L.Dropout(0.1),
            L.Conv2D(8, 3, activation=keras_act.ReLU6(), name="conv2"),
            L.Flatten(),
            L.Dense(4, activation="relu", name="head"),
        ],
        name="inner",
    )
    x = keras.Input((8, 8, 3))
    model = keras.Model(x, L.Dense(1)(inner(x)))
    model.compile("sgd", "mse")
    return model, inner


def test_recycling_through_normalisation_pooling_and_flattening():
    model, inner = convolutional()
    data = normal(32, 8, 8, 3)
    norm, conv2, head = (inner.get_layer(name) for name in ("norm", "conv2", "head"))
    norm.beta.assign([0, 0, -1e3, 0, 0, 0, 0, 0])
    norm.gamma.assign([1.5] * 8)
    conv2.bias.assign([1.0] * 8)  # the others fire
    kill(conv2)
    recycle = RecycleDeadUnits(data, layers=["inner/act", "inner/conv2"])
    recycle.set_model(model)
    first, second = recycle.recycle()
    assert (first.layer, first.units) == ("inner/act", (2,))
    assert (second.layer, second.units) == ("inner/conv2", (1, 5))
    assert array(norm.beta).tolist() == [0.0] * 8
    assert array(norm.gamma).tolist() == [1.5, 1.5, 1.0, 1.5, 1.5, 1.5, 1.5, 1.5]
    alive = [unit for unit in range(8) if unit not in DEAD]  # the restarted ones read unit 2, and nothing reads them
    assert np.flatnonzero(~array(conv2.kernel)[..., alive].any(axis=(0, 1, 3))).tolist() == [2]
    rows = array(head.kernel).reshape(-1, 8, 4)  # positions, channels, units
    assert np.flatnonzero(~rows.any(axis=(0, 2))).tolist() == DEAD


def test_dormant_units_by_their_share_of_the_layers_mean():
    model = dense()
    first = model.get_layer("first")
    kernel = array(first.kernel)
    kernel[:, 7] *= 1e-3
    first.kernel.assign(kernel)
    for dormancy, units in ((0.0, []), (0.02, [(7,)])):
        recycle = RecycleDeadUnits(DATA, dormancy=dormancy, layers=["first"])
        recycle.set_model(model)
        assert [done.units for done in recycle.recycle()] == units


def test_what_cannot_be_recycled_is_named():
    x = keras.Input((6,))
    shared = L.Dense(6, activation="relu", name="shared")
    y = shared(shared(x))
    z = L.Dense(6, activation="relu", name="shortcut")(y)
    out = L.Dense(2, activation="relu", name="out")(L.Add()([y, z]))
    model = keras.Model(x, out)
    kill(shared)
    before = [array(weight) for weight in model.weights]
    recycle = RecycleDeadUnits(DATA)
    recycle.set_model(model)
    assert recycle.recycle() == []
    assert set(recycle.skipped) == {"shared", "shortcut", "out"}
    assert "is shared" in recycle.skipped["shared"]
    assert "Add" in recycle.skipped["shortcut"]
    assert "output" in recycle.skipped["out"]
    assert "left alone: out" in recycle.summary()
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(array(weight), old)


def test_until_and_the_summary(capsys):
    model = dense()
    kill(model.get_layer("first"))
    recycle = RecycleDeadUnits(DATA, until=0)
    assert fit(model, recycle)["recycled_units"] == [0]
    fit(model, RecycleDeadUnits(DATA, verbose=1))
    out = capsys.readouterr().out
    assert "epoch 0: restarted 2 of 16 in first" in out
    assert "first: 2 restarts of 2 of its 16 units" in out


def test_recycling_under_mixed_precision():
    model = dense(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()))
    kill(model.get_layer("first"))
    assert fit(model, RecycleDeadUnits(DATA), epochs=2)["recycled_units"] == [2, 0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: UnitHealth(None), "None"),
        (lambda: UnitHealth(iter([DATA])), "iterator"),
        (lambda: UnitHealth(DATA, every=0), "every.*0"),
        (lambda: UnitHealth(DATA, limit=1.5), "limit.*1.5"),
        (lambda: RecycleDeadUnits(None), "None"),
        (lambda: RecycleDeadUnits(DATA, every=1.5), "every.*1.5"),
        (lambda: RecycleDeadUnits(DATA, dormancy=-0.1), "dormancy.*-0.1"),
        (lambda: RecycleDeadUnits(DATA, until=-1), "until.*-1"),
    ],
)
def test_bad_input(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_bad_data_is_told_in_training():
    with pytest.raises(ValueError, match="NaN"):
        fit(dense(), UnitHealth(np.full((2, 6), np.nan)))
