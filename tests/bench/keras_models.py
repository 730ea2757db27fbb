"""Models that Keras itself writes, in every format: `python -m tests.bench.keras_models FOLDER`."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from tests.linter.healthy import HEALTHY

APPLICATIONS = ("MobileNet", "MobileNetV3Small", "EfficientNetB0")
"""Of keras.applications, the small ones."""
TIMED = "ResNet50"


def write(folder: Path) -> None:
    """Save healthy models, three of keras.applications among them, and the models that are timed."""
    import keras

    made = {name: HEALTHY[name] for name in HEALTHY if not name[0].isupper() or name in APPLICATIONS}
    for name, make in made.items():
        keras.utils.clear_session()
        model = make()
        model.save(folder / "keras" / f"{name}.keras")
        model.save(folder / "keras" / f"{name}.h5")
        model.save_weights(folder / "keras" / f"{name}.weights.h5")
        model.export(folder / "keras" / name, verbose=False)
    timed = folder / "timed"
    small = [keras.layers.Dense(64, "relu") for _ in range(2)]
    keras.Sequential([keras.Input((16,)), *small, keras.layers.Dense(3)]).save(timed / "small.keras")
    large = getattr(keras.applications, TIMED)(weights=None)
    for suffix in (".keras", ".h5"):
        large.save(timed / f"{TIMED}{suffix}")


def write_keras_2(folder: Path) -> None:
    """Save a SavedModel with Keras layers."""
    import tf_keras

    model = tf_keras.applications.MobileNet(weights=None)
    model.save(folder / "timed" / "saved_model", save_format="tf")
    model.save(folder / "keras" / "keras_2", save_format="tf")


if __name__ == "__main__":
    for part in ("keras", "timed"):
        (Path(sys.argv[1]) / part).mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(Path(sys.argv[1]))
        write_keras_2(Path(sys.argv[1]))
