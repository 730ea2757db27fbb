"""Which stages of the static path an input gets past: the readers' own steps, noted from outside."""

from __future__ import annotations

from typing import Any


def noted() -> set[str]:
    """Return a set that fills with the stages that are passed; whoever reads it clears it.

    container: the zip, HDF5 file or folder was read and held a configuration. config: that was understood.
    weights: the stored weights were read and bound. rules: they ran on a model with layers.
    A file of weights alone has no configuration to pass: once its weights are read, it is past that, too.
    """
    from linter.commands import lint as verb
    from linter.read import keras_v3, legacy_h5, saved_model, weights_file
    from linter.read.normalise import assemble

    past: set[str] = set()
    for reader in (keras_v3, legacy_h5, saved_model):
        _note(past, reader, "parse", before=("container",), after=("config",))
    _note(past, weights_file, "graph", before=("container",), after=("config", "weights"))
    _note(past, assemble, "graph", before=("weights",))
    audit = verb.audit

    def audited(graph: Any, *args: Any, **named: Any) -> Any:
        if graph.nodes:
            past.add("rules")
        return audit(graph, *args, **named)

    verb.audit = audited
    return past


def _note(past: set[str], owner: Any, name: str, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> None:
    original = getattr(owner, name)

    def passing(*args: Any, **named: Any) -> Any:
        past.update(before)
        result = original(*args, **named)
        past.update(after)
        return result

    setattr(owner, name, passing)
