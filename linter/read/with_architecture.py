"""A file of weights alone and the architecture that `model.to_json()` gave, put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from linter.graph import ModelGraph
from linter.options import Limits
from linter.read import bind_names, bind_paths, hdf5, strict_json
from linter.read.bound import Bound
from linter.read.errors import UnreadableError
from linter.read.legacy_h5 import is_legacy, version_of, weights_group
from linter.read.normalise import assemble
from linter.read.normalise.parse import parse
from linter.read.normalise.spec import ModelSpec
from linter.read.source import FileSource


def read(weights: Path, architecture: Path, limits: Limits) -> ModelGraph:
    """Return the model; raises UnreadableError where the two are not what they should be, or OSError.

    weights: HDF5, of `save_weights` of Keras 1, 2 or 3. architecture: JSON, of `to_json` or a `.keras` (config.json).
    """
    config, defects = strict_json.parse(architecture.read_bytes(), architecture.name, limits)
    spec = parse(config, limits)
    tree = _tree(weights, limits)
    version = version_of(tree) or _version(config)
    bound = _bound(spec, tree, version)
    if not bound.weights:
        raise UnreadableError(f"holds no weights of a layer that {architecture.name} names")
    return assemble.graph(spec, bound, config, {}, "weights", version, limits, [*defects, *tree.defects])


def _tree(weights: Path, limits: Limits) -> hdf5.Tree:
    from linter.read import is_hdf5

    source = FileSource(weights)
    if not is_hdf5(source):
        raise UnreadableError("is no HDF5 file; an architecture goes with the weights that `save_weights` wrote as .h5")
    tree = hdf5.walk(source, limits)
    if "model_config" in tree.attributes.get("", {}):
        raise UnreadableError("holds an architecture of its own: give it alone")
    return tree


def _bound(spec: ModelSpec, tree: hdf5.Tree, version: str) -> Bound:
    if is_legacy(tree):
        return bind_names.bind(spec, tree, weights_group(tree), version)
    return bind_paths.bind(spec, tree, version)


def _version(config: Any) -> str:
    found = config.get("keras_version") if isinstance(config, dict) else None
    return found if isinstance(found, str) else ""
