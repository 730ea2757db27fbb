"""Shape: an elementwise activation as quadrature and closed forms need it, over float64 NumPy arrays. A leaf."""

from collections.abc import Callable
from dataclasses import dataclass

from keras_act.gains.pieces import Piece
from keras_act.gains.quadrature import Array
from keras_act.gains.result import Moments

Elementwise = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Shape:
    """One activation with its parameters filled in.

    Fields:
        value, slope: f and f' on float64 arrays of shape (n,), at points that are not kinks.
        kinks: where f' (or f) jumps.
        feature: the scale of x on which f bends away from the kinks; 1 for sigmoid-like functions, 1/k for sharpness k.
        periodic: f keeps bending, however far from 0.
        pieces: f as sums of a x^n e^(cx), if it is of that kind.
        closed: q -> (moments, accuracy), another closed form.
    """

    value: Elementwise
    slope: Elementwise
    kinks: tuple[float, ...] = ()
    feature: float = 1.0
    periodic: bool = False
    pieces: tuple[Piece, ...] = ()
    closed: Callable[[float], tuple[Moments, float]] | None = None

    def both(self, x: Array) -> tuple[Array, Array]:
        """f and f' at x."""
        return self.value(x), self.slope(x)


def polynomial_pieces(*parts: tuple[float, tuple[float, ...]]) -> Shape:
    """A shape made of polynomials.

    Each part is (where it begins, its coefficients from the constant upwards); it ends where the next begins.

    >>> relu = polynomial_pieces((-inf, ()), (0.0, (0.0, 1.0)))
    """
    starts = [start for start, _ in parts]
    ends = [*starts[1:], float("inf")]
    pieces = tuple(
        Piece(start, end, {(n, 0.0): a for n, a in enumerate(coefficients) if a})
        for (start, coefficients), end in zip(parts, ends, strict=True)
    )
    slopes = [(start, tuple(n * a for n, a in enumerate(c))[1:]) for start, c in parts]
    kinks = tuple(start for start in starts if start != float("-inf"))
    return Shape(_chooser(list(parts)), _chooser(slopes), kinks, pieces=pieces)


def _chooser(parts: list[tuple[float, tuple[float, ...]]]) -> Elementwise:
    """The function that evaluates the last polynomial whose start lies below x."""

    def evaluate(x: Array) -> Array:
        result = x * 0.0
        for start, coefficients in parts:
            value = x * 0.0
            for a in reversed(coefficients):
                value = value * x + a
            result[x >= start] = value[x >= start]
        return result

    return evaluate
