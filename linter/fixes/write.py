"""A model's file and a draft -> the changed file. Only what the draft changes is written anew."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.hdf5_edit import edit
from linter.fixes.unlink import sweep

if TYPE_CHECKING:
    import h5py

CONFIG, WEIGHTS = "config.json", "model.weights.h5"


def write(model: Path, draft: Draft, target: Path) -> None:
    """Write the model with the draft's changes to `target`; raises CannotFixError or OSError."""
    sweep(draft)
    if draft.format == "keras":
        _keras(model, draft, target)
    else:
        _legacy(model, draft, target)


def _keras(model: Path, draft: Draft, target: Path) -> None:
    with zipfile.ZipFile(model) as old, zipfile.ZipFile(target, "w") as new:
        if draft.touches_weights and WEIGHTS not in old.namelist():
            raise CannotFixError(f"its weights are not in {WEIGHTS}: `keras-lint convert` first")
        for member in old.infolist():
            if member.filename == CONFIG:
                new.writestr(_fresh(member), json.dumps(draft.config).encode())
            elif member.filename == WEIGHTS and (draft.touches_weights or draft.gone):
                _weights(old, new, member, draft, target.with_suffix(".weights"))
            else:
                with old.open(member) as source, new.open(_fresh(member), "w", force_zip64=True) as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)


def _weights(old: zipfile.ZipFile, new: zipfile.ZipFile, member: zipfile.ZipInfo, draft: Draft, draw: Path) -> None:
    """Edit the weights outside of the archive."""
    with old.open(member) as source, draw.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    with _opened(draw) as file:
        edit(file, draft)
    with draw.open("rb") as edited, new.open(_fresh(member), "w", force_zip64=True) as stored:
        shutil.copyfileobj(edited, stored, 1 << 20)


def _fresh(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return a member's entry with its name, date and compression, to be filled anew."""
    entry = zipfile.ZipInfo(member.filename, member.date_time)
    entry.compress_type, entry.external_attr, entry.comment = member.compress_type, member.external_attr, member.comment
    return entry


def _legacy(model: Path, draft: Draft, target: Path) -> None:
    shutil.copyfile(model, target)
    with _opened(target) as file:
        _document(file, "model_config", draft.config)
        if draft.training is not None:
            _document(file, "training_config", draft.training)
        edit(file, draft)


def _document(file: h5py.File, name: str, content: Any) -> None:
    """Write a document as text or bytes, as it was, and only where it has changed."""
    old, text = file.attrs[name], json.dumps(content)
    if not isinstance(old, str | bytes):
        raise CannotFixError(f"its {name} is stored as {type(old).__name__}: `keras-lint convert` first")
    if json.loads(old) != content:
        file.attrs[name] = text if isinstance(old, str) else text.encode()


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    import h5py

    try:
        with h5py.File(path, "r+") as file:
            yield file
        _pack(path)
    except (KeyError, RuntimeError) as error:
        raise CannotFixError(f"its weights cannot be edited: {str(error).splitlines()[0]}") from None


def _pack(path: Path) -> None:
    """Copy a file object by object: what was taken out still has its place in it."""
    import h5py

    packed = path.with_suffix(".packed")
    with h5py.File(path) as old, h5py.File(packed, "w") as new:
        for name in old:
            old.copy(name, new)
        for name in old.attrs:
            stored = old.attrs.get_id(name)
            new.attrs.create(name, old.attrs[name], stored.shape, stored.dtype)
    packed.replace(path)
