"""Recurrent layers: the state's second moment after the steps of a sequence,
gates and candidates normal and independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from linter.activations import Facts, facts
from linter.analysis import kernels, quadrature
from linter.analysis.signal_affine import Draw, bias, draw, positions_of
from linter.analysis.signal_state import State, normal
from linter.graph import Activation, Node, Shape
from linter.rule import Subject

MOST_STEPS = 200
LARGEST = 1e30


def recurrent(model: Subject, node: Node, before: State, fed: Shape | None, fresh: bool) -> State | None:
    """Return the state that an LSTM, GRU or SimpleRNN puts out at its last step; None where its parts are not known."""
    if node.op not in _STEPS:  # a convolution of states
        return None
    found = kernels.at(model, node)
    inner, gate = _facts(node, "activation"), _facts(node, "recurrent_activation")
    if len(found) != 2 or inner is None or (gate is None and node.op != "SimpleRNN"):
        return None
    outer, loop = draw(model, found[0], fresh), draw(model, found[1], fresh)
    if outer is None or loop is None or not found[0].fan_in or not found[1].fan_in:
        return None
    drive = before.settled().second * found[0].fan_in * outer.second
    added = bias(model, node, fresh) if node.config.get("use_bias", True) is not False else Draw(0.0, 0.0)
    forget = 1.0 if fresh and node.op == "LSTM" and node.config.get("unit_forget_bias", True) is not False else 0.0
    step = _STEPS[node.op]
    carry, output = 0.0, 0.0
    back = found[1].fan_in * loop.second
    for _ in range(_steps(fed)):
        earlier = output
        carry, output = step(inner, gate, drive + back * output + added.second, forget, carry, output)
        if output > LARGEST or abs(output - earlier) <= 1e-9 * output:
            break
    positions = positions_of(node.shape, node)
    made = normal(0.0, output, 0.0, before.settled(), node.config.get("units"), positions)
    shared = output * before.shared / before.second if before.second > 0 else 0.0
    return replace(made, shared=shared, profile=())


def _facts(node: Node, key: str) -> Facts | None:
    activation = node.config.get(key)
    return facts(activation if isinstance(activation, Activation) else Activation("linear"))


def _steps(fed: Shape | None) -> int:
    size = fed[1] if fed and len(fed) > 2 else None
    return min(size or MOST_STEPS, MOST_STEPS)


def _square(known: Facts, variance: float, mean: float = 0.0) -> quadrature.Moments:
    return quadrature.moments(known, mean, max(variance, 0.0))


def _lstm(
    inner: Facts, gate: Facts | None, variance: float, forget: float, carry: float, output: float
) -> tuple[float, float]:
    assert gate is not None
    gates = _square(gate, variance)
    kept = _square(gate, variance, forget).second if forget else gates.second
    carry = kept * carry + gates.second * _square(inner, variance).second
    return carry, gates.second * _square(inner, carry).second


def _gru(
    inner: Facts, gate: Facts | None, variance: float, forget: float, carry: float, output: float
) -> tuple[float, float]:
    assert gate is not None
    update = _square(gate, variance)
    passed = 1 - 2 * update.mean + update.second
    return carry, update.second * output + passed * _square(inner, variance).second


def _simple(
    inner: Facts, gate: Facts | None, variance: float, forget: float, carry: float, output: float
) -> tuple[float, float]:
    return carry, _square(inner, variance).second


_STEPS: dict[str, Callable[[Facts, Facts | None, float, float, float, float], tuple[float, float]]] = {
    "LSTM": _lstm,
    "GRU": _gru,
    "SimpleRNN": _simple,
}
