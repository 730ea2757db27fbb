"""Valid models, changed: mostly in their structure, so that the rules are reached, sometimes in their bytes."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import h5py
import numpy as np

from tests.hostile import mutate_protobuf
from tests.hostile.base import archive, members
from tests.hostile.mutate_json import json_value

Change = Callable[[bytes, Random], bytes]
Files = Mapping[str, bytes]


def flipped(data: bytes, random: Random) -> bytes:
    """Change a few bytes."""
    out = bytearray(data)
    for _ in range(random.randint(1, 8)):
        if out:
            out[random.randrange(len(out))] = random.randrange(256)
    return bytes(out)


def cut(data: bytes, random: Random) -> bytes:
    """Leave out the end, or something in between."""
    start = random.randrange(len(data) + 1)
    return data[:start] if random.random() < 0.5 else data[:start] + data[start + random.randint(1, 64) :]


def h5_structure(data: bytes, random: Random) -> bytes:
    """Change data sets, groups and attributes of an HDF5 file."""
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        found: list[str] = []
        file.visit(found.append)
        for _ in range(random.randint(1, 3)):
            name = random.choice(found)
            if name in file:
                with contextlib.suppress(OSError, ValueError, TypeError, KeyError):  # not every change is possible
                    _h5_change(file, name, random)
    return buffer.getvalue()


def _h5_change(file: h5py.File, name: str, random: Random) -> None:
    item, action = file[name], random.randrange(6)
    folder, leaf = item.parent, name.rpartition("/")[2]
    if action == 0:
        del folder[leaf]
    elif action == 1:
        folder[random.choice(("x", "0", "1", "vars", "kernel", "../y", "ü"))] = item if random.random() < 0.5 else 3.0
    elif action == 2 and isinstance(item, h5py.Dataset):
        del folder[leaf]
        shape = random.choice(((), (0,), (3,), (4, 8), (8, 4), (2, 2, 2, 2), (1, 0, 3)))
        folder.create_dataset(leaf, shape, random.choice(("f2", "f4", "f8", "i1", "i8", "u1", "S4", "?", "c8")))
    elif action == 3 and isinstance(item, h5py.Dataset) and item.size and item.dtype.kind == "f":
        item[...] = random.choice((np.nan, np.inf, 0.0, 1.0, 1e38, -1e-38))
    elif action == 4:
        item.attrs[random.choice(("name", "weight_names", "layer_names", "keras_version"))] = random.choice(
            ("x", 3, [1, 2], np.array([b"a", b"b"]), "2.0")
        )
    elif item.attrs:
        del item.attrs[random.choice(list(item.attrs))]


def keras_file(data: bytes, random: Random) -> bytes:
    """Change a `.keras` file."""
    found = members(data)
    roll = random.random()
    weights = next(name for name in found if name.startswith("model.weights."))
    if roll < 0.60:
        found["config.json"] = json_value(found["config.json"], random, random.randint(1, 4))
    elif roll < 0.80:
        found[weights] = (h5_structure if weights.endswith(".h5") else flipped)(found[weights], random)
    elif roll < 0.84:
        found[weights] = flipped(found[weights], random)
    elif roll < 0.88:
        found["config.json"] = (flipped if random.random() < 0.5 else cut)(found["config.json"], random)
    elif roll < 0.92:
        return _zip_structure(found, random)
    else:
        return (flipped if random.random() < 0.6 else cut)(archive(found), random)
    return archive(found, random.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


def _zip_structure(found: dict[str, bytes], random: Random) -> bytes:
    entries: list[tuple[Any, bytes]] = list(found.items())
    name, content = random.choice(entries)
    action = random.randrange(4)
    if action == 0:
        entries.remove((name, content))
    elif action == 1:
        entries.append((name, content))
    elif action == 2:
        entries.append((random.choice(("../x", "/x", "assets/x", "x.py", "a\\b", "CONFIG.JSON")), b"x"))
    else:
        random.shuffle(entries)
    return archive(entries)


def weights_file(data: bytes, random: Random) -> bytes:
    """Change a file of weights alone."""
    if random.random() < 0.85:
        return h5_structure(data, random)
    return (flipped if random.random() < 0.7 else cut)(data, random)


def h5_file(data: bytes, random: Random) -> bytes:
    """Change a legacy `.h5` file."""
    roll = random.random()
    if roll < 0.5:
        buffer = io.BytesIO(data)
        with h5py.File(buffer, "r+") as file:
            key = random.choice([name for name in ("model_config", "training_config") if name in file.attrs])
            stored = file.attrs[key]
            changed = json_value(stored if isinstance(stored, bytes) else stored.encode(), random, random.randint(1, 4))
            file.attrs[key] = changed.decode()
        return buffer.getvalue()
    return weights_file(data, random)


def saved_model(files: Files, random: Random) -> dict[str, bytes]:
    """Change a SavedModel: nearly always a field of one of its messages, or a value in the JSON within."""
    out = dict(files)
    roll = random.random()
    if roll < 0.80:
        name = "keras_metadata.pb" if roll < 0.40 else "saved_model.pb"
        for _ in range(random.randint(1, 3)):
            out[name] = mutate_protobuf.changed(out[name], random)
    elif roll < 0.95:
        name = random.choice(sorted(out))
        out[name] = (flipped if random.random() < 0.8 else cut)(out[name], random)
    elif roll < 0.98:
        del out[random.choice(sorted(out))]
    else:
        out[random.choice(("assets/words.txt", "assets/x.py", "assets.extra/x", "variables/variables.index"))] = b"x"
    return out


BY_FORMAT: Mapping[str, Change] = {"keras": keras_file, "h5": h5_file, "weights": weights_file}
