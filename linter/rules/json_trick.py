"""SEC010."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Severity
from linter.rule import Example, Rule, Subject, defects

if TYPE_CHECKING:
    from linter.analysis.documents import Stored

LAYER_PLACE = re.compile(r".*/(layers/\d+|layer|cell|cells/\d+|forward_layer|backward_layer)")
LARGEST = 2**53
LARGEST_SIZE = 2**31
SIZES = frozenset(("units", "filters", "input_dim", "output_dim", "key_dim", "value_dim", "max_tokens", "num_bins"))
"""Settings that say how large a weight is."""


@final
class JsonTrick(Rule):
    """A configuration that readers can take in different ways.

    ## What it does
    Finds duplicate keys, NaN and infinity, byte order marks, absurd depth and numbers, and layers of a `.keras` file
    that name no `module`.

    ## Why is this bad?
    Of two equal keys one reader takes the first and another the last: a scanner and the loader see different models.
    A layer without `module` takes Keras's old loading path, which had no safe mode before 3.15 (CVE-2026-12481).
    Absurd depth and numbers are meant to end the reader.

    ## The numbers behind
    Keras 3 writes a `module` for every layer; no model needs a whole number past 2^53, nor 2^31 units.

    ## References
    CVE-2026-12481.
    """

    code: ClassVar = "SEC010"
    name: ClassVar = "json-trick"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(4), without_module(dense(8)), dense(1))"),
        Example("chain(input(4), dense(2 ** 63), dense(1))"),
    )
    passing: ClassVar = (Example("chain(input(4), dense(8), dense(1))"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import documents

        yield from defects(self, model)
        bare: list[Stored] = []
        for item in documents.of(model):
            if model.graph.format in ("keras", "unknown") and item.document == "config.json" and _lacks_module(item):
                bare.append(item)
            for key, value in item.value.items():
                if isinstance(value, int) and abs(value) >= (LARGEST_SIZE if key in SIZES else LARGEST):
                    yield self.finding(
                        f"{key} at {item.place} is a number of {len(str(abs(value)))} digits, which no layer can have",
                        pointer=f"{item.place}/{key}",
                    )
        if bare:
            yield self.finding(
                f"{'1 layer names' if len(bare) == 1 else f'{len(bare):,} layers name'} no module, as Keras 3 always "
                f"does, so that Keras takes its old loading path (CVE-2026-12481): {bare[0].place}",
                tuple(str(item.config["name"]) for item in bare if isinstance(item.config.get("name"), str)),
                pointer=bare[0].place,
            )


def _lacks_module(item: Stored) -> bool:
    named = item.class_name and not item.class_name.startswith("__") and "config" in item.value
    return bool(named and "module" not in item.value and LAYER_PLACE.fullmatch(item.pointer))
