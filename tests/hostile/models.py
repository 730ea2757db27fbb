"""Small valid models of every kind, for the fuzzer to change: `python -m tests.hostile.models FOLDER` writes them.

In a process of its own, since Keras would count in the memory of the fuzzer.
"""

from __future__ import annotations

import io
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import linter.build as b
from linter.write import keras_archive
from tests.hostile import base


def keras_models() -> list[bytes]:
    """`.keras` files: written by Keras, and by our own writer."""
    x = b.input(8)
    built = (
        b.chain(b.input(4), b.dense(8, "relu"), b.dropout(), b.dense(3, "softmax"), loss="categorical_crossentropy"),
        b.chain(
            b.input(8, 8, 3), b.conv(4, activation="relu"), b.batch_normalization(), b.flatten(), b.dense(1), loss="mse"
        ),
        b.chain(b.input(5, 3), b.lstm(4), b.dense(2, "sigmoid"), loss="binary_crossentropy"),
        b.model(x, b.dense(1)(b.add()(x, b.dense(8, "tanh")(x))), loss="mse"),
    )
    return [base.keras_file(), _with_npz(base.keras_file()), *(keras_archive(b.trained(item)) for item in built)]


def _with_npz(data: bytes) -> bytes:
    """The file with weights as Keras stores them in NumPy's format where there is no HDF5."""
    import numpy as np

    found = base.members(data)
    found.pop("model.weights.h5")
    arrays = io.BytesIO()
    np.savez(arrays, **{"layers.npy": np.zeros((4, 8), "f4"), "layers/dense/vars/0": np.ones((4, 8), "f4")})
    return base.archive({**found, "model.weights.npz": arrays.getvalue()})


def h5_models() -> list[bytes]:
    """`.h5` files, by Keras 3 and by Keras 2 where that is installed."""
    return [base.h5_file(), *_of_keras_2("model.h5").values()]


def saved_models() -> list[dict[str, bytes]]:
    """SavedModels with Keras metadata, where Keras 2 is installed to write one."""
    found = _of_keras_2("model")
    return [found] if found else [{"saved_model.pb": b"\x08\x01"}]


def weights_files() -> list[bytes]:
    """Files of weights alone, by Keras 3 (`.weights.h5`) and in the older layout (`.h5`)."""
    import h5py

    older = io.BytesIO(base.h5_file())
    with h5py.File(older, "r+") as file:
        for name in ("model_config", "training_config"):
            del file.attrs[name]
    return [base.members(base.keras_file())["model.weights.h5"], older.getvalue()]


def _of_keras_2(name: str) -> dict[str, bytes]:
    try:
        import tf_keras
    except ImportError:
        return {}
    layers = tf_keras.layers
    model = tf_keras.Sequential(
        [layers.Dense(4, activation="relu", input_shape=(3,)), layers.Dense(2, activation="softmax")]
    )
    model.compile("adam", "categorical_crossentropy")
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        model.save(path)
        if path.is_file():
            return {name: path.read_bytes()}
        return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def main(folder: Path) -> None:
    """Write the models below `folder`, by format."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {"keras": keras_models(), "h5": h5_models(), "saved_model": saved_models(), "weights": weights_files()}
    for format, items in found.items():
        for i, item in enumerate(items):
            files = item if isinstance(item, dict) else {"model": item}
            for name, content in files.items():
                place = folder / format / str(i) / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)


def load(folder: Path) -> dict[str, list[dict[str, bytes]]]:
    """Return what `main` wrote: by format, a list of models, each its files by name."""
    return {
        format.name: [
            {str(p.relative_to(model)): p.read_bytes() for p in sorted(model.rglob("*")) if p.is_file()}
            for model in sorted(format.iterdir())
        ]
        for format in sorted(folder.iterdir())
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
