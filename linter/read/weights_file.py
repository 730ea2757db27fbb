"""Files that hold weights and no architecture -> one node a layer, without edges; which layer it is as far as names
and shapes tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from linter.graph import ModelGraph, Node, Unanalysed, Weight
from linter.read import guess, hdf5
from linter.read.bind_names import OWN, ROLES, listed_names, listed_tensors
from linter.read.bind_paths import NOT_WEIGHTS, PROJECTIONS, is_state
from linter.read.errors import NotAModelError
from linter.read.keras_1 import modern
from linter.read.normalise.spec import LayerSpec

REASON = "the file holds weights only: save the whole model (model.save) to have its architecture judged"
PLAIN_ROLES = {
    alias: role
    for role, aliases in ROLES.items()
    for alias in aliases
    if alias not in ("W", "depthwise_kernel") and not role.startswith("packed_")
}
GATE = re.compile(r"(?:^|_)([WUb])_([icfozrh])(?:_\d+)?$")


def graph(tree: hdf5.Tree) -> ModelGraph:
    """Return the layers of a weights-only file; raises NotAModelError where it holds no Keras weights."""
    root = tree.attributes.get("", {})
    if listed_names(root, "layer_names") or "model_weights" in tree.attributes:
        nodes = tuple(_listed_nodes(tree))
    else:
        nodes = tuple(_tree_nodes(tree))
    if not nodes:
        held = ", ".join(sorted(path for path in tree.attributes if path and "/" not in path)[:5]) or "nothing"
        raise NotAModelError(
            f"an HDF5 file without a Keras model or Keras weights (it holds {held}): no attribute 'model_config'"
        )
    version = root.get("keras_version")
    distinct = {id(weight): weight for node in nodes for weight in node.weights.values()}
    return ModelGraph(
        format="weights",
        nodes=nodes,
        keras_version=version.decode("utf-8", "replace") if isinstance(version, bytes) else str(version or ""),
        parameters=sum(prod(weight.shape) for weight in distinct.values()),
        guessed=True,
        defects=tuple(tree.defects),
        unanalysed=(Unanalysed("", "", REASON),),
    )


def _node(name: str, op: str, found: Mapping[str, Weight]) -> Node:
    return Node(name, name, op or "Unknown", guess.settings(op, found), weights=found)


def _listed_nodes(tree: hdf5.Tree) -> Iterator[Node]:
    """Old files: groups by layer name, tensors by names that tell their roles."""
    top = "" if listed_names(tree.attributes[""], "layer_names") else "model_weights"
    for layer in (*listed_names(tree.attributes.get(top, {}), "layer_names"), OWN):
        folders: dict[str, list[tuple[str, Weight]]] = {}
        for name, weight in listed_tensors(tree, f"{top}/{layer}" if top else layer):
            folders.setdefault(name.rpartition("/")[0], []).append((name, weight))
        for folder, stored in folders.items():
            name = layer if len(folders) == 1 else f"{layer}/{folder.removeprefix(f'{layer}/')}"
            found = {_role(name, layer): weight for name, weight in _joined(layer, stored)}
            yield _node(name, guess.by_roles(found), found)


def _joined(layer: str, stored: list[tuple[str, Weight]]) -> list[tuple[str, Weight]]:
    """Join the gates of a Keras 1 LSTM or GRU."""
    gates = {found[2] for name, _ in stored if (found := GATE.search(name.partition(":")[0]))}
    op = {frozenset("icfo"): "LSTM", frozenset("zrh"): "GRU"}.get(frozenset(gates), "Unknown")
    return modern(LayerSpec(layer, op, op, {}), stored, "1") if gates else stored


def _role(name: str, layer: str) -> str:
    tail = name.rpartition("/")[2].partition(":")[0].removeprefix(f"{layer}_")
    tail = re.sub(r"_\d+$", "", tail)
    return PLAIN_ROLES.get(tail, "kernel" if tail == "W" else tail)


def _tree_nodes(tree: hdf5.Tree) -> Iterator[Node]:
    """Newer files: folders by class or attribute name, tensors by number in `vars`."""
    folders: dict[str, dict[int, Weight]] = {}
    for path, weight in tree.weights.items():
        place, _, leaf = path.rpartition("/")
        if (place == "vars" or place.endswith("/vars")) and leaf.isdecimal() and path.split("/")[0] not in NOT_WEIGHTS:
            folders.setdefault(place.removesuffix("vars").strip("/"), {})[int(leaf)] = weight
    taken: set[str] = set()
    for folder, numbered in folders.items():
        parent = folder.rpartition("/")[0]
        if is_state(folder) or folder in taken:
            continue
        found = [numbered[i] for i in sorted(numbered)]
        parts = _projections(parent, folders)
        if parts:
            taken.update(parts)
            yield _node(_title(tree.attributes, parent), "MultiHeadAttention", _attention(parts, folders))
        else:
            stem = (parent if folder.endswith("/cell") else folder).rpartition("/")[2]
            op, roles = guess.by_class(stem, found)
            yield _node(_title(tree.attributes, folder), op, roles)


def _projections(parent: str, folders: Mapping[str, Any]) -> dict[str, str]:
    """Return the folders of an attention layer's projections, with their roles, where all four are there."""
    for pattern in ("{}/{}_dense", "{}/_{}_dense"):
        places = {pattern.format(parent, role): role for role in PROJECTIONS}
        if all(place in folders for place in places):
            return places
    return {}


def _attention(parts: Mapping[str, str], folders: Mapping[str, Mapping[int, Weight]]) -> dict[str, Weight]:
    out = {}
    for place, role in parts.items():
        for part, i in zip(("kernel", "bias"), sorted(folders[place]), strict=False):
            out[f"{role}_{part}"] = folders[place][i]
    return out


def _title(attributes: Mapping[str, Mapping[str, Any]], folder: str) -> str:
    """Return a folder's path without the words that Keras adds, and with the layer's own name where it is stored."""
    parts = [
        part
        for part in folder.removesuffix("/cell").split("/")
        if part not in ("layers", "_layer_checkpoint_dependencies")
    ]
    name = attributes.get(f"{folder}/vars", {}).get("name")
    name = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    if isinstance(name, str) and name and not folder.endswith("/cell"):
        parts[-1:] = [name]
    return "/".join(parts) or "model"
