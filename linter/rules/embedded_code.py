"""SEC001."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.documents import Stored


@final
class EmbeddedCode(Rule):
    """Python code stored inside the model.

    ## What it does
    Finds Lambda layers and `__lambda__` objects at any depth of any stored configuration: nested models, wrappers,
    activations, losses, metrics. The code is measured and hashed, never decoded into a program.

    ## Why is this bad?
    The bytecode runs with the rights of whoever loads the model: it can do anything. It also stops loading with the
    next Python version, because bytecode is not stable. Keras's `safe_mode` was off before 2.13 (CVE-2024-3660), is
    ignored for .h5 files before 3.11.3 (CVE-2025-9905) and could be left out by a configuration without modules
    before 3.15 (CVE-2026-12481).

    ## The numbers behind
    `measured` holds the size of the decoded code in bytes; its SHA-256 stands in the message, so that a reviewed
    Lambda can be told from another. A Lambda that only names a function holds no code: it is a warning, since the
    loader must supply that function.

    ## References
    CVE-2024-3660, CVE-2025-9905, CVE-2025-9906, CVE-2026-12481.
    """

    code: ClassVar = "SEC001"
    name: ClassVar = "embedded-code"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example(
            "chain(input(4), layer('Lambda', "
            "function={'class_name': '__lambda__', 'config': {'value': '4wEAAAA=', 'defaults': None}}), dense(1))"
        ),
        Example(
            "chain(input(4), dense(8, "
            "activation={'class_name': '__lambda__', 'config': {'value': '4wEAAAA='}}), dense(1))"
        ),
        Example(
            "chain(input(4), layer('Lambda', function=['4wEAAAA=', None, None], function_type='lambda'), dense(1))",
            "as Keras 2 stores it",
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(4), layer('Rescaling', scale=0.0039, offset=0.0), dense(1))",
            "a layer that does what the Lambda did",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import documents

        inside: set[str] = set()
        for item in documents.of(model):
            if item.place in inside or not (item.class_name == "__lambda__" or item.bare_name == "Lambda"):
                continue
            inside |= {f"{item.place}/config/{key}" for key in ("function", "output_shape", "mask")}
            yield self._report(item, model.graph.format)

    def _report(self, item: Stored, format: str) -> Finding:
        from hashlib import sha256

        code = _code(item)
        name = item.config.get("name")
        layers = (name,) if isinstance(name, str) and item.bare_name == "Lambda" else ()
        where = f"Lambda layer {name!r}" if layers else f"a lambda at {item.place}"
        if code is None:
            return self.finding(
                f"{where} names a function that is not in the file: whoever loads the model must supply it",
                layers,
                severity=Severity.WARNING,
                pointer=item.place,
                fix=Fix(Safety.ADVICE, "use a layer of Keras, or a registered one"),
            )
        known = "CVE-2025-9905: safe_mode is ignored for .h5 before Keras 3.11.3" if format == "h5" else "CVE-2024-3660"
        digest = sha256(code).hexdigest()
        return self.finding(
            f"{where} holds {len(code)} bytes of Python bytecode (SHA-256 {digest}), which run when the model "
            f"is loaded ({known})",
            layers,
            pointer=item.place,
            measured={"code_bytes": float(len(code))},
            fix=Fix(
                Safety.ADVICE, "replace the Lambda by a layer of Keras (Rescaling, Activation ...) or a registered one"
            ),
        )


def _code(item: Stored) -> bytes | None:
    """Return the stored bytecode, decoded from base64 and no further; None where there is none."""
    held: Any = item.config.get("value") if item.class_name == "__lambda__" else item.config.get("function")
    if isinstance(held, dict):
        inner = held.get("config")
        held = inner.get("value") if isinstance(inner, dict) else held.get("items")  # of a `__tuple__` of Keras 2
    if isinstance(held, list):
        held = held[0] if held else None
    elif item.class_name != "__lambda__" and isinstance(held, str) and item.config.get("function_type") == "function":
        return None
    if not isinstance(held, str):
        return None
    import binascii

    try:
        return binascii.a2b_base64(held.encode("utf-8", "replace"))
    except binascii.Error:
        return held.encode("utf-8", "replace")
