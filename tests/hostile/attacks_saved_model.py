"""Attacks in SavedModel folders: operations that run code or touch files, graphs in strings, links, Lambdas."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.hostile.attack import Attack, Folder, Link
from tests.linter.read import hostile_graphs as graphs

TWINS = {
    "read_file": "read_asset",
    "read_by_caller": "read_asset",
    "text_lines": "plain_dataset",
    "graph_in_string": "names_in_string",
    "cached_on_disk": "cached_in_memory",
    "printed_to_file": "printed_to_stderr",
    "debugged_to_file": "not_debugged",
    "table_absolute": "table_from_asset",
    "table_climbing": "table_beside",
}
"""Hostile graph -> its twin in `hostile_graphs.harmless`; a graph that only multiplies for the others."""


def files(folder: Path) -> dict[str, bytes | Link]:
    """The files of a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def graph(body: graphs.Body) -> Folder:
    """A module whose call runs `body`."""
    with TemporaryDirectory() as folder:
        return files(graphs.module(Path(folder) / "model", body))


def harmless(name: str) -> Folder:
    """A module that touches files as an honest one may."""
    with TemporaryDirectory() as folder:
        body, held = graphs.harmless(Path(folder))[name]
        return files(graphs.module(Path(folder) / "model", body, **held))


@cache
def plain() -> Folder:
    """A module that only multiplies."""
    return graph(lambda self, x: x)


@cache
def keras_model(layer: str = "rescaling") -> Folder:
    """A model of Keras 2 with weights; `layer` is one of those below."""
    import tf_keras

    layers = tf_keras.layers
    extra = {"rescaling": lambda: layers.Rescaling(1.0), "lambda": lambda: layers.Lambda(lambda x: x * 1.0)}[layer]
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tf_keras.Sequential(
            [layers.Dense(8, "relu", input_shape=(4,)), extra(), layers.Dense(2, activation="softmax")]
        ).save(folder, save_format="tf")
        return files(Path(folder))


def with_graph(changed: Callable[[Any], None]) -> Folder:
    """The model of Keras 2, its protocol buffer changed."""
    from tensorflow.core.protobuf import saved_model_pb2

    model = saved_model_pb2.SavedModel()
    model.ParseFromString(keras_model()["saved_model.pb"])
    changed(model.meta_graphs[0])
    return {**keras_model(), "saved_model.pb": model.SerializeToString()}


def grafted(body: graphs.Body) -> Folder:
    """The model of Keras 2, real weights and all, whose function library also holds those of `body`."""
    from tensorflow.core.protobuf import saved_model_pb2

    other = saved_model_pb2.SavedModel()
    other.ParseFromString(graph(body)["saved_model.pb"])
    library = other.meta_graphs[0].graph_def.library.function
    return with_graph(lambda meta: meta.graph_def.library.function.extend(library))


def asset(filename: str) -> Folder:
    """The model of Keras 2 with an asset of that name."""

    def change(meta: Any) -> None:
        declared = meta.asset_file_def.add(filename=filename)
        declared.tensor_info.name = "asset:0"

    return {**with_graph(change), "assets/words.txt": b"a\nb\n"}


def also(name: str, item: bytes | Link) -> Callable[[], Folder]:
    """The model of Keras 2 with one file more."""
    return lambda: {**keras_model(), name: item}


GRAPHS = tuple(
    Attack(
        f"graph-{name.replace('_', '-')}",
        "SEC009",
        "",
        partial(graph, body),
        partial(harmless, TWINS[name]) if name in TWINS else plain,
    )
    for name, (body, _, _) in graphs.HOSTILE.items()
)
SAVED_MODELS = (
    *GRAPHS,
    Attack("keras-2-writes-file", "SEC009", "", partial(grafted, graphs.write_file), keras_model),
    Attack("keras-2-python-code", "SEC009", "", partial(grafted, graphs.python_code), keras_model),
    Attack("keras-2-graph-in-string", "SEC009", "", partial(grafted, graphs.graph_in_string), keras_model),
    Attack("keras-2-lambda", "SEC001", "", partial(keras_model, "lambda"), keras_model),
    Attack("asset-climbing", "SEC006", "", partial(asset, "../../words.txt"), partial(asset, "words.txt")),
    Attack("asset-absolute", "SEC006", "", partial(asset, "/planted/words.txt"), partial(asset, "words.txt")),
    Attack("asset-code", "SEC006", "", also("assets/x.py", b"pass"), also("assets/x.txt", b"pass")),
    Attack("asset-library", "SEC006", "", also("assets/x.so", b"\x7fELF"), also("assets/x.txt", b"x")),
    Attack("asset-extra-code", "SEC006", "", also("assets.extra/x.py", b"pass"), keras_model),
    Attack("asset-link", "SEC006", "", also("assets/x.txt", Link("/etc/hostname")), also("assets/x.txt", b"x")),
    Attack("link-to-nowhere", "SEC006", "", also("assets/x.txt", Link("/planted/none")), keras_model),
)
