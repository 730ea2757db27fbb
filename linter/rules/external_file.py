"""SEC004."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject, defects

if TYPE_CHECKING:
    from linter.analysis.documents import Stored

BY_PATH = frozenset(("vocabulary", "idf_weights"))
"""Arguments that hold values; a string there is a path."""
PLACES = frozenset(
    [
        "filepath",
        "path",
        "origin",
        "fname",
        "file",
        "filename",
        "vocabulary_file",
        "vocab_file",
        "url",
        "uri",
        "handle",
        "weights",
        "weights_path",
        "cache_dir",
        "checkpoint",
    ]
)
LIKE_A_PATH = re.compile(r"(/|~|\\\\|[A-Za-z]:[\\/]|[A-Za-z][A-Za-z0-9+.-]*://|(.*[\\/])?\.\.([\\/]|$))")


@final
class ExternalFile(Rule):
    """A layer that reads another file or address when it is loaded.

    ## What it does
    Finds TFSMLayer, vocabularies and weights given by path or URL, and any argument for a file or address that holds
    an absolute path, a `..` or a URL.

    ## Why is this bad?
    Loading the model reads what the path names, with the loader's rights: local files end up in the model
    (CVE-2025-12058), addresses are fetched from inside your network, and a SavedModel loaded by TFSMLayer runs its
    own graph (CVE-2026-1462). And a model that needs a file beside it breaks when it is moved.

    ## The numbers behind
    Keras stores vocabularies as values or in the archive's assets, never as paths.

    ## References
    CVE-2025-12058, CVE-2026-1462.
    """

    code: ClassVar = "SEC004"
    name: ClassVar = "external-file"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(4), layer('TFSMLayer', filepath='other_model', call_endpoint='serve'), dense(1))"),
        Example("chain(input(1, dtype='string'), layer('StringLookup', vocabulary='/etc/passwd'))"),
        Example("chain(input(1, dtype='string'), layer('TextVectorization', vocabulary='gs://bucket/words.txt'))"),
    )
    passing: ClassVar = (Example("chain(input(1, dtype='string'), layer('StringLookup', vocabulary=['a', 'b']))"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import documents

        yield from defects(self, model)
        for item in documents.of(model):
            for key, value in _external(item):
                name = item.config.get("name")
                known = {"TFSMLayer": " (CVE-2026-1462)"}.get(
                    item.bare_name, " (CVE-2025-12058)" if key in BY_PATH else ""
                )
                yield self.finding(
                    f"{item.class_name or 'an object'} at {item.place} takes {key} from {value[:200]!r}: "
                    f"loading the model reads it{known}",
                    (name,) if isinstance(name, str) else (),
                    pointer=f"{item.place}/config/{key}",
                    fix=Fix(Safety.ADVICE, "store the values in the model, or do not load it"),
                )


def _external(item: Stored) -> Iterator[tuple[str, str]]:
    if item.bare_name == "TFSMLayer":
        yield "filepath", str(item.config.get("filepath", "?"))
        return
    if not item.class_name:
        return
    for key, value in item.config.items():
        if isinstance(value, str) and value and (key in BY_PATH or (key in PLACES and LIKE_A_PATH.match(value))):
            yield key, value
