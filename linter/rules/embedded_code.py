"""SEC001."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.documents import Stored


HELD = ("function", "output_shape", "mask")
"""Arguments of a Lambda layer that can be code."""
ACTIVATIONS = ("activation", "recurrent_activation")
"""Arguments of any layer that are activations."""
DEEPEST = 4
"""Wrappings of a function within one another."""


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
            "function={'class_name': '__lambda__', 'config': {'code': '4wEAAAA=', 'defaults': None}}), dense(1))"
        ),
        Example(
            "chain(input(4), dense(8, "
            "activation={'class_name': '__lambda__', 'config': {'value': ['4wEAAAA=', None, None]}}), dense(1))"
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
            if item.place in inside:
                continue
            if item.class_name == "__lambda__":
                yield self._report(f"a lambda at {item.place}", (), item.place, _dumped(item.value), model.graph.format)
                continue
            yield from self._activations(item)
            if item.bare_name == "Lambda":
                inside |= {f"{item.place}/config/{key}" for key in HELD}
                yield from self._layer(item, model.graph.format)

    def _layer(self, item: Stored, format: str) -> Iterator[Finding]:
        """Yield one finding for each function that a Lambda layer holds; one where it holds none."""
        name = item.config.get("name")
        layers = (name,) if isinstance(name, str) else ()
        where = f"Lambda layer {name!r}" if layers else f"a lambda at {item.place}"
        found = {key: code for key in HELD if (code := _held(item, key)) is not None}
        for key, code in found.items():
            of = where if key == "function" else f"the {key} of {where}"
            yield self._report(of, layers, item.place, code, format)
        if not found:
            yield self._report(where, layers, item.place, None, format)

    def _activations(self, item: Stored) -> Iterator[Finding]:
        """Yield one finding for each activation of a layer that is bytecode without a word of what it is.

        Keras 3 takes a lambda's wrapping away when it saves it as an activation, and then cannot load it.
        """
        for key in ACTIVATIONS:
            held = item.config.get(key)
            code = _dumped({"class_name": "__lambda__", "config": held}) if _is_bare(held) else None
            if code is not None:
                name = item.config.get("name")
                where = f"layer {name!r}" if isinstance(name, str) else f"a layer at {item.place}"
                yield self.finding(
                    f"the {key} of {where} is {_told(code)}, kept in a form that Keras 3 writes for a lambda and "
                    "cannot load",
                    (name,) if isinstance(name, str) else (),
                    pointer=f"{item.place}/config/{key}",
                    measured={"code_bytes": float(len(code))},
                    fix=Fix(Safety.ADVICE, "use an activation by name, or a registered function, and save again"),
                )

    def _report(self, where: str, layers: tuple[str, ...], pointer: str, code: bytes | None, format: str) -> Finding:
        if code is None:
            return self.finding(
                f"{where} names a function that is not in the file: whoever loads the model must supply it",
                layers,
                severity=Severity.WARNING,
                pointer=pointer,
                fix=Fix(Safety.ADVICE, "use a layer of Keras, or a registered one"),
            )
        known = "CVE-2025-9905: safe_mode is ignored for .h5 before Keras 3.11.3" if format == "h5" else "CVE-2024-3660"
        return self.finding(
            f"{where} holds {_told(code)}, which run when the model is loaded ({known})",
            layers,
            pointer=pointer,
            measured={"code_bytes": float(len(code))},
            fix=Fix(
                Safety.ADVICE, "replace the Lambda by a layer of Keras (Rescaling, Activation ...) or a registered one"
            ),
        )


def _is_bare(held: Any) -> bool:
    """Whether this is the inside of a `__lambda__`: [code, defaults, closure], or the three by name."""
    if not isinstance(held, dict) or "class_name" in held:
        return False
    return isinstance(held.get("value"), list) or {"code", "defaults"} <= held.keys()


def _told(code: bytes) -> str:
    from hashlib import sha256

    return f"{len(code)} bytes of Python bytecode (SHA-256 {sha256(code).hexdigest()})"


def _held(layer: Stored, key: str) -> bytes | None:
    """Return the bytecode among a Lambda's functions: text is a name where Keras 2 says that it is one."""
    held = layer.config.get(key)
    named = isinstance(held, str) and layer.config.get(f"{key}_type") in ("function", "raw")
    return None if named else _dumped(held)


def _dumped(held: Any) -> bytes | None:
    """Return a function's bytecode, decoded from base64 and no further, however Keras has wrapped it.

    As [code, defaults, closure], also as the object that a tuple becomes, and as `__lambda__` with these by name or in
    such a list. None where there is none.
    """
    for _ in range(DEEPEST):
        if isinstance(held, dict) and held.get("class_name") in ("__lambda__", "__tuple__"):
            inner = held.get("config")
            inner = inner if isinstance(inner, dict) else held
            held = next((inner[key] for key in ("code", "value", "items") if inner.get(key) is not None), None)
        elif isinstance(held, list):
            held = held[0] if held else None
    if not isinstance(held, str):
        return None
    import binascii

    try:
        return binascii.a2b_base64(held.encode("utf-8", "replace"))
    except binascii.Error:
        return held.encode("utf-8", "replace")
