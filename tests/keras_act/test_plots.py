"""Pictures: the curves hold the function's values and its derivative's, and the gallery is complete."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_act
from keras_act import plots

pytest.importorskip("matplotlib", reason="pictures need Matplotlib")
# PyTorch's arrays under NumPy 2, inside Keras's convert_to_numpy
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def curves(ax):
    return {line.get_label(): line.get_data() for line in ax.get_lines() if not line.get_label().startswith("_")}


def test_function_with_its_derivative():
    drawn = curves(plots.draw(keras_act.tanh, -3, 3))
    assert set(drawn) == {"tanh", "derivative of tanh"}
    x, y = drawn["tanh"]
    assert (x.min(), x.max()) == (-3, 3)
    assert y == pytest.approx(np.tanh(x))
    assert drawn["derivative of tanh"][1] == pytest.approx(1 - np.tanh(x) ** 2)


@pytest.mark.parametrize("derivative", [False, True])
def test_comparison_of_names_functions_and_layers(derivative):
    own = {"twice": lambda x: 2.0 * x, "leaky": keras.layers.LeakyReLU(0.5, dtype="float64"), "relu": "relu"}
    drawn = curves(plots.compare(own, derivative=derivative))
    x, y = drawn["leaky"]
    assert y == pytest.approx(np.where(x > 0, 1, 0.5) if derivative else np.where(x > 0, x, x / 2))
    assert drawn["twice"][1] == pytest.approx(np.full_like(x, 2) if derivative else 2 * x)
    assert drawn["relu"][1] == pytest.approx((x > 0) * 1.0 if derivative else np.maximum(x, 0))


def test_names_in_the_legend_tell_parameters():
    drawn = curves(plots.compare([keras_act.gelu, keras_act.Swish(beta=2.0)]))
    assert set(drawn) == {"gelu", "swish(beta=2)"}


def test_length_map_is_one_at_one_with_the_slope_of_the_gain():
    drawn = curves(plots.length_map(["gelu", "tanh", "relu"]))
    assert set(drawn) == {"gelu: slope 1.14, unstable", "tanh: slope 0.46", "relu: slope 1.00"}
    for q, factor in drawn.values():
        assert np.interp(0.0, np.log(q), np.log(factor)) == pytest.approx(0, abs=1e-12)
    q, factor = drawn["gelu: slope 1.14, unstable"]
    assert (np.diff(np.log(factor)) / np.diff(np.log(q)))[19:21].mean() == pytest.approx(0.144, abs=0.002)


def test_gain_of_relu_is_level():
    (_, level), (sigma, falling) = (curves(plots.gain_curve(["relu", "tanh"]))[name] for name in ("relu", "tanh"))
    assert level == pytest.approx(np.full(41, np.sqrt(2)))
    assert falling[0] == pytest.approx(1, abs=0.02)
    assert falling[-1] == pytest.approx(sigma[-1], rel=0.1)  # tanh is +-1 there


def test_axes_may_be_given():
    first = plots.draw("relu")
    assert plots.draw("tanh", ax=first) is first
    assert len(curves(first)) == 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.draw("relu", 1, 1), "low=1, high=1"),
        (lambda: plots.draw("rulu"), "'rulu'"),
        (lambda: plots.draw("maxout"), "'maxout'"),
        (lambda: plots.compare([]), "none"),
    ],
)
def test_bad_input_is_refused_with_what_was_received(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_the_gallery_is_complete_and_shown():
    from tests.bench.gallery import PICTURES

    folder = Path(keras_act.__file__).parent
    shown = set(re.findall(r"\(gallery/(\w+)\.png\)", (folder / "README.md").read_text()))
    assert shown == set(PICTURES) == {path.stem for path in (folder / "gallery").glob("*.png")}


def test_every_section_of_the_readme_has_been_written():
    text = (Path(keras_act.__file__).parent / "README.md").read_text()
    sections = dict(re.findall(r"<!-- (\w+) -->\n(.*?)<!-- /\1 -->", text, flags=re.DOTALL))
    assert set(sections) >= {"gallery", "gains", "depth", "fans", "he_glorot", "irnn", "born_dead", "recycle"}
    assert all("python -m tests.bench." in written for written in sections.values())
