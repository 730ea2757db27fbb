"""The activations the linter knows: formula, range, kinks and what follows. Knows numbers, neither Keras nor keras_act.

Parameters go by the names that Keras 3 and keras_act store; where one is learnt, its start counts.

    table ---- name -> maker of Facts
      |-- rectifiers, smooth, bounded: the makers, from an activation's parameters
      |-- facts: what is known of one
      `-- curves: the formulas
"""

from __future__ import annotations

from linter.activations.facts import Facts as Facts
from linter.activations.facts import Formula as Formula
from linter.activations.facts import Parameters as Parameters
from linter.activations.table import TABLE as TABLE
from linter.activations.table import facts as facts
