"""SEC011."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class NeedsCustomCode(Rule):
    """Classes that are not Keras's: whoever loads the model must have their code.

    ## What it does
    Lists the classes and functions, at any depth, that come from a module which is neither Keras nor known to be
    harmful, or from a registered package.

    ## Why is this bad?
    The file alone is not the model. Loading fails where the code is missing, computes something else where another
    version of it is installed, and the linter can say nothing of what such a layer does.

    ## The numbers behind
    Custom code is common and honest; this is a note, not a warning.

    ## References
    Keras guide "Customizing saving and serialization".
    """

    code: ClassVar = "SEC011"
    name: ClassVar = "needs-custom-code"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example("chain(input(4), custom('Attend', 'my_project.layers'), dense(1))"),
        Example("chain(input(4), custom('Attend', None), dense(1))", "a class of the script that saved the model"),
    )
    passing: ClassVar = (
        Example("chain(input(4), dense(8), dense(1))"),
        Example(
            "chain(input(4), custom('Mish', 'keras_act.layers.mish', 'keras_act>Mish'), dense(1))", "keras_act is known"
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import documents
        from linter.analysis.modules import Origin, origin

        found: dict[str, str] = {}
        layers: list[str] = []
        for item in documents.of(model):
            package = item.registered.partition(">")[0] if ">" in item.registered else ""
            custom = (
                package not in ("", "keras_act", "keras", "Keras")
                if package
                else origin(item) in (Origin.UNKNOWN, Origin.REGISTERED)
            )
            if custom and (item.class_name or item.function):
                found.setdefault(f"{item.module or package}.{item.function or item.class_name}", item.place)
                layers += [item.config["name"]] if isinstance(item.config.get("name"), str) else []
        whole = next((entry.class_name for entry in model.graph.unanalysed if model.graph.guessed), "")
        if whole and not any(name.rpartition(".")[2] == whole for name in found):
            found[whole] = ""
        pointers = {node.layer: node.pointer for node in model.graph.nodes}
        for entry in model.graph.unanalysed:
            if (
                entry.class_name
                and entry.reason.startswith("its code")
                and entry.layer.rpartition("/")[2] not in layers
            ):
                found.setdefault(entry.class_name, pointers.get(entry.layer, ""))
                layers.append(entry.layer)
        if found:
            listed = ", ".join(list(found)[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
            yield self.finding(
                f"needs code that is not in Keras: {listed}",
                tuple(dict.fromkeys(layers)),
                pointer=next(iter(found.values())),
                fix=Fix(Safety.ADVICE, _advice(bool(whole) and model.graph.format == "keras", bool(layers))),
            )


def _advice(whole: bool, layers: bool) -> str:
    """Say what to do with the code of a whole model, of layers, of losses and the like."""
    if whole:
        return "pass it with --import MODULE --trust where the model is to be run"
    if layers:
        return "pass it with --import MODULE where the model is to be run"
    return "have it importable wherever the model is loaded"
