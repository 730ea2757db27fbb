"""`.keras` archives: configuration, metadata, weights; and which stored variable is which layer's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol

from linter.graph import Defect, ModelGraph
from linter.options import Limits
from linter.read import archive as zipped
from linter.read import hdf5, keras_zip, strict_json
from linter.read.bind_paths import bind
from linter.read.errors import NotAModelError, UnreadableError
from linter.read.foreign import name_of_archive
from linter.read.normalise import assemble
from linter.read.normalise.parse import parse
from linter.read.source import Source

CONFIG, METADATA = "config.json", "metadata.json"
WEIGHTS_H5, WEIGHTS_NPZ, WEIGHTS_INDEX = "model.weights.h5", "model.weights.npz", "model.weights.json"


class Files(Protocol):
    """The files of an archive by name."""

    @property
    def members(self) -> Collection[str]:
        """Their names."""

    def read(self, name: str, limit: int) -> bytes:
        """Return one whole; raises UnreadableError where it is longer than `limit` bytes."""

    def member(self, name: str) -> Source:
        """Return one as a source."""


def read(source: Source, limits: Limits) -> ModelGraph:
    """Return the model in a `.keras` archive; raises UnreadableError where there is none."""
    archive = zipped.open_archive(source, limits)
    if CONFIG not in archive.members and (found := _saved_model(archive, limits)) is not None:
        return found
    if CONFIG not in archive.members and (root := keras_zip.top(archive.members)):
        return read_files(keras_zip.inside(archive, root), limits, archive.defects)
    if CONFIG not in archive.members and (kind := name_of_archive(archive.members)):
        raise NotAModelError(kind)
    return read_files(archive, limits, archive.defects)


def read_files(files: Files, limits: Limits, defects: Iterable[Defect] = ()) -> ModelGraph:
    """Return the model in the files of an archive, packed or not; raises UnreadableError where there is none.

    defects: what is wrong with the archive itself.
    """
    known = list(defects)
    documents: dict[str, Any] = {}
    try:
        return _model(files, limits, known, documents)
    except UnreadableError as error:
        raise error.after(known, documents) from None


def _saved_model(archive: zipped.Archive, limits: Limits) -> ModelGraph | None:
    """Return the model where the archive is a SavedModel's folder."""
    from linter.read import saved_model, saved_model_zip

    root = saved_model_zip.top(archive.members)
    return None if root is None else saved_model.read_files(saved_model_zip.Zipped(archive, root), limits)


def _model(archive: Files, limits: Limits, defects: list[Defect], documents: dict[str, Any]) -> ModelGraph:
    if CONFIG not in archive.members:
        found = ", ".join(sorted(archive.members)[:5]) or "nothing"
        raise UnreadableError(f"the archive has no {CONFIG}, so it is no Keras model (it holds {found})")
    for name in (CONFIG, METADATA):
        if name in archive.members:
            documents[name], odd = strict_json.parse(archive.read(name, limits.max_json_bytes), name, limits)
            defects += odd
    spec = parse(documents[CONFIG], limits)
    stored, damage = _weights(archive, limits)
    defects += damage
    metadata = documents.get(METADATA)
    version = metadata.get("keras_version") if isinstance(metadata, Mapping) else None
    return assemble.graph(
        spec,
        bind(spec, stored, str(version or "")),
        documents[CONFIG],
        documents,
        "keras",
        str(version or ""),
        limits,
        defects,
    )


def _weights(archive: Files, limits: Limits) -> tuple[hdf5.Tree, list[Defect]]:
    """Return the stored variables by path."""
    if WEIGHTS_H5 in archive.members:
        tree = hdf5.walk(archive.member(WEIGHTS_H5), limits)
        return tree, tree.defects
    if WEIGHTS_INDEX in archive.members:
        return _sharded(archive, limits)
    if WEIGHTS_NPZ in archive.members:
        from linter.read import npz

        return npz.tree(archive.member(WEIGHTS_NPZ), limits)
    return hdf5.Tree(), [
        Defect("CMP952", "the archive holds no weights: neither model.weights.h5 nor model.weights.npz")
    ]


def _sharded(archive: Files, limits: Limits) -> tuple[hdf5.Tree, list[Defect]]:
    index, defects = strict_json.parse(archive.read(WEIGHTS_INDEX, limits.max_json_bytes), WEIGHTS_INDEX, limits)
    merged = hdf5.Tree()
    for name in dict.fromkeys(_shard_names(index)):
        if name not in archive.members:
            defects.append(Defect("CMP952", f"the archive holds no {name!r}, which {WEIGHTS_INDEX} names"))
            continue
        tree = hdf5.walk(archive.member(name), limits)
        merged.weights.update(tree.weights)
        merged.attributes.update(tree.attributes)
        merged.defects += tree.defects
    return merged, defects + merged.defects


def _shard_names(index: Any) -> Iterator[str]:
    shards = index.get("weight_map") if isinstance(index, Mapping) else None
    for value in shards.values() if isinstance(shards, Mapping) else ():
        yield from (value if isinstance(value, list) else [value]) if isinstance(value, str | list) else ()
