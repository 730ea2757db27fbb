"""SEC011."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.foreign_functions import Needed


@final
class NeedsCustomCode(Rule):
    """Classes that are not Keras's: whoever loads the model must have their code.

    ## What it does
    Lists the classes and functions, at any depth, that come from a module which is neither Keras nor known to be
    harmful, or from a registered package; and the activations, initializers, regularizers, constraints, losses, metrics
    and optimizers that are stored as a name which is none of Keras's.

    ## Why is this bad?
    The file alone is not the model. Loading fails where the code is missing, computes something else where another
    version of it is installed, and the linter can say nothing of what such a layer does. A lambda given as an
    activation or a loss may be stored as the name `<lambda>` alone: then nobody has its code.

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
        Example(
            "chain(input(4), dense(8, function('steep', 'builtins', 'function')), dense(1))",
            "a function of the user's as activation: only its name is stored",
        ),
        Example(
            "chain(input(4), dense(8, '<lambda>'), dense(1))", "a lambda, of which Keras 2 stored no more than that"
        ),
        Example("chain(input(4), dense(1), loss='focal_loss', metrics=['f1_m'])", "a loss and a metric of the user's"),
    )
    passing: ClassVar = (
        Example("chain(input(4), dense(8), dense(1))"),
        Example(
            "chain(input(4), custom('Mish', 'keras_act.layers.mish', 'keras_act>Mish'), dense(1))", "keras_act is known"
        ),
        Example(
            "chain(input(4), dense(8, 'swish'), dense(1), loss='cosine_proximity', metrics=[['acc', 'AUC']])",
            "names that Keras had once, in the forms that it stores",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.foreign_functions import needed

        classes, layers = _classes(model)
        functions = needed(model)
        layers += [item.layer for item in functions if item.layer]
        found = classes | {f"{item.name} ({item.role})": item.pointer for item in functions}
        if found:
            listed = ", ".join(list(found)[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
            yield self.finding(
                f"needs code that is not in Keras: {listed}",
                tuple(dict.fromkeys(layers)),
                pointer=next(iter(found.values())),
                fix=Fix(Safety.ADVICE, _advice(model, bool(layers), bool(classes), functions)),
            )


def _classes(model: Subject) -> tuple[dict[str, str], list[str]]:
    """Return foreign classes, and functions of modules, by name with their pointers; and the layers that use them."""
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
    if (whole := _whole(model)) and not any(name.rpartition(".")[2] == whole for name in found):
        found[whole] = ""
    pointers = {node.layer: node.pointer for node in model.graph.nodes}
    for entry in model.graph.unanalysed:
        if entry.class_name and entry.reason.startswith("its code") and entry.layer.rpartition("/")[2] not in layers:
            found.setdefault(entry.class_name, pointers.get(entry.layer, ""))
            layers.append(entry.layer)
    return found, layers


def _whole(model: Subject) -> str:
    """Return the class of a model whose file holds no layers, else ""."""
    return next((entry.class_name for entry in model.graph.unanalysed if model.graph.guessed), "")


def _advice(model: Subject, layers: bool, classes: bool, functions: Sequence[Needed]) -> str:
    """Say what to do with the code of a whole model, of layers, of losses and the like."""
    if _whole(model) and model.graph.format == "keras":
        return "pass it with --import MODULE --trust where the model is to be run"
    if not classes and any(item.name == "<lambda>" for item in functions):
        return "write the lambda as a function with a name and save again: its code is not in the file"
    roles = {item.role for item in functions}
    if layers and (classes or "activation" in roles):
        return "pass it with --import MODULE where the model is to be run or converted"
    if classes:
        return "have it importable wherever the model is loaded"
    without = ", or load with compile=False" if roles <= {"loss", "metric", "optimizer"} else ""
    return f"pass it to load_model in custom_objects{without}"
