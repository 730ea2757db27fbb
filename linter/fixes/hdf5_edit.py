"""A draft's tensors into an open HDF5 file: data sets changed, added and taken out, and the lists of names kept true.

Whatever a draft does not name stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from linter.fixes.draft import CannotFixError, Draft, tokens

if TYPE_CHECKING:
    import h5py
    import numpy as np

LISTS = ("weight_names", "layer_names")


def edit(file: h5py.File, draft: Draft) -> None:
    """Change the tensors of a model in place. Groups of layers that are gone are closed up."""
    for path in draft.dropped:
        _unlist(file, path)
        del file[path]
    for path, array in draft.arrays.items():
        _put(file, path, array)
    if draft.format == "keras":
        _close_up(file, draft)
    else:
        _forget_layers(file, draft)
    if draft.touches_weights:
        _forget_moments(file)


def _put(file: h5py.File, path: str, array: np.ndarray) -> None:
    old = file.get(path)
    if old is not None and old.shape == array.shape:
        old[...] = array
        return
    how: dict[str, Any] = {"dtype": "<f4"}
    if old is not None:
        how = {"dtype": old.dtype, "compression": old.compression, "shuffle": old.shuffle or None}
        kept = dict(old.attrs)
        del file[path]
    made = file.create_dataset(path, data=array, **{key: value for key, value in how.items() if value is not None})
    if old is None:
        _list(file, path)
    else:
        made.attrs.update(kept)


def _lists(file: h5py.File, path: str) -> tuple[h5py.Group, str] | None:
    """Return the group of a legacy file that lists a data set by name, and that name."""
    parts = path.strip("/").split("/")
    for depth in (1, 2):
        group = file.get("/".join(parts[:depth]))
        if depth < len(parts) and group is not None and "weight_names" in group.attrs:
            return group, "/".join(parts[depth:])
    return None


def _unlist(file: h5py.File, path: str) -> None:
    if found := _lists(file, path):
        _rename(found[0], "weight_names", [n for n in _names(found[0], "weight_names") if n != found[1]])


def _list(file: h5py.File, path: str) -> None:
    if found := _lists(file, path):
        names = _names(found[0], "weight_names")
        kernel = found[1].replace("bias", "kernel")
        at = names.index(kernel) + 1 if kernel in names else len(names)
        _rename(found[0], "weight_names", [*names[:at], found[1], *names[at:]])


def _names(group: h5py.Group, key: str) -> list[str]:
    if key not in group.attrs:
        raise CannotFixError(f"{group.name} lists its {key} in pieces; `keras-lint convert` first")
    return [name.decode() if isinstance(name, bytes) else str(name) for name in group.attrs[key]]


def _rename(group: h5py.Group, key: str, names: list[str]) -> None:
    import numpy as np

    texts = group.attrs[key].dtype.kind == "O"
    group.attrs[key] = (
        names if texts else np.array([name.encode() for name in names] or [], dtype="S" if names else "S1")
    )


def _forget_layers(file: h5py.File, draft: Draft) -> None:
    root = file.get("model_weights", file)
    for gone in draft.gone:
        if "layer_names" in root.attrs and gone.name in _names(root, "layer_names"):
            _rename(root, "layer_names", [name for name in _names(root, "layer_names") if name != gone.name])
            if gone.name in root:
                del root[gone.name]


def _close_up(file: h5py.File, draft: Draft) -> None:
    """Keras counts the layers of a class: those after one that is gone move up by one."""
    places = [group_of(draft.original, gone.pointer) for gone in draft.gone]
    for folder, stem, number in sorted(places, key=lambda place: -place[2]):
        if _numbered(folder, stem, number) in file:
            del file[_numbered(folder, stem, number)]
        while (after := _numbered(folder, stem, number + 1)) in file:
            file.move(after, _numbered(folder, stem, number))
            number += 1


def _numbered(folder: str, stem: str, number: int) -> str:
    return f"{folder}/{stem}_{number}" if number else f"{folder}/{stem}"


def group_of(config: Mapping[str, Any], pointer: str) -> tuple[str, str, int]:
    """Return where Keras stores the layer at a place of the configuration: folder, class, and its number there."""
    here: Any = config
    folder, found = "", ("", "", 0)
    for token in tokens(pointer):
        if isinstance(here, list):
            number = Counter(_snake(layer["class_name"]) for layer in here[: int(token)])
            stem = _snake(here[int(token)]["class_name"])
            found = (f"{folder}/layers".strip("/"), stem, number[stem])
            folder, here = _numbered(*found), here[int(token)]
        else:
            here = here[token]
    return found


def _snake(name: str) -> str:
    name = re.sub(r"\W+", "", name.rpartition(">")[2])
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def _forget_moments(file: h5py.File) -> None:
    """Take out what the optimizer keeps for each weight; its step count and rate stay."""
    paths: list[str] = []
    for name in ("optimizer", "optimizer_weights"):
        if name in file:
            file[name].visititems(lambda _, item: paths.append(item.name) if getattr(item, "shape", ()) else None)
    for path in paths:
        _unlist(file, path)
        del file[path]
