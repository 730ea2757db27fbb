"""HDF5 files of Keras 1, 2 and 3 that hold a whole model; those that hold weights alone go to `weights_file`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from linter.graph import Defect, ModelGraph
from linter.options import Limits
from linter.read import hdf5, strict_json
from linter.read.bind_names import bind, listed_names
from linter.read.errors import UnreadableError
from linter.read.normalise import assemble
from linter.read.normalise.parse import parse
from linter.read.source import Source

ITERATIONS = re.compile(r"^iter(ation|ations)?(_\d+)?(:0)?$")


def read(source: Source, limits: Limits) -> ModelGraph:
    """Return the model in an HDF5 file; raises UnreadableError where there is none."""
    tree = hdf5.walk(source, limits)
    root = tree.attributes.get("", {})
    if "model_config" not in root:
        from linter.read import weights_file

        return weights_file.graph(tree)
    defects = list(tree.defects)
    documents: dict[str, Any] = {}
    try:
        return _model(tree, limits, defects, documents)
    except UnreadableError as error:
        raise error.after(defects, documents) from None


def _model(tree: hdf5.Tree, limits: Limits, defects: list[Defect], documents: dict[str, Any]) -> ModelGraph:
    root = tree.attributes.get("", {})
    for name in ("model_config", "training_config"):
        if root.get(name) is not None:
            documents[name], odd = strict_json.parse(_bytes(root[name], name), name, limits)
            defects += odd
    if "model_config" not in documents:
        raise UnreadableError("the HDF5 attribute 'model_config' is empty; expected the model's JSON")
    spec = parse(documents["model_config"], limits)
    group = weights_group(tree)
    version = _version(root, tree.attributes.get(group, {}))
    bound = bind(spec, tree, group, version)
    if not bound.weights and not _stores_weights(tree, group):
        defects.append(Defect("CMP952", "the file holds a configuration and no weights", pointer=group))
    bound.iterations = _iterations(tree)
    return assemble.graph(spec, bound, documents["model_config"], documents, "h5", version, limits, defects)


def weights_group(tree: hdf5.Tree) -> str:
    """Return the group that holds the layers' groups: the root in files of weights alone."""
    root = tree.attributes.get("", {})
    listed = bool(listed_names(root, "layer_names"))
    return "model_weights" if "model_weights" in tree.attributes and not listed else ""


def is_legacy(tree: hdf5.Tree) -> bool:
    """Whether the layers' groups are listed by name, as `.h5` of every Keras has them, and `.weights.h5` has not."""
    return bool(listed_names(tree.attributes.get("", {}), "layer_names")) or "model_weights" in tree.attributes


def version_of(tree: hdf5.Tree) -> str:
    """Return the Keras that wrote the file, where it says so."""
    return _version(tree.attributes.get("", {}), tree.attributes.get(weights_group(tree), {}))


def _stores_weights(tree: hdf5.Tree, group: str) -> bool:
    """Whether the file has the place for weights at all; a model of weightless layers has an empty one."""
    return "layer_names" in tree.attributes.get(group, {}) or "layer_names0" in tree.attributes.get(group, {})


def _version(*attributes: Mapping[str, Any]) -> str:
    """Return the Keras that wrote the file: before 1.1 none says so."""
    for found in attributes:
        value = found.get("keras_version")
        if isinstance(value, bytes | str):
            return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
    return ""


def _bytes(value: Any, name: str) -> bytes:
    """Return a JSON attribute as bytes: stored as text or bytes, of fixed length or not, alone or in an array of
    one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        return value.rstrip(b"\0")
    raise UnreadableError(f"the HDF5 attribute {name!r} is {type(value).__name__}, not text; expected the model's JSON")


def _iterations(tree: hdf5.Tree) -> int | None:
    """Return how many steps the stored optimizer has made."""
    for path, weight in tree.weights.items():
        if path.startswith("optimizer_weights/") and not weight.shape and ITERATIONS.match(path.rpartition("/")[2]):
            return next((int(piece[0]) for piece in weight.chunks() if len(piece)), None)
    return None
