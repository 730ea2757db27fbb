"""Draws the gallery: `python -m tests.bench.gallery` writes keras_act/gallery/*.png for keras_act/README.md."""

from pathlib import Path

import keras_act
from keras_act import plots

GALLERY = Path(__file__).parents[2] / "keras_act" / "gallery"
SWISHES = {f"swish, beta = {beta:g}": keras_act.Swish(beta=beta) for beta in (0.1, 0.5, 1.0, 2.0, 10.0)}
CURVES = {name: getattr(keras_act, name) for name in ("relu", "elu", "tanh", "gelu", "silu", "mish")}

# file -> (what it shows, how it is drawn)
PICTURES = {
    "relu_gelu": ("ReLU beside GELU", lambda: plots.compare({"ReLU": keras_act.relu, "GELU": keras_act.gelu}, -4, 4)),
    "sigmoid_tanh": (
        "Sigmoid beside tanh",
        lambda: plots.compare({"sigmoid": keras_act.sigmoid, "tanh": keras_act.tanh}, -6, 6),
    ),
    "rectifiers": (
        "ReLU, leaky ReLU, ELU and softplus",
        lambda: plots.compare(
            {
                "ReLU": keras_act.relu,
                "leaky ReLU, slope 0.1": keras_act.LeakyReLU(0.1),
                "ELU": keras_act.elu,
                "softplus": keras_act.softplus,
            },
            -4,
            4,
        ),
    ),
    "swish": ("Swish for several beta", lambda: plots.compare(SWISHES, -5, 5)),
    "swish_derivative": ("... and its derivative", lambda: plots.compare(SWISHES, -5, 5, derivative=True)),
    "smooth": (
        "The smooth rectifiers",
        lambda: plots.compare(
            {name: getattr(keras_act, name) for name in ("gelu", "silu", "mish", "telu", "softplus", "squareplus")},
            -4,
            4,
        ),
    ),
    "mish": ("Mish with its derivative", lambda: plots.draw(keras_act.mish, label="Mish")),
    "snake": ("Snake with its derivative", lambda: plots.draw(keras_act.snake, label="Snake")),
    "length_map": (
        "Length map under the exact gain: what rises through 1 is unstable",
        lambda: plots.length_map(CURVES),
    ),
    "gain": ("Forward gain against the scale of the input", lambda: plots.gain_curve(CURVES)),
}


def main() -> None:
    """Writes every picture."""
    GALLERY.mkdir(exist_ok=True)
    for name, (_, make) in PICTURES.items():
        make().figure.savefig(GALLERY / f"{name}.png", metadata={"Software": None})
        print(f"keras_act/gallery/{name}.png")


if __name__ == "__main__":
    main()
